"""Which messages are waited for, overtaken, left or lost, by the ledgers alone."""

from __future__ import annotations

from datetime import date
from typing import Any

from cdr.domain.asking.leaving import (
    Outgoing,
    is_about_actions,
    is_test,
    lost,
    mark_left,
    name_of_actions,
    name_of_test,
    outgoing,
)
from cdr.domain.asking.prompts_due import Due, mark_sent
from cdr.domain.asking.requests import RequestForm, answer, ask, bounce
from cdr.domain.asking.sending import Prompt, taken
from cdr.domain.asking.sending import begun as begun_sending

CASE, ASKED, LATER = "2026-7K3M", date(2026, 1, 9), date(2026, 1, 23)
EMPTY: dict[str, Any] = {"schema": "prompts/1", "prompts": []}
NONE: dict[str, Any] = {"schema": "requests/1", "requests": []}
REQUEST, PROMPT = f"{CASE}-police-request-2026-01-09.eml", f"{CASE}-police-prompt-1-2026-01-09.eml"


def made(requests: dict[str, Any], prompts: dict[str, Any]) -> dict[str, Outgoing]:
    return {one.name: one for one in outgoing({CASE: (requests, prompts)})}


def test_the_last_message_of_a_request_counts() -> None:
    asked = ask(NONE, ["police", "school"], ASKED)
    first = made(asked, EMPTY)
    assert [one.name for one in lost(first.values(), [])] == [REQUEST, f"{CASE}-school-request-2026-01-09.eml"]
    assert [one.name for one in lost(first.values(), [REQUEST])] == [f"{CASE}-school-request-2026-01-09.eml"]
    prompted = mark_sent(EMPTY, "police", Due("prompt-1", LATER), LATER, ["a@b.example"], "<one@x>")
    then = made(asked, prompted)
    assert not then[REQUEST].is_awaited and then[PROMPT].is_awaited and then[PROMPT].message_id == "<one@x>"
    assert (
        lost(made(answer(asked, "police", "nil", LATER), prompted).values(), [f"{CASE}-school-request-2026-01-09.eml"])
        == []
    )


def test_what_left_by_hand_is_marked_in_its_item_or_in_a_new_one() -> None:
    asked = ask(NONE, ["police"], ASKED)
    [prompt] = made(asked, EMPTY)[REQUEST].prompts
    left = mark_left(EMPTY, prompt, LATER, ["a@b.example"], "<req@x>")
    item = {"agency": "police", "level": "request", "due_on": "2026-01-09", "sent_on": "2026-01-23"}
    assert left["prompts"] == [{**item, "to": ["a@b.example"], "message_id": "<req@x>", "left_on": "2026-01-23"}]
    assert (
        lost(made(asked, left).values(), []) == []
        and mark_left(left, prompt, LATER, [], "")["prompts"] == left["prompts"]
    )
    prompted = mark_sent(left, "police", Due("prompt-1", LATER), LATER, ["a@b.example"], "<one@x>")
    [again] = made(asked, prompted)[PROMPT].prompts
    assert [one.get("left_on") for one in mark_left(prompted, again, LATER, [], "")["prompts"]] == ["2026-01-23"] * 2


def test_a_return_that_was_sent_back_and_an_escalation_are_waited_for() -> None:
    asked = answer(
        ask(NONE, ["police"], ASKED, {"police": RequestForm("0" * 32, "form-b/1", "x")}), "police", "returned", LATER
    )
    back = bounce(asked, "police", LATER, RequestForm("1" * 32, "form-b/1", "y"))
    assert [one.prompts[0].level for one in lost(made(back, EMPTY).values(), [])] == ["bounce"]
    prompts = mark_sent(EMPTY, "police", Due("prompt-3", LATER), LATER, ["a@b.example"], "<p@x>")
    prompts = mark_sent(prompts, "police", Due("escalation", date(2026, 2, 9)), LATER, ["c@d.example"], "<e@x>")
    waiting = lost(made(ask(NONE, ["police"], ASKED), prompts).values(), [])
    assert sorted(one.prompts[0].level for one in waiting) == ["escalation", "prompt-3"]


def test_one_message_about_several_requests_is_one() -> None:
    cases = {}
    for case in ("2026-AAAA", "2026-BBBB"):
        prompts = mark_sent(
            EMPTY, "police", Due("prompt-1", LATER), LATER, ["a@b.example"], "<prompt.police.1234@x.example>"
        )
        cases[case] = (ask(NONE, ["police"], ASKED), prompts)
    [one] = [one for one in outgoing(cases) if len(one.prompts) > 1]
    assert one.name == "prompt.police.1234.eml" and one.is_awaited and one.left_on is None


def test_thanks_are_listed_once_and_nobody_waits_for_their_answer() -> None:
    asked = answer(ask(NONE, ["police"], ASKED), "police", "returned", LATER)
    thanks = {"agency": "police", "level": "thanks-for-return", "due_on": "2026-01-23", "sent_on": "2026-01-23"}
    prompted = mark_sent(EMPTY, "police", Due("prompt-1", LATER), LATER, ["a@b.example"], "<one@x>")
    there = made(asked, {**prompted, "prompts": [*prompted["prompts"], thanks]})
    assert sorted(one.prompts[0].level for one in there.values()) == ["prompt-1", "request", "thanks-for-return"]
    assert lost(there.values(), []) == []


def test_a_file_of_the_outbox_says_what_it_is_about() -> None:
    day = date(2026, 1, 23)
    assert is_test(name_of_test("gp", day)) and not is_test(name_of_actions("gp", day)) and not is_test(REQUEST)
    assert is_about_actions(name_of_actions("gp", day)) and not is_about_actions(REQUEST)
    assert name_of_actions("gp", day) == "actions-gp-2026-01-23.eml"


def test_one_message_about_several_requests_has_left_when_it_has_for_all_of_them() -> None:
    cases = {}
    for case, days in (("2026-AAAA", "2026-01-24"), ("2026-BBBB", None)):
        prompts = mark_sent(EMPTY, "police", Due("prompt-1", LATER), LATER, ["a@b.example"], "<together@x.example>")
        prompts["prompts"][0] |= {"left_on": days} if days else {}
        cases[case] = (ask(NONE, ["police"], ASKED), prompts)
    [one] = [one for one in outgoing(cases) if len(one.prompts) > 1]
    assert one.left_on is None
    cases["2026-BBBB"][1]["prompts"][0]["left_on"] = "2026-01-26"
    [one] = [one for one in outgoing(cases) if len(one.prompts) > 1]
    assert one.left_on == date(2026, 1, 26)


def test_what_a_mail_server_took_has_left_and_what_it_did_not_take_has_not() -> None:
    asked = ask(NONE, ["police"], ASKED)
    prompt = Prompt(CASE, "police", "prompt-1", LATER, ASKED)
    begun = begun_sending(EMPTY, prompt, ["a@b.example"], "<one@x>")
    assert made(asked, begun)[REQUEST].is_awaited, "a prompt that waits is none yet"
    sent = made(asked, taken(begun, "<one@x>", date(2026, 1, 25)))[PROMPT]
    assert sent.left_on == date(2026, 1, 25) and lost([sent], []) == []
    put_there = mark_sent(EMPTY, "police", Due("prompt-1", LATER), LATER, ["a@b.example"], "<one@x>")
    second = mark_sent(put_there, "police", Due("prompt-2", date(2026, 2, 6)), LATER, ["a@b.example"], "<two@x>")
    by_id = {one.message_id: one.prompts[0].level for one in made(asked, second).values()}
    assert by_id == {"": "request", "<one@x>": "prompt-1", "<two@x>": "prompt-2"}
    assert made(asked, put_there)[PROMPT].left_on is None, "it is in the outbox"
