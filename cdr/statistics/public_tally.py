"""The public edition of a tally: what may be shown of each count, so that no reader can work out a small one.

The counts are those of all its tables and years together with everything that was published before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from functools import cached_property

from cdr.records import dataclass
from cdr.statistics.attack import Attack
from cdr.statistics.hiding import Counts, hide
from cdr.statistics.labels import NOT_KNOWN, NOT_STATED
from cdr.statistics.published_counts import (
    MODIFIABLE,
    REST,
    cell_key,
    has_rest,
    meet,
    of_key,
    parts_of_all,
    rest_key,
    spans,
    sums,
    told,
    total_key,
    true_counts,
)
from cdr.statistics.released import (
    Part,
    Released,
    as_known,
    differs_by_few,
    first_of,
    limits_of,
    part_of,
    stays_hidden,
    to_correct,
    withdrawn_limits,
    without,
)
from cdr.statistics.rounding import Method, rounded_limits
from cdr.statistics.tables import OVERLAPPING, SHARES, Cell, Row, Table, Tally, percent
from cdr.statistics.told import Key, Limits, Secret, Sum, Told

PUBLIC = "public"
UNKNOWN = (NOT_KNOWN, NOT_STATED)
# how many were reviewed in all, and in how many of a theme the review names services: tables of a theme alone
REVIEWED, CONCERNS = "reviews.reviewed", "reviews.concerns"
OF_YEARS = "reviews.year_of_death"
# Tables that are not of children, or in which a count tells of another table's in a way that is not looked at here.
PUBLISHED = frozenset(
    {
        *(f"notifications.{one}" for one in ("local_authority", "age_band", "place", "sex", "ethnicity", "expected", "gestation", "jar", "deprivation")),
        *(f"reviews.{one}" for one in ("local_authority", "age_band", "place", "sex", "ethnicity", "duration", "year_of_death", "category")),
        *(f"{MODIFIABLE}{one}" for one in ("authority", "category", "age_band")),
        *(f"reviews.{one}" for one in ("domains", "contributory_factors", "modifiable_factors", "learning_themes")),
        REVIEWED,
        CONCERNS,
    }
)  # fmt: skip
SMALL, ALL_OF_A_GROUP, BESIDE, CHANGED, CORRECTED = (
    "small",
    "all or none of a group",
    "beside a small one",
    "changed since it was published",
    "withdrawn, and differs by few or was hidden",
)


@dataclass(frozen=True)
class Besides:
    """What is not in the tables, and is kept as well: counts that the tables could give away, and sums that a reader knows of."""

    secrets: Mapping[Key, Secret] = field(default_factory=dict)
    sums: tuple[Sum, ...] = ()


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


# ---- what may be shown ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Edition:
    """The work on one edition: the tables, what was published before, how counts are made public, and what is kept besides.

    `corrected` are the parts that are told anew, and `was_told` what each withdrawn release told of them.
    """

    tables: tuple[Table, ...]
    before: tuple[Released, ...]
    method: Method
    besides: Besides
    corrected: frozenset[Part] = frozenset()
    was_told: tuple[Mapping[Key, Limits], ...] = ()

    def correcting(self, before: Sequence[Released]) -> _Edition:
        """The same where what was withdrawn by every release that told of it is told anew."""
        parts = to_correct(self.before, self.changed)
        kept = tuple(without(one, parts) for one in self.before)
        return replace(self, before=kept, corrected=parts, was_told=withdrawn_limits(before, parts))

    @cached_property
    def frozen(self) -> dict[tuple[str, str], tuple[Table, int]]:
        """The columns of tables that were published before, by table and column: they stay as they were.

        One that was withdrawn and has changed since is not repeated.
        """
        return {
            (table.id, column): (table, place)
            for one in self.before
            for table in one.tally.tables
            for place, column in enumerate(table.columns)
            if not (one.withdrawn and (first_of(table.id), column) in self.changed)
        }

    @cached_property
    def released(self) -> dict[Key, Limits]:
        """What was told before of each count."""
        return limits_of(self.before)

    @cached_property
    def shown_before(self) -> set[Key]:
        """The counts that were shown before, rounded or not."""
        return {key for one in self.before for key, (_, high) in told(one.tally).items() if high is not None}

    @cached_property
    def every(self) -> dict[Key, int]:
        """Every true count of the tables, also of columns that stay as they were."""
        return {key: n for table in self.tables for key, n in true_counts(table)}

    @cached_property
    def changed(self) -> set[tuple[str, str]]:
        """The first part of tables with a column whose counts are others than was told before."""
        return {
            part_of(key)
            for key, (low, high) in self.released.items()
            if key in self.every and key in self.shown_before and not low <= self.every[key] <= (high or 0)
        }

    def is_new(self, table: Table, column: str) -> bool:
        """Whether a column of a table may be told now for the first time."""
        is_told = (table.id, column) in self.frozen or any((table.id, column) in one.closed for one in self.before)
        return not is_told and (first_of(table.id), column) not in self.changed

    @cached_property
    def true(self) -> dict[Key, int]:
        """The true counts of what is told for the first time."""
        found = {key: n for table in self.tables for key, n in true_counts(table) if self.is_new(table, key[2])}
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
            if 0 < n < self.method.fewest:
                found[key] = SMALL
            elif whole and self._tells_of_all(table, key, n, whole, total):
                found[key] = ALL_OF_A_GROUP
            elif part_of(key) in self.corrected and differs_by_few(key, n, self.was_told, self.method.threshold):
                found[key] = CORRECTED
        return found

    @cached_property
    def masked(self) -> frozenset[Key]:
        """What is not told anew because what was withdrawn hid it."""
        return stays_hidden({key: n for key, n in self.true.items() if part_of(key) in self.corrected}, self.was_told)

    def _tells_of_all(self, table: Table, key: Key, n: int, whole: int, total: Key) -> bool:
        if table.id in SHARES:
            return n == 0 or whole - n < self.method.threshold
        if key == total or key[1] in UNKNOWN:  # of what nobody knows nothing is told of anyone
            return False
        return n == whole or (table.id in OVERLAPPING and 0 < whole - n < self.method.threshold)

    def why(self, key: Key) -> str:
        """Why a count is hidden."""
        return (
            CHANGED
            if part_of(key) in self.changed
            else self.reasons.get(key, CORRECTED if key in self.masked else BESIDE)
        )

    def alone(self, table: Table) -> Iterator[Key]:
        """The rows that hold all of a column: beside their zeros they would tell it of each, however many they are."""
        if has_rest(table.id):
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
            rest_key(key) for table in self.tables if has_rest(table.id) for key in self.true if key[0] == table.id
        }
        lines = [*sums([*self.tables, *(table for one in self.before for table in one.tally.tables)])]
        lines += [*self.besides.sums, *(line for one in self.before for line in one.sums)]
        for more in (
            spans,
            parts_of_all,
            spans,
        ):  # of years, of each year those of a theme and the others, of these again
            lines = list(dict.fromkeys([*lines, *more(key for line in lines for key in line.members)]))
        secrets = {**self.besides.secrets, **{key: self._secret(key, why) for key, why in self.reasons.items()}}
        for one in self.before:
            secrets |= one.secrets
        marked = {key: rounded_limits(1) for key in self.small}
        return Counts(
            self.true,
            tuple(lines),
            secrets,
            frozenset(rests | self.masked),
            self.released,
            self._floor,
            self.method.limits,
            marked,
            adds_up=not self.method.is_rounded,
        )

    @cached_property
    def small(self) -> frozenset[Key]:
        """The counts that are hidden because they are small, where that is what their mark tells."""
        found = (key for key, why in self.reasons.items() if why == SMALL and self._floor(key))
        return frozenset(found if self.method.is_rounded else ())

    def _secret(self, key: Key, why: str) -> Secret:
        return self.method.secret(reaches=why == SMALL and key[0] not in SHARES and key[0] != MODIFIABLE)

    def _floor(self, key: Key) -> int:
        is_share = key[0] in SHARES or key[0] == MODIFIABLE or key[0].endswith(REST)
        return 0 if is_share else 1

    def column_of(self, key: Key) -> list[Key]:
        """All counts of a table's column, which are hidden where one cannot be kept otherwise; of a total, of all tables that have it.

        Years as one, a theme and its others are beside each other where they have a year together.
        """
        return [one for one in self.true if self._is_beside(one, key)]

    def _is_beside(self, one: Key, key: Key) -> bool:
        return meet(one[2], key[2]) and (one[0] == key[0] or total_key(one[0], key[2]) == key)


def public_edition(
    tally: Tally,
    before: Sequence[Released] = (),
    notes: Iterable[str] = (),
    method: Method = Method(),
    besides: Besides = Besides(),
) -> PublicEdition:
    """The edition of a tally that may be published beside everything in `before`; `notes` are those that tell no number.

    Small counts and all or none of a group are hidden, and whatever else would give them. A zero is shown where rows are
    parts of a whole. Raises: Impossible, Unkept; AssertionError, where the edition as it is made fails the attack after all.
    """
    tables = tuple(table for table in tally.tables if table.id in PUBLISHED)
    work = _Edition(tables, as_known(before), method, besides).correcting(before)
    counts = work.counts()
    alone = [key for table in tables for key in work.alone(table)]
    whole_columns = {one for key in alone for one in work.column_of(key)}
    counts = replace(counts, secrets={**counts.secrets, **{key: method.secret(reaches=False) for key in whole_columns}})
    hidden = hide(counts, work.column_of) | whole_columns | work.masked
    made = tuple(_shown(table, work, hidden, set(notes)) for table in tables)
    shown = tuple(table for table in made if _may_stand(table))
    edition = replace(tally, edition=PUBLIC, tables=shown, panel=None, rounded=method.is_rounded)
    _refuse_open(edition, counts, work.small)
    why = {key: work.why(key) for key in {*hidden, *_hidden_in(made)} if (key[0], key[2]) not in work.frozen}
    kept = {table.id for table in edition.tables}
    left = tuple(table.id for table in tally.tables if table.id not in kept)
    secrets = {key: counts.secrets[key] for key in (*work.reasons, *besides.secrets)}
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


def _refuse_open(edition: Tally, counts: Counts, small: frozenset[Key]) -> None:
    """The attack on the tables as they will be published, with what was told before. Raises: AssertionError."""
    limits = {**told(edition, small)}
    for key, (low, high) in (counts.released or {}).items():
        limits[key] = (low, high) if high is not None else limits.get(key, (low, high))
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


def _is_told(of: Key, cell: Cell, work: _Edition, hidden: set[Key]) -> bool:
    """Whether a reader is told of how many a cell is."""
    if of in hidden or (of not in work.true and of not in work.shown_before):
        return False
    low, high = work.released.get(of, (cell.of or 0, cell.of))
    return low <= (cell.of or 0) <= (high or 0)


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
