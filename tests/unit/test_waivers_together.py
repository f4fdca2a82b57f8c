"""Two people's answers of one agency put together: the reason for a waiver stands as long as the waiver does."""

from __future__ import annotations

from typing import Any

from cdr.domain.merging.waivers import that_stand

POLICE = "northshire-police"
WAIVER = {"agency": POLICE, "on": "2026-01-20", "reason": "Never knew the family"}


def ledger(status: str, on: str | None = None, **more: Any) -> dict[str, Any]:
    item = {"agency": POLICE, "requested_on": "2026-01-10", "status": status, "answered_on": on, **more}
    return {"schema": "requests/1", "requests": [item]}


def case(*waivers: dict[str, str]) -> dict[str, Any]:
    return {"schema": "case/1", "waivers": list(waivers)}


def left(stands: dict[str, Any], own: dict[str, Any], before: dict[str, Any] | None = None) -> Any:
    """What is left of a case with the waiver, whose recorder had `own` and the other a nil return."""
    other = (case(), ledger("nil", "2026-01-21"))
    for sides in ([(case(WAIVER), own), other], [other, (case(WAIVER), own)]):
        made = that_stand(case(WAIVER), before or case(), stands, sides)
    return made["waivers"]


def test_a_waiver_that_lost_takes_its_reason_along() -> None:
    assert left(ledger("nil", "2026-01-21"), ledger("waived", "2026-01-20")) == []


def test_one_that_stands_keeps_it() -> None:
    assert left(ledger("waived", "2026-01-20"), ledger("waived", "2026-01-20")) == [WAIVER]


def test_of_two_waivers_on_two_days_the_one_that_stands_keeps_its_own() -> None:
    later = {**WAIVER, "on": "2026-01-22"}
    sides = [(case(WAIVER), ledger("waived", "2026-01-20")), (case(later), ledger("waived", "2026-01-22"))]
    assert that_stand(case(WAIVER, later), case(), ledger("waived", "2026-01-22"), sides)["waivers"] == [later]


def test_an_agency_that_was_asked_again_was_waived_before() -> None:
    earlier = [{"requested_on": "2026-01-05", "answered_on": "2026-01-20"}]
    assert left(ledger("nil", "2026-01-21", earlier=earlier), ledger("outstanding", earlier=earlier)) == [WAIVER]


def test_what_both_knew_before_stays() -> None:
    assert left(ledger("nil", "2026-01-21"), ledger("waived", "2026-01-20"), case(WAIVER)) == [WAIVER]


def test_an_answer_that_came_after_the_waiver_keeps_it() -> None:
    assert left(ledger("returned", "2026-01-25"), ledger("returned", "2026-01-25")) == [WAIVER]
