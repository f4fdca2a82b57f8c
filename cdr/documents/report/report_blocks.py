"""What the annual report is made of: sections of blocks, which each format writes in its own way."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TypeAlias

from cdr.documents.report.charts import Chart
from cdr.domain.report.prose import Part
from cdr.records import dataclass, field


@dataclass(frozen=True)
class Text:
    """A paragraph; `quiet` for what is said beside the matter."""

    words: str
    quiet: bool = False


@dataclass(frozen=True)
class Prose:
    """What somebody wrote; its headings stand below one of the level `below`, a section's title being of level 1."""

    parts: tuple[Part, ...]
    below: int = 1


@dataclass(frozen=True)
class Place:
    """Where the partners' own words belong and nobody has written any."""

    words: str


@dataclass(frozen=True)
class Heading:
    """A heading below a section's title."""

    words: str


@dataclass(frozen=True)
class Bullets:
    """A list; `quiet` for notes."""

    items: tuple[str, ...]
    quiet: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: its number and caption, by what it counts, the heads, the rows with their label first, and its notes.

    `last_is_total` sets the last row apart; `numbers` sets all columns but the first to the right.
    """

    number: int
    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    under: str = ""
    notes: tuple[str, ...] = ()
    last_is_total: bool = False
    numbers: bool = True


@dataclass(frozen=True)
class Picture:
    """A chart with its number."""

    number: int
    chart: Chart


Block: TypeAlias = Text | Prose | Place | Heading | Bullets | Grid | Picture


@dataclass(frozen=True)
class Section:
    """One section: its number, an id that links lead to, its title and what stands in it."""

    number: int
    id: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Report:
    """The whole report. `notice` stands on every page; `made_on` is the day as of which it was made.

    `missing` are the titles of sections that the partners have not written yet, `cautions` what is odd about the cases,
    `pictures` what stands among the words, by the names of the files."""

    title: str
    subtitle: str
    organisation: str
    notice: str
    notice_why: str
    made: str
    made_on: date
    contents: str
    glance: str
    facts: tuple[str, ...]
    opening: str
    sections: tuple[Section, ...]
    missing: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    pictures: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def blocks(self) -> tuple[Block, ...]:
        """Every block of every section."""
        return tuple(block for section in self.sections for block in section.blocks)
