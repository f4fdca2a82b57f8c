"""What `cdr edit` says was changed: each field once, and none that still holds something."""

from __future__ import annotations

from typing import Any

from cdr.domain.case.differences import differences

NONE: dict[str, Any] = {"family": {"siblings": []}}
ONE: dict[str, Any] = {"family": {"siblings": [{"name": "Sam Testcase", "relationship": "twin"}]}}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one.how, one.path) for one in differences(before, after)]


def test_an_empty_list_that_is_filled_is_not_said_to_be_removed() -> None:
    assert told(NONE, ONE) == [("added", "family.siblings.0.name"), ("added", "family.siblings.0.relationship")]


def test_a_list_that_is_emptied_is_not_said_to_be_added() -> None:
    assert told(ONE, NONE) == [("removed", "family.siblings.0.name"), ("removed", "family.siblings.0.relationship")]


def test_an_empty_list_that_comes_or_goes_is_told() -> None:
    assert told({"family": {}, "note": "a"}, {**NONE, "note": "a"}) == [("added", "family.siblings")]
    assert told({**NONE, "note": "a"}, {"note": "a"}) == [("removed", "family.siblings")]
