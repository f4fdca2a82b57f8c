"""A renewed key taken up: its later end and its new subkeys, in one signed commit with all that is encrypted anew for them."""

from __future__ import annotations

from collections.abc import Sequence

from cdr.errors import NotAllowed, NotFound, WrongUsage
from cdr.store import layout, rotation
from cdr.store.crypto import Gnupg, short
from cdr.store.keyring import MISSING, advice
from cdr.store.registry import Person
from cdr.store.rotation import Rotation
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

MESSAGE = "cdr: keys refresh"


def refresh(store: Store, fingerprints: Sequence[str]) -> Rotation:
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
        found = Rotation(tuple(f for f in files if known.get(f) != new.public_keys[f]))
        rotation.encrypt_anew(store, new, [*rotation.behind(new, people)], found)
        if not found.changed and not found.encrypted:
            return found
        recorded = {layout.key_path(fingerprint): files[fingerprint] for fingerprint in found.changed}
        rotation.record(store, new, recorded, MESSAGE, found, before.count + 1)
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
