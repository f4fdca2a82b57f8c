"""A command killed at any moment leaves the store as it was or as it was to be, and never stops the next one."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell, many
from store.hands import findings, git, head

MOMENTS = many(16)
FORM = str(EXAMPLES / "form-a-sudi.yaml")


def _start(store: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cdr", "--store", str(store), "--as-of", "2026-01-09", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def _notify(store: Path) -> subprocess.Popen[bytes]:
    return _start(store, "notify", "--from", FORM, "--not-a-duplicate", "x")


def _duration(store: Path) -> float:
    started = time.monotonic()
    assert _notify(store).wait(60) == 0
    return time.monotonic() - started


def _whole(store: Path, before: str) -> None:
    """HEAD is wholly before or wholly after, and the repository is sound."""
    now = head(store)
    if now != before:
        assert git(store, "rev-parse", "HEAD^") == before
        changed = git(store, "diff-tree", "-r", "--name-only", "HEAD^", "HEAD").split()
        names = sorted(path.rpartition("/")[2] for path in changed)
        assert names == [f"{one}.yaml.gpg" for one in ("case", "notification")]
    git(store, "fsck", "--no-progress", "--no-dangling")


@pytest.mark.parametrize("group", [True, False], ids=["all its processes", "only cdr itself"])
@pytest.mark.parametrize("half", [0, 1])
def test_killed_at_evenly_spread_moments(cdr: Shell, group: bool, half: int) -> None:
    """The next command after each kill is a `notify` or a `list`, in turns."""
    length = max(_duration(cdr.store), _duration(cdr.store))
    after = 0
    for number in range(half, MOMENTS // 2, 2):
        before = head(cdr.store)
        process = _notify(cdr.store)
        time.sleep(length * (number + 1) / (MOMENTS // 2 + 2))
        with suppress(ProcessLookupError):
            (os.killpg if group else os.kill)(process.pid, signal.SIGKILL)
        process.wait(30)
        if number % 4 < 2:
            cdr("list")
        else:
            cdr("notify", "--from", FORM, "--not-a-duplicate", "x", as_of="2026-01-09")
        _settled(cdr)
        after += head(cdr.store) != before
        git(cdr.store, "fsck", "--no-progress", "--no-dangling")
    assert after, "no run was killed late enough"
    assert findings(cdr, code=0) == set()
    assert not (cdr.store / ".git" / "cdr-pending").exists()


def _settled(cdr: Shell) -> None:
    """Work tree equals HEAD, once what was left undone is done."""
    with suppress(AssertionError):
        assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == ""
        return
    time.sleep(0.5)  # an orphan of git may still have held the lock
    cdr("list")
    assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == ""


def test_head_is_wholly_before_or_after(cdr: Shell) -> None:
    length = _duration(cdr.store)
    for number in range(0, 8, 2):
        before = head(cdr.store)
        process = _notify(cdr.store)
        time.sleep(length * (0.5 + number / 16))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        _whole(cdr.store, before)


@pytest.mark.parametrize("what", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_between_ref_and_work_tree_waits(cdr: Shell, what: signal.Signals) -> None:
    length = _duration(cdr.store)
    for number in range(4):
        before = head(cdr.store)
        process = _notify(cdr.store)
        time.sleep(length * (0.5 + number / 8))
        with suppress(ProcessLookupError):
            process.send_signal(what)
        process.wait(30)
        assert process.returncode in (0, 130, -what)  # -what: before cdr was ready to notice, or a plain end
        _whole(cdr.store, before)
        if process.returncode == 0:
            assert head(cdr.store) != before
        if process.returncode == 130:
            assert head(cdr.store) == before, "told as interrupted, and recorded all the same"
        assert git(cdr.store, "status", "--porcelain") == ""


def test_a_live_git_child_of_a_killed_run_keeps_the_lock(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    lines = [
        'case "$*" in',
        f"*update-index*) touch {tmp_path}/reached; sleep 5; touch {tmp_path}/over;;",
        "esac",
        'exec /usr/bin/git "$@"',
    ]
    program.write_text("\n".join(["#!/bin/sh", *lines, ""]))
    program.chmod(0o700)
    before = head(cdr.store)
    git(cdr.store, "update-index", "--index-version", "4")  # which cdr leaves to git
    with monkeypatch.context() as patched:
        patched.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
        process = _start(cdr.store, "request", sudi)
        while not (tmp_path / "reached").exists():
            assert process.poll() is None
            time.sleep(0.02)
        process.kill()
        process.wait(10)
    cdr("list")  # reading does not wait for it
    assert not (tmp_path / "over").exists()
    cdr("notify", "--from", FORM, "--not-a-duplicate", "x", as_of="2026-01-09")
    assert (tmp_path / "over").exists(), "the lock was free while git still ran"
    assert git(cdr.store, "rev-parse", "HEAD~2") == before
    assert (
        cdr("list", "--json").json["cases"][0]["outstanding"] or cdr("list", "--json").json["cases"][1]["outstanding"]
    )
    assert findings(cdr, code=0) == set()
