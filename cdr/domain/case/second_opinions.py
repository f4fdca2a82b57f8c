"""Questions to another area's panel where ours could not agree, and what it answered (protocol section 2, during the review).

On the case: `second_opinions: [{area, asked_on, by, status: awaited|answered|not_answered, question, answered_on?, answer?}]`; the number of each
is its place, from 1. `answer` says why, where none is waited for.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass

CLOCK = "R18"
AWAITED, ANSWERED, NOT_ANSWERED = "awaited", "answered", "not_answered"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class SecondOpinion:
    """One question to another panel; its texts are empty in an index, and `answer` where none came."""

    area: str
    asked_on: date
    question: str = ""
    answered_on: date | None = None
    answer: str = ""
    status: str = AWAITED


def second_opinions_of(case: Body) -> dict[int, SecondOpinion]:
    """All second opinions by their numbers."""
    items = enumerate((item for _, item in items_at(case, "second_opinions")), 1)
    return {number: _opinion(item, on) for number, item in items if (on := date_at(item, "asked_on"))}


def awaited(case: Body) -> list[str]:
    """The second opinions that are awaited, one sentence each."""
    return [
        f"The second opinion of {one.area} is awaited (question {number})."
        for number, one in second_opinions_of(case).items()
        if one.status == AWAITED
    ]


def asked(case: Body, area: str, question: str, on: date, by: str) -> tuple[dict[str, Any], int]:
    """The case with one more question to another panel, and its number."""
    listed = [dict(item) for _, item in items_at(case, "second_opinions")]
    item = {"area": area, "asked_on": on.isoformat(), "by": by, "status": AWAITED, "question": question}
    return {**case, "second_opinions": [*listed, item]}, len(listed) + 1


def answered(case: Body, number: int, on: date, answer: str, *, came: bool = True) -> dict[str, Any]:
    """The case with an answer, or with why none is waited for; a later one takes its place. Raises: ConditionsNotMet."""
    found = second_opinions_of(case).get(number)
    unmet = []
    if found is None:
        unmet.append("The case has no question of that number to another panel.")
    elif on < found.asked_on:
        unmet.append(f"It was asked on {found.asked_on}, which is after that day.")
    if unmet:
        raise ConditionsNotMet("No second opinion was recorded.", unmet, "See: cdr panel question list REF")
    listed = [dict(item) for _, item in items_at(case, "second_opinions")]
    status = ANSWERED if came else NOT_ANSWERED
    listed[number - 1] |= {"status": status, "answered_on": on.isoformat(), "answer": answer}
    return {**case, "second_opinions": listed}


def _opinion(item: Body, on: date) -> SecondOpinion:
    area, question, answer, status = (text_at(item, key) for key in ("area", "question", "answer", "status"))
    return SecondOpinion(area, on, question, date_at(item, "answered_on"), answer, status)
