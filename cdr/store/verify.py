"""Checking the whole store: each check yields findings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from cdr import programs, resources
from cdr.errors import (
    MEND,
    OWN_CHANGE,
    CdrError,
    DiskFailed,
    GitFailed,
    InvalidData,
    NotAllowed,
    NotFound,
    NotWhole,
    TryAgain,
)
from cdr.forms import schema
from cdr.records import dataclass
from cdr.store import (
    destroying,
    git_files,
    layout,
    opening,
    ownership,
    putting_back,
    state,
    successions,
    worktree,
)
from cdr.store.document import Document
from cdr.store.layout import Place
from cdr.store.lost_edits import left_out
from cdr.store.objects import Blob, NotHere
from cdr.store.registry import may_read, standings
from cdr.store.snapshot import Snapshot
from cdr.store.store import Store

PUT_BACK = "Put it back with: cdr verify --repair"
UNUSED = "nothing of it is used until"
NOTHING = "Nothing of a store has this name; a member takes it out of the repository."
NOTHING_ELSE = "Nothing is recorded meanwhile; a member puts the right one back, or takes it out, in a signed commit."
NEWER_OR_NOTHING = (
    "This cdr knows no document of this name. Where a newer one wrote it, bring cdr up to date on this machine before anything else is done; "
    "where none did, a member takes it out of the repository."
)


@dataclass(frozen=True)
class Finding:
    """One thing that a check found: the check's id, `error` or `warning`, the path it is about, and what to do."""

    check: str
    level: str
    path: str
    message: str


def verify(store: Store, today: date) -> Iterator[Finding]:
    """Every finding about the store; what needs a secret key is checked only where one is here."""
    store.git.ask_itself()
    try:
        snapshot = store.sealed
    except NotFound:
        raise
    except NotWhole as error:
        yield Finding("copy", "error", "", f"{error.message} {error.hint}")
        return
    except CdrError as error:
        if _is_the_machines(error):
            raise
        yield Finding("history", "error", "", f"{error.message} {error.hint}")
        if not _was_accepted(store):
            return
        with suppress(CdrError):  # told by the one before it
            tip = str(store.git.repository.tip())
            yield from _objects(store, tip)
            yield from _work_tree(store, store.git.tree(tip), is_authentic=False)
        return
    if borrows := store.git.repository.borrows():
        yield Finding("copy", "warning", "", borrows)
    damaged = [*_objects(store, snapshot.head)]
    yield from damaged
    with suppress(*[NotHere] if damaged else []):  # it is told already; what can be looked at without those objects is
        yield from _rest(store, snapshot, today)


def _rest(store: Store, snapshot: Snapshot, today: date) -> Iterator[Finding]:
    yield from _names(store, snapshot)
    yield from _configuration(store)
    yield from _keys(snapshot, today)
    yield from _cases(store, snapshot)
    yield from _recipients(snapshot)
    yield from (
        Finding("areas", "error", path, f"It does not say what cdr says of another store. {NOTHING_ELSE}")
        for path in successions.damaged(store.git, snapshot.head)
    )
    yield from _removed(store, snapshot)
    yield from _erased(store, snapshot)
    yield from (Finding("merge", "warning", path, message) for path, message in left_out(store))
    yield from _work_tree(store, snapshot.files)
    yield from _staged(store, snapshot.files)
    yield from _contents(store)


def _was_accepted(store: Store) -> bool:
    """Whether somebody has said here that this store is to be trusted, so that all of it may be looked through."""
    with suppress(CdrError):
        return store.history.is_accepted
    return bool(state.roots_at(store.git.folder))


def _objects(store: Store, tip: str) -> Iterator[Finding]:
    wrong = store.git.damage(tip, destroying.rightly_missing(store.git, tip))
    if isinstance(wrong, NotWhole):
        yield Finding("copy", "error", "", f"{wrong.message} {wrong.hint}")
    elif wrong:
        yield Finding("repository", "error", ".git", f"{wrong.message} {wrong.hint}")


def _names(store: Store, snapshot: Snapshot) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    foreign = dict.fromkeys(layout.outermost(path) for path in snapshot.files if not layout.is_known(path))
    for path in foreign:
        if not path.startswith(layout.MANAGED):
            yield Finding(
                "file-name",
                "warning",
                path,
                "It is recorded in the open, and nothing of a store has this name. See that it names no one.",
            )
    for path, blob in snapshot.files.items():
        if not path.startswith(layout.MANAGED):
            continue
        if not blob.is_regular:
            way_out = MEND if layout.place(path) else "A member takes it out of the repository."
            yield Finding("file-name", "error", path, f"It is not a plain file{_since(store, path)}. {way_out}")
        elif not layout.is_known(path):
            yield Finding("file-name", "error", path, NEWER_OR_NOTHING if layout.may_be_newer(path) else NOTHING)
        if path.casefold() in seen:
            yield Finding("file-name", "error", path, "Another file has the same name but for capitals.")
        seen[path.casefold()] = path


def _since(store: Store, path: str) -> str:
    """Since which commit a file is as it is, and whose that was."""
    step = next(iter(store.sealed.revisions.of(path)), None)
    if step is None:
        return ""
    [commit] = store.git.commits([step.commit])
    return f" since the commit {commit.id[:12]} by {store.history.by(commit).name}"


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
    known = {layout.key_path(one.fingerprint) for one in snapshot.keys.registry.people}
    for path in snapshot.below(layout.KEYS):
        if layout.KEY_FILE.fullmatch(path) and path not in known:
            yield Finding("keys", "warning", path, f"It is the key of nobody who may read or write. {NOTHING}")


def _cases(store: Store, snapshot: Snapshot) -> Iterator[Finding]:
    for case, places in snapshot.cases.items():
        if snapshot.lacks_its_case(case):
            since = _since(store, places[0].path)
            yield Finding("case", "error", f"cases/{case}", f"It holds documents, and no case{since}. {MEND}")


def _documents(snapshot: Snapshot) -> list[Place]:
    """Every document that is a plain file; one that is not is a finding of its own."""
    regular = [path for path, blob in snapshot.files.items() if blob.is_regular]
    return [place for path in regular if (place := layout.place(path))]


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
    for place in snapshot.taken_out():
        since = _since(store, place.path)
        message = f"The document is gone{since}: it was removed by hand. The history still holds it. {MEND}"
        yield Finding("removed", "error", place.path, message)


def _erased(store: Store, snapshot: Snapshot) -> Iterator[Finding]:
    """Cases that two members erased, and that this copy has kept all the same."""
    for case in sorted(destroying.still_here(store.git, snapshot.head)):
        yield Finding(
            "erased",
            "error",
            layout.erasure_path(case),
            f"The case was erased, and its files are still in this copy. Destroy them: cdr erase {case}",
        )


def _work_tree(store: Store, files: Mapping[str, Blob], *, is_authentic: bool = True) -> Iterator[Finding]:
    """Nothing of a history that is not authentic is to be built upon: no command is given for that."""
    for path in worktree.changed(store.folder, worktree.within(files, layout.FOLDERS)):
        unreadable = ownership.why_unreadable(store.folder / path)
        changed = f"It was changed, moved or removed without cdr. {PUT_BACK}"
        yield Finding("work-tree", "error", path, f"It may not be read: {unreadable}." if unreadable else changed)
    for path in worktree.unrecorded(store.folder, files):
        if layout.is_own_wording(path):
            yield Finding(
                "work-tree", "warning", path, f"It is not recorded, and {UNUSED} it is.{_commit(path, is_authentic)}"
            )
        else:
            yield Finding(
                "work-tree", "error", path, "cdr did not put this here; it may be readable by anyone. Take it away."
            )
    for path in worktree.changed(store.folder, worktree.within(files, (*putting_back.OWN_WORK, *layout.OF_GIT))):
        used = "git by hand obeys it as it is" if path in layout.OF_GIT else f"{UNUSED} they are"
        message = f"It has changes that are not recorded, and {used}.{_commit(path, is_authentic)}"
        yield Finding("work-tree", "warning", path, message)


def _commit(path: str, is_authentic: bool) -> str:
    return f" {OWN_CHANGE}: {programs.as_typed('git', 'commit', '-S', '--', path)}" if is_authentic else ""


def _staged(store: Store, files: Mapping[str, Blob]) -> Iterator[Finding]:
    """What the next `git commit` by hand would record otherwise than it stands in the history."""
    for path in putting_back.staged_otherwise(store, files):
        level = "error" if path.startswith(layout.MANAGED) else "warning"
        yield Finding(
            "work-tree",
            level,
            path,
            f"git's index holds another version than what is recorded and stands here, and a commit would take that. {PUT_BACK}",
        )


def is_only_staged(store: Store, path: str) -> bool:
    """Whether a file in the folder is as recorded, and only git's index is not: as after a git program that was stopped."""
    staged = git_files.staged(store.git)
    return staged is not None and staged.get(path) != store.sealed.blob(path) and not store.changed_files(path)


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
    checked = _Checked(store)
    new = [path for path in readable if not checked.has(path, snapshot.digest_of(path))]
    groups = [new[start : start + opening.AT_ONCE] for start in range(0, len(new), opening.AT_ONCE)]
    opening_ahead = snapshot.opening_ahead([[readable[path] for path in group] for group in groups])
    first = {group[0] for group in groups}
    for path in store.progress(list(readable), "Opening every document"):
        digest = snapshot.digest_of(path)
        if checked.has(path, digest):
            yield from _revision(store, path, checked.previous(path))
            continue
        if path in first:
            next(opening_ahead)
        try:
            document = snapshot.opened(readable[path])
        except CdrError as error:
            if _is_the_machines(error):
                raise
            yield Finding("contents", "error", path, f"{error.message} {error.hint}")
            continue
        problems = [*_document(document)]
        yield from problems
        if not problems:
            checked.add(path, digest, document.previous)
        yield from _revision(store, path, document.previous)
    checked.save()


class _Checked:
    """Documents in which an earlier run of this edition of cdr found nothing: their bytes are the same, so it would find nothing again."""

    NAME = "checked"
    SAVE_EVERY, OF_ALL = 200, 10  # documents, and the part of all that may have been in vain: all is written each time

    def __init__(self, store: Store) -> None:
        self.sealing = store.sealing
        kept = self.sealing.open(self.NAME) or {}
        self.edition = resources.edition().hex()
        found = kept.get("documents") if kept.get("edition") == self.edition else None
        self.found: dict[str, Any] = found if isinstance(found, dict) else {}
        self.unsaved = 0

    def has(self, path: str, digest: str) -> bool:
        """Whether the document was looked at as it stands."""
        entry = self.found.get(path)
        return isinstance(entry, list) and len(entry) == 2 and entry[0] == digest

    def previous(self, path: str) -> str | None:
        """What it says that it replaced."""
        said = self.found[path][1]
        return None if said is None else str(said)

    def add(self, path: str, digest: str, previous: str | None) -> None:
        """Note a document, and keep what was noted now and then, so that a run that is interrupted was not in vain."""
        self.found[path] = [digest, previous]
        self.unsaved += 1
        if self.unsaved >= max(self.SAVE_EVERY, len(self.found) // self.OF_ALL):
            self.save()

    def save(self) -> None:
        """Keep what was noted since the last time."""
        if self.unsaved:
            self.sealing.keep_of_cases(self.NAME, {"edition": self.edition, "documents": self.found})
            self.unsaved = 0


def _revision(store: Store, path: str, previous: str | None) -> Iterator[Finding]:
    try:
        store.snapshot.revisions.check(path, previous)
    except CdrError as error:
        yield Finding("revision", "error", path, f"{error.message} It is so{_since(store, path)}. {error.hint}")


def _document(document: Document) -> Iterator[Finding]:
    path = document.place.path
    for problem in schema.problems(document.body, schema.current(document.form)):
        yield Finding("schema", "error", path, problem.text(path))
