"""Registers of another shape: their mappings, their workbooks, and files that are none."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli.registers import AS_OF, ROW, commits, documents, register
from conftest import DATA, Shell
from openpyxl import Workbook

REGISTERS = DATA / "registers"


# ---- mappings --------------------------------------------------------------------------------------------------------


@pytest.fixture
def semicolons(tmp_path: Path) -> str:
    """The register as Excel saves it in a country of commas: Windows-1252, with Windows' line ends."""
    text = (REGISTERS / "semicolons.csv").read_text("utf-8")
    (tmp_path / "semicolons.csv").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    return str(tmp_path / "semicolons.csv")


def test_a_register_of_another_shape_comes_in_by_its_mapping(cdr: Shell, semicolons: str) -> None:
    file, mapping = semicolons, str(REGISTERS / "semicolons-map.yaml")
    answer = cdr("import", file, "--map", mapping, "--json", as_of=AS_OF)
    assert [case["row"] for case in answer.json["cases"]] == [4, 5, 7, 8, 9]
    assert "Windows-1252" in answer.err
    child = documents(cdr, answer.json["cases"][0]["case"])["notification"]["child"]
    assert (child["family_name"], child["first_names"], child["date_of_birth"]) == ("Größling", "Zoë", "2015-05-01")


def test_without_its_mapping_the_needed_columns_are_named(cdr: Shell, semicolons: str) -> None:
    answer = cdr("import", semicolons, as_of=AS_OF, code=65)
    assert answer.err.count("[REG-01]") == 8
    assert "--guess" in answer.err and "Größling" not in answer.err


def test_a_value_without_a_code_is_told_once_with_how_many_rows(cdr: Shell, semicolons: str, tmp_path: Path) -> None:
    text = (REGISTERS / "semicolons-map.yaml").read_text()
    mapping = tmp_path / "map.yaml"
    mapping.write_text(
        text.replace("  ethnicity: {Traveller family: C}\n", "")
        .replace("NICU: neonatal_unit, ", "")
        .replace(", Road: Public place", "")
    )
    answer = cdr("import", semicolons, "--map", str(mapping), as_of=AS_OF, code=65)
    assert answer.err.count('"Traveller family" in 2 rows') == 1
    assert answer.err.count('"NICU" in 3 rows') == 1
    assert '"Road"' not in answer.err, "what stands in one row only may be a name"
    assert "semicolons.csv:7: place: Place of death: the value of this row" in answer.err


def test_a_guessed_mapping_brings_the_register_in_once_it_was_put_right(cdr: Shell, tmp_path: Path) -> None:
    file, mapping = workbook(tmp_path), tmp_path / "map.yaml"
    before = commits(cdr)
    said = cdr("import", file, "--guess", "-o", str(mapping))
    assert "--dry-run" in said.err and commits(cdr) == before
    guessed = mapping.read_text()
    assert "header_row: 3" in guessed and "skip_rows: [9]" in guessed and '"Gender"  # likely' in guessed
    assert '# "Martian":  # 2 rows; say which code' in guessed
    assert "Mondlicht" not in guessed, "a value that only one row has is not shown"
    refused = cdr("import", file, "--map", str(mapping), "--dry-run", as_of=AS_OF, code=65)
    assert '"Martian" in 2 rows' in refused.err
    mapping.write_text(
        guessed.replace('# "Martian":  # 2 rows; say which code', '"Martian": S').replace("# ethnicity:", "ethnicity:")
    )
    answer = cdr("import", file, "--map", str(mapping), "--json", as_of=AS_OF)
    assert [case["row"] for case in answer.json["cases"]] == [4, 5, 7, 8]
    assert "hidden" in answer.json["notes"][0]
    assert {case["open"] for case in answer.json["cases"]} == {True, False}


def workbook(folder: Path) -> str:
    from datetime import datetime as day

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Register of deaths, confidential"])
    sheet.merge_cells("A1:L1")
    sheet.append([])
    sheet.append(["Ref", "Date notified", "Surname", "Forename", "DOB", "Date of Death", "Gender", "Ethnic group", "LA", "Location of death",
                  "NHS No", "CDOP date", "Comments"])  # fmt: skip
    same = (day(2015, 8, 6), "Ghost")
    sheet.append(
        [
            "15/01",
            *same,
            "Zoë",
            day(2015, 5, 1),
            day(2015, 8, 5),
            "F",
            "White British",
            "Northshire",
            "Hospital",
            9990000018.0,
            day(2016, 3, 1),
            "x",
        ]
    )
    sheet.append(
        [
            "15/02",
            *same,
            "Ngọc",
            day(2000, 2, 29),
            day(2015, 8, 5),
            "M",
            "Martian",
            "Northshire",
            "NICU",
            "999 000 0026",
            None,
        ]
    )
    sheet.append([])
    sheet.append(
        [
            "15/03",
            *same,
            "Łukasz",
            day(2010, 2, 28),
            day(2015, 8, 5),
            "M",
            "Martian",
            "Southtown",
            "Home address",
            None,
            None,
        ]
    )
    sheet.append(
        [
            "15/04",
            *same,
            "Ada",
            day(2010, 2, 28),
            day(2015, 8, 5),
            "F",
            "Pakistani",
            "Southtown",
            "Hospital",
            None,
            None,
            "Mondlicht",
        ]
    )
    sheet.append(["Total", 4])
    hidden = book.create_sheet("lists")
    hidden.sheet_state = "hidden"
    hidden.append(["M", "F"])
    book.save(folder / "register.xlsx")
    return str(folder / "register.xlsx")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "the file holds nothing"),
        (",".join(ROW).encode(), "there is no case below the header"),
        (b"ref,name\n1,x\n", "[REG-01]"),
        (bytes(range(256)), "neither CSV nor"),
    ],
)
def test_a_file_that_is_no_register_is_refused(cdr: Shell, tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "file").write_bytes(content)
    for options in ((), ("--dry-run",)):
        assert words in cdr("import", str(tmp_path / "file"), *options, code=65).err
    (tmp_path / "macros.XLSM").write_bytes(b"PK")
    assert "macros" in cdr("import", str(tmp_path / "macros.XLSM"), code=65).err


def test_a_mapping_that_is_not_right_is_told_by_its_lines(cdr: Shell, tmp_path: Path) -> None:
    mapping = tmp_path / "map.yaml"
    for text, words in (
        ("schema: register-map/1\ncolumns: {sexx: a}\n", "map.yaml:2: columns.sexx"),
        ("schema: register-map/1\n\nvalues:\n  sex: {m: mann}\n", "map.yaml:4: values.sex: Sex: choose one of: male"),
        ("schema: register-map/1\nsheet: Elsewhere\n", "a sheet that the workbook does not have"),
        ("schema: form-a/1\n", "[SCHEMA-VERSION]"),
    ):
        mapping.write_text(text)
        assert words in cdr("import", register(tmp_path, ROW), "--map", str(mapping), code=65).err
