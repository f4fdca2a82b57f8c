"""The family's questions in their own words, each to its answer, or to why it cannot be known.

On the case: `questions: [{asked_on, recorded_on, by, text, asked_by?, to?, status: open|answered|cannot_be_known, answer?, answered_on?,
taken_back_on?}]`; the number of each is its place, from 1, and stays. `asked_by` is one of the family as `letter --to` has it, `to` who answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass

OPEN, ANSWERED, CANNOT_BE_KNOWN = "open", "answered", "cannot_be_known"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """One question; `answer` says why, where it cannot be known. Texts are empty where nothing was said, or in an index."""

    asked_on: date
    status: str = OPEN
    text: str = ""
    answer: str = ""
    answered_on: date | None = None
    asked_by: str = ""
    to: str = ""


def questions_of(case: Body) -> dict[int, Question]:
    """All questions by their numbers, without those that were taken back."""
    return {
        number: _question(item, on)
        for number, item in enumerate(_items(case), 1)
        if "taken_back_on" not in item and (on := date_at(item, "asked_on"))
    }


def open_questions(case: Body) -> dict[int, Question]:
    """Those that nobody has answered yet."""
    return {number: one for number, one in questions_of(case).items() if one.status == OPEN}


def asked(case: Body, question: Question, recorded_on: date, by: str) -> tuple[dict[str, Any], int]:
    """The case with one more question, and its number."""
    item = {"asked_on": question.asked_on.isoformat(), "recorded_on": recorded_on.isoformat(), "by": by}
    item |= {"text": question.text, "status": OPEN}
    item |= {key: text for key, text in (("asked_by", question.asked_by), ("to", question.to)) if text}
    items = [*_items(case), item]
    return {**case, "questions": items}, len(items)


def answered(case: Body, number: int, status: str, answer: str, on: date) -> dict[str, Any]:
    """The case with a question answered, or with why it cannot be known; a later answer takes the place of an earlier.

    Raises: ConditionsNotMet where there is no such question, or it was asked later.
    """
    question = _there(case, number)
    if on < question.asked_on:
        raise _refused(
            [f"It was asked on {question.asked_on}, which is after that day."], "Give the day with --on DATE."
        )
    return _changed(case, number, {"status": status, "answer": answer, "answered_on": on.isoformat()})


def given_to(case: Body, number: int, to: str) -> dict[str, Any]:
    """The case with who answers a question. Raises: ConditionsNotMet where there is no such question."""
    _there(case, number)
    return _changed(case, number, {"to": to})


def taken_back(case: Body, number: int, on: date) -> tuple[dict[str, Any], bool]:
    """The case with a question's answer taken back, or the question itself where it is open; whether it was the answer.

    Raises: ConditionsNotMet where there is no such question.
    """
    if _there(case, number).status == OPEN:
        return _changed(case, number, {"taken_back_on": on.isoformat()}), False
    items = _items(case)
    items[number - 1] = {key: value for key, value in items[number - 1].items() if key not in ("answer", "answered_on")}
    items[number - 1] |= {"status": OPEN}
    return {**case, "questions": items}, True


def _there(case: Body, number: int) -> Question:
    found = questions_of(case).get(number)
    if found is None:
        raise _refused(["The case has no question of that number."], "See: cdr question REF list")
    return found


def _refused(unmet: list[str], hint: str) -> ConditionsNotMet:
    return ConditionsNotMet("Nothing was recorded of the family's questions.", unmet, hint)


def _changed(case: Body, number: int, change: Body) -> dict[str, Any]:
    items = _items(case)
    items[number - 1] |= change
    return {**case, "questions": items}


def _items(case: Body) -> list[dict[str, Any]]:
    return [dict(item) for _, item in items_at(case, "questions")]


def _question(item: Body, on: date) -> Question:
    status, text, answer, by, to = (text_at(item, key) for key in ("status", "text", "answer", "asked_by", "to"))
    return Question(on, status, text, answer, date_at(item, "answered_on"), by, to)
