"""The files in the store's folder, read as they are: which are not as recorded, and which nobody recorded.

git is not asked: it reads files through filters and attributes, which a folder may bring along, and leaves out what it is told to ignore.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cdr.store import layout
from cdr.store.objects import LARGEST, Blob, object_id

LEFT_ALONE = (".git", "outbox")
ENCRYPTED = ".gpg"


def changed(folder: Path, files: Mapping[str, Blob], within: Iterable[str]) -> list[str]:
    """The recorded files in these folders (or these files) that are not as recorded: changed, removed, or behind a link.

    What was recorded as something else than a plain file is told by other means and not here.
    """
    asked = tuple(within)
    links: dict[str, bool] = {}
    return [
        path
        for path, blob in files.items()
        if _is_within(path, asked)
        and blob.is_plain
        and (_is_behind_link(folder, path, links) or not _is(folder / path, blob))
    ]


def _is_within(path: str, asked: tuple[str, ...]) -> bool:
    return any(path == one or path.startswith(f"{one}/") for one in asked)


def _is_behind_link(folder: Path, path: str, known: dict[str, bool]) -> bool:
    above = path.rpartition("/")[0]
    if not above:
        return False
    if above not in known:
        known[above] = (folder / above).is_symlink() or _is_behind_link(folder, above, known)
    return known[above]


def plain(path: Path, most: int) -> bytes:
    """The bytes of a plain file of the folder, never of what a link leads to. Raises: OSError for anything else, and for more than `most`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(descriptor, "rb") as stream:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "not a plain file")
        raw = stream.read(most + 1) if found.st_size <= most else b""
        if max(found.st_size, len(raw)) > most:
            raise OSError(errno.EFBIG, "too large")
    return raw


def _is(path: Path, blob: Blob) -> bool:
    """Whether a file holds what was recorded. Line ends of text may be Windows's: git writes them so where it is told to."""
    try:
        raw = plain(path, LARGEST["blob"])
    except OSError:
        return False
    if object_id("blob", raw) == blob.digest:
        return True
    return path.suffix != ENCRYPTED and object_id("blob", raw.replace(b"\r\n", b"\n")) == blob.digest


def unrecorded(folder: Path, files: Mapping[str, Blob]) -> list[str]:
    """What stands in the folder and was not recorded, but for the outbox: files, and with a slash whole folders."""
    known = {above for path in files for above in _above(path)} | {*layout.FOLDERS, *layout.OWN_WORDINGS}
    return sorted(_unrecorded(folder, "", files, known))


def _unrecorded(folder: Path, prefix: str, files: Mapping[str, Blob], known: set[str]) -> Iterator[str]:
    try:
        entries = list(os.scandir(folder / prefix))
    except OSError:
        yield prefix
        return
    for entry in entries:
        path = prefix + entry.name
        is_folder = entry.is_dir(follow_symlinks=False)
        if path in files or (path in LEFT_ALONE and (is_folder or path == LEFT_ALONE[0])):
            continue
        if is_folder and path in known:
            yield from _unrecorded(folder, f"{path}/", files, known)
        elif not is_folder:
            yield path
        elif any(names for _, _, names in os.walk(folder / path)):
            yield f"{path}/"


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
