from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import configuration, policy

from cdr.domain.chase import ChaseItem, Due, chase_item, is_overdue, levels, mark_sent, recipients
from cdr.domain.requests import Request
from cdr.errors import NotFound

ASKED = date(2026, 1, 12)
REQUEST = Request("regional-ambulance", ASKED, "outstanding")


def item(prompts: Any, as_of: str, request: Request = REQUEST) -> ChaseItem:
    return chase_item(request, prompts, date.fromisoformat(as_of), policy(), policy().working_days)


def sent(prompts: Any, level: str, due: str, on: str) -> dict[str, Any]:
    due_now = Due(level, date.fromisoformat(due))
    return mark_sent(prompts, REQUEST.agency, due_now, date.fromisoformat(on), ["a@example"], "<1@example>")


def due(level: str, on: str) -> Due:
    return Due(level, date.fromisoformat(on))


def test_the_worked_example() -> None:
    assert item({}, "2026-01-25").due is None
    assert item({}, "2026-01-25").next == due("prompt-1", "2026-01-26")
    assert item({}, "2026-01-26").due == due("prompt-1", "2026-01-26")
    prompts = sent({}, "prompt-1", "2026-01-26", "2026-01-26")
    assert item(prompts, "2026-02-08").due is None
    prompts = sent(prompts, "prompt-2", "2026-02-09", "2026-02-09")
    prompts = sent(prompts, "prompt-3", "2026-03-09", "2026-03-09")
    waiting = item(prompts, "2026-03-23")
    assert (waiting.due, waiting.next) == (None, due("escalation", "2026-03-24"))
    assert item(prompts, "2026-03-24").due == due("escalation", "2026-03-24")
    over = item(sent(prompts, "escalation", "2026-03-24", "2026-03-24"), "2027-01-01")
    assert over == ChaseItem(REQUEST.agency, ASKED, None, None, ("prompt-1", "prompt-2", "prompt-3", "escalation"))


def test_only_the_latest_level_is_sent_and_earlier_ones_never_later() -> None:
    late = item({}, "2026-03-12")
    assert late.due == due("prompt-3", "2026-03-09")
    assert late.next == due("escalation", "2026-03-27")  # as if it went out on 12 March
    prompts = sent({}, "prompt-3", "2026-03-09", "2026-03-12")
    again = item(prompts, "2026-02-10")
    assert (again.due, again.sent, again.next) == (None, ("prompt-3",), due("escalation", "2026-03-27"))


def test_the_escalation_runs_from_the_sending_over_easter() -> None:
    prompts = sent({}, "prompt-3", "2026-03-09", "2026-03-30")
    assert item(prompts, "2026-03-30").next == due("escalation", "2026-04-16")  # Good Friday and Easter Monday between


def test_without_a_third_prompt_nothing_is_escalated() -> None:
    assert item({}, "2030-01-01").due == due("prompt-3", "2026-03-09")


def test_prompts_of_an_earlier_request_do_not_count_for_a_new_one() -> None:
    prompts = sent({}, "prompt-1", "2026-01-26", "2026-01-26")
    again = Request(REQUEST.agency, date(2026, 2, 1), "outstanding")
    assert item(prompts, "2026-02-15", again).due == due("prompt-1", "2026-02-15")


def test_prompts_to_another_agency_do_not_count() -> None:
    prompts = sent({}, "prompt-1", "2026-01-26", "2026-01-26")
    assert item(prompts, "2026-01-26", Request("northshire-police", ASKED, "outstanding")).sent == ()


@pytest.mark.parametrize("status", ["returned", "nil", "waived"])
def test_who_has_answered_is_left_alone(status: str) -> None:
    answered = item({}, "2026-06-01", Request(REQUEST.agency, ASKED, status, date(2026, 1, 30)))
    assert (answered.due, answered.next) == (None, None)
    assert not is_overdue(Request(REQUEST.agency, ASKED, status, ASKED), date(2026, 6, 1), policy())


def test_overdue_from_the_day_of_the_first_prompt() -> None:
    assert is_overdue(REQUEST, date(2026, 1, 26), policy())
    assert not is_overdue(REQUEST, date(2026, 1, 25), policy())


def test_a_message_goes_to_exactly_those_who_should_have_it() -> None:
    assert recipients("prompt-2", "regional-ambulance", configuration()) == ("cdr@regional-ambulance.example",)
    away = recipients("escalation", "regional-ambulance", configuration())
    assert away == ("chair@eastbury.example", "designated.doctor@eastbury.example")
    home = recipients("escalation", "northshire-police", configuration())
    assert home == ("chair@northshire.example", "designated.doctor@northshire.example")
    with pytest.raises(NotFound):
        recipients("prompt-1", "nobody", configuration())


def test_what_was_sent_is_kept_with_its_date_and_addresses() -> None:
    assert sent({}, "prompt-1", "2026-01-26", "2026-01-28") == {
        "schema": "prompts/1",
        "prompts": [
            {
                "agency": "regional-ambulance", "level": "prompt-1", "due_on": "2026-01-26", "sent_on": "2026-01-28",
                "to": ["a@example"], "message_id": "<1@example>",
            }
        ],
    }  # fmt: skip


@given(st.lists(st.integers(-30, 200), max_size=25), st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_whatever_the_days_of_the_runs_each_level_goes_out_once_and_in_order(runs: list[int], asked: date) -> None:
    request = Request("a", asked, "outstanding")
    prompts: dict[str, Any] = {}
    went: list[str] = []
    for offset in runs:
        as_of = asked + timedelta(days=offset)
        now = chase_item(request, prompts, as_of, policy(), policy().working_days)
        if now.due:
            assert now.due.on <= as_of
            prompts = mark_sent(prompts, "a", now.due, as_of, [], "")
            went.append(now.due.level)
            after = chase_item(request, prompts, as_of, policy(), policy().working_days)
            assert after.due is None
            assert after.next == now.next
    order = [levels(policy()).index(level) for level in went]
    assert order == sorted(set(order))
    assert ("escalation" in went) <= ("prompt-3" in went)


@given(st.integers(0, 400))
def test_what_is_due_first_is_the_latest_level_that_has_come(offset: int) -> None:
    now = chase_item(REQUEST, {}, ASKED + timedelta(days=offset), policy(), policy().working_days)
    expected = next((level for days, level in ((56, "prompt-3"), (28, "prompt-2"), (14, "prompt-1")) if offset >= days), None)
    assert (now.due.level if now.due else None) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_escalation_is_the_day_after_ten_working_days(day: date) -> None:
    prompts = mark_sent({}, "a", Due("prompt-3", day), day, [], "")
    request = Request("a", day - timedelta(weeks=8), "outstanding")
    following = chase_item(request, prompts, day, policy(), policy().working_days).next
    assert following is not None
    worked = [k for k in range(1, (following.on - day).days) if policy().working_days.is_working(day + timedelta(days=k))]
    assert len(worked) == 10
    assert worked[-1] == (following.on - day).days - 1
