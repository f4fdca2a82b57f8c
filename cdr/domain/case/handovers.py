"""What goes to another area's review team, and what came from one (protocol sections 6 and 7).

The bundle: `{schema: handover/1, from, to, case, made_on, answers: REF|null, asks_for_analysis, notification, returns: [Form B], asked?, analysis:
Form C|null}`. On the case: `handovers: [{way: sent|received, area, on, case?, signer?, asked?}]`; `case` is the other area's own reference, where it
is known, and `asked: [{agency, name, requested_on, status, answered_on?, reason?}]` whom the other area asked, and what came of it: a nil return is an
answer, and nobody should be asked once more for what is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr import moments
from cdr.domain.asking.requests import WAIVED, requests_of
from cdr.domain.case.places import same_place
from cdr.domain.case.standing import RATIFIED
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.forms import migrations
from cdr.records import dataclass

SENT, RECEIVED = "sent", "received"
FORM = "handover"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class AskedThere:
    """One agency of the other area that was asked for a return; `status` as in a ledger of requests, `reason` why it is not waited for."""

    agency: str
    name: str
    requested_on: date
    status: str
    answered_on: date | None = None
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As bundles and cases have it."""
        days = {"requested_on": self.requested_on, "answered_on": self.answered_on}
        told = {"agency": self.agency, "name": self.name, "status": self.status, "reason": self.reason}
        return {
            **{key: text for key, text in told.items() if text},
            **{key: day.isoformat() for key, day in days.items() if day},
        }


def asked_there(body: Body) -> tuple[AskedThere, ...]:
    """Whom another area asked, in what stands in a bundle or in an entry of `handovers`."""
    found = ((item, date_at(item, "requested_on")) for _, item in items_at(body, "asked"))
    return tuple(
        AskedThere(
            text_at(item, "agency"), text_at(item, "name"), on, text_at(item, "status"), date_at(item, "answered_on"),
            text_at(item, "reason"),
        )
        for item, on in found
        if on
    )  # fmt: skip


def asked_here(case: Body, requests: Body, names: Mapping[str, str]) -> tuple[AskedThere, ...]:
    """Whom this area asked, as another one is told; `names` are those of the agencies by id."""
    reasons = {text_at(item, "agency"): text_at(item, "reason") for _, item in items_at(case, "waivers")}
    return tuple(
        AskedThere(
            one.agency, names.get(one.agency, one.agency), one.requested_on, one.status, one.answered_on,
            reasons.get(one.agency, "") if one.status == WAIVED else "",
        )
        for one in requests_of(requests)
    )  # fmt: skip


@dataclass(frozen=True)
class Bundle:
    """What one area gives another of a case: `case` is the sender's reference, `answers` that of the case which it answers (empty: none)."""

    sender: str
    to: str
    case: str
    made_on: date
    answers: str
    asks_for_analysis: bool
    notification: Body
    returns: tuple[Body, ...]
    analysis: Body | None
    asked: tuple[AskedThere, ...] = ()

    def body(self) -> dict[str, Any]:
        """As it stands in the file."""
        return {
            "schema": migrations.current(FORM),
            "from": self.sender,
            "to": self.to,
            "case": self.case,
            "made_on": self.made_on.isoformat(),
            "answers": self.answers or None,
            "asks_for_analysis": self.asks_for_analysis,
            "notification": dict(self.notification),
            "returns": [dict(one) for one in self.returns],
            "asked": [one.to_dict() for one in self.asked],
            "analysis": dict(self.analysis) if self.analysis else None,
        }


def bundle_of(body: Body) -> Bundle:
    """A bundle from what stands in its file, which is as its schema says."""
    return Bundle(
        body["from"], body["to"], body["case"], moments.day(body["made_on"]), body["answers"] or "",
        body["asks_for_analysis"], body["notification"], tuple(body["returns"]), body["analysis"],
        asked_there(body),
    )  # fmt: skip


def bundle(
    *,
    sender: str,
    to: str,
    case: str,
    on: date,
    case_body: Body,
    form_a: Body,
    returns: Sequence[Body],
    analysis: Body | None,
    asked: Sequence[AskedThere] = (),
) -> Bundle:
    """What another area is given of a case; it answers what they handed over, where they did."""
    answers = received_from(case_body, to)
    ratified = analysis is not None and text_at(analysis, "stage") == RATIFIED
    given = analysis if ratified or not answers else None
    return Bundle(sender, to, case, on, answers, not answers, form_a, tuple(returns), given, tuple(asked))


@dataclass(frozen=True)
class Handover:
    """One of a case: which way, the other area, when, that area's own reference, where it is known, and whom they had asked."""

    way: str
    area: str
    on: date
    case: str = ""
    asked: tuple[AskedThere, ...] = ()

    @property
    def is_received(self) -> bool:
        """Whether it came from there; else it went there."""
        return self.way == RECEIVED


def handovers_of(case: Body) -> list[Handover]:
    """What went to another area and what came from one, in the order in which it did."""
    return [
        Handover(item["way"], text_at(item, "area"), moments.day(item["on"]), text_at(item, "case"), asked_there(item))
        for _, item in items_at(case, "handovers")
    ]


def received_from(case: Body, area: str) -> str:
    """The reference under which an area handed a case over; empty where it did not."""
    found = [one.case for one in handovers_of(case) if one.is_received and same_place(one.area) == same_place(area)]
    return found[-1] if found else ""


def was_sent_to(case: Body, area: str) -> bool:
    """Whether a case was handed over to an area."""
    return any(not one.is_received and same_place(one.area) == same_place(area) for one in handovers_of(case))


def with_handover(
    case: Body, way: str, area: str, on: date, other: str = "", signer: str = "", asked: Sequence[AskedThere] = ()
) -> dict[str, Any]:
    """The case with what was handed over, or came in."""
    told: dict[str, Any] = {key: text for key, text in (("case", other), ("signer", signer)) if text}
    told |= {"asked": [one.to_dict() for one in asked]} if asked else {}
    listed = [dict(item) for _, item in items_at(case, "handovers")]
    return {**case, "handovers": [*listed, {"way": way, "area": area, "on": on.isoformat(), **told}]}
