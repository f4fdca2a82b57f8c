"""How each agency answers: asked, returned, nil, waived, outstanding, overdue, and how many days an answer took."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from cdr.domain.asking.overdue import is_overdue
from cdr.domain.asking.requests import NIL, OUTSTANDING, RETURNED, WAIVED
from cdr.domain.case.facts import Facts
from cdr.domain.case.places import own_authority
from cdr.domain.process.policy import Policy
from cdr.records import dataclass
from cdr.statistics.facts import RequestFacts, request_facts
from cdr.statistics.years import parse_year, year_of

FEWEST_FOR_QUARTILES = 5


@dataclass(frozen=True)
class Answers:
    """One agency's requests of one year (the year of the request).

    `median` and the quartiles are of the days from request to return or nil return; the quartiles are None under five.
    """

    agency: str
    name: str
    year: str
    asked: int
    returned: int
    nil: int
    waived: int
    outstanding: int
    overdue: int
    escalated: int
    median: float | None
    lower: float | None
    upper: float | None


def answers(
    cases: Iterable[Facts],
    names: Mapping[str, str],
    authorities: Sequence[str],
    on: date,
    policy: Policy,
    year: str | None = None,
) -> list[Answers]:
    """Each agency and year from the ledgers of requests and prompts, agencies in the order of `names`, then any others.

    They are of the children of whom the tables count: those who lived with one of the `authorities`.
    Raises: WrongUsage where the year is not one.
    """
    wanted = parse_year(year) if year else None
    found: dict[tuple[str, str], list[RequestFacts]] = {}
    for facts in cases:
        if not is_ours(facts, authorities):
            continue
        for asked in request_facts(facts):
            label = year_of(asked.requested_on)
            if wanted in (None, label):
                found.setdefault((asked.agency, label), []).append(asked)
    order = {agency: n for n, agency in enumerate(names)}
    keys = sorted(found, key=lambda key: (order.get(key[0], len(order)), key))
    return [
        _answers(agency, names.get(agency, agency), label, found[agency, label], on, policy) for agency, label in keys
    ]


def is_ours(facts: Facts, authorities: Sequence[str]) -> bool:
    """Whether the tables count a case; one whose notification the acting key may not open is not left out."""
    known = facts.notification
    if known.notified_on is None:
        return True
    return known.counted and own_authority(known.local_authority, authorities) is not None


def _answers(agency: str, name: str, year: str, asked: Sequence[RequestFacts], on: date, policy: Policy) -> Answers:
    count = {status: sum(one.status == status for one in asked) for status in (RETURNED, NIL, WAIVED, OUTSTANDING)}
    days = sorted(
        (one.answered_on - one.requested_on).days for one in asked if one.answered_on and one.status in (RETURNED, NIL)
    )
    lower, upper = _quartiles(days)
    return Answers(
        agency=agency,
        name=name,
        year=year,
        asked=len(asked),
        returned=count[RETURNED],
        nil=count[NIL],
        waived=count[WAIVED],
        outstanding=count[OUTSTANDING],
        overdue=sum(is_overdue(one, on, policy) for one in asked),
        escalated=sum(one.escalated for one in asked),
        median=float(statistics.median(days)) if days else None,
        lower=lower,
        upper=upper,
    )


def _quartiles(days: Sequence[int]) -> tuple[float | None, float | None]:
    """The lower and upper quartile, linear between neighbours (as a spreadsheet's QUARTILE.INC)."""
    if len(days) < FEWEST_FOR_QUARTILES:
        return None, None
    lower, _, upper = statistics.quantiles(days, n=4, method="inclusive")
    return lower, upper
