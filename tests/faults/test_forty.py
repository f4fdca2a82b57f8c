"""Forty at once on one store, each a process of its own: members who write and read, cron beside them, one that stands still, an orphan.

What was acknowledged is there once, whoever had to wait came to an end, and nobody waited for longer than the lock's limit at a time.
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

from cdr.store.lock import WAIT_SECONDS

WRITERS, CHASERS, READERS = 18, 4, 18
STANDS_STILL = WAIT_SECONDS + 4  # longer than anybody waits
PATIENCE = 600
# A command as somebody gives it who is told to try again: until it is done, with the longest that one run of it took.
AGAIN = """
import json, sys, time
from cdr import cli
runs = []
while not runs or runs[-1][0] == 75:
    start = time.monotonic()
    runs.append([cli.run(sys.argv[1:]), time.monotonic() - start])
print(json.dumps({"runs": runs}), file=sys.stderr)
"""
# Holds the lock as a cdr does that writes; `orphan`: it is gone, and a child of it (a git that is still at work) has the lock.
HOLDS = """
import subprocess, sys, time
from pathlib import Path
from cdr.store import lock
with lock.held(Path(sys.argv[1]), wait=60) as descriptor:
    if sys.argv[2] == "orphan":
        subprocess.Popen(["sleep", "3"], pass_fds=(descriptor,), stdout=subprocess.DEVNULL)
    print("held", flush=True)
    time.sleep(0 if sys.argv[2] == "orphan" else 600)
"""


@dataclass(frozen=True)
class Ran:
    """How one of the forty ended: the code and the seconds of each of its runs."""

    words: tuple[str, ...]
    runs: tuple[tuple[int, float], ...]

    @property
    def code(self) -> int:
        return self.runs[-1][0]


def begun(store: Path, home: str, words: tuple[str, ...]) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", AGAIN, "--store", str(store), "--as-of", "2026-01-23", *words]
    environment = {**os.environ, "GNUPGHOME": home}
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )


def ended(words: tuple[str, ...], process: subprocess.Popen[str]) -> Ran:
    said = process.communicate(timeout=PATIENCE)[1]
    return Ran(words, tuple((code, took) for code, took in json.loads(said.splitlines()[-1])["runs"]))


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


def test_forty_at_once(cdr: Shell, sudi: str, people: People, crowd: list[tuple[str, ...]]) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    asked = {path.name for path in (cdr.store / "outbox").iterdir()}
    before = int(git(cdr.store, "rev-list", "--count", "HEAD"))
    still, start = holder(cdr.store, "writer"), time.monotonic()
    still.send_signal(signal.SIGSTOP)
    members = (people.home, people.second_home)
    homes = [people.chaser_home if "--overdue" in words else members[nth % 2] for nth, words in enumerate(crowd)]
    processes = [(words, begun(cdr.store, home, words)) for words, home in zip(crowd, homes, strict=True)]
    assert len(processes) == WRITERS + CHASERS + READERS == 40
    time.sleep(max(0.0, start + STANDS_STILL - time.monotonic()))
    still.kill()
    still.wait()
    holder(cdr.store, "orphan").wait()
    ran = [ended(*one) for one in processes]
    took = time.monotonic() - start
    is_right(cdr, sudi, ran, asked, before)
    waited = [seconds for one in ran for code, seconds in one.runs if code == 75]
    longest = max(seconds for one in ran for _, seconds in one.runs)
    runs = sum(len(one.runs) for one in ran)
    print(f"40 processes, {runs} runs, {len(waited)} told to try again; {took:.0f} s, the longest run {longest:.0f} s")
    # Nobody waits for ever; what a run takes beside waiting says something of the machine.
    assert longest < PATIENCE / 4


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
