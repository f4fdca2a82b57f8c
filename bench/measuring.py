"""What a command takes: processor time of all that it starts, time by the clock, memory, processes and private-key operations."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

REPEATS = 5
COUNTED = ("gpg", "git", "gpgconf", "ssh")
# A line a process; what is opened with a secret of cdr's own is no private-key operation.
WRAPPER = """#!/bin/sh
kind=other
for word in "$@"; do
  case "$word" in --decrypt|--detach-sign|--sign) kind=private ;; esac
done
for word in "$@"; do
  case "$word" in --passphrase-fd) kind=other ;; esac
done
echo "$kind" >> "{log}"
exec "{real}" "$@"
"""


@dataclass(frozen=True)
class Used:
    """What one run took: processor seconds with all that it started, seconds by the clock, and the most memory of one process in MB.

    What is less than a bare Python takes (some 10 MB) is told as that.
    """

    processor: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Counts:
    """How many processes a command is, itself among them, and how often it uses a private key."""

    processes: int
    private: int


def used(
    command: Sequence[str],
    data: bytes = b"",
    ends_with: Sequence[int] = (0,),
    environment: Mapping[str, str] | None = None,
) -> Used:
    """What one run of a command took. Stops where it does not end as expected."""
    with tempfile.TemporaryDirectory(prefix="cdr-bench-") as aside:
        given, errors = Path(aside, "input"), Path(aside, "errors")
        given.write_bytes(data)
        files = [str(given), os.devnull, str(errors)]
        asked = {
            "command": [*command],
            "environment": dict(environment or os.environ),
            "files": files,
            "folder": str(Path.cwd()),
        }
        took = _ask(json.dumps(asked))
        if took["code"] not in ends_with:
            raise SystemExit(f"{' '.join(command)} ended with {took['code']}:\n{errors.read_text(errors='replace')}")
    return Used(took["processor"], took["wall"], took["memory"])


def _ask(line: str) -> dict[str, float]:
    starter = _starter()
    assert starter.stdin and starter.stdout
    starter.stdin.write(f"{line}\n")
    starter.stdin.flush()
    answer: dict[str, float] = json.loads(starter.stdout.readline())
    return answer


@cache
def _starter() -> subprocess.Popen[str]:
    command = [sys.executable, "-I", "-S", str(Path(__file__).with_name("starting.py"))]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def least(run: Callable[[], Used], times: int = REPEATS) -> Used:
    """The least of several runs, for other work only ever adds."""
    return least_of([run() for _ in range(times)])


def least_of(runs: Sequence[Used]) -> Used:
    """The least of what several runs took."""
    return Used(min(one.processor for one in runs), min(one.wall for one in runs), min(one.memory for one in runs))


class Counting:
    """Counts what a command starts, by wrappers that stand first on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "processes"
        self.folder = folder / "counting"
        self.folder.mkdir(exist_ok=True)
        for name in COUNTED:
            real = shutil.which(name, path=os.defpath)
            if real:
                wrapper = self.folder / name
                wrapper.write_text(WRAPPER.format(log=self.log, real=real), "utf-8")
                wrapper.chmod(0o755)

    def of(
        self, command: Callable[[], Sequence[str]], data: bytes = b"", before: Callable[[], None] = lambda: None
    ) -> Counts:
        """What a command starts; the second run counts, when nothing about the wrappers is new."""
        for _ in range(2):
            before()
            _, counts = self.used(command(), data, range(256))
        return counts

    def used(self, command: Sequence[str], data: bytes = b"", ends_with: Sequence[int] = (0,)) -> tuple[Used, Counts]:
        """What one run of a command took, and what it started."""
        self.log.write_text("")
        environment = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}
        taken = used(command, data, ends_with, environment)
        started = self.log.read_text().split()
        return taken, Counts(1 + len(started), started.count("private"))
