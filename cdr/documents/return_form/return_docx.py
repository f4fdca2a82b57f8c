"""The return form as a Word document, for who cannot use the browser's: every answer is a content control with its place.

A content control's tag is the dotted path of the field in Form B (`timeline.0.event`); a tick box adds `#` and its code.
The document says nothing of the child, unless it goes by a route that the area approved for that (`Named`). What is filled in stands
in it in the open: it goes back by a secure way.
"""

from __future__ import annotations

from typing import Any

from cdr.documents.return_form.return_boxes import Box, boxes, tag
from cdr.documents.return_form.return_form import ReturnForm
from cdr.documents.return_form.return_identity import Named
from cdr.documents.word_file import LANGUAGE, About, finished
from cdr.forms.law import sentences
from cdr.written import long_date

WRITE, CHOOSE, PICK = "Write here", "Choose one", "Day, month and year"
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
MANY_LINES = ("text", "lines")
FIRST_OWN = (("Reference", "case"), ("Agency", "agency"))
LAST = (("Version of this form", "schema"), ("Number of this form", "request"))
LONGEST_TITLE = 64
CONFIDENTIAL = "Confidential: this form says who the child is. Show it only to those who look for what you hold."


def to_docx(form: ReturnForm, named: Named | None = None) -> bytes:
    """The document, with who the child is where that is given; the same form gives the same bytes. Raises: KeyError, where there is no such type of agency."""
    import docx

    document = docx.Document()
    _styles(document, form)
    _front(document, form, named)
    for box in boxes(form.agency_type):
        _box(document, box)
    document.add_heading("What to do now", 1)
    back = (
        named.back(form.contact_email)
        if named
        else "give it to us by the secure way that we agreed with you, not by ordinary mail"
    )
    document.add_paragraph(f"Save the document, and {back}: {form.contact_name}, {form.contact_phone}.")
    for words, name in LAST:
        _own(document, words, name, form.form if name == "schema" else form.nonce)
    title = f"Return form {form.case}"
    return finished(document, About(title, form.requested_on, "Child death review", form.organisation))


def controls(agency_type: str) -> list[tuple[str, str]]:
    """The tag and the title of every content control of the form for this type of agency, in their order."""
    found = [(name, words) for words, name in FIRST_OWN]
    for box in (box for box in boxes(agency_type) if box.kind != "heading"):
        ticks = [(tag(box.path, code, n), f"{box.words}: {label}") for n, (code, label) in enumerate(box.codes)]
        found += ticks if box.kind == "choices" else [(box.path, box.words)]
    found += [(name, words) for words, name in LAST]
    return [(name, title[:LONGEST_TITLE]) for name, title in found]


def _styles(document: Any, form: ReturnForm) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = "Arial", Pt(11)
    for line in list(document.styles["Title"].element.iter(qn("w:pBdr"))):
        line.getparent().remove(line)
    for name, size in (("Title", 24), ("Heading 1", 17), ("Heading 2", 13), ("Heading 3", 11)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), True
        style.font.color.rgb = RGBColor(0, 0, 0)
        fonts = style.element.rPr.find(qn("w:rFonts"))
        for part in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{part}"), None)
    for name, size, bold in (("Question", 11, True), ("Hint", 10, False), ("Answer", 11, False)):
        style = document.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        style.base_style, style.font.size, style.font.bold = normal, Pt(size), bold
        style.paragraph_format.space_before = Pt(8 if name == "Question" else 0)
        style.paragraph_format.space_after = Pt(6 if name == "Answer" else 2)
        style.paragraph_format.keep_with_next = name != "Answer"
    document.styles["Hint"].font.color.rgb = RGBColor(0x44, 0x4B, 0x52)
    _bordered(document.styles["Answer"])
    for section in document.sections:
        section.page_width, section.page_height = Cm(21), Cm(29.7)
        section.left_margin = section.right_margin = Cm(2.3)
        section.footer.paragraphs[0].text = f"Return form {form.case}"


def _bordered(style: Any) -> None:
    """A thin box around each answer, so that it shows where to write on paper too."""
    properties = style.element.get_or_add_pPr()
    border = _element("w:pBdr")
    for side in ("top", "left", "bottom", "right"):
        border.append(_element(f"w:{side}", {"w:val": "single", "w:sz": "6", "w:space": "4", "w:color": "0B0C0C"}))
    before = [
        child for child in properties if child.tag.rpartition("}")[2] in ("spacing", "ind", "contextualSpacing", "jc")
    ]
    before[0].addprevious(border) if before else properties.append(border)


def _front(document: Any, form: ReturnForm, named: Named | None) -> None:
    document.add_heading("Child death review: return form", 0)
    for words in (
        f"From {form.organisation}, to {form.agency_name}.",
        " ".join(sentences()[name] for name in ("must_review", "must_supply", "no_consent", "used_for")),
        CONFIDENTIAL if named else "This form says nothing of the child; we tell you who it is about by telephone.",
        "Write only in the boxes. Choose “Not known” where something is not known to you; leave empty what does not "
        "concern your agency. You may save the document, stop, and go on later.",
        f"Please return it by {long_date(form.reply_by)}. If anything is unclear, ring {form.contact_name}, "
        f"{form.contact_phone}.",
    ):
        document.add_paragraph(words)
    for words, name in FIRST_OWN:
        _own(document, words, name, form.case if name == "case" else form.agency_id)
    if named:
        document.add_heading("Who this is about", 2)
        for title, text in named.rows:
            paragraph = document.add_paragraph()
            paragraph.add_run(f"{title}: ").bold = True
            paragraph.add_run(text)


def _own(document: Any, words: str, name: str, value: str) -> None:
    """What the form says of itself: a control that nobody can change by accident."""
    paragraph = document.add_paragraph(f"{words}: ")
    paragraph._p.append(_control(words, name, value, [], locked="sdtContentLocked"))


def _box(document: Any, box: Box) -> None:
    if box.kind == "heading":
        document.add_heading(box.words, min(box.depth, 3))
        _hint(document, box.help)
        return
    _paragraph(document, box.words, "Question")
    _hint(document, " ".join(part for part in (box.only_if, box.help, _how(box)) if part))
    if box.kind == "choices":
        for position, (code, label) in enumerate(box.codes):
            paragraph = _paragraph(document, "", "Answer")
            paragraph._p.append(_tick(f"{box.words}: {label}", tag(box.path, code, position)))
            paragraph.add_run(f" {label}")
            paragraph.paragraph_format.keep_with_next = position < len(box.codes) - 1
        return
    paragraph = _paragraph(document, "", "Answer")
    if box.kind == "choice":
        paragraph._p.append(_control(box.words, box.path, "", [_choices(box)], empty=CHOOSE))
    elif box.kind == "date":
        paragraph._p.append(_control(box.words, box.path, "", [_date()], empty=PICK))
    else:
        lines = {"w:multiLine": "1"} if box.kind in MANY_LINES else {}
        paragraph._p.append(_control(box.words, box.path, "", [_element("w:text", lines)], empty=WRITE))


def _how(box: Box) -> str:
    if box.kind == "lines" and "line" in box.help:
        return ""
    if box.kind == "choices" and "all that apply" in box.help:
        return ""
    told = {
        "choices": "Tick all that apply.",
        "lines": "One on each line.",
        "date_or_date_time": "Like 9 January 2026, or 2026-01-09 05:43.",
        "partial_date": "Like 2026-01-09, 2026-01 or 2026.",
        "number": "A number.",
    }
    return told.get(box.kind, "")


def _hint(document: Any, words: str) -> None:
    if words:
        _paragraph(document, words, "Hint")


def _paragraph(document: Any, words: str, style: str) -> Any:
    """A paragraph of one of our own styles, whose id is its name: looked up by name, each costs a walk through all of the template's."""
    made = document.add_paragraph(words)
    made._p.style = style
    return made


def _element(name: str, attributes: dict[str, str] | None = None) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    made = OxmlElement(name)
    for key, value in (attributes or {}).items():
        made.set(qn(key), value)
    return made


def _control(title: str, name: str, value: str, kind: list[Any], empty: str = "", locked: str = "sdtLocked") -> Any:
    control, properties, content = _element("w:sdt"), _element("w:sdtPr"), _element("w:sdtContent")
    for part in (("w:alias", title[:LONGEST_TITLE]), ("w:tag", name), ("w:lock", locked)):
        properties.append(_element(part[0], {"w:val": part[1]}))
    if not value:
        properties.append(_element("w:showingPlcHdr"))
    properties.extend(kind or [_element("w:text")])
    content.append(_run(value or empty, faint=not value))
    control.extend([properties, content])
    return control


def _run(text: str, faint: bool = False) -> Any:
    run, words = _element("w:r"), _element("w:t")
    if faint:
        look = _element("w:rPr")
        look.append(_element("w:color", {"w:val": "505A5F"}))
        run.append(look)
    words.text = text
    run.append(words)
    return run


def _choices(box: Box) -> Any:
    listed = _element("w:dropDownList")
    for code, label in box.codes:
        listed.append(_element("w:listItem", {"w:displayText": label, "w:value": code}))
    return listed


def _date() -> Any:
    picked = _element("w:date")
    for name, value in (
        ("dateFormat", "d MMMM yyyy"),
        ("lid", LANGUAGE),
        ("storeMappedDataAs", "date"),
        ("calendar", "gregorian"),
    ):
        picked.append(_element(f"w:{name}", {"w:val": value}))
    return picked


def _tick(title: str, name: str) -> Any:
    from lxml import etree

    state = etree.Element(f"{{{W14}}}checkbox", nsmap={"w14": W14})
    etree.SubElement(state, f"{{{W14}}}checked").set(f"{{{W14}}}val", "0")
    for part, sign in (("checkedState", "2612"), ("uncheckedState", "2610")):
        shown = etree.SubElement(state, f"{{{W14}}}{part}")
        shown.set(f"{{{W14}}}val", sign)
        shown.set(f"{{{W14}}}font", "MS Gothic")
    return _control(title, name, "☐", [state])
