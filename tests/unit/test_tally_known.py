"""Not known is no zero and no "no": what nobody answered is in no percentage, comparison, chart or sentence."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.tally_cases import CASE, said, tallied, years_of

from cdr.app import rules
from cdr.documents.report.charts import of_rows, over_years
from cdr.documents.report.report_sentences import facts as sentences
from cdr.documents.tables.tally import render
from cdr.domain.case.facts import FAMILY_AFTER, FAMILY_BEFORE, LISTS, PROCESSES, analysis_of, notification_of
from cdr.statistics.facts import CaseFacts
from cdr.statistics.tables import Cell, Tally
from cdr.statistics.tally_json import to_json

UNTOLD: dict[str, Any] = {
    "jar": None, "modifiable": None, "domains": {}, "category": None, "ethnicity": None, "expected": None,
    "processes": (), "open_processes": (), "family": (), "requests": (), "imported": True,
    "unanswered_before": (*FAMILY_BEFORE, PROCESSES), "unanswered_after": (*FAMILY_AFTER, *LISTS),
}  # fmt: skip


def row(made: Tally, table: str, label: str, column: int = -1) -> Cell:
    return next(one.cells[column] for one in made.table(table).rows if one.label == label)


def registered(of: int, year: int = 2022, **more: Any) -> list[CaseFacts]:
    return [
        replace(
            CASE,
            case=f"{year}-{n:04}",
            notified_on=date(year, 9, 1),
            reviewed_on=date(year, 12, 1),
            **{**UNTOLD, **more},
        )
        for n in range(of)
    ]


def test_a_register_without_an_answer_is_no_zero_and_nothing_is_more_than_it() -> None:
    answered = [replace(one, jar=n < 11) for n, one in enumerate(years_of(66))]
    made = tallied(*registered(65), *answered, n_years=2)
    before, now = row(made, "notifications.jar", "Yes", 0), row(made, "notifications.jar", "Yes")
    assert (before.n, before.of, before.percent, before.known) == (None, 65, None, 0)
    assert (now.n, now.of, now.percent, now.known) == (11, 66, 16.7, 66)
    assert row(made, "notifications.jar", "Not known", 0).n == 65
    assert "Yes: " not in said(made.table("notifications.jar"))
    assert "these differ" not in said(made.table("notifications.jar"))


@pytest.mark.parametrize(
    "table",
    ["reviews.modifiable_by_authority", "reviews.modifiable_by_category", "reviews.modifiable_by_age_band", "reviews.domains"],
)  # fmt: skip
def test_what_the_panel_found_is_not_known_where_the_register_has_no_such_column(table: str) -> None:
    years = [one for year in range(2018, 2023) for one in registered(42, year)]
    made = tallied(*years, n_years=5, year="2022/23")
    assert {(cell.n, cell.of, cell.known) for cell in made.table(table).total} == {(None, 42, 0)}
    assert "control chart" not in said(made.table(table)) and "0 of 42" not in said(made.table(table))


def test_inquest_pmrt_key_worker_leaflet_and_returns_of_imported_years_are_not_known() -> None:
    lived = years_of(3)
    made = tallied(*registered(5), *lived, n_years=2)
    inquests = (
        ("notifications.other_processes", "Perinatal Mortality Review Tool"),
        ("notifications.family", "Given the leaflet for parents and carers"),
        ("reviews.family", "Was sent a letter after the review"),
        ("returns.agency", "Northshire Police"),
    )
    for table, label in inquests:
        assert row(made, table, label, 0).n is None, table
        assert row(made, table, label).n == 3, table
    assert row(made, "open.waiting_for", "Inquest").n == 3
    assert row(tallied(*registered(5), *lived, n_years=2), "open.waiting_for", "Inquest", 0).n is None


def test_of_one_table_one_row_may_be_known_and_another_not() -> None:
    told = replace(CASE, unanswered_before=("key_worker",), family=("leaflet_given",))
    made = tallied(told, replace(told, case="2023-0002", family=(), unanswered_before=()))
    leaflet = row(made, "notifications.family", "Given the leaflet for parents and carers")
    assert (leaflet.n, leaflet.of, leaflet.known, leaflet.percent) == (1, 2, 2, 50.0)


def test_a_percentage_is_of_those_of_which_it_is_known_and_the_rest_has_none() -> None:
    cases = [replace(CASE, case=f"2023-{n:04}", jar=jar) for n, jar in enumerate([True, True, False, None])]
    made = tallied(*cases)
    assert (row(made, "notifications.jar", "Yes").percent, row(made, "notifications.jar", "No").percent) == (66.7, 33.3)
    rest = row(made, "notifications.jar", "Not known")
    assert (rest.n, rest.of, rest.percent) == (1, 4, None)
    assert made.table("notifications.jar").total[0].n == 4
    assert "An answer that nobody gave is in no percentage" in said(made.table("notifications.jar"))


def test_a_family_that_did_not_say_has_answered_and_a_form_that_does_not_ask_has_not() -> None:
    declined = [replace(CASE, case=f"2023-{n:04}", ethnicity=code) for n, code in enumerate(["A", "Z", "Not stated"])]
    assert row(tallied(*declined), "notifications.ethnicity", "White").percent == 33.3
    nobody = [replace(CASE, case=f"2023-{n:04}", ethnicity=code) for n, code in enumerate(["A", None, "99"])]
    assert row(tallied(*nobody), "notifications.ethnicity", "White").percent == 100.0


@pytest.mark.parametrize("format", ["table", "md", "csv", "html"])
def test_every_format_says_that_it_is_not_known(format: str) -> None:
    made = tallied(*registered(5), n_years=1, year="2022/23", tables=("notifications.jar",))
    text = render(made, format)
    if format == "csv":
        yes = next(one for one in csv.DictReader(io.StringIO(text)) if one["row"] == "Yes")
        assert (yes["n"], yes["of"], yes["percent"]) == ("", "0", "")
    else:
        assert ">-<" in text or "| - |" in text or " -\n" in text
    cells = to_json(made)["tables"][0]["rows"][0]["cells"]
    assert cells == [{"n": None, "of": 5, "percent": None, "hidden": False, "known": 0}]


def test_charts_and_sentences_leave_out_what_is_not_known() -> None:
    made = tallied(*registered(20), year="2022/23", n_years=2)
    years = over_years([made.table("notifications.sex"), made.table("reviews.sex")], ["notified", "reviewed"], "Years")
    assert years is not None and years.groups[0].bars[0].text == "notified: not known"
    assert of_rows(made.table("reviews.modifiable_by_authority"), "Modifiable") is None
    said = " ".join(sentences(made, rules("report"), rules("intervals")))
    assert "How many deaths notified had a joint agency response in 2022/23 is not known." in said
    assert "0 of 20" not in said


def test_what_forms_and_registers_leave_unanswered() -> None:
    form = {"family": {"leaflet_given": "no", "informed_of_review": "not_known"}}
    assert notification_of(form).unanswered_before == ("informed_of_review", "follow_up_appointment")
    register = notification_of({"schema": "imported-a/1"})
    assert register.unanswered_before == (*FAMILY_BEFORE, PROCESSES)
    assert analysis_of({"schema": "form-c/1"}).unanswered_after[-1] not in LISTS, (
        "the form has lists, and they are empty"
    )
    assert set(LISTS) <= set(analysis_of({"schema": "imported-c/1"}).unanswered_after)
    none = {"schema": "imported-c/1", "lists": ["learning_themes"], "modifiable_factors_identified": "no"}
    assert set(analysis_of(none).unanswered_after) & set(LISTS) == {"contributory_factors"}


def test_what_was_modifiable_or_contributed_and_is_not_named_is_not_none() -> None:
    whole = {
        "schema": "imported-c/1",
        "lists": [*LISTS],
        "modifiable_factors_identified": "yes",
        "domains": {"B": {"relevance": 2}},
    }
    assert {*analysis_of(whole).unanswered_after} & {*LISTS} == {"contributory_factors", "modifiable_factors"}
    factor = {"code": "parental_smoking", "relevance": 2, "modifiable": "yes"}
    named = {**whole, "domains": {"B": {"relevance": 2, "factors": [factor]}}}
    little = {**whole, "modifiable_factors_identified": "inadequate_information", "domains": {"B": {"relevance": 1}}}
    for body in (named, little, {**whole, "schema": "form-c/1"}):
        assert not {*analysis_of(body).unanswered_after} & {*LISTS}


# ---- years that are not there, and years that are not over --------------------------------------------------------------


def test_before_the_first_case_there_is_no_year() -> None:
    made = tallied(*years_of(9, 8, 7, 9), n_years=8, tables=())
    for table in made.tables:
        assert [cell.n for cell in table.total[:4]] == [None] * 4, table.id
        assert "2016/17, 2017/18, 2018/19, 2019/20 nothing is known here" in said(table)
    rate = tallied(*years_of(9, 8, 7, 9), n_years=8, pooled=True).table("notifications.rate").total[0]
    assert rate.of == 4 * 165300, "years that are not there are no years of children at risk"


def test_a_year_to_come_is_no_zero() -> None:
    made = tallied(CASE, year="2025/26", n_years=2, today=date(2024, 5, 1)).table("notifications.sex")
    assert [cell.n for cell in made.total] == [0, None]


def test_a_year_that_is_not_over_is_compared_with_nothing() -> None:
    cases = years_of(40, 40, 40, 40, 40, 5)
    for today, compared in ((date(2023, 6, 30), False), (date(2024, 3, 31), False), (date(2024, 4, 1), True)):
        made = tallied(*cases, n_years=6, today=today)
        for table in made.tables:
            words = said(table)
            assert ("Not over on" in words) is not compared
            assert compared or not ("2022/23 had" in words or "these differ" in words), table.id
        chart = said(made.table("notifications.local_authority"))
        assert "Outside the limits" not in chart if not compared else "Outside the limits" in chart
        told = " ".join(sentences(made, rules("report"), rules("intervals")))
        assert ("2022/23 had" in told) is compared


# ---- one question, one test ---------------------------------------------------------------------------------------------


def test_the_same_children_get_one_verdict_in_every_table_and_sentence() -> None:
    with_factors = {2022: 12, 2023: 24}
    cases = [
        replace(one, modifiable="yes" if int(one.case[5:]) < with_factors[one.notified_on.year] else "no")
        for one in years_of(20, 40)
    ]
    made = tallied(*cases, n_years=2)
    for table in ("reviews.modifiable", "reviews.modifiable_by_authority", "reviews.modifiable_by_category"):
        words = said(made.table(table))
        assert "2023/24 has 24 of 40, 2022/23 had 12 of 20. Chance alone often makes" in words, table
        assert "these differ" not in words, "24 against 12 are more as counts, and the same as shares"
    told = " ".join(sentences(made, rules("report"), rules("intervals")))
    assert "24 of 40 reviews found modifiable factors in 2023/24 (60.0%)" in told
    assert "2022/23 had 12 of 20, a difference that chance alone often makes" in told


def test_deaths_that_may_be_in_any_row_are_not_compared_row_by_row() -> None:
    cases = [replace(one, gestation_weeks=None if one.notified_on.year == 2022 else 22) for one in years_of(40, 40)]
    words = said(tallied(*cases, n_years=2).table("notifications.gestation"))
    assert "The rows are not compared with 2022/23" in words and "these differ" not in words


def test_a_control_chart_prints_the_limits_of_the_year_that_it_speaks_of() -> None:
    yes = {2018: 5, 2019: 20, 2020: 20, 2021: 20, 2022: 20, 2023: 90}
    cases = [
        replace(one, modifiable="yes" if int(one.case[5:]) < yes[one.notified_on.year] else "no")
        for one in years_of(10, 100, 100, 100, 100, 100)
    ]
    words = said(tallied(*cases, n_years=6).table("reviews.modifiable_by_authority"))
    common = 175 / 510
    reach = 3 * (common * (1 - common) / 100) ** 0.5
    assert f"2023/24, whose limits are {common - reach:.1%} to {common + reach:.1%}" in words
    widest = 3 * (common * (1 - common) / 10) ** 0.5
    assert f"{common + widest:.1%}" not in words, "the limits of ten reviews are of no year of a hundred"
