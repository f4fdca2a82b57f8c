"""Other processes: both sides of every rule, and how the case's gates and a corrected notification go together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import example

from cdr.domain.case import gates
from cdr.domain.case.review import open_gates, unmet_for_closing
from cdr.errors import ConditionsNotMet
from cdr.forms.codelists import code_list

BEGAN, ENDED = date(2026, 1, 12), date(2029, 3, 1)


def opened(type_: str = "inquest", on: date = BEGAN) -> dict[str, Any]:
    return gates.opened({}, type_, on, None, "")


def test_a_gate_opens_is_expected_and_closes() -> None:
    case = gates.opened({}, "inquest", BEGAN, date(2026, 11, 30), "HM Coroner")
    assert case["gates"] == [
        {
            "type": "inquest",
            "status": "open",
            "opened_on": "2026-01-12",
            "closed_on": None,
            "expected_on": "2026-11-30",
            "owner": "HM Coroner",
        }
    ]
    case = gates.expected(case, "inquest", date(2028, 5, 1))
    assert gates.gates_of(case)[0].expected_on == date(2028, 5, 1)
    case = gates.closed(case, "inquest", ENDED)
    assert open_gates(case) == []
    assert gates.gates_of(case)[0].ended_on == ENDED


def test_a_waiver_says_who_when_and_why() -> None:
    case = gates.waived(opened("cspr"), "cspr", ENDED, "None was begun", "Robin Ashworth")
    [gate] = gates.gates_of(case)
    assert (gate.status, gate.ended_on, gate.reason, gate.waived_by) == (
        "waived",
        ENDED,
        "None was begun",
        "Robin Ashworth",
    )
    assert open_gates(case) == []


def test_one_of_a_type_at_a_time_and_several_after_each_other() -> None:
    with pytest.raises(ConditionsNotMet) as caught:
        gates.opened(opened(), "inquest", ENDED, None, "")
    assert "open already" in str(caught.value.lines())
    again = gates.opened(gates.closed(opened(), "inquest", ENDED), "inquest", ENDED, None, "")
    assert [gate.status for gate in gates.gates_of(again)] == ["closed", "open"]
    assert [gate.status for gate in gates.gates_of(gates.closed(again, "inquest", ENDED))] == ["closed", "closed"]


@pytest.mark.parametrize("change", [
    lambda case: gates.closed(case, "cspr", ENDED),
    lambda case: gates.waived(case, "cspr", ENDED, "x", "y"),
    lambda case: gates.expected(case, "cspr", ENDED),
    lambda case: gates.closed(case, "inquest", date(2026, 1, 11)),
    lambda case: gates.expected(case, "inquest", date(2026, 1, 11)),
    lambda case: gates.opened(case, "mnsi", BEGAN, date(2026, 1, 11), ""),
])  # fmt: skip
def test_what_cannot_be_is_refused(change: Any) -> None:
    with pytest.raises(ConditionsNotMet):
        change(opened())


def test_on_the_day_it_began_it_may_end() -> None:
    assert open_gates(gates.closed(opened(), "inquest", BEGAN)) == []


def test_every_type_has_words_and_psii_is_a_patient_safety_investigation() -> None:
    for code in code_list("investigation_type").codes:
        assert gates.words(str(code.code)) and "_" not in gates.words(str(code.code))
    assert gates.words("psii_serious_incident") == "patient-safety investigation"


def noted(*items: dict[str, Any]) -> dict[str, Any]:
    return {**example("form-a-sudi"), "other_investigations": list(items)}


INQUEST = {"type": "inquest", "status": "open", "started": "2026-01-12"}


@pytest.mark.parametrize("close", [
    lambda case: gates.closed(case, "inquest", ENDED),
    lambda case: gates.waived(case, "inquest", ENDED, "x", "y"),
])  # fmt: skip
def test_what_was_ended_by_hand_stays_so_when_something_else_is_corrected(close: Any) -> None:
    ended = close(opened())["gates"]
    assert gates.renewed_gates(ended, noted(INQUEST), noted(INQUEST)) == ended
    later = noted({**INQUEST, "started": "2026-01-13"})
    assert gates.renewed_gates(ended, noted(INQUEST), later) == ended
    other = noted(INQUEST, {"type": "cspr", "status": "open", "started": "2026-02-01"})
    renewed = gates.renewed_gates(ended, noted(INQUEST), other)
    assert renewed[:1] == ended and [gate["type"] for gate in renewed] == ["inquest", "cspr"]


def test_what_the_correction_changed_is_taken_over() -> None:
    case = opened()["gates"]
    done = noted({**INQUEST, "status": "closed", "concluded": "2026-06-01"})
    [closed] = gates.renewed_gates(case, noted(INQUEST), done)
    assert (closed["status"], closed["closed_on"]) == ("closed", "2026-06-01")
    [again] = gates.renewed_gates([closed], done, noted(INQUEST))
    assert (again["status"], again["closed_on"]) == ("open", None)
    [moved] = gates.renewed_gates(case, noted(INQUEST), noted({**INQUEST, "started": "2026-01-10"}))
    assert moved["opened_on"] == "2026-01-10"
    assert gates.renewed_gates(case, noted(INQUEST), noted()) == case


def test_an_override_of_an_earlier_version_still_passes_over_its_gate() -> None:
    said = "Another process is still open: psii serious incident."
    review = {"on": "2026-05-01", "stage": "ratified_cdop", "panel": None, "override": {"reason": "x", "unmet": [said]}}
    case = {**opened("psii_serious_incident"), "reviews": [review]}
    assert unmet_for_closing(case, {}, {"stage": "ratified_cdop"}) == []
    review["override"]["unmet"] = []  # type: ignore[index]
    assert unmet_for_closing(case, {}, {"stage": "ratified_cdop"}) == [
        "Another process is still open: patient-safety investigation."
    ]


def test_what_was_recorded_last_of_a_process_is_taken_back() -> None:
    case = gates.opened({}, "inquest", BEGAN, None, "HM Coroner")
    assert gates.taken_back(gates.closed(case, "inquest", ENDED), "inquest") == case
    assert gates.taken_back(gates.waived(case, "inquest", ENDED, "x", "y"), "inquest") == case
    assert gates.gates_of(gates.taken_back(case, "inquest")) == []
    with pytest.raises(ConditionsNotMet):
        gates.taken_back(case, "cspr")
    ended = gates.ended_with(gates.opened({}, "pmrt", BEGAN, None, ""), "pmrt", ENDED, "pmrt_report")
    with pytest.raises(ConditionsNotMet) as caught:
        gates.taken_back(ended, "pmrt")
    assert "pmrt_report --undo" in caught.value.hint


def ended_by_its_report(on: date = ENDED) -> dict[str, Any]:
    return gates.ended_with(gates.opened({}, "pmrt", BEGAN, None, ""), "pmrt", on, "pmrt_report")


def test_a_milestone_ends_an_open_process_that_had_begun_by_then() -> None:
    [gate] = gates.gates_of(ended_by_its_report())
    assert (gate.status, gate.ended_on) == ("closed", ENDED)
    [same_day] = gates.gates_of(ended_by_its_report(BEGAN))
    assert (same_day.status, same_day.ended_on) == ("closed", BEGAN)
    [before] = gates.gates_of(ended_by_its_report(date(2026, 1, 11)))
    assert (before.status, before.ended_on) == ("open", None)
    assert gates.ended_with(opened(), "pmrt", ENDED, "pmrt_report") == opened()
    unknown = {"gates": [{"type": "pmrt", "status": "open", "opened_on": None, "closed_on": None}]}
    assert gates.gates_of(gates.ended_with(unknown, "pmrt", BEGAN, "pmrt_report"))[0].ended_on == BEGAN


def test_a_day_given_by_hand_takes_the_place_of_the_milestones() -> None:
    case = gates.closed(ended_by_its_report(), "pmrt", date(2029, 3, 9))
    [gate] = gates.gates_of(case)
    assert (gate.status, gate.ended_on) == ("closed", date(2029, 3, 9))
    assert gates.reopened(case, "pmrt", "pmrt_report") == case, "taking the milestone back leaves what a person said"
    with pytest.raises(ConditionsNotMet):
        gates.closed(case, "pmrt", date(2029, 3, 10))
    again = gates.opened(ended_by_its_report(), "pmrt", ENDED, None, "")
    assert [gate.ended_on for gate in gates.gates_of(gates.closed(again, "pmrt", date(2029, 4, 1)))] == [
        ENDED,
        date(2029, 4, 1),
    ]


def test_a_milestone_that_is_taken_back_opens_the_process_that_it_ended_last_and_no_other() -> None:
    twice = gates.opened(ended_by_its_report(), "pmrt", ENDED, None, "")
    twice = gates.ended_with(twice, "pmrt", date(2029, 5, 1), "pmrt_report")
    back = gates.reopened(twice, "pmrt", "pmrt_report")
    assert [(gate.status, gate.ended_on) for gate in gates.gates_of(back)] == [("closed", ENDED), ("open", None)]
    assert "ended_by" not in back["gates"][1] and back["gates"][0] == twice["gates"][0]
    assert gates.reopened(twice, "pmrt", "cdrm_report") == twice
    assert gates.reopened(twice, "inquest", "pmrt_report") == twice


def test_of_several_processes_only_the_one_that_is_meant_changes() -> None:
    case = gates.opened(gates.opened(opened("cspr"), "inquest", BEGAN, None, ""), "mnsi", BEGAN, None, "")
    back = gates.taken_back(gates.waived(case, "inquest", ENDED, "x", "y"), "inquest")
    for changed in (gates.closed(case, "inquest", ENDED)["gates"], back["gates"]):
        assert [item["type"] for item in changed] == ["cspr", "inquest", "mnsi"]
        assert (changed[0], changed[2]) == (case["gates"][0], case["gates"][2])
    assert [item["type"] for item in gates.taken_back(case, "inquest")["gates"]] == ["cspr", "mnsi"]


def test_what_is_taken_back_is_the_last_of_its_type() -> None:
    again = gates.opened(gates.closed(opened(), "inquest", BEGAN), "inquest", ENDED, None, "")
    again = gates.opened(again, "cspr", ENDED, None, "")
    assert [(gate.type, gate.status) for gate in gates.gates_of(gates.taken_back(again, "inquest"))] == [
        ("inquest", "closed"),
        ("cspr", "open"),
    ]
    waived = gates.waived(opened(), "inquest", ENDED, "x", "y")
    assert gates.taken_back(waived, "inquest")["gates"] == opened()["gates"], "neither reason nor name nor day stays"


def test_an_end_may_be_expected_for_the_day_of_the_beginning() -> None:
    [gate] = gates.gates_of(gates.opened({}, "inquest", BEGAN, BEGAN, ""))
    assert (gate.expected_on, gate.owner) == (BEGAN, "")
    assert gates.gates_of(gates.waived(opened(), "inquest", BEGAN, "x", "y"))[0].ended_on == BEGAN


def test_what_stands_in_the_way_is_said_with_what_is_open() -> None:
    case = gates.opened(opened(), "psii_serious_incident", BEGAN, None, "")
    with pytest.raises(ConditionsNotMet) as caught:
        gates.closed(case, "cspr", ENDED)
    assert caught.value.unmet == ("No process of that type is open: child safeguarding practice review.",)
    assert caught.value.hint == "Open are: inquest, patient-safety investigation. See: cdr gate REF"
    with pytest.raises(ConditionsNotMet) as caught:
        gates.closed({}, "cspr", ENDED)
    assert caught.value.hint == "Open are: none. See: cdr gate REF"
    with pytest.raises(ConditionsNotMet) as caught:
        gates.closed(case, "inquest", date(2026, 1, 11))
    assert caught.value.unmet == ("It began on 2026-01-12, which is after that day.",)


def test_a_case_opens_with_each_process_that_is_open_by_the_notification_once() -> None:
    form = noted(
        {"type": "cspr", "status": "closed", "started": "2026-01-10"},
        {"type": "mnsi", "status": "open"},
        INQUEST,
        {**INQUEST, "started": "2026-01-20"},
        {"status": "open"},
    ) | {"notified_at": "2026-01-09T11:00"}
    assert [(gate["type"], gate["opened_on"]) for gate in gates.opening_gates(form)] == [
        ("mnsi", "2026-01-09"),
        ("inquest", "2026-01-12"),
    ]
    [unknown] = gates.opening_gates({"other_investigations": [{"type": "mnsi", "status": "open"}]})
    assert unknown == {"type": "mnsi", "status": "open", "opened_on": None, "closed_on": None}


def test_where_a_notification_names_a_process_twice_the_open_one_counts() -> None:
    ended = {**INQUEST, "status": "closed", "started": "2025-12-01", "concluded": "2026-01-05"}
    for items in ((ended, INQUEST), (INQUEST, ended)):
        assert gates.renewed_gates(opened()["gates"], noted(INQUEST), noted(*items)) == opened()["gates"]
        [closed] = gates.renewed_gates(opened()["gates"], noted(*items), noted(ended))
        assert (closed["status"], closed["closed_on"]) == ("closed", "2026-01-05")


def test_a_corrected_day_of_an_end_is_taken_over_and_one_that_was_not_waited_for_stays_so() -> None:
    first, second = ({**INQUEST, "status": "closed", "concluded": day} for day in ("2026-06-01", "2026-06-02"))
    closed = gates.closed(opened(), "inquest", date(2026, 6, 1))["gates"]
    assert gates.renewed_gates(closed, noted(first), noted(second))[0]["closed_on"] == "2026-06-02"
    waived = gates.waived(opened(), "inquest", ENDED, "x", "y")["gates"]
    assert gates.renewed_gates(waived, noted(first), noted(second)) == waived
    assert gates.renewed_gates([], noted(), noted(first)) == [], "one that ended before anybody waited for it"


def test_what_a_correction_says_changes_the_last_process_of_its_type() -> None:
    first = gates.closed(opened(), "inquest", BEGAN)
    both = gates.opened(gates.opened(first, "inquest", ENDED, None, ""), "cspr", ENDED, None, "")["gates"]
    [one, other, third] = gates.renewed_gates(both, noted(INQUEST), noted({**INQUEST, "started": "2029-03-02"}))
    assert (one, third) == (both[0], both[2]) and other["opened_on"] == "2029-03-02"


def test_nobody_stops_waiting_for_a_process_before_it_began() -> None:
    with pytest.raises(ConditionsNotMet):
        gates.waived(opened(), "inquest", date(2026, 1, 11), "x", "y")


def test_a_process_that_is_open_after_all_keeps_the_day_on_which_it_was_opened_here() -> None:
    done = noted({**INQUEST, "status": "closed", "concluded": "2026-06-01"})
    again = noted({**INQUEST, "started": "2026-01-14"})
    closed = gates.closed(opened(), "inquest", date(2026, 6, 1))["gates"]
    assert gates.renewed_gates(closed, done, again) == opened()["gates"]
    unknown = [closed[0] | {"opened_on": None}]
    assert gates.renewed_gates(unknown, done, again)[0]["opened_on"] == "2026-01-14"


def test_all_that_is_known_of_a_gate_is_read() -> None:
    [gate] = gates.gates_of(gates.opened({}, "inquest", BEGAN, ENDED, "HM Coroner"))
    assert gate == gates.Gate("inquest", "open", BEGAN, None, ENDED, "HM Coroner")
    assert gate.words == "inquest" and gates.words("of_a_later_version") == "of a later version"


def test_what_the_notification_said_all_along_takes_nothing_back_of_what_a_person_said() -> None:
    done = noted({**INQUEST, "status": "closed", "concluded": "2026-06-01"})
    by_hand = gates.closed(opened(), "inquest", ENDED)["gates"]
    assert gates.renewed_gates(by_hand, done, {**done, "notified_at": "2026-01-09T12:00"}) == by_hand


def test_of_two_open_ones_in_a_notification_the_first_counts() -> None:
    both = noted(INQUEST, {**INQUEST, "started": "2026-01-20"})
    assert gates.renewed_gates(opened()["gates"], noted(), both) == opened()["gates"]
    moved = noted({**INQUEST, "started": "2026-01-10"}, {**INQUEST, "started": "2026-01-20"})
    assert gates.renewed_gates(opened()["gates"], both, moved)[0]["opened_on"] == "2026-01-10"
