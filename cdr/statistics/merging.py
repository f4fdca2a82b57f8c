"""Several areas' tallies added up, from their tables alone: no case leaves its area."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.records import replace
from cdr.statistics.chance import count_interval
from cdr.statistics.counting import WHOLE
from cdr.statistics.labels import Labels
from cdr.statistics.tables import INTERNAL, PUBLIC, RATES, SHARES, TIMES, Cell, Row, Table, Tally, cell, one_decimal

CONFIDENCE = 0.95
POOLED = "The counts of {areas} added up. What a single area's tables say of chance is not said of the sum."
NOTHING = Cell(0, 0, None, known=0)


def merge_problems(tallies: Mapping[str, Tally]) -> Iterator[tuple[str, str]]:
    """Why these tallies cannot be added up: a file, and what is wrong with it beside the first."""
    names = list(tallies)
    first = tallies[names[0]]
    for name in names:
        if tallies[name].rounded:
            yield name, "its numbers are rounded and have no exact sum: give the tally as it was counted"
    seen = {first.area.casefold(): names[0]}
    for name in names[1:]:
        other = tallies[name]
        if other.years != first.years:
            yield (
                name,
                f"it counts {', '.join(other.years)}, and {names[0]} {', '.join(first.years)}: make them of the same years",
            )
        if other.area.casefold() in seen:
            yield name, f"it is of the same area as {seen[other.area.casefold()]}: each area counts once"
        seen.setdefault(other.area.casefold(), name)
        for table in _in_all([first, other]):
            if first.table(table).columns != other.table(table).columns:
                yield name, f"the columns of {table} are others than those in {names[0]}"


def merged(tallies: Sequence[Tally]) -> Tally:
    """The sum of tallies of the same years, in the tables that all of them have; times have no sum. Raises: as `merge_problems` tells.

    It is for publication only where all of them are.
    """
    first, areas = tallies[0], ", ".join(one.area for one in tallies)
    tables = [_table([one.table(name) for one in tallies], areas) for name in _in_all(tallies) if name not in TIMES]
    edition = PUBLIC if all(one.edition == PUBLIC for one in tallies) else INTERNAL
    return Tally(area=areas, year=first.year, years=first.years, edition=edition, tables=tuple(tables))


def left_out(tallies: Sequence[Tally]) -> list[str]:
    """The tables that some of the tallies have and the sum has not, by their ids."""
    kept = {name for name in _in_all(tallies) if name not in TIMES}
    return [name for name in dict.fromkeys(t.id for one in tallies for t in one.tables) if name not in kept]


def with_every_row(tally: Tally, bands: Mapping[str, Any]) -> Tally:
    """The sum with each row that there could be, in an order that says nothing of its numbers, as a public edition lists them."""
    labels = Labels((), {}, bands)
    return replace(tally, tables=tuple(_with_every_row(table, labels) for table in tally.tables))


def _with_every_row(table: Table, labels: Labels) -> Table:
    always, sometimes = labels.rows(WHOLE.get(table.id, table.id).partition(".")[2])
    known = {row.label: row for row in table.rows}
    standing = list(dict.fromkeys([*always, *sometimes]))
    names = [*standing, *sorted(known.keys() - set(standing))]
    none = tuple(_none_of(table, i) for i in range(len(table.columns)))
    return replace(table, rows=tuple(known.get(name) or Row(name, none) for name in names))


def _in_all(tallies: Sequence[Tally]) -> list[str]:
    ids = [{table.id for table in one.tables} for one in tallies]
    return [table.id for table in tallies[0].tables if all(table.id in one for one in ids)]


def _table(tables: Sequence[Table], areas: str) -> Table:
    first = tables[0]
    labels = dict.fromkeys(row.label for table in tables for row in table.rows)
    notes = [note for note in first.notes if all(note in table.notes for table in tables)]
    breaks = dict.fromkeys(one for table in tables for one in table.breaks)
    references = tuple(one for one in first.references if all(one in table.references for table in tables))
    return replace(
        first,
        rows=tuple(Row(label, _row(tables, label)) for label in labels),
        total=tuple(_sum([table.total[i] for table in tables], first) for i in range(len(first.columns))),
        notes=(POOLED.format(areas=areas), *notes),
        breaks=tuple(breaks),
        references=references,
    )


def _row(tables: Sequence[Table], label: str) -> tuple[Cell, ...]:
    """A row of the sum. A table leaves out a row that counts nothing, of all its cases: none of them is in it."""
    columns: list[list[Cell]] = [[] for _ in tables[0].columns]
    for table in tables:
        row = next((row for row in table.rows if row.label == label), None)
        for i, column in enumerate(columns):
            column.append(row.cells[i] if row else _none_of(table, i))
    return tuple(_sum(column, tables[0]) for column in columns)


def _none_of(table: Table, column: int) -> Cell:
    if table.id in SHARES | RATES:
        return NOTHING
    total = table.total[column]
    if total.n is None:  # of a year of which nothing is known no row is zero
        return replace(total, percent=None)
    return Cell(0, total.of, None, known=total.whole)


def _sum(cells: Sequence[Cell], table: Table) -> Cell:
    of = _added([one.of for one in cells])
    if any(one.n is None for one in cells):
        return Cell(None, of, None, hidden=any(one.hidden for one in cells), known=0)
    n, known = sum(one.n or 0 for one in cells), _added([one.whole for one in cells])
    if table.id in RATES:
        return _rate(n, of, table)
    if any(one.percent is None and one.n for one in cells):  # those who are not known are no part of the known
        return Cell(n, of, None, known=known)
    return cell(n, of or 0, known)


def _rate(n: int, of: int | None, table: Table) -> Cell:
    if not of or not table.per:
        return Cell(n, of, None, known=n)
    low, high = count_interval(n, CONFIDENCE)
    rate, ends = one_decimal(n, table.per, of), (round(low * table.per / of, 1), round(high * table.per / of, 1))
    return Cell(n, of, None, rate=rate, interval=ends, known=n)


def _added(counts: Sequence[int | None]) -> int | None:
    return None if None in counts else sum(count or 0 for count in counts)
