"""Where a repository's own files are, which branch it stands on, and whether it is whole: read without git, and without its settings."""

from __future__ import annotations

import errno
import hashlib
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path

from cdr import disk, programs, resources
from cdr.errors import CdrError, DiskFailed, NotAuthentic, NotFound, NotKnown, NotWhole, WrongConfiguration
from cdr.expressions import expression
from cdr.store import ownership
from cdr.store.objects import ID

LARGEST_NOTE = 1 << 16
LONGEST_PLACE, LONGEST_NAME = 1000, 255  # of a folder and of a branch: what is printed stays within sight
LARGEST_PACKED = 1 << 26
LARGEST_INDEX = 1 << 27
INDEX_ENDS = 20  # bytes: its checksum, or none
INDEX_BEGINS = expression(rb"DIRC\0\0\0[\x02-\x04].{24}", re.DOTALL)
BEGUN = "Make a store with: cdr init"
BROUGHT_BACK = "Put it back from another copy of the store: cp -r COPY/.git FOLDER; then: cdr verify --repair"
DEEPEST = 5
PACKED = "packed-refs"
REFTABLE = "keeps its branches in git's newer format, reftable"
SHA_256 = "names its objects by SHA-256"
UNCHANGED = "Make the store in a new folder, without --object-format: cdr init"
# No command that runs git in the folder itself: whoever prepared it may have named programs in its settings, which git runs.
CLONE = "Make a new clone of a copy that you trust, without {}: git clone URL NEW-FOLDER"
ODD_LETTERS = expression(r"[\x00-\x20\x7f~^:?*\[\\]|@\{|\.\.")
UNDER_WAY = {
    "MERGE_HEAD": ("A merge", "git merge --abort"),
    "CHERRY_PICK_HEAD": ("A cherry-pick", "git cherry-pick --abort"),
    "REVERT_HEAD": ("A revert", "git revert --abort"),
    "rebase-merge": ("A rebase", "git rebase --abort"),
    "rebase-apply": ("A rebase", "git rebase --abort"),
}


class Repository:
    """The repository whose work tree is `folder`: its own folder, and in a linked worktree the one that all of them share."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # ---- where its files are -----------------------------------------------------------------------------------

    @cached_property
    def directory(self) -> Path:
        """The folder of this work tree alone: its HEAD and its index (`.git`). Raises: NotFound, WrongConfiguration."""
        found = self._named(self.folder, ".git")
        if found.is_file():
            found = self._linked(found)
        try:
            is_there = (found / "HEAD").is_file()
        except PermissionError:
            ownership.refuse_unreadable(found)
            raise
        if not is_there and (found / "objects").is_dir():
            raise _no_head(found, found)
        if not is_there:
            is_store = (self.folder / "cdr.yaml").is_file()
            raise NotFound(f"There is no repository in {self.folder}.", BROUGHT_BACK if is_store else BEGUN)
        return found

    @cached_property
    def shared(self) -> Path:
        """The folder of what all work trees of the repository share: objects, branches, and cdr's locks."""
        pointer = self.directory / "commondir"
        return self._named(self.directory, note(pointer)) if pointer.is_file() else self.directory

    @property
    def pending(self) -> Path:
        """Where a change that is being published is noted until its files are brought up to date."""
        return self.directory / "cdr-pending"

    @property
    def is_unfinished(self) -> bool:
        """Whether a crash left a change half brought up to date."""
        return os.path.lexists(self.pending)

    def _named(self, there: Path, words: str) -> Path:
        """The place that is named in a folder. Raises: WrongConfiguration where it is none."""
        found = led_to(there, words)
        if found is None:
            raise WrongConfiguration(
                f"What {self.folder} says of where its repository is leads nowhere.", "Take another copy of the store."
            )
        return found

    def _linked(self, pointer: Path) -> Path:
        named, _, path = note(pointer).partition(": ")
        found = self._named(pointer.parent, path)
        if named != "gitdir" or not found.is_dir():
            raise WrongConfiguration(
                f"The repository that {self.folder} belongs to is not where it was.",
                "Put it back; or where you moved both, run in the repository: "
                + programs.as_typed("git", "worktree", "repair", self.folder),
            )
        owner = _known_of(found)
        if owner and owner.exists() and not owner.samefile(pointer):
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
        self._refuse_under_way()
        if not ID.fullmatch(note(self.directory / "HEAD").strip()):
            raise _no_head(self.directory, self.shared)
        raise self.not_on_branch("not on a branch")

    def not_on_branch(self, where: str) -> WrongConfiguration:
        """That something else than the store's branch is checked out."""
        return WrongConfiguration(
            f"The store's repository is {where}, so nothing can be recorded.",
            f"Check out its branch: git switch {_only_branch(self.shared)}",
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
            return note(path).strip() or "damaged" if path.is_file() else ""
        return ""

    def _packed(self) -> str:
        path = self.shared / PACKED
        lines = note(path, LARGEST_PACKED).splitlines() if path.is_file() else []
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
        """A repository of cdr's own, as git is always given, with this one's branches and their logs in it for one run."""
        for folder in (self.directory / "logs", self.shared / "logs/refs"):
            disk.private_folder(folder)
        with disk.aside(self.shared) as there:
            (there / "config").write_bytes(resources.read_bytes("gitdir", "config"))
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
        """Where the objects are. Raises: WrongConfiguration where git would wait there for ever, NotAuthentic where it would read for ever."""
        from cdr.store import outside

        alternates = self.shared / "objects/info/alternates"
        outside.refuse_unlike_a_file(alternates)
        if self._is_filled("objects/info/alternates"):
            note(alternates)
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

    def index_in_pieces(self) -> Iterator[bytes]:
        """The bytes of git's index; at their end, where they are those of a broken one, an error: git does not look at its own checksum, and takes
        an index that is missing or empty for no file at all.

        Raises: OSError.
        """
        summed, last, begins = hashlib.sha1(usedforsecurity=False), b"", b""
        for piece in disk.regular_in_pieces(self.index, LARGEST_INDEX):
            yield piece
            begins = begins or piece
            known = piece if len(piece) >= INDEX_ENDS else last + piece
            summed.update(last if known is piece else b"")
            summed.update(memoryview(known)[:-INDEX_ENDS])
            last = known[-INDEX_ENDS:]
        if not INDEX_BEGINS.match(begins) or last not in (bytes(INDEX_ENDS), summed.digest()):
            raise OSError(errno.EIO, "git's index is not whole")

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
        try:
            return path.is_file() and path.stat().st_size > 0
        except PermissionError:
            ownership.refuse_unreadable(self.shared / Path(name).parts[0])
            raise

    def refuse_writing(self) -> None:
        """Stop where a change recorded now would spoil work, or go elsewhere. Raises: WrongConfiguration, TryAgain."""
        from cdr.store import outside

        self._refuse_under_way()
        outside.refuse_lent(self.folder / ".git", self.directory, self.shared, _known_of(self.directory))
        outside.refuse_links(self.directory, self.shared, self.branch)
        for other in self._other_work_trees():
            if _target(other / "HEAD") == _target(self.directory / "HEAD"):
                raise WrongConfiguration(
                    f"Two work trees stand on the branch {self.branch.removeprefix('refs/heads/')}: this one and that of {other}.",
                    "A change made here would leave the files there behind. Give one of them a branch of its own: git switch -c NAME",
                )

    def refuse_odd_objects(self) -> None:
        """Stop where git would write through a link among the objects. Raises: WrongConfiguration."""
        from cdr.store import outside

        outside.refuse_odd_objects(self.shared / "objects")

    def _refuse_under_way(self) -> None:
        for name, (what, give_up) in UNDER_WAY.items():
            if os.path.lexists(self.directory / name):
                raise WrongConfiguration(
                    f"{what} made by hand is not finished in this folder, so nothing can be recorded.",
                    f"Where it was you who began it: finish it (git commit -S), or give it up: {give_up}",
                )

    def _other_work_trees(self) -> list[Path]:
        """The folders, inside the repository's own, of other work trees that are still there."""
        known = list(self.shared.glob("worktrees/*/gitdir"))
        linked = [path.parent for path in known if (there := _known_of(path.parent)) and there.exists()]
        main = [self.shared] if (self.shared / "index").exists() else []
        return [path for path in (*main, *linked) if path != self.directory and (path / "HEAD").is_file()]


def _no_head(directory: Path, shared: Path) -> WrongConfiguration:
    """That a repository does not say on which branch it is, and how it does again."""
    line, head = f"ref: refs/heads/{_only_branch(shared)}", programs.as_typed(directory / "HEAD")
    return WrongConfiguration(
        f"The file that says on which branch the store's repository is, is gone or damaged: {directory / 'HEAD'}",
        f"Write it anew: rm -rf {head}; {programs.as_typed('echo', line)} > {head}",
    )


def branches(shared: Path) -> set[str]:
    """The branches of a repository that hold something, without `refs/heads/`."""
    folder = shared / "refs/heads"
    loose = (
        {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()} if folder.is_dir() else set()
    )
    lines = note(shared / PACKED, LARGEST_PACKED).splitlines() if (shared / PACKED).is_file() else []
    packed = {line.partition(" refs/heads/")[2] for line in lines if " refs/heads/" in line}
    return {name for name in loose | packed if _is_branch(f"refs/heads/{name}")}


def _only_branch(shared: Path) -> str:
    """The one branch of a repository; where there are several or none is seen, what `cdr init` calls it."""
    found = branches(shared)
    return found.pop() if len(found) == 1 else "main"


def _known_of(directory: Path) -> Path | None:
    """The `.git` of the linked work tree that a folder of the repository is for, as it says itself."""
    pointer = directory / "gitdir"
    return led_to(directory, note(pointer)) if pointer.is_file() else None


def _target(path: Path) -> str:
    """What a symbolic reference stands for; empty where it is none."""
    said = note(path) if path.is_file() else ""
    return said[5:].strip() if said.startswith("ref: ") else ""


def _is_branch(name: str) -> bool:
    parts = name.split("/")
    odd = [part for part in parts if not part or part.startswith(".") or part.endswith((".", ".lock"))]
    return len(name) <= LONGEST_NAME and name.startswith("refs/heads/") and not odd and not ODD_LETTERS.search(name)


def led_to(there: Path, words: str) -> Path | None:
    """The place that a file of the repository names, from the folder where that is; None where no place can be called so."""
    words = words.strip()
    if "\0" in words or len(words) > LONGEST_PLACE:
        return None
    try:
        return (there / words).resolve()
    except (OSError, RuntimeError):  # links that lead to themselves
        return None


def note(path: Path, most: int = LARGEST_NOTE) -> str:
    """A small file of the repository, as text.

    Raises: FileNotFoundError; DiskFailed where it may not be read; NotAuthentic for anything that is no such file.
    """
    try:
        raw = disk.read_through_link(path, most)
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.EFBIG):
            wrong = "too large" if error.errno == errno.EFBIG else "not a plain file"
            raise NotAuthentic(f"{path} is {wrong}.", "Take another copy of the store.") from error
        ownership.refuse_unreadable(path)
        raise DiskFailed(
            f"{path} cannot be read: {os.strerror(error.errno or 0)}.",
            f"See whose it is: {programs.as_typed('ls', '-l', path)}",
        ) from error
    return raw.decode("utf-8", "surrogateescape")
