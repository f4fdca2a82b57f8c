"""Questions across cases that ask each case for little: answered from the parts of the local index that hold just that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cdr.store.parts import Asked
from cdr.store.store import Store


def column(store: Store, name: str, since: int = 0, word: str = "") -> dict[str, Any]:
    """What a column of the index holds of every case, by reference, as `Index.column`. Raises: as `Store.kept`."""
    found = store.index.column(Asked(name, since, word))
    store.left_out |= store.index.broken
    return found


def column_at_rest(store: Store, name: str, since: int = 0) -> dict[str, Any]:
    """The same of the cases that `Store.kept_not_at_rest` does not give. Raises: as `Store.kept`."""
    found = store.index.column_at_rest(Asked(name, since))
    store.left_out |= store.index.broken
    return found


def at_rest(store: Store) -> Mapping[str, Any]:
    """What is asked together of the cases that `Store.kept_not_at_rest` does not give. Raises: as `Store.kept`."""
    found = store.index.at_rest()
    store.left_out |= store.index.broken
    return found


def summed(
    store: Store, name: str, since: int, key: str, make: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """What `make` makes of the same together, kept under `key`, as `Index.summed`. Raises: as `Store.kept`."""
    found = store.index.summed(Asked(name, since), key, make)
    store.left_out |= store.index.broken
    return found
