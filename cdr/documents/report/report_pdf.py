"""The annual report as PDF/UA-1, and its charts as pictures."""

from __future__ import annotations

from typing import Any

from cdr import resources
from cdr.documents.pdf import make_pdf, make_pictures
from cdr.documents.printed import Printed
from cdr.documents.report import photographs
from cdr.documents.report.charts import Chart
from cdr.documents.report.report_blocks import (
    Block,
    Grid,
    Picture,
    Prose,
    Report,
    Section,
)
from cdr.domain.report.prose import Illustration, Listed, Paragraph, Part, Quotation, Run
from cdr.records import asdict

DOTS_PER_INCH = 200


def pdf(report: Report) -> Printed:
    """The report as PDF/UA-1, A4. Raises: ConditionsNotMet where its text cannot be set."""
    return make_pdf(_layout("report.typ"), page_data(report), report.made_on, report.pictures)


def picture(chart: Chart, report: Report) -> bytes:
    """One chart as a PNG picture. Raises: ConditionsNotMet where its text cannot be set."""
    return make_pictures(_layout("picture.typ"), chart.data(), report.made_on, DOTS_PER_INCH)[0]


def page_data(report: Report) -> dict[str, Any]:
    """What the layout asks for, nothing to compute."""
    texts = ("title", "subtitle", "organisation", "notice", "notice_why", "made", "contents", "glance", "opening")
    return {
        **{name: getattr(report, name) for name in texts},
        "year": report.made_on.year,
        "month": report.made_on.month,
        "day": report.made_on.day,
        "facts": report.facts,
        "sections": [_section(section, report) for section in report.sections],
    }


def _layout(name: str) -> bytes:
    return b"\n".join(resources.read_bytes("templates", "report", part) for part in ("chart.typ", name))


def _section(section: Section, report: Report) -> dict[str, Any]:
    pairs = zip(section.blocks, [*section.blocks[1:], None], strict=True)
    blocks = [_block(block, report) | {"leads": isinstance(after, Grid | Picture)} for block, after in pairs]
    return {"number": section.number, "title": section.title, "apart": section.number == 1, "blocks": blocks}


def _block(block: Block, report: Report) -> dict[str, Any]:
    match block:
        case Prose():
            return {"kind": "prose", "below": block.below, "parts": [_part(part, report) for part in block.parts]}
        case Picture():
            return {"kind": "chart", "number": block.number, "chart": block.chart.data()}
        case Grid():
            return {"kind": "table", **asdict(block), "total": block.last_is_total}
        case _:
            return {"kind": type(block).__name__.casefold(), **asdict(block)}


def _part(part: Part, report: Report) -> dict[str, Any]:
    kind = type(part).__name__.casefold()
    match part:
        case Listed():
            return {
                "kind": kind,
                "start": part.start,
                "items": [[_part(one, report) for one in item] for item in part.items],
            }
        case Quotation():
            return {"kind": kind, "parts": [_part(one, report) for one in part.parts]}
        case Illustration():
            if part.file not in report.pictures:
                return _part(Paragraph((Run(f"{photographs.NOT_KEPT}: {part.alt}"),)), report)
            return {"kind": kind, **asdict(part), "width": photographs.on_paper(report.pictures[part.file])[0]}
        case _:
            return {"kind": kind, **asdict(part)}
