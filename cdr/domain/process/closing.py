"""What is still left in a case that is to be closed, one sentence each; `review.unmet_for_closing` says which of it stands in the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.case.attachments import attachments_of
from cdr.domain.case.letters_made import final_letters
from cdr.domain.case.milestones import Milestone, ends, kind, milestones_of, still_called_for
from cdr.domain.case.processes import NCMD_TOLD, Told
from cdr.domain.case.review import ratified_reviews, still_open_after_review, unmet_for_closing
from cdr.domain.case.standing import is_imported
from cdr.domain.letters.letter_holds import holds
from cdr.domain.panel.in_case import PAPERS
from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.validation import YES, text_at

Body = Mapping[str, Any]
ANY_PAPER = "other"
AFTER_PANEL = "after-panel"


def left(
    case: Body, requests: Body, analysis: Body | None, told: Told, messages: Sequence[str], on: date, policy: Policy
) -> list[str]:
    """Everything: what the review waits for, the national database, steps, what was learned, letters on hold, papers, questions, messages.

    `told` is what is known of the national database; `messages` are those that wait to be sent. A case of a register is held to
    what its review waits for, and to no step that nobody recorded then.
    """
    return [
        *unmet_for_closing(case, requests, analysis),
        *still_open_after_review(case),
        *([] if is_imported(case) else _not_done(case, requests, told, on, policy)),
        *([] if is_imported(case) else _untold(case, analysis or {})),
        *(f"A letter to the family is on hold ({hold.kind}): ask {hold.whom}." for hold in holds(case)),
        *(f"The minutes or the report are not kept with the case: {one.label}." for one in _without_papers(case)),
        *_papers(case),
        *_waiting(messages),
    ]


def _not_done(case: Body, requests: Body, told: Told, on: date, policy: Policy) -> Iterator[str]:
    if not told.is_told:
        yield "The national database has not been told of the death: cdr milestone REF ncmd_told, once it has."
    # the national database is said above, whether its step has been ended or not
    for step in still_called_for(case, requests, on, policy):
        if step.clock in ends(NCMD_TOLD):
            continue
        yield f"{step.what}{f' (by {step.due})' if step.due else ''} [{step.clock}]"


def _untold(case: Body, analysis: Body) -> Iterator[str]:
    """A family that asked to hear what was learned, and of which nothing says that it did since the panel's last word."""
    if text_at(analysis, "family.feedback_requested") != YES or text_at(analysis, "family.feedback_date"):
        return
    reviewed = max((one.on for one in ratified_reviews(case) if one.on), default=None)
    letters = [one.made_on for one in final_letters(case) if one.kind == AFTER_PANEL]
    if reviewed and not any(made is None or made >= reviewed for made in letters):
        yield (
            "The family asked to hear what was learned, and neither a letter (cdr letter REF --kind after-panel) nor the day on which "
            "they were told (family.feedback_date in Form C) is recorded."
        )


def _without_papers(case: Body) -> Iterator[Milestone]:
    """The milestones that leave a paper of their own kind, of which none is kept."""
    kept = {file.kind for file in attachments_of(case)}
    for one in milestones_of(case):
        paper = str(kind(one.kind).extra.get("minutes", ANY_PAPER))
        if paper != ANY_PAPER and paper not in kept:
            yield one


def _papers(case: Body) -> Iterator[str]:
    """The papers of meetings that hold the case: the store keeps none, and does not know who has them."""
    for one in milestones_of(case):
        if one.kind == PAPERS and one.panel:
            yield f"The papers of {one.panel}, made on {one.on}, hold this case: ask their readers to delete theirs, and whoever made some on another machine."


def _waiting(messages: Sequence[str]) -> list[str]:
    count = len(messages)
    are = "message waits" if count == 1 else "messages wait"
    return [f"{count} {are} in the outbox, and closing takes {'it' if count == 1 else 'them'} away."] if count else []
