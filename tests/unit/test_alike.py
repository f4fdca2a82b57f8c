"""Cases at rest that stand ready in the order of a list: with all others between them the table is the one that is made of each case."""

from __future__ import annotations

import json
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.documents import fitting
from cdr.documents.fitting import Run
from cdr.domain.process.alike import Alike, in_order, kept_apart
from cdr.domain.process.listing import Listed, in_order_of_days, of_kept_row

HEADERS = ("case", "notified", "stage", "waiting for")
PASSED_OVER, WAITS, ASKED = [["Not met."], [], [], [], []], [[], ["closing"], [], [], []], [[], [], ["a-one"], [], []]
days = st.dates().map(lambda day: day.isoformat())
references = st.text("0123456789ABC", min_size=4, max_size=4).map(lambda end: f"2025-{end}")
rows = st.tuples(
    days, st.sampled_from([[], [], PASSED_OVER, WAITS, ASKED]), st.sampled_from(["closed", "closed", "reviewed"])
)


def kept(day: str, more: list[Any], stage: str = "closed") -> list[Any]:
    return [day, None, None, stage, "Northshire", 4, *more]


def busy(case: str, day: str) -> Listed:
    return Listed(case, "waiting for returns", True, day, waiting_for=("inquest and all that follows",))


def cells(row: Listed) -> tuple[str, ...]:
    return row.case, row.notified_on, row.stage, ", ".join(row.waiting_for) or "-"


def shown(row: Listed | Alike) -> tuple[str, ...] | Run:
    return Run(row.text, (row.stage, "-")) if isinstance(row, Alike) else cells(row)


@settings(deadline=None, max_examples=many(60))
@given(
    st.dictionaries(references, rows, max_size=9),
    st.dictionaries(references, days, max_size=5),
    st.sampled_from([0, 40, 60, 90]),
)
def test_the_table_is_that_of_each_case(resting: dict[str, Any], at_work: dict[str, str], columns: int) -> None:
    found = {case: kept(day, more, stage) for case, (day, more, stage) in resting.items()}
    others = [busy(case, day) for case, day in at_work.items() if case not in found]
    apart = json.loads(json.dumps(kept_apart(found)))
    put_between = in_order([*others, *(of_kept_row(*one) for one in apart["others"].items())], apart["alike"])
    each = sorted([*others, *(of_kept_row(*one) for one in found.items())], key=in_order_of_days)
    told = fitting.table([*map(shown, put_between)], HEADERS, columns)
    assert told == fitting.table([*map(cells, each)], HEADERS, columns)
    assert [*dict.fromkeys(row.stage for row in put_between)] == [*dict.fromkeys(row.stage for row in each)]


def test_only_what_says_nothing_more_is_alike() -> None:
    found = {
        "2025-000B": kept("2025-04-02", []),
        "2025-000A": kept("2025-04-02", ASKED),
        "2025-000C": kept("2025-04-01", PASSED_OVER),
        "2025-000D": kept("2025-04-01", WAITS),
        "2025-000E": kept("2025-04-01", [], "reviewed"),
        "2024-000F": kept("2025-04-01", []),
    }
    apart = kept_apart(found)
    assert apart["alike"].split("\n") == ["2024-000F 2025-04-01", "2025-000A 2025-04-02", "2025-000B 2025-04-02"]
    assert [*apart["others"]] == ["2025-000C", "2025-000D", "2025-000E"]


@pytest.mark.parametrize("row", [kept("", []), [None, *kept("", [])[1:]]])
def test_a_case_without_its_day_stands_apart_and_is_told(row: list[Any]) -> None:
    assert kept_apart({"2025-000A": row}) == {"alike": "", "others": {"2025-000A": row}}


def test_where_all_are_alike_and_where_none_is() -> None:
    assert in_order([], "") == []
    assert in_order([busy("2025-000A", "2025-04-01")], "") == [busy("2025-000A", "2025-04-01")]
    assert in_order([], "2025-000A 2025-04-01") == [Alike("2025-000A 2025-04-01")]
