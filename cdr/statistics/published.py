"""Tables that somebody has published, as their cells say it: what `check-tables` judges, whoever made them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from cdr.records import dataclass

TOTALS = frozenset({"total", "totals", "grand total", "all years"})
# how tallies call a last row that is no sum of the others
NO_SUMS = frozenset(
    {"all rows", "all deaths", "all reviews", "all open cases", "in any domain", "any of these", "all cases"}
)


@dataclass(frozen=True)
class PublishedCell:
    """One cell: `n` and `percent` as printed, `digits` how many the percentage shows, `of` what it is of (empty: the column's total).

    `hidden` is a cell in whose place a mark or nothing stands, with the limits that the mark tells (`<5`). `line` is where it stands.
    """

    table: str
    column: str
    row: str
    n: int | None
    percent: Fraction | None
    digits: int
    basis: str = ""
    of: str = ""
    least: int = 0
    most: int | None = None
    line: int = 0

    @property
    def hidden(self) -> bool:
        """Whether nobody who reads it is told the count."""
        return self.n is None

    @property
    def is_total(self) -> bool:
        """Whether it stands in the row that the others add up to."""
        return is_total(self.row)


def is_total(label: str) -> bool:
    """Whether a label says that it is the sum of the others: `Total`, or an area's name and `Total`."""
    words = label.casefold().split()
    return " ".join(words) in TOTALS or (bool(words) and words[-1] == "total")


@dataclass(frozen=True)
class PublishedTable:
    """One table of one file: its cells by column and row, in the order in which they stand."""

    file: str
    name: str
    basis: str
    cells: tuple[PublishedCell, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns, in order."""
        return tuple(dict.fromkeys(cell.column for cell in self.cells))

    @property
    def rows(self) -> tuple[str, ...]:
        """The rows that are parts, in order."""
        return tuple(dict.fromkeys(cell.row for cell in self.cells if not cell.is_total))

    def at(self, column: str, row: str) -> PublishedCell | None:
        """The cell of a column and a row."""
        return next((cell for cell in self.cells if (cell.column, cell.row) == (column, row)), None)

    def parts(self, column: str) -> tuple[PublishedCell, ...]:
        """The cells of a column without its total."""
        return tuple(cell for cell in self.cells if cell.column == column and not cell.is_total)

    def total(self, column: str) -> PublishedCell | None:
        """The column's total, where the table has one."""
        return next((cell for cell in self.cells if cell.column == column and cell.is_total), None)

    @property
    def adds_up(self) -> bool:
        """Whether the rows are parts of one whole: not where the last row says that it is no sum, or each row has a whole of its own."""
        if any(row.casefold() in NO_SUMS for row in self.rows):
            return False
        return any(cell.is_total for cell in self.cells) or not any(cell.of for cell in self.cells)

    def whole(self, column: str) -> int | None:
        """The column's total as printed, else the sum of its rows where all are shown and add up; None where that is not told."""
        total = self.total(column)
        if total is not None:
            return total.n
        counts = [cell.n for cell in self.parts(column)]
        if not self.adds_up or not counts or None in counts:
            return None
        return sum(count for count in counts if count is not None)


def tables_of(cells: Iterable[PublishedCell], file: str) -> list[PublishedTable]:
    """The tables of a file, in order. A basis that one cell of a table gives is the whole table's."""
    by_name: dict[str, list[PublishedCell]] = {}
    for cell in cells:
        by_name.setdefault(cell.table, []).append(cell)
    return [PublishedTable(file, name, _basis(found), tuple(found)) for name, found in by_name.items()]


def _basis(cells: Sequence[PublishedCell]) -> str:
    return next((cell.basis for cell in cells if cell.basis), "")
