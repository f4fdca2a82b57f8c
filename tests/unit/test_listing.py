"""Which cases a list shows, in which order, and since when each waits."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import configuration, known, policy
from unit.test_today import asked, case, gate

from cdr.domain.case.case import STAGES
from cdr.domain.process.listing import (
    SORTS,
    Listed,
    Wanted,
    authorities_named,
    chosen,
    kept_row,
    listed,
    of_kept_row,
    ratified_on,
    waiting_since,
)
from cdr.errors import NotAuthentic

ON = date(2026, 3, 1)
ANSWERED = {
    "requests": [{"agency": "a-one", "requested_on": "2026-01-12", "status": "returned", "answered_on": "2026-02-03"}]
}


def row(
    ref: str = "2026-AAAA", body: Any = None, ledger: Any = None, authority: str | None = "Northshire", **facts: Any
) -> Listed:
    told = {"notified_on": "2026-01-09", "died": "2026-01-08", "local_authority": authority, **facts}
    return listed(known(ref, case=body or case(), requests=ledger, notification={"facts": told}), ON, policy())


def refs(rows: list[Listed], wanted: Wanted, order: str = "reference") -> list[str]:
    return [one.case for one in chosen(rows, wanted, order, ON)]


@pytest.mark.parametrize(
    ("body", "ledger", "analysis", "since"),
    [
        (case(), {}, None, "2026-01-09"),
        (case(gates=[gate("inquest", opened_on="2026-01-20")]), asked("a-one"), None, "2026-01-12"),
        (
            case(gates=[gate("inquest", opened_on="2026-01-20"), gate("pmrt", opened_on="2026-01-15")]),
            ANSWERED,
            None,
            "2026-01-15",
        ),
        (case(gates=[{**gate("inquest"), "opened_on": None}]), ANSWERED, None, None),
        (
            case(gates=[{**gate("inquest"), "status": "closed", "closed_on": "2026-02-10"}]),
            ANSWERED,
            None,
            "2026-02-10",
        ),
        (
            case(gates=[{**gate("inquest"), "status": "waived", "waived_on": "2026-02-12"}]),
            ANSWERED,
            None,
            "2026-02-12",
        ),
        (case(), ANSWERED, None, "2026-02-03"),
        (case(reviews=[{"on": "2026-02-20", "stage": "draft"}]), ANSWERED, {"stage": "draft"}, "2026-02-20"),
        (
            case(reviews=[{"on": "2026-02-21", "stage": "ratified_cdop"}]),
            ANSWERED,
            {"stage": "ratified_cdop"},
            "2026-02-21",
        ),
        (case(reopenings=[{"on": "2026-03-02"}]), ANSWERED, None, "2026-03-02"),
        (
            case(reviews=[{"on": "2026-02-21", "stage": "ratified_cdop"}], reopenings=[{"on": "2026-03-02"}]),
            ANSWERED,
            {"stage": "draft"},
            "2026-03-02",
        ),
        (case(status="closed"), asked("a-one"), None, None),
    ],
)
def test_since_when_a_case_waits(body: Any, ledger: Any, analysis: Any, since: str | None) -> None:
    found = waiting_since(known(case=body, requests=ledger, analysis=analysis))
    assert (found.isoformat() if found else None) == since


def test_a_notification_without_its_day_is_told() -> None:
    with pytest.raises(NotAuthentic, match="2026-AAAA"):
        row(notified_on=None)


def test_what_is_overdue_and_the_next_step() -> None:
    found = row(body=case(("T03", "2026-02-28"), ("T14", "2026-04-08")), ledger=asked("a-one", on="2026-02-15") | {})
    assert found.overdue == ("return from a-one", "Step T03")
    assert found.next and (found.next.clock, found.next.when) == ("T03", "overdue")
    calm = row(body=case(("T14", "2026-04-08")), ledger=asked("a-one", on="2026-02-16"))
    assert calm.overdue == () and calm.next and calm.next.due == date(2026, 3, 2)
    assert row(body=case(("T03", "2026-02-28"), status="closed")).overdue == ()


def test_every_filter_both_ways() -> None:
    rows = [
        row("2026-AAAA", case(gates=[gate("inquest")]), asked("a-one", on="2026-02-01")),
        row("2026-BBBB", case(gates=[gate("psii_serious_incident")]), ANSWERED, "SOUTHTOWN"),
        row("2026-CCCC", case(status="closed"), ANSWERED, "Elsewhere"),
        row("2026-DDDD", case(), asked("b-two", on="2026-02-20"), None),
    ]
    assert refs(rows, Wanted()) == ["2026-AAAA", "2026-BBBB", "2026-CCCC", "2026-DDDD"]
    assert refs(rows, Wanted(only_open=True)) == ["2026-AAAA", "2026-BBBB", "2026-DDDD"]
    assert refs(rows, Wanted(overdue=True)) == ["2026-AAAA"]
    assert refs(rows, Wanted(stages=("closed", "waiting for other processes"))) == ["2026-BBBB", "2026-CCCC"]
    assert refs(rows, Wanted(agency="a-one")) == ["2026-AAAA", "2026-BBBB", "2026-CCCC"]
    assert refs(rows, Wanted(agency="a-one", waiting_for="returns")) == ["2026-AAAA"]
    assert refs(rows, Wanted(agency="a-one", overdue=True)) == ["2026-AAAA"]
    assert refs(rows, Wanted(agency="b-two", overdue=True)) == []
    assert refs(rows, Wanted(waiting_for="returns")) == ["2026-AAAA", "2026-DDDD"]
    assert refs(rows, Wanted(waiting_for="inquest")) == ["2026-AAAA"]
    assert refs(rows, Wanted(waiting_for="patient-safety investigation")) == ["2026-BBBB"]
    assert refs(rows, Wanted(authorities=authorities_named("southtown", configuration()))) == ["2026-BBBB"]
    assert refs(rows, Wanted(authorities=authorities_named("Northshire and Southtown", configuration()))) == [
        "2026-AAAA",
        "2026-BBBB",
    ]


def test_every_order() -> None:
    rows = [
        row("2026-BBBB", case(opened_on="2026-01-01"), notified_on="2026-01-01", died="2025-12-24"),
        row("2026-AAAA", case(), ANSWERED, notified_on="2026-01-05", died=None),
        row("2026-CCCC", case(status="closed"), ANSWERED, notified_on="2025-06-01", died="2022-02-28"),
    ]
    assert refs(rows, Wanted(), "reference") == ["2026-AAAA", "2026-BBBB", "2026-CCCC"]
    assert refs(rows, Wanted(), "notified") == ["2026-CCCC", "2026-BBBB", "2026-AAAA"]
    assert refs(rows, Wanted(), "stage") == ["2026-BBBB", "2026-AAAA", "2026-CCCC"]
    assert refs(rows, Wanted(), "waiting") == ["2026-BBBB", "2026-AAAA", "2026-CCCC"]
    assert refs(rows, Wanted(), "age") == ["2026-CCCC", "2026-BBBB", "2026-AAAA"]


@settings(deadline=None, max_examples=many(40))
@given(
    order=st.sampled_from(SORTS),
    stages=st.lists(st.sampled_from(STAGES)),
    only_open=st.booleans(),
    overdue=st.booleans(),
)
def test_a_list_is_some_of_the_cases_each_once(order: str, stages: list[str], only_open: bool, overdue: bool) -> None:
    rows = [
        row(f"2026-{n:04}", case(("T03", "2026-02-28")) if n % 2 else case(status="closed"), asked("a-one"))
        for n in range(6)
    ]
    found = refs(rows, Wanted(only_open=only_open, overdue=overdue, stages=tuple(stages)), order)
    assert len(set(found)) == len(found) and set(found) <= {one.case for one in rows}


FOUND = {
    "stage": "ratified_cdop",
    "category": 4,
    "contributory_factors": ["smoking"],
    "modifiable_factors": ["smoking", "sleep"],
    "learning_themes": ["other"],
}


@pytest.mark.parametrize("analysis", [None, FOUND])
@pytest.mark.parametrize("died", [None, "2026-01-08"])
def test_the_row_of_a_case_at_rest_says_what_the_case_would_say(analysis: Any, died: str | None) -> None:
    override = {"reason": "x", "unmet": ["Another process is still open: inquest."]}
    body = case(
        status="closed",
        reviews=[{"on": "2026-02-21", "stage": "ratified_cdop", "override": override}],
        gates=[gate("inquest")],
    )
    told = {"notified_on": "2026-01-09", "died": died, "local_authority": "Northshire"}
    facts = known("2026-AAAA", case=body, requests=ANSWERED, notification={"facts": told}, analysis=analysis)
    kept = json.loads(json.dumps(kept_row(facts)))
    assert of_kept_row("2026-AAAA", kept) == listed(facts, ON, policy())
    assert ratified_on(kept) == "2026-02-21"
    with pytest.raises(NotAuthentic):
        of_kept_row("2026-AAAA", [None, *kept[1:]])


def test_a_letter_on_hold_and_what_the_panel_found_stand_in_the_list_and_can_be_asked_for() -> None:
    held = {
        "kind": "condolence",
        "recorded_on": "2026-02-01",
        "review_on": "2026-03-01",
        "answers": {"address_safe": {"answer": "no"}},
    }
    told = {"notified_on": "2026-01-09", "died": "2026-01-08"}
    facts = known("2026-AAAA", case=case(letter_gates=[held]), notification={"facts": told}, analysis=FOUND)
    one = listed(facts, ON, policy())
    assert one.letters_on_hold == ("condolence",)
    assert (one.category, one.factors, one.themes) == (4, ("smoking", "sleep"), ("other",))
    other = row("2026-BBBB")
    for wanted in (Wanted(category=4), Wanted(factor="sleep"), Wanted(theme="other")):
        assert refs([one, other], wanted) == ["2026-AAAA"]
    for wanted in (Wanted(category=5), Wanted(factor="water"), Wanted(theme="water")):
        assert refs([one, other], wanted) == []
