"""The documents of each case as they were opened here, so that a private key opens each of them once.

A case that somebody looks at has a file of its own. What is opened of many cases at once stands in one file for a year of references: to seal
a file for each case took as long as to open what is in it, and there would be as many files as cases. In such a file each case is a text, which is
taken apart when the case is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any

from cdr.store.parts import entries
from cdr.store.sealing import Sealing
from cdr.store.since import Since

MOST_CASES = 4000  # of years that stay in memory together; a year that has more stays alone


class Opened:
    """What one person keeps of the documents of each case."""

    def __init__(self, sealing: Sealing, since: Since) -> None:
        self.sealing = sealing
        self.since = since
        self._cases: dict[str, dict[str, Any]] = {}
        self._years: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def of(self, case: str, wanted: Collection[str] = ()) -> dict[str, Any]:
        """What is kept of one case's documents by path; where all that are `wanted` were opened since, no other file is looked into."""
        if case not in self._cases:
            own = entries(self.sealing.open(own_name(case)), "body")
            since = self.since.opened_of(case)
            has_all = bool(own or (wanted and since.keys() >= {*wanted}))
            known = own if has_all else entries(self._with_others(case), "body")
            self._cases[case] = {**known, **_newer(since, known)}
        return self._cases[case]

    def keep(self, case: str, documents: Mapping[str, Any]) -> None:
        """Keep one case's documents in its own file."""
        self._cases[case] = {**documents}
        self.sealing.keep_of_cases(own_name(case), documents)

    def keep_apart(self, cases: Collection[str]) -> None:
        """Keep each of these cases, as it is known now, in its own file."""
        for case in sorted(cases):
            self.keep(case, self.of(case))

    def keep_with_others(self, case: str, documents: Mapping[str, Any]) -> None:
        """Keep them in the file of the case's year, which `save` writes; in its own where it has one."""
        if self.sealing.is_kept(own_name(case)):
            self.keep(case, documents)
        else:
            self._year(year_of(case))[case] = json.dumps(documents, ensure_ascii=False, separators=(",", ":"))
            self._changed.add(year_of(case))

    def save(self) -> None:
        """Write what was kept with others."""
        for year in sorted(self._changed):
            self.sealing.keep_of_cases(name_of_year(year), self._years[year])
        self._changed.clear()

    def let_go(self, *cases: str) -> None:
        """Hold the documents of these cases in memory no more."""
        for case in cases:
            self._cases.pop(case, None)

    def _with_others(self, case: str) -> Any:
        """What the file of its year says of a case; nothing is made ready where there is no such file."""
        year = year_of(case)
        if year not in self._years and not self.sealing.is_kept(name_of_year(year)):
            return None
        said = self._year(year).get(case)
        with suppress(ValueError):
            return json.loads(said) if isinstance(said, str) else said  # as it was kept before it was a text
        return None

    def _year(self, year: str) -> dict[str, Any]:
        """The cases in the file of one year, which stays in memory while those of others leave room."""
        if year not in self._years:
            kept = self.sealing.open(name_of_year(year)) or {}
            while self._years and len(kept) + sum(map(len, self._years.values())) > MOST_CASES:
                self._leave(next(iter(self._years)))
            self._years[year] = kept
        return self._years[year]

    def _leave(self, year: str) -> None:
        """Hold a year in memory no more; it is written where it was changed."""
        if year in self._changed:
            self.sealing.keep_of_cases(name_of_year(year), self._years[year])
            self._changed.discard(year)
        del self._years[year]


def _newer(since: Mapping[str, Any], known: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was opened since, what is no older than what is known: a case may have been opened anew meanwhile."""
    return {path: one for path, one in since.items() if path not in known or one["revision"] >= known[path]["revision"]}


def names_of(case: str) -> tuple[str, str]:
    """The files in which documents of a case may be kept."""
    return own_name(case), name_of_year(year_of(case))


def own_name(case: str) -> str:
    """The file of one case."""
    return f"cases/{case}"


def name_of_year(year: str) -> str:
    """The file of the cases of one year."""
    return f"opened/{year}"


def year_of(case: str) -> str:
    """The year in which a reference was given."""
    return case.partition("-")[0]
