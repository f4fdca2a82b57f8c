"""The files in the store's folder, read as they are: which are not as recorded, and which nobody recorded.

git is not asked: it reads files through filters and attributes, which a folder may bring along, and leaves out what it is told to ignore.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from cdr import disk
from cdr.store import layout
from cdr.store.objects import LARGEST, Blob, object_id

LEFT_ALONE = (".git", "outbox")
ENCRYPTED = ".gpg"


def changed(folder: Path, files: Mapping[str, Blob]) -> list[str]:
    """Which of these recorded files are not as recorded: changed, removed, or behind a link.

    What was recorded as something else than a plain file is told by other means and not here.
    """
    links: dict[str, bool] = {}
    return [
        path
        for path, blob in files.items()
        if blob.is_regular and (_is_behind_link(folder, path, links) or not is_as(folder / path, blob))
    ]


def behind_links(folder: Path, paths: Iterable[str]) -> list[str]:
    """Which of these files are behind a link."""
    links: dict[str, bool] = {}
    return [path for path in paths if _is_behind_link(folder, path, links)]


def within(files: Mapping[str, Blob], asked: tuple[str, ...]) -> dict[str, Blob]:
    """Those of these files that are in these folders, or are these."""
    return {
        path: blob for path, blob in files.items() if any(path == one or path.startswith(f"{one}/") for one in asked)
    }


def _is_behind_link(folder: Path, path: str, known: dict[str, bool]) -> bool:
    is_behind = False
    for above in reversed([*_above(path)]):
        if above not in known:
            known[above] = is_behind or (folder / above).is_symlink()
        is_behind = known[above]
    return is_behind


def is_as(path: Path, blob: Blob) -> bool:
    """Whether a file holds what was recorded. Line ends of text may be Windows's: git writes them so where it is told to."""
    try:
        raw = disk.read_regular(path, LARGEST["blob"])
    except OSError:
        return False
    if object_id("blob", raw) == blob.digest:
        return True
    return path.suffix != ENCRYPTED and object_id("blob", raw.replace(b"\r\n", b"\n")) == blob.digest


def unrecorded(folder: Path, files: Mapping[str, Blob]) -> list[str]:
    """What stands in the folder and was not recorded, but for the outbox: files, and with a slash whole folders."""
    known = {above for path in files for above in _above(path)} | {*layout.FOLDERS, *layout.OWN_WORDINGS}
    found, waiting = [], [""]
    while waiting:
        prefix = waiting.pop()
        try:
            entries = list(os.scandir(folder / prefix))
        except OSError:
            found.append(prefix)
            continue
        for entry in entries:
            path = prefix + entry.name
            is_folder = entry.is_dir(follow_symlinks=False)
            if path in files or (path in LEFT_ALONE and (is_folder or path == LEFT_ALONE[0])):
                continue
            if is_folder and path in known:
                waiting.append(f"{path}/")
            elif not is_folder:
                found.append(path)
            elif _holds_a_file(folder / path):
                found.append(f"{path}/")
    return sorted(found)


def _holds_a_file(folder: Path) -> bool:
    """Whether a folder holds more than folders; one that cannot be looked into may."""
    unseen = 1
    for _, entries in disk.folders_below(folder):
        folders = sum(entry.is_dir(follow_symlinks=False) for entry in entries)
        if folders < len(entries):
            return True
        unseen += folders - 1
    return unseen > 0


def _above(path: str) -> Iterator[str]:
    while path := path.rpartition("/")[0]:
        yield path
