"""What is still left in a case before it is closed, and before a panel may discuss it: each sentence, and the day on which it goes."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import known, policy

from cdr.domain.case import family_questions, gates, second_opinions
from cdr.domain.case.attachments import attachment, attachments_of, with_attachment, without_attachment
from cdr.domain.case.processes import NOT_TOLD, Told, coroner_knows, national_database_told
from cdr.domain.case.review import (
    PanelMeeting,
    Review,
    open_gates,
    passed_over,
    reviewed_on,
    reviews_of,
    settled_on,
    still_open_after_review,
    unmet_for_closing,
    unmet_for_ratifying,
)
from cdr.domain.panel import readiness
from cdr.domain.panel.meeting import Assigned, Meeting
from cdr.domain.process.closing import left
from cdr.errors import ConditionsNotMet

ON = date(2026, 6, 1)
TOLD = Told(True, ON)
REVIEWED: dict[str, Any] = {
    "status": "open",
    "reviews": [{"on": "2026-05-01", "stage": "ratified_cdop", "panel": "P1"}],
}
RATIFIED = {"stage": "ratified_cdop"}


def still(case: dict[str, Any], told: Told = TOLD, messages: tuple[str, ...] = (), on: date = ON) -> list[str]:
    return left(REVIEWED | case, {}, RATIFIED, told, messages, on, policy())


def ledger(status: str = "outstanding") -> dict[str, Any]:
    one = {"agency": "gp", "requested_on": "2026-01-09", "status": status, "answered_on": None}
    return {"requests": [one]}


def test_where_nothing_is_left_nothing_is_said() -> None:
    assert still({}) == []


def test_the_national_database_is_asked_for_once_and_not_of_a_register() -> None:
    [said] = still({"next": [{"what": "x", "clock": "T03", "due": "2026-01-11"}]}, NOT_TOLD)[:1]
    assert said == "The national database has not been told of the death: cdr milestone REF ncmd_told, once it has."
    assert still({"imported": {"on": "2026-01-01"}}, NOT_TOLD) == []


def test_what_goes_on_after_the_review_is_said_with_its_day_and_its_clock() -> None:
    step = {"what": "An answer", "clock": "T23", "due": "2026-07-27", "from": "2026-06-01"}
    assert still({"following": [step]}) == ["An answer (by 2026-07-27) [T23]"]
    assert still({"following": [step | {"due": None}]}) == ["An answer [T23]"]
    assert still({"following": [step], "imported": {"on": "2026-01-01"}}) == []


def test_minutes_that_are_not_kept_are_asked_for_and_those_that_are_are_not() -> None:
    case: dict[str, Any] = {
        "milestones": [{"kind": "cdrm", "on": "2026-03-01"}, {"kind": "home_visit", "on": "2026-01-10"}]
    }
    [said] = still(case)
    assert said.startswith("The minutes or the report are not kept with the case: ")
    kept = with_attachment(case, number=1, kind="cdrm_minutes", name="m", size=1, sha256="0", added_on=ON)
    assert still(kept) == []
    assert still(without_attachment(kept, 1, ON)) == [said], "taken back is not kept"


def test_a_letter_that_is_on_hold_is_told_with_whom_to_ask() -> None:
    answers = {"address_safe": {"answer": "no"}}
    gate = {"kind": "condolence", "recorded_on": "2026-02-01", "review_on": "2026-03-01", "answers": answers}
    [said] = still({"letter_gates": [gate]})
    assert said.startswith("A letter to the family is on hold (condolence): ask ")


def test_a_family_that_asked_to_hear_what_was_learned_and_was_not_told_is_named() -> None:
    def said(asked: str, *letters: tuple[str, str], **more: str) -> list[str]:
        made = [{"kind": kind, "status": "final", "made_on": on, "to": 1} for kind, on in letters]
        family = {"feedback_requested": asked, **more}
        return left(REVIEWED | {"letters": made}, {}, RATIFIED | {"family": family}, TOLD, (), ON, policy())

    [untold] = said("yes")
    assert "asked to hear what was learned" in untold and "cdr letter REF --kind after-panel" in untold
    assert said("yes", ("condolence", "2026-05-02")) == [untold]
    assert said("yes", ("after-panel", "2026-04-30")) == [untold], "it told of an earlier review"
    assert said("yes", ("after-panel", "2026-05-02")) == said("yes", feedback_date="2026-05-03") == []
    assert said("no") == said("not_known") == []


def test_papers_of_a_meeting_are_asked_to_be_deleted_where_it_is_known_which() -> None:
    papers = {"kind": "papers_sent", "on": "2026-04-01"}
    assert still({"milestones": [papers]}) == []
    [said] = still({"milestones": [papers | {"panel": "P2026-01"}]})
    assert said.startswith("The papers of P2026-01, made on 2026-04-01, hold this case")


def test_messages_that_wait_are_counted() -> None:
    assert still({}, messages=("a",)) == ["1 message waits in the outbox, and closing takes it away."]
    assert still({}, messages=("a", "b")) == ["2 messages wait in the outbox, and closing takes them away."]


def test_a_process_that_the_review_waited_for_stands_in_the_way_and_one_that_it_passed_over_is_told() -> None:
    case = gates.opened(REVIEWED, "inquest", date(2026, 1, 12), None, "")
    assert unmet_for_closing(case, {}, RATIFIED) == ["Another process is still open: inquest."]
    assert still_open_after_review(case) == []
    review = REVIEWED["reviews"][0] | {
        "override": {"reason": "x", "unmet": ["Another process is still open: inquest."]}
    }
    passed = case | {"reviews": [review]}
    assert passed_over(passed) == ("Another process is still open: inquest.",) and passed_over(case) == ()
    assert unmet_for_closing(passed, {}, RATIFIED) == []
    assert still_open_after_review(passed) == ["The review did not wait for it, and it is still open: inquest."]
    both = gates.opened(passed, "cspr", date(2026, 1, 12), None, "")
    assert unmet_for_closing(both, {}, RATIFIED) == [
        "Another process is still open: child safeguarding practice review."
    ]


def test_a_death_that_another_area_reviewed_wants_no_review_here() -> None:
    sent = {"status": "open", "milestones": [{"kind": "home_area_copy_received", "on": "2026-05-01"}]}
    case = gates.opened(sent, "inquest", date(2026, 1, 12), None, "")
    assert unmet_for_closing(case, {}, None) == []
    assert unmet_for_closing(case, ledger(), None) == ["The return from gp is outstanding."]
    assert still_open_after_review(case) == ["It is still open, and for the home area to follow: inquest."]
    assert still_open_after_review(case | {"reviews": REVIEWED["reviews"]}) == []


def test_a_second_opinion_that_is_awaited_keeps_a_review_and_a_case_open() -> None:
    waits, _ = second_opinions.asked(REVIEWED, "Westshire", "Was it so?", ON, "Robin")
    said = ["The second opinion of Westshire is awaited (question 1)."]
    assert unmet_for_ratifying(waits, {}, PanelMeeting("P1", ON, had_case=True, quorate=True)) == said
    assert unmet_for_closing(waits, {}, RATIFIED) == said
    sent = {"milestones": [{"kind": "home_area_copy_received", "on": "2026-05-01"}]}
    asked, _ = family_questions.asked(waits | sent, family_questions.Question(ON, text="Why?"), ON, "Robin")
    assert unmet_for_closing(asked, {}, None) == [*said, "Questions of the family are open: 1."]


def test_why_a_review_was_recorded_all_the_same_is_kept_with_what_was_unmet() -> None:
    override = {"reason": "The coroner agreed.", "unmet": ["One.", "Two."]}
    [review] = reviews_of({"reviews": [REVIEWED["reviews"][0] | {"override": override}]})
    assert review == Review(date(2026, 5, 1), "ratified_cdop", "P1", "The coroner agreed.", ("One.", "Two."))


def test_where_nothing_was_ratified_nothing_was_passed_over() -> None:
    assert passed_over({}) == () and passed_over({"reviews": [{"on": "2026-05-01", "stage": "draft"}]}) == ()


@pytest.mark.parametrize(
    ("case", "analysis"),
    [(REVIEWED, None), (REVIEWED, {"stage": "draft"}), ({"status": "open"}, RATIFIED)],
)
def test_a_review_is_ratified_where_both_the_case_and_its_analysis_say_so(case: Any, analysis: Any) -> None:
    assert unmet_for_closing(case, {}, analysis) == ["The case has no ratified review."]


@pytest.mark.parametrize("status", ["returned", "nil", "waived"])
def test_a_request_that_is_answered_keeps_nothing_open(status: str) -> None:
    assert unmet_for_closing(REVIEWED, ledger(), RATIFIED) == ["The return from gp is outstanding."]
    assert unmet_for_closing(REVIEWED, ledger(status), RATIFIED) == []


def test_a_review_stands_until_the_case_is_opened_again_and_then_needs_another() -> None:
    again = REVIEWED | {"reopenings": [{"on": "2026-05-02"}]}
    assert settled_on(REVIEWED) == date(2026, 5, 1) and settled_on(again) is None
    second = again | {"reviews": [*REVIEWED["reviews"], {"on": "2026-05-09", "stage": "ratified_cdop"}]}
    assert settled_on(second) == date(2026, 5, 9)
    drafted = again | {"reviews": [*REVIEWED["reviews"], {"on": "2026-05-09", "stage": "draft"}]}
    assert settled_on(drafted) is None


def test_a_meeting_ratifies_only_what_it_had_when_it_is_over_and_was_quorate() -> None:
    well = PanelMeeting("P1", ON, had_case=True, quorate=True)
    assert unmet_for_ratifying({}, {}, well) == []
    assert unmet_for_ratifying({}, {}) == ["No panel meeting is named that had the case."]
    bad = PanelMeeting("P1", ON, had_case=False, quorate=False, missing=("police", "health"), is_over=False)
    assert unmet_for_ratifying({}, {}, bad) == [
        "The panel meeting P1 is not recorded as over: cdr panel close P1",
        "The case was not assigned to the panel meeting P1.",
        "The panel meeting P1 was not quorate: nobody was there for police, health.",
    ]
    assert unmet_for_ratifying({}, {}, PanelMeeting("P1", ON, had_case=True, quorate=False)) == [
        "The panel meeting P1 was not quorate."
    ]


def test_a_case_counts_as_reviewed_on_the_day_that_is_given_else_the_meetings_else_today() -> None:
    first, second, third = date(2026, 1, 1), date(2026, 1, 2), date(2026, 1, 3)
    assert reviewed_on(first, second, third) == first
    assert reviewed_on(None, second, third) == second
    assert reviewed_on(None, None, third) == third


# ---- before a panel ------------------------------------------------------------------------------------------------------


def meeting(id_: str = "P1", on: date = date(2026, 6, 10), *cases: str, **more: Any) -> Meeting:
    return Meeting(id_, on, "standard", ON, cases=tuple(Assigned(case, ON) for case in cases), **more)


def test_what_was_reviewed_or_closed_goes_to_no_meeting() -> None:
    readiness.refuse_settled({"2026-AAAA": known(case={"status": "open"})})
    for case, why in (
        ({"status": "closed"}, "The case is closed."),
        (REVIEWED, "Its review was ratified on 2026-05-01."),
    ):
        with pytest.raises(ConditionsNotMet) as caught:
            readiness.refuse_settled({"2026-BBBB": known(case={"status": "open"}), "2026-AAAA": known(case=case)})
        assert caught.value.unmet == (f"2026-AAAA: {why}",)


def test_what_a_case_lacks_before_the_panel_can_discuss_it() -> None:
    here, there = meeting(), meeting("P2", ON, "2026-AAAA")
    over = meeting("P3", ON, "2026-AAAA", closed_on=ON)
    asked_nobody = known(case={"status": "open"})
    assert readiness.unmet_for_assigning(asked_nobody, here, []) == ["No agency has been asked for a return yet."]
    asked = known(case={"status": "open"}, requests=ledger("returned"))
    assert readiness.unmet_for_assigning(asked, here, [over, meeting("P1", ON, "2026-AAAA"), meeting("P4")]) == []
    assert readiness.unmet_for_assigning(asked, here, [there]) == [
        "It is on the agenda of P2; take it from there first: cdr panel unassign P2 REF"
    ]
    analysed = known(case={"status": "open"}, analysis={})
    assert readiness.unmet_for_assigning(analysed, here, []) == []
    waiting = known(case=gates.opened({"status": "open"}, "inquest", ON, None, ""), requests=ledger())
    assert readiness.unmet_for_assigning(waiting, here, []) == [
        "The return from gp is outstanding.",
        "Another process is still open: inquest.",
    ]


@pytest.mark.parametrize(("on", "is_late"), [(2, False), (3, False), (4, True), (10, True), (11, False)])
def test_members_have_seven_days_to_read(on: int, is_late: bool) -> None:
    said = readiness.to_be_told(known(case={}, analysis={}), meeting(), date(2026, 6, on))
    late = [f"The meeting is in {10 - on} days; members should have 7 days to read."]
    assert said == (late if is_late else [])
    [drafted, *_] = readiness.to_be_told(known(case={}), meeting(), date(2026, 6, on))
    assert drafted == "There is no draft of the analysis (Form C) yet."


def test_a_meeting_ratified_the_case_whose_review_names_it() -> None:
    facts = known(case=REVIEWED)
    assert readiness.ratified_by(facts, meeting("P1")) and not readiness.ratified_by(facts, meeting("P2"))
    assert not readiness.ratified_by(None, meeting("P1"))


# ---- questions, second opinions and files --------------------------------------------------------------------------------


def test_a_second_opinion_is_awaited_until_it_came_or_nobody_waits_any_more() -> None:
    case, first = second_opinions.asked({}, "Westshire", "Was it so?", ON, "Robin")
    case, second = second_opinions.asked(case, "Eastshire", "And this?", ON, "Robin")
    assert (first, second) == (1, 2)
    assert second_opinions.awaited(case) == [
        "The second opinion of Westshire is awaited (question 1).",
        "The second opinion of Eastshire is awaited (question 2).",
    ]
    case = second_opinions.answered(case, 2, ON, "It was.")
    assert second_opinions.awaited(case) == ["The second opinion of Westshire is awaited (question 1)."]
    one = second_opinions.second_opinions_of(case)[2]
    assert (one.area, one.question, one.answer, one.answered_on, one.status) == ("Eastshire", "And this?", "It was.", ON, "answered")  # fmt: skip
    case = second_opinions.answered(case, 1, ON, "They merged.", came=False)
    assert second_opinions.awaited(case) == []
    assert second_opinions.second_opinions_of(case)[1].status == "not_answered"
    for number, on in ((3, ON), (0, ON), (1, date(2026, 5, 31))):
        with pytest.raises(ConditionsNotMet):
            second_opinions.answered(case, number, on, "x")


def test_a_question_of_the_family_is_open_until_it_is_answered_and_can_be_taken_back() -> None:
    said = family_questions.Question(ON, text="Why so late?", asked_by="mother", to="police")
    case, one = family_questions.asked({}, said, ON, "Robin")
    case, two = family_questions.asked(case, family_questions.Question(ON, text="Was he alone?"), ON, "Robin")
    assert (one, two) == (1, 2) and family_questions.questions_of(case)[1] == said
    assert unmet_for_closing(REVIEWED | case, {}, RATIFIED) == ["Questions of the family are open: 1, 2."]
    with pytest.raises(ConditionsNotMet):
        family_questions.answered(case, 1, "answered", "x", date(2026, 5, 31))
    case = family_questions.answered(case, 1, "answered", "The road was shut.", ON)
    case = family_questions.given_to(case, 2, "ambulance")
    assert (
        list(family_questions.open_questions(case)) == [2] and family_questions.questions_of(case)[2].to == "ambulance"
    )
    back, was_answer = family_questions.taken_back(case, 1, ON)
    assert was_answer and family_questions.questions_of(back)[1] == said
    gone, was_answer = family_questions.taken_back(case, 2, ON)
    assert not was_answer and list(family_questions.questions_of(gone)) == [1]
    for number in (0, 2, 3):
        with pytest.raises(ConditionsNotMet):
            family_questions.given_to(gone, number, "x")


def test_a_file_is_found_by_its_number_and_a_sent_letter_is_not_taken_back() -> None:
    case = with_attachment({}, number=1, kind="cspr", name="a.pdf", size=3, sha256="aa", added_on=ON)
    case = with_attachment(case, number=2, kind="other", name="b.pdf", size=4, sha256="bb", added_on=ON)
    two = attachment(case, 2)
    assert two and (two.number, two.kind, two.name, two.size, two.sha256, two.added_on) == (2, "other", "b.pdf", 4, "bb", ON)  # fmt: skip
    assert [one.number for one in attachments_of(without_attachment(case, 1, ON))] == [2]
    assert attachment(without_attachment(case, 1, ON), 1) is None
    sent = case | {"letters": [{"kind": "condolence", "attachment": 2}]}
    for body, number in ((case, 3), (sent, 2), (without_attachment(case, 1, ON), 1)):
        with pytest.raises(ConditionsNotMet):
            without_attachment(body, number, ON)


# ---- who was told --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "case", "knows"),
    [
        ({}, {}, False),
        ({"informed": [{"party": "coroner", "status": "informed"}]}, {}, True),
        ({"other_investigations": [{"type": "inquest", "status": "open"}]}, {}, True),
        ({"other_investigations": [{"type": "inquest", "status": "closed"}]}, {}, True),
        ({"other_investigations": [{"type": "inquest", "status": "not_applicable"}]}, {}, False),
        ({"other_investigations": [{"type": "inquest", "status": "not_started"}]}, {}, False),
        ({"certification": {"post_mortem": {"type": "coroner"}}}, {}, True),
        ({"certification": {"post_mortem": {"type": "hospital"}}}, {}, False),
        ({}, {"milestones": [{"kind": "coroner_told", "on": "2026-01-10"}]}, True),
        ({}, {"gates": [{"type": "inquest", "status": "closed"}]}, True),
        ({}, {"gates": [{"type": "cspr", "status": "open"}]}, False),
    ],
)
def test_the_coroner_knows(form: Any, case: Any, knows: bool) -> None:
    assert coroner_knows(form, case) is knows


def test_the_national_database_was_told_on_the_first_of_the_days_that_are_known() -> None:
    case = {"milestones": [{"kind": "ncmd_told", "on": "2026-01-12"}, {"kind": "home_visit", "on": "2026-01-02"}]}
    assert national_database_told(NOT_TOLD, case) == Told(True, date(2026, 1, 12))
    assert national_database_told(Told(True, date(2026, 1, 10)), case) == Told(True, date(2026, 1, 10))
    assert national_database_told(Told(True, date(2026, 1, 14)), case) == Told(True, date(2026, 1, 12))
    assert national_database_told(Told(True, None), {}) == Told(True, None)
    assert national_database_told(NOT_TOLD, {}) == NOT_TOLD
    assert open_gates({}) == []
