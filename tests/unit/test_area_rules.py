"""What an area changes of the rules: from a day on, and nothing before it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import ids, policy

from cdr.domain.asking.requests import prompt_dates
from cdr.domain.rulebook import area_rules, configuration
from cdr.moments import of

OWN = policy().for_area(
    {
        "clocks": {
            "T14": {"number": 4, "since": "2026-04-01", "why": "Agreed"},
            "T27": {"number": 3, "since": "2026-04-01", "why": "Agreed"},
        },
        "chasing": {"prompt_weeks": [1, 3, 6], "since": "2026-04-01", "why": "Agreed"},
        "bank_holidays": ["2026-06-15"],
    }
)
DAYS = OWN.working_days


def test_a_limit_holds_from_its_day() -> None:
    clock = OWN.clock("T14")
    assert clock.due(date(2026, 3, 31), DAYS) == date(2026, 6, 30)
    assert clock.due(date(2026, 4, 1), DAYS) == date(2026, 8, 1)
    assert clock.due(of("2026-04-01T00:01"), DAYS) == date(2026, 8, 1)
    assert (
        clock.step(date(2026, 4, 1), DAYS, "england-2018").edition
        == "england-2018, changed in cdr.yaml since 2026-04-01"
    )
    assert clock.step(date(2026, 3, 31), DAYS, "england-2018").edition == "england-2018"
    assert policy().clock("T14").due(date(2026, 4, 1), DAYS) == date(2026, 7, 1)


def test_a_clock_without_a_limit_may_be_given_one() -> None:
    clock = OWN.clock("T27")
    assert clock.due(date(2026, 3, 31), DAYS) is None
    assert clock.due(date(2026, 4, 1), DAYS) == date(2026, 4, 4)


def test_chasing_holds_for_requests_from_its_day() -> None:
    assert prompt_dates(date(2026, 3, 31), OWN) == prompt_dates(date(2026, 3, 31), policy())
    assert prompt_dates(date(2026, 4, 1), OWN) == (date(2026, 4, 8), date(2026, 4, 22), date(2026, 5, 13))
    assert OWN.chasing_on(date(2026, 4, 1)).escalation_working_days == 10


def test_a_proclaimed_day_is_no_working_day() -> None:
    assert not DAYS.is_working(date(2026, 6, 15)) and policy().working_days.is_working(date(2026, 6, 15))


def test_without_changes_nothing_changes() -> None:
    assert policy().for_area({}) == policy()
    assert configuration.changes({"area": {}, "clocks": {}}) == {}


def test_a_limit_counted_back() -> None:
    assert policy().clock("T18").due(date(2026, 6, 10), DAYS) == date(2026, 6, 3)


@pytest.mark.parametrize(
    ("body", "rules"),
    [
        ({"clocks": {"T14": {"since": "2018-10-01"}}}, set()),
        ({"clocks": {"T14": {"since": "2018-09-30"}}}, {"STORE-20"}),
        ({"clocks": {"T77": {"since": "2026-01-01"}}}, {"STORE-20"}),
        ({"chasing": {"prompt_weeks": [1, 2, 3]}}, set()),
        ({"chasing": {"prompt_weeks": [1, 3, 2]}}, {"STORE-21"}),
        ({"bank_holidays": ["2035-12-31"]}, set()),
        ({"bank_holidays": ["2036-01-01"]}, {"STORE-22"}),
    ],
)
def test_what_is_wrong_is_found(body: dict[str, Any], rules: set[str]) -> None:
    assert ids(area_rules.problems(body, policy())) == rules


NESTED = ({"T14": None, "T15": {"since": 3}}, {"prompt_weeks": [None, 2, 1]}, [None, 7, "2026-02-30"])
ODD = st.one_of(st.none(), st.integers(), st.text(max_size=5), *map(st.just, NESTED))


@given(st.dictionaries(st.sampled_from(configuration.CHANGES), ODD))
def test_no_body_makes_it_fail(body: dict[str, Any]) -> None:
    area_rules.problems(body, policy())
