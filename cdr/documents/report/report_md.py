"""The annual report as Markdown: tables with pipes, and each chart as what it shows in words."""

from __future__ import annotations

from cdr.documents.report.prose_md import prose
from cdr.documents.report.prose_md import shown as _md
from cdr.documents.report.report_blocks import Block, Bullets, Grid, Heading, Picture, Place, Prose, Report, Text

BEFORE: dict[type[Text | Place | Heading], str] = {Text: "", Place: "> ", Heading: "### "}


def markdown(report: Report) -> bytes:
    """The report as Markdown (CommonMark with tables)."""
    head = [
        f"# {_md(report.title)}",
        f"{_md(report.subtitle)}. {_md(report.organisation)}.",
        f"**{_md(report.notice)}**",
    ]
    head += [_md(report.notice_why), _md(report.opening), _md(report.made), f"## {_md(report.contents)}"]
    head += [
        "\n".join(f"{one.number}. [{_md(one.title)}](#{_anchor(one.number, one.title)})" for one in report.sections)
    ]
    head += [f"## {_md(report.glance)}", _listed(report.facts)]
    parts = [*head]
    for section in report.sections:
        parts.append(f"## {section.number} {_md(section.title)}")
        parts += [_block(block) for block in section.blocks]
    return ("\n\n".join(part for part in [*parts, f"**{_md(report.notice)}**"] if part) + "\n").encode()


def _block(block: Block) -> str:
    match block:
        case Prose():
            return prose(block)
        case Bullets():
            return _listed(block.items)
        case Picture():
            return f"Chart {block.number}. {_md(block.chart.alt)}"
        case Grid():
            return _table(block)
        case Text() | Place() | Heading():
            return f"{BEFORE[type(block)]}{_md(block.words)}"


def _table(grid: Grid) -> str:
    under = f" {_md(grid.under)}" if grid.under else ""
    rule = ["---", *("---:" if grid.numbers else "---" for _ in grid.heads[1:])]
    rows = [[_md(text) or " " for text in row] for row in grid.rows]
    if grid.last_is_total:
        rows[-1] = [f"**{text}**" if text.strip() else text for text in rows[-1]]
    written = [[_md(head) or " " for head in grid.heads], rule, *rows]
    table = "\n".join(f"| {' | '.join(row)} |" for row in written)
    notes = f"\n\n{_listed(grid.notes)}" if grid.notes else ""
    return f"**Table {grid.number}. {_md(grid.caption)}.**{under}\n\n{table}{notes}"


def _listed(items: tuple[str, ...]) -> str:
    return "\n".join(f"- {_md(item)}" for item in items)


def _anchor(number: int, title: str) -> str:
    letters = "".join(letter for letter in title if letter.isalnum() or letter in "- ")
    return f"{number}-{letters.casefold().replace(' ', '-')}"
