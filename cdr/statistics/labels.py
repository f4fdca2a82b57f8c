"""Which row of which table a case belongs in, by the table's own words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from cdr.codelists import code_list
from cdr.domain.age import age_band
from cdr.domain.clocks import add_months
from cdr.statistics.facts import CONTRIBUTED, DOMAINS, CaseFacts
from cdr.statistics.years import year_of

NOT_KNOWN = "Not known"
NOT_STATED = "Not stated"


@dataclass(frozen=True)
class Labels:
    """The words of one area's tables: authorities and agencies as configured, bands and rows as policy data."""

    authorities: tuple[str, ...]
    agencies: Mapping[str, str]
    bands: Mapping[str, Any]
    _by_spelling: Mapping[str, str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_spelling", {_spelling(name): name for name in self.authorities})

    def authority(self, case: CaseFacts) -> str | None:
        """The authority as the configuration spells it, or None for a child who did not live in the area."""
        return self._by_spelling.get(_spelling(case.local_authority or ""))

    def notification(self, case: CaseFacts) -> dict[str, str]:
        """The row of a notified case in each table of notifications, but for the authority's."""
        return {
            "age_band": _age(case.born, case.died),
            **self._person(case),
            "expected": {"expected": "Expected", "unexpected": "Unexpected"}.get(case.expected or "", NOT_KNOWN),
            "gestation": self._gestation(case.gestation_weeks),
            "jar": {True: "Yes", False: "No", None: NOT_KNOWN}[case.jar],
            "deprivation": _decile(case.deprivation_decile),
        }

    def review(self, case: CaseFacts) -> dict[str, str]:
        """The row of a reviewed case in each table of reviews that has one row for each, but for the authority's."""
        return {
            "age_band": _age(case.born, case.died),
            **self._person(case),
            "duration": self._duration(case.died, case.reviewed_on),
            "year_of_death": year_of(case.died) if case.died else NOT_KNOWN,
            "category": _category(case.category),
        }

    def found(self, case: CaseFacts) -> dict[str, tuple[str, ...]]:
        """The rows of a reviewed case in the tables where it may have several."""
        return {
            "domains": tuple(_domain(letter) for letter in DOMAINS if case.domains.get(letter) == CONTRIBUTED),
            "contributory_factors": _named("factor", case.contributory_factors),
            "modifiable_factors": _named("factor", case.modifiable_factors),
            "learning_themes": _named("learning_theme", case.learning_themes),
        }

    def rows(self, table: str) -> tuple[Sequence[str], Sequence[str]]:
        """A table's rows, by the last part of its id: those always shown, and those shown where they count."""
        if table == "local_authority":
            return self.authorities, ()
        if table == "category":
            return [_category(one.code) for one in code_list("category").codes], (NOT_KNOWN,)
        if table == "domains":
            return [_domain(letter) for letter in DOMAINS], ()
        rows = self.bands["rows"].get(table, {})
        return rows.get("always", ()), rows.get("counted", ())

    def _person(self, case: CaseFacts) -> dict[str, str]:
        return {
            "place": self._grouped("place_of_death", "place", case.place, NOT_KNOWN),
            "sex": _label("sex", case.sex) if case.sex else NOT_KNOWN,
            "ethnicity": self._grouped("ethnicity", "ethnicity", case.ethnicity, NOT_STATED),
        }

    def _grouped(self, codes: str, table: str, value: str | None, missing: str) -> str:
        always, counted = self.rows(table)
        if value in always or value in counted:  # a register may give the table's own label
            return str(value)
        return (_group(codes, value) if value else None) or missing

    def _gestation(self, weeks: int | None) -> str:
        if weeks is not None:
            for band in self.bands["gestation"]["bands"]:
                if band.get("from", 0) <= weeks < band.get("below", weeks + 1):
                    return str(band["label"])
        return NOT_KNOWN

    def _duration(self, died: date | None, reviewed: date | None) -> str:
        if died is None or reviewed is None or reviewed < died:
            return NOT_KNOWN
        labels, middle = self.bands["duration"]["labels"], self.bands["duration"]["middle"]
        first, last = middle["from_months"], middle["to_months"]
        # the exact day matters in the limits' own months only, and working it out for every case is slow
        months = (reviewed.year - died.year) * 12 + reviewed.month - died.month
        if months < first or (months == first and reviewed < add_months(died, first)):
            return str(labels["shorter"])
        within = months < last or (months == last and reviewed <= add_months(died, last))
        return str(labels["middle" if within else "longer"])


def _age(born: date | None, died: date | None) -> str:
    if born is None or died is None or died < born:
        return NOT_KNOWN
    try:
        return age_band(born, died)
    except ValueError:  # a register of earlier years may hold an age that a new form would not pass
        return NOT_KNOWN


def _decile(decile: int | None) -> str:
    return {None: NOT_KNOWN, 1: "1 (most deprived)", 10: "10 (least deprived)"}.get(decile, str(decile))


@cache
def _category(code: str | int | None) -> str:
    one = code_list("category").get(code)
    return f"{one.code} {one.label}" if one else NOT_KNOWN


@cache
def _domain(letter: str) -> str:
    return f"{letter} {code_list('domain').label(letter)}"


def _named(codes: str, values: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_label(codes, value) for value in values))


@cache
def _label(codes: str, value: str) -> str:
    try:
        return code_list(codes).label(value)
    except KeyError:  # an older list's code
        return value.replace("_", " ").capitalize()


@cache
def _group(codes: str, value: str) -> str | None:
    try:
        return code_list(codes).group(value)
    except KeyError:
        return None


def _spelling(name: str) -> str:
    return " ".join(name.split()).casefold()
