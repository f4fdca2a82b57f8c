"""A limit on what filling in a text may cost: its loops, calls and repetitions can be written in too many ways to count them."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

MOST_SECONDS = 3.0  # of the processor's time; a letter takes a hundredth of a second
MOST_MEMORY = 1 << 28


class TooMuchWork(BaseException):
    """It takes too long. No `except` of a template engine takes it for an error of its own."""


@contextmanager
def limited() -> Iterator[None]:
    """End what is done within after so much work (TooMuchWork), or where it asks for so much more memory (MemoryError)."""
    if threading.current_thread() is not threading.main_thread():  # which alone can be interrupted
        yield
        return
    before = signal.signal(signal.SIGPROF, _stop)
    memory = resource.getrlimit(resource.RLIMIT_AS)
    try:
        resource.setrlimit(resource.RLIMIT_AS, (_soft(memory), memory[1]))
        signal.setitimer(signal.ITIMER_PROF, MOST_SECONDS)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, memory)
        signal.signal(signal.SIGPROF, before)


def _stop(number: int, frame: FrameType | None) -> None:
    raise TooMuchWork


def _soft(memory: tuple[int, int]) -> int:
    """The memory that this process may have meanwhile; as before, where the machine does not say how much it has now."""
    soft = memory[0]
    with suppress(OSError, ValueError, IndexError):
        most = int(Path("/proc/self/statm").read_text("ascii").split()[0]) * resource.getpagesize() + MOST_MEMORY
        soft = most if soft == resource.RLIM_INFINITY else min(soft, most)
    return soft
