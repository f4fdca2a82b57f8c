"""The numbers on a drawn line: a lane for each teller, and one mark where a teller's numbers lie too close to be drawn apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

from cdr.documents.safe import visible
from cdr.domain.timeline.timeline import Timeline
from cdr.records import dataclass

NARROWEST = 0.026  # of the line's length: nearer than that two short numbers would touch
BREADTHS = ((2, 1.0), (3, 1.3), (5, 2.0), (7, 2.8), (9, 3.4), (11, 4.0))  # by the letters of a label
LONGEST_LABEL = BREADTHS[-1][0]


@dataclass(frozen=True)
class _Mark:
    """The numbers of one teller's entries, from 0, that one mark stands for, and the places of the first and the last."""

    numbers: tuple[int, ...]
    first: float
    last: float

    @property
    def at(self) -> float:
        return (self.first + self.last) / 2

    @property
    def label(self) -> str:
        return numbers_in_short([number + 1 for number in self.numbers])

    @property
    def half(self) -> float:
        return NARROWEST * breadth(self.label) / 2

    def touches(self, other: _Mark) -> bool:
        return other.at - other.half < self.at + self.half

    def joined(self, other: _Mark) -> _Mark:
        return _Mark(tuple(sorted((*self.numbers, *other.numbers))), self.first, max(self.last, other.last))


def marks(timeline: Timeline, places: Sequence[tuple[int, float]]) -> tuple[list[str], list[dict[str, Any]]]:
    """The names of the lanes, in the order in which the tellers first speak, and every mark with its lane and its place from 0 to 1.

    `places` gives an entry's index and where on the line it stands.
    """
    lanes: dict[str, list[tuple[int, float]]] = {entry.source_words: [] for entry in timeline.entries}
    for index, place in places:
        lanes[timeline.entries[index].source_words].append((index, place))
    lanes = {teller: own for teller, own in lanes.items() if own}
    points = [_point(timeline, mark, lane) for lane, own in enumerate(lanes.values()) for mark in _apart(own)]
    return [visible(teller) for teller in lanes], points


def numbers_in_short(numbers: Sequence[int]) -> str:
    """Numbers as a mark shows them: `3, 5–7`; where that is too long, the first and the last of them (`3…42`)."""
    runs: list[list[int]] = [[numbers[0]]]
    for before, number in pairwise(numbers):
        if number == before + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    short = ", ".join(part for run in runs for part in _run(run))
    return short if len(short) <= LONGEST_LABEL else f"{numbers[0]}…{numbers[-1]}"


def breadth(label: str) -> float:
    """How many times as broad as a short number a label is drawn."""
    return next((times for most, times in BREADTHS if len(label) <= most), BREADTHS[-1][1])


def _run(run: Sequence[int]) -> Iterator[str]:
    yield from (str(number) for number in run) if len(run) < 3 else (f"{run[0]}–{run[-1]}",)


def _apart(places: Sequence[tuple[int, float]]) -> list[_Mark]:
    """One teller's marks from left to right; those that would touch are joined."""
    found: list[_Mark] = []
    for index, place in sorted(places, key=lambda pair: (pair[1], pair[0])):
        mark = _Mark((index,), place, place)
        while found and found[-1].touches(mark):
            mark = found.pop().joined(mark)
        found.append(mark)
    return found


def _point(timeline: Timeline, mark: _Mark, lane: int) -> dict[str, Any]:
    conflicted = {index for conflict in timeline.conflicts for index in conflict.entries}
    return {
        "at": mark.at,
        "lane": lane,
        "number": mark.label,
        "breadth": breadth(mark.label),
        "conflict": not conflicted.isdisjoint(mark.numbers),
        "missed": all(timeline.entries[index].missed for index in mark.numbers),
    }
