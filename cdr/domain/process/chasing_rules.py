"""Of the rules those that say when a message about a request is due: all that `cdr chase --overdue` reads of them on most days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.kept import day_kept
from cdr.domain.process.clocks import Closure, WorkingDays
from cdr.records import dataclass, field

GENERAL_KNOWLEDGE = "general knowledge"


@dataclass(frozen=True)
class Sourced:
    """Where a rule comes from and the day from which it is applied."""

    source: str
    since: date

    @property
    def printed_source(self) -> str:
        """The source as it may be shown: nothing for what rests on general knowledge."""
        return "" if GENERAL_KNOWLEDGE in self.source else self.source


@dataclass(frozen=True)
class Chasing(Sourced):
    """When prompts and the escalation fall due (process T06 and T07)."""

    prompt_weeks: tuple[int, ...]
    escalation_working_days: int


@dataclass(frozen=True)
class ChasingRules:
    """When prompts and escalations fall due by the area's rule and by the one that ships, and what keeps them back.

    `unconfirmed` are agencies of which nobody confirmed that what is sent arrives; `confirm_arrival`: what is for them waits. `closures` says
    when an agency is closed, by its id.
    """

    chasing: Chasing
    national_chasing: Chasing
    working_days: WorkingDays
    unconfirmed: frozenset[str]
    confirm_arrival: bool
    closures: Mapping[str, tuple[Closure, ...]] = field(repr=False)

    def chasing_on(self, day: date) -> Chasing:
        """The rule of chasing for a request that was made on a day: the area's own from its day on."""
        return self.chasing if day >= self.chasing.since else self.national_chasing


def as_kept(rules: ChasingRules) -> dict[str, Any]:
    """These of any rules as plain JSON, which `of_kept` reads."""
    days = rules.working_days
    return {
        "chasing": _kept_chasing(rules.chasing),
        "national_chasing": _kept_chasing(rules.national_chasing),
        "holidays": sorted(day.isoformat() for day in days.holidays),
        "years": [days.first_year, days.last_year],
        "unconfirmed": sorted(rules.unconfirmed),
        "confirm_arrival": rules.confirm_arrival,
        "closures": {
            agency: [[one.first.isoformat(), one.last.isoformat()] for one in closed]
            for agency, closed in rules.closures.items()
            if closed
        },
    }


def of_kept(kept: Mapping[str, Any]) -> ChasingRules:
    """The rules that `as_kept` gave."""
    first, last = kept["years"]
    return ChasingRules(
        chasing=_chasing(kept["chasing"]),
        national_chasing=_chasing(kept["national_chasing"]),
        working_days=WorkingDays.of(map(day_kept, kept["holidays"]), first, last),
        unconfirmed=frozenset(kept["unconfirmed"]),
        confirm_arrival=kept["confirm_arrival"],
        closures={
            agency: tuple(Closure(day_kept(first), day_kept(last)) for first, last in closed)
            for agency, closed in kept["closures"].items()
        },
    )


def _kept_chasing(rule: Chasing) -> list[Any]:
    return [rule.source, rule.since.isoformat(), [*rule.prompt_weeks], rule.escalation_working_days]


def _chasing(kept: list[Any]) -> Chasing:
    source, since, weeks, days = kept
    return Chasing(source, day_kept(since), tuple(weeks), days)
