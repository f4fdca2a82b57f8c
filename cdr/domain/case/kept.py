"""Days and lists as the local index keeps them, in JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Self

from cdr.records import dataclass, names_of

DAYS = frozenset({"notified_on", "born", "died", "discussed_on"})


@dataclass(frozen=True)
class Kept:
    """What the index keeps of a form, as JSON: days as ISO dates."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {name: as_kept(value) for name, value in vars(self).items()}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_dict` wrote."""
        known = names_of(cls)
        values = {name: tuple(one) if one.__class__ is list else one for name, one in kept.items() if name in known}
        values |= {name: kept_day(kept[name]) for name in DAYS & values.keys()}
        return cls(**values)


def as_kept(value: object) -> object:
    """A value as the index keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def kept_day(kept: str | None) -> date | None:
    """A day as the index keeps it."""
    return day_kept(kept) if kept else None


def day_kept(kept: str) -> date:
    """The same where there must be one."""
    return date.fromisoformat(kept)  # what is kept is what `isoformat` wrote, and there are many
