"""The attack: what a reader can work out of everything that is published together, by integer programming (HiGHS).

It shares nothing with what chooses the hidden counts: it knows what is told and which counts add up, and no true number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from cdr.statistics.told import Key, Limits, Secret, Told

WHOLE = 1e-6
FAR = 100_000  # a count that could be as large has no upper limit


class Impossible(Exception):
    """What is told contradicts itself, so that no attack says anything."""


class Attack:
    """An attack on what is told; each question is answered exactly, and what one answer shows of other counts is kept."""

    def __init__(self, told: Told) -> None:
        self.told = told
        keys = dict.fromkeys([*told.limits, *(key for one in told.sums for key in one.members)])
        self.places: Mapping[Key, int] = {key: place for place, key in enumerate(keys)}
        self._seen: dict[Key, tuple[int, int]] = {}

    @cached_property
    def _model(self) -> Any:
        import highspy
        import numpy

        model: Any = highspy._Highs()  # type: ignore[attr-defined]  # the wrapper around it greets on stdout
        model.setOptionValue("output_flag", False)
        for key in self.places:
            low, high = self.told.of(key)
            model.addVar(float(low), float(FAR if high is None else high))
        for one in self.told.sums:
            places = [self.places[key] for key in one.members]
            signs = [1.0] + [-1.0] * len(one.parts)
            model.addRow(0.0, 0.0, len(places), numpy.array(places, dtype=numpy.int32), numpy.array(signs))
        return model

    def limits(self, key: Key) -> Limits:
        """The least and the most that a count can be, given everything. Raises: Impossible."""
        low, high = self._end(key, -1), self._end(key, 1)
        return low, None if high >= FAR else high

    def given_away(self, secrets: Mapping[Key, Secret]) -> list[Key]:
        """The counts of which a reader can work out more than they may. Raises: Impossible."""
        return [key for key, secret in secrets.items() if not self._is_kept(key, secret)]

    def _is_kept(self, key: Key, secret: Secret) -> bool:
        if key not in self.places:  # nothing is told of it, and no sum has it
            return True
        if key in self._seen and secret.is_kept(
            self._seen[key]
        ):  # two ways in which it could be, met on the way to another
            return True
        return secret.is_kept(self.limits(key))

    def _end(self, key: Key, sense: int) -> int:
        import highspy

        model, place = self._model, self.places[key]
        model.changeObjectiveSense(highspy.ObjSense.kMaximize if sense > 0 else highspy.ObjSense.kMinimize)
        model.changeColCost(place, 1.0)
        found = self._solved()
        if any(abs(value - round(value)) > WHOLE for value in found):  # no child is half there
            found = self._solved_in_whole_numbers()
        model.changeColCost(place, 0.0)  # after which the model forgets what it found
        self._remember(found)
        return round(found[place])

    def _solved(self) -> list[float]:
        import highspy

        self._model.run()
        if self._model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise Impossible
        return list(self._model.getSolution().col_value)

    def _solved_in_whole_numbers(self) -> list[float]:
        import highspy

        kinds = highspy.HighsVarType
        for place in self.places.values():
            self._model.changeColIntegrality(place, kinds.kInteger)
        found = self._solved()
        for place in self.places.values():
            self._model.changeColIntegrality(place, kinds.kContinuous)
        return found

    def _remember(self, found: Iterable[float]) -> None:
        values = [round(value) for value in found]
        for key, place in self.places.items():
            low, high = self._seen.get(key, (values[place], values[place]))
            self._seen[key] = (min(low, values[place]), max(high, values[place]))
