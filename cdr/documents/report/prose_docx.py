"""What somebody wrote, in a Word document: its own lists, quotations, headings, tables and links, which Word and a reader aloud know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from cdr.documents.report.report_blocks import Prose
from cdr.domain.report.prose import Columns, Illustration, Listed, Paragraph, Part, Quotation, Run, SubHeading

DEEPEST_LIST = 3  # of the styles that Word has for lists
LINK = RGBColor(0x1D, 0x4F, 0x91)
INDENT = Cm(0.63)


def prose(document: Any, block: Prose) -> None:
    """Put the block at the end of the document."""
    _parts(document, block.parts, block.below, "", 0)


def line(document: Any, paragraph: Any, runs: Iterable[Run]) -> None:
    """Put a line with its emphasis and its links into a paragraph."""
    for run in runs:
        made = paragraph.add_run(run.text)
        made.bold, made.italic = run.strong or None, run.emphasis or None
        if run.turn:
            made.add_break()
        if run.link:
            _lead(document, paragraph, made, run.link)


def _lead(document: Any, paragraph: Any, run: Any, link: str) -> None:
    run.font.underline, run.font.color.rgb = True, LINK
    element = OxmlElement("w:hyperlink")
    element.set(qn("r:id"), document.part.relate_to(link, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    element.append(run._r)
    paragraph._p.append(element)


def _parts(document: Any, parts: Iterable[Part], below: int, style: str, depth: int) -> None:
    for part in parts:
        match part:
            case Paragraph():
                line(document, document.add_paragraph(style=style or None), part.runs)
            case SubHeading():
                line(document, document.add_heading("", below + part.depth), part.runs)
            case Listed():
                _listed(document, part, below, depth + 1)
            case Quotation():
                _parts(document, part.parts, below, "Quote", depth)
            case Illustration():
                pass
            case Columns():
                _columns(document, part)


def _listed(document: Any, part: Listed, below: int, depth: int) -> None:
    suffix = "" if depth == 1 else f" {min(depth, DEEPEST_LIST)}"
    style = f"List {'Bullet' if part.start is None else 'Number'}{suffix}"
    numbers = None if part.start is None else _numbering(document, style, part.start)
    for item in part.items:
        first, *others = item or (Paragraph(()),)
        paragraph = document.add_paragraph(style=style)
        if numbers is not None:
            properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
            properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, numbers
        rest: Sequence[Part] = others
        if isinstance(first, Paragraph):
            line(document, paragraph, first.runs)
        else:
            rest = item
        _parts(document, rest, below, f"List Continue{suffix}", depth)


def _numbering(document: Any, style: str, start: int) -> int:
    """A numbering of its own like that of a style: each list begins with its own first number."""
    numbering = document.part.numbering_part.numbering_definitions._numbering
    like = document.styles[style].element.pPr.numPr.numId.val
    kind = numbering.num_having_numId(like).abstractNumId.val
    made = numbering.add_num(kind)
    made.add_lvlOverride(ilvl=0).add_startOverride(start)
    return int(made.numId)


def _columns(document: Any, part: Columns) -> None:
    table = document.add_table(rows=0, cols=len(part.heads), style="Table Grid")
    for n, row in enumerate([part.heads, *part.rows]):
        for cell, runs, right in zip(table.add_row().cells, row, part.to_the_right, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.space_after = Pt(2)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT if right else None
            line(
                document,
                paragraph,
                [Run(run.text, True, run.emphasis, run.link, run.turn) for run in runs] if n == 0 else runs,
            )
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    document.add_paragraph()
