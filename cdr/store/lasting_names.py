"""That the names of objects which git made last through a power cut: of itself git does so with what they hold alone."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from cdr import disk
from cdr.errors import DiskFailed


@contextmanager
def keeping(objects: Path) -> Iterator[None]:
    """Let the names of whatever git makes meanwhile last, in the folder that holds all objects. Raises: DiskFailed."""
    before = _folders_of(objects)
    yield
    after = _folders_of(objects)
    _sync(folder for folder in after if before.get(folder) != after[folder])


def _folders_of(objects: Path) -> dict[Path, int]:
    """When something was last put into each."""
    with suppress(FileNotFoundError), os.scandir(objects) as entries:
        inner = {Path(one.path): one.stat().st_mtime_ns for one in entries if one.is_dir(follow_symlinks=False)}
        return {objects: objects.stat().st_mtime_ns} | inner
    return {}


def _sync(folders: Iterable[Path]) -> None:
    try:
        for folder in folders:
            if folder.is_dir():
                disk.sync_folder(folder)
    except OSError as error:
        raise DiskFailed(f"The store could not be written: {os.strerror(error.errno or 0)}.") from error
