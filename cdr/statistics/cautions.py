"""What a reader of the tables should know of the cases behind them: what is missing, and what counts otherwise than it may seem."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from cdr.domain.case.places import own_authority
from cdr.statistics.facts import CaseFacts
from cdr.statistics.years import year_of

_ONE, _SEVERAL = "case has", "cases have"


def cautions(
    facts: Iterable[CaseFacts], authorities: Sequence[str], years: Sequence[str], since: date | None = None
) -> list[str]:
    """A sentence for each thing worth knowing of the cases of these years; none names a case.

    `cdr tally --trace` says which they are. `since` is when the first was notified of the cases that are not among those given.
    """
    known = list(facts)
    first = min((year_of(day) for day in (since, *(case.notified_on for case in known)) if day), default="")
    counted = [case for case in known if case.counted and _falls_in(case, years)]
    resident = [case for case in counted if own_authority(case.local_authority, authorities)]
    notified = {year_of(case.notified_on) for case in resident}
    found = [
        f"Nothing is known of {year}: {f'the first case here is of {first}' if first else 'there is no case here'}."
        if not first or year < first
        else f"No death was notified in {year}."
        for year in years
        if year not in notified
    ]
    found += _of(
        sum(not case.local_authority for case in counted),
        "no local authority and is counted among those from elsewhere",
    )
    found += _of(
        sum(case.born is None for case in resident), "no date of birth and is under Not known wherever age counts"
    )
    found += _of(
        sum(case.died is None for case in resident), "no date of death and is in no table of deaths by year of death"
    )
    found += _of(
        sum(case.reviews > 1 for case in resident), "more than one ratified review and is counted once, by the latest"
    )
    return found + _register(sum(case.imported for case in resident))


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
