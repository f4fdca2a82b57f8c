"""The annual report as a document: its sentences, its charts, and each format read back."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any

import pypdfium2
import pytest
from conftest import EXAMPLES
from docx import Document
from lxml import etree

from cdr.app import rules
from cdr.documents.report.charts import WIDEST, drawn, of_rows, over_years
from cdr.documents.report.report import render
from cdr.documents.report.report_blocks import Bullets, Grid, Heading, Picture, Place, Report
from cdr.documents.report.report_sections import Material, build, tables_needed
from cdr.domain.rulebook.configuration import Configuration
from cdr.forms import codec
from cdr.statistics.facts import CaseFacts, RequestFacts
from cdr.statistics.reference import figures
from cdr.statistics.tally import Choice, Setting, tally

CONFIGURATION = Configuration.from_document(codec.load((EXAMPLES / "store.yaml").read_bytes()))
AGENCIES = {agency.id: agency.name for agency in CONFIGURATION.agencies}
RULES, CHANCE = rules("report"), rules("intervals")
DAY, COMMIT = date(2026, 4, 17), "0123456789abcdef" * 2 + "01234567"
WORDS: dict[str, Any] = {
    "foreword": {"text": "First & <b>foremost</b>.\n\nThen | this.", "by": "Dr Leslie Okafor, Chair"},
    "what_was_done": "We met.",
    "learning": [{"title": "A theme", "text": "What was learnt."}],
    "actions": [{"what": "Ask again.", "owner": "Northshire Police", "due": "2026-09-30", "status": "open"}],
    "priorities": ["1. Be in time.", "- Ask."],
}


def case(n: int, year: int, reviewed: bool = False, **more: Any) -> CaseFacts:
    died = date(year, 4, 2) + timedelta(days=9 * n)
    known: dict[str, Any] = {
        "case": f"{year}-{n:04}", "notified_on": died + timedelta(days=1), "born": died - timedelta(days=3 + 200 * (n % 5)), "died": died,
        "sex": "female", "local_authority": CONFIGURATION.authorities[n % 2], "place": "hospice", "ethnicity": "A", "expected": "expected", "jar": n % 3 == 0,
    }  # fmt: skip
    if reviewed:
        known |= {"reviewed_on": date(year, 12, 1), "category": 8, "modifiable": "yes" if n % 2 else "no", "domains": {"A": 2}, "reviews": 1,
                  "contributory_factors": ("acute_illness",), "learning_themes": ("escalation",)}  # fmt: skip
    return CaseFacts(**known | more)


SOME = [
    *(case(n, year, n % 2 == 0) for year, of in ((2022, 5), (2023, 4), (2024, 6), (2025, 7)) for n in range(of)),
    case(20, 2025, requests=(RequestFacts("northtown-general", date(2025, 9, 1), "returned", date(2025, 9, 9)),)),
]


def made(
    facts: list[CaseFacts], words: dict[str, Any] | None = None, last: dict[str, Any] | None = None, years: int = 4
) -> Report:
    setting = Setting(
        dict(CONFIGURATION.population),
        figures=figures(rules("england-reference")),
        chance=CHANCE,
        hospitals=CONFIGURATION.hospitals,
    )
    choice = Choice(tables_needed(RULES), today=DAY)
    counted = tally(
        facts,
        CONFIGURATION.area,
        CONFIGURATION.authorities,
        AGENCIES,
        "2025/26",
        years,
        rules("bands"),
        choice,
        setting,
    )
    return build(
        Material(counted, CONFIGURATION, words or {}, last or {}, COMMIT, DAY, ["1 case is odd."], RULES, CHANCE)
    )


FULL, EMPTY, ONE = made(SOME, WORDS), made([case(1, 2015)]), made([case(1, 2025)])


def pdf_text(raw: bytes) -> list[str]:
    return [" ".join(page.get_textpage().get_text_range().split()) for page in pypdfium2.PdfDocument(raw)]


class Page(HTMLParser):
    """What a page has: its tags, the levels of its headings, its text."""

    def __init__(self, raw: bytes) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(raw.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def count(self, tag: str) -> int:
        return sum(name == tag for name, _ in self.tags)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())


# ---- what is said ---------------------------------------------------------------------------------------------------


def test_the_year_is_told_in_words_and_only_as_far_as_numbers_carry() -> None:
    said = " ".join(FULL.facts)
    assert (
        "8 deaths of children who lived in the area were notified in 2025/26; 2024/25 had 6, a difference that chance alone often makes."
        in said
    )
    assert "These are too few to call it more or less." in said
    grown = made([*(case(n, 2024) for n in range(3)), *(case(n, 2025) for n in range(30))]).facts[0]
    assert grown.endswith("2024/25 had 3, and this is more than chance alone would usually make.")
    assert (
        made([case(1, 2024), case(1, 2025)]).facts[0]
        == "1 death of a child who lived in the area was notified in 2025/26, as many as in 2024/25."
    )
    assert (
        made([case(1, 2025)], years=1).facts[0] == "1 death of a child who lived in the area was notified in 2025/26."
    )


def test_an_empty_year_and_one_child_are_neither_drawn_nor_described() -> None:
    assert EMPTY.facts[0] == "No deaths of children who lived in the area were notified in 2025/26."
    assert not [block for block in EMPTY.blocks if isinstance(block, Picture)]
    assert [block.number for block in ONE.blocks if isinstance(block, Picture)] == [1], "the years side by side alone"
    texts = [getattr(block, "words", "") for block in ONE.blocks]
    assert any("Nothing is drawn or said of a single child" in text for text in texts)
    assert not [text for text in texts if "largest group" in text]


def test_of_a_store_without_a_case_nothing_is_said_to_be_none() -> None:
    begun = made([])
    assert begun.facts[0] == "How many deaths of children who lived in the area were notified in 2025/26 is not known."
    assert not [text for text in begun.facts if text.startswith(("No ", "0 "))]


def test_what_nobody_answered_of_a_year_is_said_in_a_whole_sentence() -> None:
    nobody_said = made([replace(one, expected=None, domains={}) for one in SOME])
    said = [text for block in nobody_said.blocks for text in getattr(block, "texts", (getattr(block, "words", ""),))]
    assert "Of the deaths notified in 2025/26 this is not known." in said
    assert not [text for text in said if text.startswith("Of how many")]


def test_what_is_not_written_has_its_place_and_what_is_written_does_not() -> None:
    assert EMPTY.missing == (
        "Foreword",
        "What we did",
        "What we learnt",
        "Actions",
        "How well it worked",
        "Priorities for next year",
        "Thanks",
    )
    assert FULL.missing == ("How well it worked", "Thanks")
    assert sum(isinstance(block, Place) for block in FULL.blocks) == 2


def test_last_year_s_actions_are_there_even_where_nobody_followed_them_up() -> None:
    def table(report: Report) -> list[tuple[str, ...]]:
        return [
            row
            for block in report.blocks
            if isinstance(block, Grid) and block.caption.startswith("Actions of last")
            for row in block.rows
        ]

    last = {"actions": [{"what": "Train.", "progress": "Begun."}, {"what": "Ask."}]}
    assert table(made(SOME, WORDS, last)) == [("Train.", "Not yet said."), ("Ask.", "Not yet said.")]
    followed = WORDS | {"earlier_actions": [{"what": "Train.", "became": "Done."}]}
    assert table(made(SOME, followed, last)) == [("Train.", "Done.")]
    assert table(FULL) == []


def test_tables_and_charts_are_numbered_through_and_every_chart_has_its_table() -> None:
    tables = [block for block in FULL.blocks if isinstance(block, Grid)]
    charts = [block for block in FULL.blocks if isinstance(block, Picture)]
    assert [block.number for block in tables] == list(range(1, len(tables) + 1))
    assert [block.number for block in charts] == list(range(1, len(charts) + 1)) and len(charts) > 5
    for chart in charts[1:]:
        assert any(chart.chart.title.startswith(table.caption) for table in tables)
    assert all(len(row) == len(table.heads) for table in tables for row in table.rows)


# ---- charts ---------------------------------------------------------------------------------------------------------


def test_a_chart_is_drawn_to_scale_with_its_numbers_and_says_itself_in_words() -> None:
    counted = tally(SOME, CONFIGURATION.area, CONFIGURATION.authorities, AGENCIES, "2025/26", 4, rules("bands"))
    table = counted.table("notifications.local_authority")
    chart = of_rows(table, "Where <they> lived")
    assert chart is not None
    shares = [group.bars[0].share for group in chart.groups]
    counts = [row.cells[-1].n or 0 for row in table.rows]
    assert shares == pytest.approx([n / max(counts) for n in counts])
    picture = etree.fromstring(drawn(chart, "c").encode())
    space = "{http://www.w3.org/2000/svg}"
    assert [float(one.get("width", "").rstrip("%")) for one in picture.iter(f"{space}rect")] == pytest.approx(
        [WIDEST * s for s in shares if s], abs=0.01
    )
    assert picture.findtext(f"{space}title") == "Where <they> lived" and picture.findtext(f"{space}desc") == chart.alt
    assert all(f"{group.label}: {group.bars[0].text}" in chart.alt for group in chart.groups)
    years = over_years([table, counted.table("reviews.local_authority")], ["notified", "reviewed"], "Years")
    assert years is not None and years.groups[-1].bars[0].text == "8 notified"
    assert [bar.filled for bar in years.groups[0].bars] == [True, False]


# ---- formats --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("format", ["pdf", "html", "docx", "md"])
@pytest.mark.parametrize("report", [FULL, EMPTY, ONE], ids=["full", "empty", "one"])
def test_the_same_report_gives_the_same_bytes(report: Report, format: str) -> None:
    assert render(report, format) == render(replace(report), format)


def test_the_pdf_has_every_section_and_the_notice_on_every_page() -> None:
    raw = render(FULL, "pdf")
    pages = pdf_text(raw)
    assert all(page.count(FULL.notice) >= 2 for page in pages), "at the head and at the foot"
    text = " ".join(pages)
    for section in FULL.sections:
        assert f"{section.number} {section.title}" in text
    for said in (*FULL.facts, FULL.made, "First & <b>foremost</b>.", "8 notified", "30 September 2026"):
        assert said in text
    assert b"pdfuaid" in raw and b"en-GB" in raw.replace(b"EN-GB", b"en-GB")


def test_the_page_is_strict_has_no_script_and_nothing_from_elsewhere() -> None:
    raw = render(FULL, "html")
    page = Page(raw)
    assert page.count("script") == page.count("img") == page.count("link") == 0
    given = [(key, value or "") for _, attrs in page.tags for key, value in attrs.items() if key != "xmlns"]
    assert not [key for key, value in given if key.startswith("on") or "//" in value]
    levels = [int(tag[1]) for tag, _ in page.tags if tag in ("h1", "h2", "h3")]
    assert levels[0] == 1 and levels.count(1) == 1 and all(after - before <= 1 for before, after in pairwise(levels))
    assert page.count("caption") == page.count("table") == page.count("thead") > 20
    assert all(attrs.get("scope") for tag, attrs in page.tags if tag == "th")
    ids = [attrs["id"] for _, attrs in page.tags if attrs.get("id")]
    assert len(ids) == len(set(ids))
    named = [name for _, attrs in page.tags for name in (attrs.get("aria-labelledby") or "").split()]
    assert set(named) <= set(ids) and set(named) | {section.id for section in FULL.sections} <= set(ids)
    assert "First & <b>foremost</b>." in page.text and "<b>foremost" not in raw.decode()
    assert page.text.count(FULL.notice) == 2
    assert dict(page.tags)["html"] == {"lang": "en-GB"}


def test_the_word_document_has_headings_in_order_header_rows_and_words_for_its_pictures() -> None:
    raw = render(FULL, "docx")
    document = Document(io.BytesIO(raw))
    styled = [(p.style.name if p.style else "", p.text) for p in document.paragraphs]
    heads = [(name, text) for name, text in styled if name and name.startswith("Heading")]
    assert [text for name, text in heads if name == "Heading 1"][2:] == [
        f"{one.number}  {one.title}" for one in FULL.sections
    ]
    levels = [int(name[-1]) for name, _ in heads]
    assert all(after - before <= 1 for before, after in pairwise(levels))
    names = {"w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main"}
    assert all(table._tbl.tr_lst[0].findall(".//w:tblHeader", names) for table in document.tables)
    grids = [block for block in FULL.blocks if isinstance(block, Grid)]
    assert [tuple(cell.text for cell in table.rows[-1].cells) for table in document.tables] == [
        grid.rows[-1] for grid in grids
    ]
    described = [
        one.get("descr")
        for one in document.element.iter(
            "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
        )
    ]
    assert described == [block.chart.alt for block in FULL.blocks if isinstance(block, Picture)]
    assert (
        FULL.notice in document.sections[0].header.paragraphs[0].text
        and FULL.notice in document.sections[0].footer.paragraphs[0].text
    )
    assert document.core_properties.language == "en-GB" and document.core_properties.created.date() == DAY
    with zipfile.ZipFile(io.BytesIO(raw)) as packed:
        assert {part.date_time[:3] for part in packed.infolist()} == {(1980, 1, 1)}
        assert 'w:val="en-GB"' in packed.read("word/styles.xml").decode()


def test_markdown_shows_what_is_written_and_takes_nothing_for_a_mark() -> None:
    text = render(FULL, "md").decode()
    assert text.count(f"**{FULL.notice}**") == 2
    assert r"First & \<b\>foremost\</b\>." in text and r"Then \| this." in text
    assert r"- 1\. Be in time." in text and r"- \- Ask." in text
    assert all(f"## {section.number} {section.title}" in text for section in FULL.sections)
    for block in FULL.blocks:
        if isinstance(block, Grid):
            lines = text[text.index(f"**Table {block.number}.") :].split("\n\n")[1].splitlines()
            assert len(lines) == len(block.rows) + 2 and {line.count(" | ") for line in lines} == {len(block.heads) - 1}


def test_headings_say_the_message_only_as_far_as_numbers_carry() -> None:
    many = [case(n, year, True) for year in (2024, 2025) for n in range(20)]
    heads = [block.words for block in made(many).blocks if isinstance(block, Heading)]
    assert "Where the children died: mostly Hospice (20 of 20)" in heads
    assert "7 of 20 deaths notified had a joint agency response" in heads
    assert "Where the children lived" in heads, "two rows are alike"
    changed = [replace(one, modifiable="yes" if one.died and one.died >= date(2025, 4, 1) else "no") for one in many]
    assert "20 of 20 reviews found modifiable factors, a larger share than in 2024/25" in [
        block.words for block in made(changed).blocks if isinstance(block, Heading)
    ]
    assert "Reviews completed: 20 in 2025/26" in [section.title for section in made(many).sections]
    unknown = [replace(one, modifiable=None, expected="not_known") for one in many]
    heads = [block.words for block in made(unknown).blocks if isinstance(block, Heading)]
    assert {"Reviews with modifiable factors", "Expected and unexpected deaths"} <= set(heads)
    for report in (EMPTY, ONE):
        assert not [
            block.words
            for block in report.blocks
            if isinstance(block, Heading)
            if " of " in block.words and ":" in block.words
        ]


def test_a_note_stands_once_and_names_its_tables() -> None:
    notes = [note for block in FULL.blocks if isinstance(block, Grid) for note in block.notes]
    counting = next(section for section in FULL.sections if section.id == "counting")
    said = [item for block in counting.blocks if isinstance(block, Bullets) for item in block.items]
    assert [note for note in set(notes) if notes.count(note) > 2] == [] and not set(notes) & set(said)
    [age] = [item for item in said if item.startswith("Age is counted")]
    numbers = [block.number for block in FULL.blocks if isinstance(block, Grid) and "age at death" in block.caption]
    assert age.endswith(f"(Tables {numbers[0]}, {numbers[1]} and {numbers[2]}.)")


def test_of_a_single_child_there_is_no_percentage_and_of_nothing_no_count() -> None:
    for report in (FULL, ONE, made([case(1, 2024, True), *(case(n, 2025, True) for n in range(9))])):
        for format in ("html", "md"):
            text = render(report, format).decode()
            assert not re.search(r"\b1 (?:of 1 )?\(100|\b0 of 0\b", text)
