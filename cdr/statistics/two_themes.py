"""Two themes of one year: those who are in both, in one of them alone and in neither are counts as well, and a reader can add up.

No table tells of them; what the tables of both tell together does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from cdr.records import dataclass
from cdr.statistics.published_counts import (
    AND,
    OTHERS,
    SPAN,
    among,
    is_theme,
    others,
    parts_of_all,
    spans,
    sums,
    sums_of,
    theme_of,
    years_of,
)
from cdr.statistics.tables import Table
from cdr.statistics.told import Key, Sum


@dataclass(frozen=True)
class Pair:
    """Two themes and the years that both tell of, in order."""

    first: str
    second: str
    years: tuple[str, ...]

    @property
    def times(self) -> tuple[str, ...]:
        """Each of the years, and all of them as one."""
        return (*self.years, *([f"{self.years[0]}{SPAN}{self.years[-1]}"] if len(self.years) > 1 else []))

    @property
    def both(self) -> str:
        """What those in both are called in a column."""
        return f"{self.first}{AND}{self.second}"

    def only(self, one: str) -> str:
        """What those in one of them alone are called."""
        return f"{one}{AND}{OTHERS}{self.second if one == self.first else self.first}"

    @property
    def neither(self) -> str:
        """What those in neither are called."""
        return f"{OTHERS}{self.first}{AND}{OTHERS}{self.second}"


def pairs(columns: Iterable[str]) -> list[Pair]:
    """Every two themes with years together."""
    themes = sorted({column for column in columns if is_theme(column)}, key=lambda column: (theme_of(column), column))
    found = (_pair(one, other) for one, other in combinations(themes, 2))
    return list(dict.fromkeys(pair for pair in found if pair.years and pair.first != pair.second))


def _pair(one: str, other: str) -> Pair:
    together = tuple(year for year in years_of(one) if year in years_of(other))
    return Pair(theme_of(one), theme_of(other), together)


def of_two(keys: Iterable[Key]) -> Iterator[Sum]:
    """Of every two themes: each is those in both and those in it alone; who is not in the first is in the second alone or in neither."""
    known = list(dict.fromkeys(key for key in keys if is_theme(key[2])))
    for pair in pairs(key[2] for key in known):
        rows = dict.fromkeys(key[:2] for key in known if theme_of(key[2]) in (pair.first, pair.second))
        for row, time in ((row, time) for row in rows for time in pair.times):
            yield from _parts(pair, row, time)


def _parts(pair: Pair, row: tuple[str, str], time: str) -> Iterator[Sum]:
    first, second = among(time, pair.first), among(time, pair.second)
    both, neither = among(time, pair.both), among(time, pair.neither)
    first_alone, second_alone = among(time, pair.only(pair.first)), among(time, pair.only(pair.second))
    yield Sum((*row, first), ((*row, both), (*row, first_alone)))
    yield Sum((*row, second), ((*row, both), (*row, second_alone)))
    yield Sum((*row, others(first)), ((*row, second_alone), (*row, neither)))


def sums_of_both(tables: Sequence[Table]) -> Iterator[Sum]:
    """The sums in each table of those who are in both of two themes; those of the other three follow."""
    labels: dict[str, dict[str, None]] = {}
    for table in tables:
        if any(map(is_theme, table.columns)):
            labels.setdefault(table.id, {}).update(dict.fromkeys(row.label for row in table.rows))
    for pair in pairs(column for table in tables for column in table.columns):
        for id_, time in ((id_, time) for id_ in labels for time in pair.times):
            yield from sums_of(id_, labels[id_], among(time, pair.both))


def known_sums(tables: Sequence[Table], beside: Iterable[Sum] = ()) -> tuple[Sum, ...]:
    """Every sum that a reader of these tables knows of, with those `beside`.

    Of each table, of several years as one, of a theme and the others, of two themes, and of these again by years.
    """
    lines = [*sums(tables), *sums_of_both(tables), *beside]
    for more in (of_two, spans, parts_of_all, spans):
        lines = list(dict.fromkeys([*lines, *more(key for line in lines for key in line.members)]))
    return tuple(lines)
