"""The one write path: everything is made ready in memory, one signed commit is published by one update of one ref.

Killed before that update the store is as it was; after it, as it is to be. What a crash leaves undone in the work tree is
done at the next start, without a key: a note beside the repository says between which two commits it happened.
"""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from cdr import clock, disk
from cdr.errors import CdrError, InvalidData, Newer, NotAllowed, NotAuthentic
from cdr.records import dataclass, field
from cdr.store import encrypting, git_files, git_locks, layout, worktree
from cdr.store.document import Document
from cdr.store.git import AT_ONCE, Git
from cdr.store.history import Progress
from cdr.store.layout import Place
from cdr.store.objects import EMPTY_TREE, ID, Blob
from cdr.store.plaintext import Encoded, encode
from cdr.store.registry import CHASER, Person, may_write, usable
from cdr.store.snapshot import Snapshot

LONG = 50  # so many documents take more than two seconds
READ_AT_ONCE = 500
LARGEST_NOTE = 4096
LAID_OUT = (
    "{} is kept in a layout of cdr's own, a field a line; comments that could not stay where they stood are at its top."
)
DEFERRED = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}


@dataclass(frozen=True)
class Change:
    """What one command changes: new bodies of documents, new plain files, and files that go.

    `texts` are bodies in a person's own YAML, whose comments and order are kept; `attachments` are files of any kind, kept encrypted.
    """

    verb: str
    documents: Mapping[Place, dict[str, Any]] = field(default_factory=dict)
    texts: Mapping[Place, bytes] = field(default_factory=dict)
    attachments: Mapping[Place, bytes] = field(default_factory=dict)
    open_files: Mapping[str, bytes] = field(default_factory=dict)
    removed: tuple[str, ...] = ()

    def paths(self) -> list[str]:
        """The files that it writes or takes away."""
        return [*(place.path for place in self.places()), *self.open_files, *self.removed]

    def places(self) -> list[Place]:
        """The documents and attachments that it writes."""
        return [*self.documents, *self.attachments]

    def message(self) -> str:
        """The commit message: the verb and, where it is one case, its reference; nothing else ever."""
        cases = sorted({place.case for place in self.places() if place.case})
        return f"cdr: {self.verb}" + (f" {cases[0]}" if len(cases) == 1 else "")


@dataclass(frozen=True)
class Written:
    """What a change that is ready holds: its commit, each document with the id of its blob, and those laid out anew."""

    commit: str
    documents: dict[str, tuple[Document, str]]
    laid_out: tuple[str, ...]

    def cases(self, replaced: Iterable[Document]) -> dict[str, dict[str, Document]]:
        """The documents of each case in which something was written, by id; of those that were `replaced`, and not written, the ones before."""
        found: dict[str, dict[str, Document]] = {
            one.place.case: {} for one, _ in self.documents.values() if one.place.case
        }
        for one in (*replaced, *(one for one, _ in self.documents.values())):
            found.get(one.place.case, {})[one.place.id] = one
        return found

    def notices(self) -> list[str]:
        """What whoever wrote a document should know of how it is kept."""
        return [LAID_OUT.format(path) for path in self.laid_out]


def prepare(
    snapshot: Snapshot,
    change: Change,
    current: Mapping[Place, Document],
    progress: Progress = lambda items, label: items,
) -> Written:
    """Make a change ready on top of the snapshot's commit, all but published. The caller holds the lock.

    `current` are the revisions that documents of the change replace (those that are in the store already).
    Raises: InvalidData, NotAllowed, NotAuthentic, TryAgain, DiskFailed; then nothing was written.
    """
    from cdr.store import successions

    person = _writer(snapshot, change)
    successions.refuse_closed(snapshot.git, snapshot.head, {place.kind for place in change.places()})
    documents = [
        _next(snapshot, place, body, change.texts.get(place), current.get(place))
        for place, body in change.documents.items()
    ]
    for one in current.values():
        _refuse_newer(one)
    for document in documents:
        _validate(document)
    encoded = [encode(document) for document in documents]
    plain = {one.document.place: one.plain for one in encoded} | dict(change.attachments)
    sealed = _sealed(snapshot, plain, progress)
    files: dict[str, bytes | None] = {**sealed, **change.open_files, **dict.fromkeys(change.removed)}
    sign = signing(snapshot, person)
    commit = snapshot.git.commit(snapshot.head, files, change.message(), author(snapshot, person), sign)
    kept = {one.document.place.path: (one.document, _recorded(snapshot.git, commit, one)) for one in encoded}
    return Written(commit, kept, tuple(one.document.place.path for one in encoded if not one.as_written))


def _recorded(git: Git, commit: str, one: Encoded) -> str:
    """The id under which a document stands in a commit; nothing is looked at but the folders on the way to it."""
    blob = git.file(commit, one.document.place.path)
    if blob is None:
        raise AssertionError("a document that was just written is not in its commit")
    return blob.digest


def author(snapshot: Snapshot, person: Person) -> str:
    """Who made a commit and when, as git writes it; by the real time."""
    return author_line(usable(snapshot.public_keys, person).email, person.name)


def author_line(email: str, name: str) -> str:
    """`Name <address> seconds +0000`, without what git cannot take in a name."""
    clean = "".join(letter for letter in name if letter not in "<>\n\0").strip() or "cdr"
    address = "".join(letter for letter in email if letter not in "<> \n\0")
    return f"{clean} <{address}> {clock.real_seconds()} +0000"


def publish(git: Git, new: str, old: str | None, why: str) -> None:
    """Make a commit part of the store and bring the work tree up to it.

    git's own lock on the index is held meanwhile: a commit that somebody makes by hand comes before or after, and loses nothing.
    A signal waits until it is done. What fails after the ref has moved does not undo the change: the next start mends it.
    Raises: TryAgain where another git program is at work, DiskFailed, NotKnown.
    """
    with signals_deferred(), git_locks.held(git.repository.index):
        git_locks.await_free(_refs(git))
        pending = git.repository.pending
        disk.write_whole(pending, json.dumps({"old": old or EMPTY_TREE, "new": new}).encode())
        git.publish(new, old, why)
        with suppress(CdrError, OSError):
            disk.sync_folder((git.repository.shared / git.repository.branch).parent)
            bring_forward(git, old or EMPTY_TREE, new, new)
            pending.unlink(missing_ok=True)


def _refs(git: Git) -> tuple[Path, Path]:
    """What git locks when it moves the branch."""
    return git.repository.shared / git.repository.branch, git.repository.directory / "HEAD"


def bring_forward(git: Git, old: str, new: str, tip: str) -> None:
    """Make the work tree's files what `tip` holds, in the paths of a store's that `new` changed since `old`."""
    changed = {path: git.file(tip, path) for path in git.changed(old, new) if layout.is_known(path)}
    put_back(git, changed, tip)
    for folder in {place.parent for place in _places(git.folder, changed).values()}:
        disk.sweep_files(folder)


def put_back(git: Git, changes: Mapping[str, Blob | None], tip: str) -> None:
    """Make these files of the work tree what `tip` holds. What is there no plain file is not made one here."""
    regular = {path: blob for path, blob in changes.items() if blob is None or blob.is_regular}
    places = _places(git.folder, regular)
    for path, target in places.items():
        if target.is_dir() and not target.is_symlink():
            put_aside(git, target)
        if regular[path] is None:
            target.unlink(missing_ok=True)
        else:
            disk.private_folder(target.parent)
    for folder in {target.parent for path, target in places.items() if regular[path] is None}:
        if folder.is_dir():  # else what was taken away would be back after a power cut, and nobody would look for it
            disk.sync_folder(folder)
    disk.write_all(_contents(git, {places[path]: blob for path, blob in regular.items() if blob}))
    git_files.stage(git, changes, tip)


def _contents(git: Git, files: Mapping[Path, Blob]) -> Iterator[tuple[Path, bytes]]:
    """What is to stand in these files, read a part at a time: an import brings thousands."""
    paths = list(files)
    for start in range(0, len(paths), READ_AT_ONCE):
        part = paths[start : start + READ_AT_ONCE]
        yield from zip(part, git.contents([files[path].digest for path in part]), strict=True)


def _places(folder: Path, paths: Iterable[str]) -> dict[str, Path]:
    """Where these files of the store stand; each folder is looked at once. Raises: as `inside`."""
    found = {path: folder / path for path in paths}
    for path in {path.rpartition("/")[0]: path for path in found}.values():
        inside(folder, path)
    return found


def aside(git: Git) -> Path:
    """A new folder of the repository's own for what stood in place of a file of the store."""
    import tempfile

    parent = disk.private_folder(git.repository.shared / "cdr-aside")
    return Path(tempfile.mkdtemp(prefix="", dir=parent))


def put_aside(git: Git, target: Path) -> None:
    """Move something out of the way, and keep it."""
    target.rename(aside(git) / target.name)


def recover(git: Git, verified: str, root: str) -> None:
    """Finish what a crash left undone, and clear away its own locks, nobody else's. The caller holds the lock.

    The note of it counts as far as the history does, which was found good from `root` up to `verified`: a folder may bring one along.
    Raises: TryAgain where another git program is at work and there is something to finish.
    """
    clear_locks(git)
    note = _note(git)
    with suppress(NotAuthentic):  # something stands in the way that `verify` tells
        if note and is_of_history(git, note, verified, root):
            _keep_own_work(git, *note, verified)
            bring_forward(git, *note, verified)
    (git.repository.pending).unlink(missing_ok=True)


def clear_locks(git: Git) -> None:
    """Take away the locks of git's that a crash of cdr left. The caller holds cdr's own."""
    for path in (git.repository.index, git_files.settings_of(git)):
        git_locks.clear(path)
    note = _note(git)
    if note:
        branch, head = _refs(git)
        if git_locks.clear_ref(branch, note[1]):
            git_locks.clear_ref(head, note[1])


def is_of_history(git: Git, note: tuple[str, str], verified: str, root: str) -> bool:
    """Whether the change that a note names is one of the verified history: a commit of it, and what that was built on."""
    old, new = note
    with suppress(NotAuthentic):  # commits that are not here
        if git.is_ancestor(new, verified) and git.is_ancestor(root, new):
            return old in (git.parents(new) or (EMPTY_TREE,))
    return False


def _keep_own_work(git: Git, old: str, new: str, tip: str) -> None:
    """Keep aside what stands where a file is to be put back and is neither what it was before nor what it is to be."""
    before, after = git.tree(old), git.tree(tip)
    for path in filter(layout.is_known, git.changed(old, new)):
        target = inside(git.folder, path)
        recorded = [files[path] for files in (before, after) if path in files]
        if os.path.lexists(target) and not any(worktree.is_as(target, blob) for blob in recorded):
            put_aside(git, target)


def unfinished(git: Git, verified: str, root: str) -> set[str]:
    """The files of the work tree that a crash, or a run that is not done yet, left as they were before its change."""
    note = _note(git)
    if not note or not is_of_history(git, note, verified, root):
        return set()
    return set(git.changed(*note))


def _note(git: Git) -> tuple[str, str] | None:
    try:
        note = json.loads(disk.read_regular(git.repository.pending, LARGEST_NOTE))
        old, new = str(note["old"]), str(note["new"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return (old, new) if ID.fullmatch(old) and ID.fullmatch(new) else None


def inside(folder: Path, path: str) -> Path:
    """Where a file of the store stands. Raises: NotAuthentic when a link leads out of the store."""
    target = folder / path
    try:
        is_within = target.parent.resolve() == (folder.resolve() / path).parent
    except (OSError, RuntimeError):  # links that lead to themselves
        is_within = False
    if not is_within:
        raise NotAuthentic(
            f"{Path(path).parent} is a link that leads out of the store.",
            "Put the folder itself back; then: cdr verify --repair",
        )
    return target


def _writer(snapshot: Snapshot, change: Change) -> Person:
    person = snapshot.person
    if person is None:
        raise NotAllowed("None of this store's keys is here, so nothing can be recorded.", "See: cdr doctor")
    forbidden = [place for place in (*change.documents, *change.attachments) if not may_write(person, place.kind)]
    if forbidden or (person.role == CHASER and (change.open_files or change.removed)):
        raise NotAllowed("The chaser's key may send prompts and nothing else.", "Use a member's key.")
    for reader in snapshot.keys.registry.people:
        usable(snapshot.public_keys, reader)
    return person


def _next(
    snapshot: Snapshot, place: Place, body: dict[str, Any], text: bytes | None, current: Document | None
) -> Document:
    if current is None:
        if snapshot.blob(place.path):
            raise AssertionError("a document that exists is replaced without having been read")
        return Document(place, 1, snapshot.replaced_by_next(place.path), body, text)
    return current.successor(body, snapshot.replaced_by_next(place.path), text)


def _refuse_newer(replaced: Document) -> None:
    """Stop where the revision that is replaced says what this cdr does not know, and so would leave out. Raises: Newer.

    Not where a person gives the whole document anew, nor of what the chaser wrote, which is judged elsewhere.
    """
    from cdr.forms import schema
    from cdr.forms.schema_faults import UNKNOWN

    kind = replaced.place.kind
    if kind.chaser_writes or kind in layout.GIVEN_WHOLE:
        return
    found = schema.problems(replaced.body, schema.current(replaced.form))
    if any(one.rule == UNKNOWN for one in found):
        raise Newer(replaced.place.path)


def _validate(document: Document) -> None:
    from cdr.forms import schema

    problems = schema.problems(document.body, schema.current(document.form))
    if problems:
        raise InvalidData(problems, document.place.path)


def _sealed(snapshot: Snapshot, plain: Mapping[Place, bytes], progress: Progress) -> dict[str, bytes]:
    """Every document encrypted: what is for the same readers together, and where there is much of it, a few runs of gpg at a time."""
    readers = snapshot.keys.registry.readers
    batches = [*encrypting.batches(plain, lambda place: readers(place.kind))]
    if len(batches) <= AT_ONCE:
        return {path: ciphertext for batch in batches for path, ciphertext in _seal(snapshot, batch).items()}
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(AT_ONCE) as pool:
        made = {id(batch): pool.submit(_seal, snapshot, batch) for batch in batches}
        waiting = {place.path: made[id(batch)] for batch in batches for place in batch}
        try:
            paths = list(waiting) if len(waiting) < LONG else progress(list(waiting), "Encrypting")
            return {path: waiting[path].result()[path] for path in paths}
        finally:
            for one in made.values():
                one.cancel()


def _seal(snapshot: Snapshot, batch: Mapping[Place, bytes]) -> dict[str, bytes]:
    """Documents that are for the same readers, by path."""
    [first, *_] = batch
    made = encrypting.encrypted(snapshot.keys.gnupg, [*batch.values()], snapshot.keys.registry.readers(first.kind))
    for place, ciphertext in zip(batch, made, strict=True):
        snapshot.check_sealed(place, ciphertext)
    return {place.path: ciphertext for place, ciphertext in zip(batch, made, strict=True)}


def signing(snapshot: Snapshot, person: Person) -> Callable[[bytes], bytes]:
    """What signs a commit as this person."""

    def sign(payload: bytes) -> bytes:
        return snapshot.keys.gnupg.sign(payload, person.fingerprint)

    return sign


@contextmanager
def signals_deferred() -> Iterator[None]:
    """Let a signal wait. One that came is forgotten where all went well: what it was to stop is recorded by then."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, DEFERRED)
    try:
        yield
        while came := signal.sigpending() & DEFERRED:
            signal.sigwait(came)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
