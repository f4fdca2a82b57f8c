"""Which rows of what was found stand on so few children that words must not name them."""

from __future__ import annotations

import pytest

from cdr.statistics.small_labels import FOUND, small_labels
from cdr.statistics.tables import NOT_KNOWN, Cell, Row, Table, Tally, cell


def of(table: str, **rows: tuple[Cell, ...]) -> Tally:
    made = tuple(Row(label, cells) for label, cells in rows.items())
    years = ("2021/22", "2022/23", "2023/24")[-len(made[0].cells) :]
    one = Table(table, "A table", "reviewed", years, made, tuple(cell(40, 40) for _ in years))
    return Tally("Northshire", years[-1], years, "internal", (one,))


@pytest.mark.parametrize("table", FOUND)
def test_few_are_one_alone_in_the_last_year_or_fewer_than_are_shown_in_all(table: str) -> None:
    tally = of(
        table, four=(cell(2, 40), cell(2, 40)), five=(cell(3, 40), cell(2, 40)), alone=(cell(30, 40), cell(1, 40)),
        before=(cell(1, 40), cell(30, 40)), none=(cell(0, 40), cell(0, 40)), unknown=(NOT_KNOWN, cell(4, 40)), gone=(cell(4, 40), NOT_KNOWN),
    )  # fmt: skip
    few, others = small_labels(tally, 5)
    assert few == {"four", "alone", "unknown", "gone"} and others == {"five", "before", "none"}
    assert small_labels(tally, 6)[0] == {*few, "five"}
    three = of(
        table,
        once=(cell(1, 40), cell(0, 40), cell(0, 40)),
        between=(cell(9, 40), cell(1, 40), cell(9, 40)),
        last=(cell(9, 40), cell(9, 40), cell(1, 40)),
    )
    assert small_labels(three, 5) == (frozenset({"once", "last"}), frozenset({"between"}))


def test_other_tables_name_nothing_that_was_found() -> None:
    assert small_labels(of("reviews.sex", Male=(cell(1, 40), cell(1, 40))), 5) == (frozenset(), frozenset())
