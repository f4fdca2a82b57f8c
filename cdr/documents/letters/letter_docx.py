"""A letter as a Word document, for an area that must put its own head on it or have it translated; the same letter gives the same bytes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from cdr.documents.letters.letter import DRAFT_MARK, AnyLetter, content
from cdr.documents.word_file import About, finished

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

FONT = "Arial"  # one that every machine has or has a stand-in for; a Word document brings no font of its own
TWIPS = 1440 / 25.4  # in a millimetre
# Where things stand above the fold, in millimetres from the page's left and upper edge, as on the PDF.
SENDER, WINDOW = (100, 14, 85), (22, 55, 85)  # and how wide
DATE_AT, DATE_WITHOUT_WINDOW = 80, 52
# How many lines of an address the window holds, by its size in points and the letters that a line holds, and a line's height in millimetres.
SIZES = ((7, 12, 40, 5.0), (8, 10, 48, 4.2), (9, 9, 54, 3.8))


def as_docx(letter: AnyLetter, wording: str) -> bytes:
    """The letter as a Word document with styles, language and title, and with nobody named as its author.

    Raises: WrongConfiguration.
    """
    import docx

    data = content(letter, wording)
    document = docx.Document()
    _page(document, data)
    _styles(document, 18 if letter.large_print else 12)
    _above_the_fold(document, data)
    _body(document, data["blocks"])
    return finished(document, About(data["title"], letter.on))


def _page(document: Document, data: Mapping[str, Any]) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = Mm(25)
    section.top_margin, section.bottom_margin = Mm(20), Mm(20)
    section.header_distance = section.footer_distance = Mm(9)
    if data["draft"]:
        section.header.paragraphs[0].add_run(DRAFT_MARK).bold = True
    footer = section.footer.paragraphs[0]
    _to_the_right(footer)
    for words, field in (("Page ", "PAGE"), (" of ", "NUMPAGES")):
        footer.add_run(words)
        _field(footer, field)


def _field(paragraph: Paragraph, code: str) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), code)
    run = paragraph.add_run("1")
    field.append(run._r)
    paragraph._p.append(field)


def _styles(document: Document, size: int) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Mm, Pt, RGBColor

    for name, points in (("Normal", size), ("Heading 1", size + 0.5), ("Header", size), ("Footer", max(10, size - 2))):
        style: Any = document.styles[name]
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{kind}"), None)
        for kind in ("ascii", "hAnsi", "cs", "eastAsia"):
            fonts.set(qn(f"w:{kind}"), FONT)
        style.font.size, style.font.color.rgb = Pt(points), RGBColor(0x1A, 0x1A, 0x1A)
    normal: Any = document.styles["Normal"]
    normal.paragraph_format.space_after, normal.paragraph_format.line_spacing = Mm(2.6), 1.0
    heading: Any = document.styles["Heading 1"]
    heading.font.bold = True
    heading.paragraph_format.space_before, heading.paragraph_format.space_after = Mm(4), Mm(2)
    for closed in [*document.styles.element.iter(qn("w:contextualSpacing"))]:
        closed.getparent().remove(closed)  # the points of a list stand apart, as on the PDF


def _above_the_fold(document: Document, data: Mapping[str, Any]) -> None:
    from docx.shared import Mm, Pt

    sender = [data["organisation"], *data["organisation_address"]]
    for number, line in enumerate(sender):
        paragraph = _framed(document, line, SENDER)
        _to_the_right(paragraph)
        paragraph.runs[0].bold = number == 0
        paragraph.runs[0].font.size = Pt(12)
    size, height = _size_of(data["address"])
    for line in data["address"]:
        _framed(document, line, WINDOW).runs[0].font.size = Pt(size)
    lines = [data["date"], *([f"Our reference: {data['reference']}"] if data["reference"] else [])]
    for number, line in enumerate(lines):
        paragraph = document.add_paragraph(line)
        _to_the_right(paragraph)
        last = number == len(lines) - 1
        paragraph.paragraph_format.space_after = Mm(5 if last else 0)
        if number == 0:
            top = max(DATE_AT, WINDOW[1] + height) if data["address"] else DATE_WITHOUT_WINDOW
            paragraph.paragraph_format.space_before = Mm(top - 20)


def _size_of(address: Sequence[str]) -> tuple[int, float]:
    """The size of an address in points with which the window holds it, the smallest where none does; and its height in millimetres."""
    found = (0, 0.0)
    for most, size, wide, tall in SIZES:
        lines = sum(max(1, math.ceil(len(line) / wide)) for line in address)
        found = (size, lines * tall)
        if lines <= most:
            break
    return found


def _to_the_right(paragraph: Paragraph) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _framed(document: Document, line: str, place: tuple[int, int, int]) -> Paragraph:
    """A line at a fixed place of the first page; lines at the same place follow each other there."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    paragraph = document.add_paragraph(line)
    paragraph.paragraph_format.space_after = 0
    frame: Any = OxmlElement("w:framePr")
    left, top, width = (str(round(mm * TWIPS)) for mm in place)
    for key, value in {"w": width, "wrap": "around", "vAnchor": "page", "hAnchor": "page", "x": left, "y": top}.items():
        frame.set(qn(f"w:{key}"), value)
    paragraph._p.get_or_add_pPr().insert_element_before(
        frame, "w:widowControl", "w:numPr", "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs", "w:suppressAutoHyphens",
        "w:spacing", "w:ind", "w:contextualSpacing", "w:jc", "w:rPr",
    )  # fmt: skip
    return paragraph


def _body(document: Document, blocks: list[dict[str, Any]]) -> None:
    kinds = [block["kind"] for block in blocks]
    on_new_page = False
    for number, block in enumerate(blocks):
        if block["kind"] == "page":
            on_new_page = True
            continue
        for paragraph in _drawn(document, block):
            paragraph.paragraph_format.page_break_before = on_new_page or None
            # the last words, the close, the room to sign and the name stay on one page
            paragraph.paragraph_format.keep_with_next = "sign" in kinds[number : number + 3] or None
            paragraph.paragraph_format.keep_together = True
            on_new_page = False


def _drawn(document: Document, block: Mapping[str, Any]) -> Iterable[Paragraph]:
    from docx.shared import Mm

    if block["kind"] == "list":
        marked = all(len(item) == 1 for item in block["items"])
        for item in block["items"]:
            paragraph = document.add_paragraph(style="List Bullet" if marked else "List")
            _write(paragraph, item)
            if not marked:
                paragraph.paragraph_format.left_indent = paragraph.paragraph_format.first_line_indent = Mm(0)
                paragraph.paragraph_format.space_after = Mm(4.5)
            yield paragraph
        return
    paragraph = document.add_paragraph(style="Heading 1" if block["kind"] == "heading" else None)
    _write(paragraph, block["lines"])
    if block["kind"] == "sign":
        paragraph.paragraph_format.space_after = Mm(8)
    yield paragraph


def _write(paragraph: Paragraph, lines: list[list[dict[str, Any]]]) -> None:
    for number, line in enumerate(lines):
        if number:
            paragraph.add_run().add_break()
        for part in line:
            paragraph.add_run(part["text"]).bold = part["bold"] or None
