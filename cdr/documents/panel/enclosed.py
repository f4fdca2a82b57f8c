"""What was attached to a case and the panel may see: its text, from which names can be taken, or its pages as they came.

Protocol section 3: the panel has post-mortem reports, inquest papers, minutes and reviews before it. Which kinds those are stands in the code
list of attachments.
"""

from __future__ import annotations

import io
from typing import Any

from cdr.documents.incoming import pages, pictures
from cdr.documents.incoming.docx import Refused, W, main_part
from cdr.documents.incoming.kinds import kind, text_of
from cdr.domain.case.attachments import Attached
from cdr.domain.panel.perinatal_review import lines, perinatal_review
from cdr.forms.codelists import code_list
from cdr.records import dataclass

KINDS = "attachment_kind"
MOST_BYTES, MOST_PAGES = 20 * 1024 * 1024, 200
TOO_LARGE = f"it has more than {MOST_BYTES // (1024 * 1024)} MB or {MOST_PAGES} pages"
TOO_MUCH = "unpacked, it is far more than a document or a scan is"
PICTURES = ("JPEG", "PNG", "GIF", "TIFF", "WEBP", "BMP", "AVIF")
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
UNREADABLE = "it is damaged, or locked with a password"
NOTHING_SAID = "It gives no grade, factor or action."
NO_PAPER = "it is neither a PDF, a Word file, a picture nor plain text"


@dataclass(frozen=True)
class Enclosed:
    """One attachment: its `text`, or a PDF of its pages and how many there are; else `why_not`, after "because"."""

    number: int
    what: str
    text: str = ""
    pages: bytes = b""
    count: int = 0
    why_not: str = ""

    @property
    def name(self) -> str:
        """What it is, as papers call it."""
        return f"{self.what} (attachment {self.number})"


def may_be_seen(attachment: Attached) -> bool:
    """Whether an attachment is of a kind that the panel sees."""
    known = code_list(KINDS).get(attachment.kind)
    return bool(known and known.extra.get("panel"))


def enclosed(attachment: Attached, data: bytes) -> Enclosed:
    """An attachment as papers can hold it."""
    number, what = attachment.number, code_list(KINDS).label(attachment.kind).lower()
    if len(data) > MOST_BYTES:
        return Enclosed(number, what, why_not=TOO_LARGE)
    if review := perinatal_review(attachment, data):
        return Enclosed(number, what, text="\n".join(lines(review)) or NOTHING_SAID)
    found = kind(data, attachment.name)
    if found == "pdf":
        return _pdf(number, what, data)
    if found == "picture":
        return _picture(number, what, data)
    text = _word(data) if found == "docx" else (text_of(data) or "" if found == "" else "")
    if text.strip():
        return Enclosed(number, what, text=text)
    return Enclosed(number, what, why_not=UNREADABLE if found == "docx" else NO_PAPER)


def _pdf(number: int, what: str, data: bytes) -> Enclosed:
    try:
        count = pages.count(data, MOST_PAGES)
    except pages.TooMuch:
        return Enclosed(number, what, why_not=f"{TOO_LARGE}, or {TOO_MUCH}")
    return Enclosed(number, what, pages=data, count=count) if count else Enclosed(number, what, why_not=UNREADABLE)


def _picture(number: int, what: str, data: bytes) -> Enclosed:
    """A picture as a page of its own, without what the camera wrote of where and when."""
    try:
        picture = pictures.opened(data, PICTURES)
    except pictures.TooManyDots:
        return Enclosed(number, what, why_not=TOO_MUCH)
    if picture is None:
        return Enclosed(number, what, why_not=UNREADABLE)
    out = io.BytesIO()
    picture.save(out, "PDF", resolution=150)
    return Enclosed(number, what, pages=out.getvalue(), count=1)


def _word(data: bytes) -> str:
    """The words of a Word file, a paragraph or a row of a table a line; what is crossed out as a change is not among them."""
    try:
        root = main_part(data)
    except Refused:
        return ""
    for again in [*root.iter(FALLBACK)]:  # the same once more, for an older Word
        again.getparent().remove(again)
    whole = (f"{W}p", f"{W}tr")
    lines = (_line(one) for one in root.iter(*whole) if not any(True for _ in one.iterancestors(*whole)))
    return "\n".join(line for line in lines if line.strip())


def _line(part: Any) -> str:
    if part.tag == f"{W}p":
        return "".join(_words(part))
    cells = (" ".join("".join(_words(one)) for one in cell.iter(f"{W}p")) for cell in part.iter(f"{W}tc"))
    return " | ".join(cells)


def _words(paragraph: Any) -> list[str]:
    signs = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}
    return [str(one.text or "") if one.tag == f"{W}t" else signs.get(one.tag, "") for one in paragraph.iter()]
