"""Whose files a store's are: another user's run would leave files in it that its owner cannot read."""

from __future__ import annotations

import errno
import os
import pwd
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from cdr import disk, programs
from cdr.errors import NotAllowed

SUPERUSER = 0
NOTHING_ELSE = "Nothing is wrong with it but that."


def may_keep_in(folder: Path) -> bool:
    """Whether a folder may be written to, or made: the superuser leaves those of other users alone."""
    there = next((one for one in (folder, *folder.absolute().parents) if one.exists()), Path("/"))
    return os.geteuid() != SUPERUSER or there.stat().st_uid == SUPERUSER


def refuse_others(folder: Path) -> None:
    """Stop where something would be written into a folder of another user. Raises: NotAllowed."""
    if folder.exists() and folder.stat().st_uid != os.geteuid():
        owner = name_of(folder.stat().st_uid)
        raise NotAllowed(
            f"{folder} belongs to {owner}, and you are {name_of(os.geteuid())}, so nothing is written into it.",
            f"Work as {owner}, without sudo: what another user writes there, {owner} could not read afterwards.",
        )


def refuse_unreadable(folder: Path) -> None:
    """Stop where a file, or one below a folder, may not be read, and name it. Raises: NotAllowed."""
    path = next(_unreadable(folder), None)
    if path is not None:
        raise NotAllowed(
            f"{path} may not be read: {why_unreadable(path)}.", f"{NOTHING_ELSE} {_given_back(path, folder)}"
        )


def why_unreadable(path: Path) -> str:
    """Why a file or a folder may not be read, in words; empty where it may."""
    if next(_unreadable(path), None) != path:
        return ""
    owner = path.lstat().st_uid
    return "its permissions forbid it" if owner == os.geteuid() else f"it belongs to {name_of(owner)}"


def _given_back(path: Path, folder: Path) -> str:
    me = os.geteuid()
    is_mine = path.lstat().st_uid == me
    words = ("chmod", "-R", "u+rwX") if is_mine else ("chown", "-R", name_of(me))
    return f"Who may change that gives it back: {programs.as_typed(*words, folder)}"


def name_of(user: int) -> str:
    """A user's name, or their number where they have none."""
    with suppress(KeyError):
        return pwd.getpwuid(user).pw_name
    return f"user {user}"


def _unreadable(path: Path) -> Iterator[Path]:
    if path.is_symlink() or not path.exists():
        return
    if not _may_read(path):
        yield path
    elif path.is_dir():
        for _, entries in disk.folders_below(path):
            yield from (Path(one.path) for one in entries if not one.is_symlink() and not _may_read(Path(one.path)))


def _may_read(path: Path) -> bool:
    try:
        needed = os.R_OK | (os.X_OK if path.is_dir() else 0)
    except OSError as error:
        return error.errno == errno.ENAMETOOLONG  # nothing forbids it
    return os.access(path, needed, effective_ids=os.access in os.supports_effective_ids)
