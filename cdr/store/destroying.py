"""Destroying what stood in a case that two members had erased: its files in every form in which this copy has them.

The commits and the folders stay, so that every signature and every anchor still holds; a commit names a file by its digest and does not hold
it. What goes are the files themselves, from every pack and from beside them, also those of commits that nobody can reach any more, and what
is kept of the case beside the store. Killed at any step, the next call does the rest: nothing is counted as done before it is.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

from cdr import disk
from cdr.errors import CdrError
from cdr.expressions import expression
from cdr.store import asked_before, erasures, git_files, lock, packing
from cdr.store.document import digest
from cdr.store.git import Git
from cdr.store.history import History
from cdr.store.objects import ID, NOTHING
from cdr.store.opened import names_of
from cdr.store.packets import recipient_ids
from cdr.store.parts import SUMMED
from cdr.store.pushed import Received, Shared, Update
from cdr.store.state import State
from cdr.store.store import Store

DONE = "erased"
OF_A_PACK = (".idx", ".rev", ".bitmap", ".mtimes", ".keep", ".promisor", ".pack")
PERSON = expression(r"[0-9A-F]{40}")
OF_ALL_CASES = ("index", "not-at-rest", "words-at-work", "since", "checked")


def waiting(store: Store, again: str = "") -> list[str]:
    """The cases that are erased and not noted as destroyed here; of the case `again` it is looked at anew whether something stands."""
    head = store.sealed.head
    erased = erasures.erased_at(store.git, head)
    done = _noted(store.history.state, _note(store.history.state))
    if again in erased and again in still_here(store.git, head):
        done = done - {again}
    return sorted(erased.keys() - done)


def finish(store: Store, cases: Collection[str]) -> None:
    """Destroy here all that is left of these cases, which are erased, and note that this is done. Raises: TryAgain, DiskFailed."""
    with store.writing():
        store.git.repository.refuse_odd_objects()
        _destroy(store.git, cases, strays=_strays(store.git))
        _clear_beside(store, cases)
        state = store.history.state
        state.seal(_note(state), json.dumps(sorted({*cases} | _noted(state, _note(state)))).encode())


def finish_shared(state: State, folder: Path, tip: str, erased: Collection[str]) -> list[str]:
    """The same in a bare repository that this machine reaches as a folder. Raises: TryAgain, DiskFailed, NotAllowed."""
    name = _note_of_shared(folder)
    cases = sorted({*erased} - _noted(state, name))
    if not cases:
        return []
    git = Git(folder)
    git.repository = Shared(folder, tip)
    with lock.held(folder / "cdr.lock"):
        _destroy(git, cases)  # what nothing leads to may be a push that is just coming in
    state.seal(name, json.dumps(sorted(erased)).encode())
    return cases


def finish_pushed(folder: Path, update: Update) -> None:
    """The same on the shared repository's own machine, after a push was taken. Raises: as `finish_shared`."""
    git = Received(folder, update.new, os.environ)
    if update.name != git.repository.branch or update.new == NOTHING:
        return
    erased = erasures.erased_at(git, update.new)
    if erased:
        finish_shared(History(git).state, folder, update.new, erased)


def still_here(git: Git, tip: str) -> set[str]:
    """The cases that are erased by a commit and of which a file is in this repository, or in its folder, all the same."""
    cases = erasures.erased_at(git, tip)
    if not cases:
        return set()
    here = _blobs_here(git)
    named = _named(git, [tip], cases)
    return {case for case, ids in named.items() if ids & here or os.path.lexists(git.folder / "cases" / case)}


def rightly_missing(git: Git, tip: str) -> set[str]:
    """The ids of the files that a history names and nobody need have: those of the cases that are erased by its last commit."""
    cases = erasures.erased_at(git, tip)
    return set().union(*_named(git, [tip], cases).values()) if cases else set()


def forget(state: State, shared: Path | None = None) -> None:
    """What was destroyed in this copy, or in a shared folder, may be there again: it was put back to an older state."""
    state.forget(_note_of_shared(shared) if shared else _note(state))


def _note(state: State) -> str:
    return f"{DONE}/{state.place_name}"


def _note_of_shared(folder: Path) -> str:
    return f"{DONE}/shared-{digest(os.fsencode(folder))[:16]}"


def _noted(state: State, name: str) -> set[str]:
    with suppress(ValueError, TypeError):
        return {str(one) for one in json.loads(state.sealed(name) or b"[]")}
    return set()


# ---- in the repository ------------------------------------------------------------------------------------------------


def _destroy(git: Git, cases: Collection[str], strays: Collection[str] = ()) -> None:
    with packing.alone_at(git):  # a pack that is made meanwhile would bring the files back
        _destroy_alone(git, cases, strays)


def _destroy_alone(git: Git, cases: Collection[str], strays: Collection[str]) -> None:
    kinds = _kinds(git)
    doomed = set().union(strays, *_named(git, _commits(kinds), cases).values())
    for id_ in doomed:
        (git.repository.objects / id_[:2] / id_[2:]).unlink(missing_ok=True)
    for index in sorted(git.repository.objects.glob("pack/*.idx")):
        _pack_anew(git, index, doomed)


def _strays(git: Git) -> set[str]:
    """Encrypted files that nothing leads to, as of a change that was given up: they may be of the case. The caller holds the lock."""
    kinds = _kinds(git)
    led_to = {id_ for id_, _ in _reached(git, _commits(kinds))} | _staged(git)
    return {id_ for id_, kind in kinds.items() if kind == "blob" and id_ not in led_to and _is_encrypted(git, id_)}


def _commits(kinds: Mapping[str, str]) -> list[str]:
    """The commits that are here, also those that nobody can reach any more."""
    return [id_ for id_, kind in kinds.items() if kind == "commit"]


def _kinds(git: Git) -> dict[str, str]:
    """Every object that is here, also those that nothing leads to, with its kind."""
    out = git.run("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)", long=True)
    return {id_: kind for id_, _, kind in (line.partition(" ") for line in out.decode("ascii").splitlines())}


def _blobs_here(git: Git) -> set[str]:
    return {id_ for id_, kind in _kinds(git).items() if kind == "blob"}


def _reached(git: Git, commits: Collection[str]) -> Iterator[tuple[str, str]]:
    """What these commits are made of, as far as it is here: ids, each with a path under which it stood (folders too)."""
    out = git.run(
        "rev-list", "--objects", "--missing=allow-any", "--stdin", data="\n".join(commits).encode() + b"\n", long=True
    )
    for line in out.splitlines():
        id_, _, path = line.decode("utf-8", "surrogateescape").partition(" ")
        yield id_, path


def _named(git: Git, commits: Collection[str], cases: Collection[str]) -> dict[str, set[str]]:
    """The ids of the files that ever stood in these cases, by case, whether they are here or not: the folders are, and name them."""
    found: dict[str, set[str]] = {case: set() for case in cases}
    for id_, path in _reached(git, commits):
        case = path.removeprefix("cases/")
        if case in found and path != case:
            lines = git.run("ls-tree", "-r", id_).decode("utf-8", "surrogateescape").splitlines()
            found[case].update(line.split()[2] for line in lines)
    return found


def _staged(git: Git) -> set[str]:
    return {blob.digest for blob in (git_files.staged(git) or {}).values()}


def _is_encrypted(git: Git, id_: str) -> bool:
    """Whether a file is an encrypted one."""
    with suppress(CdrError):
        return bool(recipient_ids(git.contents([id_])[0], "A file"))
    return False


def _pack_anew(git: Git, index: Path, doomed: Collection[str]) -> None:
    """Put everything of a pack but these files into another, and only then take the pack away."""
    lines = git.run("show-index", data=disk.read_regular(index, 1 << 30)).decode("ascii").splitlines()
    there = [word for line in lines for word in line.split()[1:2] if ID.fullmatch(word)]
    kept = [id_ for id_ in there if id_ not in doomed]
    if len(kept) == len(there):
        return
    with disk.aside(git.repository.shared) as aside:
        if kept:
            git.run("pack-objects", "-q", str(aside / "pack"), data="\n".join(kept).encode() + b"\n", long=True)
        for ending in (".pack", ".idx"):  # whoever looks finds a pack by its index
            for made in aside.glob(f"pack-*{ending}"):
                disk.move(made, index.parent / made.name)
    for path in index.parent.glob("multi-pack-index*"):
        path.unlink()
    for ending in OF_A_PACK:
        index.with_suffix(ending).unlink(missing_ok=True)
    disk.sync_folder(index.parent)


# ---- beside it --------------------------------------------------------------------------------------------------------


def _clear_beside(store: Store, cases: Collection[str]) -> None:
    """What is left of the cases in the folder, among what was put aside, and in what this user keeps of the store."""
    for case in cases:
        folder = store.folder / "cases" / case
        if folder.parent.is_symlink():
            continue
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder)
        elif os.path.lexists(folder):  # a link goes, and what it leads to stays
            folder.unlink()
        if folder.parent.is_dir():
            disk.sync_folder(folder.parent)
    aside = store.git.repository.shared / "cdr-aside"
    for path in aside.rglob("*.gpg") if aside.is_dir() else ():
        path.unlink()
    state = store.history.state
    state.begin_clearing()
    store.git.asked_before = None
    asked_before.forget(state)
    people = [one.name for one in state.folder.iterdir() if PERSON.fullmatch(one.name)] if state.folder.is_dir() else []
    for person in people:
        kept = [path.name for path in (state.folder / person).iterdir()]
        columns = [name for name in kept if any(one.has(name, 0) for one in store.extraction.columns)]
        made_of_them = [name for name in kept if name.startswith(SUMMED)]
        for name in (*OF_ALL_CASES, *columns, *made_of_them, *(name for case in cases for name in names_of(case))):
            state.forget(f"{person}/{name}")
