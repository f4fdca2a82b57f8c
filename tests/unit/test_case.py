from __future__ import annotations

import copy
from datetime import date
from typing import Any

import pytest
from unit.domain_data import configuration, example, policy

from cdr.domain.asking.requests import answer, ask
from cdr.domain.case import case as cases
from cdr.domain.case.letters_made import with_letter
from cdr.domain.case.review import (
    PanelMeeting,
    reviewed_on,
    still_open_after_review,
    unmet_for_closing,
    unmet_for_ratifying,
)
from cdr.domain.process.routes import what_follows
from cdr.errors import ConditionsNotMet

ON = date(2026, 1, 9)
PANEL = date(2029, 3, 1)
ANALYSIS = {"stage": "ratified_cdop"}
DRAFT = {"stage": "draft_cdrm"}
QUORATE = PanelMeeting("2029-03-01", PANEL, had_case=True, quorate=True)


def new() -> dict[str, Any]:
    form = example("form-a-sudi")
    steps = what_follows(form, configuration(), policy(), policy().working_days, ON)
    return cases.opened(ON, form, steps)


def without_gates(case: dict[str, Any]) -> dict[str, Any]:
    closed = [{**gate, "status": "closed", "closed_on": "2029-01-15"} for gate in case["gates"]]
    return {**case, "gates": closed}


def asked() -> dict[str, Any]:
    return ask({}, ["northshire-police", "regional-ambulance"], ON)


def all_in() -> dict[str, Any]:
    return answer(answer(asked(), "northshire-police", "returned", ON), "regional-ambulance", "nil", ON)


def test_a_new_case() -> None:
    case = new()
    assert case["schema"] == "case/1"
    assert case["status"] == "open"
    assert case["not_a_duplicate"] is None
    assert [gate["type"] for gate in case["gates"]] == ["inquest"]
    assert case["next"][0] == {
        "what": policy().clock("R02").what, "clock": "R02", "due": "2026-01-09",
        "who": "child death review manager", "limit": "0 d", "edition": "england-2018",
    }  # fmt: skip
    assert case["next"][-1]["due"] is None


def test_the_way_of_a_case_with_an_inquest_of_three_years() -> None:
    case = new()
    assert cases.stage(case, {}) == "notified"
    assert cases.waiting_for(case, {}) == ["requests to agencies", "inquest"]
    assert cases.stage(case, asked()) == "waiting for returns"
    assert cases.waiting_for(case, asked()) == [
        "return from northshire-police",
        "return from regional-ambulance",
        "inquest",
    ]
    assert cases.stage(case, all_in(), DRAFT) == "waiting for other processes"
    assert cases.waiting_for(case, all_in(), DRAFT) == ["inquest"]
    case = without_gates(case)
    assert cases.stage(case, all_in()) == "ready for panel"
    mistaken = answer(ask({}, ["regional-ambulance"], ON), "regional-ambulance", "waived", ON)
    assert cases.stage(case, mistaken) == "notified", "the wrong agency was asked, and the right ones were not yet"
    assert cases.stage(case, mistaken, {**ANALYSIS, "stage": "draft_cdrm"}) == "analysis drafted"
    assert cases.waiting_for(case, all_in()) == ["panel meeting"]
    assert cases.stage(case, all_in(), DRAFT) == "analysis drafted"
    case = cases.with_review(case, PANEL, "ratified_cdop", "2029-03-01")
    assert cases.stage(case, all_in(), ANALYSIS) == "reviewed"
    assert cases.waiting_for(case, all_in(), ANALYSIS) == ["closing"]
    case = cases.closed(case, PANEL)
    assert cases.stage(case, all_in(), ANALYSIS) == "closed"
    assert cases.waiting_for(case, all_in(), ANALYSIS) == []


def test_a_draft_review_is_no_review() -> None:
    case = cases.with_review(without_gates(new()), PANEL, "draft_cdrm")
    assert cases.stage(case, all_in(), DRAFT) == "analysis drafted"


def test_every_stage_has_a_next_step_that_names_nobody() -> None:
    assert set(cases.NEXT_STEPS) == set(cases.STAGES)
    assert "cdr request" in cases.NEXT_STEPS[cases.stage(new(), {})]
    reviewed = cases.stage(cases.with_review(new(), PANEL, "ratified_cdop"), all_in(), ANALYSIS)
    assert "cdr close" in cases.NEXT_STEPS[reviewed]


def test_a_case_opened_again_waits_for_what_it_waits_for() -> None:
    case = cases.closed(cases.with_review(without_gates(new()), PANEL, "ratified_cdop"), PANEL)
    again = cases.reopened(case, date(2029, 6, 1), "A late finding of the coroner")
    assert cases.stage(again, all_in(), ANALYSIS) == "ready for panel"
    gate = {"type": "inquest", "status": "open", "opened_on": "2029-06-01", "closed_on": None}
    waiting = {**again, "gates": [gate]}
    assert cases.stage(waiting, all_in(), ANALYSIS) == "waiting for other processes"
    assert cases.stage(again, all_in(), DRAFT) == "analysis drafted"
    reviewed_again = cases.with_review(waiting, date(2029, 9, 1), "ratified_cdop", None, ("Agreed", ["x"]))
    assert cases.stage(reviewed_again, all_in(), ANALYSIS) == "reviewed"


def test_closing_and_opening_again_only_where_it_makes_sense() -> None:
    case = new()
    with pytest.raises(ConditionsNotMet):
        cases.reopened(case, ON, "No reason")
    closed = cases.closed(case, PANEL)
    assert closed["closures"] == [{"on": "2029-03-01"}]
    with pytest.raises(ConditionsNotMet):
        cases.closed(closed, PANEL)
    again = cases.reopened(closed, PANEL, "Late inquest")
    assert again["status"] == "open"
    assert again["reopenings"] == [{"on": "2029-03-01", "reason": "Late inquest", "after_reviews": 0}]


def test_changes_leave_the_document_before_them_alone() -> None:
    case = new()
    before = copy.deepcopy(case)
    cases.with_waiver(case, "regional-ambulance", ON, "Merged with another service")
    cases.with_letter_gate(case, {"schema": "letter-gate/1", "answers": {}})
    letter = with_letter(
        case, kind="condolence", to="mother", made_on=ON, format="pdf", status="draft", from_revision=1
    )
    assert case == before
    assert letter["letters"] == [
        {
            "kind": "condolence",
            "to": "mother",
            "made_on": "2026-01-09",
            "format": "pdf",
            "status": "draft",
            "from_revision": 1,
        }
    ]
    waived = cases.with_waiver(case, "regional-ambulance", ON, "Merged")
    assert waived["waivers"] == [{"agency": "regional-ambulance", "on": "2026-01-09", "reason": "Merged"}]


def test_what_ratifying_waits_for() -> None:
    assert unmet_for_ratifying(new(), asked()) == [
        "The return from northshire-police is outstanding.",
        "The return from regional-ambulance is outstanding.",
        "Another process is still open: inquest.",
        "No panel meeting is named that had the case.",
    ]
    assert unmet_for_ratifying(without_gates(new()), all_in(), QUORATE) == []
    waived = {**new(), "gates": [{"type": "inquest", "status": "waived"}]}
    assert unmet_for_ratifying(waived, all_in(), QUORATE) == []


def test_the_meeting_must_have_had_the_case_and_a_quorum() -> None:
    poor = PanelMeeting(
        "2029-03-01", PANEL, had_case=False, quorate=False, missing=("northshire-social-care",), is_over=False
    )
    assert unmet_for_ratifying(without_gates(new()), all_in(), poor) == [
        "The panel meeting 2029-03-01 is not recorded as over: cdr panel close 2029-03-01",
        "The case was not assigned to the panel meeting 2029-03-01.",
        "The panel meeting 2029-03-01 was not quorate: nobody was there for northshire-social-care.",
    ]


def test_what_closing_waits_for() -> None:
    case = without_gates(new())
    assert unmet_for_closing(case, all_in(), None) == ["The case has no ratified review."]
    draft = cases.with_review(case, PANEL, "draft_cdrm")
    assert unmet_for_closing(draft, all_in(), DRAFT) == ["The case has no ratified review."]
    reviewed = cases.with_review(case, PANEL, "ratified_cdop")
    assert unmet_for_closing(reviewed, all_in(), ANALYSIS) == []
    assert unmet_for_closing(reviewed, all_in(), DRAFT) == ["The case has no ratified review."]
    assert len(unmet_for_closing(reviewed, asked(), ANALYSIS)) == 2


def test_an_override_passes_over_the_gates_that_it_named_and_no_others() -> None:
    unmet = unmet_for_ratifying(new(), all_in(), QUORATE)
    case = cases.with_review(new(), PANEL, "ratified_cdop", "2029-03-01", ("The coroner agreed", unmet))
    assert case["reviews"][0]["override"] == {"reason": "The coroner agreed", "unmet": unmet}
    assert unmet_for_closing(case, all_in(), ANALYSIS) == []
    assert still_open_after_review(case) == ["The review did not wait for it, and it is still open: inquest."]
    criminal = {"type": "criminal", "status": "open"}
    unmet = unmet_for_ratifying({**new(), "gates": [criminal]}, all_in(), QUORATE)
    case = cases.with_review({**new(), "gates": [criminal]}, PANEL, "ratified_cdop", "2029-03-01", ("x", unmet))
    assert unmet_for_closing(case, all_in(), ANALYSIS) == []
    later = {**case, "gates": [*case["gates"], {"type": "rapid_review", "status": "open"}]}
    assert unmet_for_closing(later, all_in(), ANALYSIS) == ["Another process is still open: rapid review."]
    plain = cases.with_review(new(), PANEL, "ratified_cdop", "2029-03-01")
    assert unmet_for_closing(plain, all_in(), ANALYSIS) == ["Another process is still open: inquest."]


def test_the_day_of_the_review() -> None:
    assert reviewed_on(ON, PANEL, date(2030, 1, 1)) == ON
    assert reviewed_on(None, PANEL, date(2030, 1, 1)) == PANEL
    assert reviewed_on(None, None, date(2030, 1, 1)) == date(2030, 1, 1)
