"""Who may read changes: a key added or taken out, in one signed commit with all that is encrypted anew for it.

What changes for the chaser's key touches requests and prompts alone: nothing else is opened for it.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from cdr.errors import ConditionsNotMet, NotAllowed, NotAuthentic, NotFound
from cdr.forms import codec
from cdr.records import dataclass, replace
from cdr.store import layout, rotation
from cdr.store.crypto import Gnupg, short
from cdr.store.keyring import Key, advice
from cdr.store.registry import MEMBER, Left, Person, Registry, may_read
from cdr.store.rotation import Rotation
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

ADDED, REMOVED = "cdr: keys add", "cdr: keys remove"
ASK_FOR_ONE = "Ask its owner for it: gpg --armor --export FINGERPRINT"


def add(store: Store, file: bytes, role: str, since: date) -> tuple[Person, Rotation]:
    """Let the key in a file read and write as `role`; a key that is there already in that role changes nothing.

    Raises: ConditionsNotMet, NotAllowed; as `Store.record`.
    """
    key, armoured = the_key_in(file)
    with store.writing():
        store.require_member()
        registry = store.sealed.keys.registry
        known = registry.person(key.fingerprint)
        if known and known.role == role:
            return known, Rotation()
        if known:
            raise ConditionsNotMet(
                f"The key {short(key.fingerprint)} is the {known.role}'s already; one key is one or the other.",
                [],
                "Take it out first (cdr keys remove), or give another key.",
            )
        person = Person(key.fingerprint, key.name, role, since.isoformat())
        wanted = replace(registry, people=(*registry.people, person))
        files: dict[str, bytes | None] = {layout.key_path(key.fingerprint): armoured}
        return person, _changed(store, wanted, person, files, ADDED)


def remove(store: Store, fingerprint: str, reason: str, until: date) -> tuple[Person, Rotation]:
    """Take a key out: what is recorded now and from now on is encrypted to the others alone.

    Raises: NotFound, ConditionsNotMet for the last member; as `Store.record`.
    """
    with store.writing():
        store.require_member()
        registry = store.sealed.keys.registry
        person = registry.person(fingerprint)
        if person is None:
            raise NotFound(f"The key {short(fingerprint)} is not in this store's registry.", "See: cdr keys list")
        others = tuple(one for one in registry.people if one != person)
        if not any(one.role == MEMBER for one in others):
            raise ConditionsNotMet(
                "That is the last member's key: without it nobody could open the store any more.",
                [],
                "Add another member's key first: cdr keys add FILE",
            )
        gone = Left(person.fingerprint, person.name, person.role, person.since, until.isoformat(), reason)
        wanted = replace(registry, people=others, left=(*registry.left, gone))
        return person, _changed(store, wanted, person, {layout.key_path(fingerprint): None}, REMOVED)


def the_key_in(file: bytes) -> tuple[Key, bytes]:
    """The one public key in a file, and the file as the store keeps it. Raises: ConditionsNotMet, NotAllowed."""
    with TemporaryDirectory(prefix="cdr-") as aside:
        given = Gnupg(Path(aside) / "given.kbx")
        try:
            given.add([file])
        except NotAuthentic as error:
            raise ConditionsNotMet(error.message, [], ASK_FOR_ONE) from None
        keys = given.listed()
        if len(keys) != 1:
            count = "no public key" if not keys else f"{len(keys)} public keys"
            raise ConditionsNotMet(f"The file holds {count}; one is added at a time.", [], ASK_FOR_ONE)
        [key] = keys
        trouble = key.trouble or key.cannot_sign
        if trouble:
            raise NotAllowed(
                f"The key {short(key.fingerprint)} of {key.name} {trouble}, so it was not added.",
                f"{advice(key.fingerprint, trouble, key.parts).partition('; then:')[0]}; or give another.",
            )
        return key, given.export(key.fingerprint)


def _changed(store: Store, wanted: Registry, person: Person, files: dict[str, bytes | None], message: str) -> Rotation:
    before = store.history.verified(store.progress)
    armoured = {path.partition("/")[2].removesuffix(".asc"): raw for path, raw in files.items() if raw is not None}
    keys = store.history.keys_with(before.head, armoured, wanted)
    new = Snapshot(store.git, keys, store.sealed.revisions, store.person)
    found = Rotation((person.fingerprint,))
    rotation.encrypt_anew(store, new, [*rotation.otherwise_encrypted(new, lambda kind: may_read(person, kind))], found)
    recorded = {layout.REGISTRY: codec.dump(wanted.body()), **files}
    rotation.record(store, new, recorded, message, found, before.count + 1)
    return found


@dataclass(frozen=True)
class StillReadable:
    """What whoever held a key that was taken out can still open in a copy that they kept: so many documents, of so many cases."""

    documents: int
    cases: int


def still_readable(store: Store, person: Person) -> StillReadable:
    """What was encrypted to a key before it was taken out; nothing can take that back."""
    places = [place for place in store.sealed.places.values() if may_read(person, place.kind)]
    return StillReadable(len(places), len({place.case for place in places if place.case}))
