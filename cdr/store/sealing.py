"""What one person keeps of one store beside it: sealed with a secret of its own, which is encrypted to them alone and opened once a run.

So all that is kept costs one private-key operation, however many files it is in, and keeping more costs none.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from cdr.errors import NotAllowed, NotAuthentic
from cdr.expressions import expression
from cdr.store import opening
from cdr.store.crypto import Gnupg
from cdr.store.state import State

SECRET = expression(r"[0-9a-f]{64}")
WHAT = "the local index"


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
        return None if ciphertext is None else self._opened(ciphertext)

    def open_all(self, names: Sequence[str]) -> list[dict[str, Any] | None]:
        """What is kept under each of these names, as `open` gives it; GnuPG is started once for all of them."""
        kept = [self.state.sealed(self._path(name)) for name in names]
        there = [one for one in kept if one is not None]
        secret = self._opened_secret() if there else ""
        several = opening.unsealed(self.gnupg, there, secret) if len(there) > 1 else [None] * len(there)
        opened = iter(
            [_content(plain) if plain else self._opened(one) for one, plain in zip(there, several, strict=True)]
        )
        return [None if one is None else next(opened) for one in kept]

    def _opened(self, ciphertext: bytes) -> dict[str, Any] | None:
        try:
            return _content(self.gnupg.unseal(ciphertext, self._opened_secret(), WHAT))
        except (NotAuthentic, NotAllowed):  # made anew, as if it had been deleted
            return None

    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep something under a name. Raises: TryAgain where the key is locked."""
        plain = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
        with suppress(NotAllowed):  # who reads with a key that has expired goes on without an index
            self.state.seal(self._path(name), self.gnupg.seal(plain, self._opened_secret()))

    def names(self) -> list[str]:
        """The names under which anything is kept, but for what is kept in folders."""
        with suppress(OSError):
            return sorted(one.name for one in (self.state.folder / self.fingerprint).iterdir() if one.is_file())
        return []

    def forget(self, name: str) -> None:
        """Keep no more what is kept under a name."""
        self.state.forget(self._path(name))

    def _opened_secret(self) -> str:
        if self._secret is None:
            ciphertext = self.state.sealed(self._path("key"))
            try:
                opened = self.gnupg.decrypt(ciphertext, WHAT).decode("ascii", "replace") if ciphertext else ""
            except NotAuthentic:
                opened = ""
            if not SECRET.fullmatch(opened):
                import secrets

                opened = secrets.token_hex(32)
                self.state.seal(self._path("key"), self.gnupg.encrypt(opened.encode("ascii"), [self.fingerprint]))
            self._secret = opened
        return self._secret

    def _path(self, name: str) -> str:
        return f"{self.fingerprint}/{name}"


def _content(plain: bytes) -> dict[str, Any] | None:
    try:
        kept = json.loads(plain)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None
