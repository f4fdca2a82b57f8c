"""How a meeting ends: it is over, did not take place, or is open again after all; and what stays as it is once it has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from cdr.domain.panel.meeting import Meeting
from cdr.errors import ConditionsNotMet
from cdr.records import replace


def closed(meeting: Meeting, on: date) -> Meeting:
    """The meeting, over. Raises: ConditionsNotMet before its day."""
    if meeting.on > on:
        raise ConditionsNotMet(
            "The meeting is still to come; nothing was recorded.",
            [f"It is on {meeting.on}."],
            f"Close it when it is over. Where it does not take place: cdr panel close {meeting.id} --not-held",
        )
    return replace(meeting, closed_on=on)


def not_held(meeting: Meeting, on: date) -> Meeting:
    """The meeting, which did not take place. Raises: ConditionsNotMet while it has cases, or somebody was there."""
    unmet = [f"{case} is on its agenda: cdr panel unassign {meeting.id} {case}" for case in meeting.references]
    unmet += [f"{who} is recorded as there: cdr panel attend {meeting.id} --not {who}" for who in meeting.attended]
    if unmet:
        raise ConditionsNotMet("That cannot be said of this meeting yet; nothing was recorded.", unmet)
    return replace(meeting, not_held_on=on)


def opened_again(meeting: Meeting, ratified: Sequence[str]) -> Meeting:
    """The meeting, not over after all. Raises: ConditionsNotMet where a case was ratified by it."""
    if ratified:
        raise ConditionsNotMet(
            "The meeting cannot be opened again; nothing was recorded.",
            [f"{case} was ratified by it." for case in ratified],
        )
    return replace(meeting, closed_on=None, not_held_on=None)


def refuse_over(meeting: Meeting, ratified: Callable[[], Sequence[str]]) -> None:
    """Stop where the meeting is over; it can be opened again where no case was ratified by it. Raises: ConditionsNotMet."""
    if meeting.is_over or meeting.not_held_on:
        again = f"Where that was a mistake: cdr panel close {meeting.id} --undo"
        if ratified():
            again = "Cases were ratified by it, so it stays over. Minutes may still be given; for another case: cdr panel new DATE"
        raise ConditionsNotMet(
            f"The meeting is {meeting.state}; nothing was recorded.",
            [f"It was closed on {meeting.closed_on or meeting.not_held_on}."],
            again,
        )
