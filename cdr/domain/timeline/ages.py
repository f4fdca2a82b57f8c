"""How old the child was at an event, as the panel says it: minutes and hours of a newborn, then days to months, then years and months."""

from __future__ import annotations

from datetime import date

from cdr.domain.process.age import MONTHS_IN_A_YEAR, age_words, completed_months, completed_years
from cdr.moments import Moment

AFTER_DEATH_WORDS, BEFORE_BIRTH_WORDS = "after death", "before birth"
AT_BIRTH_WORDS = "at birth"
MINUTES_IN_AN_HOUR = 60
LAST_IN_MINUTES, LAST_IN_HOURS = 120, 72 * MINUTES_IN_AN_HOUR  # a newborn's age is told in these below so many minutes


def age_at(moment: Moment, birth: Moment) -> str:
    """The age at a moment: `before birth`, `42 minutes`, `5 hours`, `9 days`, `10 months`, `4 years and 7 months`.

    Where one of the times is not known, an age is told in days at least; of the day itself only that it was that day.
    """
    if moment.day < birth.day or moment.is_before(birth):
        return BEFORE_BIRTH_WORDS
    minutes = moment.minutes_from(birth) if moment.clock and birth.clock else LAST_IN_HOURS
    if minutes < LAST_IN_HOURS:
        return _newborn(minutes)
    return years_and_months(birth.day, moment.day) or age_words(birth.day, moment.day)


def years_and_months(born: date, on: date) -> str:
    """`4 years and 7 months`, `2 years`; empty below the age of two, which is told in smaller units."""
    return counted_years(completed_months(born, on)) if completed_years(born, on) >= 2 else ""


def counted_years(months: int) -> str:
    """Completed months as years and months: `4 years and 7 months`."""
    years, over = divmod(months, MONTHS_IN_A_YEAR)
    return " and ".join(_counted(number, unit) for number, unit in ((years, "year"), (over, "month")) if number)


def _newborn(minutes: int) -> str:
    if minutes == 0:
        return AT_BIRTH_WORDS
    if minutes < LAST_IN_MINUTES:
        return _counted(minutes, "minute")
    return _counted(minutes // MINUTES_IN_AN_HOUR, "hour")


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
