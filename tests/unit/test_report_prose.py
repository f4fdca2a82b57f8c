"""What an area writes for its report, in each format: lists, headings, quotations, tables, links, and sections of its own."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Any

import pikepdf
import pytest
from docx import Document
from docx.oxml.ns import qn
from PIL import Image
from unit.test_report import SOME, WORDS, Page, made, pdf_text

from cdr.documents.incoming import pictures
from cdr.documents.report import photographs
from cdr.documents.report.report import render

TEXT = """\
The year was **hard**, and a [page & more](https://example.org/a?b=1&c=2) says *why*.\\
A new line.

## What we heard

* Ask us <first>
    1. by telephone
    2. by letter

       with a stamp
* Tell us

7. Seventh

> Nobody told us who would ring.
>
> — A mother

| What | Now |
|:-----|----:|
| Key worker named | **31** |
"""
OWN = [
    {"title": "Voices of parents & carers", "text": TEXT, "after": "learning"},
    {"title": "Glossary", "text": "* **CDOP**: the panel"},
]
FULL = made(SOME, WORDS | {"learning": [{"title": "A theme", "text": TEXT}], "sections": OWN})
NAMES = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}


def test_sections_of_the_area_s_own_stand_where_it_wants_them() -> None:
    titles = [section.title for section in FULL.sections]
    assert titles[titles.index("What we learnt") + 1] == "Voices of parents & carers"
    assert titles[-4:] == ["Membership", "Glossary", "Thanks", "How this report counts"]
    assert [section.number for section in FULL.sections] == list(range(1, len(titles) + 1))


def test_a_page_has_lists_headings_quotations_tables_and_links_and_every_word_is_escaped() -> None:
    raw = render(FULL, "html").decode()
    page = Page(raw.encode())
    own = raw[raw.index('id="own-1"') : raw.index("</section>", raw.index('id="own-1"'))]
    assert "<strong>hard</strong>" in own and "<em>why</em>.<br>" in own and "Ask us &lt;first&gt;" in own
    assert '<a href="https://example.org/a?b=1&amp;c=2">page &amp; more</a>' in own
    assert re.search(
        r"<ul>\s*<li>Ask us &lt;first&gt;\s*<ol>\s*<li>by telephone</li>\s*<li>by letter\s*<p>with a stamp</p></li>",
        own,
    )
    assert '<ol start="7">' in own and re.search(r"<blockquote>\s*<p>Nobody told us", own)
    assert "<h3>What we heard</h3>" in own and "<h4>What we heard</h4>" in raw, "below a theme of learning"
    assert '<th scope="col" class="right">Now</th>' in own and page.count("script") == 0


def test_the_pdf_is_tagged_as_what_it_is() -> None:
    raw = render(FULL, "pdf")
    text = " ".join(pdf_text(raw))
    assert "Nobody told us who would ring." in text and "7. Seventh" in text and "Voices of parents & carers" in text
    with pikepdf.open(io.BytesIO(raw)) as file:
        kinds = [
            str(one.get("/S"))
            for one in file.objects
            if isinstance(one, pikepdf.Dictionary) and one.get("/S") is not None
        ]
        links = [
            str(one["/A"]["/URI"])
            for page in file.pages
            for one in page.get("/Annots", [])
            if "/URI" in one.get("/A", {})
        ]
    assert set(links) == {"https://example.org/a?b=1&c=2"}
    assert {"/L", "/LI", "/BlockQuote", "/H2", "/Link", "/TH"} <= set(kinds), set(kinds)


def test_word_knows_lists_quotations_headings_and_links_and_each_list_begins_with_its_own_number() -> None:
    document = Document(io.BytesIO(render(FULL, "docx")))
    at = max(n for n, p in enumerate(document.paragraphs) if p.text == "8  Voices of parents & carers")
    own: list[Any] = document.paragraphs[at : at + 14]
    assert [(p.style.name, p.text) for p in own[2:9]] == [
        ("Heading 2", "What we heard"), ("List Bullet", "Ask us <first>"), ("List Number 2", "by telephone"), ("List Number 2", "by letter"),
        ("List Continue 2", "with a stamp"), ("List Bullet", "Tell us"), ("List Number", "Seventh"),
    ]  # fmt: skip
    assert [(p.style.name, p.text) for p in own[9:11]] == [
        ("Quote", "Nobody told us who would ring."),
        ("Quote", "— A mother"),
    ]
    numbers = document.part.numbering_part.element
    used = own[8]._p.pPr.numPr.numId.val
    assert used != own[4]._p.pPr.numPr.numId.val
    start = numbers.num_having_numId(used).find(".//w:startOverride", NAMES)
    assert start.get(qn("w:val")) == "7"
    link = own[1]._p.find(".//w:hyperlink", NAMES)
    assert document.part.rels[link.get(qn("r:id"))].target_ref == "https://example.org/a?b=1&c=2"
    assert [[cell.text for cell in row.cells] for row in document.tables[-1].rows] != []


def test_markdown_comes_out_as_it_was_read() -> None:
    text = render(FULL, "md").decode()
    own = text[text.index("## 8 Voices of parents") : text.index("## 9 ")]
    assert own.split("\n\n", 1)[1].strip() == (
        "The year was **hard**, and a [page & more](<https://example.org/a?b=1&c=2>) says *why*.\\\nA new line.\n\n### What we heard\n\n"
        "- Ask us \\<first\\>\n\n  1. by telephone\n\n  2. by letter\n\n     with a stamp\n\n- Tell us\n\n7. Seventh\n\n"
        "> Nobody told us who would ring.\n>\n> — A mother\n\n| What | Now |\n| --- | ---: |\n| Key worker named | **31** |"
    )


# ---- pictures -------------------------------------------------------------------------------------------------------


def photograph(kind: str, size: tuple[int, int], mode: str = "RGB", **more: Any) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, kind, **more)
    return out.getvalue()


def test_a_picture_is_made_small_turned_upright_and_tells_nothing_of_where_it_was_taken() -> None:
    about = Image.Exif()
    about[0x0112], about[0x010E], about[0x9286] = 6, "Amara in the garden", "Amara"
    raw = photograph("JPEG", (2400, 1200), exif=about, comment=b"Amara")
    made = photographs.made_small(raw)
    assert made is not None and b"Amara" in raw and b"Amara" not in made and len(made) < 2 * photographs.SMALL
    width, height = photographs.size(made)
    assert width * 2 == height <= 1600
    assert photographs.on_paper(made)[1] <= photographs.HIGHEST
    through = photographs.made_small(photograph("PNG", (40, 30), "RGBA"))
    assert through is not None and photographs.size(through) == (40, 30)


def test_what_is_no_picture_or_too_large_a_one_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = photograph("PNG", (400, 300))
    for raw in (
        b"",
        b"<svg/>",
        photograph("GIF", (4, 4)),
        photograph("BMP", (4, 4)),
        whole[:2000],
        whole + b" " * photographs.MOST_BYTES,
    ):
        assert photographs.made_small(raw) is None
    monkeypatch.setattr(pictures, "MOST_DOTS", 400 * 300 - 1)
    assert photographs.made_small(whole) is None


def test_a_picture_stands_in_each_format_with_what_it_shows_in_words() -> None:
    raw = photographs.made_small(photograph("JPEG", (600, 300)))
    assert raw is not None
    words = WORDS | {"thanks": 'Before.\n\n![A "garden" <b>](garden.jpg "The garden & gate")\n\n![Another](gone.png)'}
    report = replace(made(SOME, words), pictures={"garden.jpg": raw})
    page = Page(render(report, "html"))
    images = [attrs for tag, attrs in page.tags if tag == "img"]
    assert [(one["alt"], one["width"], str(one["src"])[:11]) for one in images] == [
        ('A "garden" <b>', "600", "data:image/")
    ]
    assert "img-src data:;" in render(report, "html").decode() and "A picture that is not kept: Another" in page.text
    document = Document(io.BytesIO(render(report, "docx")))
    described = [one.get("descr") for one in document.element.iter(qn("wp:docPr"))]
    assert described[-1] == 'A "garden" <b>' and "The garden & gate" in [p.text for p in document.paragraphs]
    assert 'Picture: A "garden" \\<b\\> (The garden & gate)' in render(report, "md").decode()
    printed = render(report, "pdf")
    with pikepdf.open(io.BytesIO(printed)) as file:
        alts = [str(one.get("/Alt")) for one in file.objects if isinstance(one, pikepdf.Dictionary) and "/Alt" in one]
    assert 'A "garden" <b>' in alts
    assert "The garden & gate" in " ".join(pdf_text(printed)) and "A picture that is not kept: Another" in " ".join(
        pdf_text(printed)
    )
