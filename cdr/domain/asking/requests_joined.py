"""The requests and the messages of two cases of one child as one case's (docs/adr/0063).

Of an agency that both cases asked, the request stands whose answer says most: a return before a nil return, an answer before none, and one
that is waited for before a waiver. Where neither says more, the case that stays keeps its own, with its form and its clock.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.domain.asking.prompts_due import SCHEMA as PROMPTS
from cdr.domain.asking.requests import NIL, OUTSTANDING, RETURNED, WAIVED, Request, as_ledger, kept_in
from cdr.domain.asking.said import joined
from cdr.domain.asking.sending import is_unsent
from cdr.domain.merging import identities
from cdr.domain.rulebook.validation import items_at, text_at
from cdr.records import dataclass, replace

SAYS_MOST = (WAIVED, OUTSTANDING, NIL, RETURNED)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class RequestsJoined:
    """The ledger; the agencies whose request came over; those that were asked twice and still hold two forms."""

    ledger: dict[str, Any]
    came: tuple[str, ...]
    asked_twice: tuple[str, ...]


def requests_joined(ours: Body, theirs: Body, their_case: str) -> RequestsJoined:
    """The requests of both; a form that came over carries the reference of the case it was made for (`their_case`)."""
    made, came, twice = kept_in(ours), [], []
    for agency, request in kept_in(theirs).items():
        mine = made.get(agency)
        if request.gone is not None:
            continue
        if mine is None or mine.gone is not None or _rank(request) > _rank(mine):
            made[agency] = _come(request, mine, their_case)
            came.append(agency)
        elif mine.awaited and request.form is not None and request.form != mine.form:
            twice.append(agency)
    return RequestsJoined(as_ledger(made.values()), tuple(came), tuple(twice))


def _rank(request: Request) -> int:
    return SAYS_MOST.index(request.status)


def _come(request: Request, mine: Request | None, case: str) -> Request:
    form = replace(request.form, case=request.form.case or case) if request.form else None
    set_aside = mine.set_aside if mine and request.received is None else None
    return replace(request, form=form, set_aside=set_aside)


def prompts_joined(ours: Body, theirs: Body, came: tuple[str, ...], by_hand: bool) -> dict[str, Any]:
    """What was sent for both. Of an agency whose own request stands, a message that never left the outbox (`by_hand`) is no message."""
    items = [dict(item) for _, item in items_at(ours, "prompts")]
    known = {identities.key(("prompts", "prompts"), item) for item in items}
    for _, item in items_at(theirs, "prompts"):
        left = not by_hand or "left_on" in item or text_at(item, "agency") in came
        if left and not is_unsent(item) and identities.key(("prompts", "prompts"), item) not in known:
            items.append(dict(item))
    return {"schema": PROMPTS, "prompts": items, **joined(ours, theirs)}


def gone_back(before: Body, now: Body, agencies: Mapping[str, bool], on: str) -> dict[str, Any]:
    """The ledger after what had come over went back: of these agencies the request is gone where it is (True), and what is kept of the
    return is set aside.

    `before` is the ledger in which it had come over, `now` the one without it.
    """
    items = {str(item["agency"]): dict(item) for _, item in items_at(now, "requests")}
    were = {str(item["agency"]): dict(item) for _, item in items_at(before, "requests")}
    for agency, is_gone in agencies.items():
        mark = {"set_aside": {"on": on}} | ({"gone": {"on": on}} if is_gone else {})
        items[agency] = (were[agency] if is_gone else items[agency]) | mark
    return {**now, "requests": list(items.values())}
