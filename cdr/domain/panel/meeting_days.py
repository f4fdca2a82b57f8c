"""What a meeting calls for and when: its agenda, its papers, and what follows it (protocol sections 1 and 2; early adopters)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from cdr.domain.panel.meeting import Meeting
from cdr.domain.process.due import Task, when_due

CLOCK = "T18"
MANAGER = "child death review manager"
AGENDA_DAYS, PAPERS_DAYS = timedelta(days=14), timedelta(days=7)


def agenda_due(meeting: Meeting) -> date:
    """The day by which members should have the agenda."""
    return meeting.on - AGENDA_DAYS


def papers_due(meeting: Meeting) -> date:
    """The day by which members should have their papers: no less than a week before (protocol section 1)."""
    return meeting.on - PAPERS_DAYS


def meeting_tasks(meetings: Iterable[Meeting], on: date) -> Iterator[Task]:
    """The next thing that each meeting which is not over calls for."""
    for meeting in meetings:
        found = _next(meeting)
        if found is not None:
            what, due = found
            yield Task("", f"{meeting.id}: {what}", CLOCK, due, when_due(due, on), MANAGER)


def _next(meeting: Meeting) -> tuple[str, date] | None:
    if meeting.is_over:
        return (
            None
            if meeting.minutes_on
            else (f"keep its minutes: cdr panel minutes {meeting.id} --from FILE", meeting.on)
        )
    if meeting.agenda_on is None and meeting.papers_on is None:
        return f"the agenda goes out: cdr panel agenda {meeting.id} -o FILE", agenda_due(meeting)
    if meeting.papers_on is None:
        return f"the papers go out: cdr panel pack {meeting.id} -o DIR", papers_due(meeting)
    return f"the panel meets; afterwards: cdr panel close {meeting.id}", meeting.on
