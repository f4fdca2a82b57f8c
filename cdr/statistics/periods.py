"""The columns of the tables: years side by side, their quarters, or several years as one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from cdr.records import dataclass
from cdr.statistics.years import FIRST_MONTH, first_and_last_day, year_of, years_ending

YEAR, QUARTER = "year", "quarter"
BY = (YEAR, QUARTER)
QUARTERS = 4
MONTHS = 12
# of a year, and of the one after it, counted on from its January
_QUARTERS_BEGIN = tuple(range(FIRST_MONTH, FIRST_MONTH + MONTHS + 1, MONTHS // QUARTERS))


@dataclass(frozen=True)
class Columns:
    """The columns with their labels, oldest first; `length` is how many years each of them is."""

    labels: tuple[str, ...]
    years: tuple[str, ...]
    by: str
    length: float

    def of(self, day: date) -> str | None:
        """The column in which a day falls, or None."""
        year = year_of(day)
        if year not in self.years:
            return None
        if self.length > 1:
            return self.labels[0]
        return quarter_of(day) if self.by == QUARTER else year

    def days(self, label: str) -> tuple[date, date]:
        """The first and the last day of a column."""
        if self.length > 1:
            return first_and_last_day(self.years[0])[0], first_and_last_day(self.years[-1])[1]
        first, last = first_and_last_day(label[:7])
        if self.by != QUARTER:
            return first, last
        begins = [date(first.year + (month > MONTHS), (month - 1) % MONTHS + 1, 1) for month in _QUARTERS_BEGIN]
        n = int(label[-1])
        return begins[n - 1], begins[n] - timedelta(days=1)

    def length_from(self, since: date | None) -> float:
        """How many years a column is: of several as one, those before the first case are no years."""
        if self.length <= 1 or since is None:
            return self.length
        return float(max(1, sum(one >= year_of(since) for one in self.years)))

    def first_year(self, label: str) -> str:
        """The year in which a column begins."""
        return label[:7]


def columns(year: str, n_years: int, by: str = YEAR, pooled: bool = False) -> Columns:
    """The columns for `n_years` years of which `year` is the last.

    Raises: WrongUsage, where the year or the number of years is wrong.
    """
    years = years_ending(year, n_years)
    if pooled and n_years > 1:
        return Columns((f"{years[0]} to {years[-1]}",), years, YEAR, float(n_years))
    if by == QUARTER:
        labels = tuple(f"{one} Q{n}" for one in years for n in range(1, QUARTERS + 1))
        return Columns(labels, years, QUARTER, 1 / QUARTERS)
    return Columns(years, years, YEAR, 1.0)


def quarter_of(day: date) -> str:
    """The quarter of a day's year, which begins in April: `2023/24 Q1` is April to June 2023."""
    return f"{year_of(day)} Q{quarter(day)}"


def quarter(day: date) -> int:
    """1 for April to June, up to 4 for January to March."""
    return (day.month - FIRST_MONTH) % 12 // 3 + 1


def exposure(population: Mapping[str, int], authority: str, length: float) -> int | None:
    """The child-years of a column: the children of an authority times the years; None where they are not known."""
    return round(population[authority] * length) if authority in population else None
