"""The programs that the store is kept with: each in a process group of its own, and ended, with whatever it started, at a limit of time."""

from __future__ import annotations

import errno
import os
import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from cdr.records import dataclass

if TYPE_CHECKING:  # which a command that starts no program does without
    import subprocess

    Process = subprocess.Popen[bytes]

KILLED = 128  # a shell that stands before a program says so much more than the number of the signal that ended it
NOT_THERE = (126, 127)  # and one of these where there is no such program, or none that can be run
SHORT = (
    errno.EAGAIN,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
)  # what was lacking when a program could not be started just now
PATIENCE_SECONDS = 5.0
DISK_IS_FULL = (b"No space left", b"Disk quota", b"File too large")


def as_typed(*words: object) -> str:
    """A command, or a part of one, as a person types it: whatever a path or a value holds, it stays one word of it."""
    import shlex

    return shlex.join(map(str, words))


def found(name: str) -> str | None:
    """The path of a program, as a shell finds it; None where there is none."""
    paths = [f"{folder}/{name}" for folder in os.environ.get("PATH", os.defpath).split(os.pathsep) if folder]
    return next((path for path in paths if os.access(path, os.X_OK) and not os.path.isdir(path)), None)  # noqa: PTH112


class OverTime(Exception):
    """A program did not end within its limit of time, now or earlier in this run of cdr."""


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (below zero: the signal that ended it), what it printed, and its talk."""

    code: int
    out: bytes
    said: bytes

    @property
    def signal(self) -> int:
        """The number of the signal that ended the program; 0 where it ended by itself."""
        return -self.code if self.code < 0 else max(0, self.code - KILLED)


given_up: set[str] = set()  # what is not tried again in this run of cdr: programs that were silent, and what others add
started: Counter[str] = Counter()  # how often each program was started in this run of cdr


def begin() -> None:
    """A run of cdr begins: nothing is given up."""
    given_up.clear()
    started.clear()


def run(
    command: Sequence[str],
    data: bytes = b"",
    *,
    seconds: float,
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
    folder: str | None = None,
) -> Ended:
    """Run a program to its end, in `folder`, with `data` on its standard input; `descriptors` stay open in it.

    One that was silent for too long is not waited for again in this run of cdr.
    Raises: OverTime; OSError where it cannot be started.
    """
    import subprocess

    with start(command, environment=environment, descriptors=descriptors, folder=folder) as process:
        try:
            out, said = process.communicate(data, timeout=seconds)
        except BaseException as error:
            end(process)
            if isinstance(error, subprocess.TimeoutExpired):
                given_up.add(command[0])
                raise OverTime from None
            raise
    return Ended(process.returncode, out, said)


def start(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
    folder: str | None = None,
) -> subprocess.Popen[bytes]:
    """A program that was started, with pipes to it and from it. Raises: as `run`."""
    import subprocess

    if command[0] in given_up:
        raise OverTime
    started[command[0]] += 1
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
        pass_fds=tuple(descriptors), process_group=0, cwd=folder,
    )  # fmt: skip


def leave(command: Sequence[str]) -> None:
    """Start a program that nobody waits for: in a session of its own, with nothing to read and nobody to tell. Raises: OSError."""
    nothing = [(os.POSIX_SPAWN_OPEN, channel, os.devnull, os.O_RDWR, 0) for channel in range(3)]
    os.posix_spawn(command[0], [*command], os.environ, file_actions=nothing, setsid=True)


@contextmanager
def limited(process: subprocess.Popen[bytes], seconds: float) -> Iterator[None]:
    """Within it a program that somebody else waits for is ended at its limit. Raises: OverTime, where that was so."""
    over = threading.Event()

    def stop() -> None:
        over.set()
        end(process)

    timer = threading.Timer(seconds, stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        if over.is_set():
            given_up.add(str(process.args[0]))  # type: ignore[index]
            raise OverTime


def finish(process: subprocess.Popen[bytes]) -> None:
    """Let a program that was started end by itself, for it has nothing more to do; one that does not is ended."""
    import subprocess

    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError):
                pipe.close()
    try:
        process.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        end(process)
        process.wait()


def end(process: subprocess.Popen[bytes]) -> None:
    """End a program and whatever it started."""
    import signal

    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
