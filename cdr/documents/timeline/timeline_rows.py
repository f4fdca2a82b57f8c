"""What every form of a timeline shows: its lines in order, and its gaps and conflicts in words."""

from __future__ import annotations

from collections.abc import Mapping

from cdr.domain.timeline.ages import counted_years
from cdr.domain.timeline.timeline import Entry, Gap, Timeline
from cdr.records import dataclass

SAME_EVENT = "same event"
MISSED = "missed contact"
DAYS_IN_A_MONTH, DAYS_IN_A_YEAR = 30.4375, 365.25

PURPOSE = (
    "Confidential. For the members of the Child Death Overview Panel, for this review only. "
    "Do not copy it or pass it on; delete it when the case is closed."
)
LEFT_OUT = "Names, places and dates are left out as far as the program could tell"
DAY_0 = "Days count back from the death, which is day 0. Words in square brackets stand for what was left out."
ANONYMISED = f"{LEFT_OUT}; read it through before you use it. {DAY_0}"
FOR_READERS = f"{LEFT_OUT}; where you find one, please tell us and nobody else. {DAY_0}"
IDENTIFIED = "This timeline names the child, the family and the professionals."


@dataclass(frozen=True)
class Row:
    """One line of the timeline to show: an entry with its number and marks, or (`entry` None) a gap in its place."""

    entry: Entry | None
    gap: Gap | None = None
    number: int = 0
    conflicts: tuple[int, ...] = ()
    same_as: int = 0


def rows(timeline: Timeline) -> list[Row]:
    """The entries in order, numbered from 1, with each gap before the entry that ends it."""
    gaps = {gap.end: gap for gap in timeline.gaps}
    first = {index: min(group) + 1 for group in timeline.together for index in group if index != min(group)}
    marks: dict[int, list[int]] = {}
    for number, conflict in enumerate(timeline.conflicts, 1):
        for index in dict.fromkeys(conflict.entries):
            marks.setdefault(index, []).append(number)
    shown: list[Row] = []
    for index, entry in enumerate(timeline.entries):
        gap = gaps.pop(entry.day, None)
        if gap is not None:
            shown.append(Row(None, gap))
        shown.append(Row(entry, None, index + 1, tuple(marks.get(index, ())), first.get(index, 0)))
    return shown


def asides(row: Row) -> list[str]:
    """What is said of an entry after its words: of which it tells again, and that a contact did not take place."""
    same = [f"{SAME_EVENT} as {row.same_as}"] if row.same_as else []
    missed = [MISSED] if row.entry and row.entry.missed else []
    return [*same, *missed]


def missed_findings(timeline: Timeline) -> list[str]:
    """The contacts that did not take place, by the reason, with the numbers of their entries."""
    found: dict[str, list[int]] = {}
    for index, entry in enumerate(timeline.entries):
        if entry.missed:
            found.setdefault(entry.missed, []).append(index)
    return [f"{_capital(words)}: {len(places)} ({_numbers(tuple(places))})." for words, places in found.items()]


def when(entry: Entry) -> str:
    """When it was, for a reader: `2026-01-09 06:25`, or without dates `313 days before`, `Day of death, 06:25`."""
    if entry.at is not None:
        return f"{entry.at[:10]} {entry.clock}" if entry.clock else entry.at
    counted = (
        "Day of death" if entry.day == 0 else f"{span_of_days(abs(entry.day))} {'before' if entry.day < 0 else 'after'}"
    )
    return f"{counted}, {entry.clock}" if entry.clock else counted


def span_of_days(days: int) -> str:
    """`1 day`, `313 days`."""
    return f"{days:,} day" if days == 1 else f"{days:,} days"


def length(days: int) -> str:
    """A stretch of time as people say it: `19 days`, `10 weeks`, `5 months`, `3 years and 2 months`; always rounded down."""
    if days / DAYS_IN_A_YEAR >= 2:
        return counted_years(int(days / DAYS_IN_A_MONTH))
    for unit, size, least in (("month", DAYS_IN_A_MONTH, 3), ("week", 7, 3)):
        if days / size >= least:
            return f"{int(days / size)} {unit}s"
    return span_of_days(days)


def gap_words(gap: Gap) -> str:
    """A gap in its place: `5 months (175 days) without an event`."""
    counted = span_of_days(gap.days)
    return (
        f"{length(gap.days)} ({counted}) without an event"
        if length(gap.days) != counted
        else f"{counted} without an event"
    )


def findings(timeline: Timeline) -> list[str]:
    """The conflicts in words, each with the numbers of its entries."""
    return [f"{conflict.why} ({_numbers(conflict.entries)})." for conflict in timeline.conflicts]


def gap_findings(timeline: Timeline) -> list[str]:
    """The gaps in words, each with the ages between which it lies."""
    ages = {entry.day: entry.age for entry in reversed(timeline.entries) if timeline.born <= entry.day <= 0}
    return [
        f"{_capital(gap_words(gap))}, from {_from_age(timeline, gap, ages)} to {_to_age(gap, ages)}."
        for gap in timeline.gaps
    ]


def heading(timeline: Timeline) -> str:
    """The timeline's title."""
    return f"Timeline of case {timeline.case}"


def notes(timeline: Timeline) -> list[str]:
    """What stands at the head: for whom it is, and what was left out."""
    return [PURPOSE, ANONYMISED if timeline.anonymised else IDENTIFIED]


def _from_age(timeline: Timeline, gap: Gap, ages: Mapping[int, str]) -> str:
    return "the birth" if gap.start == timeline.born else f"the age of {ages[gap.start]}"


def _to_age(gap: Gap, ages: Mapping[int, str]) -> str:
    return "the death" if gap.end == 0 else f"{ages[gap.end]}"


def _numbers(entries: tuple[int, ...]) -> str:
    numbers = [str(index + 1) for index in entries]
    return f"entry {numbers[0]}" if len(numbers) == 1 else f"entries {', '.join(numbers[:-1])} and {numbers[-1]}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
