"""What one sort of question asks of every case, as the index keeps it apart (`store.parts`): made from the facts of the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import date

    from cdr.store.parts import Column, Kinds

KNOWN_BY, LISTED, COUNTED = "known-by", "listed", "counted"


def columns() -> tuple[Column, ...]:
    """By what a case is found; how it is listed when it is at rest; and what tables count of it, year by year."""
    from cdr.store.parts import Column

    return Column(KNOWN_BY, _known_by), Column(LISTED, _listed), Column(COUNTED, _counted, _last_year)


def _known_by(case: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.case import facts, known_by

    one = facts.cases_of({case: kinds}).get(case)
    return known_by.KnownBy.of(one).to_dict() if one else None


def _listed(case: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.case import facts
    from cdr.domain.process import listing

    one = facts.cases_of({case: kinds}).get(case)
    return listing.kept_row(one) if one else None


def _counted(case: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.case import facts
    from cdr.statistics import kept

    one = facts.cases_of({case: kinds}).get(case)
    return kept.kept(one) if one else None


def _last_year(counted: Mapping[str, Any]) -> int:
    from cdr.statistics import kept

    return kept.last_year(counted)


def sum_up(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is asked of the cases at rest together."""
    from cdr.domain.case import at_rest
    from cdr.domain.case.kept import kept_day
    from cdr.statistics import counting, kept

    ratified = [row["ratified_on"] for row in found[LISTED].values() if row["ratified_on"]]
    since: dict[str, date] = {}
    for case, counted in found[COUNTED].items():
        one = kept.counted_of(case, counted)
        for first, day in counting.known_since(one) if one else ():
            since[first] = min(day, since.get(first, day))
    last = kept_day(max(ratified, default=None))
    return at_rest.AtRest(len(found[LISTED]), last, since).to_dict()
