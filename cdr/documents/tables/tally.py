"""The yearly tables as a terminal, a word processor, a spreadsheet, a program or a browser wants them."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Container, Iterator, Sequence
from typing import Any

from cdr.documents import fitting
from cdr.documents.safe import no_formula
from cdr.documents.tables import panel_years
from cdr.documents.tables.formats import FORMATS
from cdr.errors import WrongUsage
from cdr.statistics.reference import text as reference_text
from cdr.statistics.tables import OVERLAPPING, PARTS, RATES, SHARES, TIMES, TOTAL, Cell, Table, Tally

CSV_COLUMNS = ("table", "basis", "column", "row", "n", "of", "percent")
TERMINAL_WIDTH = 100
NARROWEST_LABEL = 16
GAP = 2
BREAK = "//"
MOST_TIMES = 2  # a note under more tables than these is said once
NOTHING = "-"
HIDDEN = "hidden"
NO_TOTAL = "All rows"  # of a table whose rows do not add up to all children of its basis

# what the total is of, in a table whose rows do not add up to it
WHOLES = {"notifications": "All deaths", "reviews": "All reviews", "open": "All open cases"}
# tables that count some of the children of their basis only, so that their totals differ from the other tables'
ELSEWHERE = "non_residents."
OF_SOME = ("open.", ELSEWHERE, "deaths.infant_rate", *sorted(PARTS))
BASIS_WORDS = {
    "notified": "Counted by the year of notification.",
    "died": "Counted by the year of death.",
    "reviewed": "Counted by the year in which the panel completed the review.",
    "requested": "Counted by the year in which the return was asked for.",
}
EDITION_WORDS = {
    "internal": "Not for publication. This edition shows small numbers, from which a child might be recognised.",
    "public": "For publication. Small numbers are hidden so that no child can be recognised.",
    "preview": "Preview, not for publication. Nothing of it is recorded as published.",
}
ROUNDED_WORDS = (
    "For publication. Numbers are rounded to the nearest five, each total by itself, and those from 1 to 7 are hidden, "
    "so that no child can be recognised."
)


def render(tally: Tally, format: str) -> str:
    """The tally in one of FORMATS.

    Raises: WrongUsage, where there is no such format.
    """
    writers = {"table": _terminal, "md": _markdown, "csv": _csv, "json": _json, "html": _html}
    if format not in writers:
        raise WrongUsage(f"There is no such format. Choose one of {', '.join(FORMATS)}.")
    return writers[format](tally)


def cell_text(cell: Cell, table: Table, with_percent: bool = True) -> str:
    """A cell in words: `7 (18.4%)`, or `7 of 18 (38.9%)` where a row has its own whole; else `0`, `hidden` or `-`.

    Where some are not known it is of those that are: `7 of 16 known (43.8%)`.
    A rate with its interval is `7 (5.9; 2.4-12.2)`, and days with their quartiles `7 (41; 12-80)`.
    """
    if cell.hidden:
        return HIDDEN
    if cell.n is None:
        return NOTHING
    if cell.rate is not None and cell.interval:
        return f"{cell.n} ({cell.rate:.1f}; {cell.interval[0]:.1f}-{cell.interval[1]:.1f})"
    if table.id in TIMES:
        lower, median, upper = cell.days or (0.0, 0.0, 0.0)
        return f"{cell.n} ({median:.0f}; {lower:.0f}-{upper:.0f})" if cell.days else str(cell.n)
    if table.id in SHARES and cell.of == 0:
        return NOTHING
    return (  # of a single child there is no percentage
        f"{counted_of(cell, table)} ({cell.percent:.{table.decimals}f}%)"
        if with_percent and cell.percent is not None and cell.n and cell.whole != 1
        else counted_of(cell, table)
    )


def counted_of(cell: Cell, table: Table) -> str:
    """A count, with of how many where each row has its own whole."""
    if table.id not in SHARES or cell.whole is None:
        return str(cell.n)
    return f"{cell.n} of {cell.whole}{'' if cell.whole == cell.of else ' known'}"


def total_text(cell: Cell, table: Table) -> str:
    """A cell of the total: the count alone where it is the whole itself."""
    return cell_text(cell, table, with_percent=table.id in SHARES or table.id in RATES)


def total_label(table: Table) -> str:
    """What the last row is called: in a table whose rows overlap it is no sum."""
    if table.id in TIMES:
        return "Any of these"
    if table.id not in OVERLAPPING:
        return TOTAL
    return "In any domain" if table.id in SHARES else WHOLES[table.id.partition(".")[0]]


def headings(table: Table) -> tuple[str, ...]:
    """The heads of a table's columns, with a mark where a series breaks and the published figures beside the last."""
    return tuple([*_with_breaks(table, table.columns), *(head for head, _ in _published(table))])


def heading(tally: Tally) -> str:
    """The tally's title: the area and its years."""
    years = tally.year if len(tally.years) == 1 else f"{tally.years[0]} to {tally.year}"
    return f"{tally.area}: child death reviews, {years}"


def edition_words(tally: Tally) -> str:
    """For whom the tables are, and what was done to their numbers."""
    return ROUNDED_WORDS if tally.rounded and tally.edition == "public" else EDITION_WORDS[tally.edition]


def shared_notes(tally: Tally, named: Callable[[Sequence[Table]], str] | None = None) -> tuple[str, ...]:
    """The notes of every table and those of more than two, each said once; one that is not of most tables says of which it is.

    `named` says which tables they are, by their titles without it. What is not true of children from elsewhere is not of theirs.
    """
    of = said_once(tally)
    return tuple(
        note if 2 * len(tables) > len(tally.tables) else f"{note} ({(named or _titles)(tables)}.)"
        for note, tables in of.items()
    )


def own_notes(table: Table, once: Container[str]) -> tuple[str, ...]:
    """A table's notes without those that are said once."""
    return tuple(note for note in table.notes if note not in once)


def said_once(tally: Tally) -> dict[str, list[Table]]:
    """The notes that are said once, those of every table first, each with its tables."""
    tables = [table for table in tally.tables if not table.id.startswith(ELSEWHERE)] or list(tally.tables)
    of: dict[str, list[Table]] = {}
    for table in tally.tables:
        for note in dict.fromkeys(table.notes):
            of.setdefault(note, []).append(table)
    every = {table.id for table in tables}
    everywhere = [note for note, these in of.items() if every <= {table.id for table in these}]
    often = [note for note, these in of.items() if len(these) > MOST_TIMES]
    return {note: of[note] for note in dict.fromkeys([*everywhere, *often])}


def _titles(tables: Sequence[Table]) -> str:
    return "; ".join(table.title for table in tables)


def lines(table: Table) -> Iterator[tuple[str, ...]]:
    """Every row of a table as it is read, its label first; the last is the total."""
    beside = [published for _, published in _published(table)]
    for row in table.rows:
        texts = [cell_text(cell, table) for cell in row.cells]
        yield (row.label, *_with_breaks(table, texts), *(of.get(row.label, "") for of in beside))
    texts = [total_text(cell, table) for cell in table.total]
    yield (total_label(table), *_with_breaks(table, texts), *(of.get(TOTAL, "") for of in beside))


def _with_breaks(table: Table, texts: Sequence[str]) -> Sequence[str]:
    """What stands in the columns, with a mark before each in which a series breaks, but for the first."""
    begins = {one.column for one in table.breaks} - {*table.columns[:1]}
    if not begins:
        return texts
    pairs = zip(table.columns, texts, strict=True)
    return [part for column, text in pairs for part in ((BREAK, text) if column in begins else (text,))]


def _published(table: Table) -> list[tuple[str, dict[str, str]]]:
    """For each other area with a figure in a row of this table, the heads of its columns, one a unit, and its figures by row."""
    rows = {row.label for row in table.rows} | {TOTAL}
    shown = [one for one in table.references if one.row in rows]
    columns = []
    for area, unit in dict.fromkeys((one.area, one.unit) for one in shown):
        of = [one for one in shown if (one.area, one.unit) == (area, unit)]
        head = f"{area} {' and '.join(dict.fromkeys(one.year for one in of))}"
        columns.append((head, {one.row: reference_text(one) for one in of}))
    return columns


def _terminal(tally: Tally) -> str:
    parts = [_underlined(heading(tally), "="), _wrapped(edition_words(tally))]
    parts += [f"- {_wrapped(note, indent='  ')}" for note in shared_notes(tally)]
    once = said_once(tally)
    blocks = ["\n".join(parts)]
    for table in tally.tables:
        notes = [f"- {_wrapped(note, indent='  ')}" for note in own_notes(table, once)]
        under = ["", *notes] if notes else []
        blocks.append("\n".join([_underlined(table.title, "-"), BASIS_WORDS[table.basis], "", _grid(table), *under]))
    for title, said in _panel(tally):
        blocks.append("\n".join([_underlined(title, "-"), *(_wrapped(one, indent="  ") for one in said)]))
    return "\n\n\n".join(blocks) + "\n"


def _panel(tally: Tally) -> list[tuple[str, list[str]]]:
    """What the panel did, under its headings."""
    return panel_years.panel_blocks(tally.panel, tally.edition) if tally.panel else []


def _grid(table: Table) -> str:
    """The table, in several parts one under the other where its columns do not fit beside each other."""
    heads, texts = headings(table), list(lines(table))
    widths = [max(len(head) + GAP, *(len(line[i + 1]) for line in texts)) + GAP for i, head in enumerate(heads)]
    parts: list[list[int]] = [[]]
    for i, width in enumerate(widths):
        if parts[-1] and NARROWEST_LABEL + width + sum(widths[k] for k in parts[-1]) > TERMINAL_WIDTH:
            parts.append([])
        parts[-1].append(i)
    room = TERMINAL_WIDTH - max(sum(widths[i] for i in part) for part in parts)
    label = max(NARROWEST_LABEL, min(room, max(len(line[0]) for line in texts)))
    labels = [fitting.filled(line[0], label, "  ") for line in texts]
    return "\n\n".join(_part(heads, labels, texts, part) for part in parts)


def _part(heads: Sequence[str], labels: Sequence[str], texts: Sequence[tuple[str, ...]], part: Sequence[int]) -> str:
    rows = [(first, *(line[i + 1] for i in part)) for first, line in zip(labels, texts, strict=True)]
    return fitting.numbers(rows, ("", *(heads[i] for i in part)))


def _underlined(text: str, stroke: str) -> str:
    return f"{_wrapped(text)}\n{stroke * min(len(text), TERMINAL_WIDTH)}"


def _wrapped(text: str, indent: str = "") -> str:
    return fitting.filled(text, TERMINAL_WIDTH - len(indent), indent)


def _markdown(tally: Tally) -> str:
    parts = [f"# {_md(heading(tally))}", f"**{edition_words(tally)}**"]
    parts += ["\n".join(f"- {_md(note)}" for note in shared_notes(tally))]
    once = said_once(tally)
    for table in tally.tables:
        parts += [f"## {_md(table.title)}", BASIS_WORDS[table.basis], _pipes(table)]
        parts += ["\n".join(f"- {_md(note)}" for note in own_notes(table, once))]
    for title, said in _panel(tally):
        parts += [f"## {title}", "\n".join(f"- {_md(one)}" for one in said)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _pipes(table: Table) -> str:
    *rows, total = [[_md(text) for text in line] for line in lines(table)]
    rule = ["---", *("---:" for _ in headings(table))]
    written = [[" ", *headings(table)], rule, *rows, [f"**{text}**" if text.strip() else " " for text in total]]
    return "\n".join(f"| {' | '.join(line)} |" for line in written)


def _md(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", " ".join(text.split()))


def _csv(tally: Tally) -> str:
    """One row a cell, with the counts and percentages of the JSON; `of` is of how many known cases a percentage is.

    The last row of a table is called `Total` only where the rows add up to all children of the table's basis, so that whoever
    checks published tables finds nothing wrong. Where nothing is known `n` is empty.
    """
    import csv

    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for table in tally.tables:
        last = NO_TOTAL if tally.rounded else _last_row(table)  # what is rounded does not add up
        rows = [*((row.label, row.cells) for row in table.rows), (last, table.total)]
        for label, cells in rows:
            for year, cell in zip(table.columns, cells, strict=True):
                texts = (table.id, table.basis, year, label)
                writer.writerow([*(" ".join(no_formula(text).split()) for text in texts), *_numbers(cell, table)])
    return out.getvalue()


def _last_row(table: Table) -> str:
    label = total_label(table)
    return label if label != TOTAL or _sums_up(table) else NO_TOTAL


def _sums_up(table: Table) -> bool:
    return table.id not in OVERLAPPING | SHARES | TIMES and not table.id.startswith(OF_SOME)


def _numbers(cell: Cell, table: Table) -> tuple[str, str, str]:
    def shown(number: float | None) -> str:
        return "" if number is None or cell.hidden else str(number)

    of = cell.of if table.id in RATES | TIMES or (cell.n and cell.percent is None) else cell.whole
    return shown(cell.n), "" if of is None else str(of), shown(cell.percent)


def _json(tally: Tally) -> str:
    from cdr.statistics.tally_json import to_json

    return json.dumps(to_json(tally), ensure_ascii=False, indent=2) + "\n"


def _html(tally: Tally) -> str:
    from cdr.documents.web_page import web_page

    once = said_once(tally)
    values = {
        "title": heading(tally),
        "internal": tally.edition != "public",
        "edition": edition_words(tally),
        "shared": shared_notes(tally),
        "tables": [_table_for_page(table, once) for table in tally.tables],
        "panel": [{"title": title, "lines": said} for title, said in _panel(tally)],
    }
    return web_page("tally", "tally.html", values)


def _table_for_page(table: Table, once: Container[str]) -> dict[str, Any]:
    *rows, total = lines(table)
    return {
        "id": table.id.replace(".", "-"),
        "title": table.title,
        "basis": BASIS_WORDS[table.basis],
        "years": headings(table),
        "rows": rows,
        "total": total,
        "notes": own_notes(table, once),
    }
