"""The annual report as one page of HTML: no script, nothing from elsewhere, charts as SVG with real text."""

from __future__ import annotations

from cdr import resources
from cdr.documents.charts import svg
from cdr.documents.report import Block, Report


def html(report: Report) -> bytes:
    """The report as one file of HTML."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    page = environment.from_string(resources.read_bytes("templates", "report", "report.html").decode())
    text = page.render(
        report=report,
        kind=_kind,
        svg=lambda picture: Markup(svg(picture.chart, f"chart-{picture.number}")),  # noqa: S704 - svg escapes its texts
    )
    return text.encode()


def _kind(block: Block) -> str:
    return type(block).__name__.casefold()
