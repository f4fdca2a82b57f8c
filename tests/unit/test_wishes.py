"""Wishes: which one counts, for whom, and what an earlier version recorded."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.domain_data import example

from cdr.domain.letters import letter_holds, letters, wishes

PEOPLE = letters.recipients(example("form-a-sudi"))
MOTHER, FATHER = PEOPLE
DAY = date(2026, 4, 17)


def gate(answer: str, *to: letters.Recipient, **more: Any) -> dict[str, Any]:
    body = example("letter-gate")
    body["answers"]["contact_welcome"]["answer"] = answer
    return letter_holds.kept({**body, **more}, "delay", DAY, DAY, [wishes.key_of(person) for person in to])


def said(case: dict[str, Any], person: letters.Recipient = MOTHER, everyone: Any = PEOPLE) -> str | None:
    found = wishes.wish_of(case, person, everyone)
    return found.wish if found else None


def wished(case: dict[str, Any], person: letters.Recipient, wish: str) -> dict[str, Any]:
    return wishes.with_wish(case, person, wish, DAY, "Robin Ashworth", "")


def test_nobody_said_anything() -> None:
    assert said({}) is None and not wishes.nobody_to_write_to({}, 2) and not wishes.nobody_to_write_to({}, 0)


def test_the_last_wish_of_a_person_counts_and_of_no_other() -> None:
    case = wished({}, MOTHER, "no-contact")
    assert (said(case), said(case, FATHER)) == ("no-contact", None)
    assert not wishes.nobody_to_write_to(case, 2)
    case = wished(case, FATHER, "by-telephone")
    assert wishes.nobody_to_write_to(case, 2)
    assert said(wished(case, MOTHER, "welcome")) == "welcome"


def test_what_an_earlier_version_recorded_of_the_whole_family() -> None:
    old = {"letter_gates": [{**gate("no"), "review_on": "2026-05-01"}]}
    assert said(old) == said(old, FATHER) == "no-contact"
    assert letter_holds.holds(old)[0].ask_again_on is None and not letter_holds.to_ask_about(old, 2)
    assert said({"letter_gates": [gate("no"), gate("yes")]}) == "welcome"


def test_the_gate_for_one_person_is_about_that_person() -> None:
    case = {"letter_gates": [gate("no", FATHER)]}
    assert (said(case), said(case, FATHER)) == (None, "no-contact")


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_the_gate_takes_back_no_wish_of_a_persons_own(answer: str) -> None:
    case = wished({"letter_gates": [gate("yes")]}, MOTHER, "by-telephone")
    later = {**case, "letter_gates": [gate("yes"), gate(answer)]}
    assert said(later) == "by-telephone"
    assert said(wished(later, MOTHER, "welcome")) == "welcome"


def test_a_day_that_was_named_is_told_and_another_answer_too() -> None:
    [hold] = letter_holds.to_ask_about({"letter_gates": [gate("no", review_on="2026-06-01")]}, 3)
    assert hold.ask_again_on == date(2026, 6, 1)
    unsafe = gate("no", FATHER)
    unsafe["answers"]["address_safe"]["answer"] = "no"
    assert letter_holds.to_ask_about({"letter_gates": [unsafe]}, 2)


def test_a_person_is_known_again_where_form_a_counts_otherwise() -> None:
    case = wished({}, MOTHER, "no-contact")
    grandmother = replace(MOTHER, number=1, name="Mrs Nana Testcase", relationship="grandparent")
    now = (grandmother, replace(MOTHER, number=2), replace(FATHER, number=3))
    assert [said(case, person, now) for person in now] == [None, "no-contact", None]
    renamed = (replace(MOTHER, name="Ms Efua Otherwise"), FATHER)
    assert [said(case, person, renamed) for person in renamed] == ["no-contact", None]


def test_no_name_and_no_reason_is_kept_outside() -> None:
    case = wishes.with_wish({"letter_gates": [gate("no", FATHER)]}, MOTHER, "no-contact", DAY, "Robin", "She said so.")
    kept = str(wishes.without_names(case))
    assert "Efua" not in kept and "She said so" not in kept and "Testcase" not in kept
