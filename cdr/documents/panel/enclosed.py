"""What was attached to a case and the panel may see: its text, from which names can be taken, or its pages as they came.

Protocol section 3: the panel has post-mortem reports, inquest papers, minutes and reviews before it. Which kinds those are stands in the code
list of attachments.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import Any

from cdr.documents.incoming.docx import Refused, W, main_part
from cdr.documents.incoming.kinds import kind, text_of
from cdr.domain.case.attachments import Attached
from cdr.domain.panel.perinatal_review import lines, perinatal_review
from cdr.forms.codelists import code_list
from cdr.records import dataclass

KINDS = "attachment_kind"
MOST_BYTES, MOST_PAGES = 20 * 1024 * 1024, 200
TOO_LARGE = f"it has more than {MOST_BYTES // (1024 * 1024)} MB or {MOST_PAGES} pages"
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
    if read := READERS.get(found):
        text, pages = read(data)
    else:
        text, pages = (text_of(data) or "" if found == "" else ""), b""
    if text.strip():
        return Enclosed(number, what, text=text)
    if not pages:
        return Enclosed(number, what, why_not=UNREADABLE if found in READERS else NO_PAPER)
    count = _count(pages)
    return (
        Enclosed(number, what, pages=pages, count=count)
        if count <= MOST_PAGES
        else Enclosed(number, what, why_not=TOO_LARGE)
    )


def _pdf(data: bytes) -> tuple[str, bytes]:
    import pikepdf

    try:
        return "", data if _count(data) else b""
    except (pikepdf.PdfError, pikepdf.PasswordError):
        return "", b""


def _count(pdf: bytes) -> int:
    import pikepdf

    with pikepdf.open(io.BytesIO(pdf)) as document:
        return len(document.pages)


def _picture(data: bytes) -> tuple[str, bytes]:
    """A picture as a page of its own, without what the camera wrote of where and when."""
    from PIL import Image, ImageOps

    out = io.BytesIO()
    try:
        with Image.open(io.BytesIO(data)) as picture:
            ImageOps.exif_transpose(picture).convert("RGB").save(out, "PDF", resolution=150)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return "", b""
    return "", out.getvalue()


def _word(data: bytes) -> tuple[str, bytes]:
    """The words of a Word file, a paragraph or a row of a table a line; what is crossed out as a change is not among them."""
    try:
        root = main_part(data)
    except Refused:
        return "", b""
    for again in [*root.iter(FALLBACK)]:  # the same once more, for an older Word
        again.getparent().remove(again)
    whole = (f"{W}p", f"{W}tr")
    lines = (_line(one) for one in root.iter(*whole) if not any(True for _ in one.iterancestors(*whole)))
    return "\n".join(line for line in lines if line.strip()), b""


def _line(part: Any) -> str:
    if part.tag == f"{W}p":
        return "".join(_words(part))
    cells = (" ".join("".join(_words(one)) for one in cell.iter(f"{W}p")) for cell in part.iter(f"{W}tc"))
    return " | ".join(cells)


def _words(paragraph: Any) -> list[str]:
    signs = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n"}
    return [str(one.text or "") if one.tag == f"{W}t" else signs.get(one.tag, "") for one in paragraph.iter()]


READERS: Mapping[str, Callable[[bytes], tuple[str, bytes]]] = {"pdf": _pdf, "picture": _picture, "docx": _word}
