"""The tables beyond the interface's, how their columns are made, England beside the area, and who is behind each cell."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.tally_cases import AUTHORITIES, CASE, tallied

from cdr.statistics.cautions import cautions
from cdr.statistics.tables import Table, largest_remainder
from cdr.statistics.tally import LARGEST_REMAINDER, Setting


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
    assert cautions([], AUTHORITIES, ("2024/25",)) == ["Nothing is known of 2024/25: there is no case here."]
    assert [line.split(" ")[0] for line in found[1:]] == ["1", "1", "1", "2"]
    assert "2 cases have more than one ratified review and are counted once, by the latest." in found
    assert "1 case has no date of birth and is under Not known wherever age counts." in found
    assert not any("2023-" in line for line in found)
    assert cautions([CASE], AUTHORITIES, ("2023/24",)) == []


def test_a_case_reviewed_twice_is_counted_once_in_the_year_of_the_latest() -> None:
    table = tallied(replace(CASE, reviews=2), n_years=2).table("reviews.sex")
    assert [cell.n for cell in table.total] == [None, 1]
