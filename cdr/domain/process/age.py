"""Ages as the calendar and as people count them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import cache

from cdr.expressions import expression

# The interface fixes these labels, and what a label says is what it means: the numbers stand nowhere else.
AGE_BANDS = ("0-27 days", "28-364 days", "1-4 years", "5-9 years", "10-14 years", "15-17 years")
BAND = expression(r"(\d+)-(\d+) (days|years)")
MONTHS_IN_A_YEAR = 12
DAYS_IN_A_WEEK = 7


def completed_years(born: date, on: date) -> int:
    """Birthdays passed; who is born on 29 February is a year older on 1 March in a common year (general knowledge)."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def completed_months(born: date, on: date) -> int:
    """Calendar months passed."""
    return (on.year - born.year) * MONTHS_IN_A_YEAR + on.month - born.month - (on.day < born.day)


def days_old(born: date, on: date) -> int:
    """Whole days from birth, 0 on the day of birth and negative before it."""
    return (on - born).days


def age_band(born: date, died: date, bands: Sequence[str] = AGE_BANDS) -> str:
    """The age band at death; the last band of days runs to the day before the first birthday, leap years too.

    Raises: ValueError when the dates are not those of a child in any band.
    """
    years, days = completed_years(born, died), days_old(born, died)
    unit, age = ("years", years) if years else ("days", days)
    of_unit = _bands_of(tuple(bands), unit)
    for label, first, last in of_unit:
        last_of_days = unit == "days" and label == of_unit[-1][0]
        if first <= age and (last_of_days or age <= last):
            return label
    raise ValueError("the dates of birth and death are not in any age band")


@cache
def _bands_of(bands: tuple[str, ...], unit: str) -> tuple[tuple[str, int, int], ...]:
    """The bands of days or of years, each with its first and its last."""
    read = ((label, BAND.fullmatch(label)) for label in bands)
    return tuple((label, int(match[1]), int(match[2])) for label, match in read if match and match[3] == unit)


def age_words(born: date, on: date) -> str:
    """An age as people say it: `on the day of birth`, `5 days`, `3 weeks`, `10 months`, `4 years`, `before birth`."""
    days, months, years = days_old(born, on), completed_months(born, on), completed_years(born, on)
    if days < 0:
        return "before birth"
    if days == 0:
        return "on the day of birth"
    if days < 2 * DAYS_IN_A_WEEK:
        return _counted(days, "day")
    if months < 2:
        return _counted(days // DAYS_IN_A_WEEK, "week")
    return _counted(months, "month") if years < 2 else _counted(years, "year")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
