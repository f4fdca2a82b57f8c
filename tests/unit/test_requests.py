from __future__ import annotations

from datetime import date

import pytest
from unit.domain_data import changed, example, policy

from cdr.domain.asking.requests import (
    Bounce,
    Received,
    Request,
    RequestForm,
    Waived,
    answer,
    ask,
    bounce,
    ever_asked,
    for_index,
    outstanding,
    prompt_dates,
    request_of,
    requests_of,
    taken_back,
    to_ask,
    with_form,
)
from cdr.errors import ConditionsNotMet

ON = date(2026, 1, 12)
LATER = date(2026, 1, 20)


def test_asking_writes_the_ledger_and_leaves_the_old_one_alone() -> None:
    before = ask({}, ["police"], ON)
    after = ask(before, ["ambulance", "ambulance"], LATER)
    assert before["requests"] == [
        {"agency": "police", "requested_on": "2026-01-12", "status": "outstanding", "answered_on": None}
    ]
    assert [request.agency for request in outstanding(after)] == ["police", "ambulance"]


@pytest.mark.parametrize("status", ["outstanding", "returned", "nil"])
def test_nobody_is_asked_twice(status: str) -> None:
    ledger = ask({}, ["police"], ON)
    if status != "outstanding":
        ledger = answer(ledger, "police", status, LATER)
    with pytest.raises(ConditionsNotMet) as caught:
        ask(ledger, ["gp", "police"], LATER)
    assert len(caught.value.unmet) == 1
    assert "police" in caught.value.unmet[0]


def test_a_waived_return_may_be_asked_again_and_may_still_come_in() -> None:
    waived = answer(ask({}, ["police"], ON), "police", "waived", LATER)
    assert outstanding(waived) == []
    again = ask(waived, ["police"], LATER)
    assert outstanding(again) == [Request("police", LATER, "outstanding", earlier=(Waived(ON, LATER),))]
    assert ever_asked(again) == [Request("police", ON, "waived", LATER), *outstanding(again)]
    assert requests_of(answer(waived, "police", "returned", LATER)) == [Request("police", ON, "returned", LATER)]


@pytest.mark.parametrize("status", ["returned", "nil", "waived"])
def test_an_answer_ends_the_waiting_from_the_very_day(status: str) -> None:
    assert outstanding(answer(ask({}, ["police"], ON), "police", status, ON)) == []


def test_answers_that_cannot_be() -> None:
    ledger = ask({}, ["police"], ON)
    with pytest.raises(ConditionsNotMet, match="cannot be kept") as never:
        answer(ledger, "gp", "nil", LATER)
    assert "cdr request" in never.value.hint
    with pytest.raises(ConditionsNotMet):
        answer(ledger, "police", "returned", date(2026, 1, 11))
    done = answer(ledger, "police", "returned", LATER)
    for status in ("returned", "nil", "waived"):
        with pytest.raises(ConditionsNotMet):
            answer(done, "police", status, LATER)
    waived = answer(ledger, "police", "waived", LATER)
    with pytest.raises(ConditionsNotMet):
        answer(waived, "police", "waived", LATER)
    with pytest.raises(ValueError, match="returned, nil or waived"):
        answer(ledger, "police", "lost", LATER)


def test_whom_to_ask_comes_from_the_notification() -> None:
    form = example("form-a-sudi")
    form["professionals"].append({"agency": "northtown-general", "name": "Dr A Test", "role": "Consultant"})
    asked = ask({}, ["high-street-surgery"], ON)
    assert to_ask(form, asked) == [
        "northtown-general", "northshire-community", "northshire-police", "regional-ambulance", "northshire-social-care",
    ]  # fmt: skip
    assert to_ask(changed(form, "professionals", ...), asked) == []


def test_prompts_fall_on_the_calendar_day() -> None:
    assert prompt_dates(ON, policy()) == (date(2026, 1, 26), date(2026, 2, 9), date(2026, 3, 9))


def test_an_agency_that_said_nil_may_return_after_all() -> None:
    ledger = ask({"requests": []}, ["police"], date(2026, 1, 9))
    nil = answer(ledger, "police", "nil", date(2026, 1, 20))
    assert answer(nil, "police", "returned", date(2026, 2, 1))["requests"][0]["status"] == "returned"
    with pytest.raises(ConditionsNotMet):
        answer(nil, "police", "waived", date(2026, 2, 1))


@pytest.mark.parametrize("status", ["nil", "waived", "returned"])
def test_what_was_taken_back_is_outstanding_again_from_the_day_it_was_asked(status: str) -> None:
    asked = ask({}, ["police"], ON)
    ledger = taken_back(answer(asked, "police", status, LATER), "police", LATER, has_form=False)
    assert ledger == asked
    assert answer(ledger, "police", "nil", LATER) == answer(asked, "police", "nil", LATER)


def test_a_form_that_was_taken_back_stays_aside_until_the_next_one_comes() -> None:
    came = Received("yaml", "0" * 64)
    ledger = answer(ask({}, ["police"], ON), "police", "returned", LATER, came)
    ledger = taken_back(ledger, "police", LATER, has_form=True)
    assert outstanding(ledger) == [Request("police", ON, "outstanding", set_aside=LATER)]
    nil = request_of(answer(ledger, "police", "nil", LATER), "police")
    assert nil is not None and nil.set_aside == LATER
    again = request_of(answer(ledger, "police", "returned", LATER, came), "police")
    assert again is not None and again.set_aside is None


def test_after_a_bounce_only_the_fuller_return_is_taken_back() -> None:
    ledger = answer(ask({}, ["police"], ON), "police", "returned", ON)
    ledger = bounce(ledger, "police", ON, RequestForm("a", "b", "c"))
    request = request_of(taken_back(answer(ledger, "police", "returned", LATER), "police", LATER, True), "police")
    assert request is not None
    assert (request.status, request.answered_on, request.sent_back, request.set_aside) == ("returned", ON, True, LATER)


def test_a_return_that_was_sent_back_is_taken_back_too_and_its_bounce_goes_with_it() -> None:
    """It was another child's, or another agency's: it must not stay with the case because it was sent back first."""
    ledger = bounce(answer(ask({}, ["police"], ON), "police", "returned", ON), "police", ON, RequestForm("a", "b", "c"))
    request = request_of(taken_back(ledger, "police", LATER, has_form=True), "police")
    assert request is not None
    assert (request.status, request.answered_on, request.bounced, request.set_aside) == ("outstanding", None, (), LATER)
    twice = bounce(answer(ledger, "police", "returned", LATER), "police", LATER, RequestForm("d", "e", "f"))
    request = request_of(taken_back(twice, "police", LATER, has_form=True), "police")
    assert request is not None and request.bounced == (Bounce(ON),), (
        "the fuller one of the first bounce is awaited again"
    )


def test_what_was_never_answered_cannot_be_taken_back() -> None:
    for ledger in ({}, ask({}, ["police"], ON)):
        with pytest.raises(ConditionsNotMet):
            taken_back(ledger, "police", LATER, has_form=False)


def test_a_return_that_was_set_aside_stays_aside_when_the_agency_is_asked_anew() -> None:
    came = Received("yaml", "0" * 64)
    ledger = answer(ask({}, ["police"], ON), "police", "returned", ON, came)
    ledger = taken_back(ledger, "police", ON, has_form=True)
    again = request_of(ask(answer(ledger, "police", "waived", ON), ["police"], LATER), "police")
    assert again is not None and (again.set_aside, again.status) == (ON, "outstanding")


def test_what_went_back_to_another_case_is_no_request_and_may_be_asked() -> None:
    ledger = ask({}, ["police", "school"], ON)
    ledger["requests"][0] |= {"gone": {"on": ON.isoformat()}, "set_aside": {"on": ON.isoformat()}}
    assert [request.agency for request in requests_of(ledger)] == ["school"]
    assert for_index(ledger)["requests"] == ledger["requests"][1:]
    with pytest.raises(ConditionsNotMet):
        answer(ledger, "police", "nil", LATER)
    held_back = answer(ledger, "school", "nil", LATER)["requests"][0]
    assert held_back == ledger["requests"][0]
    again = request_of(ask(ledger, ["police"], LATER), "police")
    assert again == Request("police", LATER, "outstanding", set_aside=ON)


def form(digit: str) -> RequestForm:
    return RequestForm(digit * 32, "form-b/1", "x")


def test_a_return_is_sent_back_with_a_fresh_form_as_often_as_it_came_in_and_nothing_else_changes() -> None:
    ledger = ask(ask({}, ["police"], ON, {"police": form("0")}), ["school"], ON)
    once = bounce(answer(ledger, "police", "returned", LATER), "police", LATER, form("1"))
    police = request_of(once, "police")
    assert police and police.form == form("1") and police.bounced == (Bounce(LATER),) and police.sent_back
    assert request_of(once, "school") == request_of(ledger, "school")
    day = date(2026, 1, 27)
    twice = bounce(answer(once, "police", "returned", day), "police", day, form("2"))
    police = request_of(twice, "police")
    assert police and police.bounced == (Bounce(LATER, day), Bounce(day)) and police.answered_on == LATER
    back = request_of(taken_back(answer(twice, "police", "returned", day), "police", day, has_form=False), "police")
    assert back and back.bounced == (Bounce(LATER, day), Bounce(day)), "what was sent back before stays answered"


def test_what_cannot_be_sent_back_is_said_of_the_agency_that_is_meant() -> None:
    ledger = ask({}, ["police"], ON)
    returned = answer(ledger, "police", "returned", LATER)
    day = date(2026, 1, 19)
    for body, agency, on, why in (
        (ledger, "school", LATER, "school has not been asked for a return."),
        (ledger, "police", LATER, "police has not answered yet."),
        (answer(ledger, "police", "nil", LATER), "police", LATER, "police has sent a nil return."),
        (answer(ledger, "police", "waived", LATER), "police", LATER, "police is not waited for any more."),
        (returned, "police", day, "The return came in on 2026-01-20, which is later."),
    ):
        with pytest.raises(ConditionsNotMet) as caught:
            bounce(body, agency, on, form("1"))
        assert caught.value.unmet == (why,)


def test_another_form_is_made_where_an_answer_is_awaited_and_nowhere_else() -> None:
    ledger = ask({}, ["police"], ON, {"police": form("0")})
    police = request_of(with_form(ledger, "police", form("1")), "police")
    assert police and police.form == form("1") and police.requested_on == ON
    returned = answer(ledger, "police", "returned", LATER)
    sent_back = bounce(returned, "police", LATER, form("2"))
    again = request_of(with_form(sent_back, "police", form("3")), "police")
    assert again and again.form == form("3") and again.sent_back
    for body, agency, why in (
        (returned, "police", "police has sent its return."),
        (returned, "school", "school has not been asked for a return."),
    ):
        with pytest.raises(ConditionsNotMet) as caught:
            with_form(body, agency, form("1"))
        assert caught.value.unmet == (why,)


def test_an_agency_that_was_never_asked_has_no_request() -> None:
    assert request_of({}, "police") is None and request_of(ask({}, ["school"], ON), "police") is None


def test_an_index_keeps_the_forms_of_those_whose_answer_is_awaited_only() -> None:
    ledger = ask({}, ["police", "school", "gp"], ON, {"police": form("0"), "school": form("1"), "gp": form("2")})
    ledger = answer(answer(ledger, "school", "returned", LATER), "gp", "returned", LATER)
    kept = requests_of(for_index(bounce(ledger, "gp", LATER, form("3"))))
    assert {one.agency: one.form for one in kept} == {"police": form("0"), "school": None, "gp": form("3")}
    gone = {"requests": [{**ledger["requests"][0], "gone": {"on": "2026-01-20"}}]}
    assert for_index(gone)["requests"] == []


def test_an_answer_before_its_question_is_refused_with_the_day_that_is_meant() -> None:
    ledger = ask({}, ["police"], ON)
    back = bounce(answer(ledger, "police", "returned", LATER), "police", LATER, form("1"))
    for body, on, why in (
        (ledger, date(2026, 1, 11), "police was asked on 2026-01-12, which is after the answer's date."),
        (back, date(2026, 1, 19), "The return was sent back on 2026-01-20, which is after the answer's date."),
    ):
        with pytest.raises(ConditionsNotMet) as caught:
            answer(body, "police", "returned", on)
        assert caught.value.unmet == (why,)
