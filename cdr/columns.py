"""What one sort of question asks of every case, as the index keeps it apart (`store.parts`): made from the facts of the case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cdr.expressions import expression

if TYPE_CHECKING:
    from datetime import date

    from cdr.store.parts import Column, Kinds

KNOWN_BY, LISTED, COUNTED, ACTED, DATED, WHOLE = "known-by", "listed", "counted", "acted", "dated", "whole"
NAMESAKES, CHASED = "namesakes", "chased"
DAY = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
NO_LAST_YEAR, APRIL = 9999, "04"


def columns() -> tuple[Column, ...]:
    """By what a case is found, and by the child's family name alone; what is to be sent about it; how it is listed when it is at rest; what tables
    count of it, year by year; its actions; its days; and all, year by year."""
    from cdr.store.parts import Column

    return (
        Column(KNOWN_BY, _known_by),
        Column(NAMESAKES, _namesake, word=lambda kept: str(kept[0])),
        Column(CHASED, _chased, is_of_work=True),
        Column(LISTED, _listed),
        Column(COUNTED, _counted, _last_year),
        Column(ACTED, _acted),
        Column(DATED, _dated),
        Column(WHOLE, lambda _, kinds: kinds, _last_year_of_all),
    )


def _known_by(case: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.case import facts, known_by

    one = facts.cases_of({case: kinds}).get(case)
    return known_by.KnownBy.of(one).to_dict() if one else None


def _namesake(_: str, kinds: Kinds) -> list[Any] | None:
    from cdr.domain.case import namesakes
    from cdr.domain.case.voiding import is_void

    child = kinds.get("notification", {}).get("identity")
    if not child or is_void(kinds.get("case", {}), kinds.get("requests", {})):
        return None
    return namesakes.kept_row(child)


def _chased(_: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.asking import chased
    from cdr.domain.case.voiding import is_void

    requests = kinds.get("requests", {})
    return None if is_void(kinds.get("case", {}), requests) else chased.kept_row(requests, kinds.get("prompts", {}))


def _listed(case: str, kinds: Kinds) -> list[Any] | None:
    from cdr.domain.case import facts
    from cdr.domain.process import listing

    one = facts.cases_of({case: kinds}).get(case)
    return listing.kept_row(one) if one else None


def _counted(case: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.case import facts
    from cdr.statistics import kept

    one = facts.cases_of({case: kinds}).get(case)
    return kept.kept(one) if one else None


def _acted(case: str, kinds: Kinds) -> dict[str, Any] | None:
    from cdr.domain.case import facts

    one = facts.cases_of({case: kinds}).get(case)
    return {"actions": one.case["actions"]} if one and one.actions else None


def _dated(case: str, kinds: Kinds) -> dict[str, Any]:
    from cdr.domain.case import dated, facts

    every = {**facts.cases_of({case: kinds}), **facts.void_cases_of({case: kinds})}
    return dated.kept_row(every[case])


def _last_year_of_all(kinds: Kinds) -> int:
    """The year (that in which it begins) after which nothing is recorded of a case; none of one that was never reviewed, which may count as open in any."""
    from cdr.domain.case.review import ratified_reviews

    last = max(_days_in(kinds), default="")
    is_reviewed = bool(ratified_reviews(kinds.get("case", {})))
    return int(last[:4]) - (last[5:7] < APRIL) if last and is_reviewed else NO_LAST_YEAR


def _days_in(kept: Any) -> Iterator[str]:
    if isinstance(kept, str):
        yield from (found[0] for found in (DAY.match(kept),) if found)
    for part in kept.values() if isinstance(kept, Mapping) else kept if isinstance(kept, list) else ():
        yield from _days_in(part)


def _last_year(counted: Mapping[str, Any]) -> int:
    from cdr.statistics import kept

    return kept.last_year(counted)


def sum_up(found: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """What is asked of the cases at rest together."""
    from cdr.domain.case import at_rest
    from cdr.domain.case.kept import kept_day
    from cdr.domain.process import listing
    from cdr.statistics import counting, kept

    ratified = [*filter(None, map(listing.ratified_on, found[LISTED].values()))]
    since: dict[str, date] = {}
    for case, counted in found[COUNTED].items():
        one = kept.counted_of(case, counted)
        for first, day in counting.known_since(one) if one else ():
            since[first] = min(day, since.get(first, day))
    last = kept_day(max(ratified, default=None))
    return at_rest.AtRest(len(found[LISTED]), last, since).to_dict()
