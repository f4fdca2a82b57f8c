"""What this user keeps outside every store: the verified head, key rings made from registries, and the local index.

All of it may be deleted at any time: the head is then taken up anew (a rollback before that goes unnoticed), the rest is
made again, but for a draft of a notification that was begun and not finished. What is sealed
is encrypted to its owner and carries a keyed digest, for encryption alone does not authenticate.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cdr import disk
from cdr.errors import DiskFailed


@dataclass(frozen=True)
class Verified:
    """How far the history has been checked: the commit, how many commits that is from the root, and its key folder's id."""

    head: str
    count: int
    keys: str


def home() -> Path:
    """The folder for the state of all stores (`$XDG_STATE_HOME/cdr`)."""
    base = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(base) / "cdr"


class State:
    """The state that belongs to one store, known by the commit that made it, as it stands in one folder.

    A head is remembered for each folder, since two copies of a store may honestly be at different points; and for each name by
    which a folder was reached, so that a link to an older copy is no way around it.
    """

    def __init__(self, root: str, folder: Path) -> None:
        self.root = root
        self.names = names(folder)
        self.folder = home() / root

    @property
    def is_known(self) -> bool:
        """Whether this store's history was accepted here before, in this folder or in another."""
        return bool(self._heads())

    @property
    def place_name(self) -> str:
        """The folder as part of a file's name."""
        return hashlib.sha256(self.names[-1].encode("utf-8", "surrogateescape")).hexdigest()[:16]

    def verified(self) -> list[Verified]:
        """The heads remembered of this folder, the furthest first; of a store that was moved here, that of the folder where it was."""
        heads = self._heads()
        here = {heads[name] for name in self.names if name in heads}
        gone = {verified for place, verified in heads.items() if not Path(place).exists()}
        found = sorted(here or gone, key=lambda verified: verified.count, reverse=True)
        return found if here else found[:1]

    def remember(self, verified: Verified) -> None:
        """Keep how far the history has been checked; where nothing can be kept (a read-only disk), go on without."""
        heads = {place: kept for place, kept in self._heads().items() if Path(place).exists()}
        heads |= dict.fromkeys(self.names, verified)
        plain = {place: asdict(kept) for place, kept in heads.items()}
        self._keep(self.folder / "verified.json", json.dumps(plain).encode())

    def _heads(self) -> dict[str, Verified]:
        kept = _read_json(self.folder / "verified.json") or {}
        try:
            found = {place: Verified(**verified) for place, verified in kept.items()}
            return found if all(map(_is_right, found.values())) else {}
        except TypeError:  # of another version, or damaged: as if it had been deleted
            return {}

    def remember_place(self) -> None:
        """Keep that this store stands in this folder, so that another put in its place is noticed."""
        self._keep(home() / "places.json", json.dumps(_places() | dict.fromkeys(self.names, self.root)).encode())

    def keyring(self, keys_tree: str) -> Path:
        """Where the key ring made from one version of the registry is kept."""
        return disk.private_folder(self.folder / "keyrings") / f"{keys_tree}.kbx"

    def sealed(self, name: str) -> bytes | None:
        """The ciphertext kept under `name`, if it is there and whole."""
        try:
            raw = (self.folder / name).read_bytes()
        except OSError:
            return None
        return raw[32:] if hmac.compare_digest(raw[:32], self._mark(name, raw[32:])) else None

    def seal(self, name: str, ciphertext: bytes) -> None:
        """Keep ciphertext under `name`."""
        self._keep(self.folder / name, self._mark(name, ciphertext) + ciphertext)

    def forget(self, name: str) -> None:
        """Remove what is kept under `name`."""
        (self.folder / name).unlink(missing_ok=True)

    def _mark(self, name: str, data: bytes) -> bytes:
        return hmac.digest(self._secret(), name.encode() + b"\0" + data, hashlib.sha256)

    def _secret(self) -> bytes:
        path = self.folder / "seal.key"
        with suppress(OSError):
            return path.read_bytes()
        self._keep(path, secrets.token_bytes(32))
        with suppress(OSError):
            return path.read_bytes()
        return secrets.token_bytes(32)

    def _keep(self, path: Path, data: bytes) -> None:
        with suppress(DiskFailed):
            disk.private_folder(path.parent)
            disk.write_whole(path, data)


def roots_at(store: Path) -> set[str]:
    """Which store was last seen in this folder; more than one, where the folder's names were seen with different ones."""
    places = _places()
    return {str(places[name]) for name in names(store) if places.get(name)}


def names(folder: Path) -> tuple[str, ...]:
    """What a folder is called: as it was named, and last where that really is."""
    return tuple(dict.fromkeys((str(folder), str(folder.resolve()))))


def _is_right(verified: Verified) -> bool:
    return isinstance(verified.head, str) and isinstance(verified.count, int) and isinstance(verified.keys, str)


def _places() -> dict[str, Any]:
    return _read_json(home() / "places.json") or {}


def _read_json(path: Path) -> dict[str, Any] | None:
    try:
        kept = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    return kept if isinstance(kept, dict) else None
