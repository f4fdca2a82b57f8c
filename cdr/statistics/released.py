"""What was published before, as readers know it, and what of it was withdrawn and may be corrected.

The numbers of a release that was withdrawn and those that correct it are counts of two kinds: what was believed, and what is known now.
They add up apart from each other; what they tell together is by how much they differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from cdr.records import dataclass, replace
from cdr.statistics.published_counts import meet, theme_of, told
from cdr.statistics.tables import Table, Tally
from cdr.statistics.told import Key, Limits, Secret, Sum

Part = tuple[str, str]  # the first part of tables (notifications, reviews), and a column of theirs


@dataclass(frozen=True)
class Released:
    """What was published before: its tables as they were shown, what was kept secret in them, and which were hidden for being small.

    What was `withdrawn` is not repeated where it has changed; it was read all the same. `sums` are known of what a theme's cases have in
    common; `corrected` are the parts that it told anew where an earlier release was withdrawn; `left_out` are tables that were asked for and
    had nothing that may be shown.
    """

    tally: Tally
    secrets: Mapping[Key, Secret]
    small: frozenset[Key] = frozenset()
    withdrawn: bool = False
    sums: tuple[Sum, ...] = ()
    corrected: frozenset[Part] = frozenset()
    left_out: frozenset[str] = frozenset()

    @property
    def closed(self) -> set[Part]:
        """The columns of tables that were left out: shown later, two editions of one day would differ."""
        return {(table, column) for table in self.left_out for _, column in self.parts if not self.withdrawn}

    @property
    def parts(self) -> set[Part]:
        """What it tells of."""
        return {(first_of(table.id), column) for table in self.tally.tables for column in table.columns}


def first_of(table: str) -> str:
    """The first part of a table's id: all tables that have it count the same cases."""
    return table.partition(".")[0]


def part_of(key: Key) -> Part:
    """What a count belongs to."""
    return first_of(key[0]), key[2]


def limits_of(before: Iterable[Released]) -> dict[Key, Limits]:
    """What releases told of each count, all together."""
    found: dict[Key, Limits] = {}
    for one in before:
        for key, (low, high) in told(one.tally, one.small).items():
            least, most = found.get(key, (0, None))
            ends = [end for end in (high, most) if end is not None]
            found[key] = (max(low, least), min(ends, default=None))
    return found


def as_known(before: Sequence[Released]) -> tuple[Released, ...]:
    """The releases without what was withdrawn and corrected by a later one."""
    return tuple(
        without(one, [part for later in before[place + 1 :] for part in later.corrected])
        for place, one in enumerate(before)
    )


def to_correct(before: Iterable[Released], changed: Collection[Part]) -> frozenset[Part]:
    """The parts that have changed and may be told anew: all releases that have counts of them were withdrawn."""
    standing = {part for one in before if not one.withdrawn for part in one.parts}
    return frozenset(part for part in changed if not any(_holds(part, other) for other in standing))


def without(one: Released, corrected: Collection[Part]) -> Released:
    """A release without what is corrected; one that was not withdrawn stays as it is."""
    if not one.withdrawn or not corrected:
        return one
    gone = {other for other in one.parts if any(_holds(part, other) for part in corrected)}
    return replace(
        one,
        tally=replace(one.tally, tables=tuple(_columns_without(table, gone) for table in one.tally.tables)),
        secrets={key: secret for key, secret in one.secrets.items() if part_of(key) not in gone},
        small=frozenset(key for key in one.small if part_of(key) not in gone),
        sums=tuple(line for line in one.sums if not any(part_of(key) in gone for key in line.members)),
    )


def withdrawn_limits(before: Iterable[Released], corrected: Collection[Part]) -> tuple[Mapping[Key, Limits], ...]:
    """What each release that was withdrawn told of the parts that are corrected now."""
    found = (
        {key: limits for key, limits in told(one.tally).items() if part_of(key) in corrected}
        for one in before
        if one.withdrawn and corrected
    )
    return tuple(one for one in found if one)


def differs_by_few(key: Key, n: int, was_told: Iterable[Mapping[Key, Limits]], few: int) -> bool:
    """Whether a reader of what was withdrawn would know, from the count as it is, of how few it was wrong."""
    ends = [one[key] for one in was_told if key in one]
    off = [max(low - n, n - high) for low, high in ends if high is not None]
    return any(0 < one < few for one in off)


def stays_hidden(known: Mapping[Key, int], was_told: Sequence[Mapping[Key, Limits]]) -> frozenset[Key]:
    """The counts that a release hid which was withdrawn: shown now, they would tell what was hidden then.

    Where one of them is none, its table's column is hidden: beside a number, a mark is read as one at the least.
    """
    hid = {key for key in known if any(one.get(key, (0, None))[1] is None for one in was_told)}
    closed = {(key[0], key[2]) for key in hid if not known[key]}
    return frozenset(hid | {key for key in known if (key[0], key[2]) in closed})


def _holds(part: Part, other: Part) -> bool:
    """Whether counts of a part are in those of another: the same, years as one, or a theme's among those of all."""
    (first, column), (second, beside) = part, other
    is_same = not theme_of(column) or theme_of(column) == theme_of(beside)
    return first == second and is_same and meet(column, beside)


def _columns_without(table: Table, gone: Collection[Part]) -> Table:
    kept = [place for place, column in enumerate(table.columns) if (first_of(table.id), column) not in gone]
    rows = tuple(replace(row, cells=tuple(row.cells[place] for place in kept)) for row in table.rows)
    total = tuple(table.total[place] for place in kept)
    return replace(table, columns=tuple(table.columns[place] for place in kept), rows=rows, total=total)
