"""New objects of a repository, each in a file of its own as git keeps it: on the disk before it has its name, under its name before anything leads to it."""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from cdr import disk
from cdr.errors import DiskFailed

READABLE = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
QUICKLY = 1  # how much is compressed: what is encrypted hardly can be
Made = Mapping[str, tuple[str, bytes]]  # by its id: which kind of object it is, and what it holds


def keep(objects: Path, made: Made, made_in: Path) -> None:
    """Put objects into the folder of all of them, each readable for whoever may read that; half made they lie in `made_in`. Raises: DiskFailed."""
    try:
        for start in {id_[:2] for id_ in made}:
            (objects / start).mkdir(exist_ok=True)
        mode = objects.stat().st_mode & READABLE
        disk.write_all(_files(objects, made), mode, made_in)
        disk.sync_folder(objects)
    except OSError as error:
        raise DiskFailed(f"{objects} could not be written to: {error.strerror}.", "Nothing was recorded.") from error


def _files(objects: Path, made: Made) -> Iterator[tuple[Path, bytes]]:
    for id_, (kind, content) in made.items():
        yield objects / id_[:2] / id_[2:], zlib.compress(f"{kind} {len(content)}\0".encode() + content, QUICKLY)
