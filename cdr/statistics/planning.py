"""What a team plans with: when it was called out, how often it is in touch with a family, what lies open, and how many may come next year.

For members alone: small numbers are shown as they are.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from calendar import monthrange
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from statistics import median

from cdr.domain.case.contacts import contacts_of
from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.places import own_authority
from cdr.domain.case.standing import closures_of, opened_again_on
from cdr.records import dataclass
from cdr.statistics.chance import counts_differ
from cdr.statistics.facts import reviewed_on
from cdr.statistics.years import first_and_last_day, year_of, years_ending

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HOURS_TOGETHER = 3
FAMILY = frozenset({"mother", "father", "family"})
LEVEL = 0.05
FEWEST_YEARS, MOST_YEARS = 3, 10


@dataclass(frozen=True)
class Responses:
    """Joint agency responses by the day and the hour of death: `by_hours` begins at midnight, three hours each; the rest is not known.

    `not_known` is of how many deaths nobody said whether there was one.
    """

    n: int
    by_weekday: tuple[int, ...]
    by_hours: tuple[int, ...]
    not_known: int

    @property
    def day_not_known(self) -> int:
        """Of how many the day of death is not known."""
        return self.n - sum(self.by_weekday)

    @property
    def hour_not_known(self) -> int:
        """Of how many the time of death is not known."""
        return self.n - sum(self.by_hours)


@dataclass(frozen=True)
class Touches:
    """Contacts with families: one number for each case with any in its log, and how many cases have none, of which nothing is known."""

    contacts: tuple[int, ...]
    without: int
    by_how: Mapping[str, int]

    @property
    def median(self) -> float | None:
        """The median of the cases with a log."""
        return float(median(self.contacts)) if self.contacts else None


@dataclass(frozen=True)
class Month:
    """One month: what came and what was done in it, and at its end the open cases and the returns that were awaited."""

    month: str
    notified: int
    reviewed: int
    open: int
    awaited: int


@dataclass(frozen=True)
class NextYear:
    """How many deaths may be notified in the year after this one, from the years that were counted: at least 95 of 100 such years lie in the range.

    `unsteady` says that these years differ among themselves by more than chance, so that the range is too narrow.
    """

    year: str
    years: tuple[str, ...]
    counted: tuple[int, ...]
    least: int
    most: int
    unsteady: bool


@dataclass(frozen=True)
class Planning:
    """All of it, for some years; `next_year` is None where too few years are over.

    `elsewhere`: in how many of the cases of these years the child lived in another area, or no local authority is given. `cdr tally` counts them apart.
    """

    years: tuple[str, ...]
    elsewhere: int
    responses: Responses
    touches: Touches
    months: tuple[Month, ...]
    next_year: NextYear | None


def planning(cases: Cases, years: Sequence[str], today: date, authorities: Sequence[str]) -> Planning:
    """What the cases that were notified in these years tell, from that of the first case on; the months are those of the last year that have begun."""
    known = [one for one in cases.values() if one.notification.notified_on and one.notification.counted]
    of_years = [one for one in known if _year(one) in years]
    first = min(map(_year, known), default="")
    return Planning(
        tuple(one for one in years if one >= first) or tuple(years),
        sum(own_authority(one.notification.local_authority, authorities) is None for one in of_years),
        responses(of_years),
        touches(of_years),
        tuple(_months(known, years[-1], today)),
        _next_year(known, today),
    )


def responses(cases: Iterable[Facts]) -> Responses:
    """The joint agency responses among these cases, by when the child died."""
    known = [one.notification for one in cases]
    found = [one for one in known if one.jar]
    days = Counter(one.died.weekday() for one in found if one.died)
    hours = Counter(one.hour_died // HOURS_TOGETHER for one in found if one.hour_died is not None)
    return Responses(
        len(found),
        tuple(days[n] for n in range(len(WEEKDAYS))),
        tuple(hours[n] for n in range(24 // HOURS_TOGETHER)),
        sum(one.jar is None for one in known),
    )


def touches(cases: Iterable[Facts]) -> Touches:
    """The contacts with each family; a log that is empty says nothing of how often there was one."""
    logs = [
        [one for one in contacts_of(facts.case).values() if one.party in FAMILY or one.party.isdecimal()]
        for facts in cases
    ]
    how = Counter(one.how for log in logs for one in log)
    return Touches(
        tuple(sorted(len(log) for log in logs if log)), sum(not log for log in logs), dict(how.most_common())
    )


def range_after(counted: Sequence[int]) -> tuple[int, int]:
    """The least and the most that one more period may have, counted as often as these and with the same risk.

    It has every number that chance alone would not make so different from them (exact conditional test of two counts), so that it
    holds at least 95 of 100 such periods (Poisson).
    """
    total, n = sum(counted), len(counted)
    middle = round(total / n)

    def is_outside(one: int) -> bool:
        return counts_differ(total, one, float(n), 1.0) <= LEVEL

    least = middle - bisect_left(range(middle + 1), True, key=lambda down: is_outside(middle - down)) + 1
    far = 10 * (middle + 10)
    most = middle + bisect_left(range(1, far), True, key=lambda up: is_outside(middle + up))
    return max(0, least), most


def _next_year(cases: Sequence[Facts], today: date) -> NextYear | None:
    """From the years that are over, without the one in which the first case came: the store may have begun in the midst of it."""
    days = [one.notification.notified_on for one in cases if one.notification.notified_on]
    if not days:
        return None
    this, first = year_of(today), year_of(min(days))
    begun = int(this[:4]) - int(first[:4])  # this year, and those since the first, which is none of them
    years = years_ending(this, max(1, min(begun, MOST_YEARS + 1)))[:-1]
    if len(years) < FEWEST_YEARS:
        return None
    counted = Counter(map(_year, cases))
    counts = tuple(counted[year] for year in years)
    return NextYear(_after(this), years, counts, *range_after(counts), _is_unsteady(counts))


def _after(year: str) -> str:
    return year_of(first_and_last_day(year)[1] + timedelta(days=1))


def _is_unsteady(counts: Sequence[int]) -> bool:
    """Whether one of the years differs from the others together by more than chance (Bonferroni)."""
    total, n = sum(counts), len(counts)
    return any(counts_differ(total - one, one, n - 1.0, 1.0) < LEVEL / n for one in counts)


def _year(facts: Facts) -> str:
    return year_of(facts.notification.notified_on) if facts.notification.notified_on else ""


def _months(cases: Sequence[Facts], year: str, today: date) -> Iterable[Month]:
    first = first_and_last_day(year)[0]
    own = [_Course.of(one) for one in cases if not one.is_imported]
    may_be_open = [one for one in own if not one.is_over(first)]
    asked = [(day, answered) for one in own for day, answered in one.asked if answered is None or answered > first]
    notified = sorted(one.notification.notified_on for one in cases if one.notification.notified_on)
    reviewed = Counter((day.year, day.month) for one in cases if (day := reviewed_on(one)))
    for n in range(12):
        begins = date(first.year + (first.month + n > 12), (first.month + n - 1) % 12 + 1, 1)
        ends = begins.replace(day=monthrange(begins.year, begins.month)[1])
        if begins > today:
            return
        at = min(ends, today)
        yield Month(
            f"{begins:%Y-%m}",
            bisect_right(notified, at) - bisect_left(notified, begins),
            reviewed[begins.year, begins.month],
            sum(one.is_open(at) for one in may_be_open),
            sum(day <= at and (answered is None or answered > at) for day, answered in asked),
        )


@dataclass(frozen=True)
class _Course:
    """A case by its days: when it was notified, each opening (True) and closing after that, and each request with the day of its answer."""

    notified: date
    events: tuple[tuple[date, bool], ...]
    is_open_now: bool
    asked: tuple[tuple[date, date | None], ...]

    @staticmethod
    def of(facts: Facts) -> _Course:
        opened = [(day, True) for day in opened_again_on(facts.case) if day]
        events = [*opened, *((one.on, False) for one in closures_of(facts.case) if one.on)]
        return _Course(
            facts.notification.notified_on or date.max,
            tuple(sorted(events, key=lambda event: event[0])),
            facts.is_open,
            tuple((one.requested_on, one.answered_on) for one in facts.asked),
        )

    def is_open(self, on: date) -> bool:
        """Whether the case was open at the end of a day: what happened last was no closing."""
        if self.notified > on:
            return False
        until = [event for event in self.events if event[0] <= on]
        return not until or until[-1][1] or (self.is_open_now and len(until) == len(self.events))

    def is_over(self, since: date) -> bool:
        """Whether the case was closed for good before this day, and so is open on none that follows."""
        return bool(self.events) and not (self.is_open_now or self.events[-1][1]) and self.events[-1][0] < since
