"""What a day calls for, from documents alone, and how it looks on a screen."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import cases as cases_
from unit.domain_data import known, policy

from cdr.documents.tables.today import Item, _repeated, lines, to_json
from cdr.domain.process.clocks import Closure
from cdr.domain.process.due import area_tasks, tasks_of
from cdr.domain.process.today import Today, blocked_in, next_mover, today

ON = date(2026, 1, 26)  # a Monday


def day(text: str) -> date:
    return date.fromisoformat(text)


def case(*steps: tuple[str, str], status: str = "open", **more: Any) -> dict[str, Any]:
    listed = [{"what": f"Step {clock}", "clock": clock, "due": due or None} for clock, due in steps]
    return {"schema": "case/1", "opened_on": "2026-01-09", "status": status, "next": listed} | more


def asked(*agencies: str, on: str = "2026-01-12", **more: Any) -> dict[str, Any]:
    return {
        "requests": [
            {"agency": one, "requested_on": on, "status": "outstanding", "answered_on": None, **more}
            for one in agencies
        ]
    }


def gate(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "status": "open", "opened_on": "2026-01-09", "closed_on": None} | more


def at(cases: dict[str, dict[str, Any]], on: date = ON, closed: Any = None) -> Today:
    return today(cases_(cases), on, policy(), closed or {})


def texts(found: Today, width: int = 80, height: int | None = None) -> list[str]:
    return [line.text for line in lines(found, width, height)]


def test_each_side_of_a_day() -> None:
    dues = ["2026-01-25", "2026-01-26", "2026-01-27", "2026-02-02", "2026-02-03"]
    found = at({"2026-AAAA": {"case": case(*((f"T{n}", due) for n, due in enumerate(dues, 40)), ("T50", ""))}})
    assert [task.when for task in found.tasks] == ["overdue", "today", "this week", "this week"]
    assert found.waiting == 0


def test_what_can_wait_is_told_with_the_first_day_and_who_moves() -> None:
    quiet = {"case": case(("T03", "2026-02-20")), "requests": asked("northshire-police", on="2026-01-20")}
    inquest = {
        "case": case(gates=[gate("inquest", expected_on="2026-02-19")]),
        "requests": {
            "requests": [{"agency": "a", "requested_on": "2026-01-10", "status": "nil", "answered_on": "2026-01-11"}]
        },
    }
    found = at(
        {"2026-AAAA": quiet, "2026-BBBB": inquest, "2026-CCCC": {"case": case(("T03", "2026-01-01"), status="closed")}}
    )
    assert (found.tasks, found.waiting, found.next_due) == ((), 2, day("2026-02-03"))
    assert dict(found.movers) == {"agencies": 1, "coroner": 1}
    last = texts(found, 200)[-1]
    assert last == "2 open cases: nothing due before 2026-02-03. Next to move: agencies 1, coroner 1."


def test_a_gate_is_its_owners_else_the_coroners_else_its_own_teams() -> None:
    gates = [
        gate("inquest"),
        gate("criminal", owner="police"),
        gate("pmrt"),
        {**gate("inquest"), "status": "closed", "closed_on": "2026-01-10"},
    ]
    found = blocked_in(known(case=case(gates=gates)), ON, policy())
    assert [item.who for item in found] == ["coroner", "police", "perinatal mortality review (PMRT)"]


def test_a_gate_that_the_review_passed_over_holds_nothing_up() -> None:
    unmet = "Another process is still open: criminal investigation or proceedings."
    override: dict[str, Any] = {"reason": "years", "unmet": [unmet]}
    review = {"on": "2026-01-20", "stage": "ratified_cdop", "override": override}
    body = case(gates=[gate("criminal")], reviews=[review])
    kinds = {"case": body, "requests": asked(), "analysis": {"stage": "ratified_cdop"}}
    found = at({"2026-AAAA": kinds})
    assert found.blocked == () and found.movers == (("coordinator", 1),)
    override["unmet"] = []
    found = at({"2026-AAAA": kinds})
    assert len(found.blocked) == 1 and found.movers == (("criminal investigation or proceedings", 1),)


@pytest.mark.parametrize(
    ("on", "when"), [("2026-05-25", "this week"), ("2026-06-01", "today"), ("2026-06-02", "overdue")]
)
def test_a_deferred_case_goes_before_the_panel_again_by_its_day(on: str, when: str) -> None:
    meets = {"kind": "panel_date", "on": "2026-04-14", "panel": "P2026-04-14"}
    put_off = {"panel": "P2026-04-14", "on": "2026-04-14", "until": "2026-06-01", "waiting_for": "expert"}
    body = case(milestones=[meets], deferrals=[put_off])
    found = at({"2026-7K3M": {"case": body, "requests": asked()}}, day(on))
    assert [(one.case, one.clock, one.due, one.when, one.who) for one in found.tasks] == [
        ("2026-7K3M", "R19", day("2026-06-01"), when, "child death review manager")
    ]
    shown = " ".join(" ".join(texts(found, 120)).split())
    assert "deferred by P2026-04-14 (an expert's view): put it before the panel again" in shown
    assert "deferred by P2026-04-14: an expert's view; the panel looks again by 2026-06-01" in shown
    again = {**body, "milestones": [meets, {**meets, "on": "2026-06-17", "panel": "P2026-06-17"}]}
    later = at({"2026-7K3M": {"case": again, "requests": asked()}}, day(on))
    assert (later.tasks, later.blocked) == ((), ())


@pytest.mark.parametrize(
    ("on", "when"), [("2026-03-09", "this week"), ("2026-03-15", "this week"), ("2026-03-16", "today"), ("2026-03-17", "overdue")]
)  # fmt: skip
def test_another_panel_has_six_weeks_to_answer(on: str, when: str) -> None:
    question = {"area": "Eastbury", "asked_on": "2026-02-02", "status": "awaited"}
    found = at({"2026-7K3M": {"case": case(second_opinions=[question]), "requests": asked()}}, day(on))
    assert [(one.case, one.clock, one.due, one.when, one.is_own) for one in found.tasks] == [
        ("2026-7K3M", "R18", day("2026-03-16"), when, True)
    ]
    assert [(one.kind, one.what, one.since) for one in found.blocked] == [
        ("opinion", "second opinion of Eastbury", day("2026-02-02"))
    ]
    shown = " ".join(" ".join(texts(found, 120)).split())
    assert "second opinion of Eastbury (question 1): ask how it stands; cdr panel question answer 2026-7K3M 1" in shown
    assert "second opinion of Eastbury since 2026-02-02: cdr panel question list 2026-7K3M" in shown
    came = at(
        {"2026-7K3M": {"case": case(second_opinions=[question | {"status": "answered"}]), "requests": asked()}}, day(on)
    )
    assert (came.tasks, came.blocked) == ((), ())


def test_an_expected_day_that_is_past_is_said_first() -> None:
    gates = [gate("criminal"), gate("pmrt", expected_on="2026-05-01"), gate("inquest", expected_on="2026-01-25")]
    found = at({"2026-AAAA": {"case": case(gates=gates)}})
    assert [item.until for item in found.blocked] == [day("2026-01-25"), day("2026-05-01"), None]
    text = " ".join(" ".join(texts(found)).split())
    assert "inquest since 2026-01-09, was expected by 2026-01-25: ask how it stands (coroner)" in text
    assert "expected by 2026-05-01" in text
    assert "was expected" not in " ".join(texts(at({"2026-AAAA": {"case": case(gates=gates)}}, day("2026-01-25"))))


@pytest.mark.parametrize(("on", "held"), [("2026-02-01", True), ("2026-02-02", False)])
def test_a_held_request_is_not_due_until_the_hold_is_over(on: str, held: bool) -> None:
    kinds = {"case": case(), "requests": asked("northshire-police", hold={"until": "2026-02-02"})}
    found = at({"2026-AAAA": kinds}, day(on))
    assert [item.kind for item in found.blocked] == (["hold"] if held else [])
    assert (
        [(task.due, task.when) for task in found.tasks] == [(day("2026-02-02"), "this week")]
        if held
        else [(day("2026-01-26"), "overdue")]
    )


def test_a_school_on_holiday_is_prompted_when_it_is_back() -> None:
    kinds = {"case": case(), "requests": asked("northtown-academy"), "prompts": {}}
    away = {
        "northtown-academy": (
            Closure(day("2026-01-24"), day("2026-02-01")),
            Closure(day("2026-02-02"), day("2026-02-03")),
        )
    }
    assert [task.due for task in tasks_of(known(**kinds), ON, policy(), away)] == [day("2026-02-04")]
    assert [task.due for task in tasks_of(known(**kinds), ON, policy())] == [ON]


@pytest.mark.parametrize(
    ("on", "first", "last", "due"),
    [
        ("2026-01-26", "2026-01-27", "2026-02-01", "2026-01-26"),  # it closes tomorrow
        ("2026-01-27", "2026-01-27", "2026-02-01", "2026-02-02"),  # the first day of it
        ("2026-02-01", "2026-01-27", "2026-02-01", "2026-02-02"),  # the last
        ("2026-02-02", "2026-01-27", "2026-02-01", "2026-01-26"),  # the day after, when the rule's date is long past
        ("2026-01-28", "2026-01-28", "2026-01-28", "2026-01-29"),  # one day
    ],
)
def test_a_prompt_waits_for_the_day_after_the_last_of_a_closure(on: str, first: str, last: str, due: str) -> None:
    kinds = {"case": case(), "requests": asked("northtown-academy"), "prompts": {}}
    away = {
        "northtown-academy": (Closure(day(first), day(last)),),
        "another": (Closure(day("2026-01-01"), day("2026-12-31")),),
    }
    assert [task.due for task in tasks_of(known(**kinds), day(on), policy(), away)] == [day(due)]


@pytest.mark.parametrize(
    ("first", "due"),
    [
        ("2026-02-01", "2026-02-06"),  # the hold ends within the closure
        ("2026-02-02", "2026-02-06"),  # and on the first day of it
        ("2026-02-03", "2026-02-02"),  # the day between the two is free
    ],
)
def test_a_hold_that_ends_within_a_closure_goes_on_to_its_end(first: str, due: str) -> None:
    kinds = {"case": case(), "requests": asked("northtown-academy", hold={"until": "2026-02-02"})}
    away = {"northtown-academy": (Closure(day(first), day("2026-02-05")),)}
    assert [task.due for task in tasks_of(known(**kinds), ON, policy(), away)] == [day(due)]


def test_closures_that_overlap_are_gone_through_to_the_latest_end() -> None:
    kinds = {"case": case(), "requests": asked("northtown-academy")}
    away = {
        "northtown-academy": (
            Closure(ON, day("2026-02-08")),
            Closure(ON, day("2026-01-28")),
            Closure(day("2026-02-09"), day("2026-02-09")),
        )
    }
    assert [task.due for task in tasks_of(known(**kinds), ON, policy(), away)] == [day("2026-02-10")]


def test_what_was_sent_since_yesterday_and_what_went_wrong() -> None:
    def message(agency: str, sent: str | None, **more: Any) -> dict[str, Any]:
        known = {
            "agency": agency,
            "level": "prompt-1",
            "due_on": "2026-01-23",
            "message_id": f"<{agency}>",
            "to": ["a@x.example"],
        }
        return known | ({"sent_on": sent} if sent else {}) | more

    prompts = [
        message("old", "2026-01-24"),
        message("yesterday", "2026-01-25"),
        message("today", "2026-01-26"),
        message("lost", None, status="sending", tries=1),
        message("no", None, status="refused", tries=3),
        message("half", "2026-01-20", status="sent", refused=["a@x.example"]),
        message("answered", None, status="refused", tries=3),
    ]
    ledger = asked("old", "yesterday", "today", "lost", "no", "half", on="2026-01-09")
    ledger["requests"].append(
        {"agency": "answered", "requested_on": "2026-01-09", "status": "returned", "answered_on": "2026-01-24"}
    )
    found = at({"2026-AAAA": {"case": case(), "requests": ledger, "prompts": {"prompts": prompts}}})
    assert {sent.agency: sent.state for sent in found.sent} == {
        "yesterday": "sent", "today": "sent", "lost": "sending", "no": "refused", "half": "partly refused",
    }  # fmt: skip
    shown = texts(found, 120)
    place = shown.index("Sent since yesterday")
    assert "may have gone out" in " ".join(shown[place + 1 : place + 4]), "what went wrong stands first"


@pytest.mark.parametrize(
    ("on", "clock", "due"),
    [
        ("2026-03-31", "T29", "2026-03-31"),
        ("2026-04-01", "T29", "2027-03-31"),
        ("2026-01-01", "T30", "2026-03-31"),
        ("2025-12-31", "T30", None),  # the report on July to September was due the day before
        ("2025-12-30", "T30", "2025-12-30"),
        ("2026-01-26", "T31", "2026-02-28"),
        ("2026-03-01", "T31", None),
    ],
)
def test_the_areas_own_days(on: str, clock: str, due: str | None) -> None:
    held = {
        "A": {"case": {"reviews": [{"on": "2025-11-30", "stage": "ratified_cdop"}]}},
        "B": {"case": {"reviews": [{"on": "2025-12-01", "stage": "draft"}]}},
    }
    found = {task.clock: task.due.isoformat() for task in area_tasks(cases_(held), day(on), policy())}
    assert found.get(clock) == due


def test_the_areas_days_are_shown_when_they_are_near() -> None:
    assert [task.clock for task in at({}, day("2026-03-03")).area] == ["T29", "T30"]
    assert at({}, day("2026-03-02")).area == ()
    assert "The area" in texts(at({}, day("2026-03-03")))


def busy(cases: int, steps: int = 5) -> dict[str, dict[str, Any]]:
    words = [(f"T{n}", f"2026-01-{n + 18:02}") for n in range(1, steps + 1)]
    return {f"2026-{n:04}": {"case": case(*words, gates=[gate("inquest")])} for n in range(cases)}


def test_a_busy_day_fits_the_screen_and_says_what_is_left_out() -> None:
    shown = texts(at(busy(60)), 80, 23)
    assert len(shown) <= 23 and max(map(len, shown)) <= 80
    assert shown[-1] == "There is more: cdr today --all"
    assert any(line.startswith("  and ") for line in shown)
    assert {"Overdue", "Waiting for others"} <= set(shown)
    cases = {line.split()[0] for line in shown if line.startswith("  2026-")}
    assert all(
        shown[n + 1].startswith("  2026-") for n, line in enumerate(shown) if line in ("Overdue", "Waiting for others")
    )
    assert len(cases) > 5, "one case with much to do does not hide the others"
    whole = texts(at(busy(60)), 80)
    assert sum(line.count("Step ") for line in whole) == 300 and "There is more" not in whole[-1]


def test_prompts_of_one_day_are_one_line() -> None:
    kinds = {"case": case(), "requests": asked("a-one", "b-two", "c-three")}
    assert "prompt-1 for 3 agencies: cdr chase --overdue (cdr)" in " ".join(texts(at({"2026-AAAA": kinds}), 120))
    kinds = {"case": case(), "requests": asked("a-one", "b-two")}
    assert "prompt-1 for a-one, b-two" in " ".join(texts(at({"2026-AAAA": kinds}), 120))


def test_what_three_cases_have_word_for_word_stands_once() -> None:
    def items(count: int) -> list[Item]:
        return [Item(f"2026-{n:04}", f"2026-01-{n + 10}", "prompt-1 to a-one") for n in range(count)]

    assert list(_repeated(items(2))) == items(2)
    (one,) = _repeated(items(7))
    assert (one.case, one.day) == ("", "2026-01-10")
    named = "2026-0000, 2026-0001, 2026-0002, 2026-0003, 2026-0004 and 2 other cases"
    assert one.what == f"prompt-1 to a-one (from 2026-01-10 to 2026-01-16): {named}"
    mixed = [Item("2026-AAAA", "2026-01-01", "other"), *items(3)]
    assert [item.what.split(" (")[0] for item in _repeated(mixed)] == ["other", "prompt-1 to a-one"]


def test_what_falls_due_on_several_days_says_from_when_to_when() -> None:
    days = ("2026-03-02", "2026-01-12", "2026-02-01")
    (one,) = _repeated([Item(f"2026-000{n}", day, "Ask them") for n, day in enumerate(days)])
    assert one == Item("", "2026-01-12", "Ask them (from 2026-01-12 to 2026-03-02): 2026-0000, 2026-0001, 2026-0002")


def test_a_quiet_and_a_done_day() -> None:
    assert texts(at({})) == ["Nothing needs you today."]
    assert texts(at({"2026-AAAA": {"case": case(("T40", "2026-01-26"))}}))[-1] == "Nothing else needs you today."


@settings(deadline=None, max_examples=many(40))
@given(width=st.integers(20, 200), height=st.integers(12, 60), cases=st.integers(0, 40))
def test_no_screen_is_overrun_and_no_reference_is_broken(width: int, height: int, cases: int) -> None:
    found = at(busy(cases, 3))
    shown = texts(found, width, height)
    assert len(shown) <= height
    long = [line for line in shown if len(line) > max(width, 40)]
    assert long == []
    assert all(len(line.split()[0]) == 9 for line in shown if line.startswith("  2026-"))
    assert all(ref in " ".join(texts(found, width)) for ref in busy(cases, 3))


def test_the_json_keeps_the_keys_that_scripts_know() -> None:
    found = to_json(at(busy(1, 1)))
    assert found["schema"] == "cdr-today/1" and found["waiting"] == 0
    assert set(found["tasks"][0]) >= {"case", "what", "clock", "due", "when"}
    assert set(found) >= {"sent", "blocked", "area", "next_due", "movers"}


def escalated(**request: Any) -> dict[str, Any]:
    levels = [
        ("prompt-1", "2025-11-24"),
        ("prompt-2", "2025-12-08"),
        ("prompt-3", "2026-01-05"),
        ("escalation", "2026-01-20"),
    ]
    sent = [{"agency": "police", "level": level, "due_on": on, "sent_on": on} for level, on in levels]
    return {"case": case(), "requests": asked("police", on="2025-11-10", **request), "prompts": {"prompts": sent}}


def test_an_escalated_return_stays_overdue_and_asks_the_coordinator_to_act() -> None:
    found = at({"2026-AAAA": escalated()})
    [task] = found.tasks
    assert (task.due, task.when, task.who, task.is_own) == (day("2025-11-24"), "overdue", "coordinator", True)
    assert "escalated on 2026-01-20: ring them" in task.what
    assert "Nothing else needs you today." in texts(found) and "Overdue" in texts(found)
    assert next_mover(cases_({"A": escalated()})["A"], policy()) == "coordinator"


@pytest.mark.parametrize("change", [{"status": "returned"}, {"status": "waived"}, {"hold": {"until": "2026-03-02"}}])
def test_until_it_is_in_waived_or_held(change: dict[str, Any]) -> None:
    found = at({"2026-AAAA": escalated(**change)})
    assert found.tasks == ()
    if "hold" in change:
        assert [item.until for item in found.blocked] == [found.next_due] == [day("2026-03-02")]


def test_own_steps_stand_before_those_that_others_take_with_the_word_to_type() -> None:
    found = at({"2026-AAAA": {"case": case(("T09", "2026-01-20"), ("T03", "2026-01-22"), ("T14", "2026-01-29"))}})
    shown = texts(found)
    own, others = shown.index("Overdue"), shown.index("Steps that others take")
    assert any("Step T03 (coordinator) [ncmd_told]" in line for line in shown[own:others])
    assert any("[home_visit]" in line for line in shown[others:])
    assert "[final_case_discussion or cdrm]" in " ".join(" ".join(shown[others:]).split())
    assert any("cdr milestone REF WORD" in line for line in shown)


def test_who_moves_next_is_told_by_where_the_case_stands() -> None:
    def mover(body: dict[str, Any], ledger: dict[str, Any] | None = None, analysis: Any = None) -> str:
        kinds = {"case": body, "requests": ledger or {}, "analysis": analysis}
        facts = cases_({"A": {kind: one for kind, one in kinds.items() if one is not None}})["A"]
        return next_mover(facts, policy())

    came = asked("police", status="returned", answered_on="2026-02-01")
    waits = case(gates=[gate("inquest"), gate("pmrt", owner="Northtown General")])
    assert mover(case()) == policy().clock("T04").who
    assert mover(waits, asked("police")) == "agencies"
    assert mover(waits, came) == "coroner"
    assert mover(case(gates=[gate("pmrt", owner="Northtown General")]), came) == "Northtown General"
    assert mover(case(), came) == "panel"
