"""What spreadsheet programs write is read as rows of text; what could do harm is refused in words."""

from __future__ import annotations

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from conftest import DATA, many
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from unit import workbook_bombs

from cdr.documents.incoming import rows as table
from cdr.documents.incoming import sheets, xlsx_cells
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


# ---- small files that would cost much --------------------------------------------------------------------------------


def test_small_workbooks_that_would_cost_much_are_told_within_little_memory_and_time() -> None:
    done = subprocess.run([sys.executable, workbook_bombs.__file__], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_many_sheets_are_no_register_and_no_harm() -> None:
    names = b"".join(b'<sheet name="s%d" sheetId="%d" r:id="r1"/>' % (n, n) for n in range(900))
    found = sheets.read(
        workbook_bombs.book(book=workbook_bombs.PARTS[workbook_bombs.BOOK].replace(b"<sheets>", b"<sheets>" + names)),
        "r",
    )
    assert len(found.sheets) == 901


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


# ---- as Excel and other programs write -------------------------------------------------------------------------------


def test_the_kept_registers_of_other_programs_are_read() -> None:
    strict = sheets.read((DATA / "registers" / "register-strict-ooxml.xlsx").read_bytes(), "r.xlsx")
    place = sheets.read((DATA / "registers" / "register-x000d-place.xlsx").read_bytes(), "r.xlsx")
    evening = sheets.read((DATA / "registers" / "register-2300-dates.xlsx").read_bytes(), "r.xlsx")
    assert [len(found.sheets[0].rows) for found in (strict, place, evening)] == [4, 4, 4]
    assert strict.sheets[0].rows[1].cells[:5] == ("R1", "2020-05-04", "2020-05-01", "2020-05-03", "male")
    assert [row.cells[7] for row in place.sheets[0].rows] == ["place", "Home", "Home", "Hospital"]
    assert evening.sheets[0].rows[1].cells[1] == "2020-05-03T23:00"


def test_strict_open_xml_with_its_own_dates_is_read() -> None:
    strict = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    dated = b'<row r="1"><c t="d"><v>2020-05-01</v></c><c t="d"><v>2020-05-01T00:00:00.000</v></c><c t="d"><v>2020-05-01T23:00:00Z</v></c></row>'
    raw = workbook_bombs.book(
        sheet=b'<x:worksheet xmlns:x="' + strict + b'"><sheetData>' + dated + b"</sheetData></x:worksheet>"
    )
    assert rows(raw) == [(1, ("2020-05-01", "2020-05-01", "2020-05-01T23:00"))]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("a_x000D_", "a"), ("a_x000d__x000A_b", "a b"), ("_x005F_x000D_", "_x000D_"), ("_x00e9_", "é"), ("a_x000D", "a_x000D"),
        ("plain_text", "plain_text"), ("_x_x0041_", "_xA"),
    ],
)  # fmt: skip
def test_what_excel_escapes_is_decoded(written: str, meant: str) -> None:
    shared = f"<sst><si><t>{written}</t></si><si><r><t>{written[:4]}</t></r><r><t>{written[4:]}</t></r><rPh><t>x</t></rPh></si></sst>"
    cells = f'<row><c t="s"><v>0</v></c><c t="s"><v>1</v></c><c t="inlineStr"><is><t>{written}</t></is></c><c t="str"><f>A1</f><v>{written}</v></c></row>'
    raw = workbook_bombs.book(
        strings=shared.encode(), sheet=b"<worksheet><sheetData>" + cells.encode() + b"</sheetData></worksheet>"
    )
    assert rows(raw) == [(1, (meant,) * 4)]


def test_dates_are_told_from_numbers_by_their_style() -> None:
    styles = (
        b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\\/mm\\/yyyy;@"/><numFmt numFmtId="165" formatCode="0&quot; days&quot;"/>'
        b'<numFmt numFmtId="166" formatCode="[Red]0.00"/><numFmt numFmtId="167" formatCode="[h]:mm"/></numFmts><cellStyleXfs><xf numFmtId="14"/>'
        b'</cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="166"/>'
        b'<xf numFmtId="22"/><xf numFmtId="167"/></cellXfs></styleSheet>'
    )
    cells = b"".join(b'<c s="%d"><v>43951.958333333336</v></c>' % style for style in range(7))
    raw = workbook_bombs.book(
        styles=styles, sheet=b"<worksheet><sheetData><row>" + cells + b"</row></sheetData></worksheet>"
    )
    evening, number = "2020-04-30T23:00", "43951.958333333336"
    assert rows(raw)[0][1] == (number, evening, evening, number, number, evening, evening)
    of_1904 = workbook_bombs.PARTS[workbook_bombs.BOOK].replace(b"<sheets>", b'<workbookPr date1904="1"/><sheets>')
    raw = workbook_bombs.book(
        book=of_1904,
        styles=styles,
        sheet=b'<worksheet><sheetData><row><c s="1"><v>42489</v></c></row></sheetData></worksheet>',
    )
    assert rows(raw)[0][1] == ("2020-04-30",)


def test_rows_that_a_filter_hides_are_read_and_told() -> None:
    def fill(sheet: Any) -> None:
        for number in range(16):
            sheet.append([f"R{number}", "x"])
        for number in (3, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16):
            sheet.row_dimensions[number].hidden = True

    found = sheets.read(book(fill), "register")
    assert len(found.sheets[0].rows) == 16
    assert found.notes == (
        "12 rows are hidden in the workbook, by a filter or by hand, and were read as well: rows 3, 5, 7, 8, 9, 10, 11, 12, 13, 14 and 2 more",
    )


VALUE = (
    st.none() | st.booleans() | st.integers(-(10**14), 10**14) | st.floats(-1e9, 1e9, allow_nan=False).map(lambda number: round(number, 6))
    | st.text(st.characters(exclude_categories=["C", "Z"]), max_size=12) | st.dates(date(1901, 1, 1), date(2100, 1, 1))
    | st.datetimes(datetime(1901, 1, 1), datetime(2100, 1, 1)).map(lambda when: when.replace(second=0, microsecond=0))
)  # fmt: skip


@settings(deadline=None, max_examples=many(25))
@given(st.lists(st.lists(VALUE, min_size=1, max_size=5), min_size=1, max_size=6))
def test_what_openpyxl_writes_is_read_as_openpyxl_reads_it(cells: list[list[Any]]) -> None:
    raw = book(
        lambda sheet: [
            sheet.append([None if isinstance(one, str) and one.startswith("=") else one for one in row])
            for row in cells
        ]
    )
    read = load_workbook(io.BytesIO(raw), data_only=True).active
    assert read is not None
    expected = [(n, [as_text(cell.value) for cell in row]) for n, row in enumerate(read.iter_rows(), 1)]
    found = dict(rows(raw)) if any(any(row) for _, row in expected) else {}
    assert {n: [*row] for n, row in found.items()} == {n: stripped(row) for n, row in expected if any(row)}


def as_text(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "" if value is None else "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(timespec="minutes")
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def stripped(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row = row[:-1]
    return row


@settings(deadline=None, max_examples=many(150))
@given(st.data())
def test_a_workbook_with_something_wrong_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    """Bytes of a part changed, cut or put in: nothing but a refusal in words ever comes of it."""
    name = data.draw(st.sampled_from([*workbook_bombs.PARTS, workbook_bombs.STRINGS, workbook_bombs.STYLES]))
    part = bytearray(FULL.get(name, b"<x/>"))
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(part)))
        new = data.draw(
            st.binary(max_size=3)
            | st.sampled_from([b"<", b">", b"&", b'"', b"-1", b"99999999999", b"1e999", b"nan", b"s", b"d"])
        )
        part[place : place + data.draw(st.integers(0, 8))] = new
    try:
        sheets.read(workbook_bombs.book(**(FULL | {name: bytes(part)})), "register")
    except InvalidData as error:
        assert error.problems[0].rule == "REG-FILE"


FULL = {
    workbook_bombs.STRINGS: b"<sst><si><t>a</t></si><si><r><t>b</t></r></si></sst>",
    workbook_bombs.STYLES: b'<styleSheet><numFmts><numFmt numFmtId="164" formatCode="yyyy"/></numFmts><cellXfs><xf numFmtId="0"/>'
    b'<xf numFmtId="164"/></cellXfs></styleSheet>',
    workbook_bombs.SHEET: b'<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>43951.5</v></c><c t="b"><v>1</v></c>'
    b'<c t="e"><f>1/0</f><v>#DIV/0!</v></c></row><row r="3" hidden="1"><c r="A3"><f>1</f></c></row></sheetData>'
    b'<mergeCells><mergeCell ref="A1:B2"/></mergeCells></worksheet>',
}


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
