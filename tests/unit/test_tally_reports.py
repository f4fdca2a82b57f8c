"""What two published reports print: babies and infants apart, joined bands, none by authority, occasions, whole per cents."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from unit.tally_cases import CASE, SETTING, said, tallied

from cdr.app import rules
from cdr.documents.tables.tally import headings, render
from cdr.statistics.facts import CaseFacts
from cdr.statistics.reference import Figure
from cdr.statistics.tables import Table, largest_remainder, percent
from cdr.statistics.tally import HALF_UP, LARGEST_REMAINDER

DATA = Path(__file__).parents[1] / "data"
DERBY, DURHAM = (YAML(typ="safe").load((DATA / f"reference-{name}.yaml").read_bytes()) for name in ("derby", "durham"))
DIED = date(2023, 9, 1)


def child(n: int, age_in_days: int, weeks: int | None, **more: Any) -> CaseFacts:
    born = DIED - timedelta(days=age_in_days)
    return replace(CASE, case=f"2023-{n:04}", died=DIED, born=born, gestation_weeks=weeks, **more)


def cells(table: Table) -> dict[str, tuple[int | None, int | None, float | None]]:
    return {row.label: (row.cells[-1].n, row.cells[-1].of, row.cells[-1].percent) for row in table.rows}


def test_derby_s_babies_under_23_weeks_are_of_the_newborn_babies_and_its_preterm_of_the_infants() -> None:
    published = DERBY["notifications"]
    newborn = published["total"] * published["neonatal_0_27_days_percent"] // 100
    early = round(newborn * published["of_those_under_23_weeks_gestation_percent"] / 100)
    babies = [child(n, 3, 22 if n < early else 30 if n < 29 else 39) for n in range(newborn)]
    infants = [child(100 + n, 90, 30 if n < 2 else 40) for n in range(9)]
    older = [child(200 + n, 2000, None) for n in range(24)]
    made = tallied(*babies, *infants, *older)
    neonatal = made.table("notifications.neonatal_gestation")
    assert cells(neonatal)["Under 23 weeks"] == (10, 33, 30.3), "30 per cent of those"
    assert (neonatal.total[0].n, neonatal.total[0].of) == (33, 33)
    infant = made.table("notifications.infant_gestation")
    assert cells(infant)["Under 37 weeks"] == (31, 42, 73.8), "74 per cent of all infants"
    assert infant.total[0].n == 42 and made.table("notifications.sex").total[0].n == 66


def test_gestation_that_nobody_knows_is_in_neither_band() -> None:
    made = tallied(child(1, 3, 22), child(2, 3, None))
    assert cells(made.table("notifications.neonatal_gestation")) == {
        "Under 23 weeks": (1, 2, 100.0), "23-36 weeks": (0, 2, 0.0), "37 weeks and over": (0, 2, 0.0),
        "Not known": (1, 2, None),
    }  # fmt: skip


def test_joined_bands_take_in_every_age_once() -> None:
    days = (3, 100, 500, 2500, 4500, 6000)
    made = tallied(*(child(n, age, None) for n, age in enumerate(days)))
    assert {label: n for label, (n, _, _) in cells(made.table("reviews.age_group")).items()} == {
        "Under 1 year": 2, "1-4 years": 1, "5-9 years": 1, "10-17 years": 2,
    }  # fmt: skip
    assert cells(made.table("reviews.modifiable_by_age_group"))["10-17 years"] == (2, 2, 100.0)


@pytest.mark.parametrize("year", ["2022/23", "2023/24"])
def test_durham_s_reviews_without_modifiable_factors_come_back_by_authority(year: str) -> None:
    published = {name: by[year] for name, by in DURHAM["reviews"]["modifiable_factors"].items() if name != "total"}
    ours = dict(zip(published, ("Northshire", "Southtown"), strict=True))
    cases = [
        replace(CASE, case=f"2023-{k}{n:03}", local_authority=ours[name], modifiable=answer)
        for k, (name, numbers) in enumerate(published.items())
        for n, answer in enumerate(["no"] * numbers["without"] + ["yes"] * (numbers["reviews"] - numbers["without"]))
    ]
    table = tallied(*cases).table("reviews.not_modifiable_by_authority")
    assert {name: cells(table)[ours[name]][:2] for name in published} == {
        name: (numbers["without"], numbers["reviews"]) for name, numbers in published.items()
    }


def test_too_little_information_is_neither_with_nor_without() -> None:
    cases = [
        replace(CASE, case=f"2023-{n}", modifiable=said)
        for n, said in enumerate(("no", "inadequate_information", None))
    ]
    cell = next(one.cells[0] for one in tallied(*cases).table("reviews.not_modifiable_by_authority").rows if one.label == "Northshire")  # fmt: skip
    assert (cell.n, cell.of, cell.known) == (1, 3, 2)


def test_themes_are_shares_of_all_occasions() -> None:
    themes = [("escalation", "capacity"), ("escalation",), ()]
    made = tallied(*(replace(CASE, case=f"2023-{n}", learning_themes=one) for n, one in enumerate(themes)))
    table = made.table("reviews.learning_occasions")
    assert cells(table) == {"Escalation": (2, 3, 66.7), "Capacity": (1, 3, 33.3)}
    assert (table.total[0].n, table.total[0].percent) == (3, 100.0)
    assert cells(made.table("reviews.learning_themes"))["Escalation"] == (2, 3, 66.7)
    assert "an occasion" in said(table)


def test_the_share_of_the_children_stands_beside_the_share_of_deaths() -> None:
    cases = [replace(CASE, case=f"2023-{n}", local_authority="Southtown" if n < 2 else "Northshire") for n in range(4)]
    words = said(tallied(*cases).table("notifications.local_authority"))
    assert "Southtown has 28.4% of the area's children, and 50.0% of these deaths" in words
    unknown = tallied(*cases, setting=replace(SETTING, population={"Southtown": 5}))
    assert "of the area's children" not in said(unknown.table("notifications.local_authority"))


def test_no_share_of_the_children_stands_beside_deaths_of_a_year_before_the_first_case() -> None:
    """One death of that year is known; how many there were in the other authority is not, and is not "0.0%"."""
    late = replace(CASE, local_authority="Southtown", notified_on=date(2024, 4, 1))
    cases = [
        replace(late, case="2024-1", died=None, counted=False),
        replace(late, case="2024-2", died=date(2023, 4, 1)),
    ]
    for rounding in (HALF_UP, LARGEST_REMAINDER):
        table = tallied(*cases, rounding=rounding).table("deaths.local_authority")
        assert [row.cells[0].n for row in table.rows[:2]] == [1, None]
        assert "of the area's children" not in said(table)


def test_percents_may_be_whole_and_it_is_said() -> None:
    cases = [replace(CASE, case=f"2023-{n}", place="hospice" if n < 12 else "neonatal_unit") for n in range(66)]
    made = tallied(*cases, decimals=0)
    table = made.table("notifications.place")
    assert cells(table)["Hospital"] == (54, 66, 82.0)
    text = render(replace(made, tables=(table,)), "table")
    assert "54 (82%)" in text and "rounded to whole per cent, halves up" in " ".join(text.split())
    assert "82%" not in render(replace(made, tables=(tallied(*cases).table("notifications.place"),)), "table")
    three = [replace(CASE, case=f"2023-{n}", sex=sex) for n, sex in enumerate(("male", "female", "indeterminate"))]
    whole = tallied(*three, decimals=0, rounding=LARGEST_REMAINDER).table("notifications.sex")
    assert [row.cells[0].percent for row in whole.rows] == [34.0, 33.0, 33.0]
    assert (percent(1, 8, 0), percent(1, 200, 0), largest_remainder([1, 1, 1], 0)) == (13.0, 1.0, [34.0, 33.0, 33.0])


def test_published_figures_of_two_units_are_two_columns() -> None:
    def figure(row: str, value: float, unit: str) -> Figure:
        return Figure("England", "died", "2023/24", value, unit, "a release", 2024, row, ("deaths.sex",))

    setting = replace(SETTING, figures=(figure("Male", 56.5, "percent"), figure("Female", 20, "per_100000")))
    table = tallied(CASE, setting=setting).table("deaths.sex")
    assert headings(table) == ("2023/24", "England 2023/24", "England 2023/24")
    text = render(replace(tallied(CASE), tables=(table,)), "md")
    assert "| Male | 0 | 56.5% |  |" in text
    assert "****" not in text
    assert "| Female | 1 |  | 20 per 100,000 |" in text


def test_the_page_of_the_published_reports_names_tables_that_there_are() -> None:
    page = (Path(__file__).parents[2] / "docs" / "published-reports.md").read_text()
    named = set(re.findall(r"`((?:notifications|deaths|reviews|returns|open)\.[a-z_]+)`", page))
    assert len(named) > 20 and named <= {*rules("bands")["tables"], *rules("bands")["more_tables"]}
