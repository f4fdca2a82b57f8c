"""The public edition of a tally: what may be shown of each count, so that no reader can work out a small one.

The counts are those of all its tables and years together with everything that was published before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from cdr.statistics.attack import Attack
from cdr.statistics.counting import WHOLE
from cdr.statistics.hiding import Counts, hide
from cdr.statistics.labels import NOT_KNOWN, NOT_STATED
from cdr.statistics.tables import OVERLAPPING, SHARES, TOTAL, Cell, Row, Table, Tally, percent
from cdr.statistics.threshold import FEWEST
from cdr.statistics.told import Key, Limits, Secret, Sum, Told

PUBLIC = "public"
UNKNOWN = (NOT_KNOWN, NOT_STATED)
REST = ":rest"
MODIFIABLE = "reviews.modifiable_by_"
SPAN = " to "
# Tables that are not of children, or in which a count tells of another table's in a way that is not looked at here.
PUBLISHED = frozenset(
    {
        *(f"notifications.{one}" for one in ("local_authority", "age_band", "place", "sex", "ethnicity", "expected", "gestation", "jar", "deprivation")),
        *(f"reviews.{one}" for one in ("local_authority", "age_band", "place", "sex", "ethnicity", "duration", "year_of_death", "category")),
        *(f"{MODIFIABLE}{one}" for one in ("authority", "category", "age_band")),
        *(f"reviews.{one}" for one in ("domains", "contributory_factors", "modifiable_factors", "learning_themes")),
    }
)  # fmt: skip
SMALL, ALL_OF_A_GROUP, BESIDE, CHANGED = (
    "small",
    "all or none of a group",
    "beside a small one",
    "changed since it was published",
)


@dataclass(frozen=True)
class Released:
    """What was published before: its tables as they were shown, and what was kept secret in them."""

    tally: Tally
    secrets: Mapping[Key, Secret]


@dataclass(frozen=True)
class PublicEdition:
    """The tally as it may be published; for members alone which counts are hidden and why, and what was kept secret."""

    tally: Tally
    hidden: Mapping[Key, str]
    secrets: Mapping[Key, Secret]
    left_out: tuple[str, ...]

    @property
    def shown(self) -> float:
        """The part of the cells that is shown."""
        cells = [one for table in self.tally.tables for row in table.rows for one in row.cells]
        return sum(not one.hidden for one in cells) / len(cells) if cells else 0.0


# ---- what a table tells --------------------------------------------------------------------------------------------


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


def _has_rest(table: str) -> bool:
    return table in SHARES | OVERLAPPING


def sums(tables: Iterable[Table]) -> Iterator[Sum]:
    """The sums among the counts of these tables, which every reader knows of."""
    for table in tables:
        for column in table.columns:
            keys = [cell_key(table.id, row.label, column) for row in table.rows]
            if table.id not in OVERLAPPING and keys:
                yield Sum(total_key(table.id, column), tuple(keys))
            for key in keys if _has_rest(table.id) else ():
                yield Sum(of_key(table.id, key[1], column), (key, rest_key(key)))
            if table.id in SHARES:
                total = total_key(table.id, column)
                yield Sum(of_key(table.id, None, column), (total, rest_key(total)))


def spans(keys: Iterable[Key]) -> Iterator[Sum]:
    """Columns that are several years as one, told as the sum of those years."""
    from cdr.statistics.years import years_ending

    for table, row, column in dict.fromkeys(keys):
        first, is_span, last = column.partition(SPAN)
        if is_span:
            years = years_ending(last, int(last[:4]) - int(first[:4]) + 1)
            yield Sum((table, row, column), tuple((table, row, year) for year in years))


def told(tally: Tally) -> dict[Key, Limits]:
    """What a published tally tells of each count by itself. Where a column shows a zero, what it hides is none."""
    found: dict[Key, Limits] = {}
    for table in tally.tables:
        for place, column in enumerate(table.columns):
            cells = [(row.label, row.cells[place]) for row in table.rows]
            shows = table.id not in SHARES and any(not one.hidden for _, one in cells)
            for label, one in cells:
                _tell(found, cell_key(table.id, label, column), one, int(shows))
                if not one.hidden and one.of is not None:
                    found[of_key(table.id, label, column)] = (one.of, one.of)
            total = table.total[place]
            _tell(found, total_key(table.id, column), total, 0)
    return found


def _tell(found: dict[Key, Limits], key: Key, cell: Cell, floor: int) -> None:
    if cell.n is not None:
        found[key] = (cell.n, cell.n)
    elif cell.hidden:
        found.setdefault(key, (floor, None))


# ---- what may be shown ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edition:
    """The work on one edition: the tables, what was published before, and the smallest count that may be shown."""

    tables: tuple[Table, ...]
    before: tuple[Released, ...]
    threshold: int

    @cached_property
    def frozen(self) -> dict[tuple[str, str], tuple[Table, int]]:
        """The columns of tables that were published before, by table and column: they stay as they were."""
        return {
            (table.id, column): (table, place)
            for one in self.before
            for table in one.tally.tables
            for place, column in enumerate(table.columns)
        }

    @cached_property
    def released(self) -> dict[Key, Limits]:
        """What was told before of each count."""
        found: dict[Key, Limits] = {}
        for one in self.before:
            for key, (low, high) in told(one.tally).items():
                least, most = found.get(key, (0, None))
                found[key] = (max(low, least), high if most is None else most)
        return found

    @cached_property
    def every(self) -> dict[Key, int]:
        """Every true count of the tables, also of columns that stay as they were."""
        return {key: n for table in self.tables for key, n in _true(table)}

    @cached_property
    def changed(self) -> set[tuple[str, str]]:
        """The first part of tables with a column whose counts are others than was told before."""
        return {
            (key[0].partition(".")[0], key[2])
            for key, (low, high) in self.released.items()
            if key in self.every and low == high != self.every[key]
        }

    def is_new(self, table: Table, column: str) -> bool:
        """Whether a column of a table may be told now for the first time."""
        return (table.id, column) not in self.frozen and (table.id.partition(".")[0], column) not in self.changed

    @cached_property
    def true(self) -> dict[Key, int]:
        """The true counts of what is told for the first time."""
        found = {key: n for table in self.tables for key, n in _true(table) if self.is_new(table, key[2])}
        return {key: n for key, n in found.items() if key not in self.released}

    @cached_property
    def reasons(self) -> dict[Key, str]:
        """Why a count must be kept, for those that must."""
        found: dict[Key, str] = {}
        for table in self.tables:
            for column in table.columns:
                found |= self._reasons(table, column)
        return {key: why for key, why in found.items() if key in self.true}

    def _reasons(self, table: Table, column: str) -> dict[Key, str]:
        found = {}
        rows = [cell_key(table.id, row.label, column) for row in table.rows]
        total = total_key(table.id, column)
        for key in (*rows, total):
            n, whole = self.every.get(key), self.every.get(of_key(table.id, None if key == total else key[1], column))
            if n is None:
                continue
            if 0 < n < self.threshold:
                found[key] = SMALL
            elif whole and self._tells_of_all(table, key, n, whole, total):
                found[key] = ALL_OF_A_GROUP
        return found

    def _tells_of_all(self, table: Table, key: Key, n: int, whole: int, total: Key) -> bool:
        if table.id in SHARES:
            return n == 0 or whole - n < self.threshold
        if key == total or key[1] in UNKNOWN:  # of what nobody knows nothing is told of anyone
            return False
        return n == whole or (table.id in OVERLAPPING and 0 < whole - n < self.threshold)

    def why(self, key: Key) -> str:
        """Why a count is hidden."""
        changed = (key[0].partition(".")[0], key[2]) in self.changed
        return CHANGED if changed else self.reasons.get(key, BESIDE)

    def alone(self, table: Table) -> Iterator[Key]:
        """The rows that hold all of a column: beside their zeros they would tell it of each, however many they are."""
        if _has_rest(table.id):
            return
        for column in table.columns:
            whole = self.every.get(of_key(table.id, None, column))
            for row in table.rows:
                key = cell_key(table.id, row.label, column)
                if whole and self.true.get(key) == whole and row.label not in UNKNOWN:
                    yield key

    def counts(self) -> Counts:
        """All of it as what is to be hidden."""
        rests = {
            rest_key(key) for table in self.tables if _has_rest(table.id) for key in self.true if key[0] == table.id
        }
        lines = [*sums([*self.tables, *(table for one in self.before for table in one.tally.tables)])]
        lines = list(dict.fromkeys([*lines, *spans(key for line in lines for key in line.members)]))
        secrets = {key: self._secret(key, why) for key, why in self.reasons.items()}
        for one in self.before:
            secrets |= {key: secret for key, secret in one.secrets.items()}
        return Counts(self.true, tuple(lines), secrets, frozenset(rests), self.released, self._floor)

    def _secret(self, key: Key, why: str) -> Secret:
        reach = self.threshold if why == SMALL and key[0] not in SHARES and key[0] != MODIFIABLE else 0
        return Secret(self.threshold - 1, reach)

    def _floor(self, key: Key) -> int:
        is_share = key[0] in SHARES or key[0] == MODIFIABLE or key[0].endswith(REST)
        return 0 if is_share else 1

    def column_of(self, key: Key) -> list[Key]:
        """All counts of a table's column, which are hidden where one cannot be kept otherwise."""
        return [one for one in self.true if (one[0], one[2]) == (key[0], key[2])]


def _true(table: Table) -> Iterator[tuple[Key, int]]:
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


def public_edition(
    tally: Tally, before: Sequence[Released] = (), notes: Iterable[str] = (), threshold: int = FEWEST
) -> PublicEdition:
    """The edition of a tally that may be published beside everything in `before`; `notes` are those that tell no number.

    Counts below `threshold` and all or none of a group are hidden, and whatever else would give them. A zero is shown where rows are
    parts of a whole. Raises: Impossible, Unkept; AssertionError, where the edition as it is made fails the attack after all.
    """
    tables = tuple(table for table in tally.tables if table.id in PUBLISHED)
    work = _Edition(tables, tuple(before), threshold)
    counts = work.counts()
    alone = [key for table in tables for key in work.alone(table)]
    whole_columns = {one for key in alone for one in work.column_of(key)}
    counts = replace(counts, secrets={**counts.secrets, **{key: Secret(threshold - 1) for key in whole_columns}})
    hidden = hide(counts, work.column_of) | whole_columns
    made = tuple(_shown(table, work, hidden, set(notes)) for table in tables)
    edition = replace(tally, edition=PUBLIC, tables=tuple(table for table in made if table.rows), panel=None)
    _refuse_open(edition, counts)
    why = {key: work.why(key) for key in {*hidden, *_hidden_in(made)} if (key[0], key[2]) not in work.frozen}
    kept = {table.id for table in edition.tables}
    left = tuple(table.id for table in tally.tables if table.id not in kept)
    return PublicEdition(edition, why, {key: counts.secrets[key] for key in work.reasons}, left)


def _hidden_in(tables: Iterable[Table]) -> Iterator[Key]:
    for table in tables:
        for row in table.rows:
            yield from (
                cell_key(table.id, row.label, c) for c, one in zip(table.columns, row.cells, strict=True) if one.hidden
            )


def _refuse_open(edition: Tally, counts: Counts) -> None:
    """The attack on the tables as they will be published, with what was told before. Raises: AssertionError."""
    limits = {**told(edition)}
    for key, (low, high) in (counts.released or {}).items():
        limits[key] = (low, high) if low == high else limits.get(key, (low, high))
    found = Attack(Told(limits, counts.sums)).given_away(counts.secrets)
    if found:
        raise AssertionError(f"{len(found)} counts could be worked out of what would be published")


def _shown(table: Table, work: _Edition, hidden: set[Key], notes: set[str]) -> Table:
    """A table as it may be shown. Rows that overlap stand by what is shown of them, and one that shows nothing is left out."""
    rows = [Row(row.label, tuple(_cells(table, row.label, row.cells, work, hidden))) for row in table.rows]
    if table.id in OVERLAPPING - SHARES:
        rows = [row for row in rows if any(one.n for one in row.cells)]
        rows.sort(key=lambda row: (-(row.cells[-1].n or 0), row.label))
    total = tuple(_cells(table, None, table.total, work, hidden))
    kept = tuple(note for note in table.notes if note in notes)
    return replace(table, rows=tuple(rows), total=total, notes=kept, breaks=table.breaks, references=())


def _cells(table: Table, row: str | None, cells: Sequence[Cell], work: _Edition, hidden: set[Key]) -> Iterator[Cell]:
    for column, cell in zip(table.columns, cells, strict=True):
        if (table.id, column) in work.frozen:
            yield _as_before(table, row, column, work)
            continue
        key = total_key(table.id, column) if row is None else cell_key(table.id, row, column)
        of = of_key(table.id, row, column)
        low, high = work.released.get(key, (0, -1))
        if key in hidden or not work.is_new(table, column) or (key in work.released and low != high):
            yield Cell(None, None, None, hidden=True)
        elif cell.n is None:
            yield replace(cell, of=None, known=0)
        elif not _is_told(of, cell, work, hidden):  # none of a group that may be some would tell of all of them
            none_of_some = row is not None and table.id in SHARES and not cell.n
            yield Cell(None if none_of_some else cell.n, None, None, hidden=none_of_some)
        elif cell.whole != cell.of:  # how many are not known is not told either
            yield Cell(cell.n, None, None)
        else:
            yield Cell(cell.n, cell.of, percent(cell.n, cell.of or 0, table.decimals), known=cell.of)


def _is_told(of: Key, cell: Cell, work: _Edition, hidden: set[Key]) -> bool:
    """Whether a reader is told of how many a cell is."""
    return of not in hidden and (of in work.true or work.released.get(of) == (cell.of, cell.of))


def _as_before(table: Table, row: str | None, column: str, work: _Edition) -> Cell:
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
