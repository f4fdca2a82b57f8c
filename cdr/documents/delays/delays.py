"""The delay ledger as a terminal, a word processor, a spreadsheet, a program, a browser or a printer wants it."""

from __future__ import annotations

import csv
import io
import json
import re
from typing import Any

from cdr.documents.delays.delays_chart import drawn, terminal
from cdr.documents.delays.delays_rows import PURPOSE, Chart, Page, case_page, cells, heads, total_cells, year_page
from cdr.documents.delays.formats import FORMATS
from cdr.documents.safe import no_formula, visible
from cdr.errors import WrongUsage
from cdr.statistics.delays import CaseDelays, YearDelays

SCHEMA = "cdr-delays/1"
CSV_COLUMNS = ("group", "cause", "which", "label", "cases", "open_days", "attributed_days")

Ledger = CaseDelays | YearDelays


def render(
    found: Ledger, area: str, names: dict[str, str], format: str, width: int = 96, ascii_only: bool = False
) -> str | bytes:
    """The ledger in one of `FORMATS`: text, and bytes for pdf; `names` are the agencies' by id.

    `width` is the terminal's, in columns; `ascii_only` draws with ASCII alone.
    Raises: WrongUsage where there is no such format; ConditionsNotMet where the PDF's text cannot be set.
    """
    page = case_page(found, names) if isinstance(found, CaseDelays) else year_page(found, area, names)
    if format == "pdf":
        from cdr.documents.delays.delays_pdf import pdf

        return pdf(page)
    if format == "json":
        return json.dumps(to_json(found, page), ensure_ascii=False, indent=2) + "\n"
    writers = {
        "table": lambda page: terminal(page, width, ascii_only),
        "md": _markdown,
        "csv": _csv,
        "html": _html,
        "svg": drawn,
    }
    if format not in writers:
        raise WrongUsage(f"There is no such format. Choose one of {', '.join(FORMATS)}.")
    return writers[format](page)


def to_json(found: Ledger, page: Page) -> dict[str, Any]:
    """The ledger as scripts rely on it: `groups` with their causes; of one case also its stretches of days."""
    groups = [_group(chart) for chart in page.charts]
    if isinstance(found, YearDelays):
        head = {"schema": SCHEMA, "year": found.year, "counted_to": found.counted_to.isoformat()}
        return {**head, "groups": groups, "notes": list(page.notes)}
    stretches = [
        {"cause": s.cause.kind, "which": s.cause.which or None, "from": s.start.isoformat(), "to": s.end.isoformat(),
         "attributed": s.attributed}
        for s in found.stretches
    ]  # fmt: skip
    head = {"schema": SCHEMA, "case": found.case, "died": found.died.isoformat(), "end": found.end.isoformat()}
    return {**head, "reviewed": found.reviewed, "groups": groups, "stretches": stretches, "notes": list(page.notes)}


def _group(chart: Chart) -> dict[str, Any]:
    return {
        "id": chart.id,
        "title": chart.title,
        "days": chart.total,
        "causes": [
            {"cause": bar.cause.kind, "which": bar.cause.which or None, "label": bar.label, "cases": bar.cases,
             "open_days": bar.open_days, "attributed_days": bar.attributed_days}
            for bar in chart.bars
        ],
        "notes": list(chart.notes),
    }  # fmt: skip


def _markdown(page: Page) -> str:
    lines = [f"# {_escaped(page.title)}", "", PURPOSE, ""]
    for chart in page.charts:
        lines += [f"## {_escaped(chart.title)}", "", chart.summary, ""]
        rows = [cells(bar, chart) for bar in chart.bars]
        if rows:
            lines += [_row(heads(chart)), _row(["---", *["---:"] * (len(heads(chart)) - 1)])]
            lines += [_row([_escaped(cell) for cell in row]) for row in [*rows, total_cells(chart)]]
            lines.append("")
        lines += [line for note in chart.notes for line in (note, "")]
    return "\n".join([*lines, *page.notes]) + "\n"


def _row(row: list[str]) -> str:
    return f"| {' | '.join(row)} |"


def _escaped(text: str) -> str:
    return re.sub(r"([\\`*_\[\]<>|#])", r"\\\1", visible(text))


def _csv(page: Page) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(CSV_COLUMNS)
    for chart in page.charts:
        for bar in chart.bars:
            texts = [no_formula(visible(text)) for text in (chart.id, bar.cause.kind, bar.cause.which, bar.label)]
            writer.writerow([*texts, "" if bar.cases is None else bar.cases, bar.open_days, bar.attributed_days])
    return out.getvalue()


def _html(page: Page) -> str:
    from cdr.documents.web_page import as_it_is, web_page

    charts = [
        {
            "id": chart.id, "title": chart.title, "summary": chart.summary, "heads": heads(chart), "notes": chart.notes,
            "rows": [cells(bar, chart) for bar in chart.bars], "total": total_cells(chart),
            "picture": as_it_is(drawn(Page(chart.title, (chart,), ()), inside=True)) if chart.bars else "",
        }
        for chart in page.charts
    ]  # fmt: skip
    values = {"title": page.title, "purpose": PURPOSE, "charts": charts, "notes": page.notes}
    return web_page("delays", "delays.html", values)
