"""What published tables tell of each count, and which counts add up to which, as every reader knows it.

A column may be of some of the cases only, those of a theme: its name is then the years and what the cases have in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from functools import cache

from cdr.statistics.counting import WHOLE
from cdr.statistics.rounding import rounded_limits
from cdr.statistics.tables import OVERLAPPING, SHARES, TOTAL, Cell, Table, Tally
from cdr.statistics.told import Key, Limits, Sum

REST = ":rest"
MODIFIABLE = "reviews.modifiable_by_"
SPAN = " to "
AMONG, OTHERS, AND = " among: ", "not ", " and "


def cell_key(table: str, row: str, column: str) -> Key:
    """The name of a row's count."""
    return table, row, column


def total_key(table: str, column: str) -> Key:
    """The name of a column's total: one count for all tables that count the same cases."""
    if table.startswith(MODIFIABLE):
        return MODIFIABLE, TOTAL, column
    return (table if table in SHARES else table.partition(".")[0]), TOTAL, column


def of_key(table: str, row: str | None, column: str) -> Key:
    """The name of the count that a cell is of."""
    if row is not None and table in WHOLE:
        return cell_key(WHOLE[table], row, column)
    return table.partition(".")[0], TOTAL, column


def rest_key(key: Key) -> Key:
    """The name of those of whom a count is, and who are not in it."""
    return f"{key[0]}{REST}", key[1], key[2]


def has_rest(table: str) -> bool:
    """Whether a reader knows that some of a whole have something, and the others not."""
    return table in SHARES | OVERLAPPING


def among(column: str, common: str) -> str:
    """The column of those cases of a column that have something in common."""
    return f"{column}{AMONG}{common}"


def others(column: str) -> str:
    """The column of the cases that do not have in common what those of this one have."""
    time, _, common = column.partition(AMONG)
    return among(time, f"{OTHERS}{common}")


def at_time(column: str, time: str) -> str:
    """The column of other years of the same cases."""
    _, is_among, common = column.partition(AMONG)
    return f"{time}{is_among}{common}"


def time_of(column: str) -> str:
    """The years of a column, whoever it is of."""
    return column.partition(AMONG)[0]


def theme_of(column: str) -> str:
    """What the cases of a column have in common; empty where it is of all."""
    return column.partition(AMONG)[2]


def is_theme(column: str) -> bool:
    """Whether a column is of those who have something in common, and not of the others or of those in two."""
    text = theme_of(column)
    return bool(text) and not text.startswith(OTHERS) and AND not in text


@cache
def years_of(column: str) -> tuple[str, ...]:
    """The years that a column counts."""
    from cdr.statistics.years import years_ending

    first, is_span, last = time_of(column).partition(SPAN)
    return years_ending(last, int(last[:4]) - int(first[:4]) + 1) if is_span else (first,)


def meet(column: str, other: str) -> bool:
    """Whether two columns have a year together, whoever they are of."""
    return not set(years_of(column)).isdisjoint(years_of(other))


def sums(tables: Iterable[Table]) -> Iterator[Sum]:
    """The sums among the counts of these tables, which every reader knows of, also of each year of those that are told as one."""
    for table in tables:
        labels = tuple(row.label for row in table.rows)
        for column in table.columns:
            for one in dict.fromkeys((column, *(at_time(column, year) for year in years_of(column)))):
                yield from sums_of(table.id, labels, one)


def sums_of(table: str, labels: Iterable[str], column: str) -> Iterator[Sum]:
    """The sums in one column of a table with these rows."""
    keys = [cell_key(table, label, column) for label in labels]
    if table not in OVERLAPPING and keys:
        yield Sum(total_key(table, column), tuple(keys))
    for key in keys if has_rest(table) else ():
        yield Sum(of_key(table, key[1], column), (key, rest_key(key)))
    if table in SHARES:
        total = total_key(table, column)
        yield Sum(of_key(table, None, column), (total, rest_key(total)))


def spans(keys: Iterable[Key]) -> Iterator[Sum]:
    """Columns that are several years as one, told as the sum of those years."""
    for table, row, column in dict.fromkeys(keys):
        if SPAN in time_of(column):
            parts = tuple((table, row, at_time(column, year)) for year in years_of(column))
            yield Sum((table, row, column), parts)


def parts_of_all(keys: Iterable[Key]) -> Iterator[Sum]:
    """Those of all cases who have something in common, and the others."""
    for table, row, column in dict.fromkeys(keys):
        if is_theme(column):
            yield Sum((table, row, time_of(column)), ((table, row, column), (table, row, others(column))))


def true_counts(table: Table) -> Iterator[tuple[Key, int]]:
    """Every count of a table that is not for publication: of its rows, of the whole that each is of, and of its totals."""
    for place, column in enumerate(table.columns):
        for row in table.rows:
            if (n := row.cells[place].n) is not None:
                yield cell_key(table.id, row.label, column), n
            if table.id in WHOLE and (of := row.cells[place].of) is not None:
                yield of_key(table.id, row.label, column), of
        total = table.total[place]
        if total.n is not None:
            yield total_key(table.id, column), total.n
        if total.of is not None:
            yield of_key(table.id, None, column), total.of


def told(tally: Tally, small: Collection[Key] = ()) -> dict[Key, Limits]:
    """What a published tally tells of each count by itself. Where a column shows a zero, what it hides is none.

    In a rounded tally `small` are those that are hidden because they are small, which is all that their mark may stand for.
    """
    found: dict[Key, Limits] = {}
    showing = set()
    for table in tally.tables:
        for place, column in enumerate(table.columns):
            cells = [(row.label, row.cells[place]) for row in table.rows]
            shows = any(not one.hidden for _, one in cells)
            showing |= {(table.id, column), (table.id.partition(".")[0], column)} if shows else set()
            floor = int(shows and table.id not in SHARES)
            for label, one in cells:
                _tell(found, cell_key(table.id, label, column), one, floor, tally.rounded)
                if not one.hidden and one.of is not None:
                    found[of_key(table.id, label, column)] = _limits(one.of, tally.rounded)
            total = table.total[place]
            _tell(found, total_key(table.id, column), total, 0, tally.rounded)
    marked = [key for key in small if key in found and found[key][1] is None and (key[0], key[2]) in showing]
    return found | dict.fromkeys(marked, rounded_limits(1))


def _limits(n: int, is_rounded: bool) -> Limits:
    return rounded_limits(n) if is_rounded else (n, n)


def _tell(found: dict[Key, Limits], key: Key, cell: Cell, floor: int, is_rounded: bool) -> None:
    if cell.n is not None:
        found[key] = _limits(cell.n, is_rounded)
    elif cell.hidden:
        found.setdefault(key, (floor, None))
