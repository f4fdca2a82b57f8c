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
from unit.sheet_rows import book, refused, rows, saved

from cdr.documents.incoming import sheets
from cdr.errors import InvalidData


def changed(raw: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """A workbook with one of its parts changed, or a new one."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for part in old.namelist():
            new.writestr(part, change(old.read(part)) if part == name else old.read(part))
        if name not in old.namelist():
            new.writestr(name, change(b""))
    return out.getvalue()


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
