"""The annual report as a Word document: real headings, tables with header rows, charts with words for whoever cannot see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from cdr.documents.printed import Printed
from cdr.documents.report import prose_docx
from cdr.documents.report.prose_docx import prose
from cdr.documents.report.report_blocks import (
    Block,
    Bullets,
    Grid,
    Heading,
    Picture,
    Place,
    Prose,
    Report,
    Section,
    Text,
)
from cdr.documents.report.report_pdf import picture
from cdr.documents.word_file import About, finished

FONT = "Arial"
ACCENT, QUIET, INK = RGBColor(0x1F, 0x3F, 0x5F), RGBColor(0x4A, 0x4A, 0x4A), RGBColor(0x11, 0x11, 0x11)
STYLES = (
    ("Normal", 11, INK), ("Title", 28, ACCENT), ("Subtitle", 16, INK), ("Heading 1", 18, ACCENT), ("Heading 2", 13, ACCENT),
    ("Heading 3", 12, ACCENT), ("Heading 4", 11, ACCENT), ("Heading 5", 11, INK), ("Quote", 11, INK), ("Caption", 10, INK),
)  # fmt: skip
WIDTH = Cm(16.5)
FIRST_COLUMN = 0.32  # of the width, of a table of numbers
WHOLE = 16  # a table of no more rows than these stays on one page
MANY_COLUMNS = 6


def docx(report: Report) -> Printed:
    """The report as a Word document. Raises: ConditionsNotMet where a text of its charts cannot be set."""
    document = Document()
    _styles(document)
    _page(document, report)
    _front(document, report)
    for section in report.sections:
        _section(document, section, report)
    about = About(f"{report.title}, {report.subtitle}", report.made_on, report.notice, report.organisation)
    charts = [block.chart.data() for block in report.blocks if isinstance(block, Picture)]
    return Printed.of(finished(document, about), charts)


def _styles(document: Any) -> None:
    for name, size, colour in STYLES:
        font = document.styles[name].font
        font.name, font.size, font.color.rgb, font.italic = FONT, Pt(size), colour, False
        fonts = document.styles[name].element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        fonts.set(qn("w:hAnsi"), FONT)
    document.styles["Caption"].paragraph_format.keep_with_next = True


def _page(document: Any, report: Report) -> None:
    page = document.sections[0]
    page.page_width, page.page_height = Cm(21), Cm(29.7)
    page.left_margin = page.right_margin = Cm(2.25)
    page.top_margin = page.bottom_margin = Cm(2.3)
    head = page.header.paragraphs[0]
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _run(head, report.notice, 9, bold=True)
    foot = page.footer.paragraphs[0]
    _run(foot, f"{report.notice} Page ", 9, colour=QUIET)
    _field(foot, "PAGE")


def _front(document: Any, report: Report) -> None:
    _run(document.add_paragraph(), report.organisation, 11, colour=QUIET)
    document.add_paragraph(report.title, style="Title")
    document.add_paragraph(report.subtitle, style="Subtitle")
    _framed(document, f"{report.notice} {report.notice_why}")
    document.add_paragraph(report.opening)
    _run(document.add_paragraph(), report.made, 9.5, colour=QUIET)
    document.add_page_break()
    document.add_heading(report.contents, 1)
    for section in report.sections:
        _link(document.add_paragraph(), f"{section.number}  {section.title}", section.id)
    document.add_heading(report.glance, 1)
    _bullets(document, report.facts)


def _section(document: Any, section: Section, report: Report) -> None:
    heading = document.add_heading(f"{section.number}  {section.title}", 1)
    heading.paragraph_format.page_break_before = section.number == 1
    _bookmark(heading, section)
    for block, after in zip(section.blocks, [*section.blocks[1:], None], strict=True):
        _block(document, block, report)
        if isinstance(block, Text) and isinstance(after, Grid | Picture):
            document.paragraphs[-1].paragraph_format.keep_with_next = True


def _block(document: Any, block: Block, report: Report) -> None:
    match block:
        case Text():
            document.add_paragraph(block.words)
        case Prose():
            prose(document, block, report.pictures)
        case Place():
            _framed(document, block.words)
        case Heading():
            document.add_heading(block.words, 2)
        case Bullets():
            _bullets(document, block.items)
        case Picture():
            _picture(document, block, report)
        case Grid():
            _table(document, block)


def _picture(document: Any, block: Picture, report: Report) -> None:
    document.add_paragraph(f"Chart {block.number}. {block.chart.title}", style="Caption")
    prose_docx.picture(document, picture(block.chart, report), WIDTH, block.chart.alt, block.chart.title)


def _table(document: Any, grid: Grid) -> None:
    document.add_paragraph(f"Table {grid.number}. {grid.caption}. {grid.under}".strip(), style="Caption")
    table = document.add_table(rows=0, cols=len(grid.heads), style="Table Grid")
    table.autofit = False
    size = 8 if len(grid.heads) > MANY_COLUMNS else 9
    _row(table, grid.heads, grid, size, bold=True)
    for n, row in enumerate(grid.rows, 1):
        last = n == len(grid.rows)
        _row(table, row, grid, size, bold=grid.last_is_total and last, last=last)
    for column, width in zip(table.columns, _widths(grid), strict=True):
        column.width = width
    head = table.rows[0]._tr.get_or_add_trPr()
    head.append(OxmlElement("w:tblHeader"))
    about = OxmlElement("w:tblCaption")
    about.set(qn("w:val"), grid.caption)
    table._tbl.tblPr.append(about)
    for note in grid.notes:
        _run(document.add_paragraph(style="List Bullet"), note, 9, colour=QUIET)
    document.add_paragraph()


def _row(table: Any, texts: Sequence[str], grid: Grid, size: float, bold: bool, last: bool = False) -> None:
    row = table.add_row()
    whole = OxmlElement("w:cantSplit")
    row._tr.get_or_add_trPr().append(whole)
    for n, (cell, text, width) in enumerate(zip(row.cells, texts, _widths(grid), strict=True)):
        cell.width = width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(2)
        paragraph.paragraph_format.keep_with_next = len(grid.rows) <= WHOLE and not last
        if n and grid.numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(paragraph, text, size, bold=bold)


def _widths(grid: Grid) -> list[int]:
    n = len(grid.heads)
    first = FIRST_COLUMN if grid.numbers else 1 / n
    return [int(WIDTH * first), *[int(WIDTH * (1 - first) / (n - 1))] * (n - 1)]


def _bullets(document: Any, items: Sequence[str]) -> None:
    for item in items:
        document.add_paragraph(item, style="List Bullet")


def _framed(document: Any, words: str) -> None:
    """A paragraph in a frame, which a table would not be to whoever has it read out."""
    paragraph = document.add_paragraph(words)
    borders = OxmlElement("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        border = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "8"), ("space", "6"), ("color", "4A4A4A")):
            border.set(qn(f"w:{name}"), value)
        borders.append(border)
    paragraph._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:spacing", "w:ind", "w:jc", "w:rPr")


def _run(paragraph: Any, text: str, size: float, bold: bool = False, colour: RGBColor = INK) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour


def _field(paragraph: Any, name: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), name)
    run = OxmlElement("w:r")
    size, properties = OxmlElement("w:sz"), OxmlElement("w:rPr")
    size.set(qn("w:val"), "18")
    properties.append(size)
    run.append(properties)
    shown = OxmlElement("w:t")
    shown.text = "1"
    run.append(shown)
    field.append(run)
    paragraph._p.append(field)


def _link(paragraph: Any, text: str, anchor: str) -> None:
    paragraph.paragraph_format.space_after = Pt(2)
    run = paragraph.add_run(text)
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), anchor)
    link.append(run._r)
    paragraph._p.append(link)


def _bookmark(heading: Any, section: Section) -> None:
    for name in ("bookmarkStart", "bookmarkEnd"):
        mark = OxmlElement(f"w:{name}")
        mark.set(qn("w:id"), str(section.number))
        if name == "bookmarkStart":
            mark.set(qn("w:name"), section.id)
        heading._p.append(mark)
