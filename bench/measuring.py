"""What a command takes: processor time of all that it starts, time by the clock, memory, processes and private-key operations."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

    What is less than this script takes itself (some 28 MB) is told as that: the system counts what a process was before it became another.
    """

    processor: float
    wall: float
    memory: float


@dataclass(frozen=True)
class Counts:
    """How many processes a command is, itself among them, and how often it uses a private key."""

    processes: int
    private: int


def used(command: Sequence[str], data: bytes = b"", ends_with: Sequence[int] = (0,)) -> Used:
    """What one run of a command took. Stops where it does not end as expected."""
    start = time.perf_counter()
    with (
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as process,
    ):
        assert process.stdin and process.stderr
        process.stdin.write(data)
        process.stdin.close()
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in ends_with:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{said.decode(errors='replace')}")
    return Used(usage.ru_utime + usage.ru_stime, time.perf_counter() - start, usage.ru_maxrss / 1024)


def least(run: Callable[[], Used], times: int = REPEATS) -> Used:
    """The least of several runs, for other work only ever adds."""
    runs = [run() for _ in range(times)]
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

    def of(self, command: Sequence[str], data: bytes = b"") -> Counts:
        """What a command starts; the second run counts, when nothing about the wrappers is new."""
        environment = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}
        for _ in range(2):
            self.log.write_text("")
            subprocess.run(command, input=data, env=environment, capture_output=True, check=False)
        started = self.log.read_text().split()
        return Counts(1 + len(started), started.count("private"))
