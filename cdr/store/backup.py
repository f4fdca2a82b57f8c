"""A backup: the whole signed history in one file of git's (a bundle), which holds the public keys too; a store made from it, or from the shared repository.

It is ciphertext and what stands in the open anyway, and no secret key. It is looked through before it counts as made.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager, suppress
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

from cdr import disk, moments
from cdr.errors import CdrError, ConditionsNotMet, DiskFailed, GitFailed, NotAuthentic, NotFound, TryAgain
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.store import by_hand, destroying, exchange, git_files, lasting_names, lock, remotes, transaction
from cdr.store.crypto import Gnupg
from cdr.store.exchange import Remote
from cdr.store.git import Git
from cdr.store.history import History, Progress
from cdr.store.store import Store

NOTE = "backup"
BEGINS = expression(rb"# v[23] git bundle\n")
REF = expression(rb"([0-9a-f]{40}) (refs/heads/[^\n]{1,240})\n")
LARGEST_HEADER = 1 << 16
WHY = "cdr: restore"
ALL_BRANCHES = "+refs/heads/*:refs/remotes/origin/*"
NO_BACKUP = "It is no backup that cdr made, or is damaged."


@dataclass(frozen=True)
class Made:
    """A backup: where it is, the commit up to which it holds everything, how many changes that is, and its size in bytes."""

    file: Path
    commit: str
    count: int
    size: int


@dataclass(frozen=True)
class Restored:
    """A store made from a backup: its last commit and how many changes it holds.

    `is_accepted`: its history was checked from a root that is trusted here. `lost` counts changes that were seen on this machine
    and are not in it, or is None where none is known.
    """

    commit: str
    count: int
    is_accepted: bool
    lost: int | None


def make(store: Store, file: Path, today: date) -> Made:
    """Write everything that is recorded into one file, whole or not at all, and look through it before it counts.

    Raises: NotFound where there is no such folder; NotAuthentic, DiskFailed.
    """
    target = file.resolve()
    if not target.parent.is_dir():
        raise NotFound(f"There is no folder {target.parent}.", "Make it first, or give another place.")
    if target.is_dir():
        raise ConditionsNotMet(f"{file} is a folder.", [], "Name a file in it.")
    if target.is_relative_to(store.folder.resolve()):
        raise ConditionsNotMet("A backup in the store's own folder is lost with it.", [], "Put it on another disk.")
    store.git.ask_itself()
    verified, git = store.history.verified(store.progress), store.git
    with disk.aside(target.parent) as aside, git.repository.with_branches() as there:
        made = aside / "bundle"
        missing = destroying.rightly_missing(git, verified.head)
        if missing:  # git makes no bundle of a history that names files which nobody has any more
            _bundle(git, made, verified.head)
        else:
            git.run("bundle", "create", str(made), git.repository.branch, told={"GIT_DIR": str(there)}, long=True)
        if _tip(made)[0] != verified.head:
            raise ConditionsNotMet("The store was changed meanwhile.", [], "Run the command again.")
        _look_through(git, made, verified.head, missing)
        made.chmod(0o600)
        descriptor = os.open(made, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        size = made.stat().st_size
        disk.move(made, target)
    store.history.state.seal(_note(store), json.dumps({"on": today.isoformat()}).encode())
    return Made(target, verified.head, verified.count, size)


def last(store: Store) -> date | None:
    """The day on which this user last made a backup of this copy; None where that is not known."""
    try:
        return moments.day(json.loads(store.history.state.sealed(_note(store)) or b"{}")["on"])
    except (ValueError, KeyError, TypeError):
        return None


def _note(store: Store) -> str:
    return f"{NOTE}/{store.history.state.place_name}"


def _bundle(git: Git, made: Path, tip: str) -> None:
    """A bundle of all that is here of a commit's history."""
    head = f"# v2 git bundle\n{tip} {git.repository.branch}\n\n".encode("utf-8", "surrogateescape")
    packed = git.run(
        "pack-objects", "-q", "--revs", "--missing=allow-any", "--stdout", data=f"{tip}\n".encode(), long=True
    )
    disk.write_whole(made, head + packed)


def _look_through(git: Git, bundle: Path, tip: str, missing: Collection[str]) -> None:
    """Take the backup apart in a place of its own, and look at every object of it. Raises: NotAuthentic."""
    with TemporaryDirectory(prefix="cdr-", dir=bundle.parent) as place:
        objects = Path(place) / "objects"
        (objects / "pack").mkdir(parents=True)
        there = {"GIT_OBJECT_DIRECTORY": str(objects)}
        try:
            git.run("bundle", "unbundle", str(bundle), told=there, long=True)
            unread: CdrError | None = git.damage(tip, missing, there)
        except GitFailed as error:
            unread = error
        if unread:
            raise git.damage(tip, missing) or DiskFailed("The backup could not be read back.", "Try another disk.")


def _tip(bundle: Path) -> tuple[str, str]:
    """The commit and the branch that a bundle ends with. Raises: ConditionsNotMet where the file is none, or not a whole one."""
    with bundle.open("rb") as stream:
        head = stream.read(LARGEST_HEADER).partition(b"\n\n")[0] + b"\n"
    begins = BEGINS.match(head)
    lines = head[begins.end() :].splitlines(keepends=True) if begins else []
    found = [one for line in lines if (one := REF.fullmatch(line))]
    needs_more = any(line.startswith(b"-") for line in lines)
    if len(found) != 1 or needs_more:
        raise ConditionsNotMet(NO_BACKUP, [], "Give a file that cdr backup made.")
    return found[0][1].decode(), found[0][2].decode("utf-8", "surrogateescape")


def restore(file: Path, folder: Path, root: str | None, progress: Progress) -> Restored:
    """Make a store in a new or empty folder from a backup; its history is checked where its root is trusted here.

    Raises: NotFound, ConditionsNotMet, NotAuthentic; then the folder is as it was.
    """
    if not file.is_file():
        raise NotFound(f"There is no file {file}.", "Give a file that cdr backup made, or the shared repository.")
    tip, branch = _tip(file)

    def bring(git: Git) -> str:
        try:
            with lasting_names.keeping(git.repository.objects):
                git.run("bundle", "unbundle", str(file.resolve()), long=True)
        except GitFailed:
            raise ConditionsNotMet(NO_BACKUP, [], "Take another backup.") from None
        return tip

    restored, _ = _made_of(
        bring, ConditionsNotMet(NO_BACKUP, [], "Take another backup."), folder, branch, root, progress
    )
    return restored


def start_from(remote: Remote, folder: Path, root: str | None, progress: Progress) -> Restored:
    """The same from the repository that is shared, also where that has destroyed the files of erased cases: none but those may be missing.

    Raises: as `restore`; TryAgain, WrongUsage as `exchange`.
    """
    _refuse_filled(folder)
    with TemporaryDirectory(prefix="cdr-") as place:
        asking = Git(Path(place))
        asking.begin("main", asking.folder)
        branch = exchange.branch_of(asking, remote)

    def bring(git: Git) -> str:
        tip = exchange.fetch(git, remote, "")
        if tip is None:
            raise TryAgain(f"{remote.shown} was changed meanwhile.", "Run the command again.")
        return tip

    damaged = NotAuthentic(f"What {remote.shown} holds is not whole.", "Start from a backup: cdr restore FILE DIR")
    restored, history = _made_of(bring, damaged, folder, branch, root, progress)
    git_files.set_settings(history.git, _as_cloned(remote, branch))
    if restored.is_accepted:
        remotes.remember_from(history.state, remote, restored.commit)
    return restored


def _as_cloned(remote: Remote, branch: str) -> dict[str, str]:
    """What git itself notes of where a clone came from, for whoever types git there by hand."""
    of_branch = f"branch.{branch.removeprefix('refs/heads/')}"
    origin = {"remote.origin.url": remote.url, "remote.origin.fetch": ALL_BRANCHES}
    return origin | {f"{of_branch}.remote": "origin", f"{of_branch}.merge": branch}


def _refuse_filled(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ConditionsNotMet(
            f"{folder} is there already and not empty; nothing was changed.", [], "Give another folder."
        )


def _made_of(
    bring: Callable[[Git], str], damaged: CdrError, folder: Path, branch: str, root: str | None, progress: Progress
) -> tuple[Restored, History]:
    """A store in a new folder of what is brought into its repository; `damaged` is raised where that is not whole."""
    folder = folder.absolute()
    _refuse_filled(folder)
    with _new(folder, branch) as git, lock.held(git.repository.shared / "cdr.lock") as held:
        git.held = (held,)
        tip = bring(git)
        if git.damage(tip, _missing_of(git, tip)):
            raise damaged
        transaction.publish(git, tip, None, WHY)
        git.held = ()
        history = History(git, root)
        restored = _accepted(history, root, progress)
    own = Gnupg()
    here = own.holds_secret_of()
    keys = [key for key in own.listed() if key.fingerprint in here and git.file(tip, f"keys/{key.fingerprint}.asc")]
    by_hand.set_up(git, keys[0] if keys else None)
    return restored, history


def _missing_of(git: Git, tip: str) -> set[str]:
    try:
        return destroying.rightly_missing(git, tip)
    except CdrError:
        return set()


def _accepted(history: History, root: str | None, progress: Progress) -> Restored:
    """Check all of the history, from a root that is trusted here. What was seen further in a folder that is gone is told."""
    git = history.git
    destroying.forget(history.state)
    tip = str(git.repository.tip())
    seen = history.state.verified()
    count = 1 + len(git.since(history.root, tip) or [])
    try:
        history.accept(root)
    except NotAuthentic:
        if root:
            raise
        return Restored(tip, count, False, None)
    history.remember(history.root, 1)
    verified = history.verified(progress)
    missing = [one for one in seen if not _holds(git, one.head, tip)]
    return Restored(verified.head, verified.count, True, max(one.count for one in missing) - count if missing else None)


def _holds(git: Git, commit: str, tip: str) -> bool:
    with suppress(NotAuthentic):
        return git.is_ancestor(commit, tip)
    return False


@contextmanager
def _new(folder: Path, branch: str) -> Iterator[Git]:
    """A new repository in a folder; what was made goes again where that ends with an error."""
    was_there = folder.exists()
    disk.private_folder(folder)
    git = Git(folder)
    try:
        with disk.aside(folder) as aside:
            git.begin(branch.removeprefix("refs/heads/"), aside)
            disk.move(aside / ".git", folder / ".git")
        yield git
    except BaseException:
        with suppress(OSError, CdrError):
            for one in folder.iterdir():
                shutil.rmtree(one) if one.is_dir() and not one.is_symlink() else one.unlink()
            if not was_there:
                folder.rmdir()
        raise
