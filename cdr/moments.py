"""When something was: a day, with its time where that is known, as clocks on the wall in England show it.

Twice a year the wall's clocks do not say which moment it is. On the last Sunday of October the hour from 01:00 to 01:59 comes
twice; on the last Sunday of March it does not come at all. A time may carry its offset from universal time, which settles it. Whoever
compares times, counts hours or tells one, asks here.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING

from cdr.expressions import expression
from cdr.records import dataclass

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

SUMMER, WINTER = "+01:00", "+00:00"
WORDS = {SUMMER: "summer time", WINTER: "winter time"}
DAY = expression(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
CLOCK = expression(r"(?P<clock>(?:[01][0-9]|2[0-3]):[0-5][0-9])(?P<offset>[+-](?:0[0-9]|1[0-4]):[0-5][0-9])?")
ONE_MINUTE = timedelta(minutes=1)
READ_LATELY = 4096  # dates that stand in many places of the documents of a question


@cache
def london() -> ZoneInfo:
    """The clocks of London; who asks for no time loads no clocks."""
    from zoneinfo import ZoneInfo

    return ZoneInfo("Europe/London")


@dataclass(frozen=True)
class Moment:
    """A day, its time `HH:MM` where it is known, and the time's offset (`+01:00`) where somebody gave it; else both are empty.

    Without a time it may be any moment of the day; a time that came twice that night may be either of the two.
    """

    day: date
    clock: str = ""
    offset: str = ""

    @cached_property
    def readings(self) -> tuple[datetime, ...]:
        """What the time may mean, in universal time and in order: one moment, or two in the hour that came twice."""
        if self.offset:
            offsets: tuple[timedelta, ...] = (_length(self.offset),)
        else:
            offsets = self._offsets[:1] if self._is_in_the_gap else self._offsets
        return tuple(sorted({_minus(self._wall, offset) for offset in offsets}))

    @cached_property
    def first(self) -> datetime:
        """The earliest moment, in universal time, that it can have been."""
        return self.readings[0]

    @cached_property
    def last(self) -> datetime:
        """The latest moment, in universal time, that it can have been: without a time, the last minute of the day."""
        return self.readings[-1] if self.clock else Moment(self.day, "23:59").readings[-1]

    @property
    def came_twice(self) -> bool:
        """Whether the clocks went back over this time, and it does not say which of the two moments it is."""
        return bool(self.clock) and len(self.readings) == 2

    @property
    def never_came(self) -> bool:
        """Whether the clocks went forward over this time."""
        return bool(self.clock) and not self.offset and self._is_in_the_gap

    @property
    def is_elsewhere(self) -> bool:
        """Whether clocks in England did not have the offset that was given."""
        return bool(self.offset) and (_length(self.offset) not in self._offsets or self._is_in_the_gap)

    @property
    def words(self) -> str:
        """The time as it is told: `01:20`, and where the hour came twice and it is known, `01:20 (winter time)`; empty without one."""
        said = WORDS.get(self.offset, "") if Moment(self.day, self.clock).came_twice else ""
        return f"{self.clock} ({said})" if said else self.clock

    @property
    def hour(self) -> int | None:
        """The hour as clocks on the wall showed it; None without a time."""
        return int(self.clock[:2]) if self.clock else None

    @property
    def _wall(self) -> datetime:
        return datetime.combine(self.day, time.fromisoformat(self.clock or "00:00"))

    @cached_property
    def _offsets(self) -> tuple[timedelta, ...]:
        """The offsets that London had before and after a change, at this time on the wall; the same one twice on all other days."""
        both = (self._wall.replace(tzinfo=london(), fold=fold).utcoffset() for fold in (0, 1))
        return tuple(offset or timedelta() for offset in both)

    @property
    def _is_in_the_gap(self) -> bool:
        return self._offsets[0] < self._offsets[1]

    def seems_before(self, other: Moment) -> bool:
        """Whether it stands before the other as clocks on the wall show both; the times count where both are known."""
        if self.clock and other.clock:
            return (self.day, self.clock) < (other.day, other.clock)
        return self.day < other.day

    def is_before(self, other: Moment) -> bool:
        """Whether it was before the other, whatever either time means."""
        if self.clock and other.clock:
            return self.last < other.first
        return self.day < other.day

    def minutes_from(self, other: Moment) -> int:
        """The fewest minutes between the two that their times allow."""
        apart = (abs(mine - theirs) for mine in self.readings for theirs in other.readings)
        return min(apart) // ONE_MINUTE

    def after(self, hours: int) -> date:
        """The day in London on which so many hours have passed since; counted from the later of two readings."""
        return (self.last.replace(tzinfo=UTC) + timedelta(hours=hours)).astimezone(london()).date()

    @property
    def minute_of_day(self) -> int:
        """The minutes that have passed since the day's midnight; a day of the change has 1,380 or 1,500 of them."""
        return (self.first - Moment(self.day, "00:00").first) // ONE_MINUTE


def moment(day: date | None, clock: str = "") -> Moment | None:
    """A day with a time (`01:20`, `01:20+00:00`); the day alone where the text is no time, None without a day."""
    found = CLOCK.fullmatch(clock)
    if day is None or found is None:
        return None if day is None else Moment(day)
    return Moment(day, found["clock"], found["offset"] or "")


@lru_cache(READ_LATELY)
def of(text: str) -> Moment:
    """The moment in an ISO date, or date and time, as forms keep them. Raises: ValueError for anything else."""
    day, with_time, clock = text.partition("T")
    found = CLOCK.fullmatch(clock) if with_time else None
    if not DAY.fullmatch(day) or bool(with_time) != bool(found):
        raise ValueError("neither a date nor a date and a time")
    on = date.fromisoformat(day)
    return Moment(on, found["clock"], found["offset"] or "") if found else Moment(on)


def day(value: object) -> date:
    """The day of an ISO date, or date and time, where a document must have one. Raises: ValueError for anything else, and for nothing."""
    return of(str(value)).day


def read(value: object) -> Moment | None:
    """The same for what a document holds at some place, None where that is no such text."""
    try:
        return of(value) if isinstance(value, str) else None
    except ValueError:
        return None


def of_birth_and_death(born: Moment, died: Moment) -> tuple[Moment, Moment]:
    """The two as a life has them: where the hour came twice and by the wall the death stands first, the birth was before the change."""
    if born.came_twice and died.came_twice and died.seems_before(born):
        return Moment(born.day, born.clock, SUMMER), Moment(died.day, died.clock, WINTER)
    return born, died


def put_back_on(day: date) -> int:
    """By how many minutes the clocks are put back on a day, below 0 where they are put forward."""
    offsets = Moment(day, "00:00")._offsets[-1], Moment(day, "23:59")._offsets[0]
    return (offsets[0] - offsets[1]) // ONE_MINUTE


def in_london(moment: datetime) -> str:
    """A moment that has a zone, as forms keep it: London's date and time, with the offset where that time came twice."""
    here = moment.astimezone(london())
    found = Moment(here.date(), f"{here:%H:%M}")
    return f"{here:%Y-%m-%dT%H:%M}{_written(here) if found.came_twice else ''}"


def _written(here: datetime) -> str:
    return SUMMER if here.utcoffset() else WINTER


def _length(offset: str) -> timedelta:
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    length = timedelta(hours=hours, minutes=minutes)
    return -length if offset[0] == "-" else length


def _minus(wall: datetime, offset: timedelta) -> datetime:
    """A moment of universal time; at the calendar's ends, where there is no such day, the wall's own."""
    try:
        return wall - offset
    except OverflowError:
        return wall
