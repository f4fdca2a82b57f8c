from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import configuration, policy

from cdr.domain.asking.overdue import is_overdue
from cdr.domain.asking.prompts_due import (
    ChaseItem,
    Due,
    chase_item,
    escalated_on,
    is_escalated,
    levels,
    mark_sent,
    recipients,
)
from cdr.domain.asking.requests import Request
from cdr.domain.process.clocks import Closure
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
    expected = next(
        (level for days, level in ((56, "prompt-3"), (28, "prompt-2"), (14, "prompt-1")) if offset >= days), None
    )
    assert (now.due.level if now.due else None) == expected


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)))
def test_the_escalation_is_the_day_after_ten_working_days(day: date) -> None:
    prompts = mark_sent({}, "a", Due("prompt-3", day), day, [], "")
    request = Request("a", day - timedelta(weeks=8), "outstanding")
    following = chase_item(request, prompts, day, policy(), policy().working_days).next
    assert following is not None
    worked = [
        k for k in range(1, (following.on - day).days) if policy().working_days.is_working(day + timedelta(days=k))
    ]
    assert len(worked) == 10
    assert worked[-1] == (following.on - day).days - 1


# ---- both ends of a closure and of a hold ------------------------------------------------------------------------------


def closed(first: str, last: str) -> Closure:
    return Closure(date.fromisoformat(first), date.fromisoformat(last))


def away(prompts: Any, as_of: str, *closures: Closure, request: Request = REQUEST) -> ChaseItem:
    return chase_item(request, prompts, date.fromisoformat(as_of), policy(), policy().working_days, closures)


@pytest.mark.parametrize(
    ("as_of", "due_now"), [("2026-01-26", True), ("2026-01-27", False), ("2026-01-29", False), ("2026-01-30", True)]
)
def test_nothing_is_due_on_the_first_and_the_last_day_of_a_closure(as_of: str, due_now: bool) -> None:
    found, prompt = away({}, as_of, closed("2026-01-27", "2026-01-29")), due("prompt-1", "2026-01-26")
    assert (found.due, found.next) == ((prompt, due("prompt-2", "2026-02-09")) if due_now else (None, prompt))


def test_a_closure_of_one_day_is_that_day() -> None:
    one = closed("2026-01-27", "2026-01-27")
    assert [away({}, f"2026-01-{n}", one).due is None for n in (26, 27, 28)] == [False, True, False]


@pytest.mark.parametrize(("as_of", "due_now"), [("2026-01-28", False), ("2026-01-29", True)])
def test_a_hold_is_over_on_its_day(as_of: str, due_now: bool) -> None:
    on_hold = Request(REQUEST.agency, ASKED, "outstanding", held_until=date(2026, 1, 29))
    assert (item({}, as_of, on_hold).due is not None) is due_now


THIRD = mark_sent({}, REQUEST.agency, due("prompt-3", "2026-03-09"), date(2026, 3, 9), [], "")


@pytest.mark.parametrize(
    ("closures", "on"),
    [
        ((), "2026-03-24"),  # ten working days after 9 March are over on 23 March
        ((("2026-03-16", "2026-03-18"),), "2026-03-27"),  # three working days are none: 16, 17 and 18 March
        ((("2026-03-16", "2026-03-16"),), "2026-03-25"),
        ((("2026-03-13", "2026-03-16"),), "2026-03-26"),  # a Friday and a Monday, and the weekend between costs nothing
        ((("2026-03-14", "2026-03-15"),), "2026-03-24"),
        ((("2026-03-23", "2026-03-23"),), "2026-03-25"),  # the tenth of the ten days
        ((("2026-03-24", "2026-03-31"),), "2026-03-24"),  # after the ten
        ((("2026-03-01", "2026-03-09"),), "2026-03-24"),  # before them: the day of the prompt itself is not counted
        ((("2026-03-01", "2026-03-10"),), "2026-03-25"),
        (
            (("2026-03-16", "2026-03-17"), ("2026-03-17", "2026-03-18")),
            "2026-03-27",
        ),  # a day of two closures is one day
    ],
)
def test_every_day_of_a_closure_is_no_working_day_of_the_escalation(
    closures: tuple[tuple[str, str], ...], on: str
) -> None:
    assert away(THIRD, "2026-03-10", *(closed(*ends) for ends in closures)).next == due("escalation", on)


@given(st.dates(date(2026, 3, 1), date(2026, 4, 20)), st.integers(0, 20))
def test_a_closure_costs_the_escalation_its_working_days_within_the_wait(first: date, more: int) -> None:
    closure = Closure(first, first + timedelta(days=more))
    following = away(THIRD, "2026-03-09", closure).next
    assert following is not None
    between = [date(2026, 3, 9) + timedelta(days=n) for n in range(1, (following.on - date(2026, 3, 9)).days)]
    assert sum(policy().working_days.is_working(day) and not first <= day <= closure.last for day in between) == 10


# ---- told whole ------------------------------------------------------------------------------------------------------


def test_whose_request_is_looked_at_and_what_was_sent_for_it_is_told_whatever_comes_of_it() -> None:
    prompts = sent({}, "prompt-1", "2026-01-26", "2026-01-26")
    done, second = ("prompt-1",), due("prompt-2", "2026-02-09")
    answered = Request(REQUEST.agency, ASKED, "returned", date(2026, 1, 30))
    assert item(prompts, "2026-06-01", answered) == ChaseItem(REQUEST.agency, ASKED, None, None, done)
    on_hold = Request(REQUEST.agency, ASKED, "outstanding", held_until=date(2026, 3, 1))
    assert item(prompts, "2026-02-09", on_hold) == ChaseItem(REQUEST.agency, ASKED, None, second, done)
    assert item(prompts, "2026-02-08") == ChaseItem(REQUEST.agency, ASKED, None, second, done)


def test_an_escalation_is_of_the_request_after_which_it_fell_due_and_went_out() -> None:
    went = sent({}, "escalation", "2026-04-08", "2026-04-09")
    assert (is_escalated(REQUEST, went), escalated_on(REQUEST, went)) == (True, date(2026, 4, 9))
    assert (is_escalated(REQUEST, {}), escalated_on(REQUEST, {})) == (False, None)
    later = Request(REQUEST.agency, date(2026, 4, 8), "outstanding")
    assert not is_escalated(later, went), "it fell due on the day of the next request, and was an earlier one's"
    assert is_escalated(Request(REQUEST.agency, date(2026, 4, 7), "outstanding"), went)
