"""The outbox: one file a message, for a person or a mail program to send."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cdr.disk import private_folder, write_whole
from cdr.errors import DiskFailed, WrongConfiguration
from cdr.expressions import expression

NAME = expression(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")


def write(folder: Path, name: str, eml: bytes) -> Path:
    """Put a message into the outbox, wholly or not at all, for its owner alone; the same name again replaces it.

    `name` is a plain file name (letters, digits, `.`, `_`, `-`).
    Raises: WrongConfiguration where the folder is a link; DiskFailed, after which nothing partial is left.
    """
    if not NAME.fullmatch(name):
        raise ValueError("not a plain file name")
    refuse_link(folder)
    private_folder(folder)
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchmod(descriptor, 0o700)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise DiskFailed(f"{folder} cannot be kept private: {os.strerror(error.errno or 0)}.") from error
    path = folder / name
    write_whole(path, eml)
    return path


def refuse_link(folder: Path) -> None:
    """Stop where messages would go elsewhere. Raises: WrongConfiguration."""
    if folder.is_symlink():
        raise WrongConfiguration(
            f"{folder} is a link, so messages would be written elsewhere: nothing is.",
            "Take the link away; the folder is made with the next message.",
        )


def write_all(folder: Path, mails: Mapping[str, bytes]) -> Callable[[], None]:
    """Put messages into the outbox, all or none, by name; what is given back takes those away that were not there before.

    Raises: as `write`.
    """
    refuse_link(folder)
    new = [folder / name for name in mails if not (folder / name).exists()]
    try:
        for name, eml in mails.items():
            write(folder, name, eml)
    except DiskFailed:
        _take_away(new)
        raise
    return lambda: _take_away(new)


def of_case(folder: Path, reference: str) -> list[Path]:
    """The messages in the outbox that are about one case and no other; their names begin with its reference."""
    return sorted(folder.glob(f"{reference}-*.eml")) if folder.is_dir() and not folder.is_symlink() else []


def take_away_of(folder: Path, reference: str) -> int:
    """Take the messages about one case out of the outbox; how many there were. One about several cases stays."""
    paths = of_case(folder, reference)
    _take_away(paths)
    return len(paths)


def names(folder: Path) -> list[str]:
    """The names of the messages in the outbox."""
    return sorted(path.name for path in folder.glob("*.eml") if path.is_file() and not folder.is_symlink())


def put_away(folder: Path, wanted: Sequence[str]) -> None:
    """Take messages out of the outbox, by their names. Raises: WrongConfiguration where the folder is a link."""
    refuse_link(folder)
    _take_away([folder / name for name in wanted if NAME.fullmatch(name)])


def _take_away(paths: Sequence[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink(missing_ok=True)
