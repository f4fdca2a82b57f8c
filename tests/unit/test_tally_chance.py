"""What may be said of more and less, and what stands beside a figure: chance, breaks, and England."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from unit.tally_cases import BANDS, CASE, ENGLAND, SETTING, said, tallied, years_of

from cdr.documents.tables.tally import render
from cdr.statistics.reference import Figure, reference_problems
from cdr.statistics.tables import TOTAL
from cdr.statistics.tally import known_tables
from cdr.statistics.tally_json import to_json


def test_a_difference_that_chance_makes_is_not_called_one() -> None:
    table = tallied(*years_of(39, 38), n_years=2).table("notifications.local_authority")
    assert "2023/24 has 38, 2022/23 had 39. Chance alone often makes such a difference" in said(table)
    assert "these differ" not in said(table)


def test_a_difference_beyond_chance_is_called_by_its_direction() -> None:
    more = tallied(*years_of(10, 40), n_years=2).table("notifications.local_authority")
    assert "more than chance alone would make" in said(more) and "exact test of two counts, p under 0.001" in said(more)
    assert "these differ from 2022/23 by more than chance: Northshire (more)" in said(more)
    less = tallied(*years_of(40, 10), n_years=2).table("notifications.local_authority")
    assert "fewer than chance alone would make" in said(less) and "Northshire (less)" in said(less)


def test_a_share_is_compared_only_where_there_are_enough() -> None:
    few = [*years_of(5, 5), *years_of(4, 0, modifiable="no")]
    assert "too few to call it more or less" in said(tallied(*few, n_years=2).table("reviews.modifiable_by_authority"))
    many = [*years_of(10, 30), *years_of(30, 10, modifiable="no")]
    table = tallied(*many, n_years=2).table("reviews.modifiable_by_authority")
    assert "2023/24 has 30 of 40, 2022/23 had 10 of 40. This is a larger share than chance alone would make" in said(
        table
    )
    assert table.total[1].interval == (58.8, 87.3) and table.rows[0].cells[1].interval is None
    assert "30 of 40 in 2023/24 is 75.0%" in said(table) and "from 58.8% to 87.3%" in said(table)


def test_a_chart_needs_enough_years_and_names_what_is_outside() -> None:
    within = tallied(*years_of(30, 41, 35, 38, 33), n_years=5).table("notifications.local_authority")
    assert "All 5 numbers lie between 17.6 and 53.2" in said(within) and "provisional" in said(within)
    outside = tallied(*years_of(30, 31, 30, 38, 90), n_years=5).table("notifications.local_authority")
    assert "Outside the limits of 23.9 to 63.7" not in said(within)
    assert "Outside the limits" in said(outside) and "2023/24, whose limits are 23.9 to 63.7 (control" in said(outside)
    two = tallied(*years_of(5, 31, 30, 38, 90), n_years=5).table("notifications.local_authority")
    assert "2019/20, 2023/24, whose limits are 20.1 to 57.5 (control" in said(two), (
        "limits that several share stand once"
    )
    four = tallied(*years_of(31, 30, 38, 90), n_years=4).table("notifications.local_authority")
    assert "control chart" not in said(four)


def test_years_to_which_the_store_does_not_reach_back_are_no_zeros() -> None:
    made = tallied(*years_of(30, 41, 35, 38, 33), n_years=8).table("notifications.local_authority")
    assert [cell.n for cell in made.total][:3] == [None, None, None]
    assert "All 5 numbers lie between 17.6 and 53.2" in said(made)
    first = tallied(*years_of(30), n_years=2).table("notifications.local_authority")
    assert "2023/24 has 30, 2022/23 had 0" not in said(first)


def test_across_a_break_nothing_is_compared_and_the_break_is_shown() -> None:
    setting = replace(SETTING, breaks=(("2023/24", ("notifications",), "births at any gestation count from now on."),))
    made = tallied(*years_of(10, 40), n_years=2, setting=setting)
    table = made.table("notifications.local_authority")
    assert [(one.column, one.why) for one in table.breaks] == [
        ("2023/24", "births at any gestation count from now on.")
    ]
    assert "2023/24 is not compared with 2022/23" in said(table) and "more than chance alone" not in said(table)
    assert "// From 2023/24 on something else is counted than before: births at any gestation" in said(table)
    assert not made.table("reviews.sex").breaks
    only = replace(made, tables=(table,))
    assert "2022/23    //" in " ".join(render(only, "table").splitlines()[15:25]) or "//" in render(only, "table")
    assert "| 2022/23 | // | 2023/24 |" in render(only, "md")
    assert '<th scope="col">//</th>' in render(only, "html")
    assert to_json(only)["tables"][0]["breaks"] == [
        {"column": "2023/24", "why": "births at any gestation count from now on."}
    ]


def test_nothing_is_said_of_chance_where_there_is_one_year() -> None:
    table = tallied(CASE).table("notifications.local_authority")
    assert "chance" not in said(table)


# ---- England beside the area ---------------------------------------------------------------------------------------------


def test_england_stands_beside_with_its_year_and_release() -> None:
    table = tallied(CASE).table("deaths.rate")
    assert [(one.row, one.area, one.year, one.value, one.unit) for one in table.references] == [
        (TOTAL, "England", "2023/24", 29.8, "per_100000")
    ]
    assert "England 2023/24: National Child Mortality Database, child death review data release 2024." in said(table)
    assert "Beware" not in said(table)
    text = render(replace(tallied(CASE), tables=(table,)), "table")
    assert "England 2023/24" in text and "29.8 per 100,000" in text


def test_a_figure_of_another_year_comes_with_a_warning_and_one_of_a_later_year_not_at_all() -> None:
    later = tallied(CASE, year="2030/31").table("reviews.modifiable_by_authority")
    assert [(one.year, one.value) for one in later.references] == [("2024/25", 48.0)]
    assert "Beware: no figure of 2030/31 is known here." in said(later)
    assert tallied(CASE, year="2009/10").table("reviews.modifiable_by_authority").references == ()


def test_where_nothing_is_known_nothing_is_shown() -> None:
    for table in ("reviews.duration", "reviews.category", "reviews.place"):
        assert tallied(CASE, year="2024/25").table(table).references == ()


def test_of_several_releases_of_one_year_the_newest_stands_whatever_their_order() -> None:
    def figure(published: int, value: float) -> Figure:
        return Figure(
            "England",
            "died",
            "2020/21",
            value,
            "per_100000",
            f"release {published}",
            published,
            TOTAL,
            ("deaths.rate",),
        )

    both = (figure(2021, 25.5), figure(2023, 25.4))
    for known in (both, both[::-1]):
        table = tallied(CASE, year="2020/21", setting=replace(SETTING, figures=known)).table("deaths.rate")
        assert [(one.value, one.release) for one in table.references] == [(25.4, "release 2023")]


def test_a_figure_whose_row_the_table_has_not_is_said_under_it() -> None:
    table = tallied(CASE).table("deaths.deprivation")
    assert "England 2023/24, Most deprived neighbourhoods: 42.9 per 100,000." in said(table)
    assert "Published rates stand beside counts" in said(table)


def test_the_shipped_figures_have_the_releases_they_name_and_invent_nothing() -> None:
    assert reference_problems(ENGLAND, known_tables(BANDS)) == []
    unknown = [item for item in ENGLAND["figures"] if item["value"] is None]
    assert {item["what"] for item in unknown} >= {"reviews within 12 months of the death", "reviews in category 8"}
    restated = [item["value"] for item in ENGLAND["figures"] if (item["what"], item["year"]) == ("deaths", "2020/21")]
    assert {3068, 3056} <= set(restated)


@pytest.mark.parametrize(
    ("change", "rule", "field"),
    [
        ({"year": "2023/25"}, "REF-01", "figures.0.year"),
        ({"release": "nobody"}, "REF-02", "figures.0.release"),
        ({"tables": ["reviews.sex", "reviews.shoe_size"]}, "REF-03", "figures.0.tables.1"),
    ],
)
def test_figures_of_the_wrong_shape_are_found(change: dict[str, Any], rule: str, field: str) -> None:
    body = {**ENGLAND, "figures": [{**ENGLAND["figures"][0], **change}]}
    assert [(one.rule, one.field) for one in reference_problems(body, known_tables(BANDS))] == [(rule, field)]


@pytest.mark.parametrize(
    "body", [{}, {"figures": 3}, {"figures": [None, {}, {"year": 3, "tables": "x"}], "releases": []}]
)
def test_a_broken_document_of_figures_does_not_raise(body: Any) -> None:
    assert reference_problems(body, known_tables(BANDS)) == []
