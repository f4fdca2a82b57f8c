"""A table that came in as rows of text, and how much of one is read."""

from __future__ import annotations

from collections.abc import Sequence

from cdr.errors import InvalidData, Problem
from cdr.records import dataclass

MOST_ROWS = 20_000
MOST_CELLS = 400
MOST_IN_ALL = 400_000
LONGEST_CELL = 20_000


@dataclass(frozen=True)
class Row:
    """One row as it stands in the file: its number from 1 (in CSV the line it begins on), and its cells as trimmed text.

    `faults` are cells that cannot be read, by their place from 0, with what to do about each.
    """

    number: int
    cells: tuple[str, ...]
    faults: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class Sheet:
    """The rows of one sheet that hold anything, in order; a CSV file has one sheet without a name."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Book:
    """The sheets of a file that are not hidden, and what a person should know of how it was read."""

    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()


def refused(file: str, message: str, line: int = 0) -> InvalidData:
    """A file that is not read: why, and the row where there is one."""
    return InvalidData([Problem("", "", message, "REG-FILE", line)], file)


def too_many_rows() -> str:
    """What is said of a file with far more rows than a register has."""
    return f"The file has more than {MOST_ROWS:,} rows. Delete what stands below the register, or bring it in year by year."


def too_long(cells: Sequence[str]) -> tuple[tuple[int, str], ...]:
    """The cells whose text is longer than any of a register, with what is said of them."""
    return tuple((i, "the text is too long for a register") for i, cell in enumerate(cells) if len(cell) > LONGEST_CELL)
