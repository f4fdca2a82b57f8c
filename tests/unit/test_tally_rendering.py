"""The yearly tables on a terminal, in Markdown, as CSV, JSON and HTML."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from cdr.documents.tables.formats import FORMATS
from cdr.documents.tables.tally import CSV_COLUMNS, cell_text, render
from cdr.errors import WrongUsage
from cdr.statistics.tables import Cell, Row, Table, Tally, cell
from cdr.statistics.tally_json import to_json

YEARS = ("2020/21", "2021/22", "2022/23", "2023/24")
SHARED = "Percentages are rounded."


def table(
    table_id: str, title: str, rows: dict[str, list[Cell]], total: list[Cell], basis: str = "reviewed", note: str = ""
) -> Table:
    lines = tuple(Row(label, tuple(cells)) for label, cells in rows.items())
    return Table(table_id, title, basis, YEARS, lines, tuple(total), (*([note] if note else []), SHARED))


SEX = table(
    "notifications.sex",
    "Deaths notified, by sex",
    {
        "Male": [cell(22, 29), cell(19, 47), cell(17, 39), cell(0, 38)],
        "Female": [cell(7, 29), cell(28, 47), Cell(None, 39, None, hidden=True), Cell(None, None, None)],
    },
    [cell(29, 29), cell(47, 47), cell(39, 39), cell(38, 38)],
    basis="notified",
)
LONG = "1 Deliberately inflicted injury, abuse or neglect"
MODIFIABLE = table(
    "reviews.modifiable_by_category",
    "Reviews with modifiable factors, by category",
    {LONG: [cell(10, 18), cell(17, 38), cell(0, 5), cell(0, 0)], "9 Infection": [cell(100, 100)] * 4},
    [cell(110, 118), cell(117, 138), cell(100, 105), cell(100, 100)],
    note="Of all reviews in that row.",
)
THEMES = table(
    "reviews.learning_themes",
    "Reviews, by theme",
    {"Escalation": [cell(3, 42), cell(2, 26), cell(1, 23), cell(4, 43)]},
    [cell(42, 42), cell(26, 26), cell(23, 23), cell(43, 43)],
)
RETURNS = table(
    "returns.agency",
    "Agency returns",
    {'=HYPERLINK("http://x")': [cell(1, 2)] * 4, "A&E <b>|_North_": [cell(1, 2)] * 4, "-Ysbyty Llŷn": [cell(1, 2)] * 4},
    [cell(3, 6)] * 4,
    basis="requested",
)
INTERNAL = Tally("Northshire & Southtown", "2023/24", YEARS, "internal", (SEX, MODIFIABLE, THEMES, RETURNS))
PUBLIC = replace(INTERNAL, edition="public")


def test_a_format_that_is_none_is_wrong_usage() -> None:
    with pytest.raises(WrongUsage):
        render(INTERNAL, "xlsx")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_ends_its_last_line_and_renders_no_table_at_all(format: str) -> None:
    assert render(INTERNAL, format).endswith("\n")
    assert render(replace(INTERNAL, tables=()), format).endswith("\n")


@pytest.mark.parametrize(
    ("shown", "in_table", "text"),
    [
        (cell(7, 18), SEX, "7 (38.9%)"),
        (cell(7, 18), MODIFIABLE, "7 of 18 (38.9%)"),
        (cell(0, 18), SEX, "0"),
        (cell(0, 18), MODIFIABLE, "0 of 18"),
        (cell(0, 0), MODIFIABLE, "-"),
        (cell(7, 18, 16), MODIFIABLE, "7 of 16 known (43.8%)"),
        (cell(0, 18, 0), MODIFIABLE, "-"),
        (Cell(None, 18, None, hidden=True), SEX, "hidden"),
        (Cell(3, 18, 16.7, hidden=True), SEX, "hidden"),
        (Cell(None, None, None), SEX, "-"),
        (Cell(3, None, None), MODIFIABLE, "3"),
    ],
)
def test_a_cell_in_words(shown: Cell, in_table: Table, text: str) -> None:
    assert cell_text(shown, in_table) == text


def test_a_terminal_gets_titles_the_basis_in_plain_words_and_every_year() -> None:
    text = render(INTERNAL, "table")
    assert "Northshire & Southtown: child death reviews, 2020/21 to 2023/24" in text
    assert "Deaths notified, by sex\n-----------------------\nCounted by the year of notification.\n" in text
    assert "Counted by the year in which the return was asked for." in text
    male = next(line for line in text.splitlines() if line.startswith("Male"))
    assert male.split("  ")[0] == "Male"
    assert [part.strip() for part in male.removeprefix("Male").split("  ") if part.strip()] == [
        "22 (75.9%)",
        "19 (40.4%)",
        "17 (43.6%)",
        "0",
    ]
    female = next(line for line in text.splitlines() if line.startswith("Female"))
    assert "hidden" in female
    assert female.rstrip().endswith("-")
    assert text.count(SHARED) == 1
    assert "Not for publication" in text


def test_a_terminal_of_100_columns_holds_four_years_of_the_longest_label() -> None:
    lines = render(INTERNAL, "table").splitlines()
    assert max(len(line) for line in lines) <= 100
    start = next(i for i, line in enumerate(lines) if line.startswith("1 Deliberately"))
    assert "10 of 18 (55.6%)" in lines[start]
    assert lines[start + 1].startswith("  ")
    assert " ".join(lines[start + 1].split()) in LONG


def test_a_total_that_is_no_sum_is_not_called_total() -> None:
    text = render(replace(INTERNAL, tables=(THEMES,)), "table")
    assert "All reviews" in text
    assert "Total" not in text


def test_markdown_has_headings_and_pipe_tables_and_no_markup_from_labels() -> None:
    text = render(INTERNAL, "md")
    assert text.startswith("# Northshire & Southtown: child death reviews, 2020/21 to 2023/24\n")
    assert "\n## Deaths notified, by sex\n" in text
    assert "|   | 2020/21 | 2021/22 | 2022/23 | 2023/24 |\n| --- | ---: | ---: | ---: | ---: |\n" in text
    assert "| Male | 22 (75.9%) | 19 (40.4%) | 17 (43.6%) | 0 |" in text
    assert "| **Total** | **29** | **47** | **39** | **38** |" in text
    assert r"| A&E \<b\>\|\_North\_ |" in text
    assert "Not for publication" in text and "Not for publication" not in render(PUBLIC, "md")


def rows(tally: Tally) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render(tally, "csv"))))


def test_csv_has_one_row_a_cell() -> None:
    assert render(INTERNAL, "csv").splitlines()[0] == ",".join(CSV_COLUMNS) == "table,basis,column,row,n,of,percent"
    first = rows(INTERNAL)[0]
    assert first == {
        "table": "notifications.sex",
        "basis": "notified",
        "column": "2020/21",
        "row": "Male",
        "n": "22",
        "of": "29",
        "percent": "75.9",
    }
    sex = [row for row in rows(INTERNAL) if row["table"] == "notifications.sex"]
    assert len(sex) == 3 * 4
    assert [row["n"] for row in sex if row["row"] == "Total"] == ["29", "47", "39", "38"]


def test_csv_shows_nothing_of_a_hidden_cell_and_zero_is_zero() -> None:
    hiding = replace(SEX, rows=(Row("Female", (Cell(3, 29, 10.3, hidden=True), cell(0, 47), cell(1, 2), cell(0, 0))),))
    female = [row for row in rows(replace(INTERNAL, tables=(hiding,))) if row["row"] == "Female"]
    assert [(row["n"], row["percent"]) for row in female] == [("", ""), ("0", "0.0"), ("1", "50.0"), ("0", "")]


def test_csv_calls_nothing_a_total_to_which_nothing_adds_up() -> None:
    themes = {row["row"] for row in rows(INTERNAL) if row["table"] == "reviews.learning_themes"}
    assert themes == {"Escalation", "All reviews"}
    assert [row["n"] for row in rows(INTERNAL) if row["row"] == "All rows" and row["table"] == MODIFIABLE.id] == [
        "110", "117", "100", "100",
    ]  # fmt: skip
    assert {row["percent"] for row in rows(INTERNAL) if row["table"] == MODIFIABLE.id and row["row"] == LONG} == {
        "55.6", "44.7", "0.0", "",
    }  # fmt: skip


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_csv_runs_no_formula_in_a_spreadsheet(start: str) -> None:
    label = f"{start}cmd"
    evil = replace(RETURNS, rows=(Row(label, RETURNS.rows[0].cells),))
    assert rows(replace(INTERNAL, tables=(evil,)))[0]["row"] == f"'{label.strip()}"
    assert {row["row"] for row in rows(INTERNAL)} >= {"'-Ysbyty Llŷn", "A&E <b>|_North_"}


def test_json_is_the_tally_s_own() -> None:
    text = render(INTERNAL, "json")
    assert json.loads(text) == to_json(INTERNAL)
    assert "Llŷn" in text
    female = json.loads(text)["tables"][0]["rows"][1]["cells"]
    assert female[2] == {"n": None, "of": 39, "percent": None, "hidden": True, "known": None}
    assert female[3] == {"n": None, "of": None, "percent": None, "hidden": False, "known": None}


class Page(HTMLParser):
    """What the tests ask of a page: its tags with their attributes, and its text by tag."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in {"meta"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, "the page's tags are nested"

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((self.open[-1], data.strip()))


def test_html_tables_can_be_read_without_being_seen() -> None:
    page = Page(render(INTERNAL, "html"))
    assert not page.open
    assert ("html", {"lang": "en-GB"}) in page.tags
    tags = [tag for tag, _ in page.tags]
    assert tags.count("caption") == tags.count("table") == tags.count("thead") == tags.count("tfoot") == 4
    headers = [attributes.get("scope") for tag, attributes in page.tags if tag == "th"]
    assert set(headers) == {"col", "row"}
    assert headers.count("col") == 4 * 4
    captions = {attributes["id"] for tag, attributes in page.tags if tag == "caption"}
    assert {a["aria-labelledby"] for _, a in page.tags if "aria-labelledby" in a} == captions
    assert ("caption", "Deaths notified, by sex") in page.texts
    assert ("td", "22 (75.9%)") in page.texts
    assert ("td", "hidden") in page.texts


def test_html_is_one_file_without_a_script_and_prints() -> None:
    text = render(INTERNAL, "html")
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & {tag for tag, _ in page.tags}
    assert not any("src" in attributes or "href" in attributes for _, attributes in page.tags)
    assert "@media print" in text
    assert "@import" not in text and "url(" not in text


def test_html_labels_are_text_and_never_tags() -> None:
    page = Page(render(INTERNAL, "html"))
    assert "b" not in {tag for tag, _ in page.tags}
    assert ("th", "A&E <b>|_North_") in page.texts
    assert ("h1", "Northshire & Southtown: child death reviews, 2020/21 to 2023/24") in page.texts


def test_only_the_internal_edition_is_not_for_publication() -> None:
    internal = [text for tag, text in Page(render(INTERNAL, "html")).texts if tag == "p"]
    public = [text for tag, text in Page(render(PUBLIC, "html")).texts if tag == "p"]
    assert internal[0].startswith("Not for publication")
    assert not any("Not for publication" in text for text in public)
