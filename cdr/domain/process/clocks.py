"""Working days, calendar months and when a limit falls due.

The limits stand in rules/england-2018.yaml; from when each runs, `routes` and `case/milestones` say.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from math import ceil

from cdr.errors import WrongConfiguration
from cdr.moments import Moment
from cdr.records import dataclass, field

SATURDAY = 5
ONE_DAY = timedelta(days=1)
HOURS_IN_A_DAY = 24


class UnknownHolidays(WrongConfiguration):
    """A working day is asked for in a year whose bank holidays are not known."""

    def __init__(self, year: int, first_year: int, last_year: int) -> None:
        super().__init__(
            f"The bank holidays of {year} are not known: the list runs from {first_year} to {last_year}.",
            "Check the year of the date; if it is right, renew rules/bank-holidays.yaml (or update cdr).",
        )


@dataclass(frozen=True)
class Step:
    """Something that has to happen: in words, the clock of the rules, the day by which (None: no limit is laid down), and who acts.

    `limit` (`5 wd`) and `edition` say by which rule the day was found.
    """

    what: str
    clock: str
    due: date | None
    who: str = ""
    limit: str = ""
    edition: str = ""


@dataclass(frozen=True)
class Closure:
    """Days on which nobody is at an agency, both ends counted."""

    first: date
    last: date

    def holds(self, day: date) -> bool:
        """Whether this is one of its days."""
        return self.first <= day <= self.last


@dataclass(frozen=True)
class WorkingDays:
    """Monday to Friday less the bank holidays of England and Wales, for the years that are known.

    Source: process T02 to T07, counted as the protocol's section 1 does.
    """

    holidays: frozenset[date] = field(repr=False)
    first_year: int
    last_year: int

    @staticmethod
    def of(holidays: Iterable[date], first_year: int, last_year: int) -> WorkingDays:
        """Working days from any collection of holidays."""
        return WorkingDays(frozenset(holidays), first_year, last_year)

    def with_days(self, days: Iterable[date]) -> WorkingDays:
        """The same with newly proclaimed holidays."""
        return WorkingDays(self.holidays | frozenset(days), self.first_year, self.last_year)

    def is_working(self, day: date) -> bool:
        """Whether people work on this day. Raises: UnknownHolidays."""
        if not self.first_year <= day.year <= self.last_year:
            raise UnknownHolidays(day.year, self.first_year, self.last_year)
        return day.weekday() < SATURDAY and day not in self.holidays

    def add(self, day: date, n: int) -> date:
        """The n-th working day after a day; for 0 the day itself. Raises: UnknownHolidays, ValueError below 0."""
        if n < 0:
            raise ValueError("working days are only counted forwards")
        if n and day.year > self.last_year:
            raise UnknownHolidays(day.year, self.first_year, self.last_year)
        while n:
            day += ONE_DAY
            n -= self.is_working(day)
        return day

    def next_after(self, day: date) -> date:
        """The first working day after a day. Raises: UnknownHolidays."""
        return self.add(day, 1)


def as_date(start: date | Moment) -> date:
    """The calendar day of a date or of a moment."""
    return start.day if isinstance(start, Moment) else start


def add_months(day: date, months: int) -> date:
    """The same day some calendar months later, held back to the month's end (30 November and 3 months: 28 February)."""
    from dateutil.relativedelta import relativedelta

    return day + relativedelta(months=months)


def whole_months(start: date, end: date) -> int:
    """How many months that `add_months` adds lie between two days; to ask this of thousands of cases needs no day worked out."""
    months = (end.year - start.year) * 12 + end.month - start.month
    is_held_back = end.day < start.day and (end + timedelta(days=1)).month != end.month
    return months - (end.day < start.day and not is_held_back)


def limit(start: date | Moment, number: int, unit: str, working_days: WorkingDays) -> date:
    """The last day of a limit that began at `start`; `unit` is h hours, d days, wd working days or m months.

    Hours are those that pass, also where the clocks change; from a date without a time they are counted as whole days.
    Raises: UnknownHolidays, ValueError for another unit.
    """
    day = as_date(start)
    if unit == "h":
        if isinstance(start, Moment) and start.clock:
            return start.after(number)
        return day + timedelta(days=ceil(number / HOURS_IN_A_DAY))
    if unit == "d":
        return day + timedelta(days=number)
    if unit == "wd":
        return working_days.add(day, number)
    if unit == "m":
        return add_months(day, number)
    raise ValueError("a limit is counted in h, d, wd or m")


def notification_due(died: date | Moment, working_days: WorkingDays) -> date:
    """The day by which a death should be notified: in 24 hours or on the next working day (process T02).

    The next working day is never before the day on which the 24 hours end, so it alone decides.
    """
    return working_days.next_after(as_date(died))
