"""When a review may be ratified and a case closed, and the day on which a case counts as reviewed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.asking.requests import outstanding
from cdr.domain.case.family_questions import open_questions
from cdr.domain.case.gates import words
from cdr.domain.case.second_opinions import awaited
from cdr.domain.rulebook.form_c import RATIFIED
from cdr.domain.rulebook.validation import items_at, text_at, words_at
from cdr.records import dataclass

OPEN = "open"
HOME_AREAS_ANALYSIS = "home_area_copy_received"  # the milestone (protocol section 6)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class PanelMeeting:
    """What a review needs to know of a meeting; `missing` are the organisations of the quorum of which nobody was there."""

    id: str
    on: date
    had_case: bool
    quorate: bool
    missing: tuple[str, ...] = ()
    is_over: bool = True


def open_gates(case: Body) -> list[str]:
    """The types of the other processes that are still open, in the case's order."""
    return [text_at(gate, "type") for _, gate in items_at(case, "gates") if gate.get("status") == OPEN]


def ratifying_review(case: Body) -> Mapping[str, Any] | None:
    """The last review of a case that was ratified; None while there is none."""
    ratified = [review for _, review in items_at(case, "reviews") if review.get("stage") == RATIFIED]
    return ratified[-1] if ratified else None


def settled_on(case: Body) -> str | None:
    """The day of the ratified review that stands; None while there is none, or where the case was opened again since.

    Each opening allows one more: what counts is how often, and not the dates, which a rehearsal's clock may set.
    """
    ratified = [review for _, review in items_at(case, "reviews") if review.get("stage") == RATIFIED]
    stands = len(ratified) > len(items_at(case, "reopenings"))
    return text_at(ratified[-1], "on") if stands else None


def unmet_for_ratifying(case: Body, requests: Body, panel_meeting: PanelMeeting | None = None) -> list[str]:
    """What a ratified review still waits for, one sentence each; empty when it may be recorded."""
    return [*unmet_for_panel(case, requests), *awaited(case), *_meeting(panel_meeting)]


def unmet_for_panel(case: Body, requests: Body) -> list[str]:
    """What a case waits for before a panel can ratify its review, but for the meeting itself, one sentence each."""
    return [*_returns(requests), *map(_gate_sentence, open_gates(case))]


def unmet_for_closing(case: Body, requests: Body, analysis: Body | None) -> list[str]:
    """What closing a case still waits for, one sentence each.

    An open gate stands in the way unless the ratifying review was recorded in spite of that very gate. A death that another area has
    reviewed wants no review here, and its other processes are waited for there.
    """
    if is_reviewed_elsewhere(case):
        return [*_returns(requests), *awaited(case), *_questions(case)]
    review = ratifying_review(case)
    ratified = review is not None and analysis is not None and text_at(analysis, "stage") == RATIFIED
    gates = [_gate_sentence(kind) for kind in open_gates(case) if not _is_passed_over(kind, review)]
    unreviewed = [] if ratified else ["The case has no ratified review."]
    return [*unreviewed, *_returns(requests), *gates, *awaited(case), *_questions(case)]


def is_reviewed_elsewhere(case: Body) -> bool:
    """Whether the area where the child lived has sent the analysis for which it was asked (protocol section 6)."""
    return any(item.get("kind") == HOME_AREAS_ANALYSIS for _, item in items_at(case, "milestones"))


def still_open_after_review(case: Body) -> list[str]:
    """The other processes that are open and that the review did not wait for, one sentence each."""
    review = ratifying_review(case)
    if is_reviewed_elsewhere(case) and review is None:
        return [f"It is still open, and for the home area to follow: {words(kind)}." for kind in open_gates(case)]
    return [
        f"The review did not wait for it, and it is still open: {words(kind)}."
        for kind in open_gates(case)
        if _is_passed_over(kind, review)
    ]


def _is_passed_over(kind: str, review: Body | None) -> bool:
    return bool({_gate_sentence(kind), _once_said(kind)} & {*words_at(review, "override.unmet")})


def reviewed_on(on: date | None, meeting_date: date | None, today: date) -> date:
    """The day on which a case counts as reviewed: the one given, else the meeting's, else today."""
    return on or meeting_date or today


def spaced_code(code: str) -> str:
    """A code as it is read: `rapid_review` as `rapid review`."""
    return code.replace("_", " ")


def _returns(requests: Body) -> list[str]:
    return [f"The return from {request.agency} is outstanding." for request in outstanding(requests)]


def _questions(case: Body) -> list[str]:
    numbers = [str(number) for number in open_questions(case)]
    return [f"Questions of the family are open: {', '.join(numbers)}."] if numbers else []


def _gate_sentence(kind: str) -> str:
    return f"Another process is still open: {words(kind)}."


def _once_said(kind: str) -> str:
    """The sentence as reviews of earlier versions kept it."""
    return f"Another process is still open: {spaced_code(kind)}."


def _meeting(meeting: PanelMeeting | None) -> list[str]:
    if meeting is None:
        return ["No panel meeting is named that had the case."]
    quorum = f": nobody was there for {', '.join(meeting.missing)}" if meeting.missing else ""
    return [
        *(
            []
            if meeting.is_over
            else [f"The panel meeting {meeting.id} is not recorded as over: cdr panel close {meeting.id}"]
        ),
        *([] if meeting.had_case else [f"The case was not assigned to the panel meeting {meeting.id}."]),
        *([] if meeting.quorate else [f"The panel meeting {meeting.id} was not quorate{quorum}."]),
    ]
