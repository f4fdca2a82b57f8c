"""Whether the panel still waits before it looks at a case again, whatever was recorded in which order."""

from __future__ import annotations

from typing import Any

from cdr.domain.case.deferrals import deferred_by, standing_deferral, with_deferral, without_deferral

FIRST, SECOND = "P2026-04-14", "P2026-06-17"


def meets(*panels: str) -> list[dict[str, Any]]:
    return [{"kind": "panel_date", "on": one[1:], "panel": one} for one in panels]


def put_off(panel: str, until: str = "2026-09-01") -> dict[str, Any]:
    return {"panel": panel, "on": panel[1:], "until": until, "waiting_for": "people", "text": "x", "by": "y"}


def standing(case: dict[str, Any]) -> str:
    found = standing_deferral(case)
    return found.panel if found else ""


def test_the_meeting_that_has_the_case_says_whether_it_waits() -> None:
    assert standing({}) == standing({"milestones": meets(FIRST)}) == ""
    case = {"milestones": meets(FIRST, SECOND), "deferrals": [put_off(FIRST)]}
    assert standing(case) == "" and standing({**case, "milestones": meets(FIRST)}) == FIRST
    assert standing({**case, "milestones": []}) == FIRST, "the day of the meeting was taken back by hand"
    both = {**case, "deferrals": [put_off(SECOND), put_off(FIRST)]}
    assert standing(both) == SECOND, "that of the first was recorded late"


def test_a_ratified_review_ends_it_and_a_later_meeting_may_defer_again() -> None:
    review = {"on": "2026-04-14", "stage": "ratified_cdop"}
    case = {"milestones": meets(FIRST), "deferrals": [put_off(FIRST)], "reviews": [review]}
    assert standing(case) == "", "ratified all the same"
    assert standing({**case, "reviews": [{**review, "on": "2026-04-13"}]}) == FIRST
    assert standing({**case, "reviews": [{**review, "stage": "draft_cdrm"}]}) == FIRST
    again = {**case, "milestones": meets(FIRST, SECOND), "deferrals": [put_off(FIRST), put_off(SECOND)]}
    assert standing(again) == SECOND


def test_what_a_meeting_says_last_counts_and_it_can_be_taken_back() -> None:
    case: dict[str, Any] = {"deferrals": [put_off(FIRST), put_off(SECOND)]}
    one = deferred_by({"deferrals": [put_off(FIRST, "2026-12-01")]}, FIRST)
    assert one is not None and one.words == "somebody who must be there"
    changed = with_deferral(case, one, "z")
    assert [(item["panel"], item["until"], item["by"]) for item in changed["deferrals"]] == [
        (SECOND, "2026-09-01", "y"), (FIRST, "2026-12-01", "z"),
    ]  # fmt: skip
    assert without_deferral(changed, FIRST)["deferrals"] == [put_off(SECOND)]
