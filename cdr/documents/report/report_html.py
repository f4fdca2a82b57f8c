"""The annual report as one page of HTML: no script, nothing from elsewhere, charts as SVG with real text."""

from __future__ import annotations

from cdr.documents.report.charts import drawn
from cdr.documents.report.prose_html import prose
from cdr.documents.report.report_blocks import Block, Report
from cdr.documents.web_page import as_it_is, web_page


def html(report: Report) -> bytes:
    """The report as one file of HTML."""
    values = {
        "report": report,
        "kind": _kind,
        "prose": lambda block: prose(block, report.pictures),
        "svg": lambda picture: as_it_is(drawn(picture.chart, f"chart-{picture.number}")),
    }
    return web_page("report", "report.html", values, pictures=bool(report.pictures)).encode()


def _kind(block: Block) -> str:
    return type(block).__name__.casefold()
