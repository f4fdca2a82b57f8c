"""Reading what a spreadsheet program wrote: a CSV file or an Excel workbook as rows of text, and nothing is ever run or fetched.

It stands beside the documents that go out, because both know the formats that other programs read and write.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from cdr.errors import InvalidData, Problem

MOST_ROWS = 20_000
MOST_CELLS = 400
LONGEST_CELL = 20_000
LARGEST_FILE = 50_000_000
LARGEST_UNPACKED = 200_000_000
MOST_PARTS = 2_000
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
DELIMITERS = ",;\t"
SEPARATOR_LINE = re.compile(r"sep=(.)\r?\n")
DEFINITION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)
ROW, FORMULA = re.compile(rb"<(?:\w+:)?row[ >]"), re.compile(rb"<(?:\w+:)?f[ >/]")
MIDNIGHT = time(0)

WINDOWS = (
    "the file is not UTF-8; it was read as Windows-1252, as Excel writes it: look whether names have their accents "
    "(cdr show), or save it as CSV UTF-8"
)


@dataclass(frozen=True)
class Row:
    """One row as it stands in the file: its number from 1 (in CSV the line it begins on), and its cells as trimmed text.

    `faults` are cells that cannot be read, by their place from 0, with what to do about each.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet that hold anything, in order; a CSV file has one sheet without a name."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Book:
    """The sheets of a file that are not hidden, and what a person should know of how it was read."""

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


def read(raw: bytes, file: str) -> Book:
    """The rows of a CSV file or an Excel workbook (.xlsx), by what the bytes are and not by what the file is called.

    Raises: InvalidData, which says what to do and quotes nothing.
    """
    if len(raw) > LARGEST_FILE:
        raise _refused(file, "The file is larger than 50 megabytes; save the register alone, without pictures.")
    if raw.startswith(OLE):
        raise _refused(
            file, "This is an old or a password-protected Excel file. Save it as .xlsx without a password, or as CSV."
        )
    return _workbook(raw, file) if raw.startswith(ZIP) else _csv(raw, file)


def _refused(file: str, message: str, line: int = 0) -> InvalidData:
    return InvalidData([Problem("", "", message, "REG-FILE", line)], file)


# ---- CSV -----------------------------------------------------------------------------------------------------------


def _csv(raw: bytes, file: str) -> Book:
    text, notes = _decoded(raw, file)
    separator = SEPARATOR_LINE.match(text)
    skipped = 1 if separator else 0
    body = text[separator.end() :] if separator else text
    delimiter = separator[1] if separator else _delimiter(body)
    rows: list[Row] = []
    for number, cells in _lines(body, delimiter, file, skipped):
        if len(rows) >= MOST_ROWS:
            raise _too_many(file)
        row = tuple(_trimmed(cell) for cell in cells[:MOST_CELLS])
        if any(row):
            rows.append(Row(number, row, _too_long(row)))
    return Book((Sheet("", tuple(rows)),) if rows else (), notes)


def _decoded(raw: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: Sequence[tuple[str, tuple[str, ...]]] = [("utf-16", ())]
    else:
        encodings = [("utf-8-sig", ()), ("cp1252", (WINDOWS,))]
    for encoding, notes in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text, notes
    raise _refused(file, "This is neither CSV nor an Excel workbook (.xlsx). Save the register as one of the two.")


def _delimiter(text: str) -> str:
    """What separates the cells: whatever makes the most of them in rows of one width; a comma where it is even."""
    head = "".join(text.splitlines(keepends=True)[:20])
    return max(DELIMITERS, key=lambda one: _cells_in_line(head, one))


def _cells_in_line(head: str, delimiter: str) -> int:
    widths: Counter[int] = Counter()
    with suppress(csv.Error):  # told when the file is read
        widths.update(len(cells) for cells in csv.reader(io.StringIO(head), delimiter=delimiter))
    return max((width * rows for width, rows in widths.items() if width > 1), default=0)


def _lines(text: str, delimiter: str, file: str, skipped: int) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    begins = 1 + skipped
    try:
        for cells in reader:
            yield begins, cells
            begins = reader.line_num + 1 + skipped
    except csv.Error:
        raise _refused(
            file, 'From this row on the quotation marks do not match: a text in them ends with one ("), and one inside it is written twice.', begins
        ) from None  # fmt: skip


# ---- Excel ---------------------------------------------------------------------------------------------------------


def _workbook(raw: bytes, file: str) -> Book:
    from openpyxl import load_workbook

    with_formulas = _looked_into(raw, file)
    try:
        values = load_workbook(io.BytesIO(raw), data_only=True, keep_links=False)
        written = load_workbook(io.BytesIO(raw), keep_links=False) if with_formulas else None
    except Exception as error:
        raise _refused(
            file, "The workbook is damaged, or is no spreadsheet. Save it again as .xlsx, or as CSV."
        ) from error
    shown = [sheet for sheet in values.worksheets if sheet.sheet_state == "visible"]
    hidden = len(values.worksheets) - len(shown)
    notes = (f"{hidden} hidden {'sheet was' if hidden == 1 else 'sheets were'} not read",) if hidden else ()
    found = [Sheet(sheet.title, tuple(_rows(sheet, written[sheet.title] if written else None))) for sheet in shown]
    return Book(tuple(sheet for sheet in found if sheet.rows), notes)


def _looked_into(raw: bytes, file: str) -> bool:
    """Whether the workbook has formulas, after making sure that opening it is safe."""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as parts:
            return _looked_at(parts, file)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _refused(
            file, "The workbook is damaged or locked with a password. Save it again as .xlsx, or as CSV."
        ) from error


def _looked_at(parts: zipfile.ZipFile, file: str) -> bool:
    listed = parts.infolist()
    names = {part.filename.casefold() for part in listed}
    if len(listed) > MOST_PARTS or sum(part.file_size for part in listed) > LARGEST_UNPACKED:
        raise _refused(file, "Unpacked, the workbook is far larger than a register is. Save the register alone as CSV.")
    if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
        raise _refused(file, "This is no Excel workbook (.xlsx). Save the register as .xlsx or as CSV.")
    if any(name.endswith("vbaproject.bin") for name in names) or b"macroEnabled" in parts.read("[Content_Types].xml"):
        raise _refused(file, "The workbook holds macros. Save it as an Excel workbook without them (.xlsx), or as CSV.")
    formulas = False
    for part in listed:
        if not part.filename.casefold().endswith((".xml", ".rels")):
            continue
        text = parts.read(part)
        if DEFINITION.search(text) or text.startswith((b"\xff\xfe", b"\xfe\xff")):
            raise _refused(
                file, "The workbook holds something that Excel does not write. Save it again as .xlsx, or as CSV."
            )
        if part.filename.casefold().startswith("xl/worksheets/"):
            formulas = formulas or bool(FORMULA.search(text))
            if sum(1 for _ in ROW.finditer(text)) > MOST_ROWS + 1_000:
                raise _too_many(file)
    return formulas


def _rows(sheet: Any, written: Any) -> Iterator[Row]:
    merged = {
        (row, column)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, min(area.max_row, area.min_row + MOST_ROWS) + 1)
        for column in range(area.min_col, min(area.max_col, area.min_col + MOST_CELLS) + 1)
        if (row, column) != (area.min_row, area.min_col)
    }
    for cells in sheet.iter_rows(max_col=min(sheet.max_column, MOST_CELLS)):
        texts = tuple(_trimmed(_text(cell.value)) for cell in cells)
        if not any(texts) and written is None:
            continue
        faults = [(i, fault) for i, cell in enumerate(cells) if (fault := _fault(cell, texts[i], written, merged))]
        if any(texts) or faults:
            yield Row(cells[0].row, texts, (*faults, *_too_long(texts)))


def _fault(cell: Any, text: str, written: Any, merged: set[tuple[int, int]]) -> str:
    if cell.data_type == "e":
        return "the cell shows an error of the spreadsheet; put the value there itself"
    if not text and written is not None and written.cell(cell.row, cell.column).data_type == "f":
        return "the cell is a formula whose value was not saved; open the file in the spreadsheet program and save it"
    if (cell.row, cell.column) in merged:
        return "the cell is merged with another; unmerge it, and fill each cell"
    return ""


def _text(value: object) -> str:
    """A cell's value as text: a date as ISO, a whole number without a fraction."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == MIDNIGHT else value.isoformat(timespec="minutes")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


# ---- both ----------------------------------------------------------------------------------------------------------


def _trimmed(text: str) -> str:
    return " ".join(text.split())


def _too_long(cells: Sequence[str]) -> tuple[tuple[int, str], ...]:
    return tuple((i, "the text is too long for a register") for i, cell in enumerate(cells) if len(cell) > LONGEST_CELL)


def _too_many(file: str) -> InvalidData:
    return _refused(
        file,
        f"The file has more than {MOST_ROWS:,} rows. Delete what stands below the register, or bring it in year by year.",
    )
