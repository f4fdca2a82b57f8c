"""A paper for the panel (an agenda, a reader's pack) as parts, and how it is written: as PDF, or as plain text and Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, TypeAlias

from cdr import resources
from cdr.documents.panel.sheets import filled
from cdr.documents.pdf import make_pdf
from cdr.documents.printed import Printed
from cdr.documents.safe import visible
from cdr.records import dataclass, field, replace
from cdr.written import counted

WORDS_A_MINUTE = 200  # of hard matter, read once with care (general knowledge)
WORDS_A_SHEET = 400  # of another document, whose words nobody counted (general knowledge)
AS_IT_CAME = "As it came: nobody has taken the names out."
WIDTH = 100


@dataclass(frozen=True)
class Heading:
    """A heading below the title: `level` 2 for a case, 3 below it; `apart` begins a page."""

    words: str
    level: int = 2
    apart: bool = False


@dataclass(frozen=True)
class Text:
    """A paragraph; `quiet` for what is said beside the matter."""

    words: str
    quiet: bool = False


@dataclass(frozen=True)
class Bullets:
    """A list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Facts:
    """What is known of something at a glance: a name and its value a row."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Grid:
    """A table with heads; `widths` are the parts of the breadth that the columns take."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]


@dataclass(frozen=True)
class Said:
    """What a form says: how deep a line is, its title, and the answer."""

    rows: tuple[tuple[int, str, str], ...]


@dataclass(frozen=True)
class Sheets:
    """The pages of another document as they came, a PDF of so many pages; they stand at the end of a paper."""

    title: str
    pages: bytes = field(repr=False)
    count: int


Part: TypeAlias = Heading | Text | Bullets | Facts | Grid | Said | Sheets


@dataclass(frozen=True)
class Paper:
    """A paper: its title, whose it is (`mark`, empty where it is everybody's), what stands at the foot of each page, and its parts.

    `minutes` is how long it takes to read, where that is said.
    """

    title: str
    subtitle: str
    notice: str
    parts: tuple[Part, ...] = field(default=())
    mark: str = ""
    minutes: int = 0


def reading_minutes(parts: Sequence[Part]) -> int:
    """How long it takes to read these parts, in whole minutes, at least one."""
    words = sum(len(text.split()) for part in parts for text in _texts(part))
    words += WORDS_A_SHEET * sum(part.count for part in parts if isinstance(part, Sheets))
    return max(1, round(words / WORDS_A_MINUTE))


def _texts(part: Part) -> Iterator[str]:
    if isinstance(part, Heading | Text):
        yield part.words
    elif isinstance(part, Sheets):
        yield part.title
    elif isinstance(part, Bullets):
        yield from part.items
    else:
        yield from (str(cell) for row in part.rows for cell in row)


def to_pdf(paper: Paper, on: date) -> Printed:
    """The paper as PDF/UA-1, A4. Raises: ConditionsNotMet where its text cannot be set."""
    made = make_pdf(resources.read_bytes("templates", "panel", "paper.typ"), to_data(paper), on)
    sheets = [part.pages for part in paper.parts if isinstance(part, Sheets)]
    return made.as_(filled(made, sheets)) if sheets else made


def alone(paper: Paper, sheets: Sheets, on: date) -> Printed:
    """One document of a paper by itself, marked as the paper is, for whoever reads the rest as a page."""
    return to_pdf(replace(paper, title=sheets.title, parts=(sheets,)), on)


def to_data(paper: Paper) -> dict[str, Any]:
    """The paper as its layouts read it."""
    return {
        "title": visible(paper.title),
        "subtitle": visible(paper.subtitle),
        "notice": visible(paper.notice),
        "mark": visible(paper.mark),
        "mark_line": f"For {visible(paper.mark)} only" if paper.mark else "",
        "parts": [one for part in paper.parts for one in _data(part)],
    }


def _data(part: Part) -> Iterator[dict[str, Any]]:
    if isinstance(part, Heading):
        yield from [{"kind": "break"}] if part.apart else []
        yield {"kind": f"h{part.level}", "text": visible(part.words)}
    elif isinstance(part, Text):
        yield from ({"kind": "quiet" if part.quiet else "text", "text": one} for one in _paragraphs(part.words))
    elif isinstance(part, Bullets):
        yield {"kind": "list", "items": [visible(item) for item in part.items]}
    elif isinstance(part, Facts):
        yield {"kind": "facts", "rows": [[visible(cell) for cell in row] for row in part.rows]}
    elif isinstance(part, Grid):
        rows = [[visible(cell) for cell in row] for row in part.rows]
        yield {"kind": "table", "heads": list(part.heads), "rows": rows, "widths": list(part.widths)}
    elif isinstance(part, Sheets):
        yield {"kind": "sheets", "title": visible(part.title), "note": AS_IT_CAME, "count": part.count}
    else:
        rows_ = [{"depth": depth, "title": visible(title), "text": visible(text)} for depth, title, text in part.rows]
        yield {"kind": "said", "rows": rows_}


def _paragraphs(text: str) -> list[str]:
    return [visible(one) for one in text.split("\n") if one.strip()]


def to_text(paper: Paper) -> str:
    """The paper as plain text, which is Markdown too."""
    head = [f"# {visible(paper.title)}", visible(paper.subtitle), visible(paper.notice)]
    blocks = [*filter(None, head), *("\n".join(_lines(part)) for part in paper.parts)]
    return "\n\n".join(blocks) + "\n"


def _lines(part: Part) -> Iterator[str]:
    if isinstance(part, Heading):
        yield f"{'#' * part.level} {visible(part.words)}"
    elif isinstance(part, Text):
        yield "\n\n".join(textwrap.fill(one, WIDTH) for one in _paragraphs(part.words))
    elif isinstance(part, Bullets):
        yield from (textwrap.fill(f"- {visible(item)}", WIDTH, subsequent_indent="  ") for item in part.items)
    elif isinstance(part, Facts):
        yield from (f"- {visible(name)}: {visible(value)}" for name, value in part.rows)
    elif isinstance(part, Grid):
        yield f"| {' | '.join(part.heads)} |"
        yield f"|{'---|' * len(part.heads)}"
        yield from (f"| {' | '.join(visible(cell).replace('|', '/') for cell in row)} |" for row in part.rows)
    elif isinstance(part, Sheets):
        yield f"{visible(part.title)}: {counted(part.count, 'page')}, in the PDF. {AS_IT_CAME}"
    else:
        yield from (
            f"{'  ' * depth}- {visible(f'{title}: {text}' if text else title)}" for depth, title, text in part.rows
        )
