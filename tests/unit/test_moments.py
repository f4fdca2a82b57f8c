"""Which moment a time is in the two nights in which the clocks change, what comes before what, and how long lies between."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr import moments
from cdr.moments import SUMMER, WINTER, Moment, london, of

BACK, FORWARD = date(2025, 10, 26), date(2025, 3, 30)
REAL = st.datetimes(datetime(1990, 1, 1), datetime(2035, 12, 31), timezones=st.just(UTC)).map(
    lambda when: when.replace(second=0, microsecond=0)
)


def as_kept(when: datetime) -> Moment:
    return of(moments.in_london(when))


def with_offset(when: datetime) -> Moment:
    here = when.astimezone(london())
    return Moment(here.date(), f"{here:%H:%M}", SUMMER if here.utcoffset() else WINTER)


@settings(max_examples=many(300))
@given(REAL, REAL)
def test_moments_that_carry_what_they_need_are_ordered_as_they_were(first: datetime, second: datetime) -> None:
    for one, other in ((as_kept(first), as_kept(second)), (with_offset(first), as_kept(second))):
        assert one.is_before(other) == (first < second)
        assert one.minutes_from(other) == abs(first - second) // timedelta(minutes=1)


@settings(max_examples=many(300))
@given(REAL, st.integers(0, 180), st.integers(0, 180))
def test_near_a_change_nothing_true_is_called_wrong(start: datetime, one: int, other: int) -> None:
    """Without offsets, what was earlier is never surely later, on any night."""
    changes = [datetime(start.year, 10, 31 - (datetime(start.year, 10, 31).weekday() + 1) % 7, 0, 0, tzinfo=UTC)]
    early, late = sorted((changes[0] + timedelta(minutes=one), changes[0] + timedelta(minutes=other)))
    plain = [Moment(here.date(), f"{here:%H:%M}") for here in (early.astimezone(london()), late.astimezone(london()))]
    assert not plain[1].is_before(plain[0])
    born, died = moments.of_birth_and_death(*plain)
    assert born.first <= died.last


@settings(max_examples=many(200))
@given(REAL, st.integers(0, 200))
def test_hours_pass_as_they_do(start: datetime, hours: int) -> None:
    assert as_kept(start).after(hours) == (start + timedelta(hours=hours)).astimezone(london()).date()


@pytest.mark.parametrize(
    ("day", "clock", "twice", "never", "words"),
    [
        (BACK, "00:59", False, False, "00:59"), (BACK, "01:00", True, False, "01:00"), (BACK, "01:59", True, False, "01:59"),
        (BACK, "02:00", False, False, "02:00"), (BACK, "01:20+00:00", False, False, "01:20 (winter time)"),
        (BACK, "01:20+01:00", False, False, "01:20 (summer time)"), (FORWARD, "00:59", False, False, "00:59"),
        (FORWARD, "01:00", False, True, "01:00"), (FORWARD, "01:59", False, True, "01:59"), (FORWARD, "02:00", False, False, "02:00"),
        (date(2025, 7, 1), "01:20+01:00", False, False, "01:20"), (date(2025, 7, 1), "", False, False, ""),
    ],
)  # fmt: skip
def test_what_a_time_is_in_the_nights_of_the_change(
    day: date, clock: str, twice: bool, never: bool, words: str
) -> None:
    found = moments.moment(day, clock)
    assert found is not None and (found.came_twice, found.never_came, found.words) == (twice, never, words)


def test_a_day_without_a_time_is_compared_by_the_day() -> None:
    day, night = Moment(BACK), of("2025-10-26T01:20")
    assert not day.is_before(night) and not night.is_before(day) and not night.seems_before(day)
    assert Moment(date(2025, 10, 25)).is_before(night) and night.is_before(Moment(date(2025, 10, 27)))


@pytest.mark.parametrize(
    "text", ["2025-10-26T01:20", "2025-10-26T01:20+00:00", "2025-10-26", "0001-01-01T00:00", "9999-12-31T23:59+14:00"]
)
def test_what_forms_keep_is_read(text: str) -> None:
    found = of(text)
    assert found == moments.read(text) and found.first <= found.last


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2025-10",
        "2025-10-26T",
        "2025-10-26T24:00",
        "2025-10-26T01:20Z",
        "2025-10-26 01:20",
        "2025-02-30",
        "20251026",
        "2025-10-26T01:20:00",
    ],
)
def test_what_forms_do_not_keep_is_no_moment(text: str) -> None:
    assert moments.read(text) is None
    with pytest.raises(ValueError, match=r".*"):
        of(text)


def test_the_lengths_of_days() -> None:
    assert [moments.put_back_on(day) for day in (BACK, FORWARD, date(2025, 7, 1))] == [60, -60, 0]
    assert of("2025-10-26T02:00").minute_of_day == 180 and of("2025-10-26T01:20+00:00").minute_of_day == 140
    assert of("2025-03-30T02:00").minute_of_day == 60
