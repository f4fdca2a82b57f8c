"""The chair's assurance report of a quarter, for the child death review partners, as a paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from cdr.documents.panel.paper import Bullets, Facts, Grid, Heading, Paper, Part, Text
from cdr.domain.panel.meeting import Meeting
from cdr.domain.panel.people import missing, name_of
from cdr.domain.rulebook.configuration import Configuration
from cdr.statistics.assurance import Assurance
from cdr.written import long_date

PURPOSE = "For the child death review partners. Numbers are exact and may be small: not for publication."
RAISED = {
    "abuse": "suspected abuse or neglect, for the safeguarding partners",
    "coroner": "something for the coroner",
    "public_health": "something for the Director of Public Health",
}


def assurance_paper(told: Assurance, configuration: Configuration) -> Paper:
    """The report; what happened in the quarter comes before how things stand today."""
    quarter = told.quarter
    subtitle = f"{configuration.area}: {quarter.label}, {long_date(quarter.first)} to {long_date(quarter.last)}"
    parts = (*_quarter(told, configuration), *_today(told, configuration), *_signing())
    return Paper("Assurance by the chair of the child death overview panel", subtitle, PURPOSE, parts)


def _quarter(told: Assurance, configuration: Configuration) -> Iterator[Part]:
    over = long_date(told.quarter.last) if told.quarter.last < told.on else "the quarter is not over"
    yield Heading("In the quarter")
    yield Facts(
        (
            ("Deaths notified", str(told.notified)),
            ("Reviews ratified", str(told.reviewed)),
            (
                "From death to review",
                f"{told.days} days (median)" if told.days is not None else "no review was ratified",
            ),
            ("Actions", f"{told.added} new; {told.done} done; {told.not_taken_up} not taken up"),
            ("Second opinions", f"{told.asked} asked for"),
            ("Until", over),
        )
    )
    yield Heading("Meetings", 3)
    if told.meetings:
        rows = tuple(_meeting(one, configuration) for one in told.meetings)
        yield Grid(
            ("Meeting", "Cases", "Deferred", "Held", "Quorate", "Agenda", "Papers", "Read in time"),
            rows,
            (5, 2, 3, 2, 5, 3, 3, 3),
        )
    else:
        yield Text("No meeting is recorded in this quarter.")
    yield Heading("What meetings raised", 3)
    said = tuple(f"{RAISED[what]}: {_cases(n)}" for what, n in told.raised.items())
    yield Bullets(said) if said else Text("Nothing of which somebody had to be told at once.")
    yield Heading("Ratified although something was not met", 3)
    passed = tuple(f"{one.on}: {' '.join(one.unmet)}" for one in told.passed_over)
    yield Bullets(passed) if passed else Text("None.")


def _today(told: Assurance, configuration: Configuration) -> Iterator[Part]:
    yield Heading(f"On {long_date(told.on)}")
    yield Heading("Open cases by what they wait for", 3)
    yield _counted(("Stage", "Cases"), told.stages, "No case is open.")
    yield Heading("Cases that the panel deferred, by what it waits for", 3)
    yield _counted(("Waits for", "Cases"), told.put_off, "None.")
    yield Heading("Returns that are overdue", 3)
    late = {name_of(agency, configuration): n for agency, n in told.late_returns.items()}
    yield _counted(("Agency", "Returns"), late, "None.")
    yield Heading("Actions that are overdue", 3)
    owners = {name_of(who, configuration): n for who, n in told.late_actions.items()}
    yield _counted(("Owner", "Actions"), owners, "None.")
    if told.awaited:
        yield Text(f"Second opinions that are awaited: {told.awaited}.")


def _signing() -> Iterator[Part]:
    yield Heading("What the chair says")
    yield Text("What went well, what worries me, what I ask the partners for:")
    yield Text("Signed, date:")


HELD = {"over": "yes", "not held": "no", "open": "not recorded"}


def _meeting(one: Meeting, configuration: Configuration) -> tuple[str, ...]:
    lacks = missing(one.attended, configuration)
    quorate = "not recorded" if not one.attended else f"no: {', '.join(lacks)}" if lacks else "yes"
    agenda, papers = (f"{(one.on - day).days} days before" if day else "not made" for day in _first_days(one))
    read = f"{one.survey.in_time} of {one.survey.answers}" if one.survey else "not asked"
    return one.id, str(len(one.cases)), str(len(one.deferred)), HELD[one.state], quorate, agenda, papers, read


def _first_days(one: Meeting) -> tuple[date | None, date | None]:
    """The days on which members first had the agenda and their papers."""
    return min((a.on for a in one.agendas), default=None), min((p.on for p in one.packs), default=None)


def _counted(heads: tuple[str, str], counts: Mapping[str, int], none: str) -> Part:
    rows = tuple((name, str(n)) for name, n in sorted(counts.items(), key=lambda one: (-one[1], one[0])))
    return Grid(heads, rows, (8, 2)) if rows else Text(none)


def _cases(n: int) -> str:
    return "1 case" if n == 1 else f"{n} cases"
