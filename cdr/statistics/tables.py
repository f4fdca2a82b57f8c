"""A table of the tally: cells that say of how many they count, rows, a total."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.statistics.changed_since import Revision
    from cdr.statistics.panel_years import PanelYears

BASES = ("notified", "died", "reviewed", "requested")
TOTAL = "Total"
INTERNAL, PUBLIC = "internal", "public"  # editions of a tally

# in these a cell counts the cases with something, of all the cases of its own row
SHARES = frozenset(
    {
        "reviews.modifiable_by_authority",
        "reviews.modifiable_by_category",
        "reviews.modifiable_by_age_band",
        "reviews.modifiable_by_age_group",
        "reviews.not_modifiable_by_authority",
        "reviews.domains",
        "returns.agency",
        "returns.escalated",
    }
)
# in these a case may be in several rows, so the rows have no sum
OVERLAPPING = frozenset(
    {
        "notifications.without_early_births",
        "notifications.other_processes",
        "notifications.family",
        "reviews.domains",
        "reviews.relevance",
        "reviews.concerns",
        "reviews.contributory_factors",
        "reviews.modifiable_factors",
        "reviews.modifiable_groups",
        "reviews.contributory_groups",
        "reviews.learning_themes",
        "reviews.family",
        "open.waiting_for",
    }
)
# in these the rows are parts of some of the cases only, or of what was found in them, which is their whole
PARTS = frozenset(
    {
        "notifications.neonatal_gestation",
        "notifications.infant_gestation",
        "notifications.hospital",
        "reviews.learning_occasions",
    }
)
# in these a cell counts the cases of which a time is known, and says how long it took them
TIMES = frozenset({"notifications.times", "reviews.times", "returns.times"})
# in these a cell counts deaths, of so many child-years or births, and gives the rate
RATES = frozenset({"notifications.rate", "deaths.rate", "deaths.infant_rate"})


@dataclass(frozen=True)
class Cell:
    """A count `n` of `of` cases and what per cent that is of the `known` among them; None is not known or hidden, and zero is zero.

    An answer that nobody gave is in `of` and not in `known`: where `known` is none of some, `n` and `percent` are None.
    Where the table is one of RATES, `rate` with its exact 95% `interval`; in the total of one of SHARES the `interval` of the
    percentage; where it is one of TIMES, `days` is the lower quartile, the median and the upper quartile.
    """

    n: int | None
    of: int | None
    percent: float | None
    hidden: bool = False
    rate: float | None = None
    interval: tuple[float, float] | None = None
    days: tuple[float, float, float] | None = None
    known: int | None = None

    @property
    def whole(self) -> int | None:
        """Of how many the percentage is: of the cases that are known."""
        return self.of if self.known is None else self.known


NOT_KNOWN = Cell(None, None, None, known=0)


@dataclass(frozen=True)
class Row:
    """A row's label and its cells, one a column."""

    label: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Break:
    """From `column` on something else is counted than before, and why."""

    column: str
    why: str


@dataclass(frozen=True)
class Reference:
    """A published figure of `area` (England) that belongs beside the row of that label, of `year` and in what release."""

    row: str
    area: str
    year: str
    value: float
    unit: str
    release: str


@dataclass(frozen=True)
class Table:
    """One table: `id` as the interface names it, `basis` one of BASES, `columns` years, quarters or years as one, oldest first.

    `per` is how many child-years or births a rate is per, where the table has rates; `apart` are the columns that are compared
    with nothing: of years before the first case, and of those that are not over. `decimals` are those of its percentages.
    """

    id: str
    title: str
    basis: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    total: tuple[Cell, ...]
    notes: tuple[str, ...] = ()
    per: int | None = None
    breaks: tuple[Break, ...] = ()
    references: tuple[Reference, ...] = ()
    apart: tuple[str, ...] = ()
    decimals: int = 1


@dataclass(frozen=True)
class Tally:
    """All the tables of an area for `years`, of which `year` is the last; `edition` is internal or public, or preview of what is looked at first.

    `panel` is what the panel did in these years, where that was asked for; `revisions` is what is not any more as it was
    published; `rounded` says that every count is.
    """

    area: str
    year: str
    years: tuple[str, ...]
    edition: str
    tables: tuple[Table, ...]
    panel: PanelYears | None = None
    revisions: tuple[Revision, ...] = ()
    rounded: bool = False

    def table(self, table_id: str) -> Table:
        """The table with that id.

        Raises: KeyError.
        """
        for table in self.tables:
            if table.id == table_id:
                return table
        raise KeyError(table_id)


def percent(n: int, of: int, decimals: int = 1) -> float | None:
    """What per cent `n` is of `of`, to so many decimals, halves up, worked out in whole numbers; None of nothing."""
    parts = 10**decimals
    return (200 * parts * n + of) // (2 * of) / parts if of else None


def cell(n: int, of: int, known: int | None = None) -> Cell:
    """A cell with its percentage of those that are known, which are all unless it is said."""
    if known is None:
        known = of
    if of and not known:
        return Cell(None, of, None, known=0)
    return Cell(n, of, percent(n, known), known=known)


def largest_remainder(counts: Sequence[int], decimals: int = 1) -> list[float | None]:
    """What per cent each count is of their sum, to so many decimals, so that the percentages add up to exactly 100.

    Each is cut off, and what is missing to 100 goes in the smallest parts to those that lost most, the first where they lost the same.
    """
    whole = sum(counts)
    if not whole:
        return [None] * len(counts)
    parts = 10**decimals
    found = [100 * parts * n // whole for n in counts]
    lost_most = sorted(range(len(counts)), key=lambda i: (-(100 * parts * counts[i] % whole), i))
    for i in lost_most[: 100 * parts - sum(found)]:
        found[i] += 1
    return [n / parts for n in found]


def one_decimal(n: int, per: int, of: int) -> float:
    """How many `n` of `of` is for every `per`, to one decimal, halves up."""
    return (20 * n * per + of) // (2 * of) / 10


def quartiles(days: Sequence[int]) -> tuple[float, float, float] | None:
    """The lower quartile, the median and the upper quartile, interpolated between the two nearest; None of no days."""
    from statistics import quantiles

    if not days:
        return None
    lower, median, upper = quantiles(days, n=4, method="inclusive") if len(days) > 1 else (days[0],) * 3
    return float(lower), float(median), float(upper)
