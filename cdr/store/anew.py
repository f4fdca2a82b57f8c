"""One's own work recorded anew on top of what the others have, where a case in it was erased meanwhile.

A merge would carry one's own commits along, and with them what was written in the case after it had gone; and a repository that has destroyed
its files takes no folder that names them. So what else was done comes as one new commit on theirs, and one's own commits are given up.
"""

from __future__ import annotations

from cdr.errors import NotAllowed
from cdr.records import replace
from cdr.store import erasures, incoming, layout, transaction
from cdr.store.incoming import Incoming, Joint, Sides
from cdr.store.layout import Place
from cdr.store.objects import Blob
from cdr.store.plaintext import encode
from cdr.store.registry import MEMBER, Person, Registry, may_write
from cdr.store.revisions import Revisions
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

MESSAGE = "cdr: sync anew"


def is_called_for(store: Store, found: Incoming) -> bool:
    """Whether a commit that the others have not says anything in a case that they have erased."""
    git = store.git
    erased = erasures.erased_at(git, found.theirs)
    own = git.ancestors(found.ours) - git.ancestors(found.theirs) if erased else set()
    return any(
        new is not None and erasures.case_of(path) in erased
        for commit in own
        for parent in git.parents(commit)
        for path, (_, new) in git.changed(parent, commit).items()
    )


def record(store: Store, found: Incoming, both: Sides, joint: Joint, registry: Registry) -> None:
    """Record all that was done here in other cases as one commit on theirs. The caller holds the lock.

    Raises: NotAllowed where who acts may not write what is to be recorded; as `Store.record`.
    """
    person = store.person
    incoming.refuse_stranger(both, person)
    wanted = {**_alone(both, person), **joint.files}
    files = {path: one for path, one in wanted.items() if one is not None or path in both.theirs.files}
    keys = incoming.keys_of(store, both, files, registry)
    new = Snapshot(store.git, keys, both.theirs.revisions, person)
    every: dict[str, bytes | Blob | None] = {
        path: one for path, one in files.items() if layout.place(path) is None or one is None
    }
    for place, data in _documents(both, joint, files):
        _refuse_other(person, place)
        every[place.path] = incoming.sealed(new, place, data)
    line, sign = transaction.author(both.theirs, person), transaction.signing(both.theirs, person)
    commit = store.git.commit(found.theirs, every, MESSAGE, line, sign) if every else found.theirs
    at = Snapshot(store.git, keys, Revisions(store.git, store.history.state, commit, is_kept=False), person)
    if anew := incoming.encrypted_anew(store, at, both, person):
        commit = store.git.commit(commit, anew, incoming.ENCRYPTED, line, sign)
    for one in store.git.since(found.theirs, commit) or []:
        store.history.check(one)
    store.history.give_up(found.ours, commit)
    incoming.publish(store, found, commit, 1 + len(store.git.since(store.root, commit) or []))


def _alone(both: Sides, person: Person) -> dict[str, Blob | bytes | None]:
    """What only this side changed, as it left it; without what another member said of an erasure, which only they can say again."""
    git, base = both.base.git, both.base.head
    one, other = git.changed(base, both.ours.head), git.changed(base, both.theirs.head)
    erased = erasures.erased_at(git, both.theirs.head)
    found: dict[str, Blob | bytes | None] = {}
    for path, (_, new) in one.items():
        if path in other or erasures.case_of(path) in erased:
            continue
        if erasures.is_of_erasure(path):
            case = path.rpartition("/")[2].removesuffix(".yaml")
            before, after = (erasures.at(git, side.head, case) for side in (both.theirs, both.ours))
            if erasures.fault(before, after, person.fingerprint):
                continue
        found[path] = new
    return found


def _documents(both: Sides, joint: Joint, files: dict[str, Blob | bytes | None]) -> list[tuple[Place, bytes]]:
    """Every encrypted file that is to be written, each document as the one after what stands on theirs."""
    found = []
    for path, one in files.items():
        place = layout.place(path)
        if place is None or one is None:
            continue
        side = both.ours if both.ours.files.get(path) == one else both.theirs
        if place.kind is layout.ATTACHMENT:
            found.append((place, incoming.attachment_at(side, place) or b""))
        else:
            document = side.read(place)
            found.append((place, encode(replace(document, previous=both.theirs.replaced_by_next(path))).plain))
    for place, document in joint.documents.items():
        previous = both.theirs.replaced_by_next(place.path)
        found.append((place, encode(replace(document, previous=previous)).plain))
    return [*found, *joint.attachments.items(), *incoming.added(joint, both.theirs)]


def _refuse_other(person: Person, place: Place) -> None:
    if person.role != MEMBER and not may_write(person, place.kind):
        raise NotAllowed("A member has to put these changes together first.", "On a member's machine: cdr sync")
