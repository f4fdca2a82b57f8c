"""Two documents about the same, written apart, made one: what only one says is taken, what is not known gives way, and nothing is lost.

Nobody began with a common one, so nothing is ever taken out: entries of a list are added behind those that are there. What both say,
each otherwise, is a clash, which a person decides. The first of the two keeps its order and its numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.merging import identities
from cdr.domain.merging.identities import Names
from cdr.domain.merging.three_ways import MISSING, Clash, Id, Merged, Side
from cdr.records import dataclass, field

SAYS_NOTHING: tuple[Any, ...] = (None, "", "not_known", [], {})

Same = Callable[[Mapping[str, Any], Mapping[str, Any]], bool]


def into_one(
    ours: Any,
    theirs: Any,
    form: str,
    choices: Mapping[Id, Side] | None = None,
    same: Mapping[Names, Same] | None = None,
) -> Merged:
    """The second body of a form taken into the first. `choices` decide clashes; `same` says of which lists how their entries are known."""
    joining = _Joining(choices or {}, same or {})
    return Merged(joining.value(_Place((), (form,)), ours, theirs), tuple(joining.clashes))


@dataclass(frozen=True)
class _Place:
    """Where in a document: the path that a person is shown, which names a clash, too; and names alone, lists as `[]`."""

    path: tuple[str, ...]
    names: Names

    def key(self, name: str) -> _Place:
        return _Place((*self.path, name), (*self.names, name))

    def entry(self, number: int) -> _Place:
        return _Place((*self.path, str(number)), (*self.names, "[]"))


@dataclass
class _Joining:
    choices: Mapping[Id, Side]
    same: Mapping[Names, Same]
    clashes: list[Clash] = field(default_factory=list)
    taken: dict[Id, Side] = field(default_factory=dict)

    def value(self, at: _Place, ours: Any, theirs: Any) -> Any:
        if theirs is MISSING or ours == theirs:
            return ours
        if ours is MISSING:
            return theirs
        if says_nothing(ours) or says_nothing(theirs):
            side = Side.THEIRS if says_nothing(ours) and not says_nothing(theirs) else Side.OURS
            return self._taken(at, side, ours, theirs)
        if not identities.is_one_piece(at.names):
            if isinstance(ours, Mapping) and isinstance(theirs, Mapping):
                return self._mapping(at, ours, theirs)
            if isinstance(ours, list) and isinstance(theirs, list):
                return self._list(at, ours, theirs)
        return self._decided(at, ours, theirs)

    def _taken(self, at: _Place, side: Side, ours: Any, theirs: Any) -> Any:
        self.taken[at.path] = side
        return theirs if side is Side.THEIRS else ours

    def _decided(self, at: _Place, ours: Any, theirs: Any) -> Any:
        settled = identities.settled(at.names, ours, theirs)
        if settled is not None:
            return settled
        leader = identities.led_by(at.names)
        side = self.taken.get((*at.path[:-1], leader)) if leader else None
        side = side or self.choices.get(at.path)
        if side is None:
            self.clashes.append(Clash(at.path, ".".join(at.path), MISSING, ours, theirs))
        return self._taken(at, side or Side.OURS, ours, theirs)

    def _mapping(self, at: _Place, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
        whole = identities.settled_entry(at.names, ours, theirs)
        if whole is not None:
            return whole
        names = [*ours, *(name for name in theirs if name not in ours)]
        led_last = sorted(names, key=lambda name: bool(identities.led_by((*at.names, name))))
        found = {
            name: self.value(at.key(name), ours.get(name, MISSING), theirs.get(name, MISSING)) for name in led_last
        }
        return {name: found[name] for name in names}

    def _list(self, at: _Place, ours: Sequence[Any], theirs: Sequence[Any]) -> list[Any]:
        made, free = list(ours), set(range(len(ours)))
        for entry in theirs:
            number = next((n for n in sorted(free) if self._is_same(at, ours[n], entry)), None)
            if number is None:
                made.append(entry)
            else:
                free.remove(number)
                made[number] = self.value(at.entry(number), ours[number], entry)
        return made

    def _is_same(self, at: _Place, one: Any, other: Any) -> bool:
        if not (isinstance(one, Mapping) and isinstance(other, Mapping)):
            return bool(one == other)
        names = (*at.names,)
        if names in self.same:
            return self.same[names](one, other)
        alike = identities.key(names, one) == identities.key(names, other)
        return alike and (identities.is_known(names) or not any(_differing(one, other)))


def says_nothing(value: Any) -> bool:
    """Whether a value is that nobody knows, or that nothing was written."""
    return value in SAYS_NOTHING


def _differing(one: Mapping[str, Any], other: Mapping[str, Any]) -> Iterator[str]:
    """The fields of which both say something, each otherwise."""
    for name in one.keys() & other.keys():
        if one[name] != other[name] and not (says_nothing(one[name]) or says_nothing(other[name])):
            yield name
