"""Factors counted by reporting groups, each child once, and the first five held against last year's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from unit.tally_cases import CASE, said, tallied
from unit.test_tally_known import UNTOLD

from cdr import resources
from cdr.errors import WrongUsage
from cdr.forms import schema
from cdr.forms.codelists import code_list
from cdr.statistics.facts import CaseFacts
from cdr.statistics.groups import LISTED, group_problems, groups_of

SHIPPED = [name.removesuffix(".yaml") for name in resources.names("rules", "groups")]


def shipped(name: str) -> dict[str, Any]:
    body, _, problems = schema.examine(resources.read_bytes("rules", "groups", f"{name}.yaml"), name, "groups")
    assert not problems
    return body


DERBY = groups_of(shipped("derby-2024"))
SMOKING = "Smoking by a parent (including in pregnancy)"


def reviewed(*factors: tuple[str, ...], year: int = 2023, **more: Any) -> list[CaseFacts]:
    return [
        replace(
            CASE, case=f"{year}-{n:04}", notified_on=date(year, 5, 1), reviewed_on=date(year, 12, 1),
            modifiable_factors=codes, contributory_factors=codes, **more,
        )
        for n, codes in enumerate(factors)
    ]  # fmt: skip


@pytest.mark.parametrize("name", SHIPPED)
def test_the_groups_that_come_with_cdr_are_dated_and_right(name: str) -> None:
    body = shipped(name)
    assert group_problems(body) == [] and body["since"] and body["source"]
    groups = groups_of(body)
    assert all(groups.titles(table) for table in LISTED)


def test_the_words_of_the_national_forms_take_in_every_factor_once() -> None:
    codes = [code for group in shipped("national-2024")["groups"] for code in group["codes"]]
    assert len(codes) == len(set(codes))
    assert set(codes) == {str(one.code) for one in code_list("factor").codes} - {"other"}


def test_a_group_counts_in_the_tables_that_it_names_and_else_in_both() -> None:
    modifiable, contributory = LISTED
    body = {"title": "Ours", "groups": [
        {"id": "a", "title": "A", "codes": ["x", "y"]}, {"id": "b", "title": "B", "codes": ["y"], "tables": [modifiable]},
        {"id": "c", "title": "C", "codes": ["z"], "tables": [contributory]},
    ]}  # fmt: skip
    found = groups_of(body)
    assert (found.title, found.titles(modifiable), found.titles(contributory)) == ("Ours", ("A", "B"), ("A", "C"))
    assert (found.of(modifiable, ["y", "x"]), found.of(contributory, ["y"]), found.of(modifiable, ["z"])) == (
        ("A", "B"),
        ("A",),
        (),
    )
    assert (found.strange(modifiable, ["x", "z", "w"]), found.strange(contributory, ["z"])) == (("z", "w"), ())


@pytest.mark.parametrize("key", ["id", "title"])
def test_two_groups_of_one_table_have_two_names(key: str) -> None:
    other = {"id": "title", "title": "id"}[key]
    modifiable, contributory = LISTED

    def wrong(*tables: list[str] | None) -> list[str]:
        groups = [
            {key: "same", other: f"other {n}", **({"tables": one} if one else {})} for n, one in enumerate(tables)
        ]
        return [f"{one.rule} {one.field}" for one in group_problems({"groups": groups})]

    assert wrong([modifiable], [contributory]) == []
    assert (
        wrong([modifiable], [modifiable])
        == wrong(None, [contributory])
        == wrong([contributory], None)
        == [f"GRP-01 groups.1.{key}"]
    )
    assert wrong([modifiable], [contributory], None) == [f"GRP-01 groups.2.{key}"]
    assert group_problems({"groups": [{}, {}]}) == []


def test_a_child_counts_once_in_a_group_and_derby_s_29_per_cent_come_back() -> None:
    published = YAML(typ="safe").load((Path(__file__).parents[1] / "data" / "reference-derby.yaml").read_bytes())
    of, percent = (
        published["reviews"]["total"],
        published["reviews"]["top_modifiable_factors_percent"]["parental_smoking"],
    )
    three = ("parental_smoking", "smoking_in_pregnancy", "smoking_in_household")
    smoked = [three[:2] if n < 1 else three[:1] if n < 10 else three[1:2] for n in range(19)]
    made = tallied(*reviewed(*smoked, *[()] * (of - 19)), tables=(), groups=DERBY)
    groups = {one.label: one.cells[0] for one in made.table("reviews.modifiable_groups").rows}
    assert (groups[SMOKING].n, groups[SMOKING].of) == (19, of)
    assert round(groups[SMOKING].percent or 0) == percent == 29
    apart = {one.label: one.cells[0].percent for one in made.table("reviews.modifiable_factors").rows}
    assert apart == {"Smoking by a parent or carer": 15.4, "Smoking in pregnancy": 15.4}
    assert SMOKING not in {one.label for one in made.table("reviews.contributory_groups").rows}


def test_rows_stand_by_how_often_and_what_is_in_no_group_is_said() -> None:
    made = tallied(
        *reviewed(("maternal_bmi",), ("maternal_bmi", "weather"), ("treatment_delay",)), groups=DERBY, tables=()
    )
    table = made.table("reviews.modifiable_groups")
    assert [(one.label, one.cells[0].n) for one in table.rows[:3]] == [
        ("High maternal BMI", 2), ("Issue with treatment, including delays", 1), (SMOKING, 0),
    ]  # fmt: skip
    assert "In no group, and so in no row: Weather." in said(table)
    assert "Groups: Groups of the Derby and Derbyshire annual report." in said(table)


def test_a_register_without_the_list_is_in_no_group_s_percentage() -> None:
    before = reviewed(*[()] * 4, year=2022, **{k: UNTOLD[k] for k in ("imported", "unanswered_after")})
    made = tallied(*before, *reviewed(("maternal_bmi",), ()), n_years=2, groups=DERBY, tables=())
    bmi = next(one for one in made.table("reviews.modifiable_groups").rows if one.label == "High maternal BMI")
    assert [(cell.n, cell.known, cell.percent) for cell in bmi.cells] == [(None, 0, None), (1, 2, 50.0)]


def test_the_groups_tables_are_there_only_where_groups_are_given() -> None:
    ids = [table.id for table in tallied(CASE, tables=()).tables]
    assert not set(ids) & set(LISTED)
    assert [table.id for table in tallied(CASE, tables=(), groups=DERBY).tables] == [*ids, *LISTED]
    with pytest.raises(WrongUsage) as caught:
        tallied(CASE, tables=("reviews.modifiable_groups",))
    assert "--groups" in caught.value.hint


@pytest.mark.parametrize("key", ["id", "title"])
def test_two_groups_of_one_name_are_told(key: str) -> None:
    two = [{"id": "a", "title": "A", "codes": ["weather"]}, {"id": "b", "title": "B", "codes": ["fire"]}]
    two[1][key] = two[0][key]
    assert [(one.rule, one.field) for one in group_problems({"groups": two})] == [("GRP-01", f"groups.1.{key}")]
    for broken in ({}, {"groups": 3}, {"groups": [None, {"title": 1}]}):
        assert group_problems(broken) == []


# ---- the first five -------------------------------------------------------------------------------------------------------

FACTORS = ("weather", "fire", "housing", "animals", "supervision", "escalation")


def by_often(*often: tuple[str, int], year: int) -> list[CaseFacts]:
    return reviewed(*(tuple(code for code, n in often if k < n) for k in range(max(n for _, n in often))), year=year)


def test_the_first_five_are_held_against_last_year_s() -> None:
    before = by_often(*zip(FACTORS[:5], (9, 8, 7, 6, 5), strict=True), year=2022)
    now = by_often(*zip((*FACTORS[1:], FACTORS[0]), (9, 8, 7, 6, 5, 1), strict=True), year=2023)
    words = said(tallied(*before, *now, n_years=2).table("reviews.modifiable_factors"))
    assert "Fire (9; also among the first five of 2022/23)" in words
    assert "Escalation (5; new since 2022/23)" in words
    assert "No longer among them: Weather." in words


def test_of_one_year_or_of_one_that_is_not_over_nothing_is_new() -> None:
    now = by_often(("fire", 3), ("weather", 2), year=2023)
    alone = said(tallied(*now).table("reviews.modifiable_factors"))
    assert "The most often in 2023/24: Fire (3); Weather (2)." in alone
    both = (*by_often(("housing", 3), year=2022), *now)
    unfinished = said(tallied(*both, n_years=2, today=date(2024, 1, 1)).table("reviews.modifiable_factors"))
    assert "new since" not in unfinished and "No longer" not in unfinished
