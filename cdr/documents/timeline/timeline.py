"""A timeline as a terminal, a word processor, a spreadsheet, a program, a browser or a printer wants it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.documents import fitting
from cdr.documents.safe import no_formula, visible
from cdr.documents.timeline.timeline_rows import (
    PURPOSE,
    Row,
    asides,
    findings,
    gap_findings,
    gap_words,
    heading,
    missed_findings,
    notes,
    rows,
    when,
)
from cdr.domain.timeline.timeline import Entry, Gap, Timeline
from cdr.errors import WrongUsage

FORMATS = ("text", "md", "csv", "json", "html", "pdf")
SCHEMA = "cdr-timeline/1"
CHECK_SCHEMA = "cdr-timeline-check/1"
CHECK_NOTE = "This list names people: it is for you, and not for the panel."
WIDTHS = (60, 160)
USUAL_WIDTH = 96
CSV_COLUMNS = (
    "number",
    "at",
    "day",
    "time",
    "age",
    "event",
    "source",
    "source_words",
    "same_event_as",
    "gap_before_days",
    "conflict",
    "missed",
)
COLUMNS = ("No.", "Age", "When", "What happened", "Source")
GAP_MARK = "\x00"
NONE_FOUND = "None found by the rules."


def render(timeline: Timeline, format: str, width: int = USUAL_WIDTH, made_on: date | None = None) -> str | bytes:
    """The timeline in one of `FORMATS`: text, and bytes for pdf.

    `width` is the terminal's, in columns; `made_on` the date in the PDF's properties, which are the same for the same timeline without it.
    Raises: WrongUsage where there is no such format; ConditionsNotMet where the PDF's text cannot be set.
    """
    if format == "pdf":
        from cdr.documents.timeline.timeline_pdf import pdf

        return pdf(timeline, made_on)
    if format == "text":
        return _text(timeline, max(WIDTHS[0], min(WIDTHS[1], width)))
    writers = {"md": _markdown, "csv": _csv, "json": _json, "html": _html}
    if format not in writers:
        raise WrongUsage(f"There is no such format. Choose one of {', '.join(FORMATS)}.")
    return writers[format](timeline)


def render_check(timeline: Timeline, format: str) -> str:
    """What anonymisation replaced by what, and the words that may be names, as text or json: it names people."""
    if format == "json":
        return json.dumps(_check_json(timeline), ensure_ascii=False, indent=2) + "\n"
    from tabulate import tabulate

    parts = [f"What was replaced in the timeline of case {timeline.case}", CHECK_NOTE]
    pairs = [(visible(pair.original), pair.said, str(pair.count)) for pair in timeline.replacements]
    pairs.sort(key=lambda row: (row[1], row[0]))
    if pairs:
        parts.append(tabulate(pairs, headers=("in the returns", "in the timeline", "times"), disable_numparse=True))
    left = [(visible(word), ", ".join(str(index + 1) for index in found)) for word, found in timeline.left]
    parts.append("Left as they are, and perhaps names:" if left else "No word that was left looks like a name.")
    if left:
        parts.append(tabulate(left, headers=("word", "entries"), disable_numparse=True))
    return "\n\n".join(parts) + "\n"


def _check_json(timeline: Timeline) -> dict[str, Any]:
    return {
        "schema": CHECK_SCHEMA,
        "case": timeline.case,
        "replacements": [vars(pair) for pair in timeline.replacements],
        "left": _left(timeline),
    }


def _left(timeline: Timeline) -> list[dict[str, Any]]:
    return [{"word": word, "entries": list(found)} for word, found in timeline.left]


def to_json(timeline: Timeline) -> dict[str, Any]:
    """The timeline as scripts rely on it; `left` are words of its events that may be names."""
    return {
        "schema": SCHEMA,
        "case": timeline.case,
        "purpose": PURPOSE,
        "anonymised": timeline.anonymised,
        "entries": [
            {
                "at": entry.at,
                "day": entry.day,
                "time": entry.time,
                "age": entry.age,
                "event": entry.event,
                "source": entry.source,
                "missed": entry.missed,
            }
            for entry in timeline.entries
        ],
        "gaps": [{"from": gap.start, "to": gap.end, "days": gap.days} for gap in timeline.gaps],
        "conflicts": [{"entries": list(conflict.entries), "why": conflict.why} for conflict in timeline.conflicts],
        "together": [list(group) for group in timeline.together],
        "replaced": dict(timeline.replaced),
        "left": _left(timeline),
    }


def _findings(timeline: Timeline) -> list[tuple[str, list[str]]]:
    return [
        ("Conflicts", findings(timeline)),
        ("Gaps", gap_findings(timeline)),
        ("Missed contacts", missed_findings(timeline)),
    ]


def _text(timeline: Timeline, width: int) -> str:
    title = heading(timeline)
    lines = [title, "=" * len(title), ""]
    for note in notes(timeline):
        lines += [*fitting.in_lines(note, width, at_hyphens=True), ""]
    lines += [_grid(timeline, width), ""]
    for name, found in _findings(timeline):
        lines += [name, "-" * len(name)]
        numbered = name == "Conflicts"
        for number, finding in enumerate(map(visible, found), 1):
            mark = f"!{number} " if numbered else "- "
            lines += fitting.in_lines(finding, width, mark, " " * len(mark), at_hyphens=True)
        lines += [] if found else [NONE_FOUND]
        lines.append("")
    return "\n".join(lines)


def _grid(timeline: Timeline, width: int) -> str:
    shown = rows(timeline)
    cells = [_cells(row) for row in shown]
    least = [len(name) + fitting.BESIDE_A_HEADING for name in COLUMNS]
    fixed = [max(least[i], *(len(cell[i]) for cell in cells)) for i in (0, 2)]
    age, source = (
        max(least[i], min(most, max(len(cell[i]) for cell in cells))) for most, i in ((width // 7, 1), (width // 5, 4))
    )
    room = max(16, width - sum(fixed) - age - source - 4 * 2)
    table = [
        (f"{GAP_MARK}{number}", "", "", "", "")
        if row.gap
        else (first, _wrap(years, age), moment, _wrap(event, room), _wrap(teller, source))
        for number, (row, (first, years, moment, event, teller)) in enumerate(zip(shown, cells, strict=True))
    ]
    text = fitting.table(table, COLUMNS, 0)
    return "\n".join(_gap_line(line, shown, width) for line in text.split("\n"))


def _gap_line(line: str, shown: Sequence[Row], width: int) -> str:
    """A gap runs across all columns, which a table cannot do; its row holds a character that no shown text has."""
    if not line.startswith(GAP_MARK):
        return line.rstrip()
    gap = shown[int(line[1:].split(maxsplit=1)[0])].gap
    return f" {gap_words(gap) if gap else ''} ".center(width, "-").replace("--", "- ").rstrip()


def _wrap(text: str, width: int) -> str:
    return "\n".join(fitting.in_lines(text, width))


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    if row.entry is None:
        return "", "", "", gap_words(row.gap) if row.gap else "", ""
    entry = row.entry
    marks = "".join(f" !{number}" for number in row.conflicts)
    return (
        f"{row.number}{marks}",
        entry.age,
        visible(when(entry)),
        " ".join((visible(entry.event), *(f"({words})" for words in asides(row)))),
        visible(entry.source_words),
    )


def _markdown(timeline: Timeline) -> str:
    parts = [f"# {_md(heading(timeline))}", *(f"*{_md(note)}*" for note in notes(timeline))]
    lines = ["| No. | Age | When | What happened | Source |", "|---|---|---|---|---|"]
    for row in rows(timeline):
        cells = [_md(cell) for cell in _cells(row)]
        if row.gap:
            cells[3] = f"*{cells[3]}*"
        elif row.conflicts:
            cells[0] = f"**{cells[0]}**"
        lines.append(f"| {' | '.join(cells)} |")
    parts.append("\n".join(lines))
    for name, found in _findings(timeline):
        parts.append(f"## {name}")
        numbered = [f"{number}. {_md(visible(line))}" for number, line in enumerate(found, 1)]
        parts.append("\n".join(numbered) if found else NONE_FOUND)
    return "\n\n".join(parts) + "\n"


def _md(text: str) -> str:
    return re.sub(r"([\\`*_|<>#\[\]~])", r"\\\1", " ".join(visible(text).split())).replace("&", "&amp;")


def _csv(timeline: Timeline) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    before: Gap | None = None
    for row in rows(timeline):
        if row.entry is None:
            before = row.gap
            continue
        writer.writerow(_csv_row(timeline, row, row.entry, before))
        before = None
    return out.getvalue()


def _csv_row(timeline: Timeline, row: Row, entry: Entry, gap: Gap | None) -> list[Any]:
    why = "; ".join(timeline.conflicts[number - 1].why for number in row.conflicts)
    texts = (entry.age, entry.event, entry.source, entry.source_words)
    age, event, source, words = (no_formula(visible(text)) for text in texts)
    return [
        row.number,
        no_formula(visible(entry.at or "")),
        entry.day,
        entry.time or "",
        age,
        event,
        source,
        words,
        row.same_as or "",
        gap.days if gap else "",
        no_formula(visible(why)),
        entry.missed or "",
    ]


def _json(timeline: Timeline) -> str:
    return json.dumps(to_json(timeline), ensure_ascii=False, indent=2) + "\n"


def _html(timeline: Timeline) -> str:
    from cdr.documents.web_page import web_page

    return web_page("timeline", "timeline.html", _context(timeline))


def _context(timeline: Timeline) -> Mapping[str, Any]:
    return {
        "title": heading(timeline),
        "notes": notes(timeline),
        "rows": [
            dict(zip(("number", "age", "when", "event", "source"), _cells(row), strict=True)) | _marks(row)
            for row in rows(timeline)
        ],
        "conflicts": [visible(line) for line in findings(timeline)],
        "gaps": gap_findings(timeline),
        "missed": missed_findings(timeline),
        "summary": _summary(timeline),
    }


def _marks(row: Row) -> dict[str, Any]:
    return {
        "plain_number": row.number,
        "conflicts": row.conflicts,
        "gap": row.gap is not None,
        "same_as": row.same_as,
        "missed": row.entry is not None and row.entry.missed is not None,
    }


def _summary(timeline: Timeline) -> str:
    counts = (
        (len(timeline.entries), "entry", "entries"),
        (len(timeline.conflicts), "conflict", "conflicts"),
        (len(timeline.gaps), "gap", "gaps"),
        (sum(entry.missed is not None for entry in timeline.entries), "missed contact", "missed contacts"),
    )
    return ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts)
