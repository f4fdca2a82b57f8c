"""The ledger of requests: whom a case asked for a return, when, and what came of it.

Body: `{schema: requests/1, requests: [{agency, requested_on, status, answered_on, hold: {until}}]}`; `status` is
outstanding, returned, nil or waived. No reason for a waiver or a hold stands here, because the chaser reads this document:
reasons are the case's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from cdr.domain.policy import Policy
from cdr.domain.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet

SCHEMA = "requests/1"
OUTSTANDING = "outstanding"
RETURNED = "returned"
NIL = "nil"
WAIVED = "waived"
ANSWERS = (RETURNED, NIL, WAIVED)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Request:
    """One agency asked for its return; `answered_on` is None while it is outstanding.

    Nothing is sent about it before the day `held_until`, where there is one.
    """

    agency: str
    requested_on: date
    status: str
    answered_on: date | None = None
    held_until: date | None = None

    def is_held(self, on: date) -> bool:
        """Whether nothing is to be sent about it on this day; a hold ends by itself on its date."""
        return self.held_until is not None and on < self.held_until


def requests_of(requests: Body) -> list[Request]:
    """All requests of a ledger in its order."""
    return [_request(item) for _, item in items_at(requests, "requests")]


def outstanding(requests: Body) -> list[Request]:
    """The requests neither returned nor nil nor waived."""
    return [request for request in requests_of(requests) if request.status == OUTSTANDING]


def ask(requests: Body, agencies: Sequence[str], on: date) -> dict[str, Any]:
    """The ledger with these agencies asked on a day; a waived one may be asked again.

    Raises: ConditionsNotMet when one of them is outstanding or has answered.
    """
    asked = {request.agency: request for request in requests_of(requests)}
    again = [asked[agency] for agency in dict.fromkeys(agencies) if agency in asked]
    unmet = [_already(request) for request in again if request.status != WAIVED]
    if unmet:
        hint = "Name only agencies that have not been asked yet."
        raise ConditionsNotMet("Not every agency can be asked; none was.", unmet, hint)
    new = {agency: Request(agency, on, OUTSTANDING) for agency in agencies}
    return _body({**asked, **new}.values())


def answer(requests: Body, agency: str, status: str, on: date) -> dict[str, Any]:
    """The ledger with an agency's answer: returned, nil or waived; after a waiver or a nil return a full one may still come in.

    Raises: ConditionsNotMet when the agency was never asked, has answered, or would have answered before it was asked.
    """
    if status not in ANSWERS:
        raise ValueError("an answer is returned, nil or waived")
    asked = {request.agency: request for request in requests_of(requests)}
    if agency not in asked:
        raise _refused(f"{agency} has not been asked for a return.", "Ask it first: cdr request REF AGENCY")
    request = asked[agency]
    corrected = request.status == NIL and status == RETURNED  # the agency did know the child after all
    if not corrected and (request.status in (RETURNED, NIL) or request.status == status == WAIVED):
        raise _refused(_already(request), "Correct a return with: cdr edit REF return:AGENCY")
    if on < request.requested_on:
        reason = f"{agency} was asked on {request.requested_on.isoformat()}, which is after the answer's date."
        raise _refused(reason, "Give the day on which it came in: --on DATE")
    return _body({**asked, agency: Request(agency, request.requested_on, status, on)}.values())


def held(requests: Body, agency: str, until: date | None) -> dict[str, Any]:
    """The ledger with an agency left alone until a day, or (None) no longer left alone.

    Raises: ConditionsNotMet when nothing is outstanding from it, or there is no hold to lift.
    """
    asked = {request.agency: request for request in requests_of(requests)}
    request = asked.get(agency)
    if request is None or request.status != OUTSTANDING:
        raise ConditionsNotMet(
            "Nothing was recorded.", [f"No return of {agency} is outstanding in this case."], "See: cdr chase REF"
        )
    if until is None and request.held_until is None:
        raise ConditionsNotMet(
            "Nothing was recorded.", [f"The return of {agency} is not on hold."], "See: cdr chase REF"
        )
    return _body({**asked, agency: replace(request, held_until=until)}.values())


def to_ask(form_a: Body, requests: Body) -> list[str]:
    """The agencies of the notification's professionals that have not been asked, each once, in the form's order."""
    asked = {request.agency for request in requests_of(requests)}
    named = dict.fromkeys(text_at(item, "agency") for _, item in items_at(form_a, "professionals"))
    return [agency for agency in named if agency and agency not in asked]


def prompt_dates(requested_on: date, policy: Policy) -> tuple[date, ...]:
    """The days on which prompts fall due: whole weeks after the request, also at weekends (protocol section 1)."""
    return tuple(requested_on + timedelta(weeks=weeks) for weeks in policy.chasing_on(requested_on).prompt_weeks)


def _refused(reason: str, hint: str) -> ConditionsNotMet:
    return ConditionsNotMet("This answer cannot be kept.", [reason], hint)


def _already(request: Request) -> str:
    since = {
        OUTSTANDING: "has been asked and its return is outstanding",
        RETURNED: "has sent its return",
        NIL: "has sent a nil return",
        WAIVED: "is not waited for any more",
    }
    return f"{request.agency} {since[request.status]}."


def _request(item: Mapping[str, Any]) -> Request:
    answered = item.get("answered_on")
    day = date.fromisoformat(str(answered)) if answered else None
    asked = date.fromisoformat(str(item["requested_on"]))
    return Request(str(item["agency"]), asked, str(item["status"]), day, date_at(item, "hold.until"))


def _body(requests: Any) -> dict[str, Any]:
    return {"schema": SCHEMA, "requests": [_item(request) for request in requests]}


def _item(request: Request) -> dict[str, Any]:
    hold = {"hold": {"until": request.held_until.isoformat()}} if request.held_until else {}
    return {
        "agency": request.agency,
        "requested_on": request.requested_on.isoformat(),
        "status": request.status,
        "answered_on": request.answered_on.isoformat() if request.answered_on else None,
        **hold,
    }
