"""Rows from CSV files, whatever wrote them, and files that are something else than they say."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.sheet_rows import book, refused, rows

from cdr.documents.incoming import rows as table
from cdr.documents.incoming import sheets, xlsx_cells
from cdr.errors import InvalidData

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


@pytest.mark.parametrize("raw", [b"a,b\n1,\0\n", bytes(range(128, 256)) * 4])
def test_what_is_no_text_is_refused(raw: bytes) -> None:
    assert "neither CSV nor" in refused(raw)


@pytest.mark.parametrize(
    "make", [lambda n: b"a,b\n" + b"1,2\n" * n, lambda n: book(lambda sheet: [sheet.append([1, 2]) for _ in range(n)])]
)
def test_far_more_rows_than_a_register_has_are_refused(
    make: Callable[[int], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(table, "MOST_ROWS", 200)
    monkeypatch.setattr(xlsx_cells, "MOST_ROWS", 200)
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


@pytest.mark.parametrize(
    "raw",
    [
        b"a,b\n" + b"," * 500 + b"x\n",
        b"a,b\n" + b"\n" * 300_000 + b"1,2\n",
        b"1," * 300 + b"\n" + b"1\n" * 30_000,
        (b"1," * 399 + b"1\n") * 2_000,
    ],
)
def test_a_csv_file_that_is_no_register_is_told(raw: bytes) -> None:
    with pytest.raises(InvalidData) as error:
        assert sheets.read(raw, "r").sheets
    assert "more than" in error.value.problems[0].message and error.value.problems[0].line > 1


# ---- what a file is --------------------------------------------------------------------------------------------------


def ole(stream: str) -> bytes:
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + stream.encode("utf-16-le") + bytes(600)


def zipped(*names: str, first: bytes = b"") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for number, name in enumerate(names):
            archive.writestr(name, first if not number else b"")
    return out.getvalue()


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (ole("Workbook"), "old Excel file (.xls)"), (ole("Book"), "old Excel file (.xls)"), (ole("EncryptedPackage"), "password"),
        (ole("WordDocument"), "Word document"), (ole("x"), "old or a password-protected"),
        (zipped("mimetype", "content.xml", first=b"application/vnd.oasis.opendocument.spreadsheet"), "OpenDocument spreadsheet (.ods)"),
        (zipped("[Content_Types].xml", "xl/workbook.bin"), "(.xlsb)"), (zipped("[Content_Types].xml", "word/document.xml"), "Word document"),
        (zipped("Index/Document.iwa"), "Apple"), (zipped("a.csv"), "no Excel workbook"), (b"%PDF-1.7\n", "a PDF"),
        (b"<html><table><tr><td>ref</td></tr></table></html>", "web page"), (b"\xff\xd8\xff\xe0" + bytes(99), "picture"),
        (b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n<Workbook/>', "old Excel file"),
        (b"[InternetShortcut]\nURL=https://x.example/register.xlsx\n", "only a link"),
        (b"7z\xbc\xaf\x27\x1c" + bytes(99), "archive"), (b"-----BEGIN PGP MESSAGE-----\n\nhQ==\n-----END PGP MESSAGE-----\n", "encrypted"),
        (b"From: a@b.example\nMIME-Version: 1.0\n\nref,sex\n", "e-mail"),
    ],
)  # fmt: skip
def test_another_kind_of_file_is_named(raw: bytes, words: str) -> None:
    assert words in refused(raw)


def test_csv_under_the_name_of_a_workbook_is_read_and_named() -> None:
    assert sheets.read(b"ref,sex\n1,male\n", "register.xlsx").notes == (sheets.NOT_A_WORKBOOK,)
    assert sheets.read(b"BMI,MZ,ref\n1,2,3\n", "register.csv").sheets[0].rows[0].cells == ("BMI", "MZ", "ref")


@pytest.mark.parametrize("end", [b"\x1a", b"\r\n\x1a", b"\x1a\r\n"])
def test_the_end_mark_of_old_programs_is_no_row(end: bytes) -> None:
    assert rows(b"ref,sex\r\n1,male" + end) == [(1, ("ref", "sex")), (2, ("1", "male"))]
