"""The attack: what a reader can work out of everything that is published together, by integer programming (HiGHS).

It shares nothing with what chooses the hidden counts: it knows what is told and which counts add up, and no true number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

from cdr.statistics.told import Key, Limits, Secret, Told

Watch = Callable[[int, int], None]  # is told how many of how many counts are kept so far
WHOLE = 1e-6
IN_WHOLE = 20  # a question that must be asked again in whole numbers takes as long as so many
PRIMAL = 4  # goes on where the last question ended: six times as fast as the dual simplex, since only what is asked for changes
FAR = 100_000  # a count that could be as large has no upper limit


def unwatched(kept: int, of: int) -> None:
    """Nobody watches."""


class Impossible(Exception):
    """What is told contradicts itself, so that no attack says anything."""


class Attack:
    """An attack on what is told; each question is answered exactly.

    Each answer is a way in which everything could be, and shows of other counts too what they could be. Those that an `earlier` attack on
    the same counts met, and that what is told now leaves possible, are not looked for again.
    """

    def __init__(self, told: Told, earlier: Attack | None = None) -> None:
        self.told = told
        keys = dict.fromkeys([*told.limits, *(key for one in told.sums for key in one.members)])
        self.places: Mapping[Key, int] = {key: place for place, key in enumerate(keys)}
        self.asked = 0
        self._found: dict[Key, Limits] = {}
        self._ways: list[Any] = self._still_possible(earlier) if earlier else []

    @cached_property
    def _ends(self) -> tuple[Any, Any]:
        """The least and the most that each count is told to be."""
        import numpy

        limits = [self.told.of(key) for key in self.places]
        return numpy.array([low for low, _ in limits]), numpy.array([FAR if m is None else m for _, m in limits])

    @cached_property
    def _model(self) -> Any:
        import highspy
        import numpy

        model: Any = highspy._Highs()  # type: ignore[attr-defined]  # the wrapper around it greets on stdout
        model.setOptionValue("output_flag", False)
        model.setOptionValue("simplex_strategy", PRIMAL)
        for low, high in zip(*self._ends, strict=True):
            model.addVar(float(low), float(high))
        for one in self.told.sums:
            places = [self.places[key] for key in one.members]
            signs = [1.0] + [-1.0] * len(one.parts)
            model.addRow(0.0, 0.0, len(places), numpy.array(places, dtype=numpy.int32), numpy.array(signs))
        return model

    def limits(self, key: Key) -> Limits:
        """The least and the most that a count can be, given everything. Raises: Impossible."""
        if key not in self._found:
            low, high = self._end(key, -1), self._end(key, 1)
            self._found[key] = low, None if high >= FAR else high
        return self._found[key]

    def given_away(self, secrets: Mapping[Key, Secret], watch: Watch = unwatched) -> list[Key]:
        """The counts of which a reader can work out more than they may. Raises: Impossible."""
        found = []
        for done, (key, secret) in enumerate(secrets.items()):
            found += [] if self._is_kept(key, secret) else [key]
            watch(done + 1 - len(found), len(secrets))
        return found

    def keeps(self, secrets: Mapping[Key, Secret], most: int) -> bool:
        """Whether a reader can work out of none of these counts more than they may, as far as `most` questions tell. Raises: Impossible."""
        return all(self.asked < most and self._is_kept(key, secret) for key, secret in secrets.items())

    def _is_kept(self, key: Key, secret: Secret) -> bool:
        if key not in self.places:  # nothing is told of it, and no sum has it
            return True
        met = [way[self.places[key]] for way in self._ways]
        if met and secret.is_kept((int(min(met)), int(max(met)))):
            return True
        return secret.is_kept(self.limits(key))

    def _end(self, key: Key, sense: int) -> int:
        import highspy

        model, place = self._model, self.places[key]
        model.changeObjectiveSense(highspy.ObjSense.kMaximize if sense > 0 else highspy.ObjSense.kMinimize)
        model.changeColCost(place, 1.0)
        way = self._solved()
        if abs(way - way.round()).max() > WHOLE:  # no child is half there
            way = self._solved_in_whole_numbers()
        model.changeColCost(place, 0.0)  # after which the model forgets what it found
        self._ways.append(way.round())
        return int(self._ways[-1][place])

    def _solved(self) -> Any:
        import highspy
        import numpy

        self._model.run()
        self.asked += 1
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Impossible
        return numpy.array(self._model.getSolution().col_value)

    def _solved_in_whole_numbers(self) -> Any:
        import highspy

        kinds = highspy.HighsVarType
        for place in self.places.values():
            self._model.changeColIntegrality(place, kinds.kInteger)
        found = self._solved()
        self.asked += IN_WHOLE
        for place in self.places.values():
            self._model.changeColIntegrality(place, kinds.kContinuous)
        return found

    def _still_possible(self, earlier: Attack) -> list[Any]:
        if self.places.keys() - earlier.places.keys() or earlier.told.sums != self.told.sums:
            return []
        low, high = self._ends
        places = [earlier.places[key] for key in self.places]
        ways = (way[places] for way in earlier._ways)
        return [way for way in ways if ((low <= way) & (way <= high)).all()]
