"""On which days members can read before a meeting."""

from __future__ import annotations

from datetime import date

from cdr.domain.panel.meeting import Meeting
from cdr.domain.panel.meeting_days import reading_days, without_a_day
from cdr.domain.rulebook.configuration import Member

MEETING = Meeting("P2026-04-14", date(2026, 4, 14), "standard", date(2026, 3, 2))  # a Tuesday; Easter Monday is the 6th


def works(day: date) -> bool:
    return day.weekday() < 5 and day != date(2026, 4, 6)


def test_days_to_read_are_working_days_from_when_the_papers_are_there() -> None:
    days = [date(2026, 4, day) for day in (7, 8, 9, 10, 13)]
    assert reading_days(MEETING, date(2026, 3, 20), works) == days
    assert reading_days(MEETING, date(2026, 4, 9), works) == days[2:]
    assert reading_days(MEETING, date(2026, 3, 20), works, (0, 3)) == [date(2026, 4, 9), date(2026, 4, 13)]


def test_a_bank_holiday_is_no_day_to_read() -> None:
    early = Meeting("P2026-04-08", date(2026, 4, 8), "standard", date(2026, 3, 2))
    assert reading_days(early, date(2026, 4, 3), works, (0,)) == []


def test_who_has_no_day_left_is_named() -> None:
    members = [Member("a", "A", "x", days=(1,)), Member("b", "B", "x", days=(0,)), Member("c", "C", "x")]
    assert without_a_day(MEETING, members, date(2026, 4, 10), works) == ["a"]
