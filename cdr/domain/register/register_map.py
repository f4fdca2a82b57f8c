"""Where a register keeps what `cdr import` asks for: its header, a mapping that a person wrote, and a first guess at one.

A mapping is a document: `{schema: register-map/1, sheet, header_row, skip_rows: [N], date_format, columns: {OURS: THEIRS},
values: {OURS: {THEIRS: CODE}}, constants: {OURS: VALUE}}`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from cdr import moments, written
from cdr.domain.register.register import SEVERAL, Column, Columns
from cdr.domain.rulebook.validation import problem
from cdr.errors import Problem
from cdr.expressions import expression
from cdr.records import dataclass, field, replace
from cdr.written import folded

SEARCHED_ROWS = 30
FEWEST_COLUMNS = 3
NEAR = 0.8
SHORT = 40
CODED = ("code", "list")
DATE_FORMATS: Mapping[str, str] = {
    "dd.mm.yyyy": "%d.%m.%Y",
    "dd-mm-yyyy": "%d-%m-%Y",
    "dd/mm/yy": "%d/%m/%y",
    "dd.mm.yy": "%d.%m.%y",
    "dd-mmm-yyyy": "%d-%b-%Y",
    "dd-mmm-yy": "%d-%b-%y",
    "dd mmm yyyy": "%d %b %Y",
    "mm/dd/yyyy": "%m/%d/%Y",
    "yyyymmdd": "%Y%m%d",
}
TIME_BEHIND = expression(r"(?<=[0-9])[ T](?P<clock>[0-9]{1,2}:[0-9]{2})(?::[0-9]{2}(?:\.[0-9]+)?)?$")
Rows = Sequence[tuple[int, Sequence[str]]]


@dataclass(frozen=True)
class RegisterMap:
    """A mapping as a person wrote it; an empty one takes a register with our own headings."""

    sheet: str = ""
    header_row: int = 0
    skip_rows: frozenset[int] = frozenset()
    date_format: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def from_document(body: Mapping[str, Any]) -> RegisterMap:
        """The mapping of a document that follows its schema."""
        values = {
            name: {folded(theirs): str(code) for theirs, code in of.items()}
            for name, of in body.get("values", {}).items()
        }
        return RegisterMap(
            sheet=body.get("sheet", ""),
            header_row=body.get("header_row", 0),
            skip_rows=frozenset(body.get("skip_rows", ())),
            date_format=body.get("date_format", ""),
            columns=body.get("columns", {}),
            values=values,
            constants=body.get("constants", {}),
        )

    def text(self, column: Column, text: str) -> str:
        """What stands in a cell, in our words where the mapping has them."""
        known = self.values.get(column.name, {})
        if column.takes == "list":
            return SEVERAL.join(known.get(folded(part), part) for part in text.split(SEVERAL))
        return known.get(folded(text), text) if text else ""


def date_reader(mapping: RegisterMap) -> Callable[[str], date]:
    """How a register's dates are read: as its mapping says, else as everywhere; a time behind a date is left. Raises: ValueError."""
    pattern = DATE_FORMATS.get(mapping.date_format)

    def read(text: str) -> date:
        day = TIME_BEHIND.sub("", text)
        return written.day(_as_mapped(day, pattern).isoformat() if pattern else day)

    return read


def _as_mapped(day: str, pattern: str) -> date:
    try:
        return datetime.strptime(day, pattern).date()  # noqa: DTZ007 - a date has no zone
    except ValueError:
        return moments.day(day)  # a spreadsheet's own date


def time_behind(text: str) -> str:
    """The time that stands behind a date, `23:00`; empty where there is none, or midnight, which says nothing."""
    found = TIME_BEHIND.search(text)
    clock = found["clock"].zfill(5) if found else ""
    return "" if clock == "00:00" else clock


@dataclass(frozen=True)
class Header:
    """Where the register's header stands (the row's number), and the place of each of our columns among the cells."""

    number: int
    width: int
    places: Mapping[str, int]


def sought(mapping: RegisterMap, columns: Columns) -> dict[str, str]:
    """The heading of each of our columns in the register, in its plain spelling: the mapping's, else our own."""
    return {name: folded(mapping.columns.get(name, name)) for name in columns.by_name}


def header_of(rows: Rows, mapping: RegisterMap, columns: Columns) -> tuple[int, int]:
    """The place of the header among the rows, and how many of our columns it has; the first row where none has enough."""
    wanted = set(sought(mapping, columns).values())
    counts = [len(wanted & {folded(cell) for cell in cells if cell}) for _, cells in rows[:SEARCHED_ROWS]]
    if mapping.header_row:
        place = next((i for i, (number, _) in enumerate(rows) if number == mapping.header_row), 0)
        return place, counts[place] if place < len(counts) else FEWEST_COLUMNS
    best = max(range(len(counts)), key=lambda i: (counts[i], -i), default=0)
    return (best, counts[best]) if counts and counts[best] >= FEWEST_COLUMNS else (0, 0)


def header(row: tuple[int, Sequence[str]], mapping: RegisterMap, columns: Columns) -> tuple[Header, list[Problem]]:
    """The header in a row, and what is wrong with it: needed columns that are missing, two of a name, and some of no use."""
    number, cells = row
    headings = [folded(cell) if cell else "" for cell in cells]
    wanted = sought(mapping, columns)
    places = {name: headings.index(heading) for name, heading in wanted.items() if heading in headings}
    width = max((i + 1 for i, heading in enumerate(headings) if heading), default=0)
    found = Header(number, width, places)
    return found, [replace(one, line=number) for one in _faults(found, headings, wanted, mapping, columns)]


def _faults(
    found: Header, headings: Sequence[str], wanted: Mapping[str, str], mapping: RegisterMap, columns: Columns
) -> Iterator[Problem]:
    used = set(found.places.values())
    twice = {heading for heading, n in Counter(headings).items() if heading and n > 1}
    for name, column in columns.by_name.items():
        given = name in found.places or name in mapping.constants
        if name in mapping.columns and name not in found.places:
            yield replace(
                problem("REG-MAP", name),
                title=column.title,
                message="the mapping names a heading for this that the register does not have",
            )
        elif column.needed and not given:
            yield replace(problem("REG-01", name), title=column.title)
        if wanted[name] in twice:
            yield replace(problem("REG-06", name), title=column.title)
    missing = {
        folded(name): name for name in columns.by_name if name not in found.places and name not in mapping.constants
    }
    for i, heading in enumerate(headings):
        if heading and i not in used and heading not in twice:
            close = get_close_matches(heading, missing, 1, NEAR)
            one = replace(problem("REG-07", ""), title=f"Column {i + 1}")
            hint = f"this is no column of a register here; did you mean {missing[close[0]]}?" if close else one.message
            yield replace(one, message=hint, level="error" if close else one.level)


def given(cells: Sequence[str], found: Header, mapping: RegisterMap, columns: Columns) -> dict[str, str]:
    """The texts of a row by those of our columns that the register or the mapping has, in our words where the mapping has them."""
    texts = {}
    for name, column in columns.by_name.items():
        place = found.places.get(name)
        if place is None and name not in mapping.constants:
            continue
        text = cells[place] if place is not None and place < len(cells) else ""
        texts[name] = mapping.text(column, text) if place is not None else str(mapping.constants.get(name, ""))
    return texts


def mapping_problems(mapping: RegisterMap, columns: Columns) -> list[Problem]:
    """What is wrong with a mapping beyond its schema: codes that are none, and values for columns that have no codes."""
    found = []
    for name, of in mapping.values.items():
        column = columns.by_name[name]
        codes = [code for code in of.values() if code]
        if column.takes in CODED and any(folded(code) not in column.meanings for code in codes):
            found.append(replace(problem("REG-MAP", f"values.{name}"), title=column.title, message=column.choice))
        elif column.takes not in CODED and codes:
            words = 'only a column of codes has values to be translated; here a value can be taken for nothing, with ""'
            found.append(replace(problem("REG-MAP", f"values.{name}"), title=column.title, message=words))
    return found


def is_sum(cells: Sequence[str], columns: Columns) -> bool:
    """Whether a row seems to add up the register and to be no case."""
    first = next((cell for cell in cells if cell), "")
    return first.casefold().rstrip(":") in columns.sums


# ---- values without a code -----------------------------------------------------------------------------------------


def words_of(column: Column, text: str) -> list[str]:
    """The words of a cell that stand for codes."""
    parts = text.split(SEVERAL) if column.takes == "list" else [text]
    return [part.strip() for part in parts if part.strip()]


def uncoded(texts: Sequence[tuple[int, Mapping[str, str]]], columns: Columns) -> list[Problem]:
    """The values of coded columns that no code and no mapping knows, each once with how many rows have it.

    A value that only one row has may be a name that slipped into the column, so it is not told; its row is.
    """
    found = []
    for column in columns.by_name.values():
        if column.takes not in CODED:
            continue
        rows: dict[str, list[int]] = {}
        for number, given_ in texts:
            text = given_.get(column.name, "")
            if not column.needed and text.casefold() in columns.empty:
                continue
            for word in words_of(column, text):
                if folded(word) not in column.meanings:
                    rows.setdefault(word, []).append(number)
        found += [_uncoded(column, word, numbers) for word, numbers in rows.items()]
    return found


def _uncoded(column: Column, word: str, numbers: Sequence[int]) -> Problem:
    many = len(numbers) > 1 and len(word) <= SHORT and word.isprintable()
    what = f'"{word}" in {len(numbers)} rows' if many else "the value of this row"
    message = f"{what} stands for no code; say which under values.{column.name} in the mapping"
    return replace(problem("REG-03", column.name), title=column.title, message=message, line=numbers[0])
