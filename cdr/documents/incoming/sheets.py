"""Reading what a spreadsheet program wrote: a CSV file or an Excel workbook as rows of text, and nothing is ever run or fetched.

It stands beside the documents that go out, because both know the formats that other programs read and write.
"""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import PurePath

from cdr.documents.incoming import kinds
from cdr.documents.incoming.rows import (
    MOST_CELLS,
    MOST_IN_ALL,
    MOST_ROWS,
    Book,
    Row,
    Sheet,
    refused,
    too_long,
    too_many_rows,
)
from cdr.expressions import expression
from cdr.written import trimmed

MOST_EMPTY_LINES = 100_000
LARGEST_FILE = 20_000_000
HEAD = 100_000
DELIMITERS = ",;\t"
SEPARATOR_LINE = expression(r"sep=(.)\r?\n")
END_MARK = expression(r"\x1a\s*\Z")  # with which old programs end a text

WINDOWS = (
    "the file is not UTF-8; it was read as Windows-1252, as Excel writes it: look whether names have their accents "
    "(cdr show), or save it as CSV UTF-8"
)
NOT_A_WORKBOOK = "the file is called .xlsx and is no workbook but CSV; it was read as that"
NEITHER = "This is neither CSV nor an Excel workbook (.xlsx). Save the register as one of the two."
SAVE_AS = "Open it in the spreadsheet program, and save it as an Excel workbook (.xlsx) or as CSV."
NAMED: Mapping[str, str] = {
    "xls": f"This is an old Excel file (.xls). {SAVE_AS}",
    "xlsb": f"This is a binary Excel workbook (.xlsb). {SAVE_AS}",
    "ods": f"This is an OpenDocument spreadsheet (.ods). {SAVE_AS}",
    "odf": f"This is an OpenDocument file. {SAVE_AS}",
    "iwork": f"This is a file of Apple's Numbers or Pages. {SAVE_AS}",
    "locked": "This is an Excel file that is locked with a password. Save it without one, as .xlsx or as CSV.",
    "office": "This is an old or a password-protected Excel file. Save it as .xlsx without a password, or as CSV.",
    "page": f"This is a web page, as some systems export it under the name of a spreadsheet. {SAVE_AS}",
    "saved-page": f"This is a saved web page. {SAVE_AS}",
    "docx": "This is a Word document. Copy the table into a spreadsheet, and save that as .xlsx or as CSV.",
    "doc": "This is a Word document. Copy the table into a spreadsheet, and save that as .xlsx or as CSV.",
    "pdf": "This is a PDF, which cannot be read as a table. Ask for the register itself, as .xlsx or as CSV.",
    "picture": "This is a picture. Ask for the register itself, as .xlsx or as CSV.",
    "archive": "This is no Excel workbook (.xlsx) but an archive. Unpack it, and give the register that is in it.",
    "mail": "This is a whole e-mail. Save the register that came with it, and give that.",
    "msg": "This is a whole e-mail. Save the register that came with it, and give that.",
    "link": "This is only a link to a file that is kept elsewhere. Download the file itself, and give that.",
    "message": "This is encrypted. Open it with gpg first, where only you can read it.",
    "access": "This is a database of Access. Export the table as .xlsx or as CSV.",
}


def read(raw: bytes, file: str) -> Book:
    """The rows of a CSV file or an Excel workbook (.xlsx), by what the bytes are and not by what the file is called.

    Raises: InvalidData, which says what to do and quotes nothing.
    """
    if len(raw) > LARGEST_FILE:
        raise refused(file, "The file is larger than 20 megabytes; save the register alone, without pictures.")
    kind = kinds.kind(raw, file)
    if kind in NAMED:
        raise refused(file, NAMED[kind])
    if kind == "empty":
        return Book(())
    if raw.startswith(kinds.ZIP):
        from cdr.documents.incoming import xlsx

        return xlsx.read(raw, file)
    book = _csv(raw, file)
    called = PurePath(file).suffix.casefold() == ".xlsx"
    return Book(book.sheets, (*([NOT_A_WORKBOOK] if called else []), *book.notes))


# ---- CSV -----------------------------------------------------------------------------------------------------------


def _csv(raw: bytes, file: str) -> Book:
    text, notes = _decoded(raw, file)
    separator = SEPARATOR_LINE.match(text)
    skipped = 1 if separator else 0
    body = END_MARK.sub("", text[separator.end() :] if separator else text)
    delimiter = separator[1] if separator else _delimiter(body)
    rows: list[Row] = []
    filled = 0
    for number, cells in _lines(body, delimiter, file, skipped):
        row = tuple(trimmed(cell) for cell in cells[: MOST_CELLS + 1])
        filled += sum(map(bool, row))
        if len(rows) >= MOST_ROWS or number > len(rows) + MOST_EMPTY_LINES or filled > MOST_IN_ALL:
            raise refused(file, too_many_rows(), number)
        if len(cells) > MOST_CELLS and any(map(str.strip, cells[MOST_CELLS:])):
            raise refused(
                file, f"The row has more than {MOST_CELLS} cells. Delete what is not of the register.", number
            )
        if any(row):
            rows.append(Row(number, row, too_long(row)))
    return Book((Sheet("", tuple(rows)),) if rows else (), notes)


def _decoded(raw: bytes, file: str) -> tuple[str, tuple[str, ...]]:
    text = kinds.text_of(raw)
    notes: tuple[str, ...] = ()
    if text is None:
        with suppress(UnicodeDecodeError):
            text, notes = raw.decode("cp1252"), (WINDOWS,)
    if text is None or "\0" in text:
        raise refused(file, NEITHER)
    return text, notes


def _delimiter(text: str) -> str:
    """What separates the cells: whatever makes the most of them in rows of one width; a comma where it is even."""
    head = "".join(text[:HEAD].splitlines(keepends=True)[:20])
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
        raise refused(
            file, 'From this row on the quotation marks do not match: a text in them ends with one ("), and one inside it is written twice.', begins
        ) from None  # fmt: skip
