"""The tables beyond the interface's, how their columns are made, England beside the area, and who is behind each cell."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cdr.documents.tables.tally import FORMATS, render
from cdr.errors import WrongUsage
from cdr.resources import read_bytes
from cdr.statistics.cautions import cautions
from cdr.statistics.facts import CaseFacts, RequestFacts
from cdr.statistics.reference import Figure, figures, reference_problems
from cdr.statistics.tables import OVERLAPPING, RATES, TIMES, TOTAL, Table, Tally, largest_remainder
from cdr.statistics.tables import percent as rounded
from cdr.statistics.tally import LARGEST_REMAINDER, Choice, Setting, known_tables, tally, to_json, traced


def load(*path: str) -> Any:
    return YAML(typ="safe", pure=True).load(read_bytes(*path))


BANDS, INTERVALS, ENGLAND = (load("rules", f"{name}.yaml") for name in ("bands", "intervals", "england-reference"))
AUTHORITIES = ["Southtown", "Northshire"]
AGENCIES = {"northshire-police": "Northshire Police", "high-street-surgery": "High Street Surgery"}
ALL = Choice(tables=known_tables(BANDS), today=date(2024, 5, 1))
SETTING = Setting(
    population={"Northshire": 118400, "Southtown": 46900},
    live_births={"Northshire": 3000, "Southtown": 1000},
    figures=figures(ENGLAND),
    chance=INTERVALS,
)
CASE = CaseFacts(
    case="2023-7K3M",
    notified_on=date(2023, 9, 15),
    born=date(2023, 9, 1),
    died=date(2023, 9, 14),
    sex="female",
    ethnicity="A",
    local_authority="Northshire",
    place="neonatal_unit",
    gestation_weeks=23,
    reviewed_on=date(2024, 2, 1),
    category=8,
    modifiable="yes",
    domains={"A": 2, "B": 1, "C": 0},
    birth_weight_g=590,
    multiple_birth=True,
    processes=("pmrt", "leder"),
    open_processes=("inquest",),
    family=("leaflet_given", "letter_sent"),
    discussed_on=date(2024, 1, 2),
    reviews=1,
    is_open=True,
    requests=(
        RequestFacts("northshire-police", date(2023, 9, 20), "returned", date(2023, 10, 4)),
        RequestFacts("high-street-surgery", date(2023, 9, 20), "outstanding", None, escalated=True),
    ),
)


def tallied(
    *cases: CaseFacts, n_years: int = 1, year: str = "2023/24", setting: Setting = SETTING, **choice: Any
) -> Tally:
    chosen = replace(ALL, **choice)
    return tally(cases, "Northshire and Southtown", AUTHORITIES, AGENCIES, year, n_years, BANDS, chosen, setting)


def counted(table: Table, column: int = -1) -> dict[str, int | None]:
    return {row.label: row.cells[column].n for row in table.rows if row.cells[column].n}


@pytest.mark.parametrize(
    ("table", "rows"),
    [
        ("notifications.quarter", {"July to September": 1}),
        ("notifications.infant", {"Under 1 year": 1}),
        ("notifications.birth_weight", {"Under 1000 g": 1}),
        ("notifications.multiple_birth", {"Yes": 1}),
        ("notifications.without_early_births", {"Without births under 22 weeks": 1}),
        ("notifications.other_processes", {"Perinatal Mortality Review Tool": 1, "LeDeR told": 1}),
        (
            "notifications.family",
            {"Given the leaflet for parents and carers": 1, "Was sent a letter after the review": 1},
        ),
        ("notifications.rate", {"Northshire": 1}),
        ("notifications.times", {"Death to notification": 1}),
        ("deaths.sex", {"Female": 1}),
        ("deaths.infant_rate", {"Northshire": 1}),
        ("reviews.modifiable", {"Modifiable factors identified": 1}),
        ("reviews.review_quarter", {"January to March": 1}),
        ("reviews.category_by_age", {"8 Perinatal/neonatal event, 0-27 days": 1}),
        ("reviews.times", {"Death to review": 1, "Case discussion (CDRM) to review": 1}),
        ("returns.result", {"High Street Surgery: outstanding": 1, "Northshire Police: returned": 1}),
        ("returns.escalated", {"High Street Surgery": 1}),
        ("returns.times", {"Northshire Police": 1}),
        ("open.age", {"6-12 months": 1}),
        ("open.waiting_for", {"Returns of agencies": 1, "Inquest": 1}),
    ],
)
def test_a_case_is_in_its_rows(table: str, rows: dict[str, int]) -> None:
    assert counted(tallied(CASE).table(table)) == rows


def test_relevance_has_each_review_once_for_each_domain() -> None:
    table = tallied(CASE).table("reviews.relevance")
    assert [label[0] + label[-1] for label in counted(table)] == ["A2", "B1", "C0", "Dn"]
    assert table.total[0].n == 1


@pytest.mark.parametrize(
    ("grams", "row"),
    [
        (999, "Under 1000 g"),
        (1000, "1000-1499 g"),
        (2499, "1500-2499 g"),
        (2500, "2500-3999 g"),
        (4000, "4000 g and over"),
        (None, "Not known"),
    ],
)
def test_birth_weight_has_its_bands(grams: int | None, row: str) -> None:
    assert counted(tallied(replace(CASE, birth_weight_g=grams)).table("notifications.birth_weight")) == {row: 1}


@pytest.mark.parametrize(
    ("weeks", "births", "n"), [(21, 22, 0), (22, 22, 1), (23, 24, 0), (24, 24, 1), (None, 24, 1), (21, None, 1)]
)
def test_the_earliest_births_may_be_left_out_and_unknown_ones_never_are(
    weeks: int | None, births: int | None, n: int
) -> None:
    result = tallied(replace(CASE, gestation_weeks=weeks), births=births)
    assert result.table("notifications.sex").total[0].n == result.table("reviews.sex").total[0].n == n
    said = [note for note in result.tables[0].notes if "are left out of every table" in note]
    assert len(said) == (births is not None)


def test_a_child_from_elsewhere_is_in_the_tables_of_non_residents_only() -> None:
    result = tallied(replace(CASE, local_authority="  Eastbury "), CASE, replace(CASE, local_authority=None))
    assert counted(result.table("non_residents.local_authority")) == {"Eastbury": 1, "Not known": 1}
    assert result.table("notifications.sex").total[0].n == 1
    assert counted(result.table("non_residents.place")) == {"Hospital": 2}
    assert (
        tallied(replace(CASE, local_authority="Eastbury", counted=False)).table("non_residents.place").total[0].n == 0
    )


def test_rates_are_per_children_and_years_with_the_exact_interval() -> None:
    cases = [replace(CASE, case=f"2023-{n:04}") for n in range(10)]
    table = tallied(*cases).table("deaths.rate")
    north = table.rows[1].cells[0]
    assert (north.n, north.of, north.rate, north.percent) == (10, 118400, 8.4, None)
    assert north.interval == (4.1, 15.5)
    assert (table.total[0].n, table.total[0].of, table.total[0].rate) == (10, 165300, 6.0)
    assert table.per == 100000
    cases[0] = replace(cases[0], notified_on=date(2020, 9, 1))
    pooled = tallied(*cases, n_years=4, pooled=True).table("deaths.rate")
    assert pooled.columns == ("2020/21 to 2023/24",)
    assert (pooled.total[0].of, pooled.total[0].rate) == (4 * 165300, 1.5)
    quarters = tallied(*cases, by="quarter").table("deaths.rate")
    assert (quarters.total[1].n, quarters.total[1].of) == (10, 41325)
    infant = tallied(*cases).table("deaths.infant_rate").rows[1].cells[0]
    assert (infant.of, infant.rate) == (3000, 3.3)


def test_without_the_number_of_children_there_is_no_rate() -> None:
    table = tallied(CASE, setting=Setting(population={"Northshire": 1000})).table("deaths.rate")
    assert [row.cells[0].rate for row in table.rows] == [None, 100.0]
    assert (table.total[0].n, table.total[0].rate) == (1, None)


def test_quarters_begin_in_april_and_add_up_to_their_year() -> None:
    days = [
        date(2023, 4, 1),
        date(2023, 6, 30),
        date(2023, 7, 1),
        date(2023, 12, 31),
        date(2024, 1, 1),
        date(2024, 3, 31),
    ]
    cases = [replace(CASE, notified_on=day) for day in days]
    quarters = tallied(*cases, by="quarter").table("notifications.local_authority")
    assert quarters.columns == ("2023/24 Q1", "2023/24 Q2", "2023/24 Q3", "2023/24 Q4")
    assert [cell.n for cell in quarters.total] == [2, 1, 1, 2]
    assert tallied(*cases).table("notifications.local_authority").total[0].n == 6


def test_years_may_be_counted_as_one_and_that_is_said() -> None:
    cases = [replace(CASE, notified_on=date(year, 9, 1)) for year in (2020, 2021, 2023)]
    table = tallied(*cases, n_years=3, pooled=True).table("notifications.sex")
    assert table.columns == ("2021/22 to 2023/24",)
    assert table.total[0].n == 2
    assert any("3 years are counted as one: 2021/22 to 2023/24" in note for note in table.notes)


def test_days_have_a_median_and_quartiles() -> None:
    days = [date(2024, 2, 1), date(2024, 2, 11), date(2024, 2, 21), date(2024, 3, 2), date(2024, 3, 31)]
    table = tallied(*(replace(CASE, reviewed_on=day) for day in days)).table("reviews.times")
    death = next(row for row in table.rows if row.label == "Death to review").cells[0]
    assert (death.n, death.days) == (5, (150.0, 160.0, 170.0))
    one = tallied(CASE).table("returns.times").rows
    assert [(row.label, row.cells[0].n, row.cells[0].of, row.cells[0].days) for row in one] == [
        ("Northshire Police", 1, 1, (14.0, 14.0, 14.0)),
        ("High Street Surgery", 0, 1, None),
    ]


def test_dates_in_the_wrong_order_give_no_time() -> None:
    table = tallied(replace(CASE, died=date(2024, 2, 2))).table("reviews.times")
    assert "Death to review" not in counted(table)


# ---- rounding ---------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(st.lists(st.integers(0, 500), max_size=12))
def test_largest_remainder_adds_up_to_a_hundred_and_is_never_off_by_a_tenth(counts: list[int]) -> None:
    shares = largest_remainder(counts)
    whole = sum(counts)
    if not whole:
        assert shares == [None] * len(counts)
        return
    assert sum(round((share or 0) * 10) for share in shares) == 1000
    assert all(abs((share or 0) - 100 * n / whole) < 0.1 for share, n in zip(shares, counts, strict=True))
    assert all(share == 0 for share, n in zip(shares, counts, strict=True) if not n)


def test_largest_remainder_is_chosen_and_said() -> None:
    cases = [replace(CASE, sex=sex) for sex in ("male", "female", "indeterminate")]
    half_up = tallied(*cases).table("notifications.sex")
    table = tallied(*cases, rounding=LARGEST_REMAINDER).table("notifications.sex")
    assert [row.cells[0].percent for row in half_up.rows] == [33.3, 33.3, 33.3]
    assert [row.cells[0].percent for row in table.rows] == [33.4, 33.3, 33.3]
    assert any("largest remainder" in note for note in table.notes)
    assert not any("largest remainder" in note for note in half_up.notes)


# ---- what may be said of more and less ---------------------------------------------------------------------------------


def years_of(*counts: int, **change: Any) -> list[CaseFacts]:
    first = 2024 - len(counts)
    return [
        replace(
            CASE,
            case=f"{first + k}-{n:04}",
            notified_on=date(first + k, 9, 1),
            reviewed_on=date(first + k, 9, 1),
            **change,
        )
        for k, count in enumerate(counts)
        for n in range(count)
    ]


def said(table: Table) -> str:
    return " ".join(table.notes)


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


# ---- who is behind a cell ------------------------------------------------------------------------------------------------

days = st.none() | st.dates(date(2021, 1, 1), date(2024, 3, 31))
REQUESTS = st.builds(
    RequestFacts,
    agency=st.sampled_from([*AGENCIES, "an-agency-that-is-gone"]),
    requested_on=st.dates(date(2022, 1, 1), date(2024, 6, 30)),
    status=st.sampled_from(["outstanding", "returned", "nil", "waived"]),
    answered_on=st.none() | st.dates(date(2022, 1, 1), date(2024, 6, 30)),
    escalated=st.booleans(),
)
CASES = st.lists(
    st.builds(
        CaseFacts,
        case=st.just(""),
        notified_on=st.dates(date(2021, 1, 1), date(2024, 12, 31)),
        born=days,
        died=days,
        sex=st.sampled_from(["male", "female", None]),
        ethnicity=st.sampled_from(["A", "R", "Z", "nonsense", None]),
        local_authority=st.sampled_from([*AUTHORITIES, "Eastbury", None]),
        place=st.sampled_from(["hospice", "Other", None]),
        gestation_weeks=st.none() | st.integers(15, 45),
        deprivation_decile=st.none() | st.integers(1, 10),
        counted=st.booleans(),
        reviewed_on=st.none() | st.dates(date(2021, 1, 1), date(2024, 12, 31)),
        category=st.none() | st.integers(1, 10),
        modifiable=st.sampled_from(["yes", "no", "inadequate_information", None]),
        domains=st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 2)),
        contributory_factors=st.lists(st.sampled_from(["sleep_environment", "other"]), unique=True).map(tuple),
        birth_weight_g=st.none() | st.integers(200, 7000),
        multiple_birth=st.sampled_from([True, False, None]),
        processes=st.lists(st.sampled_from(["inquest", "cspr", "leder"]), unique=True).map(tuple),
        open_processes=st.lists(st.sampled_from(["inquest", "other"]), unique=True).map(tuple),
        family=st.lists(st.sampled_from(["leaflet_given", "feedback_date"]), unique=True).map(tuple),
        discussed_on=days,
        is_open=st.booleans(),
        requests=st.lists(REQUESTS, max_size=3).map(tuple),
    ),
    max_size=12,
).map(lambda cases: [replace(case, case=f"2023-{n:04}") for n, case in enumerate(cases)])
CHOICES = st.sampled_from([ALL, replace(ALL, by="quarter"), replace(ALL, pooled=True), replace(ALL, births=24)])


@settings(max_examples=15, deadline=None)
@given(CASES, CHOICES)
def test_as_many_cases_are_behind_each_cell_of_each_table_as_it_counts(cases: list[CaseFacts], choice: Choice) -> None:
    made = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    for table in made.tables:
        rows = [*((row.label, row.cells) for row in table.rows), (TOTAL, table.total)]
        asked = [(label, cells, i) for label, cells in rows for i in range(len(cells)) if cells[i].n or label == TOTAL]
        for label, cells, i in asked[:6]:
            at = (table.id, label, table.columns[i])
            found, of = traced(cases, AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, at, choice)
            assert len(found) == (cells[i].n or 0), at
            assert table.id in RATES or len(of) == (cells[i].of or 0), at
            assert set(found) <= {case.case for case in cases}


@settings(max_examples=25, deadline=None)
@given(CASES, CHOICES)
def test_every_table_adds_up_or_says_why_not(cases: list[CaseFacts], choice: Choice) -> None:
    made = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    for table in made.tables:
        for column in range(len(table.columns)):
            rows = sum(row.cells[column].n or 0 for row in table.rows)
            if table.id in OVERLAPPING | TIMES:
                assert table.id in TIMES or any(
                    "add up to" in note or "row of each domain" in note or "in both rows" in note
                    for note in table.notes
                )
            else:
                assert rows == (table.total[column].n or 0), table.id


def test_a_row_table_or_column_that_is_none_is_wrong_usage_and_lists_what_there_is() -> None:
    def ask(*at: str) -> Any:
        return traced([CASE], AUTHORITIES, AGENCIES, "2023/24", 1, BANDS, at, ALL)  # type: ignore[arg-type]

    assert ask("notifications.sex", "Female", "2023/24") == (("2023-7K3M",), ("2023-7K3M",))
    for at, hint in (
        (("notifications.shoes", "Female", "2023/24"), "notifications.sex"),
        (("notifications.sex", "Girls", "2023/24"), "Female"),
        (("notifications.sex", "Female", "2022/23"), "2023/24"),
    ):
        with pytest.raises(WrongUsage) as caught:
            ask(*at)
        assert hint in caught.value.hint


# ---- formats -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_every_table_is_written_in_every_format_for_no_case_and_for_one(format: str) -> None:
    for cases in ((), (CASE,)):
        assert render(tallied(*cases, n_years=2), format).endswith("\n")


def test_a_terminal_of_100_columns_holds_two_years_of_quarters() -> None:
    lines = render(tallied(CASE, *years_of(12, 30), n_years=2, by="quarter"), "table").splitlines()
    assert max(map(len, lines)) <= 100
    assert any("2023/24 Q4" in line for line in lines)


@settings(max_examples=20, deadline=None)
@given(CASES, st.sampled_from([ALL, replace(ALL, rounding=LARGEST_REMAINDER)]))
def test_csv_passes_the_check_of_published_tables(cases: list[CaseFacts], choice: Choice) -> None:
    made = tally(cases, "Area", AUTHORITIES, AGENCIES, "2023/24", 2, BANDS, choice, SETTING)
    rows = list(csv.DictReader(io.StringIO(render(made, "csv"))))
    totals: dict[tuple[str, str], int] = {}
    by_basis: dict[tuple[str, str], set[str]] = {}
    for row in rows:
        if row["row"] == TOTAL and row["n"]:
            totals[row["table"], row["column"]] = int(row["n"])
            by_basis.setdefault((row["basis"], row["column"]), set()).add(row["n"])
    assert all(len(different) == 1 for different in by_basis.values()), "tables of one basis agree"
    for key, total in totals.items():
        parts = [row for row in rows if (row["table"], row["column"]) == key and row["row"] != TOTAL]
        assert sum(int(row["n"] or 0) for row in parts) == total, key
    if choice.rounding != LARGEST_REMAINDER:
        assert all(float(row["percent"]) == rounded(int(row["n"]), int(row["of"])) for row in rows if row["percent"])
    in_json = {
        (table["id"], column, row): cell
        for table in to_json(made)["tables"]
        for row, cells in [*((row["label"], row["cells"]) for row in table["rows"]), ("", table["total"])]
        for column, cell in zip(table["columns"], cells, strict=True)
    }
    assert len(in_json) == len(rows), "every cell of the JSON, and every total"
    for row in rows:
        cell = in_json.get((row["table"], row["column"], row["row"]))
        assert cell is None or (row["n"], row["percent"]) == tuple(
            "" if cell[key] is None else str(cell[key]) for key in ("n", "percent")
        )


# ---- cautions ------------------------------------------------------------------------------------------------------------


def test_what_a_reader_should_know_is_said_without_naming_a_case() -> None:
    cases = [
        CASE,
        replace(CASE, born=None),
        replace(CASE, reviews=2),
        replace(CASE, reviews=3, died=None),
        replace(CASE, local_authority=None),
    ]
    found = cautions(cases, AUTHORITIES, ("2022/23", "2023/24"))
    assert found[0] == "Nothing is known of 2022/23: the first case here is of 2023/24."
    assert cautions(cases, AUTHORITIES, ("2024/25",))[0] == "No death was notified in 2024/25."
    assert [line.split(" ")[0] for line in found[1:]] == ["1", "1", "1", "2"]
    assert "2 cases have more than one ratified review and are counted once, by the latest." in found
    assert "1 case has no date of birth and is under Not known wherever age counts." in found
    assert not any("2023-" in line for line in found)
    assert cautions([CASE], AUTHORITIES, ("2023/24",)) == []


def test_a_case_reviewed_twice_is_counted_once_in_the_year_of_the_latest() -> None:
    table = tallied(replace(CASE, reviews=2), n_years=2).table("reviews.sex")
    assert [cell.n for cell in table.total] == [None, 1]
