"""What goes to another area's review team, and what came from one (protocol sections 6 and 7).

The bundle: `{schema: handover/1, from, to, case, made_on, answers: REF|null, asks_for_analysis, notification, returns: [Form B], analysis: Form
C|null}`. On the case: `handovers: [{way: sent|received, area, on, case?, signer?}]`; `case` is the other area's own reference, where it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.case.places import same_place
from cdr.domain.rulebook.form_c import RATIFIED
from cdr.domain.rulebook.validation import items_at, text_at
from cdr.forms import migrations

SENT, RECEIVED = "sent", "received"
FORM = "handover"

Body = Mapping[str, Any]


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
) -> dict[str, Any]:
    """What another area is given of a case; it answers what they handed over, where they did."""
    answers = received_from(case_body, to)
    ratified = analysis is not None and text_at(analysis, "stage") == RATIFIED
    return {
        "schema": migrations.current(FORM),
        "from": sender,
        "to": to,
        "case": case,
        "made_on": on.isoformat(),
        "answers": answers or None,
        "asks_for_analysis": not answers,
        "notification": dict(form_a),
        "returns": [dict(one) for one in returns],
        "analysis": dict(analysis) if analysis and (ratified or not answers) else None,
    }


def received_from(case: Body, area: str) -> str:
    """The reference under which an area handed a case over; empty where it did not."""
    found = [text_at(item, "case") for _, item in items_at(case, "handovers") if _is(item, RECEIVED, area)]
    return found[-1] if found else ""


def was_sent_to(case: Body, area: str) -> bool:
    """Whether a case was handed over to an area."""
    return any(_is(item, SENT, area) for _, item in items_at(case, "handovers"))


def _is(item: Body, way: str, area: str) -> bool:
    return item.get("way") == way and same_place(text_at(item, "area")) == same_place(area)


def with_handover(case: Body, way: str, area: str, on: date, other: str = "", signer: str = "") -> dict[str, Any]:
    """The case with what was handed over, or came in."""
    told = {key: text for key, text in (("case", other), ("signer", signer)) if text}
    listed = [dict(item) for _, item in items_at(case, "handovers")]
    return {**case, "handovers": [*listed, {"way": way, "area": area, "on": on.isoformat(), **told}]}
