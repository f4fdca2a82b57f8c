"""What a reader of the tables should know of the cases behind them: what is missing, and what counts otherwise than it may seem."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.case.places import own_authority
from cdr.records import dataclass
from cdr.statistics.facts import CaseFacts
from cdr.statistics.years import year_of

_ONE, _SEVERAL = "case has", "cases have"


@dataclass(frozen=True)
class Seen:
    """What is worth knowing of some cases: the years in which one was notified, and of how many something is missing or otherwise."""

    notified: frozenset[str] = frozenset()
    without_authority: int = 0
    without_birth: int = 0
    without_death: int = 0
    reviewed_again: int = 0
    from_register: int = 0

    def __add__(self, other: Seen) -> Seen:
        notified = self.notified | other.notified
        return Seen(notified, *(getattr(self, name) + getattr(other, name) for name in IN_NUMBERS))

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {"notified": sorted(self.notified), **{name: getattr(self, name) for name in IN_NUMBERS}}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Seen:
        """What `to_dict` wrote."""
        return cls(frozenset(kept["notified"]), *(kept[name] for name in IN_NUMBERS))


IN_NUMBERS = ("without_authority", "without_birth", "without_death", "reviewed_again", "from_register")
NOBODY = Seen()


def seen(facts: Iterable[CaseFacts], authorities: Sequence[str], years: Sequence[str]) -> Seen:
    """What is worth knowing of those of these cases that count in these years."""
    counted = [case for case in facts if case.counted and _falls_in(case, years)]
    resident = [case for case in counted if own_authority(case.local_authority, authorities)]
    return Seen(
        frozenset(year_of(case.notified_on) for case in resident),
        sum(not case.local_authority for case in counted),
        sum(case.born is None for case in resident),
        sum(case.died is None for case in resident),
        sum(case.reviews > 1 for case in resident),
        sum(case.imported for case in resident),
    )


def cautions(
    facts: Iterable[CaseFacts],
    authorities: Sequence[str],
    years: Sequence[str],
    since: date | None = None,
    others: Seen = NOBODY,
) -> list[str]:
    """A sentence for each thing worth knowing of the cases of these years; none names a case.

    `cdr tally --trace` says which they are. `others` are cases that are not among those given, and `since` is when the first such was notified.
    """
    known = list(facts)
    first = min((year_of(day) for day in (since, *(case.notified_on for case in known)) if day), default="")
    all_ = seen(known, authorities, years) + others
    found = [
        f"Nothing is known of {year}: {f'the first case here is of {first}' if first else 'there is no case here'}."
        if not first or year < first
        else f"No death was notified in {year}."
        for year in years
        if year not in all_.notified
    ]
    found += _of(all_.without_authority, "no local authority and is counted among those from elsewhere")
    found += _of(all_.without_birth, "no date of birth and is under Not known wherever age counts")
    found += _of(all_.without_death, "no date of death and is in no table of deaths by year of death")
    found += _of(all_.reviewed_again, "more than one ratified review and is counted once, by the latest")
    return found + _register(all_.from_register)


def _falls_in(case: CaseFacts, years: Sequence[str]) -> bool:
    days = (case.notified_on, case.died, case.reviewed_on)
    return any(day is not None and year_of(day) in years for day in days)


def _register(n: int) -> list[str]:
    if not n:
        return []
    came = "case of these years was" if n == 1 else "cases of these years were"
    return [
        f"{n} {came} brought in from a register, which tells nothing of returns, other processes or what was done for the family: "
        "it is in none of those numbers."
    ]


def _of(n: int, what: str) -> list[str]:
    if not n:
        return []
    words = what if n == 1 else what.replace(" and is ", " and are ")
    return [f"{n} {_ONE if n == 1 else _SEVERAL} {words}."]
