"""What is odd about the days of a register and may be right: a time behind a date, and a day that stands for no day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from cdr.domain.register.register import Column, Reading
from cdr.domain.register.register_map import time_behind
from cdr.domain.rulebook.sentences import RULES
from cdr.domain.rulebook.validation import problem
from cdr.errors import Problem
from cdr.moments import SUMMER, Moment
from cdr.records import replace
from cdr.written import APOSTROPHES

DAY_BEFORE = "23:00"
MOST_NUMBERS = 10
Texts = Sequence[tuple[int, Mapping[str, str]]]


def day_problems(texts: Texts, reading: Reading) -> Iterator[Problem]:
    """The warnings about the columns of dates, one for each kind and column with the rows that it is about (REG-11 to REG-13).

    23:00 in summer time is midnight of the next day as a program writes it that counts in universal time.
    """
    for column in reading.columns.by_name.values():
        if column.takes != "date":
            continue
        rows: dict[str, list[int]] = {}
        for number, given in texts:
            rule = _rule(given.get(column.name, "").lstrip(APOSTROPHES), reading)
            if rule:
                rows.setdefault(rule, []).append(number)
        yield from (_told(rule, column, numbers) for rule, numbers in rows.items())


def _rule(text: str, reading: Reading) -> str:
    try:
        day = reading.read_date(text)
    except ValueError:
        return ""
    clock = time_behind(text)
    if clock == DAY_BEFORE and _in_summer_time(day):
        return "REG-12"
    if clock:
        return "REG-11"
    return "REG-13" if day.isoformat() in reading.columns.placeholders else ""


def _in_summer_time(day: date) -> bool:
    noon = Moment(day, "12:00")
    return noon.first == Moment(day, "12:00", SUMMER).first


def _told(rule: str, column: Column, numbers: Sequence[int]) -> Problem:
    shown = ", ".join(map(str, numbers[:MOST_NUMBERS]))
    more = f" and {len(numbers) - MOST_NUMBERS:,} more" if len(numbers) > MOST_NUMBERS else ""
    where = f"{'row' if len(numbers) == 1 else 'rows'} {shown}{more}"
    message = f"{RULES[rule].sentence} ({where})"
    return replace(problem(rule, column.name), title=column.title, message=message, line=numbers[0])
