"""What the local index keeps of documents, as whoever opens a store says it: the store itself knows no form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cdr.records import dataclass
from cdr.store.layout import Kind
from cdr.store.parts import Column


@dataclass(frozen=True)
class Extraction:
    """What the index keeps of each kind of document; `version` changes when that changes.

    `is_at_rest` says of a case, by what is kept of each kind, that nobody has anything to do in it; `columns` what one sort of question
    asks of each of these, and `sum_up` what is asked of them all together, by what the columns hold of them; both as plain JSON.
    """

    version: str
    kinds: tuple[Kind, ...]
    facts: Callable[[Kind, Mapping[str, Any]], dict[str, Any]]
    is_at_rest: Callable[[Mapping[str, Mapping[str, Any]]], bool] = lambda _: False
    sum_up: Callable[[Mapping[str, Mapping[str, Any]]], dict[str, Any]] = lambda _: {}
    columns: tuple[Column, ...] = ()
