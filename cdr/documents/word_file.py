"""Word files as cdr gives them out: nothing in them is left of the template behind them, of a machine or of a moment."""

from __future__ import annotations

import io
import zipfile
from datetime import date, datetime, time
from typing import Any

from cdr.records import dataclass

LANGUAGE = "en-GB"
FIRST_DAY_OF_ZIP = (1980, 1, 1, 0, 0, 0)
# Of the template: a picture of its first page, who made it with what, its sources, its styles for an older Word.
NOT_OURS = ("/thumbnail", "/extended-properties", "/customXml", "/stylesWithEffects", "/webSettings")
LEFT_OVERS = frozenset({"rsid", "rsids", "rsidRoot", "docId", "proofState", "proofErr", "savePreviewPicture", "zoom"})


@dataclass(frozen=True)
class About:
    """What a file says of itself; `author` is an organisation or nobody, `on` the day that the file is of."""

    title: str
    on: date
    subject: str = ""
    author: str = ""


def finished(document: Any, about: About) -> bytes:
    """The document as a file; the same document gives the same bytes."""
    _say(document.core_properties, about)
    for relations in (document.part.package.rels, document.part.rels):
        for key in [key for key, one in relations.items() if one.reltype.endswith(NOT_OURS)]:
            relations.pop(key)
    written, packed = io.BytesIO(), io.BytesIO()
    document.save(written)
    with zipfile.ZipFile(written) as made, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in sorted(made.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            part = zipfile.ZipInfo(name, FIRST_DAY_OF_ZIP)
            part.compress_type = zipfile.ZIP_DEFLATED
            raw = made.read(name)
            file.writestr(part, _clean(raw) if name.startswith("word/") and name.endswith(".xml") else raw)
    return packed.getvalue()


def _say(properties: Any, about: About) -> None:
    properties.title, properties.subject, properties.language = about.title, about.subject, LANGUAGE
    properties.author = properties.last_modified_by = about.author
    properties.comments = properties.keywords = properties.category = ""
    properties.revision = 1
    properties.created = properties.modified = datetime.combine(about.on, time(12))


def _clean(raw: bytes) -> bytes:
    """A part in our language, and without the numbers by which Word follows who wrote what in which sitting."""
    from docx.oxml.ns import qn
    from lxml import etree

    root: Any = etree.fromstring(raw)
    for node in list(root.iter("*")):
        name = str(node.tag).rpartition("}")[2]
        if name in LEFT_OVERS and node.getparent() is not None:
            node.getparent().remove(node)
            continue
        for key in [key for key in node.attrib if str(key).rpartition("}")[2].startswith("rsid")]:
            del node.attrib[key]
        if name in ("lang", "themeFontLang"):
            node.set(qn("w:val"), LANGUAGE)
            node.attrib.pop(qn("w:eastAsia"), None)
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))
