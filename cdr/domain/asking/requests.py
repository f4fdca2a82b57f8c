"""The ledger of requests: whom a case asked for a return, when, and what came of it.

Body: `{schema: requests/1, requests: [{agency, requested_on, status, answered_on, form: {nonce, form, locked, for_key},
received: {how, sha256}, bounced: [{on, answered_on}], hold: {until}, set_aside: {on}, earlier: [{requested_on, answered_on}], gone: {on}}]}`;
`status` is outstanding, returned, nil or waived, the keys after `answered_on` only where there is such a thing. No reason for a waiver or a hold
stands here, because the chaser reads this document: reasons are the case's. It opens nothing of `locked` either, which only a
pass-phrase does.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from cdr import moments
from cdr.domain.rulebook.validation import date_at, items_at, read_date, text_at
from cdr.errors import ConditionsNotMet
from cdr.forms import migrations
from cdr.records import dataclass, replace

if TYPE_CHECKING:
    from cdr.domain.process.chasing_rules import ChasingRules

SCHEMA = migrations.current("requests")
OUTSTANDING = "outstanding"
RETURNED = "returned"
NIL = "nil"
WAIVED = "waived"
ANSWERS = (RETURNED, NIL, WAIVED)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class RequestForm:
    """What a request's return form is made from: its number (32 hex digits), its version, and the locked identity.

    `for_key` is the pass-phrase as an OpenPGP message to the agency's own key, where it has one; else empty. `case` is the case
    whose reference the form carries, where that is another one: the request came from there.
    """

    nonce: str
    form: str
    locked: str
    for_key: str = ""
    case: str = ""

    def to_dict(self) -> dict[str, str]:
        """As the ledger has it."""
        return {key: value for key, value in vars(self).items() if value}


@dataclass(frozen=True)
class Received:
    """How an answer came in (html, docx, yaml) and the SHA-256 of the file that it was."""

    how: str
    sha256: str


@dataclass(frozen=True)
class Bounce:
    """The day on which a return was sent back as incomplete, and the day of the fuller one, None while it is awaited."""

    on: date
    answered_on: date | None = None


@dataclass(frozen=True)
class Waived:
    """An earlier request to the same agency, and the day from which it was not waited for."""

    requested_on: date
    answered_on: date | None = None


@dataclass(frozen=True)
class Request:
    """One agency asked for its return; `answered_on` is None while it is outstanding.

    Nothing is sent about it before the day `held_until`, where there is one; `earlier` are requests that were waived before it.
    A return that was recorded and taken back on the day `set_aside` stays where it is and is no return of this agency. One that is
    `gone` came from another case and went back there (`joining`): nobody was asked in this case.
    """

    agency: str
    requested_on: date
    status: str
    answered_on: date | None = None
    form: RequestForm | None = None
    received: Received | None = None
    bounced: tuple[Bounce, ...] = ()
    held_until: date | None = None
    earlier: tuple[Waived, ...] = ()
    set_aside: date | None = None
    gone: date | None = None

    @property
    def sent_back(self) -> bool:
        """Whether its return was sent back as incomplete, and the fuller one is not in yet."""
        return bool(self.bounced) and self.bounced[-1].answered_on is None

    @property
    def awaited(self) -> bool:
        """Whether an answer is waited for: the first, or a fuller one after a bounce."""
        return self.status == OUTSTANDING or self.sent_back

    def is_held(self, on: date) -> bool:
        """Whether nothing is to be sent about it on this day; a hold ends by itself on its date."""
        return self.held_until is not None and on < self.held_until


def requests_of(requests: Body) -> list[Request]:
    """All requests of a ledger in its order; none that went back to another case."""
    return [one for one in (_request(item) for _, item in items_at(requests, "requests")) if one.gone is None]


def was_anybody_asked(requests: Body) -> bool:
    """Whether a ledger has any request at all, but for those that went back to another case."""
    return any(date_at(item, "gone.on") is None for _, item in items_at(requests, "requests"))


def kept_in(requests: Body) -> dict[str, Request]:
    """What the ledger holds of each agency, also what is gone."""
    return {str(item["agency"]): _request(item) for _, item in items_at(requests, "requests")}


def ever_asked(requests: Body) -> list[Request]:
    """All requests that were ever made: before each those to its agency that were waived."""
    return [one for request in requests_of(requests) for one in (*_earlier(request), request)]


def outstanding(requests: Body) -> list[Request]:
    """The requests neither returned nor nil nor waived."""
    items = (item for _, item in items_at(requests, "requests") if item["status"] == OUTSTANDING)
    return [one for one in map(_request, items) if one.gone is None]


def request_of(requests: Body, agency: str) -> Request | None:
    """The request to one agency, None where it was never asked."""
    return next((request for request in requests_of(requests) if request.agency == agency), None)


def ask(
    requests: Body, agencies: Sequence[str], on: date, forms: Mapping[str, RequestForm] | None = None
) -> dict[str, Any]:
    """The ledger with these agencies asked on a day, each with its form; a waived one may be asked again, and stays known.

    Raises: ConditionsNotMet when one of them is outstanding or has answered.
    """
    asked = {request.agency: request for request in requests_of(requests)}
    again = [asked[agency] for agency in dict.fromkeys(agencies) if agency in asked]
    unmet = [_already(request) for request in again if request.status != WAIVED]
    if unmet:
        hint = "Name only agencies that have not been asked yet."
        raise ConditionsNotMet("Not every agency can be asked; none was.", unmet, hint)
    made, kept = forms or {}, kept_in(requests)
    new = {agency: _asked(agency, on, made.get(agency), kept.get(agency)) for agency in agencies}
    return as_ledger({**kept, **new}.values())


def _asked(agency: str, on: date, form: RequestForm | None, before: Request | None) -> Request:
    """A new request; a return that was set aside before it stays so."""
    if before is None or before.gone is not None:
        return Request(agency, on, OUTSTANDING, form=form, set_aside=before.set_aside if before else None)
    earlier = (*before.earlier, Waived(before.requested_on, before.answered_on))
    return Request(agency, on, OUTSTANDING, form=form, earlier=earlier, set_aside=before.set_aside)


def _earlier(request: Request) -> list[Request]:
    return [Request(request.agency, one.requested_on, WAIVED, one.answered_on) for one in request.earlier]


def answer(requests: Body, agency: str, status: str, on: date, received: Received | None = None) -> dict[str, Any]:
    """The ledger with an agency's answer: returned, nil or waived; after a waiver or a nil return a full one may still come in.

    A return that was sent back may come in once more; the day of the first one stays. Raises: ConditionsNotMet when the
    agency was never asked, has answered, or would have answered before it was asked.
    """
    if status not in ANSWERS:
        raise ValueError("an answer is returned, nil or waived")
    asked = {request.agency: request for request in requests_of(requests)}
    if agency not in asked:
        raise _refused(f"{agency} has not been asked for a return.", "Ask it first: cdr request REF AGENCY")
    request = asked[agency]
    fuller = request.sent_back and status == RETURNED
    corrected = request.status == NIL and status == RETURNED  # the agency did know the child after all
    answered = request.status in (RETURNED, NIL) or request.status == status == WAIVED
    if answered and not (fuller or corrected):
        raise _refused(_already(request), "Correct a return with: cdr edit REF return:AGENCY")
    since = request.bounced[-1].on if fuller else request.requested_on
    if on < since:
        asked_when = "the return was sent back" if fuller else f"{agency} was asked"
        reason = f"{asked_when} on {since.isoformat()}, which is after the answer's date."
        raise _refused(
            reason[:1].upper() + reason[1:] if fuller else reason, "Give the day on which it came in: --on DATE"
        )
    return _replaced(requests, _answered(request, status, on, received))


def _answered(request: Request, status: str, on: date, received: Received | None) -> Request:
    if received is not None:  # the form that came now takes the place of what was set aside
        request = replace(request, set_aside=None)
    if request.sent_back:
        last = Bounce(request.bounced[-1].on, on)
        return replace(request, received=received, bounced=(*request.bounced[:-1], last))
    return replace(request, status=status, answered_on=on, received=received, held_until=None)


def taken_back(requests: Body, agency: str, on: date, has_form: bool) -> dict[str, Any]:
    """The ledger with an agency's last answer taken back: its return is outstanding again, or after a bounce the fuller one is.

    Where a return was sent back and nothing came since, it is that return, and the bounce goes with it. The form that came with
    it, where there is one, is set aside. Raises: ConditionsNotMet where the agency was never asked or has not answered.
    """
    asked = {request.agency: request for request in requests_of(requests)}
    request = asked.get(agency)
    if request is None or request.status == OUTSTANDING:
        reason = _already(request) if request else f"{agency} has not been asked for a return."
        raise ConditionsNotMet("There is nothing to take back.", [reason], "See: cdr show REF")
    bounced = request.bounced[:-1] if request.sent_back else request.bounced
    changed = replace(request, received=None, set_aside=on if has_form else request.set_aside, bounced=bounced)
    if bounced:
        awaited = (*bounced[:-1], Bounce(bounced[-1].on))
        return _replaced(requests, replace(changed, bounced=awaited))
    return _replaced(requests, replace(changed, status=OUTSTANDING, answered_on=None))


def with_form(requests: Body, agency: str, form: RequestForm) -> dict[str, Any]:
    """The ledger with another form for an agency that is asked. Raises: ConditionsNotMet where no answer is awaited."""
    asked = {request.agency: request for request in requests_of(requests)}
    if agency not in asked or not asked[agency].awaited:
        reason = _already(asked[agency]) if agency in asked else f"{agency} has not been asked for a return."
        raise ConditionsNotMet("There is no form to make.", [reason], "Ask it first: cdr request REF AGENCY")
    return _replaced(requests, replace(asked[agency], form=form))


def bounce(requests: Body, agency: str, on: date, form: RequestForm) -> dict[str, Any]:
    """The ledger with an agency's return sent back as incomplete, with a fresh form.

    Raises: ConditionsNotMet where there is no full return, or it was sent back already.
    """
    asked = {request.agency: request for request in requests_of(requests)}
    request = asked.get(agency)
    reason = _no_bounce(agency, request, on)
    if request is None or reason:
        hint = "Only a full return that has come in can be sent back; see: cdr show REF"
        raise ConditionsNotMet("There is nothing to send back.", [reason], hint)
    return _replaced(requests, replace(request, form=form, bounced=(*request.bounced, Bounce(on))))


def _no_bounce(agency: str, request: Request | None, on: date) -> str:
    if request is None:
        return f"{agency} has not been asked for a return."
    if request.sent_back:
        return f"{agency} was sent its return back on {request.bounced[-1].on.isoformat()}, and the fuller one is not in yet."
    if request.status == OUTSTANDING:
        return f"{agency} has not answered yet."
    if request.status != RETURNED:
        return _already(request)
    came = request.bounced[-1].answered_on if request.bounced else request.answered_on
    return f"The return came in on {came.isoformat()}, which is later." if came and on < came else ""


def for_index(requests: Body) -> dict[str, Any]:
    """What questions across cases ask of a ledger: the forms, which are long, only where an answer is awaited."""
    awaited = {request.agency for request in requests_of(requests) if request.awaited}
    kept = [
        {key: value for key, value in item.items() if key != "form" or text_at(item, "agency") in awaited}
        for _, item in items_at(requests, "requests")
        if "gone" not in item
    ]
    return {**requests, "requests": kept}


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
    return _replaced(requests, replace(request, held_until=until))


def to_ask(form_a: Body, requests: Body) -> list[str]:
    """The agencies of the notification's professionals that have not been asked, each once, in the form's order."""
    asked = {request.agency for request in requests_of(requests)}
    named = dict.fromkeys(text_at(item, "agency") for _, item in items_at(form_a, "professionals"))
    return [agency for agency in named if agency and agency not in asked]


def prompt_dates(requested_on: date, policy: ChasingRules) -> tuple[date, ...]:
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
    form, received, answered_on = item.get("form"), item.get("received"), item.get("answered_on")
    return Request(
        str(item["agency"]),
        moments.day(item["requested_on"]),
        str(item["status"]),
        read_date(answered_on),
        RequestForm(**form) if form else None,
        Received(**received) if received else None,
        tuple(Bounce(moments.day(one["on"]), date_at(one, "answered_on")) for one in item.get("bounced", ())),
        date_at(item, "hold.until") if "hold" in item else None,
        tuple(Waived(moments.day(one["requested_on"]), date_at(one, "answered_on")) for one in item.get("earlier", ())),
        date_at(item, "set_aside.on") if "set_aside" in item else None,
        date_at(item, "gone.on") if "gone" in item else None,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _replaced(requests: Body, request: Request) -> dict[str, Any]:
    return as_ledger({**kept_in(requests), request.agency: request}.values())


def as_ledger(requests: Iterable[Request]) -> dict[str, Any]:
    """The document of these requests."""
    return {"schema": SCHEMA, "requests": [_item(request) for request in requests]}


def _item(request: Request) -> dict[str, Any]:
    optional = {
        "form": request.form.to_dict() if request.form else None,
        "received": vars(request.received) if request.received else None,
        "bounced": [{"on": one.on.isoformat(), "answered_on": _iso(one.answered_on)} for one in request.bounced],
        "hold": {"until": request.held_until.isoformat()} if request.held_until else None,
        "set_aside": {"on": request.set_aside.isoformat()} if request.set_aside else None,
        "gone": {"on": request.gone.isoformat()} if request.gone else None,
        "earlier": [
            {"requested_on": one.requested_on.isoformat(), "answered_on": _iso(one.answered_on)}
            for one in request.earlier
        ],
    }
    return {
        "agency": request.agency,
        "requested_on": request.requested_on.isoformat(),
        "status": request.status,
        "answered_on": _iso(request.answered_on),
        **{key: dict(value) if isinstance(value, Mapping) else value for key, value in optional.items() if value},
    }
