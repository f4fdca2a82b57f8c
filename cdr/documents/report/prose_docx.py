"""What somebody wrote, in a Word document: its own lists, quotations, headings, tables and links, which Word and a reader aloud know."""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Length, Mm, Pt, RGBColor

from cdr.documents.report import photographs
from cdr.documents.report.report_blocks import Prose
from cdr.domain.report.prose import Columns, Illustration, Listed, Paragraph, Part, Quotation, Run, SubHeading
from cdr.records import dataclass

DEEPEST_LIST = 3  # of the styles that Word has for lists
LINK = RGBColor(0x1D, 0x4F, 0x91)


def prose(document: Any, block: Prose, pictures: Mapping[str, bytes]) -> None:
    """Put the block at the end of the document, with those of its pictures that are there."""
    _Words(document, pictures, block.below).parts(block.parts, "", 0)


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


def picture(document: Any, raw: bytes, width: Length, alt: str, title: str) -> None:
    """Put a picture at the end, with what it shows in words."""
    document.add_picture(io.BytesIO(raw), width=width)
    properties = document.paragraphs[-1]._p.find(f".//{qn('wp:docPr')}")
    properties.set("descr", alt)
    properties.set("title", title)


@dataclass(frozen=True)
class _Words:
    """A document with what its parts are set with; `below` is the level of the heading above."""

    document: Any
    pictures: Mapping[str, bytes]
    below: int

    def parts(self, parts: Iterable[Part], style: str, depth: int) -> None:
        for part in parts:
            match part:
                case Paragraph():
                    line(self.document, self.document.add_paragraph(style=style or None), part.runs)
                case SubHeading():
                    line(self.document, self.document.add_heading("", self.below + part.depth), part.runs)
                case Listed():
                    self._listed(part, depth + 1)
                case Quotation():
                    self.parts(part.parts, "Quote", depth)
                case Illustration():
                    self._illustration(part)
                case Columns():
                    _columns(self.document, part)

    def _listed(self, part: Listed, depth: int) -> None:
        suffix = "" if depth == 1 else f" {min(depth, DEEPEST_LIST)}"
        style = f"List {'Bullet' if part.start is None else 'Number'}{suffix}"
        numbers = None if part.start is None else _numbering(self.document, style, part.start)
        for item in part.items:
            paragraph = self.document.add_paragraph(style=style)
            if numbers is not None:
                properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, numbers
            rest: Sequence[Part] = item
            if item and isinstance(item[0], Paragraph):
                line(self.document, paragraph, item[0].runs)
                rest = item[1:]
            self.parts(rest, f"List Continue{suffix}", depth)

    def _illustration(self, part: Illustration) -> None:
        raw = self.pictures.get(part.file)
        if not raw:
            self.document.add_paragraph(f"{photographs.NOT_KEPT}: {part.alt}")
            return
        picture(self.document, raw, Mm(photographs.on_paper(raw)[0]), part.alt, part.caption)
        if part.caption:
            self.document.paragraphs[-1].paragraph_format.keep_with_next = True
            self.document.add_paragraph(part.caption, style="Caption")


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
