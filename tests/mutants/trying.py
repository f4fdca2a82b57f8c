"""Runs mutmut on some of its changes, with the unit tests that are quick and need neither gpg nor git."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import pytest
from mutmut import __main__ as mutmut
from mutmut.mutation.data import SourceFileMutationData
from mutmut.mutation.trampoline import get_mutant_under_test
from mutmut.runners.harness import PytestRunner
from mutmut.state import state
from mutmut.utils.format_utils import mangled_name_from_mutant_name
from mutmut.workers import isolation
from turns import function_of, long_ones

FINDS_OUT = "stats"  # what mutmut calls the run that finds out which tests reach which function
SURVIVED, NO_TEST = 0, 33  # the codes in mutmut's own notes
# What is kept from one call to the next is forgotten before each change is tried, or the code as it was would answer. But for what these
# keep: it comes of no function that is changed, and takes long to make anew.
FORGETS = ("cdr.", "unit.", "tests.")
MAY_KEEP = (
    "cdr.rules",
    "cdr.forms",
    "cdr.resources",
    "cdr.records",
    "cdr.domain.anonymising.words",
    "unit.domain_data._parsed",
    "unit.timeline_cases._read",
)
# Fixtures with keys, stores and what runs a program.
NEEDS_PROGRAMS = {"people", "cdr", "store"}
EVERY = 60  # seconds from one word of how far it is to the next

Tried = tuple[SourceFileMutationData, str, int | None]


class QuickOnes:
    """Leaves out tests that are long or start programs, and what an earlier test left in memory of the code as it was."""

    def __init__(self) -> None:
        self.long = long_ones()

    def pytest_sessionstart(self) -> None:
        _forget()

    def pytest_runtest_setup(self) -> None:
        if get_mutant_under_test() == FINDS_OUT:  # each test that would call a function counts, and not the first alone
            _forget()

    def pytest_collection_modifyitems(self, config: pytest.Config, items: list[pytest.Item]) -> None:
        left = [item for item in items if not self._is_quick(item)]
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in left]

    def _is_quick(self, item: pytest.Item) -> bool:
        fixtures = set(getattr(item, "fixturenames", ()))
        return function_of(item.nodeid) not in self.long and not fixtures & NEEDS_PROGRAMS


def _forget() -> None:
    for module in [one for name, one in sys.modules.items() if name.startswith(FORGETS)]:
        for value in list(vars(module).values()):
            if hasattr(value, "cache_clear") and not _full_name(value).startswith(MAY_KEEP):
                value.cache_clear()


def _full_name(function: Any) -> str:
    return f"{getattr(function, '__module__', '')}.{getattr(function, '__qualname__', '')}"


class Progress:
    """How far it is, a line now and then, and not at each change."""

    def __init__(self) -> None:
        self.told = time.monotonic()

    def __call__(self, of_files: dict[str, SourceFileMutationData], force_output: bool = False) -> None:
        if time.monotonic() - self.told < EVERY and not force_output:
            return
        self.told = time.monotonic()
        codes = [code for one in of_files.values() for code in one.exit_code_by_key.values() if code is not None]
        print(f"  {len(codes):,} tried so far, {codes.count(SURVIVED):,} of them noticed by no test", flush=True)


class QuickRunner(PytestRunner):
    """mutmut's own, with those tests only."""

    def execute_pytest(self, params: list[str], **more: Any) -> int:
        return super().execute_pytest(params, **{**more, "plugins": [*more.get("plugins", ()), QuickOnes()]})


def run(names: Callable[[], set[str]], again: bool) -> None:
    """Tries each change of these names that was not tried yet, and, where it is to be done again, each that no test noticed then."""
    collect = mutmut.collect_source_file_mutation_data

    chosen: set[str] = set()

    def wanted(**asked: Any) -> tuple[list[Tried], dict[str, SourceFileMutationData]]:
        found, of_files = collect(**asked)
        unheard = (SURVIVED, NO_TEST) if again else ()
        chosen.update(names())
        tried = [(one, name, None if code in unheard else code) for one, name, code in found if name in chosen]
        print(f"  {len(tried):,} of {len(found):,} changes are wanted", flush=True)
        return tried, of_files

    def tests_of_these(_: Any) -> set[str]:
        known = state().tests_by_mangled_function_name
        return set().union(*(known.get(mangled_name_from_mutant_name(name), ()) for name in chosen))

    vars(isolation).update(PytestRunner=QuickRunner)
    vars(mutmut).update(
        collect_source_file_mutation_data=wanted,
        tests_for_mutant_names=tests_of_these,
        print_stats=Progress(),
        print_status=lambda *_, **__: None,
    )
    mutmut._run((), 2)
