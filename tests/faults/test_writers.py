"""Several at once: what was acknowledged is there, and no message goes twice."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import People, Shell
from store.hands import findings, git, head, unchanged

from cdr.store import lock

LOOP = """
import sys
from cdr import cli
store, case, first = sys.argv[1:4]
for number in range(10):
    day = f"2026-02-{number + 1:02}"
    print(cli.run(["--store", store, "--as-of", day, "milestone", case, "support_offered"]))
"""


def _command(store: Path, *arguments: str) -> list[str]:
    return [sys.executable, "-m", "cdr", "--store", str(store), *arguments]


def test_two_writers_of_one_case(cdr: Shell, sudi: str) -> None:
    """Ten milestones each, all of the same document."""
    before = int(git(cdr.store, "rev-list", "--count", "HEAD"))
    command = [sys.executable, "-c", LOOP, str(cdr.store), sudi]
    writers = [subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True) for name in ("one", "two")]
    codes = [line for writer in writers for line in writer.communicate(timeout=120)[0].split() if line.isdigit()]
    assert len(codes) == 20
    assert codes.count("0") >= 18 and set(codes) <= {"0", "75"}
    assert int(git(cdr.store, "rev-list", "--count", "HEAD")) == before + codes.count("0")
    letters = cdr("show", sudi, "--json").json["documents"]["case"]["letters"]
    people = len({letter["to"] for letter in letters})
    assert len(letters) == people * codes.count("0")
    assert findings(cdr, code=0) == set()


def test_two_chases_at_once_send_each_message_once(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    for path in (cdr.store / "outbox").iterdir():
        path.unlink()
    before = head(cdr.store)
    environment = {**os.environ, "GNUPGHOME": people.chaser_home}
    command = _command(cdr.store, "--as-of", "2026-01-23", "chase", "--overdue")
    both = [subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    said = [one.communicate(timeout=60)[0].splitlines() for one in both]
    assert [one.returncode for one in both] == [0, 0, 0]
    assert sorted(map(len, said)) == [0, 0, 6]
    assert len(list((cdr.store / "outbox").glob("*.eml"))) == 6
    assert git(cdr.store, "rev-parse", "HEAD^") == before


def test_many_first_readers_at_once(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    """With no state at all: each makes its key ring and its index, and none gets in another's way."""
    for _ in range(2):
        shutil.rmtree(tmp_path / "state")
        command = _command(cdr.store, "list")
        readers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        assert {sudi in reader.communicate(timeout=60)[0] for reader in readers} == {True}
        assert {reader.returncode for reader in readers} == {0}
        cdr("list")


def test_a_store_that_somebody_else_writes_to(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = lock.held
    monkeypatch.setattr(lock, "held", lambda path, wait=0.5, *said, **more: real(path, min(wait, 0.5), *said, **more))
    with (cdr.store / ".git" / "cdr.lock").open("w") as held, unchanged(cdr.store):
        fcntl.flock(held, fcntl.LOCK_EX)
        cdr("list")
        cdr("show", sudi)
        assert "Another cdr" in cdr("request", sudi, as_of="2026-01-09", code=75).err
