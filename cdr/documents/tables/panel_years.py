"""What the panel did in each year, as lines of text for the tables and the report."""

from __future__ import annotations

from collections import Counter

from cdr.statistics.panel_years import PanelYear, PanelYears

HEADING = "Meetings of the panel"
ATTENDANCE = "Who was at the meetings in"
DEFERRED = "Cases that the panel deferred"
READ = "Whether members could read the papers in time"
PASSED_OVER = "Reviews ratified although something was not met"


def panel_blocks(panel: PanelYears, edition: str) -> list[tuple[str, list[str]]]:
    """What the panel did, under its headings. What was deferred, who came, what members said and what was passed over stand in no public edition."""
    inside = [
        (DEFERRED, [f"{one.year}: {_cases(one.deferred)} of {one.cases}." for one in panel.years if one.held]),
        (f"{ATTENDANCE} {panel.years[-1].year}", _attendance_lines(panel.years[-1])),
        (READ, [line for one in panel.years for line in _read_lines(one)]),
        (PASSED_OVER, passed_over_counts(panel)),
    ]
    return [(HEADING, meeting_lines(panel)), *(one for one in inside if one[1] and edition == "internal")]


def _attendance_lines(year: PanelYear) -> list[str]:
    came = [f"{one.name}: at {one.there} of {one.of}" for one in year.attendance]
    return [*came, f"Observers: at {year.observed} of {year.held}"] if came else []


def _read_lines(year: PanelYear) -> list[str]:
    read = year.read
    if read is None:
        return [f"{year.year}: members were not asked."] if year.held else []
    after = "1 meeting" if read.meetings == 1 else f"{read.meetings} meetings"
    said = f"{read.in_time} read all papers in time, {read.in_part} in part, {read.not_in_time} could not"
    return [f"{year.year}: of {read.answers} answers after {after} of {year.held}, {said}."]


def meeting_lines(panel: PanelYears) -> list[str]:
    """The meetings of each year, a sentence each; of a year without any, that there was none."""
    return [_words(one) for one in panel.years]


def _words(year: PanelYear) -> str:
    if not year.held:
        return f"{year.year}: no meeting is recorded as held."
    meetings = "1 meeting" if year.held == 1 else f"{year.held} meetings"
    return f"{year.year}: {meetings}, of which {year.quorate} quorate, with {_cases(year.cases)}."


def _cases(n: int) -> str:
    return "1 case" if n == 1 else f"{n} cases"


def passed_over_counts(panel: PanelYears) -> list[str]:
    """What was not met and in how many of these reviews, without their references, which `cdr list` has."""
    counted = Counter(sentence for one in panel.overridden for sentence in one.unmet)
    return [f"{sentence} ({'1 review' if n == 1 else f'{n} reviews'})" for sentence, n in counted.most_common()]
