"""When a review may be ratified and a case closed, and the day on which a case counts as reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.asking.requests import outstanding
from cdr.domain.case.gates import OPEN, gates_of, words
from cdr.domain.case.lists import FOLLOWING, NEXT, QUESTIONS, SECOND_OPINIONS, has_any
from cdr.domain.case.standing import RATIFIED
from cdr.domain.rulebook.validation import at, date_at, items_at, text_at, whole_at, words_at
from cdr.records import dataclass

HOME_AREAS_ANALYSIS = "home_area_copy_received"  # the milestone (protocol section 6)
Body = Mapping[str, Any]


@dataclass(frozen=True)
class PanelMeeting:
    """What a review needs to know of a meeting; `missing` are the organisations of the quorum of which nobody was there.

    `deferred_until` is there where it put off what it decides of the case.
    """

    id: str
    on: date
    had_case: bool
    quorate: bool
    missing: tuple[str, ...] = ()
    is_over: bool = True
    deferred_until: date | None = None


@dataclass(frozen=True)
class Review:
    """One review of a case: its day, the analysis' stage, the meeting, and where something was unmet all the same, why, and what it was."""

    on: date | None
    stage: str
    panel: str = ""
    reason: str = ""
    unmet: tuple[str, ...] = ()

    @property
    def is_ratified(self) -> bool:
        """Whether the panel ratified the analysis, and did not draft it only."""
        return self.stage == RATIFIED


def open_gates(case: Body) -> list[str]:
    """The types of the other processes that are still open, in the case's order."""
    return [gate.type for gate in gates_of(case) if gate.status == OPEN]


def reviews_of(case: Body) -> list[Review]:
    """Every review of a case, in the order in which they were recorded."""
    return [_review(item) for _, item in items_at(case, "reviews")]


def ratified_reviews(case: Body) -> list[Review]:
    """Those of them that were ratified."""
    return [review for review in reviews_of(case) if review.is_ratified]


def ratifying_review(case: Body) -> Review | None:
    """The last review of a case that was ratified; None while there is none."""
    return next(reversed(ratified_reviews(case)), None)


def passed_over(case: Body) -> tuple[str, ...]:
    """What was unmet, in sentences, when the last review was ratified all the same; empty where nothing was, or none was ratified."""
    review = ratifying_review(case)
    return review.unmet if review else ()


def _review(item: Body) -> Review:
    override = at(item, "override")  # few have any
    reason, unmet = (text_at(override, "reason"), tuple(words_at(override, "unmet"))) if override else ("", ())
    return Review(date_at(item, "on"), text_at(item, "stage"), text_at(item, "panel"), reason, unmet)


def settled_on(case: Body) -> date | None:
    """The day of the ratified review that stands; None while there is none, or where the case was opened again since.

    What counts is how many there were when it was opened again, and not the dates, which a rehearsal's clock may set. Of an opening
    that does not say (an earlier version of cdr recorded it) one review is taken to have stood before each.
    """
    ratified = ratified_reviews(case)
    openings = [item for _, item in items_at(case, "reopenings")]
    before = whole_at(openings[-1], "after_reviews") if openings else 0
    stands = len(ratified) > (len(openings) if before is None else before)
    return ratified[-1].on if stands else None


def calls_for_nothing(case: Body) -> bool:
    """Whether no step is open that follows from the notification or from what was done: `still_called_for` then has none on any day."""
    return not has_any(case, FOLLOWING) and (not has_any(case, NEXT) or settled_on(case) is not None)


def unmet_for_ratifying(case: Body, requests: Body, panel_meeting: PanelMeeting | None = None) -> list[str]:
    """What a ratified review still waits for, one sentence each; empty when it may be recorded."""
    return [*unmet_for_panel(case, requests), *_awaited(case), *_meeting(panel_meeting)]


def unmet_for_panel(case: Body, requests: Body) -> list[str]:
    """What a case waits for before a panel can ratify its review, but for the meeting itself, one sentence each."""
    return [*_returns(requests), *map(_gate_sentence, open_gates(case))]


def unmet_for_closing(case: Body, requests: Body, analysis: Body | None) -> list[str]:
    """What closing a case still waits for, one sentence each.

    An open gate stands in the way unless the ratifying review was recorded in spite of that very gate. A death that another area has
    reviewed wants no review here, and its other processes are waited for there.
    """
    if is_reviewed_elsewhere(case):
        return [*_returns(requests), *_awaited(case), *_questions(case)]
    ratified = bool(ratified_reviews(case)) and analysis is not None and text_at(analysis, "stage") == RATIFIED
    gates = [_gate_sentence(kind) for kind in open_gates(case) if not _is_passed_over(kind, passed_over(case))]
    unreviewed = [] if ratified else ["The case has no ratified review."]
    return [*unreviewed, *_returns(requests), *gates, *_awaited(case), *_questions(case)]


def is_reviewed_elsewhere(case: Body) -> bool:
    """Whether the area where the child lived has sent the analysis for which it was asked (protocol section 6)."""
    return any(item.get("kind") == HOME_AREAS_ANALYSIS for _, item in items_at(case, "milestones"))


def still_open_after_review(case: Body) -> list[str]:
    """The other processes that are open and that the ratifying review did not wait for, one sentence each."""
    if is_reviewed_elsewhere(case) and not ratified_reviews(case):
        return [f"It is still open, and for the home area to follow: {words(kind)}." for kind in open_gates(case)]
    return [
        f"The review did not wait for it, and it is still open: {words(kind)}."
        for kind in open_gates(case)
        if _is_passed_over(kind, passed_over(case))
    ]


def _is_passed_over(kind: str, unmet: Sequence[str]) -> bool:
    return bool({_gate_sentence(kind), _once_said(kind)}.intersection(unmet))


def reviewed_on(on: date | None, meeting_date: date | None, today: date) -> date:
    """The day on which a case counts as reviewed: the one given, else the meeting's, else today."""
    return on or meeting_date or today


def spaced_code(code: str) -> str:
    """A code as it is read: `rapid_review` as `rapid review`."""
    return code.replace("_", " ")


def _returns(requests: Body) -> list[str]:
    return [f"The return from {request.agency} is outstanding." for request in outstanding(requests)]


def _awaited(case: Body) -> list[str]:
    if not has_any(case, SECOND_OPINIONS):
        return []
    from cdr.domain.case.second_opinions import awaited

    return awaited(case)


def _questions(case: Body) -> list[str]:
    if not has_any(case, QUESTIONS):
        return []
    from cdr.domain.case.family_questions import open_questions

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
    until = meeting.deferred_until
    quorum = f": nobody was there for {', '.join(meeting.missing)}" if meeting.missing else ""
    return [
        *(
            []
            if meeting.is_over
            else [f"The panel meeting {meeting.id} is not recorded as over: cdr panel close {meeting.id}"]
        ),
        *([] if meeting.had_case else [f"The case was not assigned to the panel meeting {meeting.id}."]),
        *([f"The panel meeting {meeting.id} deferred the case until {until}."] if until else []),
        *([] if meeting.quorate else [f"The panel meeting {meeting.id} was not quorate{quorum}."]),
    ]
