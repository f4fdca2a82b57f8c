"""What a meeting calls for and when: its agenda, its papers, and what follows it (protocol sections 1 and 2; early adopters)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, timedelta
from typing import TypeAlias

from cdr.domain.panel.meeting import Meeting
from cdr.domain.process.due import Task, when_due
from cdr.domain.rulebook.configuration import Member

CLOCK = "T18"
MANAGER = "child death review manager"
Works: TypeAlias = Callable[[date], bool]
AGENDA_DAYS, PAPERS_DAYS = timedelta(days=14), timedelta(days=7)


def agenda_due(meeting: Meeting) -> date:
    """The day by which members should have the agenda."""
    return meeting.on - AGENDA_DAYS


def papers_due(meeting: Meeting) -> date:
    """The day by which members should have their papers: no less than a week before (protocol section 1)."""
    return meeting.on - PAPERS_DAYS


def reading_days(meeting: Meeting, on: date, works: Works, days: Collection[int] = ()) -> list[date]:
    """The days from when papers are there (the day they are due, or later the day `on`) to the meeting on which somebody can read.

    `days` are those of the week on which they work, 0 for Monday; empty for every day on which people work.
    """
    first = max(papers_due(meeting), on)
    coming = (first + timedelta(days=n) for n in range((meeting.on - first).days))
    return [day for day in coming if works(day) and (not days or day.weekday() in days)]


def without_a_day(meeting: Meeting, members: Iterable[Member], on: date, works: Works) -> list[str]:
    """The members who work part time and have no day left on which they can read before the meeting."""
    return [one.id for one in members if one.days and not reading_days(meeting, on, works, one.days)]


def meeting_tasks(meetings: Iterable[Meeting], on: date) -> Iterator[Task]:
    """The next thing that each meeting which is not over calls for."""
    for meeting in meetings:
        found = _next(meeting)
        if found is not None:
            what, due = found
            yield Task("", f"{meeting.id}: {what}", CLOCK, due, when_due(due, on), MANAGER)


def _next(meeting: Meeting) -> tuple[str, date] | None:
    if meeting.not_held_on:
        return None
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
