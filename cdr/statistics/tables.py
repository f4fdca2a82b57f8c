"""A table of the tally: cells that say of how many they count, rows, a total."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

BASES = ("notified", "died", "reviewed", "requested")

# in these a cell counts the cases with something, of all the cases of its own row
SHARES = frozenset(
    {
        "reviews.modifiable_by_authority",
        "reviews.modifiable_by_category",
        "reviews.modifiable_by_age_band",
        "reviews.domains",
        "returns.agency",
    }
)
# in these a case may be in several rows, so the rows have no sum
OVERLAPPING = frozenset(
    {"reviews.domains", "reviews.contributory_factors", "reviews.modifiable_factors", "reviews.learning_themes"}
)


@dataclass(frozen=True)
class Cell:
    """A count `n` of `of` cases and what per cent that is; None is not known or hidden, and zero is zero."""

    n: int | None
    of: int | None
    percent: float | None
    hidden: bool = False


@dataclass(frozen=True)
class Row:
    """A row's label and its cells, one a year."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """One table: `id` as the interface names it, `basis` one of BASES, `columns` years, oldest first."""

    id: str
    title: str
    basis: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: tuple[Cell, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tally:
    """All the tables of an area for `years`, of which `year` is the last; `edition` is internal or public."""

    area: str
    year: str
    years: tuple[str, ...]
    edition: str
    tables: tuple[Table, ...]

    def table(self, table_id: str) -> Table:
        """The table with that id.

        Raises: KeyError.
        """
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)


def percent(n: int, of: int) -> float | None:
    """What per cent `n` is of `of`, to one decimal, halves up, worked out in whole numbers; None of nothing."""
    return (2000 * n + of) // (2 * of) / 10 if of else None


def cell(n: int, of: int) -> Cell:
    """A cell with its percentage."""
    return Cell(n, of, percent(n, of))


def cells(counts: Sequence[tuple[int, int]]) -> tuple[Cell, ...]:
    """The cells of one row, from a pair of `n` and `of` for each year."""
    return tuple(cell(n, of) for n, of in counts)
