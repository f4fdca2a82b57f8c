"""The cases at rest, of which there are more every year: what is asked of all of them together."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from cdr.domain.case.kept import kept_day
from cdr.records import dataclass, field


@dataclass(frozen=True)
class AtRest:
    """How many they are, the last day on which the panel ratified one, and since when anything is known in them, by what is counted."""

    count: int = 0
    ratified_on: date | None = None
    since: Mapping[str, date] = field(default_factory=lambda: MappingProxyType({}))

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        since = {first: day.isoformat() for first, day in self.since.items()}
        return {
            "count": self.count,
            "ratified_on": self.ratified_on.isoformat() if self.ratified_on else None,
            "since": since,
        }

    @staticmethod
    def from_dict(kept: Mapping[str, Any]) -> AtRest:
        """What `to_dict` wrote."""
        last = kept["ratified_on"]
        since = {first: day for first, kept_ in kept["since"].items() if (day := kept_day(kept_))}
        return AtRest(kept["count"], kept_day(last), since)


NOBODY = AtRest()
