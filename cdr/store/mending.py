"""Documents that do not read, put right in one signed commit: read another way, or put back to the last revision that reads.

What stood there stays in the history, and is kept aside as it is, encrypted, for a member to look at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from cdr import disk
from cdr.errors import CdrError, NotAllowed, NotAuthentic, NotFound, ToolMissing
from cdr.store import layout
from cdr.store.document import Document, decode, salvaged, unwritten
from cdr.store.git import FILE_MODE
from cdr.store.layout import Place
from cdr.store.registry import MEMBER
from cdr.store.store import Store
from cdr.store.transaction import Change

READ, EARLIER, EMPTIED, REMOVED, LOST = "read", "earlier", "emptied", "removed", "lost"
UNREADABLE = (NotAuthentic, NotAllowed, ToolMissing)


@dataclass(frozen=True)
class Mended:
    """What became of a document that did not read, and the file that holds it as it was, encrypted ("": there is none)."""

    path: str
    how: str
    aside: str


@dataclass(frozen=True)
class _Found:
    """How a document is put right, and what stands there from then on, with the revision that it replaces."""

    how: str
    stands: Document | None = None


def mend(store: Store) -> list[Mended]:
    """Put right what the acting member ought to be able to open and cannot, in one commit.

    Raises: as `Store.commit`.
    """
    if store.person.role != MEMBER:
        return []
    with store.writing():
        broken = [place for place in store.snapshot.places.values() if not _is_whole(store, place)]
        found = {place: _put_right(store, place) for place in broken}
        mended = [Mended(place.path, one.how, _aside(store, place)) for place, one in found.items()]
        stands = [one.stands for one in found.values() if one.stands]
        removed = tuple(place.path for place, one in found.items() if one.how == REMOVED)
        if stands or removed:
            bodies, texts = {one.place: one.body for one in stands}, {one.place: one.text for one in stands if one.text}
            current: dict[str, dict[str, Document]] = {}
            for one in stands:
                current.setdefault(one.place.case, {})[one.place.id] = one
            store.commit(Change("repair", bodies, texts=texts, removed=removed), current)
    return mended


def _is_whole(store: Store, place: Place) -> bool:
    if place.case and store.sealed.lacks_its_case(place.case):
        return False
    try:
        if place.kind is layout.ATTACHMENT:
            store.snapshot.check_recipients(place, store.snapshot.raw(place.path))
        else:
            store.snapshot.read(place)
    except UNREADABLE:
        return False
    return True


def _put_right(store: Store, place: Place) -> _Found:
    if place.case and store.sealed.lacks_its_case(place.case):
        return _Found(REMOVED if place.kind.chaser_writes else LOST)
    if place.kind is layout.ATTACHMENT:
        return _Found(LOST)
    standing, *before = _revisions(store, place)
    if standing is not None:
        return _Found(READ, standing)
    for number, document in enumerate(before, 1):
        if document is not None:
            return _Found(EARLIER, replace(document, revision=document.revision + number))
    if place.kind.chaser_writes:
        return _Found(EMPTIED, replace(unwritten(place), revision=len(before) + 1))
    return _Found(LOST)


def _revisions(store: Store, place: Place) -> Iterator[Document | None]:
    """What each revision says, the newest first; None for one that does not read."""
    for version in store.git.versions([place.path])[place.path]:
        try:
            [ciphertext] = store.git.contents([version.digest]) if version.mode == FILE_MODE else [b""]
            yield _read(store, place, ciphertext)
        except (*UNREADABLE, NotFound):
            yield None


def _read(store: Store, place: Place, ciphertext: bytes) -> Document:
    plain = store.snapshot.keys.gnupg.decrypt(ciphertext, place.path)
    try:
        document = decode(plain, place)
    except NotAuthentic:
        document = salvaged(plain, place)
    store.snapshot.check_content(document)
    return document


def _aside(store: Store, place: Place) -> str:
    try:
        ciphertext = store.snapshot.raw(place.path)
    except CdrError:
        return ""
    kept = store.git.directory / "cdr-aside" / store.snapshot.head[:12] / place.path
    disk.private_folder(kept.parent)
    disk.write_whole(kept, ciphertext)
    return str(kept)
