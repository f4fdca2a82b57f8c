"""What kind of file some bytes are, by what stands in them and not by what the file is called: nothing is opened or unpacked.

Whoever takes in a file that somebody sent asks here, so that a wrong one can be named.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePath

from cdr.expressions import expression

OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
BOMS: Mapping[bytes, str] = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
LOOKED_AT = 8192

# What the file begins with, or what stands at some place in it.
MARKS: tuple[tuple[str, int, bytes], ...] = (
    ("pdf", 0, b"%PDF-"),
    ("picture", 0, b"\xff\xd8\xff"), ("picture", 0, b"\x89PNG"), ("picture", 0, b"GIF8"), ("picture", 0, b"II*\0"), ("picture", 0, b"MM\0*"),
    ("picture", 8, b"WEBP"), ("picture", 4, b"ftyphei"), ("picture", 4, b"ftyphev"), ("picture", 4, b"ftypmif1"), ("picture", 4, b"ftypmsf1"),
    ("picture", 4, b"ftypavif"), ("picture", 6, b"\0\0\0\0\x36\0\0\0"), ("recording", 4, b"ftyp"), ("recording", 0, b"ID3"), ("recording", 0, b"OggS"),
    ("recording", 8, b"WAVE"), ("recording", 8, b"AVI "), ("tnef", 0, b"\x78\x9f\x3e\x22"), ("archive", 0, b"7z\xbc\xaf\x27\x1c"),
    ("archive", 0, b"Rar!\x1a\x07"), ("archive", 0, b"\x1f\x8b\x08"), ("archive", 0, b"BZh"), ("archive", 0, b"\xfd7zXZ\0"),
    ("archive", 0, b"MSCF"), ("archive", 257, b"ustar"), ("rtf", 0, b"{\\rtf"), ("program", 0, b"MZ"), ("program", 0, b"\x7fELF"),
    ("link", 0, b"L\0\0\0\x01\x14\x02\0"), ("mac", 0, b"\0\x05\x16\x07"), ("mac", 0, b"\0\x05\x16\0"), ("access", 4, b"Standard "),
)  # fmt: skip
SIGNED_DATA = bytes.fromhex("06092a864886f70d0107")  # PKCS#7, by its object identifier
STREAMS: Mapping[str, str] = {  # the names of what an old Office file holds
    "__nameid_version1.0": "msg", "__properties_version1.0": "msg", "EncryptedPackage": "locked", "WordDocument": "doc",
    "Workbook": "xls", "Book": "xls", "PowerPoint Document": "office",
}  # fmt: skip
PARTS: tuple[tuple[str, str], ...] = (
    ("xl/workbook.bin", "xlsb"), ("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "office"), ("visio/", "office"), ("content.xml", "odf"),
    ("index/document.iwa", "iwork"), ("index.zip", "iwork"), ("index.xml", "iwork"), ("index/calculationengine", "iwork"),
)  # fmt: skip
ODF = expression(rb"application/vnd\.oasis\.opendocument\.(?P<what>text|spreadsheet)")
ARMOURED = expression(r"-----BEGIN PGP (?P<what>[A-Z ,0-9/]+)-----")
ARMOUR: Mapping[str, str] = {
    "MESSAGE": "message", "PUBLIC KEY BLOCK": "public-key", "PRIVATE KEY BLOCK": "private-key", "SIGNED MESSAGE": "signed",
    "SIGNATURE": "signature",
}  # fmt: skip
PACKETS: Mapping[int, str] = {1: "message", 3: "message", 9: "message", 18: "message", 20: "message", 6: "public-key", 5: "private-key",
                              2: "signature", 4: "signed", 8: "signed", 11: "signed"}  # fmt: skip
MAIL_HEADER = expression(r"(?im)^(?:mime-version|message-id|received|return-path|x-mozilla-status|dkim-signature): ")
# A comment ends where it ends: looking for another end of it, of each of many, takes longer than anybody lives.
PAGE = expression(
    r"(?is)\A\s*+(?:<\?xml[^>]*+>\s*+)?+(?:<!--(?>.*?-->)\s*+)*+<(?:!doctype\s+html|html|head|body|meta|table)\b"
)
SAVED_PAGE = expression(r"(?im)^(?:snapshot-content-location: |from: <?saved by|content-type: multipart/related)")
ONLY_A_LINK = expression(r"\s*(?:url=)?https?://\S+\s*", re.IGNORECASE)
BEGINNINGS: tuple[tuple[str, str], ...] = (
    ("[internetshortcut]", "link"), ("[desktop entry]", "link"), ("-----begin pkcs7", "smime"), ("-----begin cms", "smime"),
    ("begin:vcard", "card"), ("begin:vcalendar", "card"), ("age-encryption.org/", "other-lock"), ("%!ps", "pdf"),
)  # fmt: skip
LINK_KEYS = expression(r'\A\s*\{\s*"(?:url|doc_id|resource_id)"\s*:')
WEBLOC = expression(r"(?s)\A\s*<\?xml.*<plist.*<key>URL</key>")
OFFICE_XML = expression(
    r'(?s)\A\s*<\?xml.{0,400}(?:<\?mso-application progid="(?P<program>\w+)|<(?P<flat>office:document)\b)'
)


def kind(raw: bytes, name: str = "") -> str:
    """The kind of a file, one of the words of this module's tables; empty where it is none of them, such as plain text."""
    if not raw.strip(b"\0\t\r\n \xef\xbb\xbf\xff\xfe"):
        return "empty"
    for ask in (_by_mark, _by_container, _by_text, _by_packet):
        found = ask(raw)
        if found:
            return found
    return {".msg": "msg", ".eml": "mail", ".p7m": "smime", ".p7s": "smime"}.get(PurePath(name).suffix.lower(), "")


def text_of(raw: bytes) -> str | None:
    """Bytes as text, by the mark at their beginning or their zeros, in UTF-8 or UTF-16; None where they are none."""
    encoding = next((encoding for mark, encoding in BOMS.items() if raw.startswith(mark)), "")
    if not encoding:
        sample = raw[:LOOKED_AT]
        even, odd = sample[::2].count(0), sample[1::2].count(0)
        half = len(sample) // 4
        encoding = "utf-16-be" if even > half >= odd else "utf-16-le" if odd > half >= even else "utf-8"
    try:
        return raw.decode(encoding).lstrip("\ufeff")
    except UnicodeDecodeError:
        return None


def _by_mark(raw: bytes) -> str:
    if any(raw.startswith(mark) for mark in BOMS):
        return ""
    binary = 0 in raw[:LOOKED_AT]  # a short mark may be the beginning of a text
    found = (
        k
        for k, place, mark in MARKS
        if raw[place : place + len(mark)] == mark and (binary or (len(mark) > 3 and not place))
    )
    return next(found, "smime" if raw[:1] == b"\x30" and SIGNED_DATA in raw[:64] else "")


def _by_container(raw: bytes) -> str:
    if raw.startswith(OLE[:4]):
        streams = (kind for name, kind in STREAMS.items() if name.encode("utf-16-le") in raw)
        return next(streams, "office")
    return _in_zip(raw) if raw.startswith(ZIP) else ""


def _in_zip(raw: bytes) -> str:
    flat = ODF.search(raw[:LOOKED_AT])
    if flat:
        return "odt" if flat["what"] == b"text" else "ods"
    from cdr.documents.incoming.archives import names_in

    names = [name.casefold() for name in names_in(raw)]
    found = next((kind for part, kind in PARTS if any(name.startswith(part) for name in names)), "")
    if found == "iwork" or (found and "[content_types].xml" in names):
        return found
    return "odf" if found == "odf" else "archive" if names else ""


def _by_text(raw: bytes) -> str:
    """The kind of a text, from how it begins."""
    text = text_of(raw[: LOOKED_AT * 8]) or raw[: LOOKED_AT * 8].decode("latin-1")
    armour = ARMOURED.search(text)
    if PAGE.match(text):
        return "page"
    if _is_mail(text):
        return "saved-page" if SAVED_PAGE.search(text.partition("\n\n")[0].replace("\r", "")) else "mail"
    if armour:
        return ARMOUR.get(armour["what"], "message")
    begins = text.lstrip()[:40].lower()
    return next((kind for beginning, kind in BEGINNINGS if begins.startswith(beginning)), _link_or_office(text))


def _is_mail(text: str) -> bool:
    head = text.replace("\r\n", "\n").lstrip("\n").partition("\n\n")[0]
    return bool(MAIL_HEADER.search(head)) and ":" in head.partition("\n")[0]


def _link_or_office(text: str) -> str:
    if ONLY_A_LINK.fullmatch(text) or LINK_KEYS.match(text) or WEBLOC.match(text):
        return "link"
    office = OFFICE_XML.match(text)
    if office is None:
        return ""
    return {"Word": "doc", "Excel": "xls"}.get(office["program"] or "", "odf")


def _by_packet(raw: bytes) -> str:
    """The kind of a binary OpenPGP file, by its first packet (RFC 4880 section 4.2)."""
    first = raw[0]
    has_version = any(byte < 8 for byte in raw[1:12])
    if first & 0xC0 not in (0x80, 0xC0) or not has_version or text_of(raw) is not None:
        return ""
    return PACKETS.get(first & 0x3F if first & 0x40 else (first >> 2) & 15, "")
