"""Bars with their numbers beside them: what is drawn, in words too, and as a picture of a web page (SVG with real text).

Nothing is said by colour alone: two series differ by being filled or outlined, and each bar carries its number and name.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from cdr.documents import svg
from cdr.documents.tables.tally import HIDDEN, counted_of
from cdr.records import asdict, dataclass
from cdr.statistics.tables import SHARES, Cell, Table

MOST_BARS = 12
WIDEST = 68  # per cent of the width: the number stands beside the longest bar
NARROW, LETTER = 345, 8.2  # points of the smallest screen's page, and of a letter
LINE, BAR, GAP, LABEL = 18, 18, 7, 42  # points of a screen, and letters in a line of a label
SPACE = 9
NOT_KNOWN = "not known"


@dataclass(frozen=True)
class Bar:
    """One bar: its length from 0 to 1, what stands beside it, and whether it is filled or only outlined."""

    share: float
    text: str
    filled: bool = True


@dataclass(frozen=True)
class Group:
    """The bars of one label."""

    label: str
    bars: tuple[Bar, ...]


@dataclass(frozen=True)
class Chart:
    """A chart: its title, the same in words for whoever cannot see it, and its groups from above."""

    title: str
    alt: str
    groups: tuple[Group, ...]

    @property
    def widest(self) -> float:
        """How long the longest bar is, in per cent of the width, so that what stands beside any bar has its place on a small screen."""
        bars = [bar for group in self.groups for bar in group.bars]
        return min((_room(bar) for bar in bars if bar.share), default=float(WIDEST))

    def data(self) -> dict[str, Any]:
        """The chart as JSON has it."""
        return {**asdict(self), "widest": self.widest}


def of_rows(table: Table, title: str) -> Chart | None:
    """A bar for each row of a table's last column, the longest first where the rows have no order of their own.

    A hidden row has no length and says that it is hidden. None where there is nothing to draw: fewer than two cases, no row of which
    anything is known, or counts whose whole is not told.
    """
    whole = table.total[-1]
    counted = whole.of if table.id in SHARES else whole.n
    if not table.rows or (counted or 0) < 2:
        return None
    last = [(row.label, row.cells[-1]) for row in table.rows]
    known = [(label, cell) for label, cell in last if cell.hidden or _is_known(cell, table)]
    if all(cell.hidden for _, cell in known) or any(_lacks_its_whole(cell, table) for _, cell in last):
        return None
    cells = known[:MOST_BARS]
    lengths = _lengths([_length(cell, table) for _, cell in cells])
    groups = [
        Group(label, (Bar(share, words(cell, table)),)) for (label, cell), share in zip(cells, lengths, strict=True)
    ]
    more = len(known) - len(cells)
    rest = f" {more} more {'row is' if more == 1 else 'rows are'} in the table." if more else ""
    return Chart(title, _alt(title, groups, rest), tuple(groups))


def over_years(tables: Sequence[Table], names: Sequence[str], title: str) -> Chart | None:
    """For each column the totals of several tables, each beside its name (`9 notified`); None where none is known, or all are zero."""
    columns = tables[0].columns
    totals = [[table.total[n] for table in tables] for n in range(len(columns))]
    highest = max(cell.n or 0 for one in totals for cell in one)
    if not highest:
        return None
    groups = [
        Group(
            column,
            tuple(
                Bar((cell.n or 0) / highest, _named(cell, name), not k)
                for k, (cell, name) in enumerate(zip(one, names, strict=True))
            ),
        )
        for column, one in zip(columns, totals, strict=True)
    ]
    return Chart(title, _alt(title, groups), tuple(groups))


def words(cell: Cell, table: Table) -> str:
    """What stands beside a bar: `4 (44.4%)`, or `4 of 9 (44.4%)` where each row has its own whole."""
    if cell.n is None:
        return HIDDEN if cell.hidden else NOT_KNOWN
    return (
        f"{counted_of(cell, table)} ({cell.percent:.{table.decimals}f}%)"
        if cell.n and cell.percent is not None and cell.whole != 1
        else counted_of(cell, table)
    )


def drawn(chart: Chart, id_: str) -> str:
    """The chart as SVG for a page: lengths in per cent and text in the page's own size, so that it fits any width."""
    parts, y = [], 0
    for group in chart.groups:
        for line in textwrap.wrap(group.label, LABEL) or [""]:
            y += LINE
            parts.append(svg.text(line, class_="label", x=0, y=y - 4))
        for bar in group.bars:
            kind, width = "filled" if bar.filled else "outlined", f"{bar.share * chart.widest:.2f}%"
            if bar.share:
                parts.append(svg.element("rect", class_=kind, x=1, y=y + 1, width=width, height=BAR - 2))
            parts.append(svg.element("line", x1=1, x2=1, y1=y, y2=y + BAR))
            parts.append(svg.text(bar.text, x=width, dx=8, y=y + BAR - 4))
            y += BAR + GAP
        y += SPACE
    return svg.picture(id_, chart.title, chart.alt, parts, class_="chart", width="100%", height=y)


def _room(bar: Bar) -> float:
    """How long the longest bar may be for this bar's text to have its place."""
    left = 100 - 100 * (len(bar.text) * LETTER + 8) / NARROW
    return min(float(WIDEST), max(left, 10.0) / bar.share)


def _named(cell: Cell, name: str) -> str:
    if cell.n is None:
        return f"{name}: {HIDDEN if cell.hidden else NOT_KNOWN}"
    return f"{cell.n} {name}"


def _alt(title: str, groups: Sequence[Group], rest: str = "") -> str:
    said = "; ".join(f"{group.label}: {', '.join(bar.text for bar in group.bars)}" for group in groups)
    return f"Bar chart. {title}. {said}.{rest}"


def _length(cell: Cell, table: Table) -> float:
    return (cell.percent or 0.0) if table.id in SHARES else float(cell.n or 0)


def _is_known(cell: Cell, table: Table) -> bool:
    return cell.n is not None and (table.id not in SHARES or bool(cell.whole))


def _lacks_its_whole(cell: Cell, table: Table) -> bool:
    return table.id in SHARES and cell.n is not None and cell.whole is None


def _lengths(values: Sequence[float]) -> list[float]:
    highest = max(values, default=0.0)
    return [value / highest if highest else 0.0 for value in values]
