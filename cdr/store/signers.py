"""Whose key signed which commit, as it was found once: neither a commit nor who signed it ever changes. Nothing of it is secret."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cdr.store.state import State

NAME = "signers"


def kept(state: State) -> dict[str, str]:
    """The fingerprint of the key that signed each commit, by the commit's id; nothing of what is not whole, or was not written here."""
    with suppress(ValueError):
        found = json.loads(state.sealed(NAME) or b"{}")
        if isinstance(found, dict) and all(isinstance(signer, str) for signer in found.values()):
            return found
    return {}


def keep(state: State, found: Mapping[str, str]) -> None:
    """Keep them, where that can be."""
    state.seal(NAME, json.dumps(found, separators=(",", ":")).encode("ascii"))
