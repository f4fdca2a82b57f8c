"""What was counted of some cases in numbers alone: no reference stands there, so no cell can be traced, and no case is counted again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.kept import kept_day
from cdr.records import dataclass, field

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Summed:
    """How many were counted, by table, row and column; `of_all` by a table's first part; the rest as `Counted` has it."""

    cells: Mapping[Key, int] = field(default_factory=dict)
    of_all: Mapping[tuple[str, str], int] = field(default_factory=dict)
    with_any: Mapping[tuple[str, str], int] = field(default_factory=dict)
    days: Mapping[Key, list[int]] = field(default_factory=dict)
    unanswered: Mapping[Key, int] = field(default_factory=dict)
    holds_unanswered: frozenset[tuple[str, str]] = frozenset()
    first_days: Mapping[str, date] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        numbers = {name: [[*key, n] for key, n in getattr(self, name).items()] for name in NUMBERS}
        holds = sorted(map(list, self.holds_unanswered))
        return {**numbers, "holds": holds, "first_days": {one: day.isoformat() for one, day in self.first_days.items()}}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Summed:
        """What `to_dict` wrote."""
        numbers = {name: {tuple(key): n for *key, n in kept[name]} for name in NUMBERS}
        holds = frozenset((table, row) for table, row in kept["holds"])
        days = {first: day for first, told in kept["first_days"].items() if (day := kept_day(told))}
        return cls(**numbers, holds_unanswered=holds, first_days=days)


NUMBERS = ("cells", "of_all", "with_any", "days", "unanswered")
NOTHING = Summed()
