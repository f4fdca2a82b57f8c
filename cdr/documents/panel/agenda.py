"""The agenda of a meeting: what is discussed, by reference and without any name of a family, and what is asked of members before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

from cdr.documents.panel.meetings import kind_words
from cdr.documents.panel.paper import Bullets, Facts, Grid, Heading, Paper, Part, Text
from cdr.domain.panel.meeting import Meeting
from cdr.domain.panel.meeting_days import Works, papers_due, reading_days
from cdr.domain.panel.people import members_of, name_of
from cdr.domain.rulebook.configuration import Configuration
from cdr.written import long_date

NOTICE = "Confidential. For the members of the Child Death Overview Panel."


def agenda(meeting: Meeting, configuration: Configuration, on: date, works: Works) -> Paper:
    """The agenda of a meeting, as it stands on a day; `works` says which days people work on."""
    kind = kind_words(meeting.type)
    title = f"Agenda of the panel on {long_date(meeting.on)}"
    subtitle = f"{configuration.area}: {kind} {meeting.id}{f', {meeting.title}' if meeting.title else ''}"
    return Paper(title, subtitle, NOTICE, tuple(_parts(meeting, configuration, on, works)))


def _parts(meeting: Meeting, configuration: Configuration, on: date, works: Works) -> Iterator[Part]:
    yield Heading("Before the meeting")
    yield Facts(tuple(_dates(meeting, on, works)))
    part_time = [member for member in members_of(meeting, configuration) if member.days]
    if part_time:
        rows = ((one.name, _days(reading_days(meeting, on, works, one.days))) for one in part_time)
        yield Text("For members who do not work every day, the days on which they can read:")
        yield Grid(("Member", "Days to read"), tuple(rows), (4, 9))
    yield Bullets(
        (
            "Please read the papers before the meeting; they say how long each case takes.",
            "If you or your team cared for a child on this agenda, tell us now: you leave for that case, and get no papers of it.",
            "If you cannot come, please send somebody from your organisation: without each of those below the panel cannot decide.",
        )
    )
    yield Heading("Who must be there")
    needed = dict.fromkeys(agency for quorum in configuration.panel for agency in quorum.agencies)
    yield Bullets(tuple(f"somebody from {name_of(agency, configuration)}" for agency in needed))
    yield Heading("Cases")
    if meeting.cases:
        yield Grid(("", "Case"), tuple((str(n), case) for n, case in enumerate(meeting.references, 1)), (1, 12))
    else:
        yield Text("No case is assigned yet.")
    yield Heading("For each case")
    yield Bullets(
        (
            "conflicts of interest, and the family's questions and views",
            "the timeline: gaps, conflicts, missed contacts",
            "factors in each domain, and which of them can be modified",
            "the category of death",
            "learning, recommendations (who, what, by when, how it will be known), and who tells the family",
        )
    )


def _dates(meeting: Meeting, on: date, works: Works) -> Iterator[tuple[str, str]]:
    due = papers_due(meeting)
    yield "Papers", f"with you by {long_date(due)}" if on <= due else "with you as soon as they are ready"
    yield "Days to read", _days(reading_days(meeting, on, works))
    yield "Meeting", f"{meeting.on:%A} {long_date(meeting.on)}"


def _days(days: Sequence[date]) -> str:
    return "; ".join(f"{day:%A} {long_date(day)}" for day in days) or "none before the meeting"
