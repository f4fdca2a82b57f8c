"""What was measured, step by step, kept beside the stores; and whether it meets its targets."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import verbs
from measuring import Counts, Used
from verbs import EQUAL, FLOOR, NONE, USUAL, Target

from cdr import resources

MEASURED = "measured.json"


@dataclass(frozen=True)
class Cost:
    """What a command took at one store: with what it is compared in seconds of the processor of the same run (0 where it is compared with another command)."""

    processor: float
    wall: float
    memory: float
    base: float = 0
    processes: int | None = None
    private: int | None = None

    @staticmethod
    def of(taken: Used, base: float = 0, counts: Counts | None = None) -> Cost:
        """What was measured, as it is kept."""
        processes, private = (counts.processes, counts.private) if counts else (None, None)
        return Cost(taken.processor, taken.wall, taken.memory, base, processes, private)


@dataclass(frozen=True)
class Row:
    """A command at each store by its number of cases, its target, and what it is compared with."""

    name: str
    base: str
    target: Target
    costs: Mapping[int, Cost]

    @property
    def ratios(self) -> dict[int, float]:
        """Processor time as a multiple of what it is compared with."""
        return {count: cost.processor / cost.base for count, cost in self.costs.items() if cost.base}

    def missed(self) -> list[str]:
        """Which of its targets it does not meet."""
        return [name for name, is_met in self._judged().items() if not is_met]

    @property
    def met(self) -> str:
        """Whether it meets its targets; empty where it has none, or was not measured where they hold."""
        judged = self._judged()
        return "" if not judged else f"no: {', '.join(self.missed())}" if self.missed() else "yes"

    def _judged(self) -> dict[str, bool]:
        target, costs = self.target, self.costs.values()
        ratios = {count: ratio for count, ratio in self.ratios.items() if count >= target.since}
        found: dict[str, bool] = {}
        if target.ratio is not None and ratios:
            found["ratio"] = all(ratio <= target.most(count) for count, ratio in ratios.items())
        alike = [*ratios.values()]
        if target.equal and len(alike) > 1:
            found["equal"] = max(alike) <= (1 + EQUAL) * min(alike)
        for name, most, took in (
            ("processes", target.processes, [cost.processes for cost in costs]),
            ("private key", target.private, [cost.private for cost in costs]),
            ("time", target.seconds, [cost.wall for count, cost in self.costs.items() if count <= USUAL]),
            ("memory", target.memory, [cost.memory for cost in costs]),
        ):
            known = [one for one in took if one is not None]
            if most is not None and known:
                found[name] = max(known) <= most
        return found


@dataclass
class Results:
    """All that was measured of stores of so many cases.

    By the names of the commands and the number of cases: what each took, to what it is compared and its target, of what questions consist. The bases in
    seconds of the processor. By the number of cases how many documents the first index opens. What other programs take for a document. Which steps were
    done in how many seconds, and which did not come to their end.
    """

    counts: list[int]
    bases: dict[str, float] = field(default_factory=dict)
    costs: dict[str, dict[int, Cost]] = field(default_factory=dict)
    compared: dict[str, tuple[str, Target]] = field(default_factory=dict)
    parts: dict[str, dict[int, list[float]]] = field(default_factory=dict)
    readers: dict[str, dict[int, float]] = field(default_factory=dict)
    documents: dict[int, int] = field(default_factory=dict)
    done: dict[str, float] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def put(self, name: str, count: int, cost: Cost, base: str = FLOOR, target: Target = NONE) -> None:
        """Take in what a command took at one store."""
        self.costs.setdefault(name, {})[count] = cost
        self.compared[name] = (base, target)

    def rows(self) -> list[Row]:
        """The commands that are compared with a base, in the order in which they were measured."""
        return [
            Row(name, *self.compared[name], costs)
            for name, costs in self.costs.items()
            if any(cost.base for cost in costs.values())
        ]

    def beside(self) -> list[Row]:
        """What is compared with something else that was measured: where both were."""
        found = []
        for one in verbs.COMPARED:
            bases = self.costs.get(one.base, {})
            both = {
                count: _against(cost, bases[count], one.by_clock)
                for count, cost in self.costs.get(one.name, {}).items()
                if count in bases
            }
            found += [Row(one.name, one.base, one.target, both)] if both else []
        return found

    def keep(self, folder: Path) -> None:
        """Keep it beside the stores."""
        kept = {"edition": resources.edition().hex(), **asdict(self)}
        (folder / MEASURED).write_text(json.dumps(kept, indent=1), "utf-8")

    @staticmethod
    def kept(folder: Path, counts: list[int]) -> Results:
        """What was kept beside the stores, where it was measured at the same ones with cdr as it is now; else nothing yet."""
        with suppress(OSError, ValueError, TypeError, KeyError):
            kept = json.loads((folder / MEASURED).read_text("utf-8"))
            if kept.pop("edition") == resources.edition().hex() and kept["counts"] == counts:
                return _read(kept)
        return Results(counts)


def _against(cost: Cost, base: Cost, by_clock: bool) -> Cost:
    """A cost as it is compared with another."""
    if by_clock:
        return replace(cost, processor=cost.wall, base=base.wall)
    return replace(cost, base=base.processor)


def _read(kept: dict[str, Any]) -> Results:
    """Results as they were kept: of JSON, in which numbers that are keys are text."""
    found = Results(**kept)
    found.documents = _by_count(found.documents)
    found.parts = {name: _by_count(parts) for name, parts in found.parts.items()}
    found.readers = {name: _by_count(took) for name, took in found.readers.items()}
    found.compared = {name: (base, Target(**target)) for name, (base, target) in kept["compared"].items()}
    found.costs = {
        name: {count: Cost(**cost) for count, cost in _by_count(costs).items()} for name, costs in kept["costs"].items()
    }
    return found


def _by_count(kept: Mapping[Any, Any]) -> dict[int, Any]:
    return {int(count): one for count, one in kept.items()}
