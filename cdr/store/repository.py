"""Where a repository's own files are, which branch it stands on, and whether it is whole: read without git, and without its settings."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from cdr import disk, programs, resources
from cdr.errors import CdrError, DiskFailed, NotAuthentic, NotFound, NotKnown, NotWhole, WrongConfiguration
from cdr.store import ownership
from cdr.store.objects import ID

LARGEST_NOTE = 1 << 16
LARGEST_PACKED = 1 << 26
DEEPEST = 5
PACKED = "packed-refs"
REFTABLE = "keeps its branches in git's newer format, reftable"
SHA_256 = "names its objects by SHA-256"
UNCHANGED = "Make the store in a new folder, without --object-format: cdr init"
# No command that runs git in the folder itself: whoever prepared it may have named programs in its settings, which git runs.
CLONE = "Make a new clone of a copy that you trust, without {}: git clone URL NEW-FOLDER"
ODD_LETTERS = re.compile(r"[\x00-\x20\x7f~^:?*\[\\]|@\{|\.\.")
UNDER_WAY = {
    "MERGE_HEAD": ("A merge", "git merge --abort"),
    "CHERRY_PICK_HEAD": ("A cherry-pick", "git cherry-pick --abort"),
    "REVERT_HEAD": ("A revert", "git revert --abort"),
    "rebase-merge": ("A rebase", "git rebase --abort"),
    "rebase-apply": ("A rebase", "git rebase --abort"),
}
WRITTEN_TO = ("objects", PACKED, "index", "logs/HEAD", "cdr-aside", "cdr-mail-taken")


class Repository:
    """The repository whose work tree is `folder`: its own folder, and in a linked worktree the one that all of them share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # ---- where its files are -----------------------------------------------------------------------------------

    @cached_property
    def directory(self) -> Path:
        """The folder of this work tree alone: its HEAD and its index (`.git`). Raises: NotFound, WrongConfiguration."""
        found = (self.folder / ".git").resolve()
        if found.is_file():
            found = self._linked(found)
        try:
            is_there = (found / "HEAD").is_file()
        except PermissionError:
            ownership.refuse_unreadable(found)
            raise
        if not is_there:
            raise NotFound(f"There is no repository in {self.folder}.", "Make a store with: cdr init")
        return found

    @cached_property
    def shared(self) -> Path:
        """The folder of what all work trees of the repository share: objects, branches, and cdr's locks."""
        pointer = self.directory / "commondir"
        return (self.directory / _note(pointer).strip()).resolve() if pointer.is_file() else self.directory

    def _linked(self, pointer: Path) -> Path:
        named, _, path = _note(pointer).partition(": ")
        found = (pointer.parent / path.strip()).resolve()
        if named != "gitdir" or not found.is_dir():
            raise WrongConfiguration(
                f"The repository that {self.folder} belongs to is not where it was.",
                "Put it back; or where you moved both, run in the repository: "
                + programs.as_typed("git", "worktree", "repair", self.folder),
            )
        back = found / "gitdir"
        owner = Path(_note(back).strip()) if back.is_file() else pointer
        if owner.exists() and not owner.samefile(pointer):
            raise WrongConfiguration(
                f"{self.folder} is a copy of the linked work tree in {owner.parent}, and not a store of its own.",
                f"Work there, or make a copy that is one: {programs.as_typed('git', 'clone', owner.parent, 'NEW-FOLDER')}",
            )
        return found

    # ---- the branch --------------------------------------------------------------------------------------------

    @cached_property
    def branch(self) -> str:
        """The full name of the branch that is checked out. Raises: WrongConfiguration without one."""
        name = _target(self.directory / "HEAD")
        for _ in range(DEEPEST):
            if not _is_branch(name):
                break
            further = _target(self.shared / name)
            if not further:
                return name
            name = further
        if (self.shared / "reftable").exists():
            raise self.unsupported(REFTABLE)
        raise WrongConfiguration(
            "The store's repository is not on a branch, so nothing can be recorded.",
            "Check out its branch: git switch main",
        )

    def tip(self) -> str | None:
        """The commit that the branch stands at; None before the first. Raises: NotAuthentic, WrongConfiguration."""
        loose = self._loose()
        found = loose or self._packed()
        if len(found) == 64:
            raise self.unsupported(SHA_256)
        if found and not ID.fullmatch(found):
            raise NotAuthentic(
                f"The file of the store's branch is damaged: {self.shared / (self.branch if loose else PACKED)}",
                "Where the branch stood before is the last line of .git/logs/HEAD; or take another copy of the store.",
            )
        return found or None

    def _loose(self) -> str:
        path = self.shared / self.branch
        with suppress(FileNotFoundError):
            return _note(path).strip() or "damaged" if path.is_file() else ""
        return ""

    def _packed(self) -> str:
        path = self.shared / PACKED
        lines = _note(path, LARGEST_PACKED).splitlines() if path.is_file() else []
        return next((line.split()[0] for line in lines if line.endswith(f" {self.branch}")), "")

    def standing(self) -> str | None:
        """The commit that the branch stands at, whatever came between; None before the first. Raises: NotKnown."""
        try:
            return self.tip()
        except (OSError, CdrError):
            raise NotKnown(
                "Whether the change was recorded cannot be seen just now: the store's repository cannot be read.",
                "Before you run the command again, look with: cdr audit",
            ) from None

    @contextmanager
    def with_branches(self) -> Iterator[Path]:
        """A repository of cdr's own, as git is always given, with this one's branches and their logs in it for one update."""
        for folder in (self.directory / "logs", self.shared / "logs/refs"):
            disk.private_folder(folder)
        with disk.aside(self.shared) as there:
            shutil.copy(resources.folder("gitdir") / "config", there / "config")
            (there / "HEAD").write_text(f"ref: {self.branch}\n", "utf-8", "surrogateescape")
            (there / "logs").mkdir()
            links = {
                "refs": self.shared,
                PACKED: self.shared,
                "logs/refs": self.shared,
                "logs/HEAD": self.directory,
            }
            for name, folder in links.items():
                (there / name).symlink_to(folder / name)
            yield there

    # ---- whether it is whole, and fit to be written to ---------------------------------------------------------

    @property
    def objects(self) -> Path:
        """Where the objects are. Raises: WrongConfiguration where git would wait there for ever."""
        _refuse_unlike_a_file(self.shared / "objects/info/alternates")
        return self.shared / "objects"

    def unsupported(self, what: str) -> WrongConfiguration:
        """That a repository is in a format of git's that cdr does not read."""
        way_out = (
            "Make a copy in the usual one: git clone --ref-format=files OLD NEW" if what == REFTABLE else UNCHANGED
        )
        return WrongConfiguration(f"The repository in {self.folder} {what}, which cdr does not support.", way_out)

    def foreign(self) -> WrongConfiguration | None:
        """That it belongs to somebody else than the user (for root also: than who called sudo): they decide what stands in it."""
        mine = {os.geteuid(), *([int(os.environ.get("SUDO_UID") or 0)] if os.geteuid() == 0 else [])}
        if {folder.stat().st_uid for folder in (self.folder, self.directory, self.shared)} <= mine:
            return None
        return WrongConfiguration(
            "The store's folder belongs to another user, so it is not used.",
            "Work as that user. Where you trust them with all that you may do, allow it: "
            + programs.as_typed("git", "config", "--global", "--add", "safe.directory", self.folder),
        )

    @property
    def index(self) -> Path:
        """The user's own index."""
        return self.directory / "index"

    def has_broken_index(self) -> bool:
        """git does not look at its index's own checksum, and takes one that is missing or empty for no file at all."""
        try:
            raw = self.index.read_bytes() if self.index.is_file() else b""
        except OSError:
            raw = b""
        kept = raw[-20:]
        return not raw or kept not in (bytes(20), hashlib.sha1(raw[:-20], usedforsecurity=False).digest())

    def lacking(self) -> NotWhole | None:
        """What this copy was told to leave out when it was made, if anything."""
        if self._is_filled("shallow"):
            return NotWhole(
                "This copy of the store is shallow: it has the newest part of the history and not the rest.",
                CLONE.format("--depth"),
            )
        if next(self.shared.glob("objects/pack/*.promisor"), None):
            return NotWhole(
                "This copy of the store is partial: it was cloned with a filter, and objects of the history are not here.",
                CLONE.format("--filter"),
            )
        return None

    def borrows(self) -> str:
        """What a person should know of a copy whose objects lie in another folder in part; empty of others."""
        if not self._is_filled("objects/info/alternates"):
            return ""
        return (
            "This copy of the store borrows from another folder, and cannot be read where that is gone. "
            + CLONE.format("--reference and --shared")
        )

    def _is_filled(self, name: str) -> bool:
        path = self.shared / name
        return path.is_file() and path.stat().st_size > 0

    def refuse_writing(self) -> None:
        """Stop where a change recorded now would spoil work, or go elsewhere. Raises: WrongConfiguration, TryAgain."""
        for name, (what, give_up) in UNDER_WAY.items():
            if os.path.lexists(self.directory / name):
                raise WrongConfiguration(
                    f"{what} made by hand is not finished in this folder, so nothing can be recorded.",
                    f"Where it was you who began it: finish it (git commit -S), or give it up: {give_up}",
                )
        for path in self._written_to():
            _refuse_unlike_a_file(path)
        for other in self._other_work_trees():
            if _target(other / "HEAD") == _target(self.directory / "HEAD"):
                raise WrongConfiguration(
                    f"Two work trees stand on the branch {self.branch.removeprefix('refs/heads/')}: this one and that of {other}.",
                    "A change made here would leave the files there behind. Give one of them a branch of its own: git switch -c NAME",
                )

    def _written_to(self) -> Iterator[Path]:
        for folder in {self.shared, self.directory}:
            for name in (*WRITTEN_TO, self.branch, f"logs/{self.branch}"):
                path = Path(name)
                yield from (folder / part for part in (path, *path.parents[:-1]))

    def _other_work_trees(self) -> list[Path]:
        """The folders, inside the repository's own, of other work trees that are still there."""
        linked = [path.parent for path in self.shared.glob("worktrees/*/gitdir") if Path(_note(path).strip()).exists()]
        main = [self.shared] if (self.shared / "index").exists() else []
        return [path for path in (*main, *linked) if path != self.directory and (path / "HEAD").is_file()]


def _refuse_unlike_a_file(path: Path) -> None:
    if os.path.lexists(path) and stat.S_IFMT(path.lstat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
        raise WrongConfiguration(
            f"{path} is a link or a pipe, and cdr uses neither.", "Make a copy of the store without it, with git clone."
        )


def _target(path: Path) -> str:
    """What a symbolic reference stands for; empty where it is none."""
    said = _note(path) if path.is_file() else ""
    return said[5:].strip() if said.startswith("ref: ") else ""


def _is_branch(name: str) -> bool:
    parts = name.split("/")
    odd = [part for part in parts if not part or part.startswith(".") or part.endswith((".", ".lock"))]
    return name.startswith("refs/heads/") and not odd and not ODD_LETTERS.search(name)


def _note(path: Path, most: int = LARGEST_NOTE) -> str:
    """A small file of the repository, as text.

    Raises: FileNotFoundError; DiskFailed where it may not be read; NotAuthentic for anything that is no such file.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError:
        raise
    except OSError as error:
        ownership.refuse_unreadable(path)
        raise DiskFailed(
            f"{path} cannot be read: {os.strerror(error.errno or 0)}.",
            f"See whose it is: {programs.as_typed('ls', '-l', path)}",
        ) from error
    with os.fdopen(descriptor, "rb") as stream:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotAuthentic(f"{path} is not a plain file.", "Take another copy of the store.")
        raw = stream.read(most + 1)
    if len(raw) > most:
        raise NotAuthentic(f"{path} is too large.", "Take another copy of the store.")
    return raw.decode("utf-8", "surrogateescape")
