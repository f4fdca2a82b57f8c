"""Objects of a repository that lie alone, each in a file of its own as git keeps it.

A new one is on the disk before it has its name, and under its name before anything leads to it. What lies alone is read without git, which
takes longer to start than a few objects to read; packs are git's.
"""

from __future__ import annotations

import stat
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from cdr import disk
from cdr.errors import DiskFailed

READABLE = stat.S_IRUSR | stat.S_IRGRP | stat.S_IROTH
FEW, LARGEST = 32, 1 << 21  # objects that are read without git, and bytes of one
AS_IT_IS = 0  # nothing is compressed: what is encrypted and ids cannot be, and all is when it is packed
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


def read(objects: Path, ids: Sequence[str], kind: str) -> list[bytes] | None:
    """The bytes of these objects, where each lies alone and is whole; None for anything else: git is asked then, and tells what is wrong.

    Whether each is what its id says is for the caller to see.
    """
    found: list[bytes] = []
    for id_ in ids if len(ids) <= FEW else ():
        with suppress(OSError, zlib.error):
            unpacking = zlib.decompressobj()
            whole = unpacking.decompress(disk.read_regular(objects / id_[:2] / id_[2:], LARGEST), LARGEST)
            header, _, content = whole.partition(b"\0")
            if unpacking.eof and not unpacking.unused_data and header == f"{kind} {len(content)}".encode():
                found.append(content)
                continue
        return None
    return found if len(found) == len(ids) else None


def _files(objects: Path, made: Made) -> Iterator[tuple[Path, bytes]]:
    for id_, (kind, content) in made.items():
        yield objects / id_[:2] / id_[2:], zlib.compress(f"{kind} {len(content)}\0".encode() + content, AS_IT_IS)
