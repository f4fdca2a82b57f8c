"""Workbooks that are small and would cost much, and the child process in which they are read: little memory, little time."""

from __future__ import annotations

import io
import resource
import sys
import zipfile
from collections.abc import Iterator

MAIN = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET, STRINGS, STYLES, BOOK = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml", "xl/workbook.xml"
MEMORY, SECONDS = 500_000_000, 60
PARTS = {
    "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
    "_rels/.rels": b'<Relationships><Relationship Id="r" Type="http://x/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    BOOK: b"<workbook "
    + MAIN
    + b' xmlns:r="http://x/r"><sheets><sheet name="One" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": b'<Relationships><Relationship Id="r1" Type="http://x/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    SHEET: b"<worksheet "
    + MAIN
    + b'><sheetData><row r="1"><c t="inlineStr"><is><t>ref</t></is></c></row></sheetData></worksheet>',
}


def book(**parts: bytes) -> bytes:
    """A workbook made by hand, of its least parts and these (`sheet`, `strings`, `styles`, `book`, or any as a path)."""
    names = {"sheet": SHEET, "strings": STRINGS, "styles": STYLES, "book": BOOK}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, data in (PARTS | {names.get(key, key): data for key, data in parts.items()}).items():
            archive.writestr(name, data)
    return out.getvalue()


def sheet(body: bytes, behind: bytes = b"") -> bytes:
    return book(
        sheet=b'<?xml version="1.0"?><worksheet '
        + MAIN
        + b"><sheetData>"
        + body
        + b"</sheetData>"
        + behind
        + b"</worksheet>"
    )


CELL, ONE = b"<c><v>1</v></c>", b'<row r="1"><c r="A1"><v>1</v></c></row>'


def bombs() -> Iterator[tuple[str, bytes, str]]:
    """Each with what should be said of it."""
    yield "far row", sheet(ONE + b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'), "more than 20,000 rows"
    yield "far column", sheet(b'<row r="1"><c r="XFD1"><v>1</v></c></row>' * 20_000), "in column XFD"
    yield "one row of many cells", sheet(b"<row>" + CELL * 400_000 + b"</row>"), "in column OK"
    yield "merged everywhere", sheet(ONE, b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'), "merged over"
    yield (
        "merged often",
        sheet(ONE, b"<mergeCells>" + b'<mergeCell ref="A1:B2"/>' * 200_000 + b"</mergeCells>"),
        "merged over",
    )
    yield (
        "merged long",
        sheet(ONE, b"<mergeCells>" + b'<mergeCell ref="A1:B19999"/>' * 1_000 + b"</mergeCells>"),
        "merged over",
    )
    yield "many cells", sheet((b"<row>" + CELL * 400 + b"</row>") * 20_000), "far larger"
    yield "many filled cells", sheet((b"<row>" + CELL * 35 + b"</row>") * 20_000), "far larger"
    yield "empty rows", sheet(b"<row/>" * 5_000_000), "far larger"
    yield "empty rows below", sheet(ONE + b"<row/>" * 200_000), "empty rows far below"
    yield "deep", sheet(b"<a>" * 3_000_000), "far larger"
    yield "deep and short", sheet(b"<a>" * 100_000), "Excel does not write"
    yield "a long attribute", sheet(b'<row r="1" x="' + b"a" * 40_000_000 + b'"/>'), "Excel does not write"
    yield (
        "many attributes",
        sheet(b"<row " + b" ".join(b'a%d="1"' % n for n in range(300_000)) + b"/>"),
        "Excel does not write",
    )
    yield "a long comment", sheet(b"<!--" + b"a" * 40_000_000 + b"-->"), "Excel does not write"
    yield "many strings", book(strings=b"<sst>" + b"<si><t>ab</t></si>" * 2_600_000 + b"</sst>"), "far larger"
    yield "one long string", book(strings=b"<sst><si><t>" + b"a" * 180_000_000 + b"</t></si></sst>"), "far larger"
    yield (
        "many styles",
        book(styles=b"<styleSheet><cellXfs>" + b"<xf/>" * 3_000_000 + b"</cellXfs></styleSheet>"),
        "far larger",
    )
    yield (
        "many formats",
        book(styles=b"<styleSheet><numFmts>" + b'<numFmt numFmtId="1"/>' * 900_000 + b"</numFmts></styleSheet>"),
        "far larger",
    )
    look = b'<numFmts><numFmt numFmtId="200" formatCode="' + b"[" * 900_000 + b'"/></numFmts>'
    yield (
        "a long look",
        book(styles=b"<styleSheet>" + look + b'<cellXfs><xf numFmtId="200"/></cellXfs></styleSheet>'),
        "",
    )
    looks = b"".join(b'<numFmt numFmtId="%d" formatCode="%b"/>' % (n, b"[" * 255) for n in range(95_000))
    used = b"".join(b'<xf numFmtId="%d"/>' % n for n in range(95_000))
    yield "many looks", book(styles=b"<styleSheet>" + looks + b"<cellXfs>" + used + b"</cellXfs></styleSheet>"), ""
    yield "many names", book(book=PARTS[BOOK].replace(b"</workbook>", b"<n/>" * 900_000 + b"</workbook>")), "far larger"
    yield (
        "entities",
        book(strings=b'<!DOCTYPE a [<!ENTITY a "' + b"x" * 99 + b'"><!ENTITY b "' + b"&a;" * 99 + b'">]><sst/>'),
        "Excel does not write",
    )
    yield "unpacked", book(**{"xl/media/a.png": bytes(210_000_000)}), "far larger"
    yield "many parts", book(**{f"xl/{n}": b"" for n in range(2_500)}), "far larger"
    yield "a list that lies", book()[:-12] + b"\xff\xff\xff\xff\xff\xff\xff\x7f" + book()[-4:], ""
    yield (
        "a dimension that lies",
        book(sheet=PARTS[SHEET].replace(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')),
        "",
    )


def main() -> None:
    """Reads them all, one after the other; ends with 1 and says which, where one is not told as it should be."""
    from cdr.documents.incoming import sheets
    from cdr.errors import InvalidData

    made = [*bombs()]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY + sum(len(raw) for _, raw, _ in made), resource.RLIM_INFINITY))
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + SECONDS, resource.RLIM_INFINITY))
    wrong = []
    for name, raw, words in made:
        try:
            sheets.read(raw, "register.xlsx")
            said = ""
        except InvalidData as error:
            said = error.problems[0].message
        if words not in said:
            wrong.append(f"{name}: {said}")
    sys.exit("\n".join(wrong) or 0)


if __name__ == "__main__":
    main()
