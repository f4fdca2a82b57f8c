"""Forty at once on one store, each a process of its own: members who write and read, cron beside them, one that stands still, an orphan.

What was acknowledged is there once, whoever had to wait came to an end, and while somebody stands still with the lock others are told to
try again.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import People, Shell
from store.hands import git

WRITERS, CHASERS, READERS = 18, 4, 18
PATIENCE = 600  # seconds until a process counts as hung
LOOKS = 0.05  # seconds between two looks
# A command as somebody gives it who is told to try again: until it is done. That it was told so is a file in a folder.
AGAIN = """
import json, os, sys
from pathlib import Path
from cdr import cli
runs = []
while not runs or runs[-1] == 75:
    runs.append(cli.run(sys.argv[2:]))
    if runs[-1] == 75:
        Path(sys.argv[1], str(os.getpid())).touch()
print(json.dumps({"runs": runs}), file=sys.stderr)
"""
# Holds the lock as a cdr does that writes; `orphan`: it is gone, and a child of it (a git that is still at work) has the lock.
HOLDS = """
import subprocess, sys, time
from pathlib import Path
from cdr.store import lock
with lock.held(Path(sys.argv[1]), wait=600) as descriptor:
    if sys.argv[2] == "orphan":
        subprocess.Popen(["sleep", "3"], pass_fds=(descriptor,), stdout=subprocess.DEVNULL)
    print("held", flush=True)
    time.sleep(0 if sys.argv[2] == "orphan" else 600)
"""


@dataclass(frozen=True)
class Ran:
    """How one of the forty ended: the code of each of its runs."""

    words: tuple[str, ...]
    runs: tuple[int, ...]

    @property
    def code(self) -> int:
        return self.runs[-1]


def begun(told: Path, store: Path, home: str, words: tuple[str, ...]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", AGAIN, str(told), "--store", str(store), "--as-of", "2026-01-23", *words]
    environment = {**os.environ, "GNUPGHOME": home}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ended(words: tuple[str, ...], process: subprocess.Popen[str]) -> Ran:
    said = process.communicate(timeout=PATIENCE)[1]
    return Ran(words, tuple(json.loads(said.splitlines()[-1])["runs"]))


def somebody_was_told(told: Path) -> bool:
    """Wait until one of the forty was told to try again; false where none ever is, who then wait without end."""
    for _ in range(int(PATIENCE / LOOKS)):
        if any(told.iterdir()):
            return True
        time.sleep(LOOKS)
    return False


def holder(store: Path, how: str) -> subprocess.Popen[str]:
    """A process that has the store's lock by the time this comes back."""
    command = [sys.executable, "-c", HOLDS, str(store / ".git" / "cdr.lock"), how]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout
    with process.stdout as told:
        assert told.readline() == "held\n"
    return process


@pytest.fixture
def crowd(sudi: str, tmp_path: Path) -> list[tuple[str, ...]]:
    """What the forty do: everybody's file and every agency's answer is another one."""
    files = [tmp_path / f"file-{number:02}.txt" for number in range(WRITERS - 6)]
    for number, path in enumerate(files):
        path.write_text(f"{number}\n", "utf-8")
    attached = [("attach", sudi, str(path), "--kind", "other") for path in files]
    asked = ("northshire-police", "northtown-general", "northshire-community")
    answered = [("return", sudi, agency, "--nil") for agency in asked]
    noted = [("milestone", sudi, kind) for kind in ("ncmd_told", "coroner_told", "support_offered")]
    chased = [("chase", "--overdue")] * CHASERS
    read = [("list",), ("show", sudi), ("today",), ("chase",), ("audit",), ("agencies",)] * (READERS // 6)
    return [*attached, *answered, *noted, *chased, *read]


def test_forty_at_once(cdr: Shell, sudi: str, people: People, crowd: list[tuple[str, ...]], tmp_path: Path) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    asked = {path.name for path in (cdr.store / "outbox").iterdir()}
    before = int(git(cdr.store, "rev-list", "--count", "HEAD"))
    told = tmp_path / "told"
    told.mkdir()
    still = holder(cdr.store, "writer")
    still.send_signal(signal.SIGSTOP)
    members = (people.home, people.second_home)
    homes = [people.chaser_home if "--overdue" in words else members[nth % 2] for nth, words in enumerate(crowd)]
    processes = [(words, begun(told, cdr.store, home, words)) for words, home in zip(crowd, homes, strict=True)]
    assert len(processes) == WRITERS + CHASERS + READERS == 40
    assert somebody_was_told(told), "nobody waits for ever for one who stands still"
    still.kill()
    still.wait()
    holder(cdr.store, "orphan").wait()
    ran = [ended(*one) for one in processes]
    is_right(cdr, sudi, ran, asked, before)


def is_right(cdr: Shell, case: str, ran: list[Ran], asked: set[str], before: int) -> None:
    """Every command came to its end; what each recorded stands there once; nothing is wrong with the store."""
    assert Counter(one.code for one in ran) == {0: 40}, [one for one in ran if one.code]
    readers = [
        one for one in ran if one.words[0] not in ("attach", "return", "milestone") and "--overdue" not in one.words
    ]
    assert len(readers) == READERS and all(len(one.runs) == 1 for one in readers), (
        "who only reads never waits for the lock"
    )
    documents = cdr("show", case, "--json").json["documents"]
    names = Counter(one["name"] for one in documents["case"]["attachments"])
    assert names == Counter({f"file-{number:02}.txt": 1 for number in range(WRITERS - 6)})
    told = Counter(one["kind"] for one in documents["case"]["milestones"])
    assert {told[kind] for kind in ("ncmd_told", "coroner_told", "support_offered")} == {1}
    answered = {one["agency"]: one["status"] for one in documents["requests"]["requests"]}
    assert Counter(answered.values())["nil"] == 3
    sent = Counter((one["agency"], one["level"]) for one in documents["prompts"]["prompts"])
    outstanding = {agency for agency, status in answered.items() if status == "outstanding"}
    assert set(sent.values()) == {1} and {(agency, "prompt-1") for agency in outstanding} <= set(sent)
    outbox = {path.name for path in (cdr.store / "outbox").iterdir()}
    assert len(outbox - asked) == sum(level != "request" for _, level in sent)
    chased = sum(1 for line in git(cdr.store, "log", "--format=%s").splitlines() if line.startswith("cdr: chase"))
    assert int(git(cdr.store, "rev-list", "--count", "HEAD")) == before + WRITERS + chased
    assert cdr("verify").code == 0
