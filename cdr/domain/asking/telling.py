"""Who was told the pass-phrase of a form, or given a form that names the child, when and by whom.

A case has `{told: [{agency, on, route, to, by, taken_back_on?}]}`: `to` is who was told, or where the form was put, in a member's words.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.asking.requests import Request
from cdr.domain.rulebook.agency_routes import HANDED_OVER, SECURE_MAIL
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass

TOLD = "told"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Telling:
    """One record: to which agency, on which day, by which route, whom in words (empty where nobody needs to be named), and by whom."""

    agency: str
    on: date
    route: str
    to: str
    by: str


def tellings_of(case: Body) -> list[Telling]:
    """All records of a case in their order, without those that were taken back."""
    listed = ((item, date_at(item, "on")) for _, item in items_at(case, TOLD) if "taken_back_on" not in item)
    return [
        Telling(text_at(i, "agency"), on, *(text_at(i, key) for key in ("route", "to", "by"))) for i, on in listed if on
    ]


def with_telling(case: Body, request: Request | None, told: Telling) -> dict[str, Any]:
    """The case with one more record. Raises: ConditionsNotMet where the agency was not asked by then."""
    if request is None or told.on < _since(request):
        raise ConditionsNotMet(
            "Nothing was recorded.",
            [f"{told.agency} had not been asked by {told.on}."],
            "Ask it first: cdr request REF AGENCY. Another day: --on DATE",
        )
    item = {**vars(told), "on": told.on.isoformat()}
    kept = {key: value for key, value in item.items() if value}
    return {**case, TOLD: [*case.get(TOLD, ()), kept]}


def without_telling(case: Body, agency: str, on: date) -> tuple[dict[str, Any], Telling]:
    """The case without the last record of an agency, which was a mistake, and that record. Raises: ConditionsNotMet where there is none."""
    found = [one for one in tellings_of(case) if one.agency == agency]
    if not found:
        raise ConditionsNotMet("There is nothing to take back.", [f"Nobody recorded that {agency} was told."])
    items = [dict(item) for item in case[TOLD]]
    last = max(n for n, item in enumerate(items) if item["agency"] == agency and "taken_back_on" not in item)
    items[last]["taken_back_on"] = on.isoformat()
    return {**case, TOLD: items}, found[-1]


def is_told(case: Body, request: Request) -> bool:
    """Whether somebody recorded it since the agency was asked, or since it was sent a fresh form."""
    return any(one.agency == request.agency and one.on >= _since(request) for one in tellings_of(case))


def _since(request: Request) -> date:
    return request.bounced[-1].on if request.sent_back else request.requested_on


def by_hand(configuration: Configuration) -> frozenset[str]:
    """The agencies to which a person hands the form: no message carries it."""
    routes = HANDED_OVER if configuration.sends else (*HANDED_OVER, SECURE_MAIL)
    return frozenset(agency.id for agency in configuration.agencies if agency.route in routes)
