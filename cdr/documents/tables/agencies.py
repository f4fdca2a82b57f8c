"""How each agency answers, as a table for a terminal, Markdown, CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from datetime import date
from io import StringIO
from typing import Any

from cdr.documents.fitting import GAP, filled
from cdr.documents.fitting import table as fitted
from cdr.documents.safe import no_formula, visible
from cdr.records import asdict
from cdr.statistics.agency_answers import FEWEST_FOR_QUARTILES, Answers

WIDTH = 100
FORMATS = ("table", "md", "csv", "json")
COUNTS = ("asked", "returned", "nil", "waived", "outstanding", "overdue", "escalated")
DAYS = {"median": "median days", "lower": "lower quartile", "upper": "upper quartile"}
NOTE = (
    "Only children who lived in the area are counted, as in the yearly tables; an agency that was asked again after a waiver was asked twice. "
    "Years run from 1 April to 31 March and are those of the request. Days run from the request to a return or a nil return: "
    "the median, and with at least "
    f"{FEWEST_FOR_QUARTILES} answers the lower and upper quartile. Numbers this small say little about an agency: one late return "
    "moves a median, and some cases take longer for good reasons. Not for publication."
)


def render(rows: Sequence[Answers], as_of: date, format_: str, columns: int = 0) -> str:
    """The rows in one of `FORMATS`; a table for a terminal of so many columns, or as wide as it is (0)."""
    if format_ == "json":
        return json.dumps(to_json(rows, as_of), ensure_ascii=False, indent=2)
    if format_ == "csv":
        return _csv(rows)
    if not rows:
        return "No agency has been asked."
    return (
        f"{_markdown(rows)}\n\n{NOTE}"
        if format_ == "md"
        else f"{_table(rows, columns)}\n\n{filled(NOTE, min(WIDTH, columns or WIDTH))}"
    )


def to_json(rows: Sequence[Answers], as_of: date) -> dict[str, Any]:
    """The rows as `cdr-agencies/1`."""
    return {
        "schema": "cdr-agencies/1",
        "as_of": as_of.isoformat(),
        "agencies": [asdict(row) for row in rows],
        "note": NOTE,
    }


def _table(rows: Sequence[Answers], columns: int) -> str:
    """A table as narrow as its words: the days of an answer as their median, with the quartiles behind it."""
    lines = [["agency", "year", *COUNTS, "days to answer"]]
    lines += [[visible(row.agency), row.year, *_counts(row), _days(row)] for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    if columns and sum(widths) + GAP * (len(widths) - 1) > columns:
        return fitted(lines[1:], lines[0], columns)
    lines.insert(1, ["-" * width for width in widths])
    return "\n".join("  ".join(_padded(line, widths)).rstrip() for line in lines)


def _padded(cells: Sequence[str], widths: Sequence[int]) -> list[str]:
    """Words on the left of their column, numbers on its right."""
    last = len(cells) - 1
    return [
        cell.ljust(width) if n in (0, 1, last) else cell.rjust(width)
        for n, (cell, width) in enumerate(zip(cells, widths, strict=True))
    ]


def _days(row: Answers) -> str:
    return _number(row.median) + (f" ({_quartiles(row)})" if row.lower is not None else "")


def _markdown(rows: Sequence[Answers]) -> str:
    from tabulate import tabulate

    headers = ["agency", "year", *COUNTS, "median days", "quartiles"]
    cells = [[visible(row.agency), row.year, *_counts(row), _number(row.median), _quartiles(row)] for row in rows]
    align = ("left", "left", *("right" for _ in headers[2:]))
    return tabulate(cells, headers=headers, tablefmt="pipe", disable_numparse=True, colalign=align)


def _counts(row: Answers) -> list[str]:
    return [str(getattr(row, count)) for count in COUNTS]


def _number(days: float | None) -> str:
    return "-" if days is None else f"{days:g}"


def _quartiles(row: Answers) -> str:
    return "-" if row.lower is None else f"{_number(row.lower)} to {_number(row.upper)}"


def _csv(rows: Sequence[Answers]) -> str:
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["agency", "name", "year", *COUNTS, *DAYS.values()])
    for row in rows:
        days = ["" if value is None else f"{value:g}" for value in (row.median, row.lower, row.upper)]
        writer.writerow([no_formula(row.agency), no_formula(row.name), row.year, *_counts(row), *days])
    return out.getvalue()
