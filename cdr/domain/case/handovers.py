"""What goes to another area's review team, and what came from one (protocol sections 6 and 7).

The bundle: `{schema: handover/1, from, to, case, made_on, answers: REF|null, asks_for_analysis, notification, returns: [Form B], analysis: Form
C|null}`. On the case: `handovers: [{way: sent|received, area, on, case?, signer?}]`; `case` is the other area's own reference, where it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr import moments
from cdr.domain.case.places import same_place
from cdr.domain.rulebook.form_c import RATIFIED
from cdr.domain.rulebook.validation import items_at, text_at
from cdr.forms import migrations
from cdr.records import dataclass

SENT, RECEIVED = "sent", "received"
FORM = "handover"

Body = Mapping[str, Any]


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
            "analysis": dict(self.analysis) if self.analysis else None,
        }


def bundle_of(body: Body) -> Bundle:
    """A bundle from what stands in its file, which is as its schema says."""
    return Bundle(
        body["from"], body["to"], body["case"], moments.day(body["made_on"]), body["answers"] or "",
        body["asks_for_analysis"], body["notification"], tuple(body["returns"]), body["analysis"],
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
) -> Bundle:
    """What another area is given of a case; it answers what they handed over, where they did."""
    answers = received_from(case_body, to)
    ratified = analysis is not None and text_at(analysis, "stage") == RATIFIED
    given = analysis if ratified or not answers else None
    return Bundle(sender, to, case, on, answers, not answers, form_a, tuple(returns), given)


@dataclass(frozen=True)
class Handover:
    """One of a case: which way, the other area, when, and that area's own reference, where it is known."""

    way: str
    area: str
    on: date
    case: str = ""

    @property
    def is_received(self) -> bool:
        """Whether it came from there; else it went there."""
        return self.way == RECEIVED


def handovers_of(case: Body) -> list[Handover]:
    """What went to another area and what came from one, in the order in which it did."""
    return [
        Handover(item["way"], text_at(item, "area"), moments.day(item["on"]), text_at(item, "case"))
        for _, item in items_at(case, "handovers")
    ]


def received_from(case: Body, area: str) -> str:
    """The reference under which an area handed a case over; empty where it did not."""
    found = [one.case for one in handovers_of(case) if one.is_received and same_place(one.area) == same_place(area)]
    return found[-1] if found else ""


def was_sent_to(case: Body, area: str) -> bool:
    """Whether a case was handed over to an area."""
    return any(not one.is_received and same_place(one.area) == same_place(area) for one in handovers_of(case))


def with_handover(case: Body, way: str, area: str, on: date, other: str = "", signer: str = "") -> dict[str, Any]:
    """The case with what was handed over, or came in."""
    told = {key: text for key, text in (("case", other), ("signer", signer)) if text}
    listed = [dict(item) for _, item in items_at(case, "handovers")]
    return {**case, "handovers": [*listed, {"way": way, "area": area, "on": on.isoformat(), **told}]}
