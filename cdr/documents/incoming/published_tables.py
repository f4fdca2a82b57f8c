"""Published tables read from a file: one cell a row (CSV or a workbook), or as they are printed (a workbook, or text from a PDF or a web page).

A table as it is printed has a line of columns (years, as a rule), and a label at the beginning of each other line. What stands alone on a line
before it is its title; `basis: reviewed` and `of: column` on lines of their own say what the interface's columns of those names do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction

from cdr.documents.incoming import kinds, sheets
from cdr.documents.incoming.rows import Sheet
from cdr.errors import InvalidData, Problem
from cdr.expressions import expression
from cdr.records import dataclass, replace
from cdr.statistics.published import PublishedCell, PublishedTable, tables_of
from cdr.written import folded, trimmed

NEEDED, MAY = ("table", "column", "row"), ("basis", "n", "of", "percent")
NUMBER = r"\d{1,3}(?:,\d{3})+|\d+"
PERCENT = expression(r"(\d+)(?:\.(\d+))? ?%?")
LESS = expression(r"(?:<|under|fewer than|less than) ?(\d+)", re.IGNORECASE)
UP_TO = expression(r"(?:(\d+) ?(?:-|\u2013|to) ?(\d+)|(\d+) or (?:fewer|less))", re.IGNORECASE)
MARKS = frozenset(
    {
        "",
        "-",
        "\u2013",
        "\u2014",
        "*",
        "**",
        "c",
        "[c]",
        "x",
        "..",
        ":",
        "#",
        "hidden",
        "suppressed",
        "n/a",
        "not shown",
    }
)
YEAR = expression(r"(?:20)?(\d\d) ?[-/\u2013] ?(?:20)?(\d\d)")
COLUMN_OR_OTHER = expression(rf"(?P<column>{YEAR.pattern}|total|%)|\s|(?P<other>.)", re.IGNORECASE | re.DOTALL)
MOST_DIGITS = 6
FRACTION = expression(r"0?\.\d+|[01]|1\.0+|")
PER_CENT_HEADS = frozenset({"%", "per cent", "percent", "percentage"})
VALUE = rf"(?:(?:{NUMBER})(?: ?\(\s*\d+(?:\.\d+)? ?%?\s*\))?|\d+(?:\.\d+)? ?%|\*+|\[c\]|<\s?\d+|-|\u2013)"
BETWEEN_CELLS = expression(r"\t| {2,}|\|")
TITLE_OF = expression(r"(?i)\s*(basis|of)\s*:\s*(.+)")
PAIR = expression(rf"({NUMBER}|\*+|\[c\]|<\s?\d+)\s*\(\s*(\d+(?:\.\d+)? ?%?)\s*\)")

WHAT = "Write table,basis,column,row,n,percent in the first row, or give the table as it is printed: years above, a label before each row."


def read(raw: bytes, file: str) -> list[PublishedTable]:
    """The tables of a file. Raises: InvalidData with everything that is wrong."""
    kind = kinds.kind(raw, file)
    if kind in sheets.NAMED or raw.startswith(kinds.ZIP) or _is_csv(raw):
        book = sheets.read(raw, file)
        found = [(sheet.name, _numbered(sheet)) for sheet in book.sheets]
    else:
        found = [("", [*_text_lines(raw)])]
    cells: list[PublishedCell] = []
    problems: list[Problem] = []
    for name, rows in found:
        reader = _Long if rows and set(NEEDED) <= set(map(folded, rows[0][1])) else _Printed
        more, wrong = reader(name).read(rows)
        cells, problems = [*cells, *more], [*problems, *wrong]
    problems += _twice(cells)
    if not cells and not problems:
        problems = [Problem("", "Table", f"no table is in it. {WHAT}", "TAB-FILE")]
    if problems:
        message = f"{file}: {len(problems)} {'thing needs' if len(problems) == 1 else 'things need'} to be put right; nothing was checked"
        raise InvalidData(sorted(problems, key=lambda one: one.line), file, message)
    return tables_of(cells, file)


def _is_csv(raw: bytes) -> bool:
    first = next((line for line in (kinds.text_of(raw[:4000]) or "").splitlines() if line.strip()), "")
    return set(NEEDED) <= set(map(folded, re.split(r"[,;\t]", first))) or first.count(",") > 1 or first.count(";") > 1


def _numbered(sheet: Sheet) -> list[tuple[int, Sequence[str]]]:
    return [(row.number, row.cells) for row in sheet.rows]


def _text_lines(raw: bytes) -> Iterator[tuple[int, Sequence[str]]]:
    for number, line in enumerate((kinds.text_of(raw) or raw.decode("cp1252", "replace")).splitlines(), 1):
        cells = [trimmed(cell) for cell in BETWEEN_CELLS.split(line.strip().strip("|"))]
        while cells and not cells[-1]:
            cells.pop()
        yield number, cells


def _twice(cells: Sequence[PublishedCell]) -> Iterator[Problem]:
    seen: dict[tuple[str, str, str], int] = {}
    for cell in cells:
        first = seen.setdefault((cell.table, cell.column, cell.row), cell.line)
        if first != cell.line:
            words = f"this cell stands in line {first} already; each cell of a table stands once"
            yield Problem("row", "Row", words, "TAB-TWICE", cell.line)


# ---- one number ----------------------------------------------------------------------------------------------------


def count_of(text: str) -> Mapping[str, int | None] | None:
    """What a count says: `n`, or the limits of one that is hidden; None where it says nothing of a count."""
    cell = trimmed(text)
    if re.fullmatch(NUMBER, cell):
        return {"n": int(cell.replace(",", ""))}
    if re.fullmatch(r"\d+\.0+", cell):  # as spreadsheets write whole numbers at times
        return {"n": int(cell.partition(".")[0])}
    if less := LESS.fullmatch(cell):
        return {"n": None, "most": int(less[1]) - 1}
    if to := UP_TO.fullmatch(cell):
        return {"n": None, "least": int(to[1] or 0), "most": int(to[2] or to[3])}
    return {"n": None} if cell.casefold() in MARKS else None


def percent_of(text: str) -> tuple[Fraction | None, int] | None:
    """A percentage and how many digits it shows after the point; None where it is none."""
    cell = trimmed(text).strip("()")
    if cell.casefold() in MARKS:
        return None, 0
    found = PERCENT.fullmatch(cell)
    if found is None:
        return None
    digits = len(found[2] or "")
    value = Fraction(f"{found[1]}.{found[2] or 0}")
    return (round(value, MOST_DIGITS), MOST_DIGITS) if digits > MOST_DIGITS else (value, digits)


# ---- one cell a row ------------------------------------------------------------------------------------------------


@dataclass
class _Long:
    name: str

    def read(self, rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[list[PublishedCell], list[Problem]]:
        heads = [folded(cell) for cell in rows[0][1]]
        if not {"n", "percent"} & set(heads):
            return [], [
                Problem("n", "n", "a column for the counts or the percentages is missing", "TAB-HEAD", rows[0][0])
            ]
        cells, problems = [], []
        for number, texts in rows[1:]:
            given = dict(zip(heads, texts, strict=False))
            cell, wrong = _cell({key: given.get(key, "") for key in (*NEEDED, *MAY)}, number)
            cells.append(cell)
            problems += wrong
        return cells, problems


def _cell(given: Mapping[str, str], line: int) -> tuple[PublishedCell, list[Problem]]:
    problems = [Problem(key, key.capitalize(), "it is empty", "TAB-EMPTY", line) for key in NEEDED if not given[key]]
    count, percent = count_of(given["n"]), percent_of(given["percent"])
    if count is None:
        problems.append(
            Problem("n", "Count", "a whole number from 0; empty, * or <5 where it is hidden", "TAB-N", line)
        )
    if percent is None:
        problems.append(Problem("percent", "Percentage", "a number like 18.4, or empty", "TAB-PERCENT", line))
    value, digits = percent or (None, 0)
    said = count or {}
    cell = PublishedCell(
        table=given["table"], column=given["column"], row=given["row"], n=said.get("n"), percent=value, digits=digits,
        basis=given["basis"], of=given["of"], least=said.get("least") or 0, most=said.get("most"), line=line,
    )  # fmt: skip
    return cell, problems


# ---- as they are printed -------------------------------------------------------------------------------------------


@dataclass
class _Printed:
    """Reads blocks of rows: each begins with a title or after a row of columns that has had its rows."""

    name: str

    def read(self, rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[list[PublishedCell], list[Problem]]:
        cells: list[PublishedCell] = []
        taken: set[str] = set()
        for place, (title, said, block) in enumerate(_blocks(rows), 1):
            head = next((i for i, (_, texts) in enumerate(block) if _columns(texts)), None)
            if head is None:
                continue
            table = title or self.name or f"table {place}"
            table = table if table not in taken else f"{table} ({place})"
            found = [*_rows_of([one for i, one in enumerate(block) if i != head], _columns(block[head][1]), table)]
            if found:
                taken.add(table)
                cells += [replace(cell, basis=said.get("basis", ""), of=said.get("of", "")) for cell in found]
        return cells, []


Block = list[tuple[int, Sequence[str]]]


def _blocks(rows: Sequence[tuple[int, Sequence[str]]]) -> Iterator[tuple[str, dict[str, str], Block]]:
    """Each title with what was said beneath it and the rows up to the next; a second row of columns begins another table."""
    title, said, block = "", dict[str, str](), Block()
    for number, texts in rows:
        filled = [text for text in texts if text]
        alone = filled[0] if len(filled) == 1 else ""
        if about := TITLE_OF.fullmatch(alone):
            said[about[1].casefold()] = about[2].strip()
        elif alone and not _columns(texts) and not _values_at_end(alone, 1):
            if any(_columns(one) for _, one in block) and len(block) > 1:
                yield title, said, block
                title, said, block = alone, {}, []
            elif not _is_beneath(block, number):
                title = alone
        elif filled:
            if _columns(texts) and any(_columns(one) for _, one in block):
                yield title, said, block
                title, said, block = "", {}, []
            block.append((number, texts))
    yield title, said, block


def _is_beneath(block: Block, number: int) -> bool:
    """Whether a line goes on with the row of columns, as a heading of two lines does in a copied text."""
    return bool(block) and block[-1][0] == number - 1


def _columns(texts: Sequence[str]) -> list[str]:
    """The names of the columns in a row that has them: years (and a total) in cells or at the end of a line; else nothing."""
    cells = [text for text in texts[1:] if text] if len(texts) > 1 else _years_at_end(texts[0] if texts else "")
    if len(texts) > 1 and YEAR.fullmatch(texts[0]):
        cells = [text for text in texts if text]
    names = [_year(text) for text in cells]
    years = sum(bool(YEAR.fullmatch(name)) for name in names)
    others = all(YEAR.fullmatch(name) or _is_per_cent(name) or "total" in name.casefold() for name in names)
    return names if years and others else []


def _years_at_end(text: str) -> list[str]:
    """The years, totals and per cent signs with which a line ends; read once from its beginning, however long it is."""
    found: list[str] = []
    for one in COLUMN_OR_OTHER.finditer(text):
        if one["column"]:
            found.append(one["column"])
        elif one["other"]:
            found.clear()
    return found


def _year(text: str) -> str:
    """A column's name; a year as the interface writes it, `2023/24`, also where it is printed `2023-24` or `23/24`."""
    found = YEAR.fullmatch(text.strip())
    return f"20{found[1]}/{found[2]}" if found else text


def _is_per_cent(name: str) -> bool:
    return name.casefold() in PER_CENT_HEADS or name.rstrip().endswith("%")


def _rows_of(block: Block, columns: Sequence[str], table: str) -> Iterator[PublishedCell]:
    counts = [name for name in columns if not _is_per_cent(name)]
    apart = len(columns) == 2 * len(counts) and bool(counts)
    shares = apart and _are_shares([texts[2::2] for _, texts in block if len(texts) > 2])
    for line, texts in block:
        cells = [*texts[:1], *map(_in_per_cent, texts[1:], range(len(texts)))] if shares else texts
        label, values = _label_and_values(cells, len(counts), apart)
        if not label or not values:
            continue
        for column, (n, percent) in zip(counts, values, strict=False):
            yield _printed(table, column, label, n, percent, line)


def _are_shares(columns: Sequence[Sequence[str]]) -> bool:
    """Whether the percentages are kept as parts of one, as a workbook keeps what it shows as 62%."""
    texts = [text for row in columns for text in row]
    return any("." in text for text in texts) and all(map(FRACTION.fullmatch, texts))


def _in_per_cent(text: str, place: int) -> str:
    if place % 2 == 0 or not text:
        return text
    digits = max(len(text.partition(".")[2]) - 2, 0)
    return f"{float(100 * Fraction(text)):.{digits}f}"


def _printed(table: str, column: str, row: str, n: str, percent: str, line: int) -> PublishedCell:
    said, (value, digits) = count_of(n) or {"n": None}, percent_of(percent) or (None, 0)
    return PublishedCell(
        table, column, row, said.get("n"), value, digits, least=said.get("least") or 0, most=said.get("most"), line=line
    )


def _label_and_values(texts: Sequence[str], width: int, apart: bool) -> tuple[str, list[tuple[str, str]]]:
    """The label of a row, and of each column the count and the percentage: in one cell, `18 (62%)`, in two, or on one line."""
    if len(texts) == 1:
        label, values = _values_at_end(texts[0], width) or ("", [])
        if not values:
            label, values = _values_at_end(texts[0], 2 * width) or ("", [])
    else:
        label, values = texts[0], list(texts[1:])
    apart = apart or (len(values) == 2 * width and all("%" in one or not one for one in values[1::2]))
    if not values or any(_pair(value) is None for value in values[:: 2 if apart else 1]):
        return "", []
    if apart:
        return label, [*zip(values[::2], [*values[1::2], ""], strict=False)]
    pairs = [_pair(value) or ("", "") for value in values]
    return label, pairs if any(value for value in values) else []


def _values_at_end(text: str, width: int) -> tuple[str, list[str]] | None:
    found = re.fullmatch(rf"(.*?\S)((?: {VALUE}){{{width}}})", text)
    return (found[1], re.findall(VALUE, found[2])) if found else None


def _pair(text: str) -> tuple[str, str] | None:
    """The count and the percentage in a cell, either of which may be empty; None where there is neither."""
    if pair := PAIR.fullmatch(text):
        return pair[1], pair[2]
    if text.endswith("%") and percent_of(text):
        return "", text
    return (text, "") if count_of(text) is not None else None
