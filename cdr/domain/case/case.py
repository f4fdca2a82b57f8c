"""The state of a case from its documents, and the changes of the case document itself.

Body: `{schema: case/1, opened_on, status: open|closed, not_a_duplicate, next: [{what, clock, due, who, limit, edition}], gates (see
`gates`), milestones and following (see `milestones`), waivers: [{agency, on, reason}], reviews: [{on, stage, panel, override: {reason, unmet}|null}],
letter_gates, letters (see `letters_made`), attachments (see `attachments`), closures: [{on}], reopenings: [{on, reason}]}`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.asking.requests import WAIVED, outstanding, requests_of
from cdr.domain.case.gates import opening_gates, renewed_gates, words
from cdr.domain.case.lists import DEFERRALS, QUESTIONS, SECOND_OPINIONS, has_any
from cdr.domain.case.review import is_reviewed_elsewhere, open_gates, ratified_reviews, settled_on, unmet_for_closing
from cdr.domain.case.standing import CLOSED, OPEN, RATIFIED, VOID, is_closed, is_open
from cdr.domain.rulebook.validation import at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.forms import migrations

if TYPE_CHECKING:
    from cdr.domain.case.deferrals import Deferral
    from cdr.domain.process.clocks import Step
    from cdr.domain.process.policy import Policy

SCHEMA = migrations.current("case")

NOTIFIED = "notified"
WAITING_FOR_RETURNS = "waiting for returns"
WAITING_FOR_PROCESSES = "waiting for other processes"
READY_FOR_PANEL = "ready for panel"
ANALYSIS_DRAFTED = "analysis drafted"
REVIEWED = "reviewed"
STAGES = (
    NOTIFIED, WAITING_FOR_RETURNS, WAITING_FOR_PROCESSES, READY_FOR_PANEL, ANALYSIS_DRAFTED, REVIEWED, CLOSED, VOID,
)  # fmt: skip

NEXT_STEPS = {
    NOTIFIED: "Ask the agencies for their returns: cdr request",
    WAITING_FOR_RETURNS: "The agencies move next; prompts go out when they fall due: cdr chase --overdue",
    WAITING_FOR_PROCESSES: "Other processes move next; where one has ended: cdr gate REF close TYPE",
    READY_FOR_PANEL: "Bring the case to the panel, then take in its analysis: cdr review",
    ANALYSIS_DRAFTED: "Bring the draft analysis to the panel, then ratify it: cdr review",
    REVIEWED: "Close the case: cdr close",
    CLOSED: "Nothing; new information opens the case again: cdr reopen",
    VOID: "Nothing; it is counted nowhere. Where that is wrong: cdr reopen",
}

Body = Mapping[str, Any]


def stage(case: Body, requests: Body, analysis: Body | None = None) -> str:
    """Where a case is, one of `STAGES`: what it waits for comes before what has been drafted for the panel."""
    if text_at(case, "status") in (CLOSED, VOID):
        return text_at(case, "status")
    if settled_on(case):
        return REVIEWED
    # A child whom no agency knew needs no return, and then a drafted analysis shows that the case has moved on. A request that was
    # waived may have been made by mistake: nobody else was asked yet.
    untouched = all(one.status == WAIVED for one in requests_of(requests)) and analysis is None
    drafted = analysis is not None and text_at(analysis, "stage") != RATIFIED
    found = (
        (bool(outstanding(requests)), WAITING_FOR_RETURNS),
        (untouched, NOTIFIED),
        (bool(open_gates(case)), WAITING_FOR_PROCESSES),
        (drafted, ANALYSIS_DRAFTED),
    )
    return next((name for holds, name in found if holds), READY_FOR_PANEL)


def waiting_for(case: Body, requests: Body, analysis: Body | None = None) -> list[str]:
    """What a case waits for, a few words each: returns by agency id, other processes, else the next act of its own team."""
    if not is_open(case):
        return []
    others = [f"return from {request.agency}" for request in outstanding(requests)]
    others += [words(kind) for kind in open_gates(case)]
    others += _other_answers(case)
    put_off = _put_off(case)
    again = [f"panel again by {put_off.until}: {put_off.words}"] if put_off else []
    own = {
        NOTIFIED: ["requests to agencies"],
        READY_FOR_PANEL: again or ["panel meeting"],
        ANALYSIS_DRAFTED: again or ["panel meeting"],
    }
    now = stage(case, requests, analysis)
    if (now == REVIEWED or is_reviewed_elsewhere(case)) and not unmet_for_closing(case, requests, analysis):
        return ["closing"]
    return [*own.get(now, again), *others]


def _other_answers(case: Body) -> list[str]:
    """What it waits for of another area's panel, and what the family waits for."""
    if not has_any(case, SECOND_OPINIONS, QUESTIONS):
        return []
    from cdr.domain.case.family_questions import open_questions
    from cdr.domain.case.second_opinions import AWAITED, second_opinions_of

    asked = [f"second opinion of {one.area}" for one in second_opinions_of(case).values() if one.status == AWAITED]
    return [*asked, *(["answers to the family"] if open_questions(case) else [])]


def _put_off(case: Body) -> Deferral | None:
    if not has_any(case, DEFERRALS):
        return None
    from cdr.domain.case.deferrals import standing_deferral

    return standing_deferral(case)


def opened(on: date, form_a: Body, steps: Sequence[Step], not_a_duplicate: str | None = None) -> dict[str, Any]:
    """A new case's document: what follows from the notification, and the gates that are open from the start."""
    from cdr.domain.case.milestones import step_item

    return {
        "schema": SCHEMA,
        "opened_on": on.isoformat(),
        "status": OPEN,
        "not_a_duplicate": {"reason": not_a_duplicate, "on": on.isoformat()} if not_a_duplicate else None,
        "next": [step_item(step) for step in steps],
        "gates": opening_gates(form_a),
        **{key: [] for key in ("waivers", "reviews", "letter_gates", "letters", "closures", "reopenings")},
    }


def followed(case: Body, before: Body, form_a: Body, steps: Sequence[Step], policy: Policy) -> dict[str, Any]:
    """The case after its notification was corrected (`before` is what it said): what it calls for now, and its other processes."""
    from cdr.domain.case.milestones import step_item, with_following

    listed = at(case, "gates")
    gates = renewed_gates(listed if isinstance(listed, list) else [], before, form_a)
    return with_following({**case, "next": [step_item(step) for step in steps], "gates": gates}, policy)


def with_waiver(case: Body, agency: str, on: date, reason: str) -> dict[str, Any]:
    """The case with the reason why an agency's return is not waited for."""
    return _with(case, "waivers", {"agency": agency, "on": on.isoformat(), "reason": reason})


def without_waiver(case: Body, agency: str, since: date) -> dict[str, Any]:
    """The case without the reasons for which this agency's return, asked for on the day `since`, was not waited for."""
    items = [dict(item) for _, item in items_at(case, "waivers")]
    left = [item for item in items if item.get("agency") != agency or str(item.get("on")) < since.isoformat()]
    return {**case, "waivers": left}


def with_review(
    case: Body, on: date, review_stage: str, panel: str | None = None, override: tuple[str, Sequence[str]] | None = None
) -> dict[str, Any]:
    """The case with a review; `override` is the reason for ratifying all the same, and the sentences that were unmet."""
    passed_over = {"reason": override[0], "unmet": list(override[1])} if override else None
    return _with(
        case, "reviews", {"on": on.isoformat(), "stage": review_stage, "panel": panel, "override": passed_over}
    )


def with_letter_gate(case: Body, gate: Body) -> dict[str, Any]:
    """The case with the answers of a letter gate, as its document has them."""
    return _with(case, "letter_gates", dict(gate))


def refuse_closed(case: Body) -> None:
    """Stop where the case is closed. Raises: ConditionsNotMet."""
    if is_closed(case):
        raise ConditionsNotMet(
            "The case is closed; nothing was recorded.", [], "Open it again first: cdr reopen REF --reason REASON"
        )


def closed(case: Body, on: date, left: Sequence[str] = (), reason: str = "") -> dict[str, Any]:
    """The case, closed; `left` is what was left to do, in sentences, and `reason` why it was closed in spite of what stood in the way.

    Whether it may be closed is `review.unmet_for_closing`'s to say. Raises: ConditionsNotMet if closed.
    """
    if is_closed(case):
        raise ConditionsNotMet("The case cannot be closed.", ["It is closed already."])
    undone = {"left": list(left)} if left else {}
    override = {"override": {"reason": reason, "unmet": list(left)}} if reason else undone
    return {**_with(case, "closures", {"on": on.isoformat(), **override}), "status": CLOSED}


def reopened(case: Body, on: date, reason: str) -> dict[str, Any]:
    """The case, open again for a reason. Raises: ConditionsNotMet if it is open."""
    if not is_closed(case):
        raise ConditionsNotMet("The case cannot be opened again.", ["It is open already."])
    opening = {"on": on.isoformat(), "reason": reason, "after_reviews": len(ratified_reviews(case))}
    return {**_with(case, "reopenings", opening), "status": OPEN}


def _with(case: Body, key: str, item: dict[str, Any]) -> dict[str, Any]:
    listed = at(case, key)
    return {**case, key: [*(listed if isinstance(listed, list) else []), item]}
