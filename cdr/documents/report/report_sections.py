"""The annual report's sections, from the year's tables, the area's own words and `rules/report.yaml`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import count
from typing import Any

from cdr.documents.report import report_sentences as sentences
from cdr.documents.report.charts import Chart, of_rows, over_years
from cdr.documents.report.report_blocks import (
    Block,
    Bullets,
    Grid,
    Heading,
    Picture,
    Place,
    Prose,
    Report,
    Section,
    Text,
)
from cdr.documents.report.report_headlines import headline, section_title
from cdr.documents.safe import KEPT, visible
from cdr.documents.tables import panel_years
from cdr.documents.tables.tally import (
    BASIS_WORDS,
    cell_text,
    headings,
    lines,
    own_notes,
    said_once,
    shared_notes,
    total_text,
)
from cdr.domain.report import prose
from cdr.domain.report.report_words import follow_up
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.validation import read_date
from cdr.forms.codelists import code_list
from cdr.records import dataclass, field, replace
from cdr.statistics.reference import text as published
from cdr.statistics.tables import TOTAL, Reference, Table, Tally
from cdr.written import long_date

SHORT_COMMIT = 12
KEPT_IN_WORDS = KEPT + "\n\t"


@dataclass(frozen=True)
class Material:
    """What a report is made from: the tally, the area, its own words of this year and of the last, and what is worth knowing.

    `rules` is `rules/report.yaml`, `chance` is `rules/intervals.yaml`; `cautions` are sentences about the cases,
    `pictures` those among the words. Of a `public` edition the tally is the public one, and there is nothing else that counts;
    of a `preview` nothing is recorded.
    """

    tally: Tally
    configuration: Configuration
    words: Mapping[str, Any]
    last_words: Mapping[str, Any]
    commit: str
    made_on: date
    cautions: Sequence[str]
    rules: Mapping[str, Any]
    chance: Mapping[str, Any]
    public: bool = False
    pictures: Mapping[str, bytes] = field(default_factory=dict)
    preview: bool = False
    tables: Iterator[int] = field(default_factory=lambda: count(1))
    charts: Iterator[int] = field(default_factory=lambda: count(1))
    numbered: dict[str, int] = field(default_factory=dict)


def tables_needed(rules: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the tables that the report shows or speaks of."""
    shown = [table["table"] for section in rules["sections"] for table in section.get("tables", ())]
    trends = [table for section in rules["sections"] for table in section.get("trend", {}).get("tables", ())]
    return tuple(dict.fromkeys([*shown, *trends, *(about["table"] for about in rules["facts"])]))


def build(material: Material) -> Report:
    """The report, with every place where the partners' own words are still missing."""
    rules, tally = material.rules, material.tally
    made = [(about, tuple(_blocks(about, material))) for about in _sections(material)]
    missing = [about["title"] for about, blocks in made if any(isinstance(block, Place) for block in blocks)]
    if material.public:
        made = [
            (about, blocks) for about, whole in made if (blocks := _without_places(whole)) and "england" not in about
        ]
    sections = tuple(
        Section(number, about["id"], _title(about, material), blocks) for number, (about, blocks) in enumerate(made, 1)
    )
    edition = rules["public"] if material.public else rules
    day = long_date(material.made_on)
    return Report(
        title=rules["title"].format(year=tally.year),
        subtitle=rules["subtitle"].format(area=tally.area),
        organisation=material.configuration.letterhead.organisation,
        notice=edition["preview_line"] if material.preview else edition["notice_line"],
        notice_why=" ".join(edition["notice_why"].split()),
        made=edition["made"].format(commit=material.commit[:SHORT_COMMIT], day=day),
        made_on=material.made_on,
        contents=rules["contents"],
        glance=rules["glance"],
        facts=tuple(sentences.facts(tally, rules, material.chance)),
        opening=" ".join(rules["sensitive"].split()),
        sections=sections,
        missing=tuple(missing),
        cautions=tuple(material.cautions),
        pictures=material.pictures,
    )


def _sections(material: Material) -> Iterator[Mapping[str, Any]]:
    """The report's sections, and the area's own where it wants them: after the section that each names, else before the last two."""
    about = material.rules["sections"]
    own = [
        {
            "id": f"own-{n}",
            "title": visible(one["title"]),
            "own": one["text"],
            "after": one.get("after", about[-3]["id"]),
        }
        for n, one in enumerate(material.words.get("sections", ()), 1)
    ]
    for section in about:
        yield section
        yield from (one for one in own if one["after"] == section["id"])


def _title(about: Mapping[str, Any], material: Material) -> str:
    asked = about.get("headline")
    table = material.tally.table(asked["table"]) if asked and _has(material, asked["table"]) else None
    return section_title(about, table)


def _without_places(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
    """What is printed of a section: nothing stands in a public edition where the partners have not written yet."""
    return tuple(block for block in blocks if not isinstance(block, Place))


def _blocks(about: Mapping[str, Any], material: Material) -> Iterator[Block]:
    for paragraph in about.get("text", ()):
        yield Text(" ".join(paragraph.split()))
    if "few" in about and _has(material, about["few"]["table"]):
        said = sentences.few(material.tally.table(about["few"]["table"]), about["few"]["of"], material.rules)
        yield from [Text(sentence) for sentence in said]
    if "own" in about:
        yield _written(about["own"])
    if "words" in about:
        yield from _own(about, material)
    if "trend" in about:
        yield from _trend(about["trend"], material)
    for table in about.get("tables", ()):
        if "listed" not in table or getattr(material.configuration, table["listed"]):
            yield from _table(table, material)
    if about.get("england") and not material.public:
        yield from _england(about["england"], material)
    if about.get("counting"):
        yield from _counting(material)


# ---- the area's own words ------------------------------------------------------------------------------------------


def _own(about: Mapping[str, Any], material: Material) -> Iterator[Block]:
    key, words = about["words"], material.words
    if key == "membership":
        yield from _members(material)
        return
    if key == "actions":
        yield from _earlier_actions(material)
    given = words.get(key)
    if not given:
        yield Place(material.rules["sentences"]["not_written"].format(what=about["what"]))
    elif key == "foreword":
        yield _written(given["text"])
        yield from [Text(visible(given["by"]))] if given.get("by") else []
    elif key == "learning":
        for point in given:
            yield Heading(visible(point["title"]))
            yield _written(point["text"], below=2)
    elif key == "actions":
        yield _actions(given, material)
    elif key == "priorities":
        lines = (prose.line(visible(line, KEPT_IN_WORDS)) for line in given)
        yield Prose((prose.Listed(tuple((prose.Paragraph(runs),) for runs in lines)),))
    else:
        yield _written(given)


def _written(text: str, below: int = 1) -> Prose:
    return Prose(prose.parts(visible(text, KEPT_IN_WORDS)), below)


def _earlier_actions(material: Material) -> Iterator[Block]:
    """Last year's actions with what became of them; from last year's words where this year's say nothing of them."""
    titles = material.rules["tables"]
    followed = material.words.get("earlier_actions") or [
        {"what": one["what"]} for one in follow_up(material.last_words)
    ]
    if followed:
        rows = [(one["what"], one.get("became") or titles["not_said"]) for one in followed]
        yield _grid(material, titles["earlier_actions"], ("Action", "What became of it"), rows)


def _actions(given: Sequence[Mapping[str, Any]], material: Material) -> Block:
    states = code_list("action_status")
    rows = [
        (
            " ".join(filter(None, (one["what"], one.get("progress")))),
            one.get("owner", ""),
            _day(one.get("due", "")),
            states.label(one["status"]) if one.get("status") else "",
        )
        for one in given
    ]
    return _grid(material, material.rules["tables"]["actions"], ("Action", "Owner", "Due", "State"), rows)


def _members(material: Material) -> Iterator[Block]:
    titles, configuration = material.rules["tables"], material.configuration
    listed = [
        (one["role"], one.get("name", ""), one.get("organisation", "")) for one in material.words.get("membership", ())
    ]
    people = [(person.role, person.name, configuration.area) for person in configuration.people.values()]
    names = {agency.id: agency.name for agency in configuration.agencies}
    people += [(one.role, one.name, names.get(one.organisation, "")) for one in configuration.members]
    if material.public:  # nobody who did not say so is named in public, nor an agency that one child may have known
        people, configuration = [(role, "", of) for role, _, of in people], replace(configuration, agencies=())
    yield _grid(material, titles["membership"], ("Role", "Name", "For"), listed or people)
    yield from _panel(material)
    agencies = [(agency.name, agency.area) for agency in configuration.agencies]
    if agencies:
        yield _grid(material, titles["agencies"], ("Agency", "Area"), agencies)


def _panel(material: Material) -> Iterator[Block]:
    """The meetings of each year; who came, what members said and what was passed over are for the partners to know of."""
    if material.tally.panel:
        for heading, said in panel_years.panel_blocks(material.tally.panel, material.tally.edition):
            yield Heading(heading)
            yield Bullets(tuple(said))


def _grid(material: Material, caption: str, heads: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Grid:
    clean = tuple(tuple(visible(" ".join(text.split())) for text in row) for row in rows)
    return Grid(next(material.tables), caption, heads, clean, numbers=False)


def _day(text: str) -> str:
    day = read_date(text)
    return long_date(day) if day else text


# ---- the tables ----------------------------------------------------------------------------------------------------


def _trend(about: Mapping[str, Any], material: Material) -> Iterator[Block]:
    if not all(_has(material, table) for table in about["tables"]):
        return
    chart = over_years([material.tally.table(table) for table in about["tables"]], about["words"], about["title"])
    yield from _picture(chart, material)


def _has(material: Material, table: str) -> bool:
    return any(one.id == table for one in material.tally.tables)


def _table(about: Mapping[str, Any], material: Material) -> Iterator[Block]:
    if material.public and not _has(material, about["table"]):
        return
    table = material.tally.table(about["table"])
    if "rows_but" in about:
        about = {**about, "rows": [row.label for row in table.rows if row.label not in about["rows_but"]]}
    yield Heading(headline(table, about, material.rules, material.chance, material.public))
    said = sentences.said(table, about, material.rules, material.chance, material.public)
    yield from [Text(" ".join(said))] if said else []
    if not table.rows:
        return
    if about.get("chart"):
        yield from _picture(of_rows(table, f"{table.title}, {table.columns[-1]}"), material)
    material.numbered[table.id] = next(material.tables)
    yield Grid(
        number=material.numbered[table.id],
        caption=table.title,
        heads=("", *headings(table)),
        rows=tuple(lines(table)),
        under=BASIS_WORDS[table.basis],
        notes=own_notes(table, said_once(material.tally)),
        last_is_total=True,
    )


def _picture(chart: Chart | None, material: Material) -> Iterator[Block]:
    if chart:
        yield Picture(next(material.charts), chart)


# ---- England, and how it counts ------------------------------------------------------------------------------------


def _england(tables: Sequence[str], material: Material) -> Iterator[Block]:
    found = [(table, one) for table in map(material.tally.table, tables) for one in table.references]
    shown = [(table, one, here) for table, one in found if (here := _here(table, one))]
    if not shown:
        yield Text("No published figure is known that belongs beside these tables.")
        return
    for unit in dict.fromkeys(one.unit for _, one, _ in shown):
        yield _figures([each for each in shown if each[1].unit == unit], material)


def _figures(shown: Sequence[tuple[Table, Reference, str]], material: Material) -> Grid:
    """Published figures of one unit beside the area's own."""
    rows = [
        (f"{table.title}{'' if one.row == TOTAL else f': {one.row}'}", f"{one.area} {one.year}", published(one), here)
        for table, one, here in shown
    ]
    heads = ("What", "Published for", "Figure", material.rules["tables"]["area"].format(year=material.tally.year))
    releases = tuple(dict.fromkeys(f"{one.area} {one.year}: {one.release}." for _, one, _ in shown))
    return Grid(
        next(material.tables), material.rules["tables"]["england"], heads, tuple(rows), notes=releases, numbers=False
    )


def _here(table: Table, one: Reference) -> str:
    """The area's own cell beside a published figure, where the table has it and it is a figure of the same kind."""
    if one.unit not in ("percent", "count") and table.per is None:
        return ""
    if one.row == TOTAL:
        return total_text(table.total[-1], table)
    return next((cell_text(row.cells[-1], table) for row in table.rows if row.label == one.row), "")


def _counting(material: Material) -> Iterator[Block]:
    rules, tally = material.rules, material.tally

    def named(tables: Sequence[Table]) -> str:
        numbers = [str(material.numbered[table.id]) for table in tables if table.id in material.numbered]
        if not numbers:
            return "; ".join(table.title for table in tables)
        return f"{'Table' if len(numbers) == 1 else 'Tables'} {sentences.listed(numbers)}"

    hiding = rules["public"]["counting"] if material.public else []
    yield Bullets((*hiding, *rules["counting"], *_left_out(material), *shared_notes(tally, named)))
    if material.cautions:
        yield Heading(rules["gaps"])
        yield Bullets(tuple(material.cautions))
    if not material.public:
        yield Text(rules["made"].format(commit=material.commit, day=long_date(material.made_on)))


def _left_out(material: Material) -> Iterator[str]:
    """Which tables of the report are not in the public edition."""
    about = [one for section in material.rules["sections"] for one in section.get("tables", ())]
    left = [one["heading"] for one in about if not _has(material, one["table"])]
    if left and material.public:
        yield material.rules["public"]["left_out"].format(tables="; ".join(dict.fromkeys(left)))
