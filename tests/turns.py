"""The long tests take turns: `make test` runs all short ones and a fifth of the long ones, another fifth each day.

Which are long stands in `long.txt`, a line for each test function; `make times` measures all and writes it anew.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

import pytest

OF = 5
LONG = Path(__file__).parent / "long.txt"
# A test function is long where a case of it takes so many times as long as a test does on average, or all of its cases together so
# many times that.
TIMES_THE_MEAN = 2
# Whatever they take: the main job, each output against its schema, and the word that must stand nowhere in the open.
ALWAYS = ("tests/cli/test_main_job.py", "tests/cli/test_json.py", "tests/faults/test_canary.py")
TURN = os.environ.get("CDR_TURN", "all")
MEASURE = "CDR_MEASURE"


def function_of(nodeid: str) -> str:
    """The test function of a test, without the words of its parameters."""
    return nodeid.split("[", 1)[0]


def long_ones() -> frozenset[str]:
    """The test functions that are long."""
    return frozenset(LONG.read_text(encoding="utf-8").split())


def is_due(nodeid: str, turn: int) -> bool:
    """Whether a long test has its turn; the cases of one function are spread over all turns."""
    return crc32(nodeid.encode()) % OF == turn


def longest(seconds: Iterable[tuple[str, float]]) -> list[str]:
    """The functions whose tests take far longer than the mean, from the seconds of each phase of each test by its id."""
    by_test: defaultdict[str, float] = defaultdict(float)
    for nodeid, spent in seconds:
        by_test[nodeid] += spent
    mean = sum(by_test.values()) / max(1, len(by_test))
    by_function: defaultdict[str, list[float]] = defaultdict(list)
    for nodeid, spent in by_test.items():
        by_function[function_of(nodeid)].append(spent)
    limit = TIMES_THE_MEAN * mean
    long = (name for name, spent in by_function.items() if sum(spent) >= limit * min(len(spent), TIMES_THE_MEAN))
    return sorted(name for name in long if not name.startswith(ALWAYS))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if TURN == "all":
        return
    known, turn = long_ones(), int(TURN) % OF
    left = [item for item in items if function_of(item.nodeid) in known and not is_due(item.nodeid, turn)]
    config.hook.pytest_deselected(items=left)
    kept = set(items) - set(left)
    items[:] = [item for item in items if item in kept]


def pytest_report_header() -> list[str]:
    if TURN == "all":
        return []
    return [
        f"of the long tests those of turn {int(TURN) % OF} of {OF} (0 to {OF - 1}) are run; make all runs all of them"
    ]


_seconds: list[tuple[str, float]] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds.append((report.nodeid, report.duration))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if os.environ.get(MEASURE) and not hasattr(session.config, "workerinput"):
        LONG.write_text("".join(f"{name}\n" for name in longest(_seconds)), encoding="utf-8")
