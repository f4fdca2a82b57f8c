"""Reading a Word form that came back: the content controls of one part of a zip file, and nothing else.

The file comes from outside. It is looked at before anything of it is read: how much it holds, that it has no macros, and
that opening it would fetch nothing. Its XML may have no document type and no entities.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdr import written
from cdr.documents.return_boxes import Box, boxes, tag
from cdr.documents.return_docx import CHOOSE, PICK, W14, WRITE, controls
from cdr.documents.return_questions import for_agency

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAIN = "word/document.xml"
MOST_PARTS, MOST_BYTES, MOST_TIMES = 500, 32 * 1024 * 1024, 200
OWN = ("case", "agency", "request", "schema")
ACTIVE = re.compile(r"vbaproject|vbadata|activex|/embeddings/|macrosheets|customui", re.IGNORECASE)
MACRO_TYPES = (b"macroenabled", b"vbaproject")
LINK = b"/relationships/hyperlink"
RELATION = re.compile(rb"<[^<>]*Relationship\b[^<>]*>")


@dataclass(frozen=True)
class Fault:
    """Why a Word file is not read, for a person; `is_shape` where it is no form of ours rather than unsafe."""

    words: str
    is_shape: bool = True


NO_WORD = (
    "This is no Word document of the form. Open it in Word and save it as .docx, or ask for the encrypted file instead."
)
LOCKED = "This is locked with a password, or an old .doc file. Save it as .docx without a password, and send it by a secure way."
TOO_MUCH = "This unpacks to far more than a form ever holds. Ask for it again, with text alone."
MACROS = "This holds macros or embedded files. Save it as a plain .docx (Word Document), and send that."
OUTSIDE = "This would fetch something from elsewhere when it is opened. Copy the answers into a fresh form."
ODD_XML = "This holds what no Word document holds (a document type or entities). Ask for it again."
TWICE = "A box of the form stands in it twice. Delete the copy, and save it again."
NOTHING = "None of the form's boxes is in it. Ask for the document that cdr made, filled in."


def read(raw: bytes, agency_type: str) -> tuple[Fault | None, dict[str, str | list[str]]]:
    """The answers of a form for this type of agency by their dotted paths, or why it is not read; never raises."""
    fault, xml = _main(raw)
    if fault:
        return fault, {}
    try:
        root = _parsed(xml)
    except ValueError:
        return Fault(ODD_XML, is_shape=False), {}
    if root is None:
        return Fault(NO_WORD), {}
    found = [(name, said) for name, said in _controls(root, agency_type) if said]
    names = [name for name, _ in found]
    if len(set(names)) < len(names):
        return Fault(TWICE), {}
    if not {"case", "agency"} & set(names):
        return Fault(NOTHING), {}
    return None, _answers(dict(found), agency_type)


def _main(raw: bytes) -> tuple[Fault | None, bytes]:
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        return Fault(LOCKED), b""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            fault = _unsafe(archive)
            return fault, b"" if fault else archive.read(MAIN)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        return Fault(NO_WORD), b""
    except Exception as error:  # zlib's own error has no better name here, and a damaged file is all that it can mean
        if type(error).__module__ == "zlib":
            return Fault(NO_WORD), b""
        raise


def _unsafe(archive: zipfile.ZipFile) -> Fault | None:
    parts = archive.infolist()
    packed, whole = sum(part.compress_size for part in parts), sum(part.file_size for part in parts)
    if len(parts) > MOST_PARTS or whole > MOST_BYTES or whole > MOST_TIMES * max(packed, 1):
        return Fault(TOO_MUCH, is_shape=False)
    if any(part.flag_bits & 1 for part in parts):
        return Fault(LOCKED)
    if any(ACTIVE.search(part.filename) for part in parts):
        return Fault(MACROS, is_shape=False)
    for part in parts:
        if part.filename == "[Content_Types].xml" and any(kind in archive.read(part).lower() for kind in MACRO_TYPES):
            return Fault(MACROS, is_shape=False)
        if part.filename.endswith(".rels") and _reaches_out(archive.read(part)):
            return Fault(OUTSIDE, is_shape=False)
    return None


def _reaches_out(relations: bytes) -> bool:
    """Whether a part refers to anything outside the file; a link that waits to be clicked on does no harm."""
    if b"<!" in relations.replace(b"<!--", b""):
        return True
    try:
        text = relations.decode("utf-8-sig").encode()
    except UnicodeDecodeError:
        return True
    return any(b"External" in one and LINK not in one for one in RELATION.findall(text))


def _parsed(xml: bytes) -> Any:
    """The main part, None where it is no XML. Raises: ValueError where it has a document type."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
    )
    if b"<!DOCTYPE" in xml or b"<!ENTITY" in xml:
        raise ValueError("a document type")
    try:
        root: Any = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError):
        return None
    if root.getroottree().docinfo.doctype:
        raise ValueError("a document type")
    return root


def _controls(root: Any, agency_type: str) -> Iterator[tuple[str, str]]:
    """The tag and the text of each content control.

    LibreOffice takes the tags away when it saves. Then the controls are known by their order, where they are as many as the
    form has and each that has a title has the right one.
    """
    found = [(control.find(f"{W}sdtPr"), control.find(f"{W}sdtContent")) for control in root.iter(f"{W}sdt")]
    whole = [(properties, content) for properties, content in found if properties is not None and content is not None]
    names = [_named(properties, "tag") for properties, _ in whole]
    if not any(names):
        names = _by_order([_named(properties, "alias") for properties, _ in whole], agency_type)
    for name, (properties, content) in zip(names, whole, strict=True):
        if name:
            yield name, _said(properties, content)


def _named(properties: Any, kind: str) -> str:
    named = properties.find(f"{W}{kind}")
    return "" if named is None else str(named.get(f"{W}val", ""))


def _by_order(titles: list[str], agency_type: str) -> list[str]:
    known = controls(agency_type)
    same = len(known) == len(titles) and all(
        not said or said == title for said, (_, title) in zip(titles, known, strict=True)
    )
    return [name for name, _ in known] if same else [""] * len(titles)


def _said(properties: Any, content: Any) -> str:
    box = properties.find(f"{{{W14}}}checkbox")
    if box is not None:
        checked = box.find(f"{{{W14}}}checked")
        return "1" if checked is not None and checked.get(f"{{{W14}}}val") in ("1", "true") else ""
    if properties.find(f"{W}showingPlcHdr") is not None:
        return ""
    text = _text(content)
    if text in (WRITE, CHOOSE, PICK):
        return ""
    listed = {item.get(f"{W}displayText"): item.get(f"{W}value") for item in properties.iter(f"{W}listItem")}
    return str(listed.get(text) or text)


def _text(content: Any) -> str:
    """The words as they are read: without what a correction took away, with the line ends."""
    parts: list[str] = []
    for node in content.iter(f"{W}t", f"{W}br", f"{W}cr", f"{W}tab", f"{W}p"):
        name = node.tag.removeprefix(W)
        if any(above.tag in (f"{W}del", f"{W}moveFrom") for above in node.iterancestors()):
            continue
        if name == "t":
            parts.append(node.text or "")
        else:
            parts.append(" " if name == "tab" else "\n")
    return "".join(parts).strip()


def _answers(said: Mapping[str, str], agency_type: str) -> dict[str, str | list[str]]:
    found: dict[str, str | list[str]] = {name: said[name] for name in OWN if name in said}
    types = [kind.type for kind in for_agency(agency_type).supplementary]
    for box in (box for box in boxes(agency_type) if box.kind != "heading"):
        answer = _answer(box, said)
        if answer:
            found[_place(box.path, types, found)] = answer
    return found


def _answer(box: Box, said: Mapping[str, str]) -> str | list[str]:
    if box.kind == "choices":
        return [code for position, (code, _) in enumerate(box.codes) if said.get(tag(box.path, code, position))]
    text = said.get(box.path, "")
    if box.kind == "lines":
        return [line.strip() for line in text.split("\n") if line.strip()]
    if box.kind in ("date", "date_or_date_time", "partial_date"):
        return _iso(text)
    return text


def _place(path: str, types: list[str], found: dict[str, str | list[str]]) -> str:
    """Where an answer of a supplementary form stands in Form B: each form that has one is an item of its own."""
    kind, _, rest = path.partition(".")
    if kind not in types:
        return path
    place = f"supplementary.{types.index(kind)}"
    found[f"{place}.type"] = kind
    return f"{place}.answers.{rest}"


def _iso(text: str) -> str:
    """A date, or a date and time, as Form B has it; what is neither stays as it is, to be told by the schema."""
    try:
        return written.moment_or_day(text)
    except ValueError:
        return text
