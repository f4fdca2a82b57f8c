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


def test_a_wish_is_kept_whole_and_known_by_its_day() -> None:
    case = wishes.with_wish({"letter_gates": [gate("yes")]}, MOTHER, "by-telephone", DAY, "Robin Ashworth", "She asked")
    item = {
        "person": 1, "relationship": "mother", "name": MOTHER.name, "wish": "by-telephone", "on": "2026-04-17",
        "by": "Robin Ashworth", "after_gates": 1,
    }  # fmt: skip
    assert case["wishes"] == [item | {"reason": "She asked"}]
    assert wishes.wish_of(case, MOTHER, PEOPLE) == wishes.Wish("by-telephone", DAY)
    second = wished(case, FATHER, "welcome")
    assert second["wishes"][0] == case["wishes"][0] and "reason" not in second["wishes"][1]
    nameless = replace(MOTHER, name="")
    assert wishes.key_of(nameless) == {"person": 1, "relationship": "mother"}


def test_what_a_gate_says_has_the_day_on_which_it_was_recorded_and_whom_it_was_asked_for() -> None:
    [one] = wishes.everything_said({"letter_gates": [gate("no", FATHER)]})
    assert one == wishes.Said((wishes.Whom(2, "father", FATHER.name),), wishes.Wish("no-contact", DAY, by_gate=True))
    assert wishes.everything_said({"letter_gates": [gate("not_known")]}) == ()


def test_a_number_that_is_none_is_nobodys() -> None:
    for_somebody = {**gate("no"), "to": [{"person": "one", "relationship": "mother"}]}
    [one] = wishes.everything_said({"letter_gates": [for_somebody]})
    assert one.of == (wishes.Whom(None, "mother"),)


def test_two_people_of_one_name_are_told_apart_by_how_they_are_related() -> None:
    aunt = replace(MOTHER, number=3, relationship="aunt")
    everyone = (MOTHER, FATHER, aunt)
    case = wished({}, MOTHER, "no-contact")
    assert [said(case, one, everyone) for one in everyone] == ["no-contact", None, None]
    assert said(wished({}, aunt, "no-contact"), aunt, everyone) == "no-contact"


@pytest.mark.parametrize(
    ("number", "relationship", "found"), [(1, "cousin", True), (9, "mother", True), (9, "cousin", False)]
)
def test_whoever_bears_no_name_any_more_is_known_by_number_or_relation(
    number: int, relationship: str, found: bool
) -> None:
    whom = wishes.Whom(number, relationship, "Ms Nobody Testcase")
    assert whom.is_person(MOTHER, PEOPLE) is found


def test_of_so_many_people_each_has_to_have_said_no() -> None:
    case = wished({}, FATHER, "no-contact")
    assert not wishes.nobody_to_write_to(case, 1), "the first of them said nothing"
    assert not wishes.nobody_to_write_to(case, 2)
    assert wishes.nobody_to_write_to(wished(case, MOTHER, "by-telephone"), 2)
    assert not wishes.nobody_to_write_to(wished(case, MOTHER, "welcome"), 2)


def test_the_index_keeps_what_was_wished_and_not_by_whom() -> None:
    letter = {"kind": "condolence", "to": 1, "status": "final", "name": MOTHER.name}
    to_all, to_one = gate("no"), gate("yes", FATHER)
    case = wishes.with_wish(
        {"letter_gates": [to_all, to_one], "letters": [letter]}, MOTHER, "welcome", DAY, "Robin", "x"
    )
    assert wishes.without_names(case) == {
        "letters": [{"kind": "condolence", "to": 1, "status": "final"}],
        "wishes": [
            {"person": 1, "relationship": "mother", "wish": "welcome", "on": "2026-04-17", "by": "Robin", "after_gates": 2}
        ],
        "letter_gates": [to_all, {**to_one, "to": [{"person": 2, "relationship": "father"}]}],
    }  # fmt: skip
    assert wishes.without_names({"status": "open", "wishes": []}) == {}
    assert wishes.without_names({"letters": [], "letter_gates": []}) == {"letters": [], "letter_gates": []}
