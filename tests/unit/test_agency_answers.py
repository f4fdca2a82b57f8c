"""How each agency answers: counts and days by the year of the request."""

from __future__ import annotations

import csv
import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.domain_data import known, policy

from cdr.app import rules
from cdr.documents.tables.agencies import FORMATS, render
from cdr.domain.asking.requests import answer, ask
from cdr.errors import WrongUsage
from cdr.statistics.agency_answers import Answers, answers
from cdr.statistics.facts import case_facts
from cdr.statistics.tally import tally

ON = date(2026, 5, 1)
WHO, STATUS = st.sampled_from(["a-one", "b-two", "gone"]), st.sampled_from(["outstanding", "returned", "nil", "waived"])
NAMES = {"b-two": "Second", "a-one": "=First"}


def request(agency: str, on: str, status: str = "outstanding", answered: str | None = None) -> dict[str, Any]:
    return {"agency": agency, "requested_on": on, "status": status, "answered_on": answered}


def counted(*requests: dict[str, Any], year: str | None = None, prompts: Any = ()) -> list[Answers]:
    return answers(
        [known(requests={"requests": list(requests)}, prompts={"prompts": list(prompts)})],
        NAMES,
        (),
        ON,
        policy(),
        year,
    )


def test_each_year_is_that_of_the_request() -> None:
    rows = counted(
        request("a-one", "2026-03-31", "returned", "2026-04-10"),
        request("b-two", "2026-04-01"),
        request("gone", "2020-05-05", "nil", "2020-05-05"),
    )
    assert [(row.agency, row.name, row.year) for row in rows] == [
        ("b-two", "Second", "2026/27"),
        ("a-one", "=First", "2025/26"),
        ("gone", "gone", "2020/21"),
    ]
    assert [row.median for row in rows] == [None, 10.0, 0.0]
    assert [
        row.agency for row in counted(request("a-one", "2026-03-31"), request("b-two", "2026-04-01"), year="2025/26")
    ] == ["a-one"]
    with pytest.raises(WrongUsage):
        counted(year="2025")


def test_each_state_is_counted_once() -> None:
    states = [("returned", "2026-02-01"), ("nil", "2026-01-05"), ("waived", "2026-01-09")]
    requests = [request("a-one", "2026-01-02", status, answered) for status, answered in states]
    [row] = counted(*requests, request("a-one", "2026-03-01"))
    assert (row.asked, row.returned, row.nil, row.waived, row.outstanding, row.overdue) == (4, 1, 1, 1, 1, 1)
    assert row.median == 16.5, "a waiver is no answer"


@pytest.mark.parametrize(("asked", "overdue"), [("2026-04-17", 1), ("2026-04-18", 0)])
def test_overdue_from_the_day_of_the_first_prompt(asked: str, overdue: int) -> None:
    assert counted(request("a-one", asked))[0].overdue == overdue


def test_an_escalation_belongs_to_the_request_it_was_for() -> None:
    sent = {"agency": "a-one", "level": "escalation", "due_on": "2026-03-24", "sent_on": "2026-03-24"}
    assert counted(request("a-one", "2026-01-12"), prompts=[sent])[0].escalated == 1
    assert counted(request("a-one", "2026-04-01"), prompts=[sent])[0].escalated == 0, (
        "it was for an earlier request, since waived"
    )
    assert counted(request("b-two", "2026-01-12"), prompts=[sent])[0].escalated == 0
    assert counted(request("a-one", "2026-01-12"), prompts=[{**sent, "sent_on": None}])[0].escalated == 0


@pytest.mark.parametrize(("days", "expected"), [([1, 2, 3, 4], (2.5, None, None)), ([1, 2, 3, 4, 10], (3.0, 2.0, 4.0))])
def test_quartiles_from_five_answers(days: list[int], expected: tuple[float | None, ...]) -> None:
    start = date(2026, 1, 1)
    [row] = counted(
        *(request("a-one", "2026-01-01", "returned", (start + timedelta(days=n)).isoformat()) for n in days)
    )
    assert (row.median, row.lower, row.upper) == expected


@settings(deadline=None, max_examples=many(40))
@given(st.lists(st.tuples(WHO, st.dates(date(2020, 1, 1), date(2026, 4, 30)), STATUS, st.integers(0, 400))))
def test_nothing_is_lost_and_nothing_counted_twice(drawn: list[tuple[str, date, str, int]]) -> None:
    rows = counted(
        *(
            request(
                who, on.isoformat(), status, None if status == "outstanding" else (on + timedelta(days=n)).isoformat()
            )
            for who, on, status, n in drawn
        )
    )
    assert sum(row.asked for row in rows) == len(drawn)
    assert all(
        row.asked == row.returned + row.nil + row.waived + row.outstanding and row.overdue <= row.outstanding
        for row in rows
    )
    assert all(
        row.lower <= row.median <= row.upper
        for row in rows
        if row.lower is not None and row.median is not None and row.upper is not None
    )


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_has_every_agency_and_the_warning(format_: str) -> None:
    text = render(
        counted(request("a-one", "2026-01-02", "nil", "2026-01-03"), request("gone", "2026-01-02")), ON, format_
    )
    assert "a-one" in text and "gone" in text
    assert ("Not for publication" in text) == (format_ != "csv")
    if format_ == "json":
        assert json.loads(text)["schema"] == "cdr-agencies/1"
    if format_ == "csv":
        rows = list(csv.DictReader(StringIO(text)))
        assert rows[0]["name"] == "'=First", "no spreadsheet takes a name for a formula"
        assert [row["median days"] for row in rows] == ["1", ""]


def test_nobody_was_asked() -> None:
    assert render([], ON, "table") == "No agency has been asked."


def test_it_counts_the_children_whom_the_tables_count() -> None:
    def child(authority: str | None, counted: bool = True) -> Any:
        told = {"facts": {"notified_on": "2026-01-01", "local_authority": authority, "counted": counted}}
        return known(requests={"requests": [request("a-one", "2026-01-02")]}, notification=told)

    cases = [child("Northshire"), child("northshire "), child("Elsewhere"), child(None), child("Northshire", False)]
    [row] = answers(cases, NAMES, ["Northshire"], ON, policy())
    made = tally(
        [one for case in cases if (one := case_facts(case))],
        "Area",
        ["Northshire"],
        NAMES,
        "2025/26",
        1,
        rules("bands"),
    )
    assert row.asked == made.table("returns.agency").total[0].of == 2


def test_asking_again_after_a_waiver_leaves_the_first_request_in_its_year() -> None:
    first = ask({}, ["a-one"], date(2025, 3, 1))
    waived = answer(first, "a-one", "waived", date(2025, 5, 1))
    again = ask(waived, ["a-one"], date(2026, 4, 2))

    def rows(ledger: Any) -> dict[str, tuple[int, int]]:
        found = answers([known(requests=ledger)], NAMES, (), ON, policy())
        return {row.year: (row.asked, row.waived) for row in found}

    assert rows(waived) == {"2024/25": (1, 1)}
    assert rows(again) == {"2024/25": (1, 1), "2026/27": (1, 0)}
    assert rows(answer(again, "a-one", "returned", date(2026, 4, 9))) == {"2024/25": (1, 1), "2026/27": (1, 0)}
    twice = ask(answer(again, "a-one", "waived", date(2026, 4, 9)), ["a-one"], date(2026, 4, 20))
    assert rows(twice) == {"2024/25": (1, 1), "2026/27": (2, 1)}
