"""Whether what is recorded in a folder stays there: its repository is its own, and nothing that is written to leads elsewhere.

A folder that somebody else prepared may bring links, and a `.git` that names the repository of another folder.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cdr.errors import WrongConfiguration

WRITTEN_TO = ("objects", "packed-refs", "index", "logs/HEAD", "cdr-aside", "cdr-mail-taken")
FILES = (
    "packed-refs",
    "index",
    "logs/HEAD",
    "cdr-pending",
    "cdr-init",
    "cdr.lock",
    "cdr-mail.lock",
    "cdr-pack.lock",
    "cdr-mail-taken",
)
WITHOUT_IT = "Make a copy of the store without it, with git clone."


def refuse_lent(own: Path, directory: Path, shared: Path, said: Path | None) -> None:
    """Stop where the repository that `own` (a folder's `.git`) leads to is not the folder's: a change would go to another's branch.

    It is the folder's own where it stands in it; or where git made the folder a linked work tree, and `said`, the place of which
    the repository says so, is this one.
    Raises: WrongConfiguration.
    """
    refuse_link(own)
    if own.is_dir():
        if os.path.lexists(own / "commondir"):
            raise WrongConfiguration(
                f"{own} says that it is part of another repository, which git never makes so, and nothing is recorded there.",
                f"Take {own}/commondir away, if this folder is the store.",
            )
        return
    is_linked = directory.parent == shared / "worktrees"
    if not is_linked:
        raise WrongConfiguration(
            f"{own} leads to a repository elsewhere, which knows nothing of this folder, so nothing is recorded there: {directory}",
            f"Make a store of this folder's own: git clone {own.parent} NEW-FOLDER",
        )
    if said is None or not said.exists() or not said.samefile(own):
        raise WrongConfiguration(
            f"{own.parent} is a linked work tree that was moved, and its repository does not know where it is now.",
            f"Tell it: git -C {shared} worktree repair {own.parent}",
        )


def refuse_link(own: Path) -> None:
    """Stop where a folder's `.git` is a link. Raises: WrongConfiguration."""
    if own.is_symlink():
        raise WrongConfiguration(
            f"{own} is a link, so a change would be recorded in another folder: nothing is recorded.",
            f"Work in the folder that it leads to; or make a store of this one: git clone {own.parent} NEW-FOLDER",
        )


def refuse_links(directory: Path, shared: Path, branch: str) -> None:
    """Stop where something that a change would be written to is a link or a pipe, or a folder in place of a file.

    Raises: WrongConfiguration.
    """
    for folder in {directory, shared}:
        for name in (*WRITTEN_TO, branch, f"logs/{branch}"):
            path = Path(name)
            for part in (path, *path.parents[:-1]):
                refuse_unlike_a_file(folder / part)
        for name in FILES:
            refuse_folder(folder / name)
    for folder in (shared / "objects", shared / "objects/pack"):
        for path in _odd_in(folder):
            raise _unlike_a_file(path)


def refuse_odd_objects(objects: Path) -> None:
    """The same of each object, where git writes: it renews the time of one that is there. What a change writes takes the place of what stands there.

    Raises: WrongConfiguration.
    """
    with suppress(OSError):
        for entry in os.scandir(objects):
            if entry.is_dir(follow_symlinks=False) and entry.name != "info":
                for path in _odd_in(Path(entry.path)):
                    raise _unlike_a_file(path)


def refuse_unlike_a_file(path: Path) -> None:
    """Stop at what is neither a file nor a folder. Raises: WrongConfiguration."""
    if os.path.lexists(path) and stat.S_IFMT(path.lstat().st_mode) not in (stat.S_IFREG, stat.S_IFDIR):
        raise _unlike_a_file(path)


def refuse_folder(path: Path) -> None:
    """Stop at a folder where a file is kept. Raises: WrongConfiguration."""
    if path.is_dir():
        raise WrongConfiguration(
            f"{path} is a folder, and git or cdr keeps a file of that name, so nothing is recorded.",
            "Neither of them made it: move it out of the repository.",
        )


def _unlike_a_file(path: Path) -> WrongConfiguration:
    return WrongConfiguration(f"{path} is a link or a pipe, and cdr uses neither.", WITHOUT_IT)


def _odd_in(folder: Path) -> Iterator[Path]:
    """What is neither a file nor a folder."""
    with suppress(OSError):
        for entry in os.scandir(folder):
            if not (entry.is_file(follow_symlinks=False) or entry.is_dir(follow_symlinks=False)):
                yield Path(entry.path)
