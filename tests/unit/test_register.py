"""The rules of a register's rows, its mapping and the guess at one: both sides of each."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given as using
from hypothesis import settings
from hypothesis import strategies as st
from unit.domain_data import known

from cdr.app import App, rules
from cdr.domain.case.facts import analysis_of, notification_of
from cdr.domain.register.register import Columns, Reading, documents, read_row
from cdr.domain.register.register_guess import guess
from cdr.domain.register.register_map import (
    CODED,
    DATE_FORMATS,
    RegisterMap,
    date_reader,
    header,
    header_of,
    mapping_problems,
)
from cdr.domain.register.register_read import take
from cdr.forms import codec, schema
from cdr.forms.codelists import code_list
from cdr.statistics import facts
from cdr.written import folded

COLUMNS = Columns.from_rules(rules("register"))
TODAY = date(2026, 1, 9)
ROW = {
    "old_reference": "15/01", "notified_on": "2019-05-07", "date_of_birth": "2019-03-02", "date_of_death": "2019-05-06", "sex": "female",
    "ethnicity": "N", "local_authority": "Northshire", "place": "Hospital",
}  # fmt: skip


def reading(mapping: RegisterMap = RegisterMap()) -> Reading:
    return Reading(COLUMNS, date_reader(mapping), TODAY, App().national_policy)


def broken(**changes: str) -> list[tuple[str, str]]:
    """The rules that a row breaks, with their columns."""
    _, problems = read_row(2, ROW | changes, reading())
    assert all(one.line == 2 and one.title for one in problems)
    return [(one.rule, one.field) for one in problems]


def value(**changes: str) -> Any:
    row, problems = read_row(2, ROW | changes, reading())
    assert [one for one in problems if one.level == "error"] == []
    return next(row.values.get(name, row.values.get(f"{name}_row")) for name in changes)


def test_a_row_with_what_is_needed_and_no_more_is_right() -> None:
    assert broken() == []


@pytest.mark.parametrize("name", [name for name, column in COLUMNS.by_name.items() if column.needed])
def test_what_is_needed_is_needed_and_the_rest_is_not(name: str) -> None:
    assert ("REG-02", name) in broken(**{name: ""})
    assert set(ROW) == {name for name, column in COLUMNS.by_name.items() if column.needed}


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"date_of_death": "2019-03-01"}, ("A-03", "date_of_death")),
        ({"date_of_birth": "2001-05-06"}, ("A-05", "date_of_death")),
        ({"notified_on": "2019-05-05"}, ("A-27", "notified_on")),
        ({"notified_on": "2026-01-10"}, ("A-04", "notified_on")),
        ({"reviewed_on": "2019-05-05"}, ("C-17", "reviewed_on")),
        ({"reviewed_on": "2026-01-10"}, ("A-04", "reviewed_on")),
        ({"reviewed_on": "2019-05-06"}, ("REG-09", "reviewed_on")),
        ({"category": "8"}, ("REG-10", "reviewed_on")),
        ({"nhs_number": "9990000019"}, ("A-01", "nhs_number")),
        ({"nhs_number": "9.99E+09"}, ("A-01", "nhs_number")),
        ({"postcode": "NR1"}, ("A-25", "postcode")),
        ({"sex": "F"}, ("REG-03", "sex")),
        ({"ethnicity": "Martian"}, ("REG-03", "ethnicity")),
        ({"gestation_weeks": "12"}, ("REG-03", "gestation_weeks")),
        ({"gestation_weeks": "45"}, ("REG-03", "gestation_weeks")),
        ({"gestation_weeks": "24+7"}, ("REG-03", "gestation_weeks")),
        ({"deprivation_decile": "0"}, ("REG-03", "deprivation_decile")),
        ({"deprivation_decile": "11"}, ("REG-03", "deprivation_decile")),
        ({"domain_a": "3"}, ("REG-03", "domain_a")),
        ({"category": "11"}, ("REG-03", "category")),
        ({"contributory_factors": "acute_illness;nonsense"}, ("REG-03", "contributory_factors")),
        ({"date_of_birth": "03/31/2019"}, ("REG-04", "date_of_birth")),
        ({"date_of_birth": "2019"}, ("REG-04", "date_of_birth")),
        ({"date_of_birth": "43500"}, ("REG-04", "date_of_birth")),
        ({"first_names": "A" * 301}, ("REG-03", "first_names")),
    ],
)
def test_what_is_not_right_is_told_by_its_column(changes: dict[str, str], rule: tuple[str, str]) -> None:
    assert broken(**changes) == [rule]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"date_of_death": "6/5/2019"}, "2019-05-06"),
        ({"date_of_death": "6 May 2019"}, "2019-05-06"),
        ({"date_of_death": "2019-05-06 00:00:00"}, "2019-05-06"),
        ({"date_of_death": "2019-05-06T13:45"}, "2019-05-06"),
        ({"date_of_birth": "2001-05-07"}, "2001-05-07"),
        ({"nhs_number": "999-000 0018"}, "9990000018"),
        ({"nhs_number": "n/a"}, None),
        ({"postcode": "nr1 1ab"}, "NR1 1AB"),
        ({"sex": "FEMALE"}, "female"),
        ({"ethnicity": "n"}, "N"),
        ({"ethnicity": "White: British"}, "A"),
        ({"ethnicity": "white british"}, "A"),
        ({"ethnicity": "99"}, "99"),
        ({"ethnicity": "Black"}, "Black"),
        ({"place": "paediatric ward"}, "paediatric_ward"),
        ({"place": "home"}, "Home"),
        ({"place": "Public place"}, "public_place"),
        ({"expected": "Unexpected"}, "unexpected"),
        ({"expected": "no"}, "unexpected"),
        ({"jar": "Yes"}, "yes"),
        ({"jar": "not_known"}, None),
        ({"gestation_weeks": "24"}, {"weeks": 24}),
        ({"gestation_weeks": "24+3"}, {"weeks": 24, "days": 3}),
        ({"category": "8"}, 8),
        ({"category": "8 Perinatal/neonatal event"}, 8),
        ({"modifiable": "inadequate_information"}, "inadequate_information"),
        ({"domain_d": "0"}, 0),
        ({"domain_d": "2.0"}, 2),
        ({"category": "10.0"}, 10),
        ({"nhs_number": "9990000018.0"}, "9990000018"),
        ({"gestation_weeks": "24.0"}, {"weeks": 24}),
        ({"learning_themes": "Escalation; record_keeping ;escalation"}, ["escalation", "record_keeping"]),
    ],
)
def test_what_is_right_is_taken_as_it_is_meant(changes: dict[str, str], expected: object) -> None:
    assert value(**changes) == expected


@pytest.mark.parametrize("name", [name for name, column in COLUMNS.by_name.items() if column.takes in CODED])
def test_every_code_and_every_label_of_a_column_is_taken(name: str) -> None:
    column = COLUMNS.by_name[name]
    for one in code_list(column.codes).codes:
        assert column.meanings[folded(str(one.code))] == one.code
        assert column.meanings[folded(one.label)] in (
            one.code,
            *(other.code for other in code_list(column.codes).codes),
        )
    for proposed in column.values:
        assert folded(proposed) in column.meanings, "a guess proposes what is a code"


@settings(deadline=None)
@using(st.text(max_size=30), st.sampled_from(sorted(COLUMNS.by_name)))
def test_whatever_stands_in_a_cell_is_right_or_told_without_a_word_of_it(text: str, name: str) -> None:
    cell = " ".join(text.split())
    row, problems = read_row(7, ROW | {name: cell}, reading())
    assert cell.isascii() or all(cell not in one.message for one in problems)
    if not [one for one in problems if one.level == "error"]:
        for id_, body in documents(row, TODAY).items():
            form = {"case": "case", "notification": "imported-a", "analysis": "imported-c"}[id_]
            assert schema.problems(body, schema.current(form)) == []


def test_an_imported_case_gives_the_facts_of_a_full_one() -> None:
    more = {
        "reviewed_on": "2020-01-09",
        "category": "8",
        "modifiable": "yes",
        "domain_a": "2",
        "contributory_factors": "acute_illness;other",
    }
    row, _ = read_row(
        2,
        ROW | more | {"modifiable_factors": "parental_smoking;acute_illness", "learning_themes": "escalation"},
        reading(),
    )
    made = documents(row, TODAY)
    kept = {"notification": {"facts": notification_of(made["notification"]).to_dict()}, "case": made["case"]}
    found = facts.case_facts(known("2019-7K3M", analysis=analysis_of(made["analysis"]).to_dict(), **kept))
    assert found is not None
    assert (found.notified_on, found.born, found.died) == (date(2019, 5, 7), date(2019, 3, 2), date(2019, 5, 6))
    assert (found.place, found.ethnicity, found.reviewed_on) == ("Hospital", "N", date(2020, 1, 9))
    assert (found.category, found.modifiable, dict(found.domains)) == (8, "yes", {"A": 2})
    assert found.contributory_factors == ("acute_illness", "other") and found.learning_themes == ("escalation",)
    assert sorted(found.modifiable_factors) == ["acute_illness", "parental_smoking"]


# ---- headers and mappings --------------------------------------------------------------------------------------------


def header_problems(*headings: str, mapping: RegisterMap = RegisterMap()) -> list[tuple[str, str, str]]:
    _, problems = header((1, headings), mapping, COLUMNS)
    return [(one.rule, one.field or one.title, one.level) for one in problems]


def test_headings_are_known_whatever_their_case_and_spaces_in_any_order() -> None:
    assert header_problems(*(f" {name.replace('_', ' ').upper()} " for name in reversed(ROW))) == []


def test_a_heading_of_no_use_is_a_warning_and_one_that_is_nearly_a_column_an_error() -> None:
    assert header_problems(*ROW, "comments") == [("REG-07", "Column 9", "warning")]
    assert header_problems(*ROW, "modifable") == [("REG-07", "Column 9", "error")]
    assert header_problems(*ROW, "sex") == [("REG-06", "sex", "error")]


def test_a_header_below_a_title_is_found() -> None:
    rows = [(1, ("The register of deaths", "")), (3, tuple(ROW)), (4, tuple(ROW.values()))]
    assert header_of(rows, RegisterMap(), COLUMNS) == (1, 8)
    taken = take(rows, {}, RegisterMap(), reading(), False)
    assert [row.number for row in taken.rows] == [4] and taken.problems == ()


def test_rows_that_add_up_and_rows_that_are_too_wide_are_told() -> None:
    rows = [(1, tuple(ROW)), (2, (*ROW.values(), "more")), (3, ("Total", "1"))]
    taken = take(rows, {}, RegisterMap(), reading(), False)
    assert [(one.rule, one.line) for one in taken.problems] == [("REG-08", 2), ("REG-FILE", 3)]
    skipped = take(rows[:1] + rows[2:], {}, RegisterMap(skip_rows=frozenset({3})), reading(), True)
    assert (skipped.rows, skipped.problems) == ((), ())


def test_a_list_that_nobody_filled_in_at_all_is_one_that_the_register_does_not_have() -> None:
    names = (*ROW, "contributory_factors", "modifiable_factors", "learning_themes")
    cells = (("", "parental_smoking", "-"), ("", "", "-"))
    rows = [(1, names), *((n, (*(ROW | {"old_reference": str(n)}).values(), *more)) for n, more in enumerate(cells, 2))]
    taken = take(rows, {}, RegisterMap(), reading(), False)
    assert taken.errors == []
    assert [row.lists for row in taken.rows] == [("modifiable_factors", "learning_themes")] * 2, (
        "a dash says that there is none"
    )


def test_a_cell_that_cannot_be_read_is_told_once_and_only_where_it_matters() -> None:
    rows = [(1, (*ROW, "comments")), (2, (*ROW.values(), ""))]
    faults = {2: [(4, "the cell shows an error"), (8, "the cell shows an error")]}
    taken = take(rows, faults, RegisterMap(), reading(), False)
    assert [(one.rule, one.field, one.message) for one in taken.errors] == [
        ("REG-03", "sex", "the cell shows an error")
    ]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("dd.mm.yyyy", "06.05.2019"), ("dd-mm-yyyy", "06-05-2019"), ("dd/mm/yy", "06/05/19"), ("dd.mm.yy", "06.05.19"),
        ("dd-mmm-yyyy", "06-May-2019"), ("dd-mmm-yy", "06-May-19"), ("dd mmm yyyy", "06 May 2019"), ("mm/dd/yyyy", "05/06/2019"),
        ("yyyymmdd", "20190506"),
    ],
)  # fmt: skip
def test_dates_are_read_as_the_mapping_says_and_a_spreadsheet_s_own_always(pattern: str, text: str) -> None:
    read = date_reader(RegisterMap(date_format=pattern))
    assert read(text) == read("2019-05-06") == read("2019-05-06T00:00") == date(2019, 5, 6)
    with pytest.raises(ValueError):
        read("6th of May")
    assert pattern in DATE_FORMATS


def test_a_mapping_may_only_lead_to_codes_that_there_are() -> None:
    assert (
        mapping_problems(RegisterMap(values={"sex": {"m": "male", "x": ""}, "nhs_number": {"none": ""}}), COLUMNS) == []
    )
    wrong = mapping_problems(RegisterMap(values={"sex": {"m": "man"}, "first_names": {"x": "y"}}), COLUMNS)
    assert [(one.rule, one.field) for one in wrong] == [("REG-MAP", "values.sex"), ("REG-MAP", "values.first_names")]


def test_a_mapping_names_headings_that_there_are_and_what_is_the_same_for_all() -> None:
    others = tuple(name for name in ROW if name != "local_authority")
    assert ("REG-01", "local_authority", "error") in header_problems(*others)
    assert header_problems(*others, mapping=RegisterMap(constants={"local_authority": "Northshire"})) == []
    assert header_problems(*ROW, mapping=RegisterMap(columns={"category": "Cause"})) == [
        ("REG-MAP", "category", "error")
    ]


def test_a_guess_is_a_mapping_that_can_be_read() -> None:
    rows = [
        (1, ("Ref", "DOB", "Sex?", "Ethnic group", "Location of death")),
        *((n, ("1", "x", word, "Welsh", "A & E")) for n, word in enumerate(("M", "M", "Ada Testcase"), 2)),
    ]
    guessed = guess(rows, COLUMNS)
    text = guessed.text()
    assert (
        '"M": "male"  # 2 rows' in text and "Ada" not in text and "1 more, each in one row only, is not shown" in text
    )
    assert "# notified_on:" in text and "date_of_death" in guessed.missing
    body, _ = schema.read(text.encode(), "guess", "register-map")
    assert body["values"]["ethnicity"] == {"Welsh": "A"} and body["values"]["place"] == {
        "A & E": "emergency_department"
    }
    assert RegisterMap.from_document(body).columns["date_of_birth"] == "DOB"
    assert schema.problems(guessed.document(), "register-map/1") == []
    assert codec.load(text.encode())["header_row"] in (1, "1")
