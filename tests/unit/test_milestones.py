"""What a milestone ends and sets going; every clock that a case can meet has an end."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import changed, configuration, example, policy

from cdr.domain.case import case as cases
from cdr.domain.case import gates, panel_findings
from cdr.domain.case import milestones as ms
from cdr.domain.case.milestones import Milestone
from cdr.domain.process.routes import what_follows
from cdr.errors import ConditionsNotMet
from cdr.forms.codelists import code_list

ON = date(2026, 1, 9)
DIED = date(2026, 1, 9)
LATER = date(2030, 1, 1)
AREA_CLOCKS = {"T29", "T30", "T31"}  # of the area, and of no case
OTHERWISE = {
    "R11",
    "R18",
    "R19",
    "T02",
    "T04",
    "T05",
    "T06",
    "T07",
    "T17",
}  # ended by the notification, the ledger of requests, the review, what became of an action, and the answer of another panel


def new(name: str = "form-a-sudi") -> dict[str, Any]:
    form = example(name)
    return cases.opened(ON, form, what_follows(form, configuration(), policy(), policy().working_days, ON))


def done(case: dict[str, Any], kind: str, on: date = ON, party: str = "") -> dict[str, Any]:
    return ms.recorded(case, Milestone(kind, on, party), on, DIED, policy())


def called(case: dict[str, Any], on: date = LATER) -> dict[str, date | None]:
    return {step.clock: step.due for step in ms.still_called_for(case, {}, on, policy())}


def test_every_clock_of_a_case_can_be_ended_and_every_end_is_a_clock() -> None:
    ended = {clock for code in code_list(ms.KINDS).codes for clock in ms.ends(str(code.code))}
    ended |= {clock for clocks in policy().gates.ends.values() for clock in clocks}
    assert policy().clocks.keys() - AREA_CLOCKS - OTHERWISE == ended
    assert ended <= policy().clocks.keys()


def test_every_kind_that_sets_something_going_is_there() -> None:
    kinds = {str(code.code) for code in code_list(ms.KINDS).codes}
    gate_types = {f"gate:{code.code}" for code in code_list(gates.TYPES).codes}
    raised = {what for several in panel_findings.RAISED.values() for what in several}
    found = {f"panel:{what}" for what in {*raised, panel_findings.RECOMMENDATION}}
    for rule in policy().follow_ons:
        assert set(rule.after) <= kinds | gate_types | found
        assert set(rule.only_with) <= policy().clocks.keys()


@pytest.mark.parametrize("kind", [str(code.code) for code in code_list(ms.KINDS).codes])
def test_each_milestone_ends_its_clocks(kind: str) -> None:
    steps = [{"what": "x", "clock": clock, "due": None} for clock in policy().clocks]
    before = {"next": steps, "status": "open"}
    after = done(before, kind)
    assert called(before).keys() - called(after).keys() == set(ms.ends(kind))
    assert called(ms.undone(after, kind, policy())) == called(before)


def test_steps_tell_who_acts_and_by_which_rule() -> None:
    [step] = [step for step in ms.still_called_for(new(), {}, ON, policy()) if step.clock == "T12"]
    assert (step.who, step.limit, step.edition) == ("lead health professional", "28 d", "england-2018")
    old = {"next": [{"what": "x", "clock": "T12", "due": "2026-02-06"}]}
    assert ms.still_called_for(old, {}, ON, policy())[0].who == "lead health professional"


def test_asking_is_done_when_one_was_asked_and_a_ratified_review_ends_the_list() -> None:
    assert "T04" in called(new())
    asked = {"requests": [{"agency": "a", "requested_on": "2026-01-09", "status": "outstanding", "answered_on": None}]}
    assert "T04" not in {step.clock for step in ms.still_called_for(new(), asked, ON, policy())}
    case = done(done(new(), "pfd_report"), "post_mortem_final")
    assert {"T23", "R09", "T12"} <= called(case).keys()
    assert called(cases.with_review(case, LATER, "ratified_cdop")).keys() == {"T23"}


def test_a_milestone_counts_from_its_day() -> None:
    case = done(new(), "home_visit", date(2026, 1, 12))
    assert "T09" in called(case, date(2026, 1, 11))
    assert "T09" not in called(case, date(2026, 1, 12))


def test_the_panel_has_six_weeks_from_the_latest_of_the_report_and_the_inquest() -> None:
    case = done(new(), "final_case_discussion", date(2026, 4, 1))
    assert "T17" not in called(case)  # the inquest is open
    case = ms.with_following(gates.closed(case, "inquest", date(2029, 1, 15)), policy())
    assert called(case)["T17"] == date(2029, 2, 26)
    case = done(case, "cdrm_report", date(2029, 2, 1))
    assert called(case)["T17"] == date(2029, 3, 15)
    waived = gates.waived(done(new(), "cdrm", date(2026, 4, 1)), "inquest", date(2026, 9, 1), "x", "y")
    assert called(ms.with_following(waived, policy()))["T17"] == date(2026, 5, 13)
    reopened = ms.with_following(gates.opened(case, "inquest", date(2029, 4, 1), None, ""), policy())
    assert "T17" not in called(reopened)


def test_a_first_post_mortem_result_calls_for_a_discussion_in_a_joint_response_only() -> None:
    assert called(done(new(), "post_mortem_interim", date(2026, 1, 20)))["T11"] == date(2026, 1, 27)
    assert "T11" not in called(done(new("form-a-neonatal"), "post_mortem_interim", date(2026, 2, 20)))
    discussed = done(done(new(), "post_mortem_interim", date(2026, 1, 20)), "further_discussion", date(2026, 1, 20))
    assert "T11" not in called(discussed)
    early = done(done(new(), "further_discussion", date(2026, 1, 15)), "post_mortem_interim", date(2026, 1, 20))
    assert "T11" in called(early)


def test_a_serious_incident_runs_from_when_it_was_known() -> None:
    form = {**example("form-a-sudi"), "safeguarding_concern": "yes"}
    steps = what_follows(form, configuration(), policy(), policy().working_days, ON)
    case = cases.opened(ON, form, steps)
    assert called(case)["T19"] == date(2026, 1, 16)
    case = done(case, "serious_incident_known", date(2026, 3, 31))
    assert called(case)["T19"] == date(2026, 4, 9)  # over Good Friday and Easter Monday
    case = done(case, "serious_incident_notified", date(2026, 4, 1))
    assert "T19" not in called(case) and called(case)["T20"] == date(2026, 4, 24)
    assert "T20" not in called(done(case, "rapid_review_done", date(2026, 4, 20)))
    opened = gates.opened(case, "rapid_review", date(2026, 4, 1), None, "")
    assert "T20" not in called(gates.closed(opened, "rapid_review", date(2026, 4, 20)))
    assert "T20" in called(gates.closed(opened, "rapid_review", date(2026, 4, 20)), date(2026, 4, 19))


def test_papers_are_due_a_week_before_the_meeting_and_again_before_another() -> None:
    case = done(new(), "panel_date", date(2026, 6, 10))
    assert called(case)["T18"] == date(2026, 6, 3)
    moved = done(case, "panel_date", date(2026, 7, 8))
    assert called(moved)["T18"] == date(2026, 7, 1)
    assert "T18" not in called(done(moved, "papers_sent", date(2026, 6, 30)))
    assert "T18" not in called(done(moved, "papers_sent", date(2026, 7, 10))), "late, and the meeting is over"


def test_papers_of_an_earlier_meeting_are_not_those_of_the_next() -> None:
    first = done(done(new(), "panel_date", date(2026, 6, 10)), "papers_sent", date(2026, 6, 2))
    assert "T18" not in called(first)
    moved = done(first, "panel_date", date(2026, 7, 8))
    assert called(moved)["T18"] == date(2026, 7, 1)
    assert "T18" not in called(done(moved, "papers_sent", date(2026, 6, 30)))


def test_each_report_to_prevent_future_deaths_is_answered_in_56_days() -> None:
    case = done(new(), "pfd_report", date(2026, 6, 1), "Northtown General")
    assert called(case)["T23"] == date(2026, 7, 27)
    both = done(case, "pfd_report", date(2026, 6, 3), "Regional Ambulance")

    def dues(case: dict[str, Any]) -> list[date | None]:
        return [s.due for s in ms.still_called_for(case, {}, LATER, policy()) if s.clock == "T23"]

    assert dues(both) == [date(2026, 7, 27), date(2026, 7, 29)]
    said = [s.what for s in ms.still_called_for(both, {}, LATER, policy()) if s.clock == "T23"]
    assert [text.rpartition(" (")[2] for text in said] == ["Northtown General)", "Regional Ambulance)"]
    assert dues(done(both, "pfd_answer", date(2026, 7, 1), "regional ambulance")) == [date(2026, 7, 27)]
    one = done(both, "pfd_answer", date(2026, 7, 1))
    assert dues(one) == [date(2026, 7, 29)]
    assert dues(done(one, "pfd_answer", date(2026, 7, 2))) == []
    assert dues(done(both, "pfd_answer", date(2026, 5, 1))) == [date(2026, 7, 27), date(2026, 7, 29)]


def test_the_perinatal_review_waits_for_the_maternity_investigation() -> None:
    assert {clock for clocks in policy().gates.postpones.values() for clock in clocks} <= policy().clocks.keys()
    waits = ("T24-start", "T24-draft", "T24-report")
    case = new("form-a-neonatal")
    dues = called(case)
    assert all(dues[clock] for clock in waits)
    running = called(gates.opened(case, "mnsi", ON, None, ""))
    assert running == dues | dict.fromkeys(waits)  # what else is called for keeps its day
    over = called(gates.closed(gates.opened(case, "mnsi", ON, None, ""), "mnsi", ON))
    assert {clock: over[clock] for clock in waits} == {clock: dues[clock] for clock in waits}


def test_who_has_begun_a_process_is_not_still_to_be_told_of_the_death() -> None:
    told = policy().gates.told_by
    assert {clock for clocks in told.values() for clock in clocks} <= policy().clocks.keys()
    form = changed(example("form-a-sudi"), "informed.0.status", "not_informed")
    form = changed(form, "other_investigations", ...)
    case = cases.opened(ON, form, what_follows(form, configuration(), policy(), policy().working_days, ON))
    begun = gates.opened(case, "inquest", LATER, None, "")
    assert "R01" in called(case) and "R01" in called(begun, ON) and "R01" not in called(begun, LATER)
    assert "R01" not in called(gates.closed(begun, "inquest", LATER))
    assert "R01" in called(gates.waived(begun, "inquest", LATER, "There is none", "x")), "it may never have begun"


def test_what_was_decided_stays_when_the_rule_changes() -> None:
    case = done(new(), "pfd_report", date(2026, 6, 1))
    changed = policy().for_area({"clocks": {"T23": {"number": 30, "since": "2026-01-01", "why": "x"}}})
    again = ms.recorded(case, Milestone("booklet_given", ON), ON, DIED, changed)
    assert {step.due for step in ms.still_called_for(again, {}, LATER, changed) if step.clock == "T23"} == {
        date(2026, 7, 27)
    }
    fresh = ms.recorded(new(), Milestone("pfd_report", date(2026, 6, 1)), ON, DIED, changed)
    [step] = [step for step in ms.still_called_for(fresh, {}, LATER, changed) if step.clock == "T23"]
    assert step.due == date(2026, 7, 1) and step.edition == "england-2018, changed in cdr.yaml since 2026-01-01"


def test_once_only_and_not_before_the_death() -> None:
    case = done(new(), "home_visit")
    with pytest.raises(ConditionsNotMet) as caught:
        ms.recorded(case, Milestone("home_visit", date(2026, 1, 8)), ON, DIED, policy())
    assert len(caught.value.unmet) == 2
    assert len(done(done(new(), "letter_sent"), "letter_sent")["milestones"]) == 2
    with pytest.raises(ConditionsNotMet):
        ms.undone(new(), "home_visit", policy())


def test_undoing_takes_back_the_last_one_and_what_it_set_going() -> None:
    case = done(done(new(), "pfd_report", date(2026, 6, 1), "A"), "pfd_report", date(2026, 6, 3), "B")
    case = ms.undone(case, "pfd_report", policy())
    assert [one.party for one in ms.milestones_of(case)] == ["A"]
    assert len(case["following"]) == 1
    assert ms.undone(case, "pfd_report", policy())["following"] == []


def test_an_old_case_without_the_new_keys_is_read() -> None:
    assert ms.still_called_for({"status": "open"}, {}, ON, policy()) == []
    assert ms.milestones_of({}) == []
    assert "following" not in ms.with_following({"gates": []}, policy())


def test_a_note_never_reaches_the_index() -> None:
    from cdr.app import extraction
    from cdr.store import layout

    case = {
        "milestones": [{"kind": "home_visit", "on": "2026-01-10", "note": "CANARY"}],
        "gates": [{"type": "inquest", "note": "CANARY"}],
    }
    kept = extraction().facts(layout.CASE, case)
    assert "CANARY" not in str(kept) and kept["milestones"][0]["kind"] == "home_visit"
    assert extraction().facts(layout.CASE, {"status": "open"}) == {"status": "open"}


def test_what_comes_to_light_goes_to_the_coroner_at_once_also_after_the_review() -> None:
    found = date(2026, 4, 2)
    case = cases.with_review(done(new(), "coroner_should_know", found), LATER, "ratified_cdop")
    assert called(case)["R13"] == found
    assert "R13" not in called(done(case, "coroner_sent_it", found))


def test_the_final_post_mortem_result_calls_for_the_key_worker_and_asks_whether_to_meet_again() -> None:
    case = done(new(), "post_mortem_final", date(2026, 4, 1))
    assert called(case)["R12"] == date(2026, 4, 8) and called(case)["T13-further"] is None
    assert "T13-further" not in called(done(new("form-a-neonatal"), "post_mortem_final", date(2026, 4, 1)))
    after = done(done(case, "key_worker_told", date(2026, 4, 2)), "further_meeting_settled", date(2026, 4, 2))
    assert not {"R12", "T13-further"} & called(after).keys()


def test_a_concern_of_the_neonatal_lead_is_the_chairs_to_settle() -> None:
    case = done(new("form-a-neonatal"), "neonatal_concern", date(2026, 4, 1))
    [step] = [one for one in ms.still_called_for(case, {}, ON, policy()) if one.clock == "R14"]
    assert (step.who, step.due) == ("chair", date(2026, 4, 8))
    assert "R14" not in called(done(case, "neonatal_concern_settled", date(2026, 4, 3)))


def test_a_milestone_on_the_day_of_the_death_and_one_of_a_death_whose_day_is_not_known_are_recorded() -> None:
    assert [one.on for one in ms.milestones_of(done(new(), "home_visit", DIED))] == [DIED]
    unknown = ms.recorded(new(), Milestone("home_visit", date(2026, 1, 1)), ON, None, policy())
    assert [one.on for one in ms.milestones_of(unknown)] == [date(2026, 1, 1)]
    with pytest.raises(ConditionsNotMet) as caught:
        done(new(), "home_visit", date(2026, 1, 8))
    assert caught.value.unmet == ("It lies before the child's death.",)


def test_what_is_recorded_already_is_said_with_its_day_whatever_else_was() -> None:
    case = done(done(new(), "home_visit", date(2026, 1, 10)), "booklet_given", date(2026, 1, 11))
    with pytest.raises(ConditionsNotMet) as caught:
        done(case, "home_visit", date(2026, 1, 12))
    assert caught.value.unmet == ("It is recorded already, for 2026-01-10.",)


def test_all_that_was_said_of_a_milestone_is_kept_and_read_back() -> None:
    said = Milestone("pfd_report", ON, "Northtown General", "x", "A note.", "Robin", 3, "Panel A")
    case = ms.recorded(new(), said, date(2026, 2, 1), DIED, policy())
    assert ms.milestones_of(case) == [said]
    assert case["milestones"][0]["recorded_on"] == "2026-02-01"
    assert ms.recorded(new(), Milestone("home_visit", ON), ON, DIED, policy())["milestones"] == [
        {"kind": "home_visit", "on": "2026-01-09", "recorded_on": "2026-01-09"}
    ]


def test_a_milestone_ends_the_process_that_it_reports_of_and_taking_it_back_opens_it() -> None:
    kind, type_ = next(iter(policy().gates.closed_by.items()))
    case = gates.opened(new("form-a-neonatal") | {"gates": []}, type_, ON, None, "")
    ended = done(case, kind, date(2026, 6, 1))
    assert [gate.ended_on for gate in gates.gates_of(ended) if gate.type == type_][-1] == date(2026, 6, 1)
    back = ms.undone(ended, kind, policy())
    assert [gate.status for gate in gates.gates_of(back) if gate.type == type_][-1] == gates.OPEN


def test_papers_belong_to_the_meeting_that_they_name_though_another_is_nearer() -> None:
    case = done(new(), "panel_date", date(2026, 6, 10))
    case = ms.recorded(case, Milestone("panel_date", date(2026, 7, 8), panel="July"), ON, DIED, policy())
    papers = Milestone("papers_sent", date(2026, 6, 1), panel="July")
    assert "T18" not in called(ms.recorded(case, papers, ON, DIED, policy()))
    unnamed = Milestone("papers_sent", date(2026, 6, 10))
    assert called(ms.recorded(case, unnamed, ON, DIED, policy()))["T18"] == date(2026, 7, 1), "on the day of the first"


def test_a_process_ends_its_clocks_from_the_day_on_which_it_ended_and_where_the_day_is_not_known() -> None:
    type_, (clock, *_) = next((type_, clocks) for type_, clocks in policy().gates.ends.items() if clocks)
    step = {"what": "x", "clock": clock, "due": None}
    ended = {"type": type_, "status": "closed", "opened_on": "2026-01-12", "closed_on": "2026-03-02"}
    for gate, on, is_called in (
        (ended, date(2026, 3, 1), True),
        (ended, date(2026, 3, 2), False),
        (ended | {"closed_on": None}, date(2026, 1, 12), False),
        (ended | {"status": "open", "closed_on": None}, LATER, True),
    ):
        assert (clock in called({"status": "open", "next": [step], "gates": [gate]}, on)) is is_called


def test_steps_come_by_their_day_and_those_without_one_last() -> None:
    dues = {"T12": None, "T09": "2026-03-01", "T10": "2026-02-01", "T13": None}
    case = {"status": "open", "next": [{"what": "x", "clock": clock, "due": due} for clock, due in dues.items()]}
    assert list(called(case)) == ["T10", "T09", "T12", "T13"]
    assert list(called(case, date(2020, 1, 1))) == ["T10", "T09", "T12", "T13"], "whatever day it is"


def test_a_clock_that_runs_from_the_latest_is_set_going_once_and_anew_when_something_later_comes() -> None:
    case = done(new(), "post_mortem_final", date(2026, 4, 1))
    assert len([item for item in case["following"] if item["clock"] == "R12"]) == 1
    assert {item["from"] for item in case["following"] if item["clock"] == "R12"} == {"2026-04-01"}


def test_a_letter_about_a_recommendation_ends_the_clock_of_whoever_should_act_and_of_nobody_else() -> None:
    def found(number: int, party: str) -> dict[str, Any]:
        return {"what": "recommendation", "on": "2026-06-01", "with": party, "number": number}

    case = {"status": "open", "panel_found": [found(1, "Northtown General"), found(2, "Regional Ambulance")]}
    case = ms.with_following(case, policy())
    kind = next(kind for kind, clocks in policy().letter_ends.items() if "R10" in clocks)

    def told(number: int, made_on: str, status: str = "final") -> list[str]:
        letter = {"kind": kind, "to": number, "made_on": made_on, "status": status}
        steps = ms.still_called_for({**case, "letters": [letter]}, {}, date(2026, 7, 1), policy())
        return [step.what.rpartition(" (")[2] for step in steps if step.clock == "R10"]

    assert told(2, "2026-06-02") == ["Northtown General)"]
    assert told(1, "2026-06-02") == ["Regional Ambulance)"]
    assert told(1, "2026-06-02", "draft") == ["Northtown General)", "Regional Ambulance)"]
    assert told(1, "2026-07-02") == ["Northtown General)", "Regional Ambulance)"], "it was not made by then"
    assert told(1, "2026-05-31") == ["Northtown General)", "Regional Ambulance)"], "before the panel said so"


def before_the_panel(*meetings: str) -> dict[str, Any]:
    """A case that once was for the first of these meetings, and whose papers that calls for."""
    step = {"what": "Papers", "clock": "T18", "due": None, "from": meetings[0]}
    listed = [{"kind": "panel_date", "on": day, "panel": f"P{n}"} for n, day in enumerate(meetings, 1)]
    return {"status": "open", "milestones": listed, "following": [step]}


def test_papers_of_a_later_meeting_do_not_stand_for_those_of_an_earlier() -> None:
    case = before_the_panel("2026-06-10", "2026-07-08")
    papers = {"kind": "papers_sent", "on": "2026-06-05", "panel": "P2"}
    assert "T18" in called({**case, "milestones": [*case["milestones"], papers]})
    assert "T18" not in called({**case, "milestones": [*case["milestones"], papers | {"panel": "P1"}]})


def test_papers_that_came_when_all_meetings_were_over_belong_to_the_last() -> None:
    case = before_the_panel("2026-08-05", "2026-06-10", "2026-07-08")
    papers = {"kind": "papers_sent", "on": "2026-09-01"}
    assert "T18" not in called({**case, "milestones": [*case["milestones"], papers]})
    earlier = before_the_panel("2026-07-08", "2026-06-10", "2026-08-05")
    assert "T18" in called({**earlier, "milestones": [*earlier["milestones"], papers]})


def test_a_step_ends_with_a_process_of_which_nobody_knows_when_it_ended() -> None:
    step = {"what": "x", "clock": "T20", "due": "2026-04-24", "from": "2026-04-01"}
    gate = {"type": "rapid_review", "status": "closed", "opened_on": "2026-04-01", "closed_on": None}
    case = {"status": "open", "following": [step]}
    assert "T20" in called(case) and "T20" not in called({**case, "gates": [gate]})
    began = {"status": "open", "following": [step | {"from": None}], "gates": [gate | {"closed_on": "2026-04-02"}]}
    assert "T20" not in called(began), "nor where nobody knows since when it runs"
