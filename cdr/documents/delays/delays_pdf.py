"""The delay ledger on paper: bars and a table, as tagged PDF."""

from __future__ import annotations

from datetime import date
from typing import Any

from cdr import resources
from cdr.documents.delays.delays_rows import PURPOSE, Chart, Page, cells, heads, total_cells
from cdr.documents.pdf import make_pdf
from cdr.documents.printed import Printed
from cdr.documents.safe import visible

FIXED_DATE = date(2000, 1, 1)  # in the file's properties only, so that one ledger always makes the same bytes


def pdf(page: Page) -> Printed:
    """The page as PDF/UA-1, A4 landscape. Raises: ConditionsNotMet where its text cannot be set."""
    return make_pdf(layout(), page_data(page), FIXED_DATE)


def layout() -> bytes:
    """The layout that the data is set in."""
    return resources.read_bytes("templates", "delays", "delays.typ")


def page_data(page: Page) -> dict[str, Any]:
    """What the layout asks for: words and places from 0 to 1, nothing to compute."""
    return {
        "title": visible(page.title),
        "purpose": PURPOSE,
        "notes": list(page.notes),
        "charts": [_chart(chart) for chart in page.charts],
    }


def _chart(chart: Chart) -> dict[str, Any]:
    alt = f"{chart.title}: one bar for each of {len(chart.bars)} causes; the table below says the same in numbers."
    return {
        "title": visible(chart.title),
        "summary": visible(chart.summary),
        "alt": visible(alt),
        "notes": list(chart.notes),
        "ticks": [{"at": at, "label": words} for at, words in chart.ticks],
        "bars": [{"label": visible(bar.label), "spans": [vars(span) for span in bar.spans]} for bar in chart.bars],
        "heads": heads(chart),
        "rows": [cells(bar, chart) for bar in chart.bars],
        "total": total_cells(chart),
    }
