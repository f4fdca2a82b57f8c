from __future__ import annotations

from datetime import date, datetime, timedelta

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import bank_holidays, policy, rules

from cdr.domain.process.clocks import UnknownHolidays, add_months, limit, notification_due, whole_months
from cdr.domain.process.policy import Policy
from cdr.errors import WrongConfiguration
from cdr.moments import Moment, of

WORKING = policy().working_days
DAYS = st.dates(date(2005, 1, 1), date(2034, 12, 1))


def test_every_day_of_thirty_one_years_agrees_with_the_holidays_package() -> None:
    england = holidays.country_holidays("GB", subdiv="ENG", years=range(2005, 2036))
    day, wrong = date(2005, 1, 1), []
    while day <= date(2035, 12, 31):
        if WORKING.is_working(day) != (day.weekday() < 5 and day not in england):
            wrong.append(day)
        day += timedelta(days=1)
    assert wrong == []


@pytest.mark.parametrize(
    "day", ["2011-04-29", "2012-06-05", "2020-05-08", "2022-06-03", "2022-09-19", "2023-05-08", "2025-12-26"]
)
def test_holidays_are_no_working_days(day: str) -> None:
    assert not WORKING.is_working(date.fromisoformat(day))


@pytest.mark.parametrize("day", ["2012-05-28", "2020-05-04", "2022-05-30", "2026-01-02"])
def test_days_from_which_a_holiday_was_moved_are_worked(day: str) -> None:
    assert WORKING.is_working(date.fromisoformat(day))


@pytest.mark.parametrize("year", [2004, 2036, 9999])
def test_a_year_without_known_holidays_says_which_year_and_what_to_renew(year: int) -> None:
    with pytest.raises(UnknownHolidays) as caught:
        WORKING.next_after(date(year, 6, 30))
    assert "bank-holidays.yaml" in caught.value.hint
    assert caught.value.exit_code == 78
    with pytest.raises(UnknownHolidays, match=str(year)):
        WORKING.is_working(date(year, 6, 1))


def test_working_days_never_count_backwards() -> None:
    with pytest.raises(ValueError, match="forwards"):
        WORKING.add(date(2026, 1, 5), -1)


@given(DAYS, st.integers(1, 60))
def test_the_nth_working_day_is_a_working_day_with_n_of_them_up_to_it(day: date, n: int) -> None:
    end = WORKING.add(day, n)
    between = [day + timedelta(days=k) for k in range(1, (end - day).days + 1)]
    assert WORKING.is_working(end)
    assert sum(map(WORKING.is_working, between)) == n
    assert WORKING.add(day, 0) == day


@pytest.mark.parametrize(
    ("died", "due"),
    [
        (of("2026-01-09T06:52"), date(2026, 1, 12)),
        (date(2026, 2, 14), date(2026, 2, 16)),
        (date(2026, 1, 7), date(2026, 1, 8)),
        (of("2025-12-24T23:59"), date(2025, 12, 29)),
        (date(2026, 4, 3), date(2026, 4, 7)),
    ],
)
def test_a_death_is_notified_on_the_next_working_day(died: date | Moment, due: date) -> None:
    assert notification_due(died, WORKING) == due


@given(st.datetimes(datetime(2005, 1, 1), datetime(2034, 12, 1)))
def test_the_notification_is_never_due_before_24_hours_are_over(died: datetime) -> None:
    when = of(f"{died:%Y-%m-%dT%H:%M}")
    assert notification_due(when, WORKING) >= when.after(24)


def test_months_are_held_back_to_the_months_end() -> None:
    assert add_months(date(2025, 11, 30), 3) == date(2026, 2, 28)
    assert add_months(date(2026, 1, 9), 3) == date(2026, 4, 9)


def test_limits_in_each_unit() -> None:
    friday = of("2026-01-09T06:52")
    assert limit(friday, 48, "h", WORKING) == date(2026, 1, 11)
    assert limit(friday.day, 25, "h", WORKING) == date(2026, 1, 11)
    assert limit(friday, 28, "d", WORKING) == date(2026, 2, 6)
    assert limit(friday, 5, "wd", WORKING) == date(2026, 1, 16)
    assert limit(friday, 3, "m", WORKING) == date(2026, 4, 9)
    with pytest.raises(ValueError, match="h, d, wd or m"):
        limit(friday, 1, "weeks", WORKING)


def test_hours_are_those_that_pass_where_the_clocks_change() -> None:
    assert limit(of("2025-10-25T00:30"), 48, "h", WORKING) == date(2025, 10, 26)  # at 23:30, for that day has 25 hours
    assert limit(of("2025-03-29T23:30"), 24, "h", WORKING) == date(2025, 3, 31)  # at 00:30, for that day has 23
    assert limit(of("2025-10-25T01:30"), 24, "h", WORKING) == date(2025, 10, 26)
    assert limit(of("2025-10-24T23:30+00:00"), 48, "h", WORKING) == date(2025, 10, 26)


def test_the_rules_have_all_clocks_with_source_and_date() -> None:
    clocks = policy().clocks
    assert {f"T{n:02}" for n in range(1, 32)} <= set(clocks)
    assert all(clock.source and clock.since >= date(2018, 1, 1) for clock in clocks.values())
    assert clocks["T04"].printed_source == "protocol section 1"
    assert clocks["T14"].printed_source == ""
    assert policy().chasing.prompt_weeks == (2, 4, 8)
    assert policy().chasing.escalation_working_days == 10


def test_a_rule_holds_only_from_its_day() -> None:
    examiner = policy().clock("T27")
    assert examiner.applies(date(2024, 9, 9))
    assert not examiner.applies(of("2024-09-08T23:59"))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("chasing", None),
        ("chasing", {"prompt_weeks": [4, 2], "escalation_working_days": 10, "source": "x", "since": "2018-10-01"}),
        ("clocks", [{"id": "T01", "unit": "weeks", "number": 1}]),
        ("since", "soon"),
    ],
)
def test_rules_that_are_not_right_are_a_wrong_configuration(key: str, value: object) -> None:
    with pytest.raises(WrongConfiguration):
        Policy.from_rules({**rules(), key: value}, bank_holidays())


def test_a_missing_part_of_the_rules_is_named() -> None:
    without = {key: value for key, value in rules().items() if key != "gates"}
    with pytest.raises(WrongConfiguration, match="gates"):
        Policy.from_rules(without, bank_holidays())


def test_a_year_without_any_holiday_is_refused() -> None:
    days = [day for day in bank_holidays()["days"] if not day.startswith("2030")]
    with pytest.raises(WrongConfiguration):
        Policy.from_rules(rules(), {**bank_holidays(), "days": days})


def test_an_unknown_clock_is_a_wrong_configuration() -> None:
    with pytest.raises(WrongConfiguration):
        policy().clock("T99")


@given(st.dates(date(2000, 1, 1), date(2030, 12, 31)), st.integers(0, 40), st.integers(-3, 3))
def test_whole_months_are_those_that_are_added(start: date, months: int, days: int) -> None:
    end = max(start, add_months(start, months) + timedelta(days=days))
    assert (whole_months(start, end) >= months) == (end >= add_months(start, months))
    assert add_months(start, whole_months(start, end)) <= end < add_months(start, whole_months(start, end) + 1)
