"""One question, one test: what a table asks of two periods, and what its numbers answer, for tables and sentences alike.

Deaths are compared as counts. What was found of them or done about them is compared as a share of the cases of which it is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdr.records import dataclass
from cdr.statistics.chance import counts_differ, shares_differ
from cdr.statistics.tables import OVERLAPPING, PARTS, RATES, SHARES, Cell, Row, Table

COUNT, SHARE = "count", "share"
MORE, LESS, SAME, FEW, EQUAL = "more", "less", "same", "few", "equal"
# what was done about a death, which is no count of deaths
DONE = frozenset({"notifications.jar"})
Rules = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """What became of a number: one of MORE, LESS, SAME, FEW and EQUAL, and how likely chance alone makes such a difference."""

    kind: str
    p: float = 1.0


def kind_of(table: Table) -> str:
    """Whether the rows of a table are compared as counts or as shares."""
    if table.id in SHARES | OVERLAPPING | PARTS | DONE or table.basis in ("reviewed", "requested"):
        return SHARE
    return COUNT


def question(table: Table, rules: Rules) -> tuple[str, ...]:
    """The rows that together are the one question of a table; empty where each of its rows is one."""
    return tuple(rules["questions"].get(table.id, ()))


def pair(cell: Cell) -> tuple[int, int] | None:
    """How many of how many known; None where it is not known of any."""
    return None if cell.n is None else (cell.n, cell.whole or 0)


def together(rows: Sequence[Row], labels: Sequence[str], column: int) -> tuple[int, int] | None:
    """Several rows of a table as one."""
    pairs = [pair(row.cells[column]) for row in rows if row.label in labels]
    known = [one for one in pairs if one is not None]
    return (sum(n for n, _ in known), known[0][1]) if known else None


def are_comparable(table: Table) -> bool:
    """Whether the last two columns may be compared: neither is of a year that is not there, or not over."""
    return len(table.columns) > 1 and not set(table.columns[-2:]) & set(table.apart) and not is_broken(table)


def is_broken(table: Table) -> bool:
    """Whether something else is counted in the last column than before."""
    return any(one.column == table.columns[-1] for one in table.breaks)


def change(kind: str, before: tuple[int, int], now: tuple[int, int], rules: Rules) -> Change:
    """What became of a number, as a count or as a share; a share of few is too few to say."""
    if kind == COUNT:
        p, rise = counts_differ(before[0], now[0]), now[0] - before[0]
        if not rise:
            return Change(EQUAL, p)
    elif min(before[1], now[1]) < rules["least_of"]:
        return Change(FEW)
    else:
        p, rise = shares_differ(before, now), now[0] * before[1] - before[0] * now[1]
    return Change(SAME if p > rules["level"] else MORE if rise > 0 else LESS, p)


def is_wholly_known(table: Table) -> bool:
    """Whether the last two columns know of every case: deaths that may be in any row cannot be compared as counts."""
    cells = (cell for row in table.rows for cell in row.cells[-2:])
    return table.id in RATES or all(cell.known in (None, cell.of) for cell in cells)
