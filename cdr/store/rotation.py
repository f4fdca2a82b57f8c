"""Documents encrypted anew for other readers: all in one commit or nothing, and taken up again where it was stopped.

What was encrypted before a run was stopped lies in the repository and belongs to no commit; a note beside the store says which
file each was made from and for whom, so that the next run for the same readers makes only the rest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence

from cdr.errors import CdrError, InvalidData, Newer, NotAllowed, NotAuthentic, ToolMissing
from cdr.records import dataclass, field
from cdr.store import layout, transaction
from cdr.store.document import Document
from cdr.store.layout import Kind, Place
from cdr.store.objects import ID, Blob, NotHere
from cdr.store.packets import recipient_ids
from cdr.store.plaintext import encode
from cdr.store.registry import Person, may_read, usable
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

TOGETHER = "cdr keys refresh FINGERPRINT FINGERPRINT"
UNREADABLE = (NotAuthentic, NotAllowed, ToolMissing, InvalidData)
AT_ONCE = 100  # so many files are looked at together
SAVE_EVERY = 20  # documents: what a kill or a power cut costs at most, beside those of one case
NOTE = "rotation"


@dataclass
class Rotation:
    """What came of it: the keys whose file in the store changed, the documents encrypted anew, and by path why others were left.

    `commit` is empty where there was nothing to record; `taken_up` counts those that an earlier run had made ready.
    """

    changed: tuple[str, ...] = ()
    encrypted: dict[str, Blob] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    left: dict[str, CdrError] = field(default_factory=dict)
    commit: str = ""
    taken_up: int = 0


def otherwise_encrypted(new: Snapshot, concerns: Callable[[Kind], bool]) -> Iterator[Place]:
    """The documents of these kinds that are not encrypted to exactly the subkeys in use of who may read them from now on."""
    ids = _ids(new, new.keys.registry.people)
    for place, found in _recipients_of(new, concerns):
        if found != {id_ for person, id_ in ids.items() if may_read(person, place.kind)}:
            yield place


def behind(new: Snapshot, people: Sequence[Person]) -> Iterator[Place]:
    """The documents that one of these people reads with another subkey than the one that is encrypted to today."""
    ids = _ids(new, people)
    for place, found in _recipients_of(new, lambda kind: True):
        if not {id_ for person, id_ in ids.items() if may_read(person, place.kind)}.issubset(found):
            yield place


def _ids(new: Snapshot, people: Sequence[Person]) -> dict[Person, str]:
    """The subkey that GnuPG encrypts to for each of these people; who cannot be encrypted to is left to be told later."""
    gnupg = new.keys.gnupg
    able = [one for one in people if (key := new.public_keys.get(one.fingerprint)) is not None and not key.trouble]
    return {person: recipient_ids(gnupg.encrypt(b"", [person.fingerprint]), "A message")[0] for person in able}


def _recipients_of(new: Snapshot, concerns: Callable[[Kind], bool]) -> Iterator[tuple[Place, set[str]]]:
    documents = [place for place in new.places.values() if new.files[place.path].is_regular and concerns(place.kind)]
    for start in range(0, len(documents), AT_ONCE):
        several = documents[start : start + AT_ONCE]
        contents = new.git.contents(new.files[place.path].digest for place in several)
        for place, ciphertext in zip(several, contents, strict=True):
            yield place, _recipients(place, ciphertext)


def _recipients(place: Place, ciphertext: bytes) -> set[str]:
    try:
        return {*recipient_ids(ciphertext, place.path)}
    except NotAuthentic:
        return set()


def encrypt_anew(store: Store, new: Snapshot, places: Sequence[Place], found: Rotation) -> None:
    """Each of these documents in its next revision, which says the same. What cannot be opened stays as it is, and is told.

    Raises: NotAllowed where another reader's key cannot be encrypted to: nobody is ever left out silently.
    """
    if not places:
        return
    try:
        for person in new.keys.registry.people:
            usable(new.public_keys, person)
    except NotAllowed as error:
        raise NotAllowed(error.message, f"{error.hint} Several are taken up at once: {TOGETHER}") from None
    found.left.update({path: Newer(path) for path in new.files if layout.may_be_newer(path)})
    note = _Note(store, new)
    by_case: dict[str, list[Place]] = {}
    for place in places:
        by_case.setdefault(place.case or place.path, []).append(place)
    try:
        for case in store.progress(list(by_case), "Encrypting anew"):
            waiting = [place for place in by_case[case] if not _is_ready(new, place, note, found)]
            _encrypt_case(store, new, case, waiting, note, found)
            note.save_now_and_then()
    finally:
        note.save()


def _is_ready(new: Snapshot, place: Place, note: _Note, found: Rotation) -> bool:
    """Whether an earlier run encrypted this very file for these very readers, and what it made is still there."""
    blob = note.made_from(place.path, new.files[place.path].digest)
    if blob is None:
        return False
    try:
        new.check_sealed(place, new.git.contents([blob.digest])[0])
    except (NotHere, NotAuthentic):
        return False
    found.encrypted[place.path] = blob
    found.taken_up += 1
    return True


def _encrypt_case(
    store: Store, new: Snapshot, case: str, several: Sequence[Place], note: _Note, found: Rotation
) -> None:
    documents = _documents(store, case, [place for place in several if place.kind is not layout.ATTACHMENT], found)
    for place in several:
        try:
            plain = _to_encrypt(store, place, documents, found)
        except UNREADABLE as error:
            found.left.setdefault(place.path, error)
            continue
        ciphertext = new.keys.gnupg.encrypt(plain, new.keys.registry.readers(place.kind))
        new.check_sealed(place, ciphertext)
        found.encrypted[place.path] = blob = store.git.keep(ciphertext)
        note.made[place.path] = (new.files[place.path].digest, blob.digest)


def _documents(store: Store, case: str, places: Sequence[Place], found: Rotation) -> dict[str, Document]:
    """The documents by path, out of what is kept of the case as far as that holds them in their writers' own words."""
    with_words: dict[str, Document] = {}
    try:
        opened = store.index.case_documents(case, places)
        with_words = {one.place.path: one for one in opened.values() if one.text is not None}
    except UNREADABLE:  # one of them; the others are opened one by one
        pass
    for place in places:
        if place.path not in with_words:
            try:
                with_words[place.path] = store.snapshot.read(place)
            except UNREADABLE as error:
                found.left[place.path] = error
    return with_words


def _to_encrypt(store: Store, place: Place, documents: Mapping[str, Document], found: Rotation) -> bytes:
    if place.kind is layout.ATTACHMENT:
        return store.attachment(place.case, int(place.id.rpartition("-")[2]))
    if place.path in found.left:
        raise found.left[place.path]
    document = documents[place.path]
    encoded = encode(document.successor(document.body, store.snapshot.replaced_by_next(place.path), document.text))
    found.documents[place.path] = encoded.document
    return encoded.plain


class _Note:
    """Which documents were encrypted anew already, for which readers: by path the file it was made from, and the one made."""

    def __init__(self, store: Store, new: Snapshot) -> None:
        self.state = store.history.state
        self.readers = _readers(new)
        self.made: dict[str, tuple[str, str]] = {}
        self.saved = 0
        try:
            kept = json.loads(self.state.sealed(self._name) or b"{}")
            if kept.get("readers") == self.readers:
                self.made = {str(path): (str(before), str(after)) for path, (before, after) in kept["made"].items()}
        except (ValueError, KeyError, TypeError, AttributeError):
            pass

    @property
    def _name(self) -> str:
        return f"{NOTE}/{self.state.place_name}"

    def made_from(self, path: str, digest: str) -> Blob | None:
        """What was made from this file; None where nothing was."""
        before, after = self.made.get(path, ("", ""))
        return Blob("100644", after) if before == digest and ID.fullmatch(after) else None

    def save_now_and_then(self) -> None:
        """Keep it where enough was made since."""
        if len(self.made) - self.saved >= SAVE_EVERY:
            self.save()

    def save(self) -> None:
        """Keep it where there is anything to keep."""
        self.saved = len(self.made)
        if self.made:
            self.state.seal(self._name, json.dumps({"readers": self.readers, "made": self.made}).encode())


def forget(store: Store) -> None:
    """What was made ready is recorded: the note is of no more use."""
    store.history.state.forget(f"{NOTE}/{store.history.state.place_name}")


def _readers(new: Snapshot) -> str:
    """A digest of who reads and with which subkeys."""
    people = [
        (one.fingerprint, one.role, new.public_keys[one.fingerprint].encryption_ids) for one in new.keys.registry.people
    ]
    return hashlib.sha256(json.dumps(sorted(people)).encode()).hexdigest()


def record(
    store: Store, new: Snapshot, files: Mapping[str, bytes | None], message: str, found: Rotation, count: int
) -> None:
    """Publish the keys' own files and all that was encrypted anew in one signed commit, the `count`th of the history.

    Raises: as `Store.record`.
    """
    person = store.person
    known = (
        new if person.fingerprint in new.public_keys else store.snapshot
    )  # who takes out their own key signs for the last time
    line = transaction.author(known, person)
    found.commit = store.git.commit(
        store.snapshot.head, {**files, **found.encrypted}, message, line, transaction.signing(known, person)
    )
    store.record(found.commit, message, lambda: _keep(store, found, count))


def _keep(store: Store, found: Rotation, count: int) -> None:
    """Keep what was opened under its new digests, so that nothing has to be opened again for it."""
    cases = {document.place.case for document in found.documents.values() if document.place.case}
    forget(store)
    store.history.remember(found.commit, count)
    store.history.taken_up = ()
    before = {case: store.index.opened.of(case) for case in sorted(cases)}
    store.look_again()
    digests = {path: blob.digest for path, blob in found.encrypted.items()}
    store.index.put({path: (document, digests[path]) for path, document in found.documents.items()}, found.commit)
    own: dict[str, dict[str, Document]] = {case: {} for case in before}
    for one in found.documents.values():
        if one.place.case:
            own[one.place.case][one.place.id] = one
    for case, documents in own.items():
        store.index.keep_case(case, documents, before[case], digests, with_others=True)
    store.index.opened.save()
