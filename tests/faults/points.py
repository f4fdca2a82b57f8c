"""Faults at system calls: where a run of cdr, and each git and gpg that it starts, changes a file, the call fails or is where it is killed.

A run is a process of its own (`warm.py`), which strace takes hold of before it begins, so that its calls are counted from one place on. A
program that it starts is met in the same way by a wrapper on the PATH; a fault there meets the first of its kind that gets so far.
"""

from __future__ import annotations

import atexit
import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from cdr import cli

STRACE = shutil.which("strace") or "strace"
REAL = {name: shutil.which(name) for name in ("git", "gpg")}
CALLS = (
    "openat", "write", "pwrite64", "writev", "fsync", "fdatasync", "rename", "renameat", "renameat2", "link", "linkat", "symlink", "unlink",
    "unlinkat", "mkdir", "mkdirat", "rmdir", "ftruncate", "fchmod", "chmod", "copy_file_range", "sendfile",
)  # fmt: skip
NAMES_A_FILE = re.compile(r"[<\"](?!/proc/|/dev/(?!shm/)|/tmp/bash|pipe:|socket:|anon_inode:)(/[^>\"]*)")
# Under which name each program is met; a git command that is none of these changes nothing.
GIT = (
    "update-index",
    "read-tree",
    "pack-objects",
    "unbundle",
    "create",
    "fetch",
    "push",
    "init",
    "config",
)
MODES = ("signal=KILL", "error=ENOSPC", "error=EIO", "error=EDQUOT")
MAIN, GPG = "cdr", "gpg"
Place = tuple[str, str, int]  # by which program, at the which call of which kind
KILLED = -signal.SIGKILL
PATIENCE = 600.0  # seconds until a process counts as hung
LOOKS = 0.002  # seconds between two looks


@dataclass(frozen=True)
class Point:
    """The n-th call of a kind that a program makes, and what happens there."""

    program: str
    call: str
    number: int
    mode: str

    @property
    def fault(self) -> str:
        return f"inject={self.call}:{self.mode}:when={self.number}"


@dataclass(frozen=True)
class Ended:
    """How a run ended: its code (below zero: the signal that ended it), and what it said."""

    code: int
    said: str


def _wrapper(folder: Path, name: str, options: str, met: str) -> None:
    """A program that stands before another: where `met` says so it is run under strace."""
    real = REAL[name]
    find = f'for word in "$@"; do case "$word" in {"|".join(GIT)}) sub="$word"; break;; esac; done\n'
    beginning = f"#!/bin/sh\nsub=none\n{find if name == 'git' else f'sub={GPG}' + chr(10)}"
    traced = f'case "$sub" in {met}) exec {STRACE} {options} {real} "$@";; esac\n' if met else ""
    made = folder / name
    made.write_text(f'{beginning}{traced}exec {real} "$@"\n')
    made.chmod(0o700)


@contextmanager
def _programs(folder: Path, options: str, met: str, follow: str = "-f") -> Iterator[None]:
    """While it lasts, git and gpg are run under strace where they are met; gpg's own helpers are left alone."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    before = os.environ["PATH"]
    for name in ("git", "gpg"):
        _wrapper(
            folder, name, f"{follow if name == 'git' else ''} {options}", met if (name == "gpg") == (GPG in met) else ""
        )
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    try:
        yield
    finally:
        os.environ["PATH"] = before


ROOT = Path(cli.__file__).parents[1]
WARM = Path(__file__).with_name("warm.py")
UNSAID = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}  # bytecode is no part of what is tried


@cache
def _warm() -> subprocess.Popen[bytes]:
    """The process that every run splits off from."""
    made = subprocess.Popen(
        [sys.executable, str(WARM)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={**os.environ, **UNSAID}
    )
    atexit.register(made.wait)
    atexit.register(lambda: made.stdin and made.stdin.close())  # the last one registered comes first
    return made


def _asked(line: bytes = b"") -> int:
    """The number that the waiting process answers with."""
    stdin, stdout = _warm().stdin, _warm().stdout
    assert stdin and stdout
    if line:
        stdin.write(line)
        stdin.flush()
    ready, _, _ = select.select([stdout], [], [], PATIENCE)
    assert ready, "it hangs"
    return int(os.read(stdout.fileno(), 32))


def _stands(process: int, words: str) -> bool:
    """Whether the kernel says so of a process."""
    return words in Path(f"/proc/{process}/status").read_text()


def _until(holds: Callable[[], bool]) -> None:
    for _ in range(int(PATIENCE / LOOKS)):
        if holds():
            return
        time.sleep(LOOKS)
    raise AssertionError("it does not begin")


def run(command: list[str], folder: Path, options: list[str]) -> Ended:
    """Run the command in a process of its own; with `options` under strace from its first call on."""
    said = folder / "said"
    said.write_bytes(b"")
    tracer = None
    process = _asked(json.dumps([command, {**os.environ, **UNSAID}, str(said)]).encode())
    try:
        _until(lambda: _stands(process, "State:\tT"))
        if options:
            tracer = subprocess.Popen([STRACE, "-qq", *options, "-p", str(process)], stderr=subprocess.DEVNULL)
            _until(lambda: not _stands(process, "TracerPid:\t0\n"))
        os.kill(process, signal.SIGCONT)
        code = _asked()
    except BaseException:
        os.kill(process, signal.SIGKILL)
        _asked()
        raise
    finally:
        if tracer:
            tracer.wait(PATIENCE)
    return Ended(code, said.read_text("utf-8", "replace"))


def with_fault(command: list[str], folder: Path, point: Point) -> Ended:
    """Run the command, which meets a fault at this point."""
    options = ["-o", str(folder / "calls"), "-e", f"trace={point.call}", "-e", point.fault]
    if point.program == MAIN:
        with _programs(folder / "bin", "", ""):
            return run(command, folder, options)
    with _programs(folder / "bin", f"-qq -o /dev/null -e trace={point.call} -e {point.fault}", point.program):
        return run(command, folder, [])


def without_fault(command: list[str], folder: Path) -> tuple[Ended, dict[Place, str]]:
    """Run the command as it is, and every place in it where a file is changed (by which program, at which call of which kind); and which file."""
    logs = folder / "logs"
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir()
    trace = f"-y -e trace={','.join(CALLS)}"
    with _programs(folder / "bin", f'-qq {trace} -o "{logs}/$sub.$$"', "|".join(GIT)):
        _wrapper(folder / "bin", "gpg", f'-qq {trace} -o "{logs}/$sub.$$"', GPG)
        ended = run(command, folder, ["-o", str(logs / MAIN), *trace.split()])
    found: dict[Place, str] = {}
    for log in sorted(logs.iterdir()):
        program = log.name.partition(".")[0]
        found = {(program, call, number): file for call, number, file in _changes(log)} | found
    return ended, found


def _changes(log: Path) -> Iterator[tuple[str, int, str]]:
    """The calls in a log that change a file, each with its number among those of its kind in its process, and the file."""
    count: dict[tuple[str, str], int] = {}
    for line in log.read_text("utf-8", "replace").splitlines():
        process, rest = line.split(None, 1) if line[:1].isdigit() else ("", line)
        call, bracket, about = rest.partition("(")
        if not bracket or call not in CALLS:
            continue
        count[process, call] = number = count.get((process, call), 0) + 1
        opens_only = call == "openat" and "O_CREAT" not in about and "O_TRUNC" not in about
        named = NAMES_A_FILE.search(about)
        if named and not opens_only:
            yield call, number, named[1]
