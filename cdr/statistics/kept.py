"""What the tables count of one case, as the index keeps it apart from all else that is known of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.facts import Facts
from cdr.domain.case.kept import DAYS, as_kept, kept_day
from cdr.records import names_of
from cdr.statistics.facts import CaseFacts, RequestFacts, case_facts
from cdr.statistics.panel_years import Overridden, overridden
from cdr.statistics.years import year_of

DAYS_COUNTED = DAYS | {"reviewed_on"}
COUNTED = tuple(name for name in names_of(CaseFacts) if name not in ("case", "requests"))
PLACES_OF_DAYS = tuple(place for place, name in enumerate(COUNTED) if name in DAYS_COUNTED)


def kept(facts: Facts) -> dict[str, Any] | None:
    """What is counted of a case, as JSON has it; None where nothing is.

    Of a request, whom it asked and when, how it stands and since when, and whether it was escalated: no table asks for more.
    """
    known, passed_over = case_facts(facts), overridden(facts)
    if known is None and passed_over is None:
        return None
    requests = [
        [one.agency, as_kept(one.requested_on), one.status, as_kept(one.answered_on), one.escalated]
        for one in (known.requests if known else ())
    ]
    return {
        "counted": [as_kept(getattr(known, name)) for name in COUNTED] if known else None,
        "requests": requests,
        "passed_over": [passed_over.on.isoformat(), *passed_over.unmet] if passed_over else None,
    }


def counted_of(case: str, known: Mapping[str, Any]) -> CaseFacts | None:
    """What is counted of a case in the tables, of what `kept` wrote."""
    if known["counted"] is None:
        return None
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in known["counted"]]
    for place in PLACES_OF_DAYS:
        values[place] = kept_day(values[place])
    found = dict(zip(COUNTED, values, strict=True))
    requests = [
        RequestFacts(agency, _known_day(asked), status, kept_day(answered), escalated=escalated)
        for agency, asked, status, answered, escalated in known["requests"]
    ]
    return CaseFacts(case=case, requests=tuple(requests), **found)


def passed_over_in(case: str, known: Mapping[str, Any]) -> Overridden | None:
    """What was not met when the case was ratified all the same, of what `kept` wrote."""
    if known["passed_over"] is None:
        return None
    day, *unmet = known["passed_over"]
    return Overridden(case, _known_day(day), tuple(unmet))


def last_year(known: Mapping[str, Any]) -> int:
    """The last year (that in which it begins) in which any table may count the case."""
    days = [asked for _, asked, *_ in known["requests"]] + (known["passed_over"] or [])[:1]
    if known["counted"]:
        days += [day for name, day in zip(COUNTED, known["counted"], strict=True) if name in DAYS_COUNTED and day]
    return int(year_of(_known_day(max(days)))[:4])


def _known_day(kept: str) -> date:
    day = kept_day(kept)
    if day is None:
        raise ValueError("a day that the index keeps is empty")
    return day
