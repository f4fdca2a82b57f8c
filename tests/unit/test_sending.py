from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import configuration, example, load, policy

from cdr import resources
from cdr.domain.asking import sending
from cdr.domain.asking.prompts_due import ChaseItem, Due, chase_item, mark_sent
from cdr.domain.asking.requests import Request, answer, ask, held, requests_of
from cdr.domain.asking.sending import Limits, Prompt
from cdr.domain.case.agency_holds import names_someone, with_reason
from cdr.domain.process.clocks import Closure
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.store_rules import configuration_problems
from cdr.errors import ConditionsNotMet, WrongConfiguration

CASE, AGENCY, ID = "2026-7K3M", "regional-ambulance", "<1@northshire.example>"
ASKED, DUE = date(2026, 1, 12), date(2026, 1, 26)
PROMPT = Prompt(CASE, AGENCY, "prompt-1", DUE, ASKED)
LIMITS = Limits(100, 8, 5, 30)
TO = ("cdr@regional-ambulance.example",)


def ledger(**more: Any) -> dict[str, Any]:
    return {"requests": [{"agency": AGENCY, "requested_on": ASKED.isoformat(), "status": "outstanding", **more}]}


def states(prompts: Any) -> list[tuple[str, str, int]]:
    return [(one.prompt.level, one.status, one.tries) for one in sending.unsent(CASE, ledger(), prompts)]


def item(
    prompts: Any, as_of: date, request: Request = Request(AGENCY, ASKED, "outstanding"), closed: Any = ()
) -> ChaseItem:
    return chase_item(request, prompts, as_of, policy(), policy().working_days, closed)


def test_a_message_from_writing_down_to_sent() -> None:
    begun = sending.begun({}, PROMPT, TO, ID)
    assert states(begun) == [("prompt-1", "sending", 1)]
    assert item(begun, DUE).due == Due("prompt-1", DUE) and item(begun, DUE).sent == ()
    queued = sending.not_taken(begun, ID, (), LIMITS)
    assert states(queued) == [("prompt-1", "queued", 1)]
    again = sending.begun(queued, PROMPT, TO, ID)
    assert states(again) == [("prompt-1", "sending", 2)]
    sent = sending.taken(again, ID, date(2026, 1, 28))
    assert states(sent) == [] and item(sent, DUE).sent == ("prompt-1",)
    assert sent["prompts"] == [
        {"agency": AGENCY, "level": "prompt-1", "due_on": "2026-01-26", "to": list(TO), "message_id": ID, "status": "sent", "tries": 2,
         "sent_on": "2026-01-28"}
    ]  # fmt: skip


def test_a_refusal_is_tried_five_times_and_a_new_address_afresh() -> None:
    prompts: Any = {}
    for tries in range(1, 6):
        prompts = sending.not_taken(sending.begun(prompts, PROMPT, TO, ID), ID, TO, LIMITS)
        assert states(prompts) == [("prompt-1", "queued" if tries < 5 else "refused", tries)]
    [given_up] = sending.unsent(CASE, ledger(), prompts)
    assert given_up.is_given_up and given_up.refused == TO
    assert not sending.may_go(given_up, TO, LIMITS) and sending.may_go(given_up, ("new@x.example",), LIMITS)
    assert states(sending.begun(prompts, PROMPT, ("new@x.example",), ID)) == [("prompt-1", "sending", 1)]


def test_what_is_only_put_off_is_tried_for_ever_and_what_is_uncertain_is_not() -> None:
    prompts: Any = {}
    for _ in range(40):
        prompts = sending.not_taken(sending.begun(prompts, PROMPT, TO, ID), ID, (), LIMITS)
    [put_off] = sending.unsent(CASE, ledger(), prompts)
    assert put_off.tries == 40 and sending.may_go(put_off, TO, LIMITS)
    uncertain: Any = {}
    for tries in range(1, 6):
        uncertain = sending.begun(uncertain, PROMPT, TO, ID)
        [one] = sending.unsent(CASE, ledger(), uncertain)
        assert sending.may_go(one, TO, LIMITS) == (tries < 5)


def test_one_of_two_addresses_refused_counts_as_sent() -> None:
    both = ("a@x.example", "b@x.example")
    prompts = sending.taken(sending.begun({}, PROMPT, both, ID), ID, DUE, ["b@x.example"])
    assert states(prompts) == [] and item(prompts, DUE).sent == ("prompt-1",)
    [one] = sending.partly_refused(CASE, ledger(), prompts)
    assert one.refused == ("b@x.example",)
    assert (
        list(
            sending.partly_refused(
                CASE, ledger() | {"requests": [{**ledger()["requests"][0], "status": "nil"}]}, prompts
            )
        )
        == []
    )


def test_a_later_level_takes_the_place_of_one_that_waits_but_not_of_one_sent() -> None:
    waiting = sending.begun(
        sending.taken(sending.begun({}, PROMPT, TO, ID), ID, DUE),
        Prompt(CASE, AGENCY, "prompt-2", date(2026, 2, 9), ASKED),
        TO,
        "<2@x>",
    )
    over = sending.begun(waiting, Prompt(CASE, AGENCY, "prompt-3", date(2026, 3, 9), ASKED), TO, "<3@x>")
    assert [(one["level"], one["status"]) for one in over["prompts"]] == [("prompt-1", "sent"), ("prompt-3", "sending")]


def test_the_request_and_the_thanks_are_not_overtaken_by_a_prompt() -> None:
    request = Prompt(CASE, AGENCY, "request", ASKED, ASKED)
    prompts = sending.begun(sending.begun({}, request, TO, "<0@x>"), PROMPT, TO, ID)
    assert states(prompts) == [("request", "sending", 1), ("prompt-1", "sending", 1)]
    nil = {"requests": [{**ledger()["requests"][0], "status": "nil"}]}
    assert list(sending.unsent(CASE, nil, prompts)) == []
    thanked = sending.begun(prompts, Prompt(CASE, AGENCY, "thanks-for-return", DUE, ASKED), TO, "<9@x>")
    assert [one.prompt.level for one in sending.unsent(CASE, nil, thanked)] == ["thanks-for-return"]
    assert "thanks-for-return" not in [level for level, _, _ in states(thanked)]


def test_documents_of_before_are_sent() -> None:
    prompts = mark_sent({}, AGENCY, Due("prompt-1", DUE), DUE, TO, ID)
    assert "status" not in prompts["prompts"][0] and states(prompts) == []


def test_an_agencys_prompts_go_together_and_its_escalations_apart_from_them() -> None:
    def one(case: str, agency: str, level: str) -> Prompt:
        return Prompt(case, agency, level, DUE, ASKED)

    prompts = [one("A", "x", "prompt-1"), one("B", "x", "prompt-3"), one("C", "x", "escalation"), one("D", "y", "prompt-1"), one("E", "x", "request"),
               one("F", "x", "request")]  # fmt: skip
    assert [[prompt.case for prompt in group] for group in sending.together(prompts, 8)] == [
        ["A", "B"],
        ["C"],
        ["D"],
        ["E"],
        ["F"],
    ]


def test_the_limits_are_data() -> None:
    rules = load(resources.folder("rules") / "mail.yaml")
    assert Limits.of(rules, {}) == Limits(100, 8, 5, 30)
    assert Limits.of(rules, {"at_most": 7}).messages_per_run == 7
    with pytest.raises(WrongConfiguration):
        Limits.of({"tries": 5}, {})


# ---- holds --------------------------------------------------------------------------------------------------------------


def test_a_hold_ends_by_itself_on_its_date() -> None:
    request = Request(AGENCY, ASKED, "outstanding", held_until=date(2026, 2, 3))
    waiting = item({}, date(2026, 2, 2), request)
    assert (waiting.due, waiting.next) == (None, Due("prompt-1", DUE))
    assert item({}, date(2026, 2, 3), request).due == Due("prompt-1", DUE)
    assert item({}, date(2026, 1, 20), request).next == Due("prompt-1", DUE)


def test_a_hold_stands_in_the_ledger_until_the_answer() -> None:
    asked = ask({}, [AGENCY, "northshire-police"], ASKED)
    on_hold = held(asked, AGENCY, date(2026, 2, 3))
    assert [one.held_until for one in requests_of(on_hold)] == [date(2026, 2, 3), None]
    assert held(on_hold, AGENCY, None) == asked
    assert "hold" not in answer(on_hold, AGENCY, "nil", DUE)["requests"][0]
    assert answer(on_hold, "northshire-police", "nil", DUE)["requests"][0]["hold"] == {"until": "2026-02-03"}
    for requests, agency, until in (
        (asked, AGENCY, None),
        (asked, "nobody", DUE),
        (answer(asked, AGENCY, "nil", DUE), AGENCY, DUE),
    ):
        with pytest.raises(ConditionsNotMet):
            held(requests, agency, until)


def test_a_reason_stands_in_the_case() -> None:
    case = with_reason({"status": "open"}, AGENCY, date(2026, 2, 3), DUE, "flood")
    assert with_reason(case, AGENCY, date(2026, 3, 3), DUE, "again")["holds"][0] == {
        "agency": AGENCY, "until": "2026-02-03", "on": "2026-01-26", "reason": "flood",
    }  # fmt: skip


def test_a_reason_that_names_a_person_is_seen() -> None:
    form_a = example("form-a-sudi")
    child = form_a["child"]
    agencies = {one.id: (one.name, one.type, one.type) for one in configuration().agencies}
    assert not names_someone("Their records office is flooded", form_a, [], agencies)
    assert names_someone(
        f"The notes of {child['first_names']} {child['family_name']} are with the coroner", form_a, [], agencies
    )
    assert names_someone(f"NHS number {child['nhs_number']}", form_a, [], agencies)


# ---- closures -----------------------------------------------------------------------------------------------------------

SUMMER = Closure(date(2026, 7, 20), date(2026, 8, 31))


def test_what_falls_due_in_a_closure_goes_on_the_first_day_after() -> None:
    request = Request("northtown-academy", date(2026, 7, 13), "outstanding")
    due = Due("prompt-1", date(2026, 7, 27))
    assert item({}, date(2026, 7, 27), request, [SUMMER]).due is None
    assert item({}, date(2026, 7, 27), request, [SUMMER]).next == due
    after = item({}, date(2026, 9, 1), request, [SUMMER])
    assert after.due == Due("prompt-2", date(2026, 8, 10))  # the latest level alone, on the rule's date
    assert item({}, date(2026, 7, 27), request).due == due


def test_the_escalations_ten_working_days_skip_a_closure() -> None:
    request = Request("northtown-academy", date(2026, 5, 20), "outstanding")
    prompts = mark_sent({}, "northtown-academy", Due("prompt-3", date(2026, 7, 15)), date(2026, 7, 15), TO, ID)
    assert item(prompts, date(2026, 7, 15), request).next == Due("escalation", date(2026, 7, 30))
    assert item(prompts, date(2026, 7, 15), request, [SUMMER]).next == Due("escalation", date(2026, 9, 11))


@given(st.dates(date(2024, 1, 1), date(2027, 6, 1)), st.integers(0, 120), st.integers(0, 60), st.integers(0, 200))
def test_nothing_is_ever_due_in_a_closure(asked: date, begin: int, length: int, offset: int) -> None:
    closure = Closure(asked + timedelta(days=begin), asked + timedelta(days=begin + length))
    as_of = asked + timedelta(days=offset)
    now = item({}, as_of, Request("a", asked, "outstanding"), [closure])
    assert now.due is None or not closure.holds(as_of)
    if not closure.holds(as_of):
        assert now.due == item({}, as_of, Request("a", asked, "outstanding")).due


def test_closures_in_cdr_yaml() -> None:
    body = example("store")
    body["agencies"][0]["closed"] = [{"from": "2026-07-20", "until": "2026-08-31"}]
    assert configuration_problems(body) == []
    assert Configuration.from_document(body).agencies[0].closed == (SUMMER,)
    for until in ("2026-07-19", "2027-08-31"):
        body["agencies"][0]["closed"] = [{"from": "2026-07-20", "until": until}]
        assert [(one.rule, one.field) for one in configuration_problems(body)] == [
            ("STORE-07", "agencies.0.closed.0.until")
        ]


def test_what_smtp_needs() -> None:
    body = example("store")
    body["mail"] = {"transport": "smtp", "from": "a@x.example"}
    assert [one.field for one in configuration_problems(body)] == ["mail.host"]
    body["mail"] |= {"host": "mail.x.example", "password_command": "echo"}
    assert [one.field for one in configuration_problems(body)] == ["mail.user"]
    body["mail"] |= {"user": "x"}
    assert configuration_problems(body) == []


def test_a_message_that_one_address_refused_is_told_with_all_that_is_known_of_it() -> None:
    both = ("a@x.example", "b@x.example")
    same_day = Prompt(CASE, AGENCY, "request", ASKED, ASKED)
    begun = sending.begun({}, same_day, both, ID)
    [one] = sending.partly_refused(CASE, ledger(), sending.taken(begun, ID, ASKED, ["b@x.example"]))
    assert one == sending.Unsent(same_day, "sent", 1, both, ID, ("b@x.example",))
    waiting = sending.not_taken(begun, ID, ["b@x.example"], LIMITS)
    assert list(sending.partly_refused(CASE, ledger(), waiting)) == [], "it is still to be sent"
    of_before = sending.taken(
        sending.begun({}, Prompt(CASE, AGENCY, "request", date(2026, 1, 11), ASKED), both, ID), ID, ASKED, both
    )
    assert list(sending.partly_refused(CASE, ledger(), of_before)) == [], "it was about an earlier request"


def test_what_is_unsent_is_known_by_its_ids_and_every_level_by_its_agency() -> None:
    prompts = sending.begun(sending.taken(sending.begun({}, PROMPT, TO, ID), ID, DUE), PROMPT, TO, "<2@x>")
    prompts = sending.begun(prompts, Prompt(CASE, "police", "request", ASKED, ASKED), TO, "<3@x>")
    assert sending.unsent_ids(prompts) == ["<2@x>", "<3@x>"]
    assert sending.levels_of(prompts, AGENCY) == ["prompt-1", "prompt-1"]
    assert sending.levels_of(prompts, "police") == ["request"] and sending.levels_of(prompts, "school") == []


def test_rules_of_sending_that_cannot_be_used_say_which_file_is_meant() -> None:
    with pytest.raises(WrongConfiguration) as caught:
        Limits.of({"messages_per_run": 100}, {})
    assert caught.value.file == "rules"


def test_all_that_is_known_of_a_message_is_there_when_it_goes_again_and_what_is_over_is_not() -> None:
    back = {"bounced": [{"on": "2026-02-02", "answered_on": None}], "status": "returned", "answered_on": "2026-02-01"}
    bounce = Prompt(CASE, AGENCY, "bounce", date(2026, 2, 2), ASKED, ("Weight", "Height"), 3)
    waiting = sending.not_taken(sending.begun({}, bounce, TO, ID), ID, ["b@x.example"], LIMITS)
    [one] = sending.unsent(CASE, ledger(**back), waiting)
    assert one == sending.Unsent(bounce, "queued", 1, TO, ID, ("b@x.example",))
    fuller = {**back, "bounced": [{"on": "2026-02-02", "answered_on": "2026-02-05"}]}
    assert list(sending.unsent(CASE, ledger(**fuller), waiting)) == [], "the fuller return is in"
    plain = sending.begun({}, PROMPT, TO, ID)
    [one] = sending.unsent(CASE, ledger(), plain)
    assert one.prompt == PROMPT and one.prompt.opened == 0
    asked_later = ledger() | {"requests": [{**ledger()["requests"][0], "requested_on": "2026-02-01"}]}
    assert list(sending.unsent(CASE, asked_later, plain)) == [], "it was about an earlier request"
    assert list(sending.unsent(CASE, {"requests": []}, plain)) == [], "nobody is asked"
    undated = {"prompts": [{**plain["prompts"][0], "due_on": None}]}
    assert list(sending.unsent(CASE, ledger(), undated)) == []
