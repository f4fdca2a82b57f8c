"""Which counts are hidden beside the small ones, so that none of these can be worked out, and as little as can be is lost.

The rule of thumb here is not trusted: `attack` has the last word, and asks for more until nothing is open.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from cdr.records import dataclass, field
from cdr.statistics.attack import Attack, Watch, unwatched
from cdr.statistics.told import Key, Limits, Secret, Sum, Told

TOTALS_COST = 3  # a total is worth more to a reader than a row


@dataclass(frozen=True)
class Counts:
    """The true counts that could be shown, the sums among them, what must be kept, and what is told besides.

    `never` are counts that are not shown whatever comes (what is left of a row beside those with something); `released` are limits that
    earlier publications tell; `floor` is the least that a hidden count is told to be, but for one that is none. `shown` is what a reader
    knows of a count that is shown, and `marked` what the mark tells of those that are hidden for being small, where it tells anything;
    `adds_up` is false of what is rounded.
    """

    true: Mapping[Key, int]
    sums: tuple[Sum, ...]
    secrets: Mapping[Key, Secret]
    never: frozenset[Key] = frozenset()
    released: Mapping[Key, Limits] | None = None
    floor: Callable[[Key], int] = lambda key: 1
    shown: Callable[[int], Limits] = lambda n: (n, n)
    marked: Mapping[Key, Limits] = field(default_factory=dict)
    adds_up: bool = True

    def told(self, hidden: Collection[Key]) -> Told:
        """What a reader is told where these counts are hidden."""
        secret = {key for key in self.true if key in hidden or key in self.never}
        showing = {part for table, _, column in self.true.keys() - secret for part in _parts(table, column)}
        limits: dict[Key, Limits] = {
            key: self._of_hidden(key, n, (key[0], key[2]) in showing) if key in secret else self.shown(n)
            for key, n in self.true.items()
        }
        for key, (low, high) in (self.released or {}).items():
            least, most = limits.get(key, (0, None))
            tightest = high if most is None else most if high is None else min(most, high)
            limits[key] = (max(low, least), tightest)
        return Told(limits, self.sums)

    def _of_hidden(self, key: Key, n: int, shows: bool) -> Limits:
        if not shows:  # where nothing is shown, a mark may stand for none too
            return 0, None
        return self.marked.get(key, (min(self.floor(key), n), None))


def _parts(table: str, column: str) -> Iterator[tuple[str, str]]:
    """A table's column, and that of the totals of all tables that count the same."""
    yield table, column
    yield table.partition(".")[0], column


@dataclass(frozen=True)
class Hiding:
    """The counts that are hidden, what is kept by it (of what readers could work out before, no more than that), and the last attack."""

    hidden: set[Key]
    secrets: Mapping[Key, Secret]
    attack: Attack


def hide(counts: Counts, close: Callable[[Key], Sequence[Iterable[Key]]], watch: Watch = unwatched) -> Hiding:
    """The counts to hide, after which the attack finds nothing open.

    `close` gives what is hidden where one count cannot be kept otherwise, step by step (its table's whole column, then more).
    Raises: Impossible, where what is told already contradicts the counts; Unkept, where even that does not keep it.
    """
    hidden = {key for key in counts.secrets if key in counts.true and key not in counts.never}
    lines = _lines(counts.sums)
    for line in counts.sums if counts.adds_up else ():
        _thumb(line, counts, hidden)
    attack = Attack(counts.told(hidden))
    found = attack.given_away(counts.secrets, watch)
    secrets = {**counts.secrets, **_known_before(counts, found)}
    closed: Counter[Key] = Counter()
    while found := attack.given_away({key: secrets[key] for key in found}):  # what is kept stays so
        watch(len(secrets) - len(found), len(secrets))
        for key in found:
            more = _cheapest(key, counts, hidden, lines)
            if more is not None:
                hidden.add(more)
            elif closed[key] < len(close(key)):
                hidden |= counts.true.keys() & set(close(key)[closed[key]])
                closed[key] += 1
            else:
                raise Unkept(key)
        attack = Attack(counts.told(hidden), attack)
    return _without_needless(counts, hidden, secrets, attack)


def _known_before(counts: Counts, found: Collection[Key]) -> dict[Key, Secret]:
    """Of counts that are given away also where nothing new is shown: that a reader learns no more of them than is known."""
    if not found:
        return {}
    bare = Attack(counts.told(counts.true.keys()))
    known = {key: bare.limits(key) for key in bare.given_away({key: counts.secrets[key] for key in found})}
    return {key: counts.secrets[key].beside(limits) for key, limits in known.items()}


class Unkept(Exception):
    """A count cannot be kept even where all around it is hidden."""


def _lines(sums: Iterable[Sum]) -> dict[Key, list[Sum]]:
    found: dict[Key, list[Sum]] = {}
    for one in sums:
        for key in one.members:
            found.setdefault(key, []).append(one)
    return found


def _thumb(line: Sum, counts: Counts, hidden: set[Key]) -> None:
    """Within one sum: hide the next smallest parts until the secret ones could be large enough."""
    while line.whole in counts.true and line.whole not in hidden:
        unknown = [key for key in line.parts if key in hidden or key in counts.never]
        secret = [key for key in unknown if key in counts.secrets]
        room = sum(max(counts.true.get(key, 0) - counts.floor(key), 0) for key in unknown)
        if not secret or room >= max(max(counts.secrets[key].width, counts.secrets[key].reach - 1) for key in secret):
            return
        more = _smallest(line.parts, counts, hidden)
        if more is None:
            return
        hidden.add(more)


def _smallest(keys: Iterable[Key], counts: Counts, hidden: Collection[Key]) -> Key | None:
    """The smallest count that is shown and is more than nothing: a zero is told as what it is."""
    shown = [key for key in keys if counts.true.get(key) and key not in hidden and key not in counts.never]
    return min(shown, key=lambda key: (counts.true[key], key), default=None)


def _cheapest(key: Key, counts: Counts, hidden: Collection[Key], lines: Mapping[Key, list[Sum]]) -> Key | None:
    """What to hide next for an open count: the cheapest beside it, else beside what is hidden beside it."""
    near, seen = [key], {key}
    while near:
        around = [one for at in near for one in lines.get(at, ())]
        parts = _smallest([part for line in around for part in line.parts], counts, hidden)
        whole = _smallest([line.whole for line in around], counts, hidden)
        if parts and (not whole or counts.true[parts] <= TOTALS_COST * counts.true[whole]):
            return parts
        if whole:
            return whole
        near = [one for line in around for one in line.members if one not in seen]
        seen |= set(near)
    return None


MOST_TRIED = 12
EFFORT = 4_000_000  # questions, each times the counts that it is about: about three seconds


def _apart(one: Key, other: Key) -> int:
    """How little two counts have to do with each other: what is near is given away first."""
    return sum(mine != theirs for mine, theirs in zip(one, other, strict=True))


def _without_needless(counts: Counts, hidden: set[Key], secrets: Mapping[Key, Secret], attack: Attack) -> Hiding:
    """Show again, the largest first, what need not be hidden.

    A column whose zeros are hidden too stays closed: beside a number that is shown, a mark is read as one at the least.
    """
    closed = {(table, column) for table, row, column in hidden if not counts.true[table, row, column]}
    open_ = {key for key in hidden - secrets.keys() if (key[0], key[2]) not in closed}
    questions = EFFORT // max(len(attack.places), 1)
    for key in sorted(open_, key=lambda key: (-counts.true[key], key))[:MOST_TRIED]:
        without = hidden - {key}
        tried = Attack(counts.told(without), attack)
        nearest = {one: secrets[one] for one in sorted(secrets, key=lambda one: _apart(one, key))}
        if tried.keeps(nearest, questions):
            hidden, attack = without, tried
        questions -= tried.asked
    return Hiding(hidden, secrets, attack)
