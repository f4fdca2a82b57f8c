"""A case that should not have been opened: it is kept, shown as such, counted nowhere, and taken back where that was wrong.

On the case: `status: void`, and `voidings: [{on, why, was, same_as?, carried_over?, taken_back_on?, reason?}]`, the last of which
stands; `was` is the state before, `carried_over` the day on which what it had went over to the other case (`joining`). On its
requests, which the chaser reads and the case not: `void: {on}`. Nothing of either is asked anywhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.standing import VOID
from cdr.domain.rulebook.validation import items_at, text_at
from cdr.errors import ConditionsNotMet

SAME_AS, NOT_IN_SCOPE, BY_MISTAKE = "same_as", "not_in_scope", "by_mistake"
WORDS = {
    SAME_AS: "the same child as {}",
    NOT_IN_SCOPE: "no death that is reviewed here",
    BY_MISTAKE: "opened by mistake",
}

Body = Mapping[str, Any]


def is_void(case: Body, requests: Body) -> bool:
    """Whether a case counts nowhere, by whichever of its documents can be read."""
    return text_at(case, "status") == VOID or bool(requests.get(VOID))


def voided(case: Body, requests: Body, on: date, why: str, same_as: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    """The case and its requests, void from a day on; `same_as` is the other case of the same child."""
    item = {"on": on.isoformat(), "why": why, "was": text_at(case, "status")}
    item |= {"same_as": same_as} if same_as else {}
    changed = {**case, "status": VOID, "voidings": [*_voidings(case), item]}
    return changed, {**requests, VOID: {"on": on.isoformat()}}


def carried(case: Body, on: date) -> dict[str, Any]:
    """The void case with the fact that what it had went over to the other case of the child."""
    *earlier, last = _voidings(case)
    return {**case, "voidings": [*earlier, last | {"carried_over": on.isoformat()}]}


def became(case: Body) -> str:
    """The reference of the case to which what a void case had went over; empty for any other."""
    last = _voidings(case)[-1] if text_at(case, "status") == VOID else {}
    return text_at(last, "same_as") if "carried_over" in last else ""


def same_as(case: Body) -> str:
    """The other case of the child, where that is why a case is void; empty for any other."""
    return text_at(_voidings(case)[-1], "same_as") if text_at(case, "status") == VOID else ""


def taken_back(case: Body, requests: Body, on: date, reason: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The case and its requests as they were before the case was made void, and why it was not right."""
    *earlier, last = _voidings(case)
    last |= {"taken_back_on": on.isoformat(), "reason": reason}
    changed = {**case, "status": last["was"], "voidings": [*earlier, last]}
    return changed, {key: value for key, value in requests.items() if key != VOID}


def words(case: Body) -> str:
    """Since when a case is void, and why; empty for any other."""
    if text_at(case, "status") != VOID:
        return ""
    last = _voidings(case)[-1]
    over = f", to which what it had went over on {last['carried_over']}" if "carried_over" in last else ""
    return f"void since {last['on']}: {WORDS[last['why']].format(last.get('same_as', ''))}{over}; it is counted nowhere"


def refuse_void(case: Body) -> None:
    """Stop where a case is void. Raises: ConditionsNotMet."""
    if text_at(case, "status") == VOID:
        other = became(case)
        here = f"Record it in {other}, to which what this case had went over. " if other else ""
        raise ConditionsNotMet(
            "The case is void; nothing was recorded.",
            [],
            f"{here}Where it should count after all: cdr reopen REF --reason REASON",
        )


def _voidings(case: Body) -> list[dict[str, Any]]:
    return [dict(item) for _, item in items_at(case, "voidings")]
