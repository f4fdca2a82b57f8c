"""What changed between two versions of a form, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.records import dataclass


@dataclass(frozen=True)
class Difference:
    """One field that was `added`, `removed` or `changed`; the path is dotted (`informed.0.party`)."""

    path: str
    how: str


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Difference]:
    """What changed, in the order of the newer version, then what went."""
    old, new = dict(_leaves(before, "")), dict(_leaves(after, ""))
    changed = [
        Difference(path, "changed" if path in old else "added")
        for path in new
        if old.get(path, _NOTHING) != new[path] and not _is_within(path, old)
    ]
    return [*changed, *(Difference(path, "removed") for path in old if path not in new and not _is_within(path, new))]


_NOTHING = object()


def _is_within(path: str, leaves: Mapping[str, Any]) -> bool:
    """Whether the other version holds fields inside of this one, which is empty here: those are told, each by itself."""
    return any(leaf.startswith(f"{path}.") for leaf in leaves)


def _leaves(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    parts = value.items() if isinstance(value, Mapping) else enumerate(value) if isinstance(value, list) else None
    if parts is None or not value:
        yield path, value
        return
    for key, part in parts:
        yield from _leaves(part, f"{path}.{key}" if path else str(key))
