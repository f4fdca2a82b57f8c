"""A disk that is full or not to be written to: nothing is recorded, 74 is told, and reading goes on."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import findings, git, head, unchanged

FORM = str(EXAMPLES / "form-a-sudi.yaml")


def _limited(store: Path, size: int, *arguments: str) -> int:
    """A command in a process whose files may not grow beyond `size` bytes."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    command = [sys.executable, "-m", "cdr", "--store", str(store), "--as-of", "2026-01-09", *arguments]
    done = subprocess.run(command, preexec_fn=limit, capture_output=True, stdin=subprocess.DEVNULL, check=False)
    assert b"Traceback" not in done.stderr
    return done.returncode


@pytest.mark.parametrize("size", [64, 300, 600, 2000])
def test_files_that_may_not_grow(cdr: Shell, sudi: str, size: int) -> None:
    with unchanged(cdr.store):
        assert _limited(cdr.store, size, "notify", "--from", FORM, "--not-a-duplicate", "x") == 74
    cdr("list")
    cdr("notify", "--from", FORM, "--not-a-duplicate", "x", as_of="2026-01-09")
    assert findings(cdr, code=0) == set()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MiB: room for a store, and for the messages with their forms."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def _fill(folder: Path, leave: int) -> None:
    filler = folder / "filler"
    filler.unlink(missing_ok=True)
    room = os.statvfs(folder)
    filler.write_bytes(b"x" * max(0, room.f_bavail * room.f_frsize - leave))


def test_a_full_disk(small: Path, people: People, member: str) -> None:
    store = Shell(small / "store")
    keys = ["--member", people.member, "--member", people.second]
    assert run(["init", str(store.store), "--config", str(EXAMPLES / "store.yaml"), *keys]).code == 0
    case = store("notify", "--from", FORM, as_of="2026-01-09").out.strip()
    codes = []
    for leave in range(0, 96 * 1024, 8 * 1024):
        before = head(store.store)
        _fill(small, leave)
        answer = run(["--store", str(store.store), "--as-of", "2026-01-09", "milestone", case, "support_offered"])
        codes.append(answer.code)
        assert (answer.code == 0) == (head(store.store) != before), (leave, answer.err)
        store("show", case)
        (small / "filler").unlink()
        store("list")
    assert set(codes) == {0, 74}
    (small / "filler").unlink(missing_ok=True)
    store("request", case, as_of="2026-01-09")
    assert git(store.store, "status", "--porcelain", "--untracked-files=all").split("\n") in ([""], [])
    assert findings(store, code=0) == set()


def test_a_disk_that_fills_up_while_the_agencies_are_asked(small: Path, people: People, member: str) -> None:
    store = Shell(small / "store")
    keys = ["--member", people.member, "--member", people.second]
    assert run(["init", str(store.store), "--config", str(EXAMPLES / "store.yaml"), *keys]).code == 0
    case = store("notify", "--from", FORM, as_of="2026-01-09").out.strip()
    _fill(small, 2 * 1024 * 1024)
    with unchanged(store.store):
        store("request", case, as_of="2026-01-09", code=74)
    (small / "filler").unlink()
    store("request", case, as_of="2026-01-09")
    assert len(list((store.store / "outbox").iterdir())) == 6 and findings(store, code=0) == set()


@pytest.fixture
def read_only(cdr: Shell, sudi: str) -> Iterator[str]:
    """The store on a file system that cannot be written to."""
    bind = ["mount", "--bind", str(cdr.store), str(cdr.store)]
    if subprocess.run(bind, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    subprocess.run(["mount", "-o", "remount,bind,ro", str(cdr.store)], check=True)
    yield sudi
    subprocess.run(["umount", "-l", str(cdr.store)], check=True)


def test_reading_from_a_read_only_disk(
    cdr: Shell, read_only: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for state in ("state", "fresh state"):
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / state))
        cdr("show", read_only)
        cdr("list")
        assert findings(cdr, code=0) == set()
    assert "Read-only" in cdr("request", read_only, as_of="2026-01-09", code=74).err
