"""The one place that asks the time; what people write for a date or a time is read by `written`."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from cdr import moments
from cdr.errors import WrongUsage
from cdr.moments import london
from cdr.records import dataclass


@dataclass(frozen=True)
class Clock:
    """Tells the time in London; a rehearsal or a test may set it (`--as-of`)."""

    as_of: datetime | None = None

    @property
    def now(self) -> datetime:
        """The moment, with London's offset."""
        return self.as_of or datetime.now(london()).replace(microsecond=0)

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
    return datetime.now(london()).replace(microsecond=0)


def real_seconds() -> int:
    """The same in seconds since 1970, as git and GnuPG keep a moment."""
    return int(datetime.now(UTC).timestamp())


def day_of(seconds: int) -> date:
    """The date in London at a moment that git keeps, in seconds since 1970."""
    return datetime.fromtimestamp(seconds, london()).date()


def parse_date(text: str) -> date:
    """The date that somebody gave as an option or an answer, read as in a form (`written.day`).

    Raises: WrongUsage, which does not quote the text.
    """
    from cdr import written

    try:
        return written.day(text)
    except ValueError:
        raise WrongUsage(
            "That is not a date. Write it like 2026-11-21, 21/11/2026 or 21 November 2026; leave out one that is not known."
        ) from None


def parse_moment(text: str) -> datetime:
    """A date, or a date and time in London; a date alone means noon, so that its date is the same anywhere."""
    from cdr import written

    try:
        return moments.of(written.moment(text)).first.replace(tzinfo=UTC).astimezone(london())
    except ValueError:
        return datetime.combine(parse_date(text), time(12), tzinfo=london())
