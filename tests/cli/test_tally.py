"""`cdr tally` as a coordinator uses it: which tables, which columns, who is behind a cell, and an area's own published figures."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run

REFERENCE = """\
schema: reference/1
area: East Midlands
releases:
  own: {title: a regional report, published: 2026}
figures:
  - {what: deaths, basis: died, year: 2025/26, value: 24.5, unit: per_100000, release: own, tables: [deaths.rate]}
"""


def kept(cdr: Shell, path: str, text: str) -> None:
    """A plain file put into the store as a member does it by hand."""
    target = Path(cdr.store) / path
    target.parent.mkdir(exist_ok=True)
    target.write_text(text, "utf-8")
    for words in (["add", path], ["commit", "-q", "-S", "-m", "figures"]):
        subprocess.run(["git", "-C", str(cdr.store), *words], check=True)


def test_by_default_the_tables_are_the_interface_s_and_the_others_are_asked_for(cdr: Shell, sudi: str) -> None:
    listed = cdr("tally", "--tables", "--json").json["tables"]
    always = [table["id"] for table in listed if table["always"]]
    assert [table["id"] for table in cdr("tally", "--year", "2025/26", "--json").json["tables"]] == always
    assert len(always) == 25
    every = [table["id"] for table in cdr("tally", "--year", "2025/26", "--all", "--json").json["tables"]]
    assert set(every) == {table["id"] for table in listed} - {"deaths.infant_rate", "notifications.hospital"}, (
        "no live births are given, and no hospitals"
    )
    two = cdr("tally", "--year", "2025/26", "--table", "deaths.rate", "--table", "open.age", "--json").json["tables"]
    assert [table["id"] for table in two] == ["deaths.rate", "open.age"]
    assert "notifications.sex" in cdr("tally", "--tables").out
    assert "notifications.sex" in cdr("tally", "--year", "2025/26", "--table", "sex", code=2).err


def test_rates_take_the_children_of_the_configuration(cdr: Shell, sudi: str) -> None:
    table = cdr("tally", "--year", "2025/26", "--table", "deaths.rate", "--json").json["tables"][0]
    assert table["per"] == 100000
    assert table["total"][0] | {"interval": None} == {
        "n": 1, "of": 165300, "percent": None, "hidden": False, "rate": 0.6, "interval": None,
    }  # fmt: skip


def test_columns_are_years_quarters_or_years_as_one(cdr: Shell, sudi: str) -> None:
    def columns(*options: str) -> list[str]:
        tables = cdr("tally", "--year", "2025/26", "--table", "notifications.sex", "--json", *options).json["tables"]
        columns: list[str] = tables[0]["columns"]
        return columns

    assert columns("--years", "2") == ["2024/25", "2025/26"]
    assert columns("--by", "quarter")[3] == "2025/26 Q4"
    assert columns("--years", "3", "--pooled") == ["2023/24 to 2025/26"]
    cdr("tally", "--year", "2025/26", "--pooled", "--by", "quarter", code=2)
    cdr("tally", code=2)


def test_the_cases_behind_a_cell_are_listed_to_members_only(
    cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cell = ("--trace", "notifications.sex", "Female", "2025/26")
    assert cdr("tally", "--year", "2025/26", *cell).out == f"{sudi}\n"
    assert cdr("tally", "--year", "2025/26", "--trace", "notifications.sex", "Male", "2025/26").out == ""
    body = cdr("tally", "--year", "2025/26", *cell, "--json").json
    assert body == {
        "schema": "cdr-tally-trace/1", "table": "notifications.sex", "row": "Female", "column": "2025/26",
        "n": [sudi], "of": [sudi],
    }  # fmt: skip
    wrong = cdr("tally", "--year", "2025/26", "--trace", "notifications.sex", "Girls", "2025/26", code=2)
    assert "Female" in wrong.err
    for words in (cell, ()):
        refused = run(["--store", str(cdr.store), "--as", people.chaser, "tally", "--year", "2025/26", *words])
        assert refused.code == 77 and refused.out == "" and sudi not in refused.err


def test_births_and_rounding_are_chosen_and_said(cdr: Shell, sudi: str) -> None:
    text = cdr("tally", "--year", "2025/26", "--births", "24", "--rounding", "largest-remainder").out
    assert "Births under 24 weeks of gestation are left out of every table." in text
    assert "largest remainder" in text
    assert "left out" not in cdr("tally", "--year", "2025/26").out


def test_before_the_first_case_of_the_store_there_is_no_year_and_no_zero(cdr: Shell, sudi: str) -> None:
    answer = cdr("tally", "--year", "2019/20", "--json")
    assert all(cell["n"] is None for table in answer.json["tables"] for cell in table["total"])
    assert "Nothing is known of 2019/20: the first case here is of 2025/26." in answer.err
    after = cdr("tally", "--year", "2026/27", "--json", as_of="2027-05-01")
    assert after.json["tables"][0]["total"][0]["n"] == 0
    assert "No death was notified in 2026/27." in after.err


def test_england_is_beside_and_an_area_s_own_figures_too(cdr: Shell, sudi: str) -> None:
    asked = ("tally", "--year", "2025/26", "--table", "deaths.rate", "--json")
    assert [one["area"] for one in cdr(*asked).json["tables"][0]["references"]] == ["England"]
    kept(cdr, "reference/region.yaml", REFERENCE)
    shown = cdr(*asked).json["tables"][0]["references"]
    assert [(one["area"], one["year"], one["value"]) for one in shown] == [
        ("England", "2023/24", 29.8),
        ("East Midlands", "2025/26", 24.5),
    ]
    heads = cdr("tally", "--year", "2025/26", "--table", "deaths.rate").out.splitlines()
    assert any("England 2023/24" in line and "East Midlands 2025/26" in line for line in heads)


@pytest.mark.parametrize(
    ("was", "now", "rule"),
    [
        ("value: 24.5", "value: many", "SCHEMA-TYPE"),
        ("year: 2025/26", "year: 2025/27", "REF-01"),
        ("release: own", "release: gone", "REF-02"),
        ("[deaths.rate]", "[deaths.shoes]", "REF-03"),
        ("schema: reference/1", "schema: form-a/1", "SCHEMA-VERSION"),
    ],
)
def test_published_figures_of_the_wrong_shape_are_a_clear_error_and_no_table(
    cdr: Shell, was: str, now: str, rule: str
) -> None:
    kept(cdr, "reference/region.yaml", REFERENCE.replace(was, now))
    answer = cdr("tally", "--year", "2025/26", code=65)
    assert answer.out == ""
    assert re.search(r"^reference/region.yaml:\d+: ", answer.err, re.MULTILINE) and rule in answer.err


def test_everything_wrong_with_published_figures_is_said_at_once(cdr: Shell) -> None:
    wrong = REFERENCE.replace("24.5", "many").replace("2025/26", "2025/27").replace("[deaths.rate]", "[shoes]")
    kept(cdr, "reference/region.yaml", wrong.replace("release: own", "release: gone"))
    answer = cdr("tally", "--year", "2025/26", code=65)
    assert re.findall(r"\[([A-Z0-9-]+)\]$", answer.err, re.MULTILINE) == ["SCHEMA-TYPE", "REF-01", "REF-02", "REF-03"]


@pytest.mark.parametrize("format", ["table", "md", "csv", "json", "html"])
def test_no_name_number_or_narrative_is_in_any_format(cdr: Shell, sudi: str, format: str) -> None:
    form = EXAMPLES / "form-c-sudi.yaml"
    cdr("review", sudi, "--from", form, "--override", "No panel yet", "--on", "14 April 2026", as_of="2026-05-01")
    text = cdr("tally", "--year", "2026/27", "--years", "2", "--all", "--format", format, as_of="2026-05-01").out
    assert not [word for word in ("Amara", "Testcase", "9990000018", "2025-03-02", "prone", "bedding") if word in text]
    assert sudi not in text


def test_json_holds_one_object_with_the_interface_s_keys(cdr: Shell, sudi: str) -> None:
    body = json.loads(cdr("tally", "--year", "2025/26", "--all", "--json").out)
    assert set(body) == {"schema", "area", "year", "years", "edition", "tables", "meetings", "overridden"}
    wanted = {"id", "title", "basis", "columns", "rows", "total", "notes"}
    assert all(wanted <= set(table) <= wanted | {"per", "breaks", "references"} for table in body["tables"])


def test_a_day_that_is_past_is_said_to_give_what_is_known_today(cdr: Shell, sudi: str) -> None:
    words = "by what is known today and not by what was known on that day"
    past = cdr("tally", "--year", "2025/26", "--json", as_of="2026-01-31").json["tables"]
    assert all(any(words in note for note in table["notes"]) for table in past)
    assert words not in cdr("tally", "--year", "2025/26", as_of="2099-01-31").out


GROUPS = """\
schema: cdr-groups/1
groups:
  - {id: sleep, title: Sleep, codes: [sleep_environment, co_sleeping]}
  - {id: smoke, title: Smoke, codes: [parental_smoking]}
"""


def test_factors_are_counted_by_the_groups_of_a_file(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    form = EXAMPLES / "form-c-sudi.yaml"
    cdr("review", sudi, "--from", form, "--override", "No panel yet", "--on", "14 April 2026", as_of="2026-05-01")
    file = tmp_path / "groups.yaml"
    file.write_text(GROUPS, "utf-8")
    asked = ("tally", "--year", "2026/27", "--groups", file, "--json")
    tables = {table["id"]: table for table in cdr(*asked, as_of="2026-05-01").json["tables"]}
    rows = {row["label"]: row["cells"][0]["n"] for row in tables["reviews.modifiable_groups"]["rows"]}
    assert rows == {"Sleep": 1, "Smoke": 1}
    assert "reviews.contributory_groups" in tables
    assert "Smoking by a parent" in cdr("tally", "--year", "2026/27", "--groups", "derby-2024", as_of="2026-05-01").out
    assert "derby-2024, national-2024" in cdr("tally", "--year", "2026/27", "--groups", "nowhere", code=66).err
    cdr("tally", "--year", "2026/27", "--table", "reviews.modifiable_groups", code=2)


def test_everything_wrong_with_a_file_of_groups_is_said_with_its_line(cdr: Shell, tmp_path: Path) -> None:
    file = tmp_path / "groups.yaml"
    file.write_text(GROUPS.replace("co_sleeping", "a_code_of_none").replace("title: Smoke", "title: Sleep"), "utf-8")
    answer = cdr("tally", "--year", "2026/27", "--groups", file, code=65)
    assert re.findall(r"groups.yaml:(\d+): .*\[([A-Z0-9-]+)\]$", answer.err, re.MULTILINE) == [
        ("3", "SCHEMA-CODE"),
        ("4", "GRP-01"),
    ]


def test_whole_per_cents_are_an_option(cdr: Shell, sudi: str) -> None:
    asked = ("tally", "--year", "2025/26", "--table", "notifications.sex", "--percents")
    assert "(100" not in cdr(*asked, "whole").out, "of a single child there is no percentage"
    cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-02-16")
    assert "1 (50%)" in cdr(*asked, "whole").out and "1 (50.0%)" in cdr(*asked, "tenths").out


REGISTER = """\
old_reference,notified_on,date_of_birth,date_of_death,sex,ethnicity,local_authority,place,reviewed_on,modifiable_factors
A1,2023-05-01,2023-04-20,2023-04-30,male,A,Northshire,paediatric_ward,2024-01-10,parental_smoking
A2,2023-06-01,2020-04-20,2023-05-30,female,A,Northshire,paediatric_ward,2024-01-10,
"""


def test_of_what_a_register_has_no_column_nothing_is_known_and_an_empty_cell_says_none(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    file = tmp_path / "register.csv"
    file.write_text(REGISTER, "utf-8")
    cdr("import", file)
    made = cdr("tally", "--year", "2025/26", "--years", "4", "--all", "--json", as_of="2026-05-01").json["tables"]
    tables = {table["id"]: table for table in made}

    def row(table: str, label: str) -> list[tuple[object, object, object]]:
        cells = next(row["cells"] for row in tables[table]["rows"] if row["label"] == label)
        return [(cell["n"], cell["known"], cell["percent"]) for cell in cells]

    assert row("notifications.jar", "Yes") == [(None, 0, None), (None, 0, None), (0, 0, None), (1, 1, 100.0)]
    assert row("reviews.modifiable_by_authority", "Northshire")[1] == (None, 0, None)
    assert row("reviews.modifiable_factors", "Smoking by a parent or carer")[1] == (1, 2, 50.0)
    assert row("notifications.other_processes", "Inquest")[1:] == [(None, 0, None), (0, 0, None), (1, 1, 100.0)]
    assert row("notifications.family", "Given the leaflet for parents and carers")[1] == (None, 0, None)
    assert [cell["n"] for cell in tables["notifications.sex"]["total"]] == [None, 2, 0, 1]
    assert [cell["n"] for cell in tables["returns.agency"]["total"]][:3] == [None, None, None]
