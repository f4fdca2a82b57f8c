"""What was attached to a case, among the panel's papers: text without names, or pages as they came."""

from __future__ import annotations

import base64
import io
import json
import os
import re
import struct
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pace import within
from PIL import Image

from cdr.documents.incoming import pages
from cdr.documents.panel.enclosed import MOST_BYTES, enclosed, may_be_seen
from cdr.documents.panel.page import to_html
from cdr.documents.panel.paper import AS_IT_CAME, Heading, Paper, Sheets, Text, reading_minutes, to_pdf, to_text
from cdr.documents.word_file import About, finished
from cdr.domain.case.attachments import Attached

ON = date(2026, 4, 14)


def pdf(*pages: str, size: tuple[int, int] = (595, 842)) -> bytes:
    """A PDF with a word on each page, a link over it and a script that runs when it is opened."""
    document = pikepdf.new()
    font = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
    for word in pages:
        page = document.add_blank_page(page_size=size)
        page.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary(F=font))
        page.Contents = document.make_stream(f"BT /F 40 Tf 60 400 Td ({word}) Tj ET".encode())
        link = pikepdf.Dictionary(
            Subtype=pikepdf.Name.Link, Rect=[0, 0, 99, 99], A={"/S": pikepdf.Name.URI, "/URI": "http://a.example"}
        )
        page.Annots = pikepdf.Array([link])
    document.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def word(*paragraphs: str) -> bytes:
    import docx

    document = docx.Document()
    for one in paragraphs:
        document.add_paragraph(one)
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Action", "In a cell"
    return finished(document, About("Minutes", ON))


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), (200, 205, 210)).save(out, kind)
    return out.getvalue()


def attached(kind: str) -> Attached:
    return Attached(2, kind, "a", 3, "", None)


def brought(data: bytes, kind: str = "pmrt") -> Any:
    return enclosed(attached(kind), data)


@pytest.mark.parametrize(
    ("kind", "seen"),
    [("post_mortem_report", True), ("jar_minutes", True), ("inquest_bundle", True), ("correspondence", False), ("letter", False), ("other", False)],
)  # fmt: skip
def test_the_panel_sees_reports_and_minutes_and_no_letters(kind: str, seen: bool) -> None:
    assert may_be_seen(attached(kind)) is seen


def test_words_are_read_and_pages_are_kept() -> None:
    assert brought("Minutes\n\nAgreed: ü".encode()).text == "Minutes\n\nAgreed: ü"
    assert brought(word("Lowri was discussed.", "A plan.")).text == "Lowri was discussed.\nA plan.\nAction | In a cell"
    two = brought(pdf("ONE", "TWO"))
    assert (two.text, two.count, two.why_not, two.name) == (
        "",
        2,
        "",
        "perinatal mortality review report (attachment 2)",
    )
    assert [brought(picture(kind)).count for kind in ("PNG", "JPEG")] == [1, 1]


def test_a_box_in_a_word_file_is_read_once() -> None:
    import docx
    from docx.oxml import parse_xml

    w = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    mc = "http://schemas.openxmlformats.org/markup-compatibility/2006"
    box = "<w:p><w:r><w:t>In a box</w:t></w:r></w:p>"
    inner = f"<mc:Choice Requires='x'>{box}</mc:Choice><mc:Fallback>{box}</mc:Fallback>"
    document = docx.Document()
    document.add_paragraph("Before. ")._p.append(
        parse_xml(f'<w:r xmlns:w="{w}" xmlns:mc="{mc}"><mc:AlternateContent>{inner}</mc:AlternateContent></w:r>')
    )
    assert brought(finished(document, About("Minutes", ON))).text == "Before. In a box"


def test_what_papers_cannot_hold_is_told_with_the_reason() -> None:
    locked = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf("ONE"))) as document:
        document.save(locked, encryption=pikepdf.Encryption(user="a", owner="b"))
    damaged = [locked.getvalue(), b"%PDF-1.7 and no more", picture("PNG")[:40]]
    assert [brought(data).why_not for data in damaged] == ["it is damaged, or locked with a password"] * 3
    assert brought(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)).why_not.startswith("it is neither a PDF")
    assert brought(b"").why_not.startswith("it is neither a PDF")
    assert brought(b"a" * (MOST_BYTES + 1)).why_not == "it has more than 20 MB or 200 pages"
    assert brought(pdf(*["A"] * 201)).why_not.startswith("it has more than 20 MB or 200 pages")


def bomb(width: int) -> bytes:
    """A black picture of so many dots on each side, in a few thousand letters."""

    def part(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = zlib.compress(bytes(width * (1 + (width + 7) // 8)), 9)
    head = struct.pack(">IIBBBBB", width, width, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + part(b"IHDR", head) + part(b"IDAT", rows) + part(b"IEND", b"")


def test_a_picture_of_more_dots_than_a_scan_has_is_not_unpacked() -> None:
    assert brought(bomb(600)).count == 1
    for width in (6_400, 13_000, 30_000):
        with within(1):
            assert brought(bomb(width)).why_not == "unpacked, it is far more than a document or a scan is"


def test_no_other_program_is_started_for_what_says_that_it_is_a_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gs", "gswin32c", "gswin64c"):
        (tmp_path / name).write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    program = b"%!PS-AdoWEBP\n%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n%%EndComments\n(a) run\n%%EOF\n\0\n"
    assert brought(program).why_not == "it is damaged, or locked with a password"
    assert not (tmp_path / "ran").exists()


def listed(pages: int) -> bytes:
    """A PDF of one page that is listed so many times, in a list that is packed to nearly nothing."""
    tree = zlib.compress(b"3 0 <</Type/Pages/Count 1/Kids[" + b"4 0 R " * pages + b"]>>", 9)
    made, places = b"%PDF-1.5\n", {}
    parts = {
        1: b"<</Type/Catalog/Pages 3 0 R>>", 4: b"<</Type/Page/Parent 3 0 R/MediaBox[0 0 9 9]>>",
        5: b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(tree), tree),
    }  # fmt: skip
    for number, part in parts.items():
        places[number] = len(made)
        made += b"%d 0 obj\n%b\nendobj\n" % (number, part)
    rows = [(0, 0, 0), (1, places[1], 0), (0, 0, 0), (2, 5, 0), (1, places[4], 0), (1, places[5], 0), (1, len(made), 0)]
    table = b"".join(struct.pack(">BIB", *row) for row in rows)
    head = b"<</Type/XRef/Size 7/W[1 4 1]/Root 1 0 R/Length %d>>" % len(table)
    return made + b"6 0 obj\n%bstream\n%b\nendstream\nendobj\nstartxref\n%d\n%%%%EOF" % (head, table, len(made))


def endless() -> bytes:
    """A PDF of one page on which far more is drawn than anybody waits for: some ten thousand million letters, packed twice."""
    packer = zlib.compressobj(9)
    first = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH)
    drawn = zlib.compress(first + again * 10_000 + packer.flush(), 9)
    document = pikepdf.new()
    page = document.add_blank_page(page_size=(595, 842))
    page.Contents = document.make_stream(b"")
    out = io.BytesIO()
    page.Contents.write(drawn, filter=pikepdf.Array([pikepdf.Name.FlateDecode, pikepdf.Name.FlateDecode]))
    document.save(out, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return out.getvalue()


def test_a_pdf_that_unpacks_without_end_is_told_as_such_and_opened_by_no_one_else() -> None:
    assert pages.count(listed(200), 200) == 200
    assert len(endless()) < 100_000
    for raw in (listed(201), listed(100_000)):
        with within(1):
            assert "unpacked, it is far more" in brought(raw).why_not
    with pytest.raises(pages.TooMuch):
        pages.count(endless(), 200, seconds=2)


def paper(*sheets: Sheets) -> Paper:
    return Paper(
        "Papers", "Northshire", "Confidential.", (Heading("A case"), Text("Words"), *sheets), mark="Jo Openshaw"
    )


SHEETS = (
    Sheets("1. A: post-mortem report", pdf("ONE", "TWO"), 2),
    Sheets("2. B: minutes", pdf("WIDE", size=(1684, 595)), 1),
)


def pages_of(data: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(data)
    try:
        return [document[n].get_textpage().get_text_range() for n in range(len(document))]
    finally:
        document.close()


def test_pages_stand_at_the_end_each_marked_with_the_reader_and_as_it_came() -> None:
    first, *rest = pages_of(bytes(to_pdf(paper(*SHEETS), ON)))
    assert "Words" in first and "For Jo Openshaw only" in first and AS_IT_CAME not in first
    heads = ["1. A: post-mortem report, page 1 of 2", "1. A: post-mortem report, page 2 of 2", "2. B: minutes"]
    assert len(rest) == 3
    for text, head, own in zip(rest, heads, ["ONE", "TWO", "WIDE"], strict=True):
        assert all(part in text for part in (head, own, "For Jo Openshaw only", AS_IT_CAME))


def test_nothing_that_acts_comes_along_and_the_paper_is_still_tagged() -> None:
    made = bytes(to_pdf(paper(*SHEETS), ON))
    assert made == bytes(to_pdf(paper(*SHEETS), ON))
    with pikepdf.open(io.BytesIO(made)) as document:
        assert "/OpenAction" not in document.Root and "/StructTreeRoot" in document.Root
        assert not [page for page in document.pages if "/Annots" in page]
        assert "/Artifact BMC" in document.pages[-1].Contents[-1].read_bytes().decode("latin-1")


def test_the_page_for_a_tablet_has_them_as_files_marked_as_well() -> None:
    html = to_html(paper(*SHEETS), ON).decode()
    (data,) = re.findall(r'<script type="application/json" id="page">(.*?)</script>', html, re.DOTALL)
    shown = json.loads(data)["paper"]
    files = [base64.b64decode(text) for text in shown["files"]]
    assert [one["count"] for one in shown["parts"] if one["kind"] == "sheets"] == [2, 1]
    texts = [" ".join(pages_of(file)) for file in files]
    assert "ONE" in texts[0] and "TWO" in texts[0] and "WIDE" in texts[1] and "For Jo Openshaw only" in texts[1]


def test_they_take_their_time_and_a_text_says_where_they_are() -> None:
    assert reading_minutes(SHEETS) == 6
    assert f"2. B: minutes: 1 pages, in the PDF. {AS_IT_CAME}".replace("1 pages", "1 page") in to_text(paper(*SHEETS))


def test_what_a_perinatal_review_found_is_read_in_words() -> None:
    data = b"schema: perinatal-review/1\ngrades: {mother_afterwards: B}\nfactors: [{text: A late scan.}]\nactions: [{text: Scan}]\n"
    attached = Attached(2, "pmrt", "found.yaml", 1, "", ON)
    assert enclosed(attached, data).text.splitlines() == [
        "Care of the mother afterwards: B, issues with care that would have made no difference",
        "Factor: A late scan.",
        "Action: Scan",
    ]
    assert enclosed(attached, b"schema: perinatal-review/1\n").text == "It gives no grade, factor or action."
    assert enclosed(attached, b"what: else\n").text == "what: else\n", "as it was written"
