"""A Word file taken apart as the package that it is, and looked at whole before anything of it is read.

The file comes from outside, and a person may open it in Word. What the form needs is listed here: kinds of parts, kinds of
relations, fields. All else is refused, whatever it is called. The rules of a package are those of ECMA-376, part 2 (OPC): the
names of parts without regard to case, the kind of each in `[Content_Types].xml`, what belongs to what in the `.rels` parts.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from cdr.expressions import expression
from cdr.records import dataclass

MOST_PARTS, MOST_BYTES, MOST_TIMES, MOST_TAGS = 500, 32 * 1024 * 1024, 200, 400_000
STEP = expression(r"[A-Za-z0-9_\[\]()&+,;=@$!' ~.-]*[A-Za-z0-9_\[\]()&+,;=@$!' ~-]")
DECLARED = expression(rb"<!(?!--|\[CDATA\[)")
KINDS, RELATIONS = "[content_types].xml", "_rels/.rels"

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml."
MAIN_KIND, RELATIONS_KIND = f"{_WORD}document.main+xml", "application/vnd.openxmlformats-package.relationships+xml"
XML_KINDS = frozenset(
    {
        MAIN_KIND,
        "application/xml",
        "text/xml",
        *(
            f"{_WORD}{part}+xml"
            for part in (
                "styles", "settings", "webSettings", "fontTable", "numbering", "footnotes", "endnotes", "header", "footer", "comments",
                "commentsExtended", "commentsIds", "commentsExtensible", "people", "document.glossary",
            )
        ),
        "application/vnd.openxmlformats-officedocument.theme+xml",
        "application/vnd.openxmlformats-package.core-properties+xml",
        "application/vnd.openxmlformats-officedocument.extended-properties+xml",
        "application/vnd.openxmlformats-officedocument.custom-properties+xml",
        "application/vnd.openxmlformats-officedocument.customXmlProperties+xml",
        "application/vnd.ms-word.stylesWithEffects+xml",
        "application/vnd.ms-office.classificationlabels+xml",
        "application/vnd.ms-office.intelligence2+xml",
        "application/vnd.ms-office.documenttasks+xml",
    }
)  # fmt: skip
PICTURES: Mapping[str, tuple[bytes, ...]] = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/jpg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/x-emf": (b"\x01\x00\x00\x00",),
    "image/x-wmf": (b"\xd7\xcd\xc6\x9a", b"\x01\x00\x09\x00"),
}
OTHER_KINDS = frozenset(
    {"application/vnd.openxmlformats-officedocument.obfuscatedFont", f"{_WORD}printerSettings"}
)  # fonts that a trust has put into all of its documents, and the printer that was used last
ACTIVE = expression(
    r"macroenabled|vba|activex|oleobject|executable|msdownload|embed|spreadsheetml|presentationml|keymap|toolbar|customui",
    re.IGNORECASE,
)
ACTIVE_NAME = expression(r"vbaproject|vbadata|activex|/embeddings/|macrosheets|customui", re.IGNORECASE)

_OFFICE = (
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships/",
    "http://purl.oclc.org/ooxml/officeDocument/relationships/",
)
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_MICROSOFT = "http://schemas.microsoft.com/office/"
MAIN_RELATION = tuple(f"{base}officeDocument" for base in _OFFICE)
LINK_RELATION = tuple(f"{base}hyperlink" for base in _OFFICE)
KNOWN_RELATIONS = frozenset(
    {
        *(
            f"{base}{part}"
            for base in _OFFICE
            for part in (
                "officeDocument", "extended-properties", "extendedProperties", "custom-properties", "customProperties", "styles", "settings",
                "webSettings", "fontTable", "theme", "numbering", "footnotes", "endnotes", "header", "footer", "comments", "glossaryDocument",
                "customXml", "customXmlProps", "image", "font", "printerSettings", "hyperlink", "metadata/core-properties", "metadata/thumbnail",
            )
        ),
        f"{_PACKAGE}/metadata/core-properties",
        f"{_PACKAGE}/metadata/thumbnail",
        *(
            f"{_MICROSOFT}{part}"
            for part in (
                "2007/relationships/stylesWithEffects", "2011/relationships/commentsExtended", "2011/relationships/people",
                "2016/09/relationships/commentsIds", "2018/08/relationships/commentsExtensible", "2019/05/relationships/documenttasks",
                "2020/02/relationships/classificationlabels", "2020/10/relationships/intelligence",
            )
        ),
    }
)  # fmt: skip
RELATION_SAYS = {"Id", "Type", "Target", "TargetMode"}
LINKS = expression(r"(?:https?://|mailto:|tel:|#)", re.IGNORECASE)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
STRICT_W = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
VML = "{urn:schemas-microsoft-com:vml}"
REACHING = frozenset(
    {"altChunk", "subDoc", "frameset", "mailMerge", "movie", "webVideoPr", "externalData", "attachedTemplate"}
)
EMBEDDING = frozenset({"object", "OLEObject", "control", "ocx"})
FIELDS = frozenset(
    {"PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "PAGEREF", "NOTEREF", "REF", "TOC", "TC", "SEQ", "STYLEREF", "HYPERLINK", "DATE", "TIME",
     "CREATEDATE", "SAVEDATE", "PRINTDATE", "TITLE", "SUBJECT", "AUTHOR", "DOCPROPERTY", "FILENAME", "NUMWORDS", "FORMTEXT", "FORMCHECKBOX",
     "FORMDROPDOWN", "SYMBOL"}
)  # fmt: skip
FETCHING = expression(r"DDE|INCLUDE|LINK|IMPORT|DATABASE|EMBED|^RD$|MACRO", re.IGNORECASE)


@dataclass(frozen=True)
class Fault:
    """Why a Word file is not read, for a person; `is_shape` where it is no form of ours rather than unsafe."""

    words: str
    is_shape: bool = True


NO_WORD = Fault(
    "This is no Word document of the form. Open it in Word and save it as .docx, or ask for the encrypted file instead."
)
STRICT = Fault(
    "This was saved as a Strict Open XML Document. Open it in Word, save it as Word Document (.docx), and send that."
)
LOCKED = Fault(
    "This is locked with a password, or an old .doc file. Save it as .docx without a password, and send it by a secure way."
)
TOO_MUCH = Fault("This unpacks to far more than a form ever holds. Ask for it again, with text alone.", is_shape=False)
MACROS = Fault(
    "This holds macros or embedded files. Save it as a plain .docx (Word Document), and send that.", is_shape=False
)
OUTSIDE = Fault(
    "This would fetch something from elsewhere when it is opened. Copy the answers into a fresh form.", is_shape=False
)
ODD_XML = Fault(
    "This holds what no Word document holds (a document type or entities). Ask for it again.", is_shape=False
)
ODD_PART = Fault(
    "This holds something that the form does not have, such as a chart, a drawing or another file. Copy the answers into a fresh form.",
    is_shape=False,
)


class Refused(Exception):
    """The file is not read; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.words)
        self.fault = fault


def main_part(raw: bytes) -> Any:
    """The root element of a Word document's text, where nothing in the whole file does more than hold it. Raises: Refused."""
    parts = _unpacked(raw)
    kinds = _kinds(parts)
    roots: dict[str, Any] = {}
    if sum(data.count(b"<") for name, data in parts.items() if _is_xml(kinds[name])) > MOST_TAGS:
        raise Refused(TOO_MUCH)
    for name, data in parts.items():
        if _is_xml(kinds[name]):
            roots[name] = _parsed(data)
        elif kinds[name] in PICTURES and not data.startswith(PICTURES[kinds[name]]):
            raise Refused(ODD_PART)
    for name, root in roots.items():
        if kinds[name] == RELATIONS_KIND:
            _only_known_relations(name, root)
        elif name != KINDS:
            _only_holds_text(root)
    main = _main(roots)
    if main not in roots or kinds[main] != MAIN_KIND:
        raise Refused(NO_WORD)
    if str(roots[main].tag).startswith(STRICT_W):
        raise Refused(STRICT)
    return roots[main]


# ---- the zip file ----------------------------------------------------------------------------------------------------


def _unpacked(raw: bytes) -> dict[str, bytes]:
    """Every part by its name in small letters."""
    if raw.startswith(b"\xd0\xcf\x11\xe0"):
        raise Refused(LOCKED)
    if not raw.startswith(b"PK\x03\x04"):
        raise Refused(NO_WORD)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            entries = archive.infolist()
            _within_limits(entries, len(raw))
            named = [entry for entry in entries if _is_named_rightly(entry.filename.removesuffix("/"))]
            files = [entry for entry in named if not entry.is_dir() or entry.file_size]
            parts = {entry.filename.lower(): archive.read(entry) for entry in files}
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError, RuntimeError, NotImplementedError, EOFError):
        raise Refused(NO_WORD) from None
    if len(parts) < len(files):  # two names that are one
        raise Refused(ODD_PART)
    return parts


def _within_limits(entries: list[zipfile.ZipInfo], packed: int) -> None:
    whole = sum(entry.file_size for entry in entries)
    if len(entries) > MOST_PARTS or whole > MOST_BYTES or whole > MOST_TIMES * packed:
        raise Refused(TOO_MUCH)
    if any(entry.flag_bits & 1 for entry in entries):
        raise Refused(LOCKED)


def _is_named_rightly(name: str) -> bool:
    if ACTIVE_NAME.search(name):
        raise Refused(MACROS)
    if not all(
        map(STEP.fullmatch, name.split("/"))
    ):  # nothing above the file or at its root, no step that is empty or dots
        raise Refused(ODD_PART)
    return True


# ---- kinds and relations ---------------------------------------------------------------------------------------------


def _kinds(parts: Mapping[str, bytes]) -> dict[str, str]:
    """The kind of each part, each of them one that a form needs."""
    if KINDS not in parts or RELATIONS not in parts:
        raise Refused(NO_WORD)
    root = _parsed(parts[KINDS])
    named = [(str(node.get("PartName", "")).lower().lstrip("/"), str(node.get("ContentType", ""))) for node in root]
    endings = {
        str(node.get("Extension", "")).lower(): str(node.get("ContentType", ""))
        for node in root
        if node.get("Extension")
    }
    overrides = {name: kind for name, kind in named if name}
    found = {name: overrides.get(name) or endings.get(name.rpartition(".")[2], "") for name in parts}
    for name, kind in found.items():
        is_relations = name.endswith(".rels")
        if ACTIVE.search(kind):
            raise Refused(MACROS)
        if name != KINDS and (is_relations != (kind == RELATIONS_KIND) or not (is_relations or _is_needed(kind))):
            raise Refused(ODD_PART)
    return {**found, KINDS: "application/xml"}


def _is_needed(kind: str) -> bool:
    return kind in XML_KINDS or kind in PICTURES or kind in OTHER_KINDS


def _is_xml(kind: str) -> bool:
    return kind in XML_KINDS or kind == RELATIONS_KIND


def _parsed(raw: bytes) -> Any:
    """The root of an XML part in UTF-8 or UTF-16, without document type, comments or entities."""
    from lxml import etree

    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        decoded = raw.decode("utf-16").encode() if raw.startswith((b"\xff\xfe", b"\xfe\xff")) else raw
        if DECLARED.search(decoded):
            raise Refused(ODD_XML)
        root: Any = etree.fromstring(decoded, parser)
    except (etree.XMLSyntaxError, UnicodeDecodeError, ValueError):
        raise Refused(NO_WORD) from None
    if root.getroottree().docinfo.doctype:
        raise Refused(ODD_XML)
    return root


def _relations(root: Any) -> Iterator[tuple[str, str, bool]]:
    """The type and the target of each relation, and whether it leads out of the file."""
    if root.tag != f"{{{_PACKAGE}}}Relationships":
        raise Refused(ODD_PART)
    for node in root:
        mode = str(node.get("TargetMode", "Internal"))
        if (
            node.tag != f"{{{_PACKAGE}}}Relationship"
            or set(node.attrib) - RELATION_SAYS
            or mode not in ("Internal", "External")
        ):
            raise Refused(ODD_PART)
        yield str(node.get("Type", "")), str(node.get("Target", "")), mode == "External"


def _only_known_relations(part: str, root: Any) -> None:
    """Everything that a part belongs to is in the file and of a kind that the form needs; a web link waits to be clicked on."""
    for type_, target, is_outside in _relations(root):
        if is_outside:
            if type_ not in LINK_RELATION or not LINKS.match(target):
                raise Refused(OUTSIDE)
        elif type_ not in KNOWN_RELATIONS:
            raise Refused(MACROS if ACTIVE.search(type_) or type_.endswith(("/package", "/control")) else ODD_PART)
        elif type_ not in LINK_RELATION and _resolved(part, target) is None:
            raise Refused(OUTSIDE)


def _resolved(part: str, target: str) -> str | None:
    """The part that a relation leads to, in small letters; None where that is not in the file."""
    if re.search(r"[\\:%?]", target) or target.startswith("//"):
        return None
    folder = "/" if part == RELATIONS else f"/{posixpath.dirname(posixpath.dirname(part))}/"
    steps = (target if target.startswith("/") else folder + target).lower().split("/")
    depth = 0
    for step in steps:
        depth += -1 if step == ".." else step not in ("", ".")
        if depth < 0:
            return None
    return posixpath.normpath("/".join(steps)).lstrip("/")


def _main(roots: Mapping[str, Any]) -> str:
    """The part in which the text stands, as the package itself says."""
    found = [
        _resolved(RELATIONS, target) for type_, target, _ in _relations(roots[RELATIONS]) if type_ in MAIN_RELATION
    ]
    if len(found) != 1 or found[0] is None:
        raise Refused(NO_WORD)
    return found[0]


# ---- what stands in a part -------------------------------------------------------------------------------------------


def _only_holds_text(root: Any) -> None:
    for node in root.iter("*"):
        space, _, name = str(node.tag).rpartition("}")
        if name in REACHING:
            raise Refused(OUTSIDE)
        if name in EMBEDDING:
            raise Refused(MACROS)
        if f"{space}}}" == VML and any(_leads_out(key, value) for key, value in node.attrib.items()):
            raise Refused(OUTSIDE)
    for code in _fields(root):
        name = (re.match(r"\s*([A-Za-z]*)", code) or [""])[0].strip().upper()
        if name not in FIELDS or (name == "HYPERLINK" and not _is_web_link(code)):
            raise Refused(OUTSIDE if FETCHING.search(name) else ODD_PART)


def _leads_out(key: str, value: str) -> bool:
    return key.rpartition("}")[2] in ("src", "href", "althref") and bool(value) and not value.startswith("#")


def _is_web_link(code: str) -> bool:
    """Whether a field's link leads to the web, or to a place in the document itself (`\\l`)."""
    first = re.match(r'\s*HYPERLINK\s+"?([^"\s]*)', code, re.IGNORECASE)
    return first is None or not first[1] or first[1] == "\\l" or LINKS.match(first[1]) is not None


def _fields(root: Any) -> Iterator[str]:
    """The code of each field, put together from its pieces; one whose code another field makes up has none that is known."""
    open_: list[list[str] | None] = []
    for node in root.iter("*"):
        name = str(node.tag).rpartition("}")[2]
        if name == "fldSimple":
            yield next((str(value) for key, value in node.attrib.items() if key.endswith("}instr")), "")
        elif name == "fldChar":
            yield from _turned(
                next((value for key, value in node.attrib.items() if key.endswith("}fldCharType")), ""), open_
            )
        elif name in ("instrText", "delInstrText", "t") and open_ and open_[-1] is not None:
            open_[-1].append(node.text or "")
        elif name in ("instrText", "delInstrText"):
            yield node.text or ""
    yield from ("".join(code) for code in open_ if code is not None)


def _turned(kind: str, open_: list[list[str] | None]) -> Iterator[str]:
    """Follow the beginning, the middle or the end of a field; its code is whole at its middle, or at its end where it has none."""
    if kind == "begin":
        if open_ and open_[-1] is not None:
            yield "?"
        open_.append([])
        return
    code = open_.pop() if open_ else None
    if code is not None:
        yield "".join(code)
    if kind == "separate":
        open_.append(None)
