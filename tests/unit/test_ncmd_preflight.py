"""Before 31 March: which reviews and notifications of a year are complete, and what is still to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from unit.domain_data import changed, example
from unit.ncmd_cases import MINIMUM, asked, found

from cdr.documents.tables.ncmd_preflight import text as preflight_text
from cdr.documents.tables.ncmd_preflight import to_json as preflight_json
from cdr.domain.ncmd.ncmd_minimum import (
    analysis_extract,
    notification_extract,
)
from cdr.domain.ncmd.ncmd_preflight import LATE, NO_DATE, NOT_PASSED_ON


# ---- 31 March --------------------------------------------------------------------------------------------------------
def facts(notified: str = "2026-01-09", reviewed: str = "", **more: Any) -> dict[str, Any]:
    case = {
        "status": more.get("status", "open"),
        "reviews": [{"stage": "ratified_cdop", "on": reviewed}] if reviewed else [],
    }
    case["reopenings"] = [{"on": on} for on in more.get("reopened", ())]
    ncmd = {
        "missing": more.get("missing", []),
        "told": more.get("told", True),
        "told_on": more.get("told_on", notified),
    }
    kinds = {
        "case": case,
        "notification": {"facts": {"notified_on": notified}, "ncmd": ncmd},
        "requests": more.get("requests", {"requests": []}),
    }
    return kinds | (
        {"analysis": {"stage": "ratified_cdop", "ncmd": {"missing": more.get("analysis", [])}}} if reviewed else {}
    )


@pytest.mark.parametrize(
    ("reviewed", "reviews", "opened", "later"),
    [
        ("2025-03-31", [], [], 0),
        ("2025-04-01", ["x"], [], 0),
        ("2026-03-31", ["x"], [], 0),
        ("2026-04-01", [], ["x"], 1),
        ("", [], ["x"], 0),
    ],
)
def test_a_review_belongs_to_the_year_in_which_it_was_ratified(
    reviewed: str, reviews: list[str], opened: list[str], later: int
) -> None:
    preflight = found(x=facts("2024-12-02", reviewed))
    assert ([one.case for one in preflight.reviews], [one.case for one in preflight.open]) == (reviews, opened)
    assert preflight.reviewed_later == later


@pytest.mark.parametrize(("notified", "opened", "later"), [("2026-03-31", 1, 0), ("2026-04-01", 0, 1)])
def test_who_was_notified_later_can_wait(notified: str, opened: int, later: int) -> None:
    preflight = found(x=facts(notified))
    assert (len(preflight.open), preflight.notified_later) == (opened, later)
    assert ("1 case notified after 2026-03-31" in preflight_text(preflight, {})) is bool(later)


@pytest.mark.parametrize(
    ("more", "reviews", "opened"),
    [
        ({"reopened": ["2026-03-01"]}, 0, 1),
        ({"reopened": ["2026-03-31"]}, 0, 1),
        ({"reopened": ["2026-04-01"]}, 1, 0),
        ({"reopened": ["2026-03-01"], "status": "closed"}, 1, 0),
        ({"reopened": ["2025-09-01"]}, 1, 0),
    ],
)
def test_a_case_that_was_opened_again_is_open(more: Any, reviews: int, opened: int) -> None:
    preflight = found(x=facts("2025-05-05", "2026-01-20", **more))
    assert (len(preflight.reviews), len(preflight.open)) == (reviews, opened)


@pytest.mark.parametrize(
    ("more", "missing"),
    [
        ({}, ()),
        ({"missing": ["child.sex"]}, ("child.sex",)),
        ({"analysis": ["domains.A.relevance"]}, ("domains.A.relevance",)),
        ({"requests": asked(police="outstanding")}, ("requests.police",)),
        ({"requests": asked(police="waived")}, ()),
    ],
)
def test_a_review_of_the_year_is_complete_or_to_do(more: Any, missing: tuple[str, ...]) -> None:
    preflight = found(x=facts("2025-05-05", "2026-01-20", **more))
    assert preflight.reviews[0].missing == missing and preflight.to_do == bool(missing)


@pytest.mark.parametrize(
    ("told", "missing", "to_do"), [(True, [], 0), (False, [], 1), (True, ["child.sex"], 1), (False, ["child.sex"], 1)]
)
def test_an_open_case_is_in_or_to_do(told: bool, missing: list[str], to_do: int) -> None:
    assert found(x=facts(told=told, missing=missing)).to_do == to_do


@pytest.mark.parametrize(
    ("more", "as_of", "why"),
    [
        ({"told_on": "2026-01-11"}, "2026-02-20", ""),
        ({"told_on": "2026-01-12"}, "2026-02-20", LATE),
        ({"told": False, "told_on": None}, "2026-02-20", NOT_PASSED_ON),
        ({"told": False, "told_on": None}, "2026-01-12", NOT_PASSED_ON),
        ({"told": False, "told_on": None}, "2026-01-11", ""),
        ({"told": True, "told_on": None}, "2026-02-20", NO_DATE),
    ],
)
def test_the_limit_of_48_hours(more: Any, as_of: str, why: str) -> None:
    assert [one.why for one in found(as_of, x=facts("2026-01-09", **more)).slow] == ([why] if why else [])


@pytest.mark.parametrize(("notified", "count"), [("2025-03-31", 0), ("2025-04-01", 1)])
def test_the_limit_is_looked_at_for_the_year_s_notifications(notified: str, count: int) -> None:
    assert len(found(x=facts(notified, told=False, told_on=None)).slow) == count


def test_the_text_says_what_to_do_what_to_check_and_what_can_wait() -> None:
    preflight = found(
        a=facts("2025-05-05", "2026-01-20", analysis=["category.primary"]), b=facts("2025-05-05", "2026-01-20"),
        c=facts(told=False, told_on=None), d=facts(),
    )  # fmt: skip
    written = preflight_text(preflight, {"category.primary": "Primary category"})
    to_do, to_check = written.split("To check there")
    assert "To do: 2 cases" in to_do and "Can wait" in to_check and "39 days from today" in to_do
    assert "category.primary  Primary category" in to_check and max(map(len, written.splitlines())) <= 125
    assert preflight_json(preflight)["to_do"] == 2
    assert "1 day from today" in preflight_text(found("2026-03-30"), {}) and "has passed" in preflight_text(
        found("2026-04-01"), {}
    )
    assert "Nothing that this store can tell." in preflight_text(found(), {})


def canaries(body: Any) -> Any:
    """The same document in which every text is one that would be recognised anywhere."""
    if isinstance(body, Mapping):
        kept = ("date", "on", "status", "party", "stage", "notified_at", "date_of_birth")
        return {
            key: value if key in kept and isinstance(value, str) else canaries(value) for key, value in body.items()
        }
    return [canaries(one) for one in body] if isinstance(body, list) else "CANARY" if isinstance(body, str) else body


def test_the_index_keeps_keys_and_no_value() -> None:
    form = {
        **canaries(example("form-a-sudi")),
        "informed": [{"party": "ncmd", "status": "informed", "on": "2026-01-10", "person": "CANARY"}],
    }
    kept = notification_extract(form, MINIMUM)
    assert kept == {"missing": [], "told": True, "told_on": "2026-01-10"}
    assert notification_extract(changed(form, "child.sex", ...), MINIMUM)["missing"] == ["child.sex"]
    for status in ("not_informed", "not_known"):
        told = [{"party": "ncmd", "status": status, "on": "2026-01-10"}, {"party": "gp", "status": "informed"}]
        assert notification_extract({**form, "informed": told}, MINIMUM) == {
            "missing": [],
            "told": False,
            "told_on": None,
        }
    draft = changed(canaries(example("form-c-sudi")), "learning_points", ...)
    assert analysis_extract(draft, MINIMUM) == {"missing": ["learning_points"]}
