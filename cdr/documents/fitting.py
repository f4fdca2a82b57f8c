"""Text and tables in the width of a terminal: lines end between words; what is piped stays one line a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import zip_longest

from cdr.expressions import expression
from cdr.records import dataclass

BESIDE_A_HEADING = 2  # columns that are kept there, as tabulate does
GAP = 2  # columns between two of a table
_MAY_BE_PARTED = expression(r"[^\d\W]-[^\d\W]|--")  # at a hyphen, as `self-harm` may, and `0-27` may not
DEEPER = 2  # by how much the second line of what is wrapped stands further in than its first


@dataclass(frozen=True)
class Run:
    """Rows that differ in their first two cells alone: `text` has a line for each, with a blank between the two, which are of one length in all."""

    text: str
    rest: tuple[str, ...]

    def rows(self) -> list[tuple[str, ...]]:
        """All of them."""
        return [(*line.split(" "), *self.rest) for line in self.text.split("\n")]

    def first(self) -> tuple[str, ...]:
        """The first of them, which is as wide as each."""
        return (*self.text.partition("\n")[0].split(" "), *self.rest)

    def after(self, line: str) -> str:
        """All of them as `line` shows the first."""
        first, second, *_ = self.first()
        place = line.index(second, len(first))
        gap, rest = line[len(first) : place], line[place + len(second) :]
        return self.text.replace(" ", gap).replace("\n", f"{rest}\n") + rest


def lines(text: str, columns: int) -> str:
    """The text with each line that is too long wrapped at words, further in than it begins; a word that is longer stays whole."""
    return "\n".join(_line(line, columns) for line in text.split("\n"))


def table(rows: Sequence[Sequence[object] | Run], headers: Sequence[str], columns: int) -> str:
    """A plain table within so many columns (0: as wide as it is); where its words are too long for that, a list of its rows."""
    runs = {one.first()[0]: one for one in rows if isinstance(one, Run)}
    cells = [[*map(str, row.first() if isinstance(row, Run) else row)] for row in rows]
    if not columns:
        return _with_all(_grid(cells, headers), runs)
    natural = [
        max([_widest(head) + BESIDE_A_HEADING, *map(_widest, column)])
        for head, *column in zip(headers, *cells, strict=True)
    ]
    room = columns - GAP * (len(headers) - 1)
    if sum(natural) <= room:
        return _with_all(_grid(cells, headers), runs)
    if runs:
        return table([one for row in rows for one in (row.rows() if isinstance(row, Run) else [row])], headers, columns)
    least = [
        max([_longest_word(head) + BESIDE_A_HEADING, *map(_longest_word, column)])
        for head, *column in zip(headers, *cells, strict=True)
    ]
    if sum(least) > room:
        return "\n".join(_row_as_list(row, headers, columns) for row in cells)
    widths = _narrowed(natural, least, room)
    return _grid(
        [_wrapped(row, widths) for row in cells], _wrapped(headers, [width - BESIDE_A_HEADING for width in widths])
    )


def numbers(rows: Sequence[Sequence[str]], headers: Sequence[str]) -> str:
    """A plain table as wide as it is, with numbers right-aligned in all columns but the first."""
    return _grid(rows, headers, is_of_numbers=True)


def filled(text: str, columns: int, later: str = "") -> str:
    """The text as one paragraph in lines of at most so many columns, the second and the others after `later`."""
    return "\n".join(in_lines(text, columns, later=later, at_hyphens=True))


def in_lines(
    text: str, width: int, first: str = "", later: str = "", at_hyphens: bool = False, whole: bool = False
) -> list[str]:
    """The text in lines, the first after `first` and the others after `later`, as `textwrap.wrap` makes them; `whole` breaks no word.

    Words with a single space between them that fit are put into lines here: loading that library takes as long as a hundred of them.
    """
    words = text.split(" ")
    if not text.isprintable() or not all(words):
        return _by_library(text, width, first, later, at_hyphens, whole)
    if len(first) + len(text) <= width:
        return [first + text]
    if at_hyphens and _MAY_BE_PARTED.search(text):
        return _by_library(text, width, first, later, at_hyphens, whole)
    if not whole and max(map(len, words)) > width - max(len(first), len(later)):
        return _by_library(text, width, first, later, at_hyphens, whole)
    found = [first + words[0]]
    for word in words[1:]:
        if len(found[-1]) + 1 + len(word) <= width:
            found[-1] += f" {word}"
        else:
            found.append(later + word)
    return found


def _by_library(text: str, width: int, first: str, later: str, at_hyphens: bool, whole: bool) -> list[str]:
    if not text:
        return []
    import textwrap

    return textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=at_hyphens,
        break_long_words=not whole,
    )


def _grid(rows: Sequence[Sequence[str]], headers: Sequence[str], is_of_numbers: bool = False) -> str:
    """The table as `tabulate` writes a simple one; loading that would take longer than most questions do."""
    columns = [[*map(str.strip, column)] for column in zip(headers, *rows, strict=True)]
    has_lines = any("\n" in "".join(cells) for cells in columns)
    wide = _widest if has_lines else len
    widths = [max([wide(head) + BESIDE_A_HEADING, *map(wide, cells)]) for head, *cells in columns]
    head, *below = zip(*columns, strict=True)
    every = [head, tuple("-" * width for width in widths), *below]
    if has_lines:
        every = [line for row in every for line in zip_longest(*(cell.split("\n") for cell in row), fillvalue="")]
    padded = (" " * GAP).join(
        f"%{'' if is_of_numbers and place else '-'}{width}s" for place, width in enumerate(widths)
    )
    return "\n".join([(padded % row).rstrip() for row in every])


def _with_all(text: str, runs: Mapping[str, Run]) -> str:
    """The table with all the rows of the runs, of which it has the first; the first cell says which that is."""
    if not runs:
        return text
    whole = ((line, runs.get(line.partition(" ")[0])) for line in text.split("\n"))
    return "\n".join([run.after(line) if run else line for line, run in whole])


def _narrowed(natural: Sequence[int], least: Sequence[int], room: int) -> list[int]:
    """The widths with the widest column made narrower, again and again, until all fit; none narrower than its longest word."""
    widths = list(natural)
    while sum(widths) > room:
        widest = max((n for n in range(len(widths)) if widths[n] > least[n]), key=lambda n: widths[n])
        widths[widest] -= 1
    return widths


def _wrapped(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    return ["\n".join(_words(cell, width)) for cell, width in zip(row, widths, strict=True)]


def _row_as_list(row: Sequence[str], headers: Sequence[str], columns: int) -> str:
    """A row as a line of its first cell and, below it, each heading with its cell."""
    told = "; ".join(f"{name} {' '.join(cell.split())}" for name, cell in zip(headers[1:], row[1:], strict=True))
    return "\n".join([row[0], *_words(told, columns, " " * DEEPER)])


def _line(line: str, columns: int) -> str:
    if len(line) <= columns:
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return "\n".join(_words(line.strip(), columns, indent, indent + " " * DEEPER))


def _words(text: str, width: int, first: str = "", later: str | None = None) -> list[str]:
    after = first if later is None else later
    return [part for line in text.split("\n") for part in in_lines(line, width, first, after, whole=True)] or [""]


def _widest(cell: str) -> int:
    return max(map(len, cell.split("\n"))) if "\n" in cell else len(cell)


def _longest_word(cell: str) -> int:
    return max(map(len, cell.split()), default=0)
