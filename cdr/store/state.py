"""What this user keeps outside every store: the verified head, key rings made from registries, and the local index.

All of it may be deleted at any time, and what is damaged or another store's counts as deleted: the head is then taken up anew
(a rollback before that goes unnoticed), the rest is made again, but for a draft of a notification that was begun and not finished.
What is sealed is encrypted to its owner and carries a keyed digest, for encryption alone does not authenticate.
"""

from __future__ import annotations

import atexit
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any

from cdr import disk
from cdr.errors import DiskFailed
from cdr.expressions import expression
from cdr.records import asdict, dataclass
from cdr.store import ownership

OBJECT = expression(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")

KEPT = "kept"  # what `kept` keeps, of no store and of all
KEY_BYTES = 32
CLEARED = "cleared"
SUM = "sum"


@dataclass(frozen=True)
class Verified:
    """How far the history has been checked: the commit, how many commits that is from the root, and its key folder's id."""

    head: str
    count: int
    keys: str

    @classmethod
    def read(cls, kept: Any) -> Verified | None:
        """What was kept of it; None for anything else."""
        if not isinstance(kept, dict) or kept.keys() != {"head", "count", "keys"}:
            return None
        found = cls(**kept)
        whole = isinstance(found.head, str) and isinstance(found.keys, str) and type(found.count) is int
        return found if whole and OBJECT.fullmatch(found.head) else None


def home() -> Path:
    """The folder for the state of all stores (`$XDG_STATE_HOME/cdr`)."""
    base = os.environ.get("XDG_STATE_HOME")
    return (Path(base) if base else disk.home() / ".local" / "state") / "cdr"


@contextmanager
def handed() -> Iterator[Path]:
    """A folder of this run's own, for what is handed to GnuPG in files and what it gives back: what a killed run leaves in it goes with the next command.

    It lies here, where that looks, else (nothing can be kept here) where the system has room for such. Raises: OSError.
    """
    with ExitStack() as stack:
        made = None
        if ownership.may_keep_in(home()):
            with suppress(DiskFailed, OSError):
                made = stack.enter_context(disk.aside(disk.private_folder(home())))
        yield made or stack.enter_context(disk.for_now())


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
        as_data = {place: asdict(kept) for place, kept in heads.items()}
        self._keep(self.folder / "verified.json", _summed({"store": self.root, "heads": as_data}))

    def _heads(self) -> dict[str, Verified]:
        """The heads that were remembered; none where what is kept is damaged, of another version or another store's."""
        kept = _read_summed(self.folder / "verified.json")
        heads = kept.get("heads") if kept.get("store") == self.root else None
        found = {place: Verified.read(head) for place, head in (heads if isinstance(heads, dict) else {}).items()}
        return {place: head for place, head in found.items() if head}

    def remember_place(self) -> None:
        """Keep that this store stands in this folder, so that another put in its place is noticed."""
        self._keep(home() / "places.json", _summed({"places": _places() | dict.fromkeys(self.names, self.root)}))

    def sweep(self) -> None:
        """Take away what killed runs left half made here, of whichever store: it lies in two folders, whose size no number of cases adds to."""
        for folder in (home().resolve(), home() / KEPT):
            disk.sweep(folder)

    def ring(self, name: str, make: Callable[[Path], bool]) -> Path:
        """The key ring that is kept under `name`; made again where it is not there, or is not what was made.

        `make` puts keys into a ring, and says whether it took all of them: one that lacks some is for this run alone.
        Raises: DiskFailed where it can be made nowhere.
        """
        folder = self.folder / "keyrings"
        there = [*folder.iterdir()] if folder.is_dir() else []
        for kept in (one for one in there if one.name.startswith(f"{name}-") and one.suffix == ".kbx"):
            if _is_whole(kept):
                return kept
            with suppress(OSError):
                kept.unlink()
        aside = _aside() / f"{name}.kbx"
        whole = make(aside)
        raw = aside.read_bytes() if aside.is_file() else b""
        if not whole or not self._keep(folder / f"{name}-{_digest(raw)}.kbx", raw):
            return aside
        disk.remove_folder(aside.parent)
        return folder / f"{name}-{_digest(raw)}.kbx"

    def sealed(self, name: str) -> bytes | None:
        """The ciphertext kept under `name`, if it is there and whole."""
        raw = _read(self.folder / name)
        return raw[32:] if raw and hmac.compare_digest(raw[:32], self._mark(name, raw[32:])) else None

    def seal(self, name: str, ciphertext: bytes) -> None:
        """Keep ciphertext under `name`."""
        self._keep(self.folder / name, self._mark(name, ciphertext) + ciphertext)

    @property
    def cleared(self) -> bytes:
        """What is another each time that something is cleared away here for good."""
        return _read(self.folder / CLEARED)

    def begin_clearing(self) -> None:
        """Something is about to be cleared away for good: who began before this, and may hold it, keeps nothing of cases here any more."""
        self._keep(self.folder / CLEARED, os.urandom(KEY_BYTES).hex().encode("ascii"))

    def forget(self, name: str) -> None:
        """Remove what is kept under `name`."""
        with suppress(OSError):
            (self.folder / name).unlink()

    def _mark(self, name: str, data: bytes) -> bytes:
        return hmac.digest(self._secret, name.encode() + b"\0" + data, hashlib.sha256)

    @cached_property
    def _secret(self) -> bytes:
        path = self.folder / "seal.key"
        kept = _read(path)
        if len(kept) == KEY_BYTES:
            return kept
        made = os.urandom(KEY_BYTES)
        self._keep(path, made)
        kept = _read(path)  # where two runs made one at once, one of them stands
        return kept if len(kept) == KEY_BYTES else made

    def _keep(self, path: Path, data: bytes) -> bool:
        """Put a file into the state folder, on disk when this returns; whether it could be, and the folder is one's own."""
        if not ownership.may_keep_in(path.parent):
            return False
        try:
            disk.private_folder(path.parent)
            disk.write_whole(path, data, made_in=home() if self.folder in path.parents else None)
        except DiskFailed:
            return False
        return True


def roots_at(store: Path) -> set[str]:
    """Which store was last seen in this folder; more than one, where the folder's names were seen with different ones."""
    seen = (_places().get(name) for name in names(store))
    return {root for root in seen if isinstance(root, str) and OBJECT.fullmatch(root)}


def names(folder: Path) -> tuple[str, ...]:
    """What a folder is called: as it was named, and last where that really is."""
    return tuple(dict.fromkeys((str(folder), str(folder.resolve()))))


def _places() -> dict[str, Any]:
    kept = _read_summed(home() / "places.json").get("places")
    return kept if isinstance(kept, dict) else {}


def _aside() -> Path:
    """A folder of this run's own, which goes with it."""
    import tempfile

    try:
        made = Path(tempfile.mkdtemp(prefix="cdr-"))
    except OSError as error:
        raise DiskFailed(f"No folder could be made for a key ring: {os.strerror(error.errno or 0)}.") from error
    atexit.register(disk.remove_folder, made)
    return made


def _digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()[:40]


def _is_whole(ring: Path) -> bool:
    raw = _read(ring)
    return bool(raw) and ring.stem.rpartition("-")[2] == _digest(raw)


def _read(path: Path) -> bytes:
    """What a file holds; nothing where it is none, as a pipe is, which would be waited for."""
    try:
        return disk.read_through_link(path)
    except OSError:
        return b""


def _summed(content: dict[str, Any]) -> bytes:
    """Content as it is kept, with a sum that tells whether it is whole."""
    return json.dumps({**content, SUM: _digest(json.dumps(content, sort_keys=True).encode())}).encode()


def _read_summed(path: Path) -> dict[str, Any]:
    """What `_summed` kept; empty where it is not there or not whole."""
    try:
        kept = json.loads(_read(path))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(kept, dict):
        return {}
    said = kept.pop(SUM, None)
    return kept if said == _digest(json.dumps(kept, sort_keys=True).encode()) else {}
