"""The cells of one sheet of a workbook as rows of text: what a number stands for, which rows are hidden, and what is wrong with single cells."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from cdr.documents.incoming.archives import TooMuch
from cdr.documents.incoming.rows import MOST_CELLS, MOST_IN_ALL, MOST_ROWS, Row, too_long, too_many_rows
from cdr.documents.incoming.xlsx_xml import DAMAGED, Reader, Refused, unescaped
from cdr.expressions import expression
from cdr.records import dataclass, field
from cdr.written import trimmed

MOST_MERGED, MOST_MERGED_ROWS, MOST_EMPTY_ROWS = 2_000, 100_000, 100_000
CELL = expression(r"([A-Z]{1,3})([0-9]{1,7})")
WHOLE = expression(r"0|-?[1-9][0-9]{0,14}")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
LAST_DAY = 2_958_465
LEAP_DAY_1900 = 60  # that Excel has, and the calendar has not
EPOCH, EPOCH_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)  # noqa: DTZ001 - a spreadsheet's date has no zone
EMPTY_ROWS = "The sheet goes on with empty rows far below the register. Delete the rows below it, or save the register alone as CSV."
MERGED_FAR = "Cells are merged over far more rows than a register has. Unmerge them, and fill each cell."
AN_ERROR = "the cell shows an error of the spreadsheet; put the value there itself"
NO_VALUE = "the cell is a formula whose value was not saved; open the file in the spreadsheet program and save it"
MERGED = "the cell is merged with another; unmerge it, and fill each cell"
FAR_RIGHT = (
    "Something stands far to the right of where a register ends, in column {}. Delete what is not of the register."
)


@dataclass(frozen=True)
class Meaning:
    """What numbers of strings and styles stand for: the texts, the styles that show a date, and the day that counting begins with."""

    strings: list[str]
    dates: frozenset[str]
    epoch: datetime


@dataclass
class Cells(Reader):
    """The rows of a sheet that hold anything, as text, with what is wrong with single cells."""

    meaning: Meaning
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
            raise Refused(EMPTY_ROWS)

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
        if self.row > MOST_ROWS:
            raise Refused(too_many_rows(), self.row)
        if self.column >= MOST_CELLS:
            raise Refused(FAR_RIGHT.format(_letters(self.column)), self.row)
        if self.cells > MOST_IN_ALL:
            raise TooMuch
        self.rows.setdefault(self.row, {})[self.column] = text
        if self.is_hidden and (not self.hidden or self.hidden[-1] != self.row):
            self.hidden.append(self.row)

    def fault(self, why: str) -> None:
        if self.row <= MOST_ROWS and self.column < MOST_CELLS:
            self.faults.setdefault(self.row, {})[self.column] = why

    def shown(self) -> str:
        """What a cell says: a date as ISO, a whole number without a fraction, a truth as yes or no."""
        text = "".join(self.said)
        if self.kind == "s" and text:
            strings, number = self.meaning.strings, int(text)
            if not 0 <= number < len(strings):
                raise Refused(DAMAGED)
            return strings[number]
        if self.kind == "b" and text:
            return "yes" if text.strip() in ("1", "true") else "no"
        if self.kind == "d":
            return _iso(text.strip())
        if self.kind in ("inlineStr", "str", "e"):
            return unescaped(text)
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
            raise Refused(DAMAGED if begins is None or ends is None else MERGED_FAR)
        top, bottom = int(begins[2]), int(ends[2])
        if bottom - top >= MOST_ROWS:
            raise Refused(MERGED_FAR, top)
        self.merged.append((top, _column(first), bottom, _column(last or first)))

    # ---- when all is read --------------------------------------------------------------------------------------------

    def with_faults(self) -> Iterator[Row]:
        """The rows in order; a cell that is merged with the one that holds the text is a fault."""
        if sum(bottom - top + 1 for top, _, bottom, _ in self.merged) > MOST_MERGED_ROWS:
            raise Refused(MERGED_FAR)
        over: dict[int, list[tuple[int, int, int]]] = {}
        for top, left, bottom, right in self.merged:
            for row in range(top, bottom + 1):
                over.setdefault(row, []).append((top, left, right))
        for row in sorted({*self.rows, *self.faults}):
            cells, faults = self.rows.get(row, {}), dict(self.faults.get(row, {}))
            for top, left, right in over.get(row, ()) if cells else ():
                for column in range(left, min(right + 1, MOST_CELLS)):
                    if (row, column) != (top, left):
                        faults.setdefault(column, MERGED)
            width = max((*cells, *(column for column in faults if column < MOST_CELLS)), default=-1) + 1
            texts = tuple(cells.get(column, "") for column in range(width))
            yield Row(row, texts, (*sorted(faults.items()), *too_long(texts)))

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
        raise Refused(DAMAGED)
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
