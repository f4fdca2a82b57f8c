"""A renewed key taken up: its later end and its new subkeys, in one signed commit with all that is encrypted anew for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cdr.errors import CdrError, InvalidData, NotAllowed, NotAuthentic, NotFound, ToolMissing, WrongUsage
from cdr.store import layout, transaction
from cdr.store.crypto import Gnupg, short
from cdr.store.document import Document, encode
from cdr.store.keyring import MISSING, advice
from cdr.store.layout import Place
from cdr.store.objects import Blob
from cdr.store.packets import recipient_ids
from cdr.store.registry import Person, may_read, usable
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

MESSAGE = "cdr: keys refresh"
TOGETHER = "cdr keys refresh FINGERPRINT FINGERPRINT"
UNREADABLE = (NotAuthentic, NotAllowed, ToolMissing, InvalidData)
AT_ONCE = 100  # so many files are looked at together


@dataclass
class Renewal:
    """What came of it: the keys whose file in the store changed, the documents encrypted anew, and by path why others were left.

    `commit` is empty where there was nothing to record.
    """

    changed: tuple[str, ...]
    encrypted: dict[str, Blob] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    left: dict[str, CdrError] = field(default_factory=dict)
    commit: str = ""


def refresh(store: Store, fingerprints: Sequence[str]) -> Renewal:
    """Take up these people's keys as GnuPG holds them here, all in one commit or none.

    The history may end with a commit that a new subkey signed: the key that is taken up says whose it is.
    Raises: WrongUsage, NotFound, NotAllowed; as `Store.record`.
    """
    store.history.taken_up = tuple(_held(fingerprint) for fingerprint in fingerprints)
    with store.writing():
        store.require_member()
        before = store.history.verified(store.progress)
        people = [_person(store, fingerprint) for fingerprint in fingerprints]
        files = {person.fingerprint: _file(store.snapshot, person) for person in people}
        new = Snapshot(store.git, store.history.keys_with(before.head, files), store.sealed.revisions, store.person)
        for person in people:
            _refuse_useless(new, person)
        known = store.snapshot.public_keys
        found = Renewal(tuple(f for f in files if known.get(f) != new.public_keys[f]))
        _encrypt_anew(store, new, [*_behind(new, people)], found)
        if not found.changed and not found.encrypted:
            return found
        recorded = {layout.key_path(fingerprint): files[fingerprint] for fingerprint in found.changed}
        found.commit = _committed(store, new, {**recorded, **found.encrypted})
        store.record(found.commit, MESSAGE, lambda: _keep(store, found, before.count + 1))
    return found


def _held(fingerprint: str) -> bytes:
    gnupg = Gnupg()
    if gnupg.key(fingerprint) is None:
        raise WrongUsage(
            f"GnuPG holds no public key {short(fingerprint)}.",
            "Give the whole fingerprint, as cdr keys list shows it; import a key that somebody sent: gpg --import FILE",
        )
    return gnupg.export(fingerprint)


def _person(store: Store, fingerprint: str) -> Person:
    person = store.sealed.keys.registry.person(fingerprint)
    if person is None:
        raise NotFound(f"The key {short(fingerprint)} is not in this store's registry.", "See: cdr keys list")
    return person


def _file(snapshot: Snapshot, person: Person) -> bytes:
    """A person's public key as it is to be recorded: what GnuPG holds here, and no subkey less than the store knows."""
    path = layout.key_path(person.fingerprint)
    known = [snapshot.raw(path)] if path in snapshot.files else []
    return Gnupg().export(person.fingerprint, known)


def _refuse_useless(new: Snapshot, person: Person) -> None:
    key = new.public_keys.get(person.fingerprint)
    trouble = MISSING if key is None else key.trouble
    if trouble:
        raise NotAllowed(
            f"The key {short(person.fingerprint)} of {person.name} {trouble}, in GnuPG here too, so it was not taken up.",
            advice(person.fingerprint, trouble, key.parts if key else ()),
        )


def _behind(new: Snapshot, people: Sequence[Person]) -> Iterator[Place]:
    """The documents that one of these people reads with another subkey than the one that is encrypted to today."""
    gnupg = new.keys.gnupg
    ids = {person: recipient_ids(gnupg.encrypt(b"", [person.fingerprint]), "A message")[0] for person in people}
    plain = [place for place in new.places.values() if new.files[place.path].is_plain]
    for start in range(0, len(plain), AT_ONCE):
        several = plain[start : start + AT_ONCE]
        contents = new.git.contents(new.files[place.path].digest for place in several)
        for place, ciphertext in zip(several, contents, strict=True):
            wanted = {id_ for person, id_ in ids.items() if may_read(person, place.kind)}
            if not wanted.issubset(_recipients(place, ciphertext)):
                yield place


def _recipients(place: Place, ciphertext: bytes) -> tuple[str, ...]:
    try:
        return recipient_ids(ciphertext, place.path)
    except NotAuthentic:
        return ()


def _encrypt_anew(store: Store, new: Snapshot, places: Sequence[Place], found: Renewal) -> None:
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
    by_case: dict[str, list[Place]] = {}
    for place in places:
        by_case.setdefault(place.case or place.path, []).append(place)
    for case in store.progress(list(by_case), "Encrypting anew"):
        several = by_case[case]
        documents = _documents(store, case, [place for place in several if place.kind is not layout.ATTACHMENT], found)
        for place in several:
            try:
                plain = _plain(store, place, documents, found)
            except UNREADABLE as error:
                found.left.setdefault(place.path, error)
                continue
            ciphertext = new.keys.gnupg.encrypt(plain, new.keys.registry.readers(place.kind))
            new.check_sealed(place, ciphertext)
            found.encrypted[place.path] = store.git.keep(ciphertext)


def _documents(store: Store, case: str, places: Sequence[Place], found: Renewal) -> dict[str, Document]:
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


def _plain(store: Store, place: Place, documents: Mapping[str, Document], found: Renewal) -> bytes:
    if place.kind is layout.ATTACHMENT:
        return store.attachment(place.case, int(place.id.rpartition("-")[2]))
    if place.path in found.left:
        raise found.left[place.path]
    document = documents[place.path]
    encoded = encode(document.successor(document.body, store.snapshot.replaced_by_next(place.path), document.text))
    found.documents[place.path] = encoded.document
    return encoded.plain


def _committed(store: Store, new: Snapshot, files: Mapping[str, bytes | Blob]) -> str:
    person = store.person
    line = transaction.author(new, person)
    return store.git.commit(
        store.snapshot.head, files, MESSAGE, line, lambda payload: new.keys.gnupg.sign(payload, person.fingerprint)
    )


def _keep(store: Store, found: Renewal, count: int) -> None:
    """Keep what was opened under its new digests, so that nothing has to be opened again for it."""
    cases = {document.place.case for document in found.documents.values() if document.place.case}
    before = {case: store.index.kept_of(case) for case in cases}
    store.history.remember(found.commit, count)
    store.history.taken_up = ()
    store.look_again()
    digests = {path: blob.digest for path, blob in found.encrypted.items()}
    store.index.put({path: (document, digests[path]) for path, document in found.documents.items()}, found.commit)
    for case in cases:
        own = {one.place.id: one for one in found.documents.values() if one.place.case == case}
        store.index.keep_case(case, own, before[case], digests)
