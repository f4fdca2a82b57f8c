"""Documents that do not read, put right in one signed commit: read another way, or put back to the last revision that reads.

What stood there stays in the history, and is kept aside as it is, encrypted, for a member to look at.
"""

from __future__ import annotations

from collections.abc import Mapping

from cdr import disk
from cdr.errors import CdrError, Newer, NotAllowed, NotAuthentic, ToolMissing
from cdr.records import dataclass, replace
from cdr.store import layout, transaction
from cdr.store.document import Document, unwritten
from cdr.store.layout import Place
from cdr.store.objects import Blob, NotHere
from cdr.store.plaintext import decode, salvaged
from cdr.store.registry import MEMBER
from cdr.store.revisions import Step
from cdr.store.store import Store
from cdr.store.transaction import Change

READ, EARLIER, BACK, EMPTIED, REMOVED, LOST = "read", "earlier", "back", "emptied", "removed", "lost"
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
    attachment: bytes | None = None


def mend(store: Store) -> list[Mended]:
    """Put right what the acting member ought to be able to open and cannot, in one commit.

    Raises: as `Store.commit`.
    """
    if store.person.role != MEMBER:
        return []
    with store.writing():
        broken = [place for place in _places(store) if not _is_whole(store, place)]
        found = {place: _put_right(store, place) for place in broken}
        mended = [Mended(place.path, one.how, _aside(store, place)) for place, one in found.items()]
        stands = [one.stands for one in found.values() if one.stands]
        removed = tuple(place.path for place, one in found.items() if one.how == REMOVED)
        attached = {place: one.attachment for place, one in found.items() if one.attachment is not None}
        if stands or removed or attached:
            bodies, texts = {one.place: one.body for one in stands}, {one.place: one.text for one in stands if one.text}
            store.commit(Change("repair", bodies, texts=texts, attachments=attached, removed=removed), stands)
    return mended


def objects_found_again(store: Store, files: Mapping[str, Blob]) -> list[str]:
    """Give the repository back what it lost of these files and the folder has as it was recorded; their paths. The caller holds the lock."""
    return [path for path, blob in files.items() if not _is_in(store, blob) and store.git.give_back(blob, path)]


def _is_in(store: Store, blob: Blob) -> bool:
    try:
        store.git.contents([blob.digest] if blob.is_regular else [])
    except NotHere:
        return False
    return True


def _places(store: Store) -> list[Place]:
    """Every document, and every one that somebody took out by hand."""
    return [*store.snapshot.places.values(), *store.sealed.taken_out()]


def _is_whole(store: Store, place: Place) -> bool:
    if place.path not in store.sealed.files or (place.case and store.sealed.lacks_its_case(place.case)):
        return False
    try:
        if place.kind is layout.ATTACHMENT:
            store.snapshot.check_recipients(place, store.snapshot.raw(place.path))
        else:
            store.snapshot.read(place)
    except Newer:  # it is this cdr that does not know it: an older revision in its place would lose what it says
        return not place.kind.chaser_writes  # but of the chaser nobody knows that it was a cdr that wrote
    except UNREADABLE:
        return False
    return True


def _put_right(store: Store, place: Place) -> _Found:
    if place.case and store.sealed.lacks_its_case(place.case):
        return _Found(REMOVED if place.kind.chaser_writes else LOST)
    is_gone = place.path not in store.sealed.files
    if place.kind is layout.ATTACHMENT:
        return _attachment(store, place) if is_gone else _Found(LOST)
    if not is_gone and not _is_in(store, store.sealed.files[place.path]):
        return _Found(LOST)  # what is not here another copy has: an older revision in its place would only hide that
    steps = store.sealed.revisions.of(place.path)
    for number, step in enumerate(steps):
        document = _honest(store, place, step)
        if document is not None and number == 0:
            return _Found(READ, document)
        if document is not None:
            how = BACK if is_gone and number == 1 else EARLIER
            return _Found(how, replace(document, revision=document.revision + number))
    emptied = replace(unwritten(place), revision=len(steps)) if place.kind.chaser_writes else None
    return _Found(EMPTIED, emptied) if emptied else _Found(LOST)


def _attachment(store: Store, place: Place) -> _Found:
    """A file kept with a case that was taken out by hand, as it was; whether it is the one that was attached, its digest in the case says."""
    blob = next((step.blob for step in store.sealed.revisions.of(place.path) if step.blob), None)
    try:
        [ciphertext] = store.git.contents([blob.digest] if blob and blob.is_regular else [])
        return _Found(BACK, attachment=store.snapshot.keys.gnupg.decrypt(ciphertext, place.path))
    except (*UNREADABLE, ValueError):
        return _Found(LOST)


def _honest(store: Store, place: Place, step: Step) -> Document | None:
    """What a revision says; None for one that does not read, or that does not follow what it replaced: an older one put back."""
    if step.blob is None or not step.blob.is_regular:
        return None
    try:
        document = _read(store, place, store.git.contents([step.blob.digest])[0])
        return document if store.sealed.revisions.follow(document.previous, step.before) else None
    except UNREADABLE:
        return None


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
    kept = transaction.aside(store.git) / place.path
    disk.private_folder(kept.parent)
    disk.write_whole(kept, ciphertext)
    return str(kept)
