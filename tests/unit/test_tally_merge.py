"""Several areas' tallies added up: the sum of the tables is the tally of all the cases together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.test_export import cases
from unit.test_tally import AGENCIES, BANDS

from cdr.statistics.facts import CaseFacts
from cdr.statistics.merging import left_out, merge_problems, merged
from cdr.statistics.public_tally import public_edition
from cdr.statistics.rounding import ROUND, Method
from cdr.statistics.tables import INTERNAL, PUBLIC, SHARES, Table, Tally, percent
from cdr.statistics.tally import Choice, tally
from cdr.statistics.tally_json import from_json, to_json

AREAS = {"North": ["Northshire"], "South": ["Southtown"]}
TABLES = tuple(
    table
    for table in (*BANDS["tables"], *BANDS["more_tables"])
    if "rate" not in table and table != "notifications.age_and_sex"
)


def of(area: str, known: list[CaseFacts], authorities: list[str], year: str = "2023/24", **choice: Any) -> Tally:
    made = tally(known, area, authorities, AGENCIES, year, 2, BANDS, Choice(tuple(TABLES), **choice))
    back = from_json(to_json(made))
    assert to_json(back) == to_json(made)
    return back


def numbers(table: Table) -> dict[str, list[tuple[int | None, int | None, float | None]]]:
    rows = {row.label: [(one.n, one.of, one.percent) for one in row.cells] for row in table.rows}
    return {
        **{label: found for label, found in rows.items() if any(n for n, _, _ in found)},
        "": [(one.n, one.of, one.percent) for one in table.total],
    }


@settings(max_examples=many(25))
@given(st.integers(1, 80), st.integers(0, 1000))
def test_the_sum_is_the_tally_of_all_cases(n: int, seed: int) -> None:
    known = cases(n, seed)
    apart = [of(area, [one for one in known if one.local_authority in homes], homes) for area, homes in AREAS.items()]
    if any(one.tables[0].total[i].n is None for one in apart for i in (0, 1)):
        return  # of an area without a case nothing is known
    whole, together = merged(apart), of("Both", known, ["Northshire", "Southtown"])
    assert (whole.area, whole.years) == ("North, South", together.years)
    for table in whole.tables:
        if not table.id.startswith(("non_residents", "open")):
            assert numbers(table) == numbers(together.table(table.id)), table.id
    assert {"reviews.times", "notifications.times"} <= set(left_out(apart))


def test_what_one_area_does_not_know_the_sum_does_not_know() -> None:
    known = cases(40)
    north, south = (of(area, known, homes) for area, homes in AREAS.items())
    table = south.table("notifications.sex")
    hidden = replace(
        table,
        rows=tuple(
            replace(row, cells=(replace(row.cells[0], n=None, percent=None, hidden=True), row.cells[1]))
            for row in table.rows
        ),
    )
    whole = merged([north, replace(south, tables=(hidden,))]).table("notifications.sex")
    assert all(row.cells[0].n is None and row.cells[0].hidden for row in whole.rows)
    assert all(row.cells[1].n is not None for row in whole.rows)


def test_tallies_of_other_years_or_of_one_area_twice_are_told() -> None:
    known = cases(20)
    north, other = of("North", known, ["Northshire"]), of("North", known, ["Southtown"], year="2022/23")
    told = list(merge_problems({"a.json": north, "b.json": other}))
    assert [file for file, _ in told][:2] == ["b.json", "b.json"]
    assert "2021/22" in told[0][1] and "same area as a.json" in told[1][1]


def test_a_sum_is_for_publication_only_where_every_part_is() -> None:
    known = cases(60)
    inside = [of(area, known, homes) for area, homes in AREAS.items()]
    outside = [public_edition(one, (), (), Method()).tally for one in inside]
    for parts, edition in (
        (outside, PUBLIC),
        (inside, INTERNAL),
        ((outside[0], inside[1]), INTERNAL),
        ((inside[0], outside[1]), INTERNAL),
    ):
        assert merged(parts).edition == edition
    assert list(merge_problems(dict(zip("ab", outside, strict=True)))) == []


def test_what_is_rounded_is_not_added_up() -> None:
    known = cases(60)
    inside = [of(area, known, homes) for area, homes in AREAS.items()]
    outside = [public_edition(one, (), (), Method(ROUND)).tally for one in inside]
    for parts, files in (((inside[0], outside[1]), ["b"]), ((outside[0], inside[1]), ["a"]), (outside, ["a", "b"])):
        told = list(merge_problems(dict(zip("ab", parts, strict=True))))
        assert [file for file, _ in told] == files and all("rounded" in why for _, why in told)


def test_percentages_are_worked_out_anew() -> None:
    known = cases(60)
    apart = [of(area, known, homes) for area, homes in AREAS.items()]
    for table in merged(apart).tables:
        for row in table.rows:
            for one in row.cells:
                if one.percent is not None and one.n is not None and table.id not in SHARES and one.rate is None:
                    assert one.percent == percent(one.n, one.whole or 0)
