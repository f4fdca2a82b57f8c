"""Until when a closed case is kept: so many years from the day on which it was last closed, as each area decides (cdr.yaml).

No national guidance names a period for child death reviews; `retention_years` of cdr.yaml has no default, and when the time is over a
person decides: to erase the case, or to keep it longer (`keepings` of the case: until when, why, by whom).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from cdr.domain.case.standing import closures_of, is_open
from cdr.domain.rulebook.configuration import LegalHold
from cdr.domain.rulebook.validation import date_at, items_at
from cdr.errors import ConditionsNotMet
from cdr.moments import day
from cdr.records import dataclass


@dataclass(frozen=True)
class Kept:
    """One case that is closed or void: since when (None: nobody knows), and the first day on which it need not be kept any more."""

    case: str
    closed_on: date | None
    until: date | None

    def is_due(self, today: date) -> bool:
        """Whether its time is over."""
        return self.until is not None and self.until <= today


@dataclass(frozen=True)
class Keeping:
    """A decision that a closed case is kept longer: until when, why, when that was recorded, and by whom."""

    until: date
    because: str
    on: date
    by: str


def keepings_of(case: Mapping[str, Any]) -> list[Keeping]:
    """Every such decision, in the order in which they were made; the index keeps no words of why."""
    return [
        Keeping(day(one["until"]), one.get("because", ""), day(one["on"]), one["by"])
        for _, one in items_at(case, "keepings")
    ]


def held(case: str, holds: Iterable[LegalHold]) -> str:
    """Because of what a case must not be erased, whatever its time; empty where nothing holds it."""
    return next((one.because for one in holds if not one.cases or case in one.cases), "")


def kept(cases: Iterable[tuple[str, Mapping[str, Any]]], years: int) -> list[Kept]:
    """How long each of these cases (reference and case document) is kept, the longest closed first, unknown days last."""
    found = []
    for reference, case in cases:
        closed = _ended_on(case)
        longer = [one.until for one in keepings_of(case)]
        own = _years_later(closed, years) if closed else None
        found.append(Kept(reference, closed, max(filter(None, (own, *longer)), default=None)))
    return sorted(found, key=lambda one: (one.until is None, one.until or date.max, one.case))


def kept_longer(case: Mapping[str, Any], until: date, because: str, on: date, by: str) -> dict[str, Any]:
    """The case with the decision that it is kept until a day. Raises: ConditionsNotMet where it is open, or the day too early."""
    if is_open(case):
        raise ConditionsNotMet(
            "Nothing was recorded.", ["The case is open, and is kept."], "Decide when it was closed."
        )
    decided = max((one.until for one in keepings_of(case)), default=date.min)
    if until <= max(on, decided):
        problem = "The day is to come, and later than one that was decided before."
        raise ConditionsNotMet("Nothing was recorded.", [problem], "Give it with --until DATE.")
    decision = {"until": until.isoformat(), "because": because, "on": on.isoformat(), "by": by}
    return {**case, "keepings": [*case.get("keepings", ()), decision]}


def _ended_on(case: Mapping[str, Any]) -> date | None:
    """The day on which a case was closed last, or made void."""
    closures = [one.on for one in closures_of(case)]
    voidings = [date_at(item, "on") for _, item in items_at(case, "voidings") if not item.get("taken_back_on")]
    return max(filter(None, (*closures, *voidings)), default=None)


def _years_later(day: date, years: int) -> date:
    """The same day so many years later; the day after 28 February where that year has no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 2, 28) + timedelta(days=1)
