"""Every task of a day, written out whole: whose step it is, by which clock, and what to type."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.domain_data import cases, known, policy
from unit.test_actions import opened
from unit.test_today import ON, asked, case, day, escalated
from unit.test_wishes import gate as letter_gate

from cdr.domain.case.at_rest import AtRest
from cdr.domain.process.clocks import Closure
from cdr.domain.process.due import OPEN_ALWAYS, Closed, Task, area_tasks, tasks_of, who_moves
from cdr.domain.process.policy import ClockRule, Policy

CASE = "2026-AAAA"
RING = "ring them, or wait no more (cdr return --waive)"


def due(kinds: dict[str, Any], rules: Policy = policy(), closed: Closed = OPEN_ALWAYS) -> list[Task]:
    return tasks_of(known(CASE, **kinds), ON, rules, closed)


def test_a_step_is_whose_the_case_says_else_whose_the_rules_say() -> None:
    steps = case(("T09", "2026-01-20"), ("T03", "2026-01-22"), ("Z99", "2026-01-26"))
    steps["next"][1]["who"] = "the duty officer"
    assert due({"case": steps}) == [
        Task(CASE, "Step T09", "T09", day("2026-01-20"), "overdue", "lead health professional and police", words=("home_visit",)),
        Task(CASE, "Step T03", "T03", day("2026-01-22"), "overdue", "the duty officer", words=("ncmd_told",)),
        Task(CASE, "Step Z99", "Z99", ON, "today", ""),
    ]  # fmt: skip
    assert (who_moves("T03", policy()), who_moves("Z99", policy())) == ("coordinator", "")


def test_asking_the_agencies_is_a_step_until_one_is_asked() -> None:
    steps = {"case": case(("T04", "2026-01-26"))}
    assert [task.clock for task in due(steps)] == ["T04"]
    assert [task.clock for task in due({**steps, "requests": asked("police")})] == ["T06"]


def test_what_a_case_calls_for_is_asked_of_that_day() -> None:
    done = [{"kind": "home_visit", "on": on, "recorded_on": on} for on in ("2026-01-26", "2026-01-27")]
    for milestone, left in zip(done, ([], ["T09"]), strict=True):
        found = due({"case": case(("T09", "2026-01-20"), milestones=[milestone])})
        assert [task.clock for task in found] == left, "a milestone of tomorrow has not happened yet"


@pytest.mark.parametrize(
    ("again", "when"), [("2026-01-26", "today"), ("2026-02-02", "this week"), ("2026-02-03", "later")]
)
def test_a_letter_on_hold_is_asked_about_on_the_day_that_was_named(again: str, when: str) -> None:
    gates = [letter_gate("no", review_on=again), {**letter_gate("no"), "kind": "outcome"}]
    assert due({"case": case(letter_gates=gates)}) == [
        Task(CASE, "Ask again whether the letter (delay) may go: contact_welcome", "letter", day(again), when, "the key worker")
    ]  # fmt: skip


def test_an_action_is_due_from_whoever_has_it() -> None:
    found = due({"case": opened(case())})
    assert found == [
        Task(CASE, "Action A2026-0002: cdr action show A2026-0002", "R11", day("2026-07-14"), "later", "Highways"),
        Task(CASE, "Action A2026-0001: cdr action show A2026-0001", "R11", day("2026-09-30"), "later", "northshire-community"),
    ]  # fmt: skip


def test_a_prompt_is_due_with_its_level_and_the_request_that_it_is_about() -> None:
    asked_on = day("2026-01-12")
    assert due({"case": case(), "requests": asked("police", "school")}) == [
        Task(CASE, f"prompt-1 for {one}: cdr chase --overdue", "T06", ON, "today", "cdr", one, "prompt-1", asked_on)
        for one in ("police", "school")
    ]


def not_escalated() -> dict[str, Any]:
    kinds = escalated()
    kinds["prompts"]["prompts"].pop()
    return kinds


def test_an_escalation_is_the_managers() -> None:
    assert due(not_escalated()) == [
        Task(
            CASE, "escalation for police: cdr chase --overdue", "T07", day("2026-01-20"), "overdue",
            "child death review manager", "police", "escalation", day("2025-11-10"),
        )
    ]  # fmt: skip


def test_an_escalation_to_an_agency_of_which_nobody_knows_that_things_arrive_waits_and_the_next_one_does_not() -> None:
    kinds = not_escalated()
    kinds["requests"]["requests"] += asked("school")["requests"]
    rules = replace(policy(), unconfirmed=frozenset({"police"}), confirm_arrival=True)
    waits = "nobody has confirmed that what we send arrives there (cdr request --test police)"
    assert due(kinds, rules) == [
        Task(CASE, f"escalation for police waits: {waits}", "T07", day("2026-01-20"), "overdue", "coordinator", "police"),
        Task(CASE, "prompt-1 for school: cdr chase --overdue", "T06", ON, "today", "cdr", "school", "prompt-1", day("2026-01-12")),
    ]  # fmt: skip
    today = not_escalated()
    today["prompts"]["prompts"][-1] |= {"due_on": "2026-01-11", "sent_on": "2026-01-11"}
    [first] = tasks_of(known(CASE, **today), day("2026-01-24"), rules)
    assert (first.what, first.due, first.when) == (f"escalation for police waits: {waits}", day("2026-01-24"), "today")


def test_an_escalated_return_is_told_whole() -> None:
    said = f"return from police, escalated on 2026-01-20: {RING}"
    assert due(escalated()) == [Task(CASE, said, "T07", day("2025-11-24"), "overdue", "coordinator", "police")]


@pytest.mark.parametrize(
    ("until", "closed", "resumes"),
    [
        ("2026-01-26", None, "2025-11-24"),  # the hold ends today
        ("2026-01-27", None, "2026-01-27"),
        ("2026-01-20", ("2026-01-26", "2026-01-26"), "2026-01-27"),  # a hold that is over, and a closure of one day
        (None, ("2026-01-20", "2026-01-25"), "2025-11-24"),  # it ended yesterday
    ],
)
def test_a_hold_that_is_over_holds_nothing(until: str | None, closed: tuple[str, str] | None, resumes: str) -> None:
    kinds = escalated(**({"hold": {"until": until}} if until else {}))
    away = {"police": (Closure(day(closed[0]), day(closed[1])),)} if closed else OPEN_ALWAYS
    [task] = due(kinds, closed=away)
    assert task.due == day(resumes)


YEAR = Task("", "Reviews done by 31 March are complete and final in the national database, and every open case is in it",
            "T29", date(2026, 3, 31), "later", "coordinator")  # fmt: skip
QUARTER = Task("", "Assurance report of the chair to the child death review partners", "T30", date(2026, 3, 31), "later", "chair")  # fmt: skip
CALLS = Task("", "Ring 2 organisations that letters name, and note the day in cdr.yaml (support_checked): cdr doctor",
             "support", date(2026, 2, 1), "this week", "child death review manager")  # fmt: skip


def test_the_areas_own_tasks_are_told_whole() -> None:
    calls = (date(2026, 2, 1), ["one", "another"])
    some = cases({CASE: {"case": case()}})
    assert area_tasks(some, ON, policy(), calls) == [CALLS, YEAR, QUARTER]
    assert area_tasks(some, ON, policy()) == [YEAR, QUARTER]
    assert area_tasks(cases({}), ON, policy(), calls) == [YEAR, QUARTER], "nobody is written to where there is no case"
    assert area_tasks(cases({}), ON, policy(), calls, AtRest(1)) == [CALLS, YEAR, QUARTER]


def with_rule(clock: str, **changes: Any) -> Policy:
    rules = policy()
    return replace(rules, clocks={**rules.clocks, clock: replace(rules.clock(clock), **changes)})


def test_a_clock_of_the_area_that_the_rules_do_not_have_or_not_yet_is_no_task() -> None:
    without = replace(policy(), clocks={id_: rule for id_, rule in policy().clocks.items() if id_ != "T29"})
    assert area_tasks(cases({}), ON, without) == [QUARTER]
    assert area_tasks(cases({}), ON, with_rule("T29", since=date(2026, 1, 27))) == [QUARTER]
    assert area_tasks(cases({}), ON, with_rule("T29", since=ON)) == [YEAR, QUARTER]


@pytest.mark.parametrize(
    ("on", "due_on"),
    [
        ("2026-03-31", "2026-03-31"),  # after October to December: three months after its last day
        ("2026-04-01", "2026-06-30"),
        ("2026-07-01", "2026-09-30"),
        ("2026-10-01", "2026-12-30"),
        ("2027-01-01", "2027-03-31"),
    ],
)
def test_each_quarter_has_its_report(on: str, due_on: str) -> None:
    found = {task.clock: task.due for task in area_tasks(cases({}), day(on), policy())}
    assert found["T30"] == day(due_on)


def rule_without_a_number(clock: str) -> Policy:
    found: ClockRule = policy().clock(clock)
    assert found.number
    return with_rule(clock, number=None)


def test_a_rule_without_a_number_means_the_very_day() -> None:
    held = cases({CASE: {"case": {"reviews": [{"on": "2026-01-26", "stage": "ratified_cdop"}]}}})
    assert [task.due for task in area_tasks(held, ON, rule_without_a_number("T31")) if task.clock == "T31"] == [ON]
    ends = [task.due for task in area_tasks(cases({}), ON, rule_without_a_number("T30")) if task.clock == "T30"]
    assert ends == [], "the last quarter's end is past"


def test_the_oldest_report_that_is_not_past_is_told_first() -> None:
    found = area_tasks(cases({}), day("2026-04-15"), with_rule("T30", number=6))
    assert [task.due for task in found if task.clock == "T30"] == [day("2026-06-30")], (
        "October to December before January to March"
    )
