"""What was answered to a question across cases: kept beside the store, sealed, for as long as nothing is recorded.

It is known by the verified commit and by whatever else whoever keeps it tells. What is damaged, or was kept of something else, counts as not
there; a change takes all of it away, and so does an index that is made anew, so that no number of an erased case stays.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from cdr.errors import NotAuthentic
from cdr.store import layout
from cdr.store.parts import ANSWER, SUM_LENGTH

if TYPE_CHECKING:
    from cdr.store.store import Store

READ_BESIDE = (
    "reports",
    "panels",
)  # documents that are held against the files in the folder when a question reads them


def kept(store: Store, told: Sequence[Any]) -> dict[str, Any] | None:
    """What was answered to a question that `told` tells from any other; None where that is not kept.

    None, too, where a document that is read beside the cases is not in the folder as it was recorded: whoever reads it says so.
    """
    return store.index.parts.summed(_key(store, told), {}) if _is_as_recorded(store) else None


def keep(store: Store, told: Sequence[Any], answer: dict[str, Any]) -> None:
    """Keep that, but for an answer from which a case or a meeting is left out."""
    if not (store.left_out or store.meetings_left_out):
        store.index.parts.keep_summed(_key(store, told), {}, answer)


def _key(store: Store, told: Sequence[Any]) -> str:
    return ANSWER + hashlib.sha256(json.dumps([store.sealed.head, *told]).encode()).hexdigest()[:SUM_LENGTH]


def _is_as_recorded(store: Store) -> bool:
    there = [folder for folder in READ_BESIDE if store.sealed.below(folder)]
    if there:
        try:
            store.refuse_changed_files(*there, layout.KEYS)
        except NotAuthentic:
            return False
    return True
