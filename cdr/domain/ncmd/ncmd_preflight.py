"""What the national database asks for by 31 March, across cases, from what the local index keeps: references, days and keys only.

Source: process T29 (GOV.UK data collection): every review done by 31 March is complete and finalised, every open case is in; T03 for
the 48 hours.
"""

from __future__ import annotations

from datetime import date

from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.standing import opened_again_on
from cdr.domain.ncmd.ncmd_minimum import Minimum, of_returns
from cdr.domain.process.clocks import UnknownHolidays
from cdr.domain.process.policy import Policy
from cdr.records import dataclass

NOT_PASSED_ON, LATE, NO_DATE = "not_passed_on", "late", "no_date"


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


def preflight(
    cases: Cases, year: str, days: tuple[date, date], as_of: date, minimum: Minimum, policy: Policy
) -> Preflight:
    """What is to be done by the last of `days`, the year's first and last.

    A closed case that came from a register of earlier years was passed on in its time.
    """
    first, last = days
    looked_at = [facts for _, facts in sorted(cases.items()) if facts.is_open or not facts.is_imported]
    notified = [(facts, facts.notification.notified_on) for facts in looked_at]
    reviewed = [(facts, facts.ratified_on) for facts in looked_at]
    reviews = [
        _reviewed(facts, on, minimum)
        for facts, on in reviewed
        if on and first <= on <= last and not _reopened_by(facts, last)
    ]
    opened = [
        Open(facts.reference, on, facts.told.is_told, facts.missing)
        for facts, on in notified
        if on and on <= last and _is_open(facts, last)
    ]
    return Preflight(
        year,
        last,
        as_of,
        tuple(sorted(reviews, key=lambda one: (one.reviewed_on, one.case))),
        tuple(sorted(opened, key=lambda one: (one.notified_on, one.case))),
        tuple(slow for facts, on in notified if on and (slow := _slow(facts, on, days, as_of, policy))),
        sum(on is not None and on > last for _, on in notified),
        sum(on is not None and on > last for _, on in reviewed),
        policy.clock("T03").number or 0,
    )


def _is_open(facts: Facts, last: date) -> bool:
    return facts.ratified_on is None or facts.ratified_on > last or _reopened_by(facts, last)


def _reopened_by(facts: Facts, day: date) -> bool:
    """Whether it was opened again between its review and a day, both included, and is open still."""
    reviewed, again = facts.ratified_on, opened_again_on(facts.case)
    return facts.is_open and reviewed is not None and any(one is not None and reviewed <= one <= day for one in again)


def _reviewed(facts: Facts, on: date, minimum: Minimum) -> Reviewed:
    returns = [one.key for one in of_returns(facts.requests, minimum)]
    return Reviewed(facts.reference, on, (*facts.missing, *returns, *facts.review_missing))


def _slow(facts: Facts, notified_on: date, days: tuple[date, date], as_of: date, policy: Policy) -> Slow | None:
    """A case notified in the year that was not passed on in time, once the time has run out."""
    told = facts.told
    if not days[0] <= notified_on <= days[1]:
        return None
    try:
        due = policy.clock("T03").due(notified_on, policy.working_days)
    except UnknownHolidays:
        return None
    if due is None or as_of <= due or (told.on is not None and told.on <= due):
        return None
    why = NOT_PASSED_ON if not told.is_told else NO_DATE if told.on is None else LATE
    return Slow(facts.reference, notified_on, due, told.on, why)
