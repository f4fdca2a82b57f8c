"""The area's own words are Markdown: read into blocks of our own, which each format sets in its own way, and what may not stand in them.

Headings, lists, quotations, tables, pictures, links, emphasis and line breaks (CommonMark with tables); no HTML, and nothing from elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from cdr.domain.rulebook.validation import items_at, text_at
from cdr.expressions import expression
from cdr.records import dataclass, replace

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.token import Token
    from markdown_it.tree import SyntaxTreeNode

HTML, LINK, PICTURE, NOTHING_SAID = "RPT-07", "RPT-08", "RPT-09", "RPT-10"
LEADS_OUT = expression(r"(?:https?://[^/\s]|mailto:[^\s]|tel:[+0-9])", re.IGNORECASE)
PICTURE_FILE = expression(r"[0-9A-Za-z][0-9A-Za-z ._-]{0,79}\.(?:png|jpe?g)", re.IGNORECASE)
DEEPEST_HEADING = 3
MOST_BRACKETS = 1000  # each that opens is tried as the beginning of a link, up to the end of its paragraph
MOST_CELLS = 10_000  # a row that says less than the first has as many cells all the same
# Code is shown as what it says: a paragraph that happens to be indented is no program.
NOT_READ = ("code", "fence", "html_block", "html_inline")


@dataclass(frozen=True)
class Run:
    """Words of one kind in a line; `link` is where they lead to, empty where nowhere; a `turn` is the end of a line."""

    text: str
    strong: bool = False
    emphasis: bool = False
    link: str = ""
    turn: bool = False


Runs: TypeAlias = tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph."""

    runs: Runs


@dataclass(frozen=True)
class SubHeading:
    """A heading; the first in a text is of `depth` 1, and none is more than one deeper than the one before."""

    runs: Runs
    depth: int


@dataclass(frozen=True)
class Listed:
    """A list with what stands in each of its items; `start` is the first number, None of a list without numbers."""

    items: tuple[tuple[Part, ...], ...]
    start: int | None = None


@dataclass(frozen=True)
class Quotation:
    """What somebody said."""

    parts: tuple[Part, ...]


@dataclass(frozen=True)
class Illustration:
    """A picture by the name of its file, what it shows in words, and what stands under it."""

    file: str
    alt: str
    caption: str = ""


@dataclass(frozen=True)
class Columns:
    """A table: the heads of its columns, its rows, and whether each column is set to the right."""

    heads: tuple[Runs, ...]
    rows: tuple[tuple[Runs, ...], ...]
    to_the_right: tuple[bool, ...]


Part: TypeAlias = Paragraph | SubHeading | Listed | Quotation | Illustration | Columns


@dataclass(frozen=True)
class Fault:
    """What may not stand in a text: the rule, and the line of the text, from 0."""

    rule: str
    row: int


def is_without_end(text: str) -> bool:
    """Whether reading a text would take seconds for its square brackets or the cells of its tables: no text that somebody wrote has so many."""
    lines = text.split("\n")
    return text.count("[") > MOST_BRACKETS or len(lines) * max(line.count("|") for line in lines) > MOST_CELLS


def parts(text: str) -> tuple[Part, ...]:
    """A text as its parts. HTML stands there as it was written and does nothing; a link that may not lead out is its words alone."""
    from markdown_it.tree import SyntaxTreeNode

    tree = SyntaxTreeNode(_reader().parse(text))
    return _levelled(tuple(_parts(tree.children)))


def line(text: str) -> Runs:
    """A text of one line: emphasis and links in it, and no other mark."""
    from markdown_it.tree import SyntaxTreeNode

    tree = SyntaxTreeNode(_reader().parseInline(" ".join(text.split())))
    return _joined(run for child in tree.children for run in _runs(child.children, Run("")))


def without_marks(given: Iterable[Part]) -> str:
    """What the parts say, without a mark, a line for each."""
    return "\n".join("".join(" " if run.turn else run.text for run in runs) for runs in _all_runs(given))


def paragraphs(given: Iterable[Part]) -> str:
    """The same, as a paragraph for each."""
    return without_marks(given).replace("\n", "\n\n")


def seen(text: str) -> str:
    """What a reader of a text sees, a paragraph for each part, and last where its links lead to: no mark parts a word."""
    given = parts(text)
    links = dict.fromkeys(run.link for runs in _all_runs(given) for run in runs if run.link)
    return "\n\n".join([paragraphs(given), *links])


def faults(text: str) -> list[Fault]:
    """What may not stand in a text: HTML, links that lead elsewhere than a page, an address or a telephone, pictures from elsewhere."""
    return list(dict.fromkeys(fault for token in _checker().parse(text) for fault in _faults(token)))


def pictures_in(text: str) -> list[tuple[str, int]]:
    """The file of each picture of a text, as it is named there, with the line of the text, from 0; none of a text that is not read (RPT-13)."""
    if is_without_end(text):
        return []
    found = [
        (token.map[0] if token.map else 0, child) for token in _checker().parse(text) for child in token.children or []
    ]
    return [(_file(str(child.attrs.get("src", ""))), row) for row, child in found if child.type == "image"]


def written_in(words: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Every text of the area's own words that is Markdown, with its dotted path."""
    for path in ("foreword.text", "what_was_done", "effectiveness", "thanks"):
        yield path, text_at(words, path)
    for key in ("learning", "sections"):
        yield from ((f"{key}.{n}.text", text_at(item, "text")) for n, item in items_at(words, key))
    priorities = words.get("priorities")
    for n, one in enumerate(priorities if isinstance(priorities, list) else ()):
        yield f"priorities.{n}", one if isinstance(one, str) else ""


# ---- reading -------------------------------------------------------------------------------------------------------


@cache
def _reader() -> MarkdownIt:
    return _made(html=False).disable([*NOT_READ])


@cache
def _checker() -> MarkdownIt:
    return _made(html=True).disable(["code", "fence"])


def _made(html: bool) -> MarkdownIt:
    from markdown_it import MarkdownIt

    made = MarkdownIt("commonmark", {"html": html}).enable("table")
    made.validateLink = lambda url: True  # type: ignore[method-assign]  # every link is read, and those that may not be are told
    return made


def _parts(nodes: Sequence[SyntaxTreeNode]) -> Iterator[Part]:
    for node in nodes:
        make = _MAKERS.get(node.type)
        if make:
            yield from make(node)


def _paragraph(node: SyntaxTreeNode) -> Iterator[Part]:
    alone = _picture(node)
    yield alone or Paragraph(_inline(node))


def _picture(node: SyntaxTreeNode) -> Illustration | None:
    """The picture that is all of a paragraph."""
    inline = node.children[0].children if node.children else []
    if len(inline) != 1 or inline[0].type != "image":
        return None
    file, caption = (str(inline[0].attrs.get(name, "")) for name in ("src", "title"))
    return Illustration(_file(file), inline[0].content, caption)


def _file(source: str) -> str:
    from mdurl import decode

    return decode(source)


def _heading(node: SyntaxTreeNode) -> Iterator[Part]:
    yield SubHeading(_inline(node), int(node.tag[1]))


def _list(node: SyntaxTreeNode) -> Iterator[Part]:
    start = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    yield Listed(tuple(_no_headings(_parts(item.children)) for item in node.children), start)


def _quotation(node: SyntaxTreeNode) -> Iterator[Part]:
    yield Quotation(_no_headings(_parts(node.children)))


def _columns(node: SyntaxTreeNode) -> Iterator[Part]:
    rows = [row for group in node.children for row in group.children]
    heads, *others = [tuple(_inline(cell) for cell in row.children) for row in rows]
    right = tuple("right" in str(cell.attrs.get("style", "")) for cell in rows[0].children)
    yield Columns(heads, tuple(others), right)


_MAKERS: Mapping[str, Callable[[SyntaxTreeNode], Iterator[Part]]] = {
    "paragraph": _paragraph, "heading": _heading, "bullet_list": _list, "ordered_list": _list, "blockquote": _quotation, "table": _columns,
}  # fmt: skip


def _no_headings(given: Iterable[Part]) -> tuple[Part, ...]:
    """A heading within a list or a quotation parts no section: it is a line that stands out."""
    return tuple(
        Paragraph(tuple(replace(run, strong=True) for run in part.runs)) if isinstance(part, SubHeading) else part
        for part in given
    )


def _levelled(given: Sequence[Part]) -> tuple[Part, ...]:
    above: list[int] = []
    found: list[Part] = []
    for part in given:
        if isinstance(part, SubHeading):
            above = [*(level for level in above if level < part.depth), part.depth]
            part = replace(part, depth=min(len(above), DEEPEST_HEADING))  # noqa: PLW2901
        found.append(part)
    return tuple(found)


def _inline(node: SyntaxTreeNode) -> Runs:
    return _joined(run for child in node.children for run in _runs(child.children, Run("")))


def _joined(runs: Iterable[Run]) -> Runs:
    """The runs with those of one kind that follow each other as one."""
    found: list[Run] = []
    for run in runs:
        if found and not run.turn and replace(found[-1], text="") == replace(run, text=""):
            found[-1] = replace(run, text=found[-1].text + run.text)
        elif run.text or run.turn:
            found.append(run)
    return tuple(found)


def _runs(nodes: Sequence[SyntaxTreeNode], within: Run) -> Iterator[Run]:
    for node in nodes:
        if node.type == "strong":
            yield from _runs(node.children, replace(within, strong=True))
        elif node.type == "em":
            yield from _runs(node.children, replace(within, emphasis=True))
        elif node.type == "link":
            to = str(node.attrs.get("href", ""))
            yield from _runs(node.children, replace(within, link=to if LEADS_OUT.match(to) else within.link))
        elif node.type == "hardbreak":
            yield replace(within, turn=True)
        else:
            yield replace(within, text=" " if node.type == "softbreak" else node.content)


# ---- what may not stand there --------------------------------------------------------------------------------------


def _faults(token: Token) -> Iterator[Fault]:
    row = token.map[0] if token.map else 0
    if token.type == "html_block":
        yield Fault(HTML, row)
    children = token.children or []
    alone = len(children) == 1
    for child in children:
        row += child.type in ("softbreak", "hardbreak")
        if child.type == "html_inline":
            yield Fault(HTML, row)
        elif child.type == "link_open" and not LEADS_OUT.match(str(child.attrs.get("href", ""))):
            yield Fault(LINK, row)
        elif child.type == "image":
            yield from _faults_of_picture(child, alone, row)


def _faults_of_picture(token: Token, alone: bool, row: int) -> Iterator[Fault]:
    if not alone or not PICTURE_FILE.fullmatch(_file(str(token.attrs.get("src", "")))):
        yield Fault(PICTURE, row)
    if not token.content.strip():
        yield Fault(NOTHING_SAID, row)


# ---- looking through -----------------------------------------------------------------------------------------------


def _every(given: Iterable[Part]) -> Iterator[Part]:
    for part in given:
        yield part
        if isinstance(part, Quotation):
            yield from _every(part.parts)
        elif isinstance(part, Listed):
            for item in part.items:
                yield from _every(item)


def _all_runs(given: Iterable[Part]) -> Iterator[Runs]:
    for part in _every(given):
        if isinstance(part, Paragraph | SubHeading):
            yield part.runs
        elif isinstance(part, Columns):
            yield from (cell for row in (part.heads, *part.rows) for cell in row)
        elif isinstance(part, Illustration):
            yield from ((Run(part.alt),), (Run(part.caption),))
