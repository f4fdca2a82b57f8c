"""The one place that asks the time, and the one that reads dates as people write them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from cdr.errors import WrongUsage

LONDON = ZoneInfo("Europe/London")
DATE_FORMATS = ("%Y-%m-%d", "%d/%m/%Y", "%d %B %Y")
TIME_FORMATS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Clock:
    """Tells the time in London; a rehearsal or a test may set it (`--as-of`)."""

    as_of: datetime | None = None

    @property
    def now(self) -> datetime:
        """The moment, with London's offset."""
        return self.as_of or datetime.now(LONDON).replace(microsecond=0)

    @property
    def today(self) -> date:
        """The date in London at that moment."""
        return self.now.date()

    @property
    def real_today(self) -> date:
        """Today's date whatever the rehearsal says: keys are judged by it."""
        return real_now().date()


def real_now() -> datetime:
    """The machine's own time, whatever the rehearsal's clock says: for what is judged by real time."""
    return datetime.now(LONDON).replace(microsecond=0)


def day_of(seconds: int) -> date:
    """The date in London at a moment that git keeps, in seconds since 1970."""
    return datetime.fromtimestamp(seconds, LONDON).date()


def parse_date(text: str) -> date:
    """A date from `2026-11-21`, `21/11/2026` or `21 November 2026`; never a guess.

    Raises: WrongUsage, which does not quote the text.
    """
    for pattern in DATE_FORMATS:
        try:
            return datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007 - a date has no zone
        except ValueError:
            continue
    raise WrongUsage("That is not a date. Write it like 2026-11-21, 21/11/2026 or 21 November 2026.")


def parse_moment(text: str) -> datetime:
    """A date, or a date and time in London; a date alone means noon, so that its date is the same anywhere."""
    for pattern in TIME_FORMATS:
        try:
            return datetime.strptime(text.strip(), pattern).replace(tzinfo=LONDON)
        except ValueError:
            continue
    return datetime.combine(parse_date(text), time(12), tzinfo=LONDON)
