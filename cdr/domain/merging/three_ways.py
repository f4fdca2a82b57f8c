"""What two people made of one document, put together: field by field and list by list, against what both began with.

A field that one of them changed is taken; one that both changed otherwise is a clash, which a person decides. An entry of a list that
somebody added is never lost: entries are known by what they are about (`identities`), and one that is taken out here and changed there
stays. Which of the two is called ours makes no difference to what comes out, but for the numbers of a list whose entries are called by their
place: what the others know already keeps its number, and what was recorded here comes behind it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from typing import Any

from cdr.domain.merging import identities
from cdr.domain.merging.identities import Names
from cdr.records import dataclass

Id = tuple[str, ...]


class Missing(Enum):
    """That a field is not there, which is another thing than that nothing is known."""

    MISSING = "not there"


MISSING = Missing.MISSING


class Side(Enum):
    """Whose value is taken where both changed one."""

    OURS = "ours"
    THEIRS = "theirs"


@dataclass(frozen=True)
class Clash:
    """A field that both changed, each otherwise; `field` is its dotted path, `id` names it for the decision."""

    id: Id
    field: str
    base: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Merged:
    """What came out, and the clashes that nobody has decided: as long as there are any, the body is not to be used."""

    body: Any
    clashes: tuple[Clash, ...]


def merged(base: Any, ours: Any, theirs: Any, form: str, choices: Mapping[Id, Side] | None = None) -> Merged:
    """Both sides' work on a body of this form (`base`: what both began with, MISSING where each began it); `choices` decide clashes."""
    merge = _Merge(choices or {})
    body = merge.value(_Place((), (), (form,)), base, ours, theirs)
    return Merged(body, tuple(merge.clashes))


@dataclass(frozen=True)
class _Place:
    """Where in a document: by what names a clash, by the path that a person is shown, and by names alone, lists as `[]`."""

    id: Id
    path: tuple[str, ...]
    names: Names

    def key(self, name: str) -> _Place:
        return _Place((*self.id, name), (*self.path, name), (*self.names, name))

    def entry(self, id_: str, number: int) -> _Place:
        return _Place((*self.id, id_), (*self.path, str(number)), (*self.names, "[]"))


class _Merge:
    def __init__(self, choices: Mapping[Id, Side]) -> None:
        self.choices = choices
        self.clashes: list[Clash] = []
        self._clashed: set[Id] = set()

    def value(self, at: _Place, base: Any, ours: Any, theirs: Any) -> Any:
        if _same(ours, theirs) or _same(base, theirs):
            return ours
        if _same(base, ours):
            return theirs
        if not identities.is_one_piece(at.names):
            if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
                return self._mapping(at, base if isinstance(base, Mapping) else {}, ours, theirs)
            if isinstance(ours, list) and isinstance(theirs, list):
                return self._list(at, base if isinstance(base, list) else [], ours, theirs)
        return self._decided(at, base, ours, theirs)

    def _decided(self, at: _Place, base: Any, ours: Any, theirs: Any) -> Any:
        settled = identities.settled(at.names, ours, theirs)
        if settled is not None:
            return settled
        leader = identities.led_by(at.names)
        led = (*at.id[:-1], leader)
        self._clashed.add(at.id)
        choice = self.choices.get(led if leader and led in self._clashed else at.id)
        if choice is None and not (leader and led in self._clashed):
            self.clashes.append(Clash(at.id, ".".join(at.path), base, ours, theirs))
        return theirs if choice is Side.THEIRS else ours

    def _mapping(
        self, at: _Place, base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]
    ) -> dict[str, Any]:
        whole = identities.settled_entry(at.names, ours, theirs)
        if whole is not None:
            return whole
        names = [*ours, *(name for name in theirs if name not in ours)]
        found = {
            name: self.value(at.key(name), *(side.get(name, MISSING) for side in (base, ours, theirs)))
            for name in sorted(names, key=lambda name: bool(identities.led_by((*at.names, name))))
        }
        return {name: found[name] for name in names if found[name] is not MISSING}

    # ---- lists -------------------------------------------------------------------------------------------------

    def _list(self, at: _Place, base: list[Any], ours: list[Any], theirs: list[Any]) -> list[Any]:
        here, there = _Aligned(at.names, base, ours), _Aligned(at.names, base, theirs)
        made: dict[str, Any] = {}
        for number, before in enumerate(base):
            one, other = here.of(number), there.of(number)
            kept = self._entry(at.entry(f"b{number}", here.place(number, there)), before, one, other)
            if kept is not MISSING:
                made[f"b{number}"] = kept
        for id_ in dict.fromkeys((*here.new, *there.new)):
            one, other = here.new.get(id_, MISSING), there.new.get(id_, MISSING)
            number = here.numbers.get(id_, there.numbers.get(id_, 0))
            made[id_] = self._entry(at.entry(id_, number), MISSING, one, other)
        ordered = _numbered if identities.is_numbered(at.names) else _ordered
        order = ordered(len(base), here, there, made)
        return [made[id_] for id_ in order]

    def _entry(self, at: _Place, base: Any, ours: Any, theirs: Any) -> Any:
        """One entry; taken out on one side it goes, unless the other changed it meanwhile."""
        if ours is MISSING or theirs is MISSING:
            left = theirs if ours is MISSING else ours
            return MISSING if _same(left, base) else left
        return self.value(at, base, ours, theirs)


class _Aligned:
    """One side's list against what both began with: which entry became which, and which are new.

    `old` gives the number of the entry in `side` that each of the base became; `new` the others by an id that is the same on both sides
    where they are about the same; `sequence` all of them in the side's own order.
    """

    def __init__(self, names: Names, base: Sequence[Any], side: Sequence[Any]) -> None:
        self.side = side
        self.old = _pairs(names, base, side)
        by_number = {number: f"b{before}" for before, number in self.old.items()}
        self.new: dict[str, Any] = {}
        self.numbers: dict[str, int] = {}
        self.sequence: list[str] = []
        seen: dict[str, int] = {}
        for number, entry in enumerate(side):
            id_ = by_number.get(number)
            if id_ is None:
                key = identities.key(names, entry)
                seen[key] = seen.get(key, 0) + 1
                id_ = f"n{seen[key]}:{key}"
                self.new[id_], self.numbers[id_] = entry, number
            self.sequence.append(id_)

    def of(self, before: int) -> Any:
        return self.side[self.old[before]] if before in self.old else MISSING

    def place(self, before: int, other: _Aligned) -> int:
        return self.old.get(before, other.old.get(before, before))


def _pairs(names: Names, base: Sequence[Any], side: Sequence[Any]) -> dict[int, int]:
    """Which entry of the side each of the base became: the same, else the one about the same, else the one that is most alike."""
    found: dict[int, int] = {}
    for key in (_canonical, lambda entry: identities.key(names, entry)):
        waiting: dict[str, list[int]] = {}
        for number, entry in enumerate(side):
            if number not in found.values():
                waiting.setdefault(key(entry), []).append(number)
        for before, entry in enumerate(base):
            if before not in found and waiting.get(key(entry)):
                found[before] = waiting[key(entry)].pop(0)
    if not identities.is_known(names):
        found |= _alike(base, side, found)
    return found


def _alike(base: Sequence[Any], side: Sequence[Any], found: Mapping[int, int]) -> dict[int, int]:
    """Entries that are left on both sides and have most fields in common, the best pairs first."""
    taken = set(found.values())
    pairs = [
        (_fields_alike(one, other), -before, -number)
        for before, one in enumerate(base)
        if before not in found and isinstance(one, Mapping)
        for number, other in enumerate(side)
        if number not in taken and isinstance(other, Mapping)
    ]
    more: dict[int, int] = {}
    for common, before, number in sorted(pairs, reverse=True):
        if common and -before not in more and -number not in more.values():
            more[-before] = -number
    return more


def _fields_alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    return sum(1 for name in one.keys() & other.keys() if _same(one[name], other[name]))


def _ordered(count: int, here: _Aligned, there: _Aligned, made: Mapping[str, Any]) -> list[str]:
    """The entries in their order: those of the base as who moved them wants it, each new one behind what it was put behind."""
    backbone = _backbone(count, here, there, made)
    groups = [_behind(one, {*backbone}) for one in (here, there)]
    order: dict[str, None] = {}
    for anchor in ("", *backbone):
        order |= dict.fromkeys((anchor,) if anchor else ())
        for id_ in _woven(groups[0].get(anchor, []), groups[1].get(anchor, []), made):
            order.setdefault(id_, None)
    return list(order)


def _numbered(count: int, here: _Aligned, there: _Aligned, made: Mapping[str, Any]) -> list[str]:
    """The entries of a list whose entries are called by their place: none that theirs has moves, and the new ones of ours come behind."""
    return list(dict.fromkeys((*_backbone(count, here, there, made), *there.new, *here.new)))


def _backbone(count: int, here: _Aligned, there: _Aligned, made: Mapping[str, Any]) -> list[str]:
    kept = [f"b{number}" for number in range(count) if f"b{number}" in made]
    both = [id_ for id_ in kept if id_ in here.sequence and id_ in there.sequence]
    one, other = ([id_ for id_ in side.sequence if id_ in both] for side in (here, there))
    moved = sorted(order for order in (one, other) if order != both)
    order = moved[0] if moved else both
    for id_ in kept:
        if id_ not in order:
            before = [known for known in kept[: kept.index(id_)] if known in order]
            order.insert(order.index(before[-1]) + 1 if before else 0, id_)
    return order


def _behind(side: _Aligned, backbone: set[str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    anchor = ""
    for id_ in side.sequence:
        if id_ in backbone:
            anchor = id_
        elif id_ in side.new:
            groups.setdefault(anchor, []).append(id_)
    return groups


def _woven(one: Sequence[str], other: Sequence[str], made: Mapping[str, Any]) -> Iterator[str]:
    """Two rows of new entries as one, each in its own order, the earlier first; what both put there stands once."""
    left, right = list(one), list(other)
    while left and right:
        first = left if _earlier(made[left[0]], left[0]) <= _earlier(made[right[0]], right[0]) else right
        taken = first[0]
        yield taken
        left, right = ([id_ for id_ in row if id_ != taken] for row in (left, right))
    yield from (*left, *right)


def _earlier(entry: Any, id_: str) -> tuple[str, int, str, str]:
    return identities.day(entry), identities.caution(entry), _canonical(entry), id_


def _same(one: Any, other: Any) -> bool:
    return one is other or (one is not MISSING and other is not MISSING and _canonical(one) == _canonical(other))


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)
