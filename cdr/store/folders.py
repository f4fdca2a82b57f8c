"""One folder of a tree, from its bytes and into them: as git writes it, and never otherwise.

A large one in which nothing but folders with names of one length stand, as `cases`, is looked into without being taken apart: each
entry is as long as the next, so that what git writes is held to that column by column, and one name is found by halves. The file that
keeps an empty folder in git may stand before them.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from operator import lt

from cdr.errors import NotAuthentic
from cdr.expressions import expression
from cdr.records import dataclass

FOLDER_MODE, FILE_MODE = b"40000", b"100644"
MODES = {b"100644", b"100664", b"100755", b"120000", b"160000", FOLDER_MODE}
ASK = "Keep this copy, and ask the other members before you go on."
START = FOLDER_MODE + b" "
ID_LENGTH = 20
LARGE = 1 << 12  # bytes; what is smaller is taken apart as quickly
KEPT = b".gitkeep"
KEEPS = FILE_MODE + b" " + KEPT + b"\0"
ODD = frozenset({1, 2, 4})  # lengths of the names that no folder of a repository has

_ENTRY = expression(rb"([0-7]{5,6}) ([^\0/]+)\0(.{20})", re.DOTALL)

Folder = dict[bytes, tuple[bytes, bytes]]
"""One folder of a tree: by name the mode and the id, as they are stored."""


def parsed_folder(id_: str, raw: bytes) -> Folder:
    """One folder of a tree. Raises: NotAuthentic where git would not have written it so."""
    entries = _ENTRY.findall(raw)
    folder = {name: (mode, digest) for mode, name, digest in entries}
    order = [name + b"/" if mode == FOLDER_MODE else name for mode, name, _ in entries]
    whole = sum(len(mode) + len(name) + 22 for mode, name, _ in entries) == len(raw)
    odd = {name for name in folder if name in (b".", b"..") or name.lower() == b".git"}
    if not whole or odd or len(folder) != len(entries) or order != sorted(order) or {m for m, *_ in entries} - MODES:
        raise NotAuthentic(f"The folder {id_[:12]} of the repository is not written as git writes one.", ASK)
    return folder


def folder_bytes(folder: Mapping[bytes, tuple[bytes, bytes]]) -> bytes:
    """A folder as git stores it."""
    entries = sorted(
        (name + b"/" if mode == FOLDER_MODE else name, mode, name, id_) for name, (mode, id_) in folder.items()
    )
    return b"".join(mode + b" " + name + b"\0" + id_ for _, mode, name, id_ in entries)


@dataclass(frozen=True)
class Alike:
    """Such a folder, as it is stored, with its names in order."""

    raw: bytes
    names: Sequence[bytes]
    begins: int

    def entry(self, name: bytes) -> tuple[bytes, bytes] | None:
        """The mode and the id of one name; None where it is not there."""
        if name == KEPT:
            return (FILE_MODE, self.raw[self.begins - ID_LENGTH : self.begins]) if self.begins else None
        place = bisect_left(self.names, name)
        if place == len(self.names) or self.names[place] != name:
            return None
        end = self.begins + (len(self.raw) - self.begins) // len(self.names) * (place + 1)
        return FOLDER_MODE, self.raw[end - ID_LENGTH : end]


def alike(raw: bytes) -> Alike | None:
    """A folder of that sort from its bytes; None where it is another, small, or not written as git writes one."""
    begins = len(KEEPS) + ID_LENGTH if raw.startswith(KEEPS) else 0
    length = raw.find(b"\0", begins) - begins - len(START)
    size = len(START) + length + 1 + ID_LENGTH
    if len(raw) < LARGE or length < 1 or length in ODD or (len(raw) - begins) % size:
        return None
    count = (len(raw) - begins) // size
    fixed = [*enumerate(START), (size - ID_LENGTH - 1, 0)]
    if any(raw[begins + place :: size] != bytes([byte]) * count for place, byte in fixed):
        return None
    names = [raw[start : start + length] for start in range(begins + len(START), len(raw), size)]
    every = b"".join(names)
    is_in_order = all(map(lt, [*[KEPT][: 1 if begins else 0], *names], names[0 if begins else 1 :]))
    return Alike(raw, names, begins) if is_in_order and b"\0" not in every and b"/" not in every else None
