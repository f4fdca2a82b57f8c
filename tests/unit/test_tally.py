"""The yearly tables: each edge of each band, and every table of the interface."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cdr.errors import WrongUsage
from cdr.resources import read_bytes
from cdr.statistics.facts import CaseFacts, RequestFacts
from cdr.statistics.tables import OVERLAPPING, SHARES, Table, Tally, percent
from cdr.statistics.tally import tally
from cdr.statistics.tally_json import to_json

NOTIFICATIONS = (
    "local_authority",
    "age_band",
    "place",
    "sex",
    "ethnicity",
    "expected",
    "gestation",
    "jar",
    "deprivation",
)
REVIEWS = (
    *("local_authority", "age_band", "place", "sex", "ethnicity", "duration", "year_of_death", "category"),
    *("modifiable_by_authority", "modifiable_by_category", "modifiable_by_age_band"),
    *("domains", "contributory_factors", "modifiable_factors", "learning_themes"),
)
TABLE_IDS = [*(f"notifications.{t}" for t in NOTIFICATIONS), *(f"reviews.{t}" for t in REVIEWS), "returns.agency"]
PARTITIONS = [table for table in TABLE_IDS if table not in SHARES | OVERLAPPING]
AGE_BANDS = ["0-27 days", "28-364 days", "1-4 years", "5-9 years", "10-14 years", "15-17 years"]
AUTHORITIES = ["Southtown", "Northshire"]  # an order that is not the alphabet's
AGENCIES = {"northshire-police": "Northshire Police", "high-street-surgery": "High Street Surgery"}


def load(text: bytes) -> Any:
    return YAML(typ="safe").load(text)


BANDS = load(read_bytes("rules", "bands.yaml"))


def tallied(*cases: CaseFacts, year: str = "2023/24", n_years: int = 1) -> Tally:
    return tally(cases, "Northshire and Southtown", AUTHORITIES, AGENCIES, year, n_years, BANDS)


def counts(table: Table, column: int = -1) -> dict[str, int | None]:
    return {row.label: row.cells[column].n for row in table.rows}


def counted(table: Table, column: int = -1) -> dict[str, int | None]:
    return {label: n for label, n in counts(table, column).items() if n}


CASE = CaseFacts(
    case="2023-7K3M",
    notified_on=date(2023, 9, 15),
    born=date(2023, 9, 1),
    died=date(2023, 9, 14),
    sex="female",
    ethnicity="A",
    local_authority="Northshire",
    place="neonatal_unit",
    expected="expected",
    gestation_weeks=23,
    jar=False,
    deprivation_decile=1,
)
REVIEWED = replace(
    CASE,
    born=date(2010, 5, 5),
    died=date(2022, 8, 31),
    reviewed_on=date(2023, 10, 3),
    category=8,
    modifiable="yes",
    domains={"A": 2, "B": 1, "C": 0, "D": 2},
    contributory_factors=("child_health_history", "sleep_environment"),
    modifiable_factors=("sleep_environment",),
    learning_themes=("escalation",),
)


def test_every_table_of_the_interface_is_there_also_for_no_case_at_all() -> None:
    assert [table.id for table in tallied().tables] == TABLE_IDS
    assert [table.id for table in tallied(CASE, REVIEWED).tables] == TABLE_IDS


def test_an_empty_year_gives_zeros() -> None:
    earlier = replace(
        CASE, case="2019-AAAA", notified_on=date(2019, 9, 15), born=date(2019, 9, 1), died=date(2019, 9, 14)
    )
    for table in tallied(earlier, n_years=3).tables:
        assert table.columns == ("2021/22", "2022/23", "2023/24")
        assert [(cell.n, cell.of, cell.percent) for cell in table.total] == [(0, 0, None)] * 3
        assert all(cell.n == 0 and cell.percent is None for row in table.rows for cell in row.cells)
    assert list(counts(tallied(earlier).table("notifications.age_band"))) == AGE_BANDS
    assert counts(tallied(earlier).table("notifications.sex")) == {"Male": 0, "Female": 0}


def test_a_store_without_a_case_knows_of_no_year() -> None:
    """Nobody was notified here because nobody began yet; that is not a year in which no child died."""
    for table in tallied(n_years=3).tables:
        assert [cell.n for cell in table.total] == [None] * 3
        assert all(cell.n is None for row in table.rows for cell in row.cells)
        assert any("there is no case" in note for note in table.notes)


def test_the_json_is_the_interface_s() -> None:
    body = to_json(tallied(CASE, n_years=2))
    assert json.loads(json.dumps(body)) == body
    assert {key: body[key] for key in ("schema", "area", "year", "years", "edition")} == {
        "schema": "cdr-tally/1",
        "area": "Northshire and Southtown",
        "year": "2023/24",
        "years": ["2022/23", "2023/24"],
        "edition": "internal",
    }
    table = next(table for table in body["tables"] if table["id"] == "notifications.sex")
    assert set(table) == {"id", "title", "basis", "columns", "rows", "total", "notes"}
    assert table["basis"] == "notified"
    assert table["columns"] == ["2022/23", "2023/24"]
    assert table["rows"][1] == {
        "label": "Female",
        "cells": [
            {"n": None, "of": None, "percent": None, "hidden": False, "known": 0},
            {"n": 1, "of": 1, "percent": 100.0, "hidden": False, "known": 1},
        ],
    }
    assert table["total"][1]["n"] == 1


@pytest.mark.parametrize(
    ("table", "basis"),
    [
        ("notifications.sex", "notified"),
        ("reviews.sex", "reviewed"),
        ("reviews.year_of_death", "reviewed"),
        ("returns.agency", "requested"),
    ],
)
def test_a_table_says_by_which_year_it_counts(table: str, basis: str) -> None:
    assert tallied().table(table).basis == basis


@pytest.mark.parametrize(
    ("born", "died", "band"),
    [
        (date(2023, 9, 1), date(2023, 9, 1), "0-27 days"),
        (date(2023, 9, 1), date(2023, 9, 28), "0-27 days"),
        (date(2023, 9, 1), date(2023, 9, 29), "28-364 days"),
        (date(2023, 3, 1), date(2024, 2, 29), "28-364 days"),
        (date(2023, 3, 1), date(2024, 3, 1), "1-4 years"),
        (date(2020, 2, 29), date(2021, 2, 28), "28-364 days"),
        (date(2020, 2, 29), date(2021, 3, 1), "1-4 years"),
        (date(2020, 2, 29), date(2025, 2, 28), "1-4 years"),
        (date(2020, 2, 29), date(2025, 3, 1), "5-9 years"),
        (date(2014, 1, 6), date(2024, 1, 6), "10-14 years"),
        (date(2009, 1, 6), date(2024, 1, 5), "10-14 years"),
        (date(2009, 1, 6), date(2024, 1, 6), "15-17 years"),
        (date(2008, 2, 29), date(2026, 2, 28), "15-17 years"),
        (None, date(2024, 1, 6), "Not known"),
        (date(2024, 1, 6), None, "Not known"),
        (date(2004, 1, 6), date(2024, 1, 6), "Not known"),
    ],
)
def test_ages_are_days_then_birthdays(born: date | None, died: date | None, band: str) -> None:
    case = replace(CASE, born=born, died=died)
    assert counted(tallied(case).table("notifications.age_band")) == {band: 1}


@pytest.mark.parametrize(
    ("died", "reviewed", "band"),
    [
        (date(2023, 6, 10), date(2023, 12, 9), "Under 6 months"),
        (date(2023, 6, 10), date(2023, 12, 10), "6-12 months"),
        (date(2022, 6, 10), date(2023, 6, 10), "6-12 months"),
        (date(2022, 6, 10), date(2023, 6, 11), "Over 12 months"),
        (date(2023, 8, 31), date(2024, 2, 28), "Under 6 months"),
        (date(2023, 8, 31), date(2024, 2, 29), "6-12 months"),
        (date(2023, 6, 10), date(2023, 6, 10), "Under 6 months"),
        (date(2020, 12, 24), date(2024, 1, 16), "Over 12 months"),
        (date(2023, 6, 10), date(2023, 6, 9), "Not known"),
        (None, date(2023, 6, 10), "Not known"),
    ],
)
def test_duration_is_in_calendar_months_with_both_ends_in_the_middle(
    died: date | None, reviewed: date, band: str
) -> None:
    case = replace(REVIEWED, died=died, reviewed_on=reviewed)
    assert counted(tallied(case).table("reviews.duration")) == {band: 1}


@pytest.mark.parametrize(
    ("table", "change", "label"),
    [
        ("place", {"place": "mental_health_inpatient"}, "Hospital"),
        ("place", {"place": "home_normal_residence"}, "Home"),
        ("place", {"place": "foster_home"}, "Other residence"),
        ("place", {"place": "residential_care"}, "Other residence"),
        ("place", {"place": "Public place"}, "Public place"),
        ("place", {"place": "Not known"}, "Not known"),
        ("place", {"place": None}, "Not known"),
        ("sex", {"sex": "male"}, "Male"),
        ("sex", {"sex": "indeterminate"}, "Indeterminate"),
        ("sex", {"sex": None}, "Not known"),
        ("ethnicity", {"ethnicity": "G"}, "Mixed"),
        ("ethnicity", {"ethnicity": "R"}, "Other"),
        ("ethnicity", {"ethnicity": "99"}, "Not stated"),
        ("ethnicity", {"ethnicity": "Asian"}, "Asian"),
        ("ethnicity", {"ethnicity": None}, "Not stated"),
        ("expected", {"expected": "unexpected"}, "Unexpected"),
        ("expected", {"expected": "not_known"}, "Not known"),
        ("gestation", {"gestation_weeks": 21}, "Under 22 weeks"),
        ("gestation", {"gestation_weeks": 22}, "22 weeks"),
        ("gestation", {"gestation_weeks": 23}, "23 weeks"),
        ("gestation", {"gestation_weeks": 24}, "24-27 weeks"),
        ("gestation", {"gestation_weeks": 27}, "24-27 weeks"),
        ("gestation", {"gestation_weeks": 28}, "28-31 weeks"),
        ("gestation", {"gestation_weeks": 36}, "32-36 weeks"),
        ("gestation", {"gestation_weeks": 37}, "37 weeks and over"),
        ("gestation", {"gestation_weeks": 42}, "37 weeks and over"),
        ("gestation", {"gestation_weeks": None}, "Not known"),
        ("jar", {"jar": True}, "Yes"),
        ("jar", {"jar": False}, "No"),
        ("jar", {"jar": None}, "Not known"),
        ("deprivation", {"deprivation_decile": 1}, "1 (most deprived)"),
        ("deprivation", {"deprivation_decile": 4}, "4"),
        ("deprivation", {"deprivation_decile": 10}, "10 (least deprived)"),
        ("deprivation", {"deprivation_decile": None}, "Not known"),
    ],
)
def test_a_notification_is_in_its_row(table: str, change: dict[str, Any], label: str) -> None:
    assert counted(tallied(replace(CASE, **change)).table(f"notifications.{table}")) == {label: 1}


def test_the_year_is_the_notification_s_whenever_the_child_died() -> None:
    late = replace(CASE, died=date(2023, 3, 30), notified_on=date(2023, 4, 1))
    early = replace(CASE, notified_on=date(2023, 3, 31))
    table = tallied(late, early, CASE, n_years=2).table("notifications.local_authority")
    assert [cell.n for cell in table.total] == [1, 2]


def test_authorities_are_in_the_configuration_s_order_and_are_there_without_a_death() -> None:
    table = tallied(CASE).table("notifications.local_authority")
    assert counts(table) == {"Southtown": 0, "Northshire": 1}
    assert list(counts(table)) == AUTHORITIES
    assert counted(tallied(replace(CASE, local_authority="  northSHIRE ")).table(table.id)) == {"Northshire": 1}


@pytest.mark.parametrize("change", [{"local_authority": "Eastbury"}, {"local_authority": None}, {"counted": False}])
def test_who_lived_elsewhere_and_an_unattended_stillbirth_are_in_no_table(change: dict[str, Any]) -> None:
    asked = RequestFacts("northshire-police", date(2023, 9, 20), "returned", date(2023, 9, 21))
    case = replace(REVIEWED, requests=(asked,), **change)
    assert {cell.n for table in tallied(case).tables for cell in table.total} == {0}
    assert not [cell for table in tallied(case).tables for row in table.rows for cell in row.cells if cell.n]
    ours = tallied(replace(case, local_authority="Northshire", counted=True))
    assert {cell.n for table in ours.tables for cell in table.total} == {1}


def test_two_children_of_one_family_are_two_deaths() -> None:
    twins = (CASE, replace(CASE, case="2023-9QX2"))
    result = tallied(*twins)
    assert all(result.table(table).total[0].n == 2 for table in PARTITIONS if table.startswith("notifications"))


def test_what_is_not_reviewed_is_in_no_table_of_reviews() -> None:
    draft = replace(REVIEWED, reviewed_on=None)
    assert tallied(draft).table("reviews.category").total[0].n == 0
    assert tallied(REVIEWED).table("reviews.category").total[0].n == 1


def test_categories_have_their_number_and_name() -> None:
    table = tallied(REVIEWED, replace(REVIEWED, category=None)).table("reviews.category")
    labels = list(counts(table))
    assert [label.split(" ")[0] for label in labels] == [*map(str, range(1, 11)), "Not"]
    assert counted(table) == {"8 Perinatal/neonatal event": 1, "Not known": 1}


def test_years_of_death_are_oldest_first() -> None:
    days = [date(2023, 4, 2), date(2019, 12, 24), date(2022, 3, 31), date(2022, 4, 1), None]
    table = tallied(*(replace(REVIEWED, died=day) for day in days)).table("reviews.year_of_death")
    assert list(counts(table)) == ["2019/20", "2021/22", "2022/23", "2023/24", "Not known"]
    assert table.total[0].n == 5


def test_modifiable_is_of_all_the_cases_of_its_row() -> None:
    cases = [
        REVIEWED,
        replace(REVIEWED, modifiable="no", category=9),
        replace(REVIEWED, modifiable="inadequate_information"),
        replace(REVIEWED, modifiable=None, local_authority="Southtown", born=None),
    ]
    result = tallied(*cases)
    by_authority = {row.label: row.cells[0] for row in result.table("reviews.modifiable_by_authority").rows}
    assert (by_authority["Northshire"].n, by_authority["Northshire"].of, by_authority["Northshire"].percent) == (
        1,
        3,
        33.3,
    )
    assert (by_authority["Southtown"].n, by_authority["Southtown"].of) == (None, 1), "the panel's answer is not known"
    by_category = {row.label.split(" ")[0]: row.cells[0] for row in result.table("reviews.modifiable_by_category").rows}
    assert (by_category["8"].n, by_category["8"].of) == (1, 3)
    assert (by_category["9"].n, by_category["9"].of) == (0, 1)
    by_age = {row.label: row.cells[0] for row in result.table("reviews.modifiable_by_age_band").rows}
    assert [(by_age[label].n, by_age[label].of) for label in ("10-14 years", "0-27 days", "Not known")] == [
        (1, 3),
        (0, 0),
        (None, 1),
    ]
    for table in ("authority", "category", "age_band"):
        total = result.table(f"reviews.modifiable_by_{table}").total[0]
        assert (total.n, total.of, total.known, total.percent) == (1, 4, 3, 33.3)


def test_domains_count_relevance_2_of_all_reviews() -> None:
    none = replace(REVIEWED, domains={"A": 1, "B": 1, "C": 0, "D": 1})
    table = tallied(REVIEWED, none, replace(REVIEWED, domains={})).table("reviews.domains")
    assert [row.label[0] for row in table.rows] == ["A", "B", "C", "D"]
    assert [(row.cells[0].n, row.cells[0].of) for row in table.rows] == [(1, 3), (0, 3), (0, 3), (1, 3)]
    assert (table.total[0].n, table.total[0].of) == (1, 3)


def test_factors_and_themes_overlap_and_are_of_the_number_of_reviews() -> None:
    second = replace(REVIEWED, contributory_factors=("sleep_environment",), modifiable_factors=(), learning_themes=())
    result = tallied(REVIEWED, second)
    table = result.table("reviews.contributory_factors")
    assert [row.cells[0].n for row in table.rows] == [2, 1]
    assert [row.cells[0].of for row in table.rows] == [2, 2]
    assert (table.total[0].n, table.total[0].of) == (2, 2)
    assert any("do not add up" in note for note in table.notes)
    assert [row.cells[0].percent for row in result.table("reviews.modifiable_factors").rows] == [50.0]
    assert [row.cells[0].n for row in result.table("reviews.learning_themes").rows] == [1]


def test_a_code_of_an_older_list_is_still_counted() -> None:
    table = tallied(replace(REVIEWED, contributory_factors=("an_older_code",))).table("reviews.contributory_factors")
    assert counted(table) == {"An older code": 1}


def test_returns_are_the_answered_of_those_asked_for_in_the_year() -> None:
    police = [
        RequestFacts("northshire-police", date(2023, 4, 3), "returned", date(2024, 5, 1)),
        RequestFacts("northshire-police", date(2023, 6, 1), "nil", date(2023, 6, 2)),
        RequestFacts("northshire-police", date(2023, 6, 1), "waived", date(2023, 9, 1)),
        RequestFacts("northshire-police", date(2023, 3, 31), "returned", date(2023, 4, 4)),
    ]
    gone = RequestFacts("an-agency-that-is-gone", date(2024, 3, 31), "outstanding", None)
    table = tallied(replace(CASE, requests=(*police, gone))).table("returns.agency")
    assert [(row.label, row.cells[0].n, row.cells[0].of) for row in table.rows] == [
        ("Northshire Police", 2, 3),
        ("an-agency-that-is-gone", 0, 1),
    ]
    assert (table.total[0].n, table.total[0].of) == (2, 4)


def test_two_agencies_of_one_name_stay_two_rows() -> None:
    agencies = {"a": "The Surgery", "b": "The Surgery"}
    requests = tuple(RequestFacts(agency, date(2023, 6, 1), "nil", None) for agency in agencies)
    result = tally([replace(CASE, requests=requests)], "Area", AUTHORITIES, agencies, "2023/24", 1, BANDS)
    assert list(counts(result.table("returns.agency"))) == ["The Surgery (a)", "The Surgery (b)"]


@pytest.mark.parametrize(
    ("n", "of", "expected"),
    [
        (0, 0, None),
        (0, 7, 0.0),
        (1, 3, 33.3),
        (2, 3, 66.7),
        (1, 800, 0.1),
        (3, 800, 0.4),
        (1, 16, 6.3),
        (33, 38, 86.8),
        (5, 5, 100.0),
    ],
)
def test_percentages_have_one_decimal_halves_up(n: int, of: int, expected: float | None) -> None:
    assert percent(n, of) == expected


def test_every_table_says_how_it_rounds() -> None:
    assert all(any("halves up" in note for note in table.notes) for table in tallied().tables)


def test_a_year_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage):
        tallied(year="2023/25")


days = st.none() | st.dates(date(2003, 1, 1), date(2024, 3, 31))
CASES = st.builds(
    CaseFacts,
    case=st.just("2023-7K3M"),
    notified_on=st.dates(date(2021, 1, 1), date(2024, 12, 31)),
    born=days,
    died=days,
    sex=st.sampled_from(["male", "female", "indeterminate", "not_known", None]),
    ethnicity=st.sampled_from(["A", "D", "H", "M", "R", "S", "Z", "99", "Black", "nonsense", None]),
    local_authority=st.sampled_from([*AUTHORITIES, "Eastbury"]),
    place=st.sampled_from(["hospice", "school", "Other", "abroad", "foster_home", "nonsense", None]),
    expected=st.sampled_from(["expected", "unexpected", "not_known", None]),
    gestation_weeks=st.none() | st.integers(15, 45),
    jar=st.sampled_from([True, False, None]),
    deprivation_decile=st.none() | st.integers(1, 10),
    counted=st.booleans(),
    reviewed_on=st.none() | st.dates(date(2021, 1, 1), date(2024, 12, 31)),
    category=st.none() | st.integers(1, 10),
    modifiable=st.sampled_from(["yes", "no", "inadequate_information", None]),
    domains=st.dictionaries(st.sampled_from("ABCD"), st.integers(0, 2)),
    contributory_factors=st.lists(st.sampled_from(["sleep_environment", "acute_illness", "other"]), unique=True).map(
        tuple
    ),
    learning_themes=st.lists(st.sampled_from(["escalation", "messages_to_families"]), unique=True).map(tuple),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(CASES, max_size=25))
def test_rows_always_sum_to_the_total_and_tables_of_one_basis_count_the_same_children(cases: list[CaseFacts]) -> None:
    result = tallied(*cases, n_years=3)
    for column in range(3):
        whole = {"notified": result.tables[0].total[column].n, "reviewed": result.table("reviews.sex").total[column].n}
        for table in result.tables:
            cells = [row.cells[column] for row in table.rows]
            total = table.total[column]
            if table.id in PARTITIONS:
                assert sum(cell.n or 0 for cell in cells) == (total.n or 0)
                assert total.n == total.of == whole[table.basis]
                assert all(cell.of == total.n for cell in cells)
                assert all(
                    cell.percent is None or cell.percent == percent(cell.n or 0, cell.known or 0) for cell in cells
                )
            elif table.id not in OVERLAPPING:
                assert (sum(c.n or 0 for c in cells), sum(c.of or 0 for c in cells)) == (total.n or 0, total.of or 0)
            else:
                assert all(
                    (cell.n or 0) <= (total.n or 0) <= (total.of or 0) == (whole["reviewed"] or 0) for cell in cells
                )
