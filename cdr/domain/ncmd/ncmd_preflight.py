"""What the national database asks for by 31 March, across cases, from what the local index keeps: references, days and keys only.

Source: process T29 (GOV.UK data collection): every review done by 31 March is complete and finalised, every open case is in; T03 for
the 48 hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cdr.domain.case.processes import Told, national_database_told
from cdr.domain.case.review import ratifying_review
from cdr.domain.ncmd.ncmd_minimum import Minimum, of_returns
from cdr.domain.process.clocks import UnknownHolidays
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.validation import date_at, items_at, read_date, text_at

NOT_PASSED_ON, LATE, NO_DATE = "not_passed_on", "late", "no_date"
NO_MINIMUM = "notification"  # told as missing where the index holds nothing of it

Facts = Mapping[str, Mapping[str, Mapping[str, Any]]]


@dataclass(frozen=True)
class Reviewed:
    """A review ratified in the year and the keys that it lacks."""

    case: str
    reviewed_on: date
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Open:
    """A case that is open on the last day: whether the database was told, and the keys that the notification lacks."""

    case: str
    notified_on: date
    passed_on: bool
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Slow:
    """A case that was not passed on within the limit; `why` is not_passed_on, late or no_date."""

    case: str
    notified_on: date
    due: date
    passed_on: date | None
    why: str


@dataclass(frozen=True)
class Preflight:
    """What is to be done by the last day of a year, and how many cases can wait because they came or were reviewed later.

    `hours` is the limit for passing a notification on.
    """

    year: str
    by: date
    as_of: date
    reviews: tuple[Reviewed, ...]
    open: tuple[Open, ...]
    slow: tuple[Slow, ...]
    notified_later: int
    reviewed_later: int
    hours: int

    @property
    def to_do(self) -> int:
        """How many cases a person has to act on: a review that is not complete, an open case not passed on or not complete."""
        reviews = sum(bool(one.missing) for one in self.reviews)
        return reviews + sum(bool(one.missing) or not one.passed_on for one in self.open)


@dataclass(frozen=True)
class _Case:
    reference: str
    kinds: Mapping[str, Mapping[str, Any]]

    @property
    def notified_on(self) -> date | None:
        return read_date(self.kinds.get("notification", {}).get("facts", {}).get("notified_on"))

    @property
    def ncmd(self) -> Mapping[str, Any]:
        return self.kinds.get("notification", {}).get("ncmd") or {
            "missing": [NO_MINIMUM],
            "told": False,
            "told_on": None,
        }

    @property
    def told(self) -> Told:
        return national_database_told(self.ncmd, self.kinds.get("case", {}))

    @property
    def reviewed_on(self) -> date | None:
        return date_at(ratifying_review(self.kinds.get("case", {})), "on")

    def reopened_by(self, day: date) -> bool:
        """Whether it was opened again between its review and a day, both included, and is open still."""
        reviewed, again = (
            self.reviewed_on,
            [date_at(item, "on") for _, item in items_at(self.kinds["case"], "reopenings")],
        )
        still = text_at(self.kinds["case"], "status") == "open"
        return still and reviewed is not None and any(one is not None and reviewed <= one <= day for one in again)


def preflight(
    facts: Facts, year: str, days: tuple[date, date], as_of: date, minimum: Minimum, policy: Policy
) -> Preflight:
    """What is to be done by the last of `days`, the year's first and last; `facts` are the index's, by case and kind.

    A closed case that came from a register of earlier years was passed on in its time.
    """
    first, last = days
    cases = [_Case(reference, kinds) for reference, kinds in sorted(facts.items()) if not _of_earlier_years(kinds)]
    reviewed = [
        case for case in cases if case.reviewed_on and first <= case.reviewed_on <= last and not case.reopened_by(last)
    ]
    reviews = [_reviewed(case, minimum) for case in reviewed]
    opened = [
        _open(case, case.notified_on) for case in cases if case.notified_on and _is_open(case, case.notified_on, last)
    ]
    return Preflight(
        year,
        last,
        as_of,
        tuple(sorted(reviews, key=lambda one: (one.reviewed_on, one.case))),
        tuple(sorted(opened, key=lambda one: (one.notified_on, one.case))),
        tuple(slow for case in cases if (slow := _slow(case, days, as_of, policy))),
        sum(case.notified_on is not None and case.notified_on > last for case in cases),
        sum(case.reviewed_on is not None and case.reviewed_on > last for case in cases),
        policy.clock("T03").number or 0,
    )


def _of_earlier_years(kinds: Mapping[str, Mapping[str, Any]]) -> bool:
    case = kinds.get("case", {})
    return bool(case.get("imported")) and text_at(case, "status") == "closed"


def _is_open(case: _Case, notified_on: date, last: date) -> bool:
    if notified_on > last:
        return False
    return case.reviewed_on is None or case.reviewed_on > last or case.reopened_by(last)


def _reviewed(case: _Case, minimum: Minimum) -> Reviewed:
    returns = [one.key for one in of_returns(case.kinds.get("requests", {}), minimum)]
    analysis = (case.kinds.get("analysis") or {}).get("ncmd") or {"missing": ["analysis"]}
    return Reviewed(
        case.reference, case.reviewed_on or date.min, (*case.ncmd["missing"], *returns, *analysis["missing"])
    )


def _open(case: _Case, notified_on: date) -> Open:
    return Open(case.reference, notified_on, case.told.is_told, tuple(case.ncmd["missing"]))


def _slow(case: _Case, days: tuple[date, date], as_of: date, policy: Policy) -> Slow | None:
    """A case notified in the year that was not passed on in time, once the time has run out."""
    notified_on, told = case.notified_on, case.told
    if notified_on is None or not days[0] <= notified_on <= days[1]:
        return None
    try:
        due = policy.clock("T03").due(notified_on, policy.working_days)
    except UnknownHolidays:
        return None
    if due is None or as_of <= due or (told.on is not None and told.on <= due):
        return None
    why = NOT_PASSED_ON if not told.is_told else NO_DATE if told.on is None else LATE
    return Slow(case.reference, notified_on, due, told.on, why)
