"""Letters that wait: since when, until when, whom to ask again, and which answers count for a letter."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from unit.domain_data import changed, example

from cdr.domain.letters import letter_gate, letter_holds, wishes
from cdr.domain.letters.letter_holds import Hold
from cdr.domain.letters.people_written_to import parents_who_died

ON, AGAIN = date(2026, 2, 1), date(2026, 2, 15)
UNSAFE = {"address_safe": {"answer": "no"}}
NO_LETTERS = {wishes.QUESTION: {"answer": "no"}}


def gate(answers: dict[str, Any], kind: str = "condolence", **more: Any) -> dict[str, Any]:
    return {"recorded_on": "2026-02-01", "kind": kind, "answers": answers, **more}


def final(kind: str, made_on: str | None, status: str = "final") -> dict[str, Any]:
    return {"kind": kind, "to": 1, "made_on": made_on, "status": status}


def test_a_letter_waits_since_its_last_answers_said_no() -> None:
    held = gate(UNSAFE, review_on="2026-02-15")
    assert letter_holds.holds({"letter_gates": [held]}) == [Hold("condolence", ON, ("address_safe",), AGAIN)]
    well = gate({"address_safe": {"answer": "yes"}})
    assert letter_holds.holds({"letter_gates": [held, well]}) == []
    assert [hold.kind for hold in letter_holds.holds({"letter_gates": [held, well | {"kind": "delay"}]})] == [
        "condolence"
    ]
    assert letter_holds.holds({"letter_gates": [held | {"recorded_on": None}]}) == []


@pytest.mark.parametrize(
    ("letter", "waits"),
    [
        (final("condolence", "2026-02-02"), False),
        (final("condolence", "2026-02-01"), True),
        (final("condolence", "2026-01-31"), True),
        (final("condolence", None), True),
        (final("condolence", "2026-02-02", "draft"), True),
        (final("delay", "2026-02-02"), True),
    ],
)
def test_it_waits_no_more_once_it_went_on_a_later_day(letter: dict[str, Any], waits: bool) -> None:
    case = {"letter_gates": [gate(UNSAFE, review_on="2026-02-15")], "letters": [letter]}
    assert bool(letter_holds.holds(case)) is waits


def test_whom_to_ask_is_said_once_and_what_is_asked_names_the_questions() -> None:
    case = {
        "letter_gates": [gate({**UNSAFE, "contact_welcome": {"answer": "no"}, "all_parents_told": {"answer": "no"}})]
    }
    [hold] = letter_holds.holds(case)
    assert hold.whom.count("the key worker") == len({letter_gate.BY_ID[one].ask for one in hold.questions if "key" in letter_gate.BY_ID[one].ask})  # fmt: skip
    assert hold.what_to_do() == f"Ask again whether the letter (condolence) may go: {', '.join(hold.questions)}"
    assert set(hold.questions) == {"address_safe", "contact_welcome", "all_parents_told"}


def test_answers_are_kept_with_the_day_to_ask_again_where_they_hold_a_letter() -> None:
    answers = {"schema": "letter-gate/1", "case": "2026-AAAA", "answers": UNSAFE}
    kept = letter_holds.kept(answers, "condolence", ON, AGAIN)
    assert kept == {"recorded_on": "2026-02-01", "kind": "condolence", "answers": UNSAFE, "review_on": "2026-02-15"}
    named = letter_holds.kept({**answers, "review_on": "2026-03-01"}, "condolence", ON, AGAIN, [{"number": 1}])
    assert named["review_on"] == "2026-03-01" and named["to"] == [{"number": 1}]
    well = letter_holds.kept(
        {"answers": {"address_safe": {"answer": "yes"}}, "review_on": "2026-03-01"}, "x", ON, AGAIN
    )
    assert "review_on" in well and "to" not in well
    assert "review_on" not in letter_holds.kept({"answers": {"address_safe": {"answer": "yes"}}}, "x", ON, AGAIN)


def test_that_somebody_wants_no_letters_is_asked_again_on_a_day_that_was_given_only() -> None:
    wish = {"answers": NO_LETTERS}
    assert "review_on" not in letter_holds.kept(wish, "condolence", ON, AGAIN)
    assert letter_holds.kept({**wish, "review_on": "2026-03-01"}, "condolence", ON, AGAIN)["review_on"] == "2026-03-01"
    both = letter_holds.kept({"answers": {**NO_LETTERS, **UNSAFE}}, "condolence", ON, AGAIN)
    assert both["review_on"] == "2026-02-15"


def test_the_last_answers_of_its_own_kind_count_and_what_another_kind_was_told_later_of_everybody() -> None:
    suspected, not_so = ({"parent_suspected": {"answer": answer}} for answer in ("yes", "no"))
    of_all = ("parent_suspected",)
    own = gate({"address_safe": {"answer": "yes"}, **not_so})
    assert letter_holds.last_gate({}, "condolence", of_all) is None
    assert letter_holds.last_gate({"letter_gates": [gate(UNSAFE, "delay")]}, "condolence", of_all) is None

    def answer(*later: dict[str, Any]) -> str:
        found = letter_holds.last_gate({"letter_gates": [own, *later]}, "condolence", of_all)
        assert found and found["answers"]["address_safe"]["answer"] == "yes"
        return str(found["answers"]["parent_suspected"]["answer"])

    assert answer() == "no"
    assert answer(gate(suspected, "delay")) == "yes"
    assert answer(gate(suspected, "delay"), gate(not_so, "delay")) == "no"
    assert answer(gate(suspected, "delay"), gate(UNSAFE, "delay")) == "yes", (
        "that nothing was asked of it takes nothing back"
    )


# ---- answers and their age -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("sent_on", "count"), [(date(2026, 2, 15), 0), (date(2026, 2, 16), 1)])
def test_an_answer_is_good_for_so_many_days_and_not_for_one_more(sent_on: date, count: int) -> None:
    given = {"answers": {"address_safe": {"answer": "yes", "on": "2026-02-01"}}}
    asked = ("address_safe", "contact_welcome")
    assert len(letter_gate.too_old(given, sent_on, asked, {"address_safe": 14, "contact_welcome": 14}, 14)) == count
    assert letter_gate.too_old(given, sent_on, asked, {"contact_welcome": 1}, 14) == [], (
        "one that keeps is not asked again"
    )
    assert letter_gate.too_old(given, sent_on, (), {"address_safe": 1}, 14) == [], "nor one that is not of this kind"
    read = {"recorded_on": "2026-02-01", "answers": {}}
    assert len(letter_gate.too_old(read, sent_on, (), {}, 14)) == count
    assert letter_gate.too_old(None, sent_on, asked, {"address_safe": 14}, 14) == []


@pytest.mark.parametrize(
    ("answer", "more", "large"),
    [
        ("none", False, False),
        ("None", False, False),
        ("no", False, False),
        ("not_applicable", False, False),
        ("", False, False),
        ("Large print", True, True),
        ("a Polish interpreter", True, False),
    ],
)
def test_who_needs_more_than_a_letter(answer: str, more: bool, large: bool) -> None:
    given = {"answers": {"language_and_format": {"answer": answer}}}
    assert letter_gate.needs_more_than_a_letter(given) is more and letter_gate.needs_large_print(given) is large
    assert not letter_gate.needs_more_than_a_letter(None) and not letter_gate.needs_large_print(None)


def test_whoever_agreed_is_named_where_the_answer_lets_the_letter_go() -> None:
    def agreed(answer: str, **more: str) -> str:
        return letter_gate.who_agreed({"answers": {"someone_to_meet": {"answer": answer, **more}}}, "someone_to_meet")

    assert agreed("yes", who=" Dr  Testcase ") == "Dr Testcase"
    assert (
        agreed("no", who="Dr Testcase") == ""
        and agreed("yes") == ""
        and letter_gate.who_agreed(None, "someone_to_meet") == ""
    )


def test_a_parent_who_died_too_is_told_by_the_relationship() -> None:
    form = changed(example("form-a-sudi"), "family.parents.0.has_died", "yes")
    assert parents_who_died(form) == [form["family"]["parents"][0]["relationship"]]
    assert parents_who_died(changed(form, "family.parents.0.has_died", "no")) == []
    assert parents_who_died({}) == []
