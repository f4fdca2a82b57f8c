"""What a date, a time or an e-mail address is, and what a person is told who wrote another thing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

from cdr.expressions import expression
from cdr.moments import CLOCK
from cdr.written import is_of_our_time

DATE = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
MONTH = expression(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~][A-Za-z0-9!#$%&'*+/=?^_`{|}~-]*(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
DOMAIN = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+"
ADDRESS = expression(rf"(?=[^@]{{1,64}}@){LOCAL}@{DOMAIN}")


def is_date(text: str) -> bool:
    """Whether the text is a real date of the years 1900 to 2199, like 2026-01-09, and nothing else."""
    try:
        return bool(DATE.fullmatch(text)) and is_of_our_time(date.fromisoformat(text))
    except ValueError:
        return False


def is_date_time(text: str) -> bool:
    """Whether the text is a real date and a time of London, like 2026-01-09T05:43; the time may carry its offset."""
    day, _, time = text.partition("T")
    return is_date(day) and is_time(time)


def is_time(text: str) -> bool:
    """Whether the text is a time of 24 hours, like 06:52, with or without its offset from universal time, like 01:20+00:00."""
    return bool(CLOCK.fullmatch(text))


A_DATE = "Enter a real date with its whole year, like 2026-01-09"
FORMATS: Mapping[str, tuple[Callable[[str], bool], str, str]] = {
    "date": (is_date, "SCHEMA-DATE", f"{A_DATE}."),
    "partial-date": (
        lambda text: bool(MONTH.fullmatch(text)) or is_date(text),
        "SCHEMA-DATE",
        f"{A_DATE}, or 2026-01, or 2026.",
    ),
    "time": (is_time, "SCHEMA-TIME", 'Enter a time of 24 hours, like "06:52".'),
    "date-time": (is_date_time, "SCHEMA-TIME", f"{A_DATE}, and a time, like 2026-01-09T05:43."),
    "date-or-date-time": (
        lambda text: is_date(text) or is_date_time(text),
        "SCHEMA-DATE",
        f"{A_DATE}, or 2026-01-09T05:43.",
    ),
    "email": (
        lambda text: len(text) <= 254 and bool(ADDRESS.fullmatch(text)),
        "SCHEMA-EMAIL",
        "Enter exactly one address, like name@organisation.example.",
    ),
}
