"""Checking the whole store: each check yields findings; `repair` puts the work tree back to what the history holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date

from cdr import disk
from cdr.errors import MEND, CdrError, DiskFailed, InvalidData, NotAllowed, NotFound, TryAgain
from cdr.store import git_files, layout, ownership, schema, transaction
from cdr.store.document import Document, digest
from cdr.store.git import FILE_MODE, NO_MODE, Git, Version
from cdr.store.git_process import GitFailed
from cdr.store.layout import Place
from cdr.store.registry import may_read, standings
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

PUT_BACK = "Put it back with: cdr verify --repair"
OWN_WORK = (layout.CONFIGURATION, "templates")


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: the check's id, `error` or `warning`, the path it is about, and what to do."""

    check: str
    level: str
    path: str
    message: str


def verify(store: Store, today: date) -> Iterator[Finding]:
    """Every finding about the store; what needs a secret key is checked only where one is here."""
    try:
        snapshot = store.sealed
    except NotFound:
        raise
    except CdrError as error:
        if _is_the_machines(error):
            raise
        yield Finding("history", "error", "", f"{error.message} {error.hint}")
        yield from _objects(store)
        with suppress(GitFailed):  # told by the two before it
            yield from _work_tree(store)
        return
    yield from _objects(store)
    yield from _names(snapshot)
    yield from _configuration(store)
    yield from _keys(snapshot, today)
    yield from _cases(snapshot)
    yield from _recipients(snapshot)
    yield from _removed(store, snapshot)
    yield from _work_tree(store)
    yield from _contents(store)


def repair(store: Store) -> list[str]:
    """Put files of the work tree back to what the history holds; what stood there is kept aside. The paths put back."""
    with store.writing():
        head = store.sealed.head
        odd = [path for path in store.git.odd_files(layout.FOLDERS) if layout.is_managed(path)]
        aside = store.git.directory / "cdr-aside" / head[:12]
        for path in odd:
            found = transaction.inside(store.folder, path)
            ownership.refuse_unreadable(found)
            if found.is_file():
                kept = aside / path
                disk.private_folder(kept.parent)
                disk.write_whole(kept, found.read_bytes())
        for path in store.git.untracked(layout.MANAGED):
            if path.rpartition("/")[2].startswith(disk.TEMPORARY):
                transaction.inside(store.folder, path).unlink(missing_ok=True)
        blobs = {path: store.sealed.files.get(path) for path in odd}
        transaction.put_back(store.git, blobs)
        staged = [path for path in store.git.odd_files(OWN_WORK) if is_only_staged(store.git, path)]
        git_files.stage(store.git, {path: store.sealed.files[path] for path in staged})
        return odd + staged


def _objects(store: Store) -> Iterator[Finding]:
    try:
        store.git.run("fsck", "--no-progress", "--no-dangling", "--no-reflogs")
    except GitFailed:
        yield Finding(
            "repository",
            "error",
            ".git",
            "The repository is damaged: fetch from another copy of the store or restore a backup.",
        )


def _names(snapshot: Snapshot) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for path, blob in snapshot.files.items():
        if not path.startswith(layout.MANAGED):
            continue
        if blob.mode != FILE_MODE:
            yield Finding(
                "file-name", "error", path, "It is not a plain file; a member takes it out of the repository."
            )
        elif not layout.is_known(path):
            yield Finding(
                "file-name", "error", path, "Nothing of a store has this name; a member takes it out of the repository."
            )
        if path.casefold() in seen:
            yield Finding("file-name", "error", path, "Another file has the same name but for capitals.")
        seen[path.casefold()] = path


def _configuration(store: Store) -> Iterator[Finding]:
    try:
        schema.read(store.configuration(), layout.CONFIGURATION, "store")
    except InvalidData as error:
        for problem in error.problems:
            yield Finding("configuration", "error", layout.CONFIGURATION, problem.text(layout.CONFIGURATION))


def _keys(snapshot: Snapshot, today: date) -> Iterator[Finding]:
    for one in standings(snapshot.keys.registry.people, snapshot.public_keys, today):
        path, message = layout.key_path(one.person.fingerprint), f"{one.words} {one.advice}"
        if one.trouble:
            yield Finding("keys", "error", path, message)
        elif one.ends:
            yield Finding("keys", "warning", path, message)


def _cases(snapshot: Snapshot) -> Iterator[Finding]:
    for case in snapshot.cases:
        if snapshot.lacks_its_case(case):
            yield Finding("case", "error", f"cases/{case}", f"It holds documents, and no case. {MEND}")


def _documents(snapshot: Snapshot) -> list[Place]:
    """Every document that is a plain file; one that is not is a finding of its own."""
    plain = [path for path, blob in snapshot.files.items() if blob.mode == FILE_MODE]
    return [place for path in plain if (place := layout.place(path))]


def _recipients(snapshot: Snapshot) -> Iterator[Finding]:
    behind: Counter[str] = Counter()
    for place in _documents(snapshot):
        try:
            ciphertext = snapshot.raw(place.path)
            snapshot.check_recipients(place, ciphertext)
            behind.update(snapshot.behind(place, ciphertext))
        except CdrError as error:
            if _is_the_machines(error):
                raise
            yield Finding("recipients", "error", place.path, error.message)
    for fingerprint, count in behind.items():
        yield Finding(
            "recipients",
            "warning",
            layout.key_path(fingerprint),
            f"{count} documents are encrypted to a subkey of it that is not used any more. "
            f"Encrypt them anew: cdr keys refresh {fingerprint}",
        )


def _removed(store: Store, snapshot: Snapshot) -> Iterator[Finding]:
    for path in sorted(set(store.git.versions(layout.DOCUMENTS)) - snapshot.files.keys()):
        if layout.place(path):
            yield Finding(
                "removed", "error", path, "The document was removed from the store by hand; the history still holds it."
            )


def _work_tree(store: Store) -> Iterator[Finding]:
    for path in store.git.odd_files(layout.FOLDERS):
        unreadable = ownership.why_unreadable(store.folder / path)
        changed = f"It was changed, moved or removed without cdr. {PUT_BACK}"
        yield Finding("work-tree", "error", path, f"It may not be read: {unreadable}." if unreadable else changed)
    for path in store.git.untracked(layout.FOLDERS):
        yield Finding(
            "work-tree", "error", path, "cdr did not put this file here; it may be readable by anyone. Take it away."
        )
    for path in store.git.odd_files(OWN_WORK):
        if is_only_staged(store.git, path):
            message = f"git's index holds another version than what is recorded and stands here, and a commit would take that. {PUT_BACK}"
        else:
            message = (
                f"It has changes that are not recorded, and cdr does not use them until they are: git commit -S {path}"
            )
        yield Finding("work-tree", "warning", path, message)


def is_only_staged(git: Git, path: str) -> bool:
    """Whether a file in the folder is as recorded, and only git's index is not: as after a git program that was stopped."""
    blob, file = git.tree("HEAD").get(path), git.folder / path
    if blob is None or not file.is_file():
        return False
    return file.read_bytes() == git.contents([blob.digest])[0]


def _is_the_machines(error: CdrError) -> bool:
    """Whether an error says something of this machine, at this moment, and nothing of the document."""
    return isinstance(error, TryAgain) or (isinstance(error, DiskFailed) and not isinstance(error, GitFailed))


def _contents(store: Store) -> Iterator[Finding]:
    try:
        person = store.person
    except NotAllowed:
        yield Finding(
            "contents", "warning", "", "No key of this store is here: what the documents say was not checked."
        )
        return
    snapshot = store.snapshot
    readable = {
        place.path: place
        for place in _documents(snapshot)
        if may_read(person, place.kind) and place.kind is not layout.ATTACHMENT
    }
    versions = store.git.versions(layout.DOCUMENTS)
    for path in store.progress(list(readable), "Opening every document"):
        try:
            document = snapshot.read(readable[path])
        except CdrError as error:
            if _is_the_machines(error):
                raise
            yield Finding("contents", "error", path, f"{error.message} {error.hint}")
            continue
        yield from _document(document)
        if not _follows(store, document, versions.get(path, [])):
            yield Finding(
                "revision",
                "error",
                path,
                "It does not follow the revision before it: an older one may have been put in its place.",
            )


def _document(document: Document) -> Iterator[Finding]:
    path = document.place.path
    for problem in schema.problems(document.body, schema.current(document.form)):
        yield Finding("schema", "error", path, problem.text(path))


def _follows(store: Store, document: Document, versions: list[Version]) -> bool:
    """Whether a document says that it replaced what the history says that it replaced."""
    standing = store.sealed.files[document.place.path].digest
    versions = [version for version in versions if version.mode in (FILE_MODE, NO_MODE)]  # a link is no revision
    here = next((number for number, version in enumerate(versions) if version.digest == standing), 0)
    replaced = [id_ for version in versions[here : here + 1] for id_ in version.replaced if id_]
    if not replaced:  # the first, or one put where another was removed
        replaced = [version.digest for version in versions[here + 1 :] if version.digest][:1]
    before: list[str | None] = [digest(content) for content in store.git.contents(replaced)]
    return document.previous in (before or [None])
