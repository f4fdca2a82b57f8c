"""What another copy of the store has recorded: judged as `verify` judges, taken over as it is, or put together with one's own.

A merge is one commit that a person signs. Where the two lines of work were encrypted for different people, or gave one name to two
files, a second commit follows it, and both become part of the store in the same step.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from cdr.errors import CdrError, GitFailed, NotAllowed, NotAuthentic
from cdr.forms import codec, schema
from cdr.records import dataclass, field, replace
from cdr.store import erasures, layout, transaction
from cdr.store.crypto import Gnupg
from cdr.store.document import Document, digest
from cdr.store.history import Keys
from cdr.store.layout import Place
from cdr.store.objects import Blob
from cdr.store.packets import recipient_ids
from cdr.store.plaintext import decode, encode
from cdr.store.registry import MEMBER, Person, Registry, encryption_ids, may_read, may_write
from cdr.store.revisions import Revisions
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

MESSAGE, ENCRYPTED = "cdr: sync", "cdr: sync encrypt"


@dataclass(frozen=True)
class Incoming:
    """Another line of work, found authentic: its last commit, where the two parted, how many commits it adds to ours."""

    theirs: str
    base: str
    new: tuple[str, ...]
    ours: str

    @property
    def is_ours_already(self) -> bool:
        """Whether there is nothing in it that is not here."""
        return self.base == self.theirs

    @property
    def is_ahead(self) -> bool:
        """Whether it was built on what is here, so that nothing needs to be put together."""
        return self.base == self.ours


def judged(store: Store, theirs: str) -> Incoming:
    """Check every commit that theirs adds to ours as one's own history is checked. Raises: NotAuthentic; then nothing is taken."""
    git, history = store.git, store.history
    ours = history.verified(store.progress).head
    if not git.is_ancestor(history.root, theirs):
        raise NotAuthentic(
            "The remote holds another store, or one whose history was written anew.",
            "Nothing was taken over. Ask the other members.",
        )
    base = git.merge_base(ours, theirs)
    known = git.ancestors(ours) if base != ours else set()
    commits = {one.id: one for one in git.since(base, theirs) or [] if one.id not in known}
    for id_ in store.progress(list(commits), "Checking what came in"):
        history.check(commits[id_])
    return Incoming(theirs, base, tuple(commits), ours)


def snapshot_at(store: Store, commit: str) -> Snapshot:
    """The store as another commit has it, read with the acting person's key."""
    revisions = Revisions(store.git, store.history.state, commit, is_kept=False)
    return Snapshot(store.git, store.history.keys_at(commit), revisions, store.person)


def faults(store: Store, incoming: Incoming, there: Snapshot, most: int) -> Iterator[tuple[str, str]]:
    """What `verify` would say of the files that came in: by path. At most so many documents are opened for it."""
    if there.keys.registry.person(store.person.fingerprint) is None:
        yield layout.REGISTRY, "Your key was taken out of the store: what was recorded since then it does not open."
        return
    opened = 0
    for path, (_, blob) in store.git.changed(incoming.base, incoming.theirs).items():
        place = layout.place(path)
        if blob is None:
            continue
        if path.startswith(layout.MANAGED) and not (blob.is_regular and layout.is_known(path)):
            yield path, "It is no file that a store has there."
        elif place is not None:
            try:
                ciphertext = there.raw(path)
                there.check_recipients(place, ciphertext)
                if opened < most and may_read(store.person, place.kind) and place.kind is not layout.ATTACHMENT:
                    opened += 1
                    _well_formed(there.open(place, ciphertext))
            except (NotAuthentic, NotAllowed) as error:
                yield path, error.message.removeprefix(path).strip()


def _well_formed(document: Document) -> None:
    if schema.problems(document.body, schema.current(document.form)):
        raise NotAuthentic(f"{document.place.path} does not hold what its form asks for.")


def take_over(store: Store, incoming: Incoming) -> None:
    """Bring the branch forward to a line of work that was built on ours. The caller holds the lock. Raises: as `Store.record`."""
    count = store.history.verified(store.progress).count + len(incoming.new)
    publish(store, incoming, incoming.theirs, count)


def publish(store: Store, incoming: Incoming, commit: str, count: int) -> None:
    """Make what came in, or what became of it, the `count` commits of this copy. Raises: as `Store.record`."""
    store.refuse_changed_files(*store.git.changed(incoming.ours, commit))

    def keep() -> None:
        store.history.remember(commit, count)
        store.look_again()

    store.record(commit, MESSAGE, keep)


# ---- putting together ------------------------------------------------------------------------------------------------


@dataclass
class Joint:
    """What two lines of work come to: whole files by path (None: taken away), documents in new revisions, and added ones.

    `added` are files that both sides gave the same name to: the later of the two in a place of its own; and documents that only one side
    changed and that what both did changes once more.
    """

    files: dict[str, Blob | bytes | None] = field(default_factory=dict)
    documents: dict[Place, Document] = field(default_factory=dict)
    attachments: dict[Place, bytes] = field(default_factory=dict)
    added: dict[Place, Document | bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class Sides:
    """The two lines of work and where they parted, each read with the acting person's key."""

    base: Snapshot
    ours: Snapshot
    theirs: Snapshot

    def changed_by_both(self) -> list[str]:
        """The files that both changed, and not to the same."""
        one, other = (self.base.git.changed(self.base.head, side.head) for side in (self.ours, self.theirs))
        return [path for path in one if path in other and one[path][1] != other[path][1]]

    def of_theirs_alone(self) -> dict[str, Blob | None]:
        """The files that theirs changed and ours did not. Raises: NotAuthentic where one is no plain file."""
        one, other = (self.base.git.changed(self.base.head, side.head) for side in (self.ours, self.theirs))
        found = {path: new for path, (_, new) in other.items() if path not in one}
        odd = [path for path, blob in found.items() if blob and not blob.is_regular]
        if odd:
            raise NotAuthentic(
                f"{odd[0]} is no plain file on the remote, so nothing was taken over.",
                "Ask who put it there: cdr audit",
            )
        return found


def erased(both: Sides) -> set[str]:
    """The cases that either side has erased."""
    return {case for side in (both.ours, both.theirs) for case in erasures.erased_at(side.git, side.head)}


def brought_back(both: Sides) -> set[str]:
    """The files that one side wrote in a case which the other, or it too, has erased: they go."""
    gone, git, base = erased(both), both.base.git, both.base.head
    changes = [git.changed(base, side.head).items() for side in (both.ours, both.theirs)] if gone else []
    return {path for one in changes for path, (_, new) in one if new is not None and erasures.case_of(path) in gone}


def erasure_joined(both: Sides, path: str) -> bytes | None:
    """What two lines of work come to that both say something of erasing one case."""
    case = path.rpartition("/")[2].removesuffix(".yaml")
    said = erasures.joined(*(erasures.at(side.git, side.head, case) for side in (both.base, both.ours, both.theirs)))
    return said.written() if said else None


def sides(store: Store, incoming: Incoming) -> Sides:
    """Both lines of work and where they parted."""
    return Sides(*(snapshot_at(store, commit) for commit in (incoming.base, incoming.ours, incoming.theirs)))


def document_at(side: Snapshot, place: Place) -> Document | None:
    """A document as one side has it; None where it is not there. Raises: NotAllowed, NotAuthentic, TryAgain."""
    return side.read(place) if place.path in side.files else None


def attachment_at(side: Snapshot, place: Place) -> bytes | None:
    """The same of an attachment."""
    if place.path not in side.files:
        return None
    ciphertext = side.raw(place.path)
    side.check_recipients(place, ciphertext)
    return side.keys.gnupg.decrypt(ciphertext, place.path)


def open_file_at(side: Snapshot, path: str) -> bytes | None:
    """The same of a file that stands in the open."""
    return side.raw(path) if path in side.files else None


def lines_together(store: Store, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """A text that both changed, line by line as git puts it together; None where both changed the same lines."""
    with TemporaryDirectory(prefix="cdr-") as aside:
        for name, text in (("ours", ours), ("base", base), ("theirs", theirs)):
            Path(aside, name).write_bytes(text)
        try:
            return store.git.run(
                "merge-file", "-p", "-q", *(str(Path(aside, name)) for name in ("ours", "base", "theirs"))
            )
        except GitFailed:
            return None


def keys_together(ours: bytes, theirs: bytes, fingerprint: str) -> bytes:
    """One public key as both sides know it, with all subkeys and the latest end."""
    with TemporaryDirectory(prefix="cdr-") as aside:
        both = Gnupg(Path(aside) / "both.kbx")
        both.add([ours, theirs])
        return both.export(fingerprint)


def join(store: Store, incoming: Incoming, both: Sides, joint: Joint, registry: Registry) -> int:
    """Record what the two come to, signed by who acts; how many documents were written once more. The caller holds the lock.

    Raises: NotAllowed where one side's registry does not know who acts, or they may not write what is to be put together.
    """
    person = store.person
    refuse_stranger(both, person)
    _refuse_unable(joint, person)
    files = {**both.of_theirs_alone(), **joint.files}
    keys = keys_of(store, both, files, registry)
    new = Snapshot(store.git, keys, both.ours.revisions, person)
    made: dict[str, bytes] = {}
    for place, document in joint.documents.items():
        made[place.path] = sealed(new, place, encode(document).plain)
    for place, data in joint.attachments.items():
        made[place.path] = sealed(new, place, data)
    line, sign = transaction.author(both.ours, person), transaction.signing(both.ours, person)
    every: dict[str, bytes | Blob | None] = {**files, **made}
    commit = store.git.commit(incoming.ours, every, MESSAGE, line, sign, merged=incoming.theirs)
    at = Snapshot(store.git, keys, Revisions(store.git, store.history.state, commit, is_kept=False), person)
    anew = encrypted_anew(store, at, both, person)
    anew |= {place.path: sealed(at, place, data) for place, data in added(joint, at)}
    count = store.history.verified(store.progress).count + len(incoming.new) + 1
    if anew:
        line, sign = transaction.author(at, person), transaction.signing(at, person)
        commit, count = store.git.commit(commit, anew, ENCRYPTED, line, sign), count + 1
    for one in store.git.since(incoming.ours, commit) or []:
        if one.id not in incoming.new:
            store.history.check(one)
    publish(store, incoming, commit, count)
    return len(anew)


def refuse_stranger(both: Sides, person: Person) -> None:
    """Stop where one side does not know who acts, or as something else. Raises: NotAllowed."""
    for side in (both.ours, both.theirs):
        known = side.keys.registry.person(person.fingerprint)
        if known is None or known.role != person.role:
            raise NotAllowed(
                "Your key was taken out of the store, so you cannot put your work together with the others'.",
                "What you recorded here stays here. A member can take it in: cdr sync /this/folder",
            )


def _refuse_unable(joint: Joint, person: Person) -> None:
    kinds = [place.kind for place in (*joint.documents, *joint.attachments, *joint.added)]
    if person.role != MEMBER and (joint.files or any(not may_write(person, kind) for kind in kinds)):
        raise NotAllowed("A member has to put these changes together first.", "On a member's machine: cdr sync")


def keys_of(store: Store, both: Sides, files: Mapping[str, Blob | bytes | None], registry: Registry) -> Keys:
    """The registry that both come to, with the keys of its people out of what both hold."""
    armoured = {}
    for person in registry.people:
        path = layout.key_path(person.fingerprint)
        made = files.get(path)
        if isinstance(made, Blob):
            made = store.git.contents([made.digest])[0]
        if made is None and path in both.ours.files:
            made = both.ours.raw(path)
        if made is not None:
            armoured[person.fingerprint] = made
    return store.history.keys_with(both.ours.head, armoured, registry)


def sealed(new: Snapshot, place: Place, plain: bytes) -> bytes:
    """A file of the store, encrypted to who reads it by the registry of `new`. Raises: NotAllowed, NotAuthentic."""
    ciphertext = new.keys.gnupg.encrypt(plain, new.keys.registry.readers(place.kind))
    new.check_sealed(place, ciphertext)
    return ciphertext


def added(joint: Joint, at: Snapshot) -> Iterator[tuple[Place, bytes]]:
    """What is recorded behind what was put together, as plain bytes; each document as the one after what stands there."""
    for place, one in joint.added.items():
        if isinstance(one, bytes):
            yield place, one
        else:
            yield place, encode(replace(one, previous=at.replaced_by_next(place.path))).plain


def encrypted_anew(store: Store, at: Snapshot, both: Sides, person: Person) -> dict[str, bytes]:
    """Documents that one side wrote before it knew who reads on the other, encrypted to all who read now."""
    if both.ours.keys.registry.people == both.theirs.keys.registry.people == both.base.keys.registry.people:
        return {}
    found = {}
    waiting = {place.path: place for place in _meant_for_others(at, person)}
    for path in store.progress(list(waiting), "Encrypting anew"):
        place, ciphertext = waiting[path], at.raw(path)
        try:
            plain = at.keys.gnupg.decrypt(ciphertext, place.path)
            if place.kind is not layout.ATTACHMENT:
                document = decode(plain, place)
                plain = encode(document.successor(document.body, digest(ciphertext), document.text)).plain
            found[place.path] = sealed(at, place, plain)
        except (NotAuthentic, NotAllowed):  # it could not be opened before either: `verify` tells of it
            continue
    return found


def _meant_for_others(at: Snapshot, person: Person) -> list[Place]:
    """The documents that are not encrypted to exactly who reads them by the registry of this commit, and may be by this person."""
    found = []
    for place in at.places.values():
        if not at.files[place.path].is_regular or not may_write(person, place.kind):
            continue
        readers = at.keys.registry.readers(place.kind)
        owners = encryption_ids(at.public_keys, readers)
        try:
            ids = recipient_ids(at.raw(place.path), place.path)
        except CdrError:
            continue
        if sorted(owners.get(id_, "") for id_ in ids) != sorted(readers):
            found.append(place)
    return found


def registry_file(registry: Registry) -> bytes:
    """The registry as it stands in the store."""
    return codec.dump(registry.body())
