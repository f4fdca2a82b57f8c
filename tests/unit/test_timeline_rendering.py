from __future__ import annotations

import csv
import html.parser
import io
import json
import os
import subprocess
import sys
import unicodedata
from typing import Any

import pypdfium2
import pytest
from unit.timeline_cases import RETURNS, form_a, made, told

from cdr.documents.pdf import make_pictures
from cdr.documents.safe import visible
from cdr.documents.timeline import timeline_pdf
from cdr.documents.timeline.timeline import FORMATS, render, render_check
from cdr.documents.timeline.timeline_rows import gap_words, length
from cdr.domain.timeline.timeline import Gap, Timeline
from cdr.errors import WrongUsage

GP = "high-street-surgery"
HARD_NAMES = "Tọ́pẹ́ Adébáyọ̀, Siân Ŵyn, Łucja Wiśniewska, İpek Yıldız, Nguyễn Thị Đào"


def rendered(format: str, timeline: Timeline | None = None) -> str:
    result = render(timeline or made(), format)
    assert isinstance(result, str)
    return result


def with_event(event: str, identified: bool = True) -> Timeline:
    return made(None, [*RETURNS, told(GP, ("2025-05-01", event))], identified)


def pdf_text(timeline: Timeline) -> str:
    made_pdf = render(timeline, "pdf")
    assert isinstance(made_pdf, bytes)
    return unicodedata.normalize(
        "NFC", "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(made_pdf))
    )


# On the night on which the clocks went back, 01:20 summer time is before 01:10 winter time.
NIGHT = [
    told(
        GP, ("2025-10-26T01:10+00:00", "Seen again"), ("2025-10-26T01:20+01:00", "Seen"), ("2025-10-26", "Asked after")
    )
]


@pytest.mark.parametrize("format", [one for one in FORMATS if one != "pdf"])
@pytest.mark.parametrize("returns", [RETURNS, NIGHT])
@pytest.mark.parametrize("identified", [True, False])
def test_what_is_not_drawn_needs_no_minutes(format: str, returns: list[dict[str, Any]], identified: bool) -> None:
    drawn, written = (made(None, returns, identified, is_drawn=one) for one in (True, False))
    assert rendered(format, drawn) == rendered(format, written)
    assert render_check(drawn, "json") == render_check(written, "json")


def test_two_times_of_the_night_on_which_the_clocks_went_back_stand_in_their_order() -> None:
    told_then = [
        entry.event for entry in made(None, NIGHT).entries if entry.event in ("Asked after", "Seen", "Seen again")
    ]
    assert told_then == ["Asked after", "Seen", "Seen again"]


LOADED = """
import sys
from unit.timeline_cases import made, told
made(None, [told("northtown-general", ("2025-11-20", "Weighed at home by the midwife"))], is_drawn=False)
print("zoneinfo" in sys.modules)
"""


def test_what_is_not_drawn_asks_no_clocks_where_no_two_times_of_one_day_are_compared() -> None:
    surroundings = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, env=surroundings)
    assert said.stdout == "False\n"


def test_json_is_that_of_the_interface() -> None:
    content = json.loads(rendered("json", made(identified=False)))
    assert content["schema"] == "cdr-timeline/1" and content["case"] == "2026-7K3M" and content["anonymised"] is True
    assert content["gaps"] == [{"from": -313, "to": -175, "days": 138}, {"from": -175, "to": 0, "days": 175}]
    assert content["conflicts"] == [{"entries": [6, 7], "why": made().conflicts[0].why}]
    first = content["entries"][0]
    assert {key: first[key] for key in ("at", "day", "age", "source")} == {
        "at": None,
        "day": -832,
        "age": "before birth",
        "source": "police",
    }
    assert json.loads(rendered("json"))["entries"][6]["at"] == "2026-01-09T06:25"


@pytest.mark.parametrize("width", [80, 100])
def test_text_fits_the_terminal_with_gaps_in_their_place_and_conflicts_in_words(width: int) -> None:
    text = render(with_event("Seen with a cough " * 12), "text", width=width)
    assert isinstance(text, str)
    lines = text.splitlines()
    assert max(map(len, lines)) <= width
    gap = next(number for number, line in enumerate(lines) if "5 months (175 days) without an event" in line)
    assert lines[gap].startswith("- -") and "2025-07-18" in "".join(lines[:gap]) and "05:43" in lines[gap + 1]
    assert sum("!1" in line for line in lines) == 3
    assert any(line.startswith("!1 Different times are given for the arrival at hospital") for line in lines)


def test_text_says_when_nothing_is_found() -> None:
    text = rendered("text", made(form_a("neonatal"), []))
    assert text.count("None found by the rules.") == 3


def test_text_without_dates_tells_the_time_of_day() -> None:
    text = rendered("text", made(identified=False))
    assert "Day of death, 06:25" in text and "313 days before" in text and "2026-01" not in text


@pytest.mark.parametrize("format", ["text", "md", "csv", "html"])
def test_control_characters_and_turned_text_are_shown_not_obeyed(format: str) -> None:
    text = rendered(format, with_event("Seen\x1b[31m red \u202egnp \x9b well \u2066 x \x00 y\u200b"))
    assert not any(unicodedata.category(letter) in ("Cc", "Cf") and letter not in "\r\n" for letter in text)
    for code in ("x1b", "u202e", "x9b", "u2066", "x00"):
        assert f"\\{code}" in text.replace("\\\\", "\\")


def test_visible_keeps_accents_and_joiners() -> None:
    assert visible("Tọ́pẹ́ \u0915\u094d\u200d\u0937") == unicodedata.normalize("NFC", "Tọ́pẹ́ \u0915\u094d\u200d\u0937")


def test_md_escapes_what_a_table_would_read() -> None:
    text = rendered("md", with_event("a | b <script> *c* & `d` #e"))
    assert r"a \| b \<script\> \*c\* &amp; \`d\` \#e" in text
    table = [line for line in text.splitlines() if line.startswith("|")]
    assert len({line.replace(r"\|", "").count("|") for line in table}) == 1


@pytest.mark.parametrize("event", ["=HYPERLINK(1)", "+1", "-2", "@x"])
def test_csv_has_no_formula(event: str) -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv", with_event(event)), newline="")))
    assert [row["event"] for row in rows if event in row["event"]] == [f"'{event}"]


def test_csv_has_every_entry_with_its_gap_and_conflict() -> None:
    rows = list(csv.DictReader(io.StringIO(rendered("csv"), newline="")))
    assert len(rows) == len(made().entries)
    assert [row["number"] for row in rows if row["conflict"]] == ["7", "8"]
    assert [(row["number"], row["gap_before_days"]) for row in rows if row["gap_before_days"]] == [
        ("4", "138"),
        ("5", "175"),
    ]
    assert rows[7]["same_event_as"] == "7"


class _Page(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, Any]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def test_html_is_one_accessible_file_that_runs_and_loads_nothing() -> None:
    text = rendered("html", with_event('<script>alert(1)</script> " onload=x'))
    page = _Page()
    page.feed(text)
    tags = [tag for tag, _ in page.tags]
    assert "script" not in tags and "img" not in tags and "link" not in tags
    assert "&lt;script&gt;" in text and ("html", {"lang": "en-GB"}) in page.tags
    assert {"main", "h1", "caption", "thead"} <= set(tags)
    assert all("scope" in attributes for tag, attributes in page.tags if tag == "th")
    assert all(str(attributes["href"]).startswith("#") for tag, attributes in page.tags if tag == "a")
    assert not any(name.startswith("on") for _, attributes in page.tags for name in attributes)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert {str(attributes["href"])[1:] for tag, attributes in page.tags if tag == "a"} <= set(ids) and len(ids) == len(
        set(ids)
    )


def test_pdf_reads_as_the_timeline_says() -> None:
    text = pdf_text(with_event(f"Seen by {HARD_NAMES} #panic() *x* @y $z"))
    flat = " ".join(text.split())
    for name in HARD_NAMES.split(", "):
        assert unicodedata.normalize("NFC", name) in flat
    assert "#panic() *x* @y $z" in flat
    assert "Confidential" in text and "Page 1 of 2" in text and "conflict 1" in text
    assert "5 months (175 days) without an event" in flat


def test_every_page_of_the_pdf_has_its_own_number() -> None:
    seen = told(GP, *((f"2025-{month:02d}-{day:02d}", "Seen") for month in range(4, 12) for day in range(1, 15)))
    made_pdf = render(made(None, [*RETURNS, seen]), "pdf")
    assert isinstance(made_pdf, bytes)
    pages = list(pypdfium2.PdfDocument(made_pdf))
    said = [page.get_textpage().get_text_range() for page in pages]
    assert len(pages) > 2
    assert all(f"Page {number} of {len(pages)}" in text for number, text in enumerate(said, 1))


def test_pdf_of_an_anonymised_timeline_has_no_name() -> None:
    text = pdf_text(made(identified=False))
    assert (
        not {"Amara", "Testcase", "Northtown", "2026-01-09", "2025-03-02"} & set(text.split())
        and "[acute hospital]" in text
    )


def test_pdf_is_the_same_every_time_and_says_that_it_is_tagged() -> None:
    first, second = render(made(), "pdf"), render(made(), "pdf")
    assert isinstance(first, bytes) and first == second
    assert b"pdfuaid" in first and b"/StructTreeRoot" in first


def test_pdf_of_a_life_of_minutes_and_of_seventeen_years() -> None:
    newborn = form_a("neonatal", death__date="2026-02-10", death__time="03:40")
    assert [axis.title for axis in timeline_pdf.axes(made(newborn, []))] == ["The day of death, by the hour"]
    seen = told(
        GP,
        *((f"{year}-{month:02d}-11", "Seen at the surgery") for year in range(2010, 2026) for month in (1, 4, 7, 10)),
        ("2026-03-10", "Seen"),
    )
    axes = timeline_pdf.axes(made(form_a("suicide"), [seen]))
    assert [axis.title for axis in axes] == ["The whole life, by age", "The last four weeks"]
    for axis in axes:
        assert all(0 <= mark["at"] <= 1 for marks in (axis.points, axis.ticks, axis.bounds) for mark in marks)
        assert {point["lane"] for point in axis.points} == set(range(len(axis.lanes)))
    assert (
        len(
            make_pictures(
                timeline_pdf.layout(), timeline_pdf.page_data(made(form_a("suicide"), [seen])), timeline_pdf.FIXED_DATE
            )
        )
        >= 3
    )


def test_the_drawn_line_ends_the_gap_where_the_next_event_stands() -> None:
    life = timeline_pdf.axes(made())[0]
    assert (
        life.gaps[0]["to"]
        == life.gaps[1]["from"]
        == next(point["at"] for point in life.points if point["number"] == "4")
    )
    assert [point["number"] for point in life.points if point["conflict"]] == ["7, 10", "5, 6, 8"]


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (1, "1 day"),
        (20, "20 days"),
        (21, "3 weeks"),
        (91, "13 weeks"),
        (92, "3 months"),
        (175, "5 months"),
        (730, "23 months"),
        (731, "2 years"),
        (5955, "16 years and 3 months"),
    ],
)
def test_lengths_in_words(days: int, expected: str) -> None:
    assert length(days) == expected


def test_gap_words() -> None:
    assert gap_words(Gap(-175, 0, 175)) == "5 months (175 days) without an event"
    assert gap_words(Gap(-15, 0, 15)) == "15 days without an event"


def test_formats() -> None:
    assert FORMATS == ("text", "md", "csv", "json", "html", "pdf")
    with pytest.raises(WrongUsage):
        render(made(), "xlsx")


@pytest.mark.parametrize("format", ["text", "md", "html", "pdf"])
def test_missed_contacts_are_marked_and_listed(format: str) -> None:
    timeline = with_event("Was not brought to the clinic")
    text = pdf_text(timeline) if format == "pdf" else rendered(format, timeline)
    flat = " ".join(text.split())
    assert "(missed contact)" in flat and "Not brought or not attended: 1 (entry 4)" in flat


def test_missed_contacts_in_json_csv_and_the_drawing() -> None:
    timeline = with_event("Was not brought to the clinic")
    content = json.loads(rendered("json", timeline))
    assert [entry["missed"] for entry in content["entries"]].count("not brought or not attended") == 1
    assert (
        list(csv.DictReader(io.StringIO(rendered("csv", timeline), newline="")))[3]["missed"]
        == "not brought or not attended"
    )
    assert [point["number"] for point in timeline_pdf.axes(timeline)[0].points if point["missed"]] == ["4"]


def test_json_lists_kinds_and_doubtful_words_and_never_what_was_replaced() -> None:
    timeline = made(None, [told(GP, ("2025-05-01", "Amara and Bradley came"))], identified=False)
    content = json.loads(rendered("json", timeline))
    assert "delete it when the case is closed" in content["purpose"]
    assert content["replaced"] == {"names": 1} and content["left"] == [{"word": "Bradley", "entries": [1]}]
    assert "Amara" not in rendered("json", timeline)


def test_the_list_to_check_names_what_was_replaced() -> None:
    timeline = made(None, [told(GP, ("2025-05-01", "Amara and Bradley came; Amara slept"))], identified=False)
    lines = [line.split() for line in render_check(timeline, "text").splitlines()]
    assert ["Amara", "[the", "child]", "2"] in lines and ["Bradley", "2"] in lines
    content = json.loads(render_check(timeline, "json"))
    assert content["replacements"] == [{"original": "Amara", "said": "[the child]", "count": 2}]
    assert "No word that was left" in render_check(made(None, [], identified=False), "text")
