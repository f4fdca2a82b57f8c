"""The years that tables count by: 1 April to 31 March, written `2023/24`."""

from __future__ import annotations

from datetime import date
from functools import cache

from cdr.errors import WrongUsage
from cdr.expressions import expression

FIRST_MONTH = 4
MOST_YEARS = 50
_LABEL = expression(r"(19[0-9]{2}|20[0-9]{2})/([0-9]{2})")


def parse_year(text: str) -> str:
    """The label of a year as a person wrote it, if it is one: `2023/24`, and not `2023/25`, `23/24` or `2023-24`.

    Raises: WrongUsage.
    """
    match = _LABEL.fullmatch(text.strip())
    if match is None or _label(int(match[1])) != match[0]:
        raise WrongUsage("That is not a year. Write it like 2023/24, which is 1 April 2023 to 31 March 2024.")
    return match[0]


def year_of(day: date) -> str:
    """The label of the year that a day falls in, 1 April to 31 March (national data releases)."""
    return _label(day.year if day.month >= FIRST_MONTH else day.year - 1)


def years_ending(label: str, n: int) -> tuple[str, ...]:
    """The labels of `n` years, oldest first, of which `label` is the last.

    Raises: WrongUsage, where the label is not a year or `n` is not 1 to 50.
    """
    last = int(parse_year(label)[:4])
    if not 1 <= n <= MOST_YEARS:
        raise WrongUsage(f"The number of years must be from 1 to {MOST_YEARS}.")
    return tuple(_label(start) for start in range(last - n + 1, last + 1))


def first_and_last_day(label: str) -> tuple[date, date]:
    """The first and the last day of a year.

    Raises: WrongUsage.
    """
    start = int(parse_year(label)[:4])
    return date(start, 4, 1), date(start + 1, 3, 31)


@cache
def _label(start: int) -> str:
    return f"{start}/{(start + 1) % 100:02d}"
