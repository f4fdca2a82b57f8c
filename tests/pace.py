"""How much work something is, held against a yardstick that is measured in the same run: a busy or a slow machine changes both."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

YARDS_A_SECOND = 100  # so many are a second's work, about, on a machine of 2024
TRIES = 5


def yard() -> float:
    """Seconds of processor time that the yardstick takes here and now."""
    return min(_spent() for _ in range(TRIES))


def _spent() -> float:
    begun = time.thread_time()
    sum(number * number for number in range(150_000))
    return time.thread_time() - begun


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """What is done inside takes no more processor time than so many seconds on an idle machine, reckoned in yards."""
    before, begun = yard(), time.thread_time()
    yield
    spent = time.thread_time() - begun
    assert spent < seconds * YARDS_A_SECOND * max(before, yard())
