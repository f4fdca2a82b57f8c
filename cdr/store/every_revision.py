"""Every revision of every document that the history holds, opened: for a question about a person, which costs what it costs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cdr.errors import CdrError, NotAllowed, NotAuthentic
from cdr.records import dataclass
from cdr.store import erasures, layout
from cdr.store.document import Document
from cdr.store.plaintext import decode

if TYPE_CHECKING:
    from cdr.store.layout import Place
    from cdr.store.store import Store


@dataclass(frozen=True)
class Opened:
    """One revision of a document; `document` is None where the acting key does not open it, and `is_current` says that it stands now."""

    place: Place
    document: Document | None
    is_current: bool


def every_revision(store: Store) -> Iterator[Opened]:
    """Each revision once, document by document, the newest first; attachments, which are files of any kind, are not opened.

    One private-key operation for each. Raises: NotAllowed for the chaser, NotAuthentic where the history does not hold a file.
    """
    store.require_member()
    blobs = store.revisions_ever()
    erased = erasures.erased_at(store.git, store.sealed.head)
    there = [path for path in blobs if erasures.case_of(path) not in erased]
    paths = sorted(path for path in there if (place := layout.place(path)) and place.kind is not layout.ATTACHMENT)
    for path in store.progress(paths, "Opening"):
        place = layout.place(path)
        if place is None:
            continue
        current, seen = store.sealed.files.get(path), set[int]()
        for digest, plain in zip(blobs[path], _decrypted(store, place, blobs[path]), strict=True):
            document = _decoded(plain, place)
            if document is None or document.revision not in seen:  # the same revision, encrypted anew for others
                yield Opened(place, document, current is not None and current.digest == digest)
                seen |= {document.revision} if document else set()


def attachments(store: Store) -> int:
    """How many files are attached to the cases, which nobody looks into by themselves."""
    return sum(place.kind is layout.ATTACHMENT for place in store.sealed.places.values())


def _decrypted(store: Store, place: Place, digests: list[str]) -> list[bytes | None]:
    found: list[bytes | None] = []
    for ciphertext in store.git.contents(digests):
        try:
            found.append(store.snapshot.keys.gnupg.decrypt(ciphertext, place.path))
        except (NotAllowed, NotAuthentic):  # encrypted before this key was a member's, or no document at all
            found.append(None)
    return found


def _decoded(plain: bytes | None, place: Place) -> Document | None:
    try:
        return decode(plain, place) if plain is not None else None
    except CdrError:
        return None
