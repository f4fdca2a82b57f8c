"""What one person keeps of one store beside it: sealed with a secret of its own, which is encrypted to them alone and opened once a run.

So all that is kept costs one private-key operation, however many files it is in, and keeping more costs none.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cdr.errors import NotAllowed, NotAuthentic
from cdr.store.crypto import Gnupg
from cdr.store.state import State

SECRET = re.compile(r"[0-9a-f]{64}")
WHAT = "The local index"


class Sealing:
    """The files of one person; each may be deleted, and what is damaged or another's counts as deleted."""

    def __init__(self, gnupg: Gnupg, state: State, fingerprint: str) -> None:
        self.gnupg = gnupg
        self.state = state
        self.fingerprint = fingerprint
        self._secret: str | None = None

    def is_kept(self, name: str) -> bool:
        """Whether something whole is kept under a name."""
        return self.state.sealed(self._path(name)) is not None

    def open(self, name: str) -> dict[str, Any] | None:
        """What is kept under a name; None where that is nothing that can be read. Raises: TryAgain where the key is locked."""
        ciphertext = self.state.sealed(self._path(name))
        if ciphertext is None:
            return None
        try:
            kept = json.loads(self.gnupg.unseal(ciphertext, self._opened_secret(), WHAT))
        except (NotAuthentic, NotAllowed, ValueError):  # made anew, as if it had been deleted
            return None
        return kept if isinstance(kept, dict) else None

    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep something under a name. Raises: TryAgain where the key is locked."""
        plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        with suppress(NotAllowed):  # who reads with a key that has expired goes on without an index
            self.state.seal(self._path(name), self.gnupg.seal(plain, self._opened_secret()))

    def _opened_secret(self) -> str:
        if self._secret is None:
            ciphertext = self.state.sealed(self._path("key"))
            try:
                opened = self.gnupg.decrypt(ciphertext, WHAT).decode("ascii", "replace") if ciphertext else ""
            except NotAuthentic:
                opened = ""
            if not SECRET.fullmatch(opened):
                opened = secrets.token_hex(32)
                self.state.seal(self._path("key"), self.gnupg.encrypt(opened.encode("ascii"), [self.fingerprint]))
            self._secret = opened
        return self._secret

    def _path(self, name: str) -> str:
        return f"{self.fingerprint}/{name}"
