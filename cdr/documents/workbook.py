"""An Excel workbook (.xlsx) as rows of text, read as a stream and within limits; nothing in it is ever run, fetched or believed.

A few thousand bytes can say that they are a sheet of seventeen thousand million cells. So the parts are unpacked only as far as a register
needs, their XML goes through the parser of Python's own library piece by piece, and reading stops at the first thing that no register
has. Strict Open XML has other names for the same parts and is read as well.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from xml.parsers import expat

from cdr.documents import sheets
from cdr.documents.archives import Archive, Damaged, TooMuch
from cdr.documents.sheets import Book, Row, Sheet, refused
from cdr.written import trimmed

LARGEST_SAID, LARGEST_READ = 200_000_000, 48_000_000
MOST_TAGS, MOST_TAGS_BESIDE, MOST_MERGED, MOST_MERGED_ROWS, MOST_EMPTY_ROWS = (
    3_000_000,
    200_000,
    2_000,
    100_000,
    100_000,
)
PIECE, LONGEST_TAG, DEEPEST = 65_536, 1_048_576, 64
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
QUOTED = re.compile(r'"[^"]*"|\\.|_.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
DATE_LETTERS = re.compile(r"[dmyhs]", re.IGNORECASE)
DATE_IDS = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet's date has no zone
LEAP_DAY_1900 = 60  # that Excel has, and the calendar has not
LAST_DAY = 2_958_465

DAMAGED = "The workbook is damaged, or is no spreadsheet. Save it again as .xlsx, or as CSV."
LOCKED = "The workbook is damaged or locked with a password. Save it again as .xlsx, or as CSV."
ODD = "The workbook holds something that Excel does not write. Save it again as .xlsx, or as CSV."
FAR_TOO_MUCH = "Unpacked, the workbook is far larger than a register is. Save the register alone as CSV."
EMPTY_ROWS = "The sheet goes on with empty rows far below the register. Delete the rows below it, or save the register alone as CSV."
MERGED_FAR = "Cells are merged over far more rows than a register has. Unmerge them, and fill each cell."
FAR_RIGHT = (
    "Something stands far to the right of where a register ends, in column {}. Delete what is not of the register."
)
MACROS = "The workbook holds macros. Save it as an Excel workbook without them (.xlsx), or as CSV."
NO_WORKBOOK = "This is no Excel workbook (.xlsx). Save the register as .xlsx or as CSV."
AN_ERROR = "the cell shows an error of the spreadsheet; put the value there itself"
NO_VALUE = "the cell is a formula whose value was not saved; open the file in the spreadsheet program and save it"
MERGED = "the cell is merged with another; unmerge it, and fill each cell"


class _Refused(Exception):
    """Reading stops: why, and the row where there is one."""

    def __init__(self, why: str, row: int = 0) -> None:
        super().__init__(why)
        self.why, self.row = why, row


def read(raw: bytes, file: str) -> Book:
    """The sheets of a workbook that are not hidden. Raises: InvalidData, which says what to do and quotes nothing."""
    try:
        archive = Archive(raw, LARGEST_READ)
        if archive.said_bytes > LARGEST_SAID:
            raise TooMuch
        return _Workbook(archive).book()
    except Damaged as error:
        raise refused(file, LOCKED) from error
    except TooMuch as error:
        raise refused(file, FAR_TOO_MUCH) from error
    except _Refused as error:
        raise refused(file, error.why, error.row) from error


# ---- the package -----------------------------------------------------------------------------------------------------


@dataclass
class _Workbook:
    archive: Archive
    tags: int = 0

    def book(self) -> Book:
        names = self.archive.names
        if "[content_types].xml" not in names or not any(name.startswith("xl/") for name in names):
            raise _Refused(NO_WORKBOOK)
        types = self.archive.read("[Content_Types].xml")
        if any(name.endswith("vbaproject.bin") for name in names) or b"macroenabled" in types.lower():
            raise _Refused(MACROS)
        if not types:
            raise _Refused(DAMAGED)
        _parse(types, _Named([]))
        main = next(
            (to for kind, to in self.relations("", "_rels/.rels").values() if kind == "officeDocument"),
            "xl/workbook.xml",
        )
        listed = _Named(["sheet", "workbookPr"])
        self.parse(main, listed)
        folder, name = posixpath.split(main)
        relations = self.relations(folder, f"{folder}/_rels/{name}.rels")
        meaning = self.meaning(relations, listed)
        visible = [one for one in listed.found["sheet"] if one.get("state", "visible") == "visible"]
        hidden = len(listed.found["sheet"]) - len(visible)
        found, notes = (
            [],
            [f"{hidden} hidden {'sheet was' if hidden == 1 else 'sheets were'} not read"] if hidden else [],
        )
        for one in visible:
            kind, part = relations.get(next((of for key, of in one.items() if key.endswith(":id")), ""), ("", ""))
            if kind == "worksheet":
                sheet = self.sheet(part, meaning)
                found.append(Sheet(one.get("name", ""), tuple(sheet.with_faults())))
                notes += sheet.notes()
        return Book(tuple(sheet for sheet in found if sheet.rows), tuple(notes))

    def relations(self, folder: str, part: str) -> dict[str, tuple[str, str]]:
        """What a part refers to inside the file, by its id: the kind, and the path."""
        listed = _Named(["Relationship"])
        self.parse(part, listed)
        return {
            one.get("Id", ""): (one.get("Type", "").rpartition("/")[2], _path(folder, one.get("Target", "")))
            for one in listed.found["Relationship"]
            if one.get("TargetMode", "Internal") == "Internal"
        }

    def meaning(self, relations: Mapping[str, tuple[str, str]], listed: _Named) -> _Meaning:
        """What numbers of strings and styles stand for in this workbook."""
        parts = {kind: path for kind, path in relations.values()}
        strings, styles = _Strings(), _Styles()
        self.parse(parts.get("sharedStrings", "xl/sharedStrings.xml"), strings)
        self.parse(parts.get("styles", "xl/styles.xml"), styles)
        of_1904 = any(one.get("date1904", "0") in ("1", "true", "on") for one in listed.found["workbookPr"])
        return _Meaning(strings.texts, styles.dates(), EPOCH_1904 if of_1904 else EPOCH)

    def sheet(self, part: str, meaning: _Meaning) -> _Cells:
        cells = _Cells(meaning)
        self.parse(part, cells)
        return cells

    def parse(self, part: str, reader: _Reader) -> None:
        """Gives a part to its reader. Raises: _Refused, Damaged, TooMuch."""
        data = self.archive.read(part)
        tags = data.count(b"<")
        self.tags += tags
        if self.tags > MOST_TAGS or (tags > MOST_TAGS_BESIDE and not isinstance(reader, (_Cells, _Strings))):
            raise TooMuch
        if isinstance(reader, _Cells) and data.count(b"<v>") + data.count(b"<is>") > sheets.MOST_IN_ALL:
            raise TooMuch
        if data:
            _parse(data, reader)


def _path(folder: str, target: str) -> str:
    return posixpath.normpath(target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target))


# ---- XML -------------------------------------------------------------------------------------------------------------


class _Reader:
    """Takes the tags of a part in; names come without their prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def _parse(data: bytes, reader: _Reader) -> None:
    depth, told = 0, 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, told
        depth, told = depth + 1, told + 1
        if depth > DEEPEST:
            raise _Refused(ODD)
        reader.start(name.rpartition(":")[2], attributes)

    def end(name: str) -> None:
        nonlocal depth, told
        depth, told = depth - 1, told + 1
        reader.end(name.rpartition(":")[2])

    def text(said: str) -> None:
        nonlocal told
        told += 1
        reader.text(said)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, text
    parser.StartDoctypeDeclHandler = _no_document_type
    try:
        quiet = 0
        for place in range(0, len(data), PIECE):
            before = told
            parser.Parse(data[place : place + PIECE], False)
            quiet = quiet + 1 if told == before else 0
            if quiet * PIECE > LONGEST_TAG:  # each piece would be looked through again from its tag's beginning
                raise _Refused(ODD)
        parser.Parse(b"", True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise _Refused(DAMAGED) from error


def _no_document_type(*of: object) -> None:
    raise _Refused(ODD)


class _Named(_Reader):
    """The attributes of the tags with some names, in their order."""

    def __init__(self, names: list[str]) -> None:
        self.found: dict[str, list[dict[str, str]]] = {name: [] for name in names}

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name in self.found:
            self.found[name].append(attributes)


class _Strings(_Reader):
    """The shared strings, each with its runs put together and without the reading aids of Japanese (`rPh`)."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.wanted = self.aside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.aside = self.aside or name == "rPh"
        self.wanted = name == "t" and not self.aside

    def end(self, name: str) -> None:
        self.wanted = False
        if name == "rPh":
            self.aside = False
        elif name == "si":
            self.texts.append(_unescaped("".join(self.parts)))
            self.parts.clear()

    def text(self, text: str) -> None:
        if self.wanted:
            self.parts.append(text)


class _Styles(_Reader):
    """Which styles of cells show a number as a date or a time."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.used: list[str] = []
        self.inside = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "numFmt":
            self.formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "cellXfs":
            self.inside = True
        elif name == "xf" and self.inside:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        self.inside = self.inside and name != "cellXfs"

    def dates(self) -> frozenset[str]:
        """The numbers of those styles, as cells name them."""
        known = {one: self._is_date(one) for one in set(self.used)}
        return frozenset(str(number) for number, one in enumerate(self.used) if known[one])

    def _is_date(self, number: str) -> bool:
        code = self.formats.get(number)
        if code is None:
            return number.isdigit() and int(number) in DATE_IDS
        return bool(DATE_LETTERS.search(QUOTED.sub("", code.partition(";")[0])))


def _unescaped(text: str) -> str:
    """Excel's way to write a letter that XML cannot hold: `_x000D_`, and `_x005F_` for the line that begins such a word."""
    return ESCAPED.sub(lambda found: chr(int(found[1], 16)), text) if "_x" in text else text


# ---- a sheet ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Meaning:
    strings: list[str]
    dates: frozenset[str]
    epoch: datetime


@dataclass
class _Cells(_Reader):
    """The rows of a sheet that hold anything, as text, with what is wrong with single cells."""

    meaning: _Meaning
    rows: dict[int, dict[int, str]] = field(default_factory=dict)
    faults: dict[int, dict[int, str]] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden: list[int] = field(default_factory=list)
    row: int = 0
    column: int = 0
    begun: int = 0
    cells: int = 0
    is_hidden: bool = False
    kind: str = "n"
    style: str = "0"
    formula: bool = False
    valued: bool = False
    wanted: bool = False
    aside: bool = False
    said: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "c":
            self.begin_cell(attributes)
        elif name == "v":
            self.wanted = self.valued = True
        elif name == "t":
            self.wanted = not self.aside
        elif name == "row":
            self.begin_row(attributes)
        elif name == "f":
            self.formula = True
        elif name == "rPh":
            self.aside = True
        elif name == "mergeCell":
            self.merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        self.wanted = False
        if name == "c":
            self.end_cell()
        elif name == "rPh":
            self.aside = False

    def text(self, text: str) -> None:
        if self.wanted:
            self.said.append(text)

    def begin_row(self, attributes: dict[str, str]) -> None:
        self.row = _number(attributes.get("r"), self.row + 1, LAST_ROW)
        self.column, self.begun = -1, self.begun + 1
        self.is_hidden = attributes.get("hidden") in ("1", "true")
        if self.begun > len(self.rows) + MOST_EMPTY_ROWS:
            raise _Refused(EMPTY_ROWS)

    def begin_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r")
        self.column = self.column + 1 if place is None else _column(place)
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "0")
        self.formula = self.valued = False
        self.said.clear()

    def end_cell(self) -> None:
        text = trimmed(self.shown())
        if self.kind == "e":
            self.fault(AN_ERROR)
        elif not text and self.formula and not (self.valued and self.kind == "str"):
            self.fault(NO_VALUE)
        if not text:
            return
        self.cells += 1
        if self.row > sheets.MOST_ROWS:
            raise _Refused(sheets.too_many_rows(), self.row)
        if self.column >= sheets.MOST_CELLS:
            raise _Refused(FAR_RIGHT.format(_letters(self.column)), self.row)
        if self.cells > sheets.MOST_IN_ALL:
            raise TooMuch
        self.rows.setdefault(self.row, {})[self.column] = text
        if self.is_hidden and (not self.hidden or self.hidden[-1] != self.row):
            self.hidden.append(self.row)

    def fault(self, why: str) -> None:
        if self.row <= sheets.MOST_ROWS and self.column < sheets.MOST_CELLS:
            self.faults.setdefault(self.row, {})[self.column] = why

    def shown(self) -> str:
        """What a cell says: a date as ISO, a whole number without a fraction, a truth as yes or no."""
        text = "".join(self.said)
        if self.kind == "s" and text:
            strings, number = self.meaning.strings, int(text)
            if not 0 <= number < len(strings):
                raise _Refused(DAMAGED)
            return strings[number]
        if self.kind == "b" and text:
            return "yes" if text.strip() in ("1", "true") else "no"
        if self.kind == "d":
            return _iso(text.strip())
        if self.kind in ("inlineStr", "str", "e"):
            return _unescaped(text)
        return self.numeric(text.strip())

    def numeric(self, text: str) -> str:
        if not text or (self.style not in self.meaning.dates and WHOLE.fullmatch(text)):
            return text
        number = float(text)
        if self.style in self.meaning.dates and 0 <= number <= LAST_DAY:
            return _date(number, self.meaning.epoch)
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(number)

    def merge(self, area: str) -> None:
        first, _, last = area.partition(":")
        begins, ends = CELL.fullmatch(first), CELL.fullmatch(last or first)
        if begins is None or ends is None or len(self.merged) >= MOST_MERGED:
            raise _Refused(DAMAGED if begins is None or ends is None else MERGED_FAR)
        top, bottom = int(begins[2]), int(ends[2])
        if bottom - top >= sheets.MOST_ROWS:
            raise _Refused(MERGED_FAR, top)
        self.merged.append((top, _column(first), bottom, _column(last or first)))

    # ---- when all is read --------------------------------------------------------------------------------------------

    def with_faults(self) -> Iterator[Row]:
        """The rows in order; a cell that is merged with the one that holds the text is a fault."""
        if sum(bottom - top + 1 for top, _, bottom, _ in self.merged) > MOST_MERGED_ROWS:
            raise _Refused(MERGED_FAR)
        over: dict[int, list[tuple[int, int, int]]] = {}
        for top, left, bottom, right in self.merged:
            for row in range(top, bottom + 1):
                over.setdefault(row, []).append((top, left, right))
        for row in sorted({*self.rows, *self.faults}):
            cells, faults = self.rows.get(row, {}), dict(self.faults.get(row, {}))
            for top, left, right in over.get(row, ()) if cells else ():
                for column in range(left, min(right + 1, sheets.MOST_CELLS)):
                    if (row, column) != (top, left):
                        faults.setdefault(column, MERGED)
            width = max((*cells, *(column for column in faults if column < sheets.MOST_CELLS)), default=-1) + 1
            texts = tuple(cells.get(column, "") for column in range(width))
            yield Row(row, texts, (*sorted(faults.items()), *sheets.too_long(texts)))

    def notes(self) -> list[str]:
        """What a person should know of how the sheet was read."""
        if not self.hidden:
            return []
        shown = ", ".join(map(str, self.hidden[:10])) + (
            f" and {len(self.hidden) - 10:,} more" if len(self.hidden) > 10 else ""
        )
        many = len(self.hidden) > 1
        return [
            f"{len(self.hidden):,} {'rows are' if many else 'row is'} hidden in the workbook, by a filter or by hand, and "
            f"{'were' if many else 'was'} read as well: {'rows' if many else 'row'} {shown}"
        ]


def _number(text: str | None, otherwise: int, most: int) -> int:
    number = int(text) if text is not None else otherwise
    if not 1 <= number <= most:
        raise _Refused(DAMAGED)
    return number


def _column(place: str) -> int:
    """The place from 0 of the column that `AB12` names."""
    number = 0
    for letter in place.rstrip("0123456789"):
        number = number * 26 + ord(letter) - 64
    return _number(str(number), 0, LAST_COLUMN) - 1


def _letters(column: int) -> str:
    letters, number = "", column + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _date(number: float, epoch: datetime) -> str:
    """A spreadsheet's count of days as a date, with the time where it is not midnight; a time alone where there is no day."""
    days, seconds = divmod(round(number * 86400), 86400)
    if epoch == EPOCH and 0 < days < LEAP_DAY_1900:
        days += 1
    when = epoch + timedelta(days=days, seconds=seconds)
    if not days and epoch == EPOCH:
        return when.time().isoformat()
    return when.isoformat(timespec="minutes") if seconds else when.date().isoformat()


def _iso(text: str) -> str:
    day, _, clock = text.rstrip("Z").partition("T")
    return day if clock.strip("0:.") == "" else f"{day}T{clock[:5]}"
