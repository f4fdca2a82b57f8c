"""The public edition of a tally: what may be shown of each count, so that no reader can work out a small one.

The counts are those of all its tables and years together with everything that was published before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from cdr.records import dataclass, replace
from cdr.statistics.attack import Attack, Watch, unwatched
from cdr.statistics.hiding import Counts, hide
from cdr.statistics.public_counts import OF_YEARS, PUBLISHED, REVIEWED, Besides, Work
from cdr.statistics.published_counts import (
    cell_key,
    of_key,
    told,
    total_key,
)
from cdr.statistics.released import (
    Part,
    Released,
    as_known,
)
from cdr.statistics.rounding import Method
from cdr.statistics.tables import OVERLAPPING, PUBLIC, SHARES, Cell, Row, Table, Tally, percent
from cdr.statistics.told import Key, Secret, Told


@dataclass(frozen=True)
class PublicEdition:
    """The tally as it may be published; for members alone which counts are hidden and why, and what was kept secret.

    `corrected` are the parts that it tells otherwise than what was withdrawn; `stays` are the columns that have changed since they
    were published and are repeated, or told nothing new of.
    """

    tally: Tally
    hidden: Mapping[Key, str]
    secrets: Mapping[Key, Secret]
    left_out: tuple[str, ...]
    corrected: frozenset[Part] = frozenset()
    stays: tuple[str, ...] = ()

    @property
    def shown(self) -> float:
        """The part of the cells that is shown."""
        cells = [one for table in self.tally.tables for row in table.rows for one in row.cells]
        return sum(not one.hidden for one in cells) / len(cells) if cells else 0.0


def public_edition(
    tally: Tally,
    before: Sequence[Released] = (),
    notes: Iterable[str] = (),
    method: Method = Method(),
    besides: Besides = Besides(),
    watch: Watch = unwatched,
) -> PublicEdition:
    """The edition of a tally that may be published beside everything in `before`; `notes` are those that tell no number.

    Small counts and all or none of a group are hidden, and whatever else would give them. A zero is shown where rows are
    parts of a whole. Raises: Impossible, Unkept; AssertionError, where the edition as it is made fails the attack after all.
    """
    tables = tuple(table for table in tally.tables if table.id in PUBLISHED)
    work = Work(tables, as_known(before), method, besides).correcting(before)
    counts = work.counts()
    alone = [key for table in tables for key in work.alone(table)]
    whole_columns = {one for key in alone for one in work.column_of(key)}
    counts = replace(counts, secrets={**counts.secrets, **{key: method.secret(reaches=False) for key in whole_columns}})
    found = hide(counts, work.more_and_more, watch)
    counts, hidden = replace(counts, secrets=found.secrets), found.hidden | whole_columns | work.masked
    made = tuple(_shown(table, work, hidden, set(notes)) for table in tables)
    shown = tuple(table for table in made if _may_stand(table))
    edition = replace(tally, edition=PUBLIC, tables=shown, panel=None, rounded=method.is_rounded)
    _refuse_open(edition, counts, work.small, found.attack)
    why = {key: work.why(key) for key in {*hidden, *_hidden_in(made)} if (key[0], key[2]) not in work.frozen}
    kept = {table.id for table in edition.tables}
    left = tuple(table.id for table in tally.tables if table.id not in kept)
    kept_of = {key: counts.secrets[key] for key in (*work.secrets, *besides.secrets)}
    secrets = {key: one for key, one in kept_of.items() if one.width}  # of what was known there is nothing to keep
    stays = tuple(sorted({column for _, column in work.changed}))
    return PublicEdition(edition, why, secrets, left, work.corrected, stays)


def _may_stand(table: Table) -> bool:
    """Whether a table has anything to say; one whose rows are what was counted would tell by them what it hides."""
    if table.id == REVIEWED:
        return True
    return bool(table.rows) and (table.id != OF_YEARS or any(one.n for row in table.rows for one in row.cells))


def _hidden_in(tables: Iterable[Table]) -> Iterator[Key]:
    for table in tables:
        for row in table.rows:
            yield from (
                cell_key(table.id, row.label, c) for c, one in zip(table.columns, row.cells, strict=True) if one.hidden
            )


def _refuse_open(edition: Tally, counts: Counts, small: frozenset[Key], earlier: Attack) -> None:
    """The attack on the tables as they will be published, with what was told before. Raises: AssertionError."""
    limits = {**told(edition, small)}
    for key, (low, high) in (counts.released or {}).items():
        limits[key] = (low, high) if high is not None else limits.get(key, (low, high))
    found = Attack(Told(limits, counts.sums), earlier).given_away(counts.secrets)
    if found:
        raise AssertionError(f"{len(found)} counts could be worked out of what would be published")


def _shown(table: Table, work: Work, hidden: set[Key], notes: set[str]) -> Table:
    """A table as it may be shown. Rows that overlap stand by what is shown of them, and one that shows nothing is left out."""
    rows = [Row(row.label, tuple(_cells(table, row.label, row.cells, work, hidden))) for row in table.rows]
    if table.id in OVERLAPPING - SHARES:
        rows = [row for row in rows if any(one.n for one in row.cells)]
        rows.sort(key=lambda row: (-(row.cells[-1].n or 0), row.label))
    total = tuple(_cells(table, None, table.total, work, hidden))
    kept = tuple(note for note in table.notes if note in notes)
    return replace(table, rows=tuple(rows), total=total, notes=kept, breaks=table.breaks, references=())


def _cells(table: Table, row: str | None, cells: Sequence[Cell], work: Work, hidden: set[Key]) -> Iterator[Cell]:
    for column, cell in zip(table.columns, cells, strict=True):
        if (table.id, column) in work.frozen:
            yield _as_before(table, row, column, work)
            continue
        key = total_key(table.id, column) if row is None else cell_key(table.id, row, column)
        of = of_key(table.id, row, column)
        was_hidden = key in work.released and key not in work.shown_before
        if key in hidden or not work.is_new(table, column) or was_hidden:
            yield Cell(None, None, None, hidden=True)
        elif cell.n is None:
            yield replace(cell, of=None, known=0)
        elif not _is_told(of, cell, work, hidden):  # none of a group that may be some would tell of all of them
            none_of_some = row is not None and table.id in SHARES and not cell.n
            yield Cell(None if none_of_some else work.method.shown(cell.n), None, None, hidden=none_of_some)
        elif cell.whole != cell.of:  # how many are not known is not told either
            yield Cell(work.method.shown(cell.n), None, None)
        else:
            yield _with_percent(cell.n, cell.of or 0, table, work.method)


def _with_percent(n: int, of: int, table: Table, method: Method) -> Cell:
    """A cell with its percentage, made of what is shown; rounded, the same number twice is not all of them."""
    shown, whole = method.shown(n), method.shown(of)
    is_all = method.is_rounded and shown == whole
    return Cell(shown, whole, None if is_all else percent(shown, whole, table.decimals), known=whole)


def _is_told(of: Key, cell: Cell, work: Work, hidden: set[Key]) -> bool:
    """Whether a reader is told of how many a cell is."""
    if of in hidden or (of not in work.true and of not in work.shown_before):
        return False
    low, high = work.released.get(of, (cell.of or 0, cell.of))
    return low <= (cell.of or 0) <= (high or 0)


def _as_before(table: Table, row: str | None, column: str, work: Work) -> Cell:
    earlier, place = work.frozen[table.id, column]
    if row is None:
        return earlier.total[place]
    found = next((one for one in earlier.rows if one.label == row), None)
    if found:
        return found.cells[place]
    total = earlier.total[place]
    is_told = any(not one.cells[place].hidden for one in earlier.rows) and total.n is not None
    if table.id in SHARES | OVERLAPPING or not is_told:
        return Cell(None, None, None, hidden=True)
    return Cell(
        0, total.n, percent(0, total.n or 0, table.decimals), known=total.n
    )  # a row that counted nothing was left out
