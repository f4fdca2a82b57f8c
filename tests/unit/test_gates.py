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
