"""What one person keeps outside the store, encrypted to them alone: what was begun and not finished, and where files were put."""

from __future__ import annotations

from cdr.records import dataclass
from cdr.store.crypto import Gnupg
from cdr.store.registry import Person
from cdr.store.state import State
from cdr.store.store import Store


def kept_here(store: Store, folder: str) -> Drafts:
    """What the acting person keeps on this machine: in `drafts` what was begun and not finished, in `made-here` where files were put."""
    return Drafts(store.sealed.keys.gnupg, store.history.state, store.person, folder)


@dataclass(frozen=True)
class Drafts:
    """The drafts of one person for one store, by name; or what else they keep so, in a `folder` of its own."""

    gnupg: Gnupg
    state: State
    person: Person
    folder: str

    def keep(self, name: str, data: bytes) -> bool:
        """Keep a draft; whether it could be kept."""
        sealed = self.gnupg.encrypt(data, [self.person.fingerprint])
        self.state.seal(self._path(name), sealed)
        return self.state.sealed(self._path(name)) == sealed

    def names(self) -> list[str]:
        """The names of all drafts."""
        folder = self.state.folder / self._path("")
        return sorted(file.name for file in folder.glob("[!.]*")) if folder.is_dir() else []

    def open(self, name: str) -> bytes | None:
        """One draft, None where it is not there or not whole. Raises: NotAllowed, NotAuthentic, TryAgain."""
        sealed = self.state.sealed(self._path(name))
        return None if sealed is None else self.gnupg.decrypt(sealed, "The draft")

    def forget(self, name: str) -> None:
        """Remove a draft."""
        self.state.forget(self._path(name))

    def _path(self, name: str) -> str:
        return f"{self.person.fingerprint}/{self.folder}/{name}"
