"""What was said: kept once in the same words, twice in others, beside whatever else changes; listed with what is known of how it left."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from cdr.domain.asking import sending
from cdr.domain.asking.leaving import mark_left
from cdr.domain.asking.prompts_due import Due, mark_sent
from cdr.domain.asking.requests import Received, RequestForm, answer, ask, bounce
from cdr.domain.asking.requests_joined import prompts_joined
from cdr.domain.asking.said import NOT_SAID, Said, said_of, told, with_said
from cdr.domain.asking.sending import Limits, Prompt
from cdr.domain.merging import three_ways
from cdr.forms import schema

ASKED, DUE, LATER = date(2026, 1, 9), date(2026, 1, 23), date(2026, 2, 6)
TO = ("a@police.example",)
ONE = Said("police", "prompt-1", DUE, DUE, TO, "<1@x.example>", "A return", "  To the police \n\nSend it.\n")
RECEIVED = Received("html", "0" * 64)
PROMPT = Prompt("2026-7K3M", "police", "prompt-1", DUE, ASKED)
EMPTY: dict[str, Any] = {"schema": "prompts/1", "prompts": []}


def test_the_same_words_are_kept_once_and_others_beside_them() -> None:
    once = with_said(EMPTY, ONE)
    assert with_said(once, replace(ONE, made_on=LATER)) == once
    other = replace(ONE, made_on=LATER, text="Other words.\n")
    assert list(said_of(with_said(once, other))) == [ONE, other]
    assert schema.problems(with_said(once, other), "prompts/1") == []


def test_whatever_else_is_recorded_leaves_the_words() -> None:
    body = with_said(sending.begun(EMPTY, PROMPT, TO, ONE.message_id), ONE)
    limits = Limits(100, 40, 3, 60)
    for after in (
        sending.begun(body, PROMPT, TO, ONE.message_id),
        sending.taken(body, ONE.message_id, DUE),
        sending.not_taken(body, ONE.message_id, TO, limits),
        mark_left(body, PROMPT, DUE, TO, ONE.message_id),
        mark_sent(body, "police", Due("prompt-2", LATER), LATER, TO, "<2@x.example>"),
        prompts_joined(body, body, (), by_hand=False),
        prompts_joined(EMPTY, body, (), by_hand=True),
        prompts_joined(body, EMPTY, (), by_hand=False),
    ):
        assert list(said_of(after)) == [ONE]
    assert "said" not in prompts_joined(EMPTY, EMPTY, (), by_hand=True)


def test_a_message_that_left_is_marked_under_the_id_and_to_the_addresses_it_was_made_with() -> None:
    marked = mark_left(with_said(EMPTY, ONE), PROMPT, LATER, ("new@police.example",), "<new@x.example>")
    assert [(one["to"], one["message_id"]) for one in marked["prompts"]] == [([*TO], ONE.message_id)]


def test_each_message_is_listed_with_what_is_known_of_it() -> None:
    begun = with_said(sending.begun(EMPTY, PROMPT, TO, ONE.message_id), ONE)
    taken = sending.taken(begun, ONE.message_id, LATER)
    left = mark_left(with_said(EMPTY, ONE), PROMPT, LATER, TO, ONE.message_id)
    ways = [[one.how for one in told({}, body)] for body in (with_said(EMPTY, ONE), begun, taken, left)]
    assert ways == [
        [NOT_SAID], ["handed over, and not known whether it arrived"], [f"sent on {LATER}"], [f"left on {LATER}"]
    ]  # fmt: skip


def test_of_a_message_from_before_it_is_listed_that_there_was_one() -> None:
    form = RequestForm("0" * 32, "form-b/1", "locked", "")
    requests = ask({"schema": "requests/1", "requests": []}, ["police"], ASKED, {"police": form})
    requests = bounce(answer(requests, "police", "returned", DUE, RECEIVED), "police", LATER, form)
    prompts = mark_sent(EMPTY, "police", Due("prompt-1", DUE), DUE, TO, ONE.message_id)
    found = [(one.level, one.on, one.to, one.words) for one in told(requests, prompts)]
    assert found == [("request", ASKED, (), None), ("prompt-1", DUE, TO, None), ("bounce", LATER, (), None)]
    asked = replace(ONE, level="request", due_on=ASKED, made_on=ASKED, message_id="<0@x.example>")
    assert [one.words for one in told(requests, with_said(prompts, asked))][:1] == [asked]


def test_two_copies_keep_what_each_said() -> None:
    base, other = with_said(EMPTY, ONE), replace(ONE, text="Other words.\n", made_on=LATER)
    ours, theirs = with_said(base, other), with_said(base, replace(ONE, level="prompt-2", message_id="<2@x.example>"))
    merged = three_ways.merged(base, ours, theirs, "prompts")
    assert merged.clashes == () and len(list(said_of(merged.body))) == 3


def test_of_what_was_asked_and_sent_back_it_is_listed_of_whom_even_where_nothing_was_recorded_of_a_message() -> None:
    asked = ask({}, ["police", "school"], ASKED, {"police": RequestForm("0" * 32, "form-b/1", "x")})
    back = bounce(
        answer(asked, "police", "returned", DUE, RECEIVED), "police", LATER, RequestForm("1" * 32, "form-b/1", "y")
    )
    assert [(one.agency, one.level, one.on, one.how) for one in told(back, EMPTY)] == [
        ("police", "request", ASKED, NOT_SAID),
        ("school", "request", ASKED, NOT_SAID),
        ("police", "bounce", LATER, NOT_SAID),
    ]
    sent = replace(ONE, level="request", due_on=ASKED, made_on=ASKED)
    listed = told(back, with_said(EMPTY, sent))
    assert [(one.agency, one.words is None) for one in listed] == [
        ("police", False),
        ("school", True),
        ("police", True),
    ]


def test_a_message_without_its_words_is_listed_on_the_day_it_was_sent_else_on_the_day_it_was_due() -> None:
    def listed(**item: Any) -> list[tuple[str, Any, tuple[str, ...], str]]:
        one = {"agency": "police", "level": "prompt-1", "due_on": "2026-01-23", "to": ["a@police.example"], **item}
        return [(one.agency, one.on, one.to, one.how) for one in told({}, {**EMPTY, "prompts": [one]})]

    assert listed(sent_on="2026-02-06") == [("police", LATER, TO, "in the outbox on 2026-02-06")]
    assert listed(status="queued") == [("police", DUE, TO, "waits to be sent")]
    assert listed(status="sent", sent_on="2026-02-06") == [("police", LATER, TO, "sent on 2026-02-06")]
    assert listed(due_on=None) == []
