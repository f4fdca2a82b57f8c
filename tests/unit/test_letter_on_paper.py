"""A letter as a Word file and in large print, and the address that never stands on it."""

from __future__ import annotations

import dataclasses
import io
import zipfile
from dataclasses import replace
from typing import Any

import docx
import pypdfium2
import pytest
from letter_examples import (
    changed,
    form_a,
)  # fmt: skip
from unit.kinds_of_letters import letter_of, pages

from cdr.documents.letters import letter as document
from cdr.documents.letters.letter_docx import as_docx
from cdr.documents.letters.wording import wording


class TestWord:
    def opened(self, kind: str, name: str = "suicide", **how: Any) -> Any:
        return docx.Document(io.BytesIO(as_docx(letter_of(kind, form_a(name), **how), wording(kind))))

    def test_it_says_what_the_text_says(self) -> None:
        letter = letter_of("condolence", form_a("sudi"))
        said = "\n".join(
            p.text for p in docx.Document(io.BytesIO(as_docx(letter, wording("condolence")))).paragraphs
        ).split()
        text = document.as_text(letter, wording("condolence")).replace("\n- ", "\n").split()
        assert sorted(said) == sorted(text)

    def test_title_language_and_nobody_as_its_author(self) -> None:
        opened = self.opened("delay")
        about = opened.core_properties
        assert about.title == "A letter from Northshire and Southtown Child Death Review Team, 17 April 2026"
        assert about.author == about.last_modified_by == about.comments == "" and about.language == "en-GB"
        assert "Jordan" not in about.title
        assert 'w:lang w:val="en-GB"' in opened.styles.element.xml

    def test_the_same_letter_gives_the_same_bytes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        import time

        letter = letter_of("thanks", form_a("sudi"))
        first = as_docx(letter, wording("thanks"))
        real = time.localtime
        monkeypatch.setattr(time, "localtime", lambda when=None: real((when or time.time()) + 3600))
        assert as_docx(letter, wording("thanks")) == first
        with zipfile.ZipFile(io.BytesIO(first)) as parts:
            assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}

    def test_styles_headings_and_lists(self) -> None:
        opened = self.opened("delay")
        styles = {p.style.name for p in opened.paragraphs}
        assert {"Heading 1", "List Bullet", "List", "Normal"} <= styles
        heading, *_ = [p for p in opened.paragraphs if p.style.name == "Heading 1"]
        assert heading.text == "People who can help" and heading.paragraph_format.page_break_before

    def test_the_address_stands_in_the_window(self) -> None:
        frames = [p for p in self.opened("delay").paragraphs if p._p.xpath("w:pPr/w:framePr[@w:y='3118']")]
        assert [p.text for p in frames] == ["Ms Dana Moore", "88 Model Road", "Northtown", "NR2 3EF"]

    def test_large_print_and_the_mark_of_a_draft(self) -> None:
        assert self.opened("delay").styles["Normal"].font.size.pt == 12
        assert self.opened("delay", large_print=True).styles["Normal"].font.size.pt == 18
        draft = dataclasses.replace(letter_of("delay", form_a("sudi")), draft=True)
        header = docx.Document(io.BytesIO(as_docx(draft, wording("delay")))).sections[0].header.paragraphs[0].text
        assert header == "DRAFT – not to be sent"

    @pytest.mark.parametrize(
        "name", ["Ẹ̀bùn Ọlá", "Ŵyn Ŷnys", "Łukasz Wójcik", "İrem Işık", "Nguyễn Thị Hằng", "李 娜", 'A & <b> "c"']
    )
    def test_names_are_as_they_are_written(self, name: str) -> None:
        body = changed(form_a("sudi"))
        body["family"]["parents"][0]["name"] = name
        texts = [
            p.text for p in docx.Document(io.BytesIO(as_docx(letter_of("thanks", body), wording("thanks")))).paragraphs
        ]
        assert name in texts and f"Dear {name}" in texts


LONG = (
    (
        "Apt 1",
        "2 Mill House",
        "3 Mill Lane",
        "Millside",
        "Milltown",
        "Northtown",
        "Northshire",
        "NR1 1ZZ",
        "United Kingdom",
    ),
    ("Flat 23b, The Old Northern Counties Permanent Building Society Chambers, St Bartholomew’s Yard", "14 Sample Road")
    * 4,
)


@pytest.mark.parametrize("address", LONG)
def test_a_long_address_never_stands_on_the_letter(address: tuple[str, ...]) -> None:
    body = changed(form_a("sudi"))
    body["family"]["parents"][0]["address"] = [*address]
    opened = pypdfium2.PdfDocument(document.as_pdf(letter_of("delay", body), wording("delay")))
    page = opened[0].get_textpage()

    def edges(words: str, last: bool = False) -> tuple[float, float]:
        search, found = page.search(words, match_case=True), None
        while (one := search.get_next()) is not None:
            found = one if found is None or last else found
        assert found is not None
        _, bottom, _, top = page.get_charbox(found[0])
        return bottom, top

    assert edges("Dear Ms")[1] < edges(address[-1], last=True)[0] - 5
    frames = docx.Document(io.BytesIO(as_docx(letter_of("delay", body), wording("delay")))).paragraphs
    framed = [p for p in frames if p._p.xpath("w:pPr/w:framePr[@w:y='3118']")]
    sizes = {size.pt for p in framed if (size := p.runs[0].font.size)}
    assert sizes == {9}


def test_large_print_on_paper() -> None:
    body = form_a("sudi")
    letter = letter_of("delay", body, large_print=True)
    opened = pypdfium2.PdfDocument(document.as_pdf(letter, wording("delay")))
    page = opened[0].get_textpage()
    index, _ = page.search("forgotten").get_next()
    _, bottom, _, top = page.get_charbox(index, loose=True)
    small = pypdfium2.PdfDocument(document.as_pdf(letter_of("delay", body), wording("delay")))[0].get_textpage()
    at, _ = small.search("forgotten").get_next()
    _, low, _, high = small.get_charbox(at, loose=True)
    assert (top - bottom) / (high - low) == pytest.approx(1.5, abs=0.05)
    sheet = [
        n
        for n, text in enumerate(pages(document.as_pdf(letter, wording("delay"))))
        if text.lstrip().startswith("People who can help")
    ]
    assert sheet == [2]  # on a page of its own


def test_no_page_begins_with_what_is_enclosed() -> None:
    base = letter_of("after-panel", form_a("sudi"))
    for more in range(3, 9):
        letter = replace(base, learning=tuple(f"We learned thing number {n}." for n in range(more)))
        for page in pages(document.as_pdf(letter, wording("after-panel")))[1:]:
            assert not page.lstrip().startswith(("With this letter", "Yours sincerely"))
