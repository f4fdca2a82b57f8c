"""What one person keeps of one store beside it: sealed with a secret of its own, which is encrypted to them alone and opened once a run.

So all that is kept costs one private-key operation, however many files it is in, and keeping more costs none.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

from cdr.errors import NotAllowed, NotAuthentic
from cdr.expressions import expression
from cdr.store.crypto import Gnupg
from cdr.store.state import State

if TYPE_CHECKING:
    from cdr.store.unsealing import Unsealing

SECRET = expression(r"[0-9a-f]{64}")
WHAT = "the local index"
ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
AT_A_TIME = 200


class Sealing:
    """The files of one person; each may be deleted, and what is damaged or another's counts as deleted."""

    def __init__(self, gnupg: Gnupg, state: State, fingerprint: str) -> None:
        self.gnupg = gnupg
        self.state = state
        self.fingerprint = fingerprint
        self._cleared = state.cleared
        self._secret: str | None = None
        self._unsealing: Unsealing | None = None

    def is_kept(self, name: str) -> bool:
        """Whether something whole is kept under a name."""
        return self.state.sealed(self._path(name)) is not None

    def open(self, name: str, version: str = "") -> dict[str, Any] | None:
        """What is kept under a name; None where that is nothing that can be read, or does not begin with the `version` that is asked for.

        Raises: TryAgain where the key is locked.
        """
        return self.open_all([name], version)[0]

    def open_all(self, names: Sequence[str], version: str = "") -> list[dict[str, Any] | None]:
        """What is kept under each of these names, as `open` gives it; one GnuPG opens all that is asked for in a run."""
        kept = [self.state.sealed(self._path(name)) for name in names]
        begins = plain_of({"version": version})[:-1] if version else b""
        return [None if one is None else self._opened(one, begins) for one in kept]

    def _unsealed(self, ciphertext: bytes) -> bytes | None:
        """What GnuPG opens by the run that opens all of them; None where that has ended, or this one does not open whole."""
        from cdr.store.unsealing import Unsealing

        try:
            secret = self._opened_secret()
            if self._unsealing is None:
                self._unsealing = Unsealing(self.gnupg, secret)
            return self._unsealing.open(ciphertext)
        except OSError:
            if self._unsealing is not None:
                self._unsealing.end()
            self._unsealing = None
            return None

    def _opened(self, ciphertext: bytes, begins: bytes) -> dict[str, Any] | None:
        try:
            plain = self._unsealed(ciphertext) or self.gnupg.unseal(ciphertext, self._opened_secret(), WHAT)
            return _content(plain, begins)
        except (NotAuthentic, NotAllowed):  # made anew, as if it had been deleted
            return None

    def keep(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep something under a name. Raises: TryAgain where the key is locked."""
        with suppress(NotAllowed):  # who reads with a key that has expired goes on without an index
            self.state.seal(self._path(name), self.gnupg.seal(plain_of(content), self._opened_secret()))

    def keep_of_cases(self, name: str, content: Mapping[str, Any]) -> None:
        """Keep what was made of cases, and is made again where it is not there; nothing where one was erased since this run began. Raises: as `keep`."""
        if self.state.cleared == self._cleared:
            self.keep(name, content)

    def names(self) -> list[str]:
        """The names under which anything is kept, but for what is kept in folders."""
        with suppress(OSError):
            return sorted(one.name for one in (self.state.folder / self.fingerprint).iterdir() if one.is_file())
        return []

    def forget(self, name: str) -> None:
        """Keep no more what is kept under a name."""
        self.state.forget(self._path(name))

    def share_of(self, word: str, shares: int) -> int:
        """In which of so many shares a word belongs: always the same for one person and store, and for nobody else to work out."""
        return int.from_bytes(hmac.digest(self._opened_secret().encode("ascii"), word.encode(), "sha256")) % shares

    def _opened_secret(self) -> str:
        if self._secret is None:
            ciphertext = self.state.sealed(self._path("key"))
            opened = self._secret_in(ciphertext) if ciphertext else ""
            if not SECRET.fullmatch(opened):
                import secrets

                opened = secrets.token_hex(32)
                self.state.seal(self._path("key"), self.gnupg.encrypt(opened.encode("ascii"), [self.fingerprint]))
            self._secret = opened
        return self._secret

    def _secret_in(self, ciphertext: bytes) -> str:
        """The secret, by the run of GnuPG that opens all that is sealed with it; by one of its own where that cannot: it asks nobody for a pass-phrase."""
        from cdr.store.unsealing import Unsealing

        with suppress(OSError):
            opening = Unsealing(self.gnupg)
            with suppress(OSError):
                answer = opening.secret_in(ciphertext)
                if SECRET.fullmatch(opening.secret):
                    self._unsealing = opening
                    return opening.secret
                self.gnupg.looks_further(answer)
            opening.end()
        try:
            return self.gnupg.decrypt(ciphertext, WHAT).decode("ascii", "replace")
        except NotAuthentic:
            return ""

    def _path(self, name: str) -> str:
        return f"{self.fingerprint}/{name}"


def plain_of(content: Mapping[str, Any]) -> bytes:
    """The JSON of something, of a large group some entries at a time: the library holds every word of what it writes until it joins them."""
    return b"{%b}" % b",".join(_member(name, said) for name, said in content.items())


def _member(name: str, said: Any) -> bytes:
    if not isinstance(said, dict) or len(said) <= AT_A_TIME:
        return ENCODER.encode({name: said})[1:-1].encode()
    return b"%b:{%b}" % (ENCODER.encode(name).encode(), b",".join(_pieces(said)))


def _pieces(said: Mapping[str, Any]) -> Iterator[bytes]:
    entries = iter(said.items())
    while some := dict(islice(entries, AT_A_TIME)):
        yield ENCODER.encode(some)[1:-1].encode()


def _content(plain: bytes, begins: bytes) -> dict[str, Any] | None:
    if not plain.startswith(begins):  # of another edition, which is not read to throw it away
        return None
    try:
        kept = json.loads(plain)
    except ValueError:
        return None
    return kept if isinstance(kept, dict) else None
