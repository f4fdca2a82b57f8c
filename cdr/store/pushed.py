"""What somebody pushes to the shared repository, judged there before it is taken: on a machine that holds no secret key.

The repository is a bare one, and what comes lies in a place apart (git's quarantine) until it is taken. Refused is what every reader would
refuse later: what nobody signed who may, what is off its path or in the open, what others could read, and a history written anew.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from cdr.errors import CdrError, NotAuthentic
from cdr.records import dataclass
from cdr.store import erasures, layout
from cdr.store.git import Git
from cdr.store.history import History, Progress
from cdr.store.objects import EMPTY_TREE, ID, NOTHING, Blob, Commit
from cdr.store.repository import Repository
from cdr.store.revisions import Revisions
from cdr.store.snapshot import Snapshot

MOST_TOLD = 20


@dataclass(frozen=True)
class Update:
    """One branch that is to be moved, from where and to where."""

    old: str
    new: str
    name: str


def updates(lines: str) -> list[Update]:
    """What git tells a `pre-receive` hook on its standard input. Raises: NotAuthentic where it is something else."""
    found = []
    for line in lines.splitlines():
        old, new, name = (*line.split(" ", 2), "", "")[:3]
        if not (ID.fullmatch(old) and ID.fullmatch(new) and name):
            raise NotAuthentic("That is not what git tells a pre-receive hook.", "See docs/server.md")
        found.append(Update(old, new, name))
    return found


class Shared(Repository):
    """A bare repository, whose branch is looked at as it would stand after a push."""

    def __init__(self, folder: Path, tip: str) -> None:
        super().__init__(folder)
        self.pushed = tip

    @cached_property
    def directory(self) -> Path:
        """The repository is the folder itself."""
        return self.folder

    def tip(self) -> str | None:
        """The commit that the branch would stand at."""
        return self.pushed


class Received(Git):
    """A bare repository together with what lies in git's quarantine."""

    def __init__(self, folder: Path, tip: str, told: Mapping[str, str]) -> None:
        super().__init__(folder)
        self.repository = Shared(folder, tip)
        self.told = told

    @cached_property
    def _surroundings(self) -> dict[str, str]:
        own = str(self.repository.objects)
        apart = self.told.get("GIT_QUARANTINE_PATH", "")
        environment = {**super()._surroundings}
        if apart:
            environment |= {"GIT_OBJECT_DIRECTORY": apart, "GIT_ALTERNATE_OBJECT_DIRECTORIES": own}
        return environment


def refuse(folder: Path, update: Update, root: str, progress: Progress) -> None:
    """Stop at a push that is not to be taken; `root` is the fingerprint of the key that made the store. Raises: NotAuthentic."""
    git = Received(folder, update.new, os.environ)
    if update.name != git.repository.branch:
        raise NotAuthentic(f"{update.name} is not the store's branch, and nothing else is taken here.")
    if update.new == NOTHING:
        raise NotAuthentic("The store's branch is not to be taken away.")
    history = History(git, root)
    history.accept_root(root)
    old = "" if update.old == NOTHING else update.old
    new = git.since(old or history.root, update.new)
    if new is None:
        raise NotAuthentic(
            "The history was written anew: what stands here already is not in it.", "Take it in first: cdr sync"
        )
    commits = {one.id: one for one in new}
    for id_ in progress(list(commits), "Checking"):
        history.check(commits[id_])
    wrong = [] if old else [*_wrong(git, history, git.commits([history.root])[0])]
    for commit in commits.values():
        wrong += _wrong(git, history, commit)
        if len(wrong) > MOST_TOLD:
            break
    wrong = wrong or [*_wrong_at_the_end(git, history, old or EMPTY_TREE, update.new)]
    if wrong:
        raise NotAuthentic("; ".join(dict.fromkeys(wrong[:MOST_TOLD])), "Nothing of it was taken.")


def _wrong(git: Git, history: History, commit: Commit) -> Iterator[str]:
    """What is wrong with the files that one commit made, beside whose they are."""
    sides = [git.changed(parent, commit.id) for parent in commit.parents or (EMPTY_TREE,)]
    made = {path: sides[0][path][1] for path in sides[0] if all(path in side for side in sides[1:])}
    yield from _wrong_files(git, history, commit.id, made)


def _wrong_at_the_end(git: Git, history: History, old: str, new: str) -> Iterator[str]:
    """What is wrong with documents as they stand at last: whoever reads by then must be the one they are encrypted to."""
    documents = {path: blob for path, (_, blob) in git.changed(old, new).items() if layout.place(path)}
    yield from _wrong_files(git, history, new, documents)


def _wrong_files(git: Git, history: History, commit: str, files: Mapping[str, Blob | None]) -> Iterator[str]:
    state = Snapshot(git, history.keys_at(commit), Revisions(git, history.state, commit, is_kept=False))
    erased = erasures.erased_at(git, git.repository.tip() or commit)
    there = [path for path, blob in files.items() if blob is not None and erasures.case_of(path) not in erased]
    for path in there:
        blob = files[path]
        if blob is None or not layout.is_known(path):
            yield f"{commit[:12]}: {_shown(path)} is no file of a store"
        elif not blob.is_regular:
            yield f"{commit[:12]}: {_shown(path)} is no plain file"
    yield from _wrong_recipients(state, commit, [path for path in there if layout.place(path)])


def _wrong_recipients(state: Snapshot, commit: str, paths: Sequence[str]) -> Iterator[str]:
    for path in paths:
        place = layout.place(path)
        try:
            if place:
                state.check_recipients(place, state.raw(path))
        except CdrError as error:
            yield f"{commit[:12]}: {error.message}"


def _shown(path: str) -> str:
    """A path that somebody else chose, in few and harmless letters."""
    return "".join(letter if letter.isprintable() else "?" for letter in path[:120])
