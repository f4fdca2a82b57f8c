"""What spreadsheet programs write is read as rows of text; what could do harm is refused in words."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from cdr.documents import sheets
from cdr.errors import InvalidData


def rows(raw: bytes) -> list[tuple[int, tuple[str, ...]]]:
    (sheet,) = sheets.read(raw, "register").sheets
    return [(row.number, row.cells) for row in sheet.rows]


def refused(raw: bytes) -> str:
    with pytest.raises(InvalidData) as error:
        sheets.read(raw, "register")
    assert [problem.rule for problem in error.value.problems] == ["REG-FILE"]
    return error.value.problems[0].message


def book(fill: Callable[[Any], object]) -> bytes:
    made = Workbook()
    fill(made.active)
    return saved(made)


def saved(made: Workbook) -> bytes:
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def changed(raw: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed, or a new one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


# ---- CSV -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_csv_file_is_read_whatever_separates_its_cells(delimiter: str, end: str, encoding: str) -> None:
    text = (
        end.join(
            delimiter.join(cells)
            for cells in (["name", "born", "sex"], [" Zoë ", "1/2/2015", "f"], ["", "", ""], ["Ọlá", "", "m"])
        )
        + end
    )
    assert rows(text.encode(encoding)) == [
        (1, ("name", "born", "sex")),
        (2, ("Zoë", "1/2/2015", "f")),
        (4, ("Ọlá", "", "m")),
    ]


def test_lists_in_a_cell_do_not_make_a_file_of_semicolons() -> None:
    assert rows(b"ref,factors,sex\n1,a;b;c;d;e,male\n")[1] == (2, ("1", "a;b;c;d;e", "male"))


def test_excel_s_own_line_about_the_separator_is_no_row() -> None:
    assert rows(b"sep=;\r\nref;sex\r\n1,5;male\r\n") == [(2, ("ref", "sex")), (3, ("1,5", "male"))]


def test_windows_1252_is_read_and_said_and_utf_8_is_not() -> None:
    book_ = sheets.read("ref,name\n1,Größling\n".encode("cp1252"), "register")
    assert book_.sheets[0].rows[1].cells == ("1", "Größling")
    assert book_.notes == (sheets.WINDOWS,)
    assert sheets.read("ref,name\n1,Größling\n".encode(), "register").notes == ()


def test_a_row_is_named_by_the_line_it_begins_on() -> None:
    found = rows(b'ref,note\n1,"two\nlines"\n2,one\n')
    assert found[1:] == [(2, ("1", "two lines")), (4, ("2", "one"))]


def test_quotation_marks_that_do_not_match_are_told_with_their_line() -> None:
    with pytest.raises(InvalidData) as error:
        sheets.read(b'ref,name\n1,Ada\n2,"Bo\n3,Cy\n', "register")
    assert error.value.problems[0].line == 3 and "Bo" not in error.value.problems[0].message


@pytest.mark.parametrize("raw", [b"a,b\n1,\0\n", bytes(range(128, 256)) * 4, b"%PDF-1.7\n\x81\x8d\n"])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    assert "neither CSV nor" in refused(raw)


@pytest.mark.parametrize(
    "make", [lambda n: b"a,b\n" + b"1,2\n" * n, lambda n: book(lambda sheet: [sheet.append([1, 2]) for _ in range(n)])]
)
def test_far_more_rows_than_a_register_has_are_refused(
    make: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 200)
    assert len(rows(make(150))) >= 150
    assert "more than 200 rows" in refused(make(1_300))


def test_a_hundred_thousand_rows_are_refused_at_once() -> None:
    assert "more than 20,000 rows" in refused(b"a,b\n" + b"1,2\n" * 100_000)


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=8), min_size=3, max_size=3),
        min_size=1,
        max_size=8,
    )
)
def test_what_a_csv_writer_writes_comes_back(cells: list[list[str]]) -> None:
    import csv

    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([["one", "two", "three"], *cells])
    assert [row for _, row in rows(out.getvalue().encode())][1:] == [tuple(row) for row in cells]


# ---- Excel -----------------------------------------------------------------------------------------------------------


def test_dates_numbers_and_truths_of_a_workbook_become_text() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["ref", "died", "number", "decile", "time", "yes"])
        sheet.append(["1", date(2019, 2, 28), 9990000018.0, 3, datetime(2019, 5, 6, 13, 45), True])
        sheet.append([None] * 6)
        sheet.append(["2", "28/02/2019", "999 000 0018 ", 3.5, None, False])

    assert rows(book(fill))[1:] == [
        (2, ("1", "2019-02-28", "9990000018", "3", "2019-05-06T13:45", "yes")),
        (4, ("2", "28/02/2019", "999 000 0018", "3.5", "", "no")),
    ]


def test_hidden_sheets_are_not_read_and_that_is_said() -> None:
    made = Workbook()
    first: Any = made.active
    first.append(["ref"])
    for state in ("hidden", "veryHidden"):
        sheet = made.create_sheet(state)
        sheet.append(["secret"])
        sheet.sheet_state = state
    found = sheets.read(saved(made), "register")
    assert [sheet.rows[0].cells for sheet in found.sheets] == [("ref",)]
    assert found.notes == ("2 hidden sheets were not read",)


def test_a_formula_without_its_value_an_error_and_a_merged_cell_are_faults() -> None:
    def fill(sheet: Any) -> None:
        sheet.append(["ref", "a", "b", "c"])
        sheet.append(["1", "=1+1", "#REF!", "x"])
        sheet.append(["2", "", "", "x"])
        sheet.append(["3", "", "", "x"])
        sheet.merge_cells("D3:D4")
        sheet["C2"].data_type = "e"

    (sheet,) = sheets.read(book(fill), "register").sheets
    faults = {row.number: [(place, message.split(";")[0]) for place, message in row.faults] for row in sheet.rows}
    assert faults == {
        1: [],
        2: [(1, "the cell is a formula whose value was not saved"), (2, "the cell shows an error of the spreadsheet")],
        3: [],
        4: [(3, "the cell is merged with another")],
    }


def test_a_formula_is_read_as_the_value_that_was_saved() -> None:
    raw = book(lambda sheet: (sheet.append(["ref", "a"]), sheet.append(["1", "=1+1"])))
    with_value = changed(
        raw,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
            b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
        ),
    )
    assert rows(with_value)[1] == (2, ("1", "2"))


def plain_book() -> bytes:
    return book(lambda sheet: sheet.append(["ref", "sex"]))


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "password"),
        (lambda: plain_book()[:-40], "damaged"),
        (lambda: changed(plain_book(), "xl/vbaProject.bin", lambda _: b"macro"), "macros"),
        (
            lambda: changed(
                plain_book(),
                "[Content_Types].xml",
                lambda xml: xml.replace(b"spreadsheetml.sheet.main", b"x.macroEnabled.main"),
            ),
            "macros",
        ),
        (
            lambda: changed(plain_book(), "xl/workbook.xml", lambda xml: b'<!DOCTYPE a [<!ENTITY b "c">]>' + xml),
            "Excel does not write",
        ),
        (lambda: changed(plain_book(), "xl/bomb.xml", lambda _: bytes(201_000_000)), "far larger"),
        (lambda: changed(plain_book(), "xl/worksheets/sheet1.xml", lambda _: b"<worksheet"), "damaged"),
        (lambda: changed(plain_book(), "[Content_Types].xml", lambda xml: b""), "damaged"),
    ],
)
def test_what_could_do_harm_is_refused_in_words(raw: Callable[[], bytes], words: str) -> None:
    assert words in refused(raw())


def test_any_other_archive_is_no_workbook() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("register.csv", "ref,sex\n")
    assert "no Excel workbook" in refused(out.getvalue())


def test_a_link_to_another_workbook_is_not_followed() -> None:
    raw = book(lambda sheet: (sheet.append(["ref", "a"]), sheet.append(["1", "='file:///etc/[passwd]x'!A1"])))
    (sheet,) = sheets.read(raw, "register").sheets
    assert sheet.rows[1].cells == ("1", "") and len(sheet.rows[1].faults) == 1
