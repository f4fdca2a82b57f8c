"""One folder of a tree, from its bytes and into them: as git writes it, and never otherwise.

A large one in which nothing but folders, or nothing but files, with names of one length stand, as `cases` and `reads`, is looked into and
changed without being taken apart: each entry is as long as the next, so that what git writes is held to that column by column, one name
is found by halves, and a change cuts out or puts in the bytes of an entry. The file that keeps an empty folder in git may stand before them.
"""

from __future__ import annotations

import re
import struct
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from operator import lt

from cdr.errors import NotAuthentic
from cdr.expressions import expression
from cdr.records import dataclass

FOLDER_MODE, FILE_MODE = b"40000", b"100644"
MODES = {b"100644", b"100664", b"100755", b"120000", b"160000", FOLDER_MODE}
ASK = "Keep this copy, and ask the other members before you go on."
ID_LENGTH = 20
LARGE = 1 << 12  # bytes; what is smaller is taken apart as quickly
KEPT = b".gitkeep"
KEEPS = FILE_MODE + b" " + KEPT + b"\0"
ODD = frozenset({1, 2, 4})  # lengths of the names that no folder of a repository has

_ENTRY = expression(rb"([0-7]{5,6}) ([^\0/]+)\0(.{20})", re.DOTALL)

Entry = tuple[bytes, bytes]
"""What stands under a name: the mode and the id, as they are stored."""

Folder = dict[bytes, Entry]
"""One folder of a tree, by name."""


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


def folder_bytes(folder: Mapping[bytes, Entry]) -> bytes:
    """A folder as git stores it."""
    entries = sorted(
        (name + b"/" if mode == FOLDER_MODE else name, mode, name, id_) for name, (mode, id_) in folder.items()
    )
    return b"".join(mode + b" " + name + b"\0" + id_ for _, mode, name, id_ in entries)


KEPT_ENTRIES, MOST_ALIKE = 200_000, 4
MANY, SOME = 1000, 30  # entries


@dataclass(frozen=True)
class Alike:
    """Such a folder, as it is stored, with its names in order; `begins` is where the first of them stands, `mode` that of each."""

    raw: bytes
    names: Sequence[bytes]
    begins: int
    mode: bytes

    @property
    def _size(self) -> int:
        return len(self.mode) + len(self.names[0]) + 2 + ID_LENGTH

    def entry(self, name: bytes) -> Entry | None:
        """The mode and the id of one name; None where it is not there."""
        if name == KEPT:
            return (FILE_MODE, self.raw[self.begins - ID_LENGTH : self.begins]) if self.begins else None
        place = bisect_left(self.names, name)
        if place == len(self.names) or self.names[place] != name:
            return None
        end = self.begins + self._size * (place + 1)
        return self.mode, self.raw[end - ID_LENGTH : end]

    def named(self, ids: Collection[bytes]) -> set[bytes]:
        """The names under which these stand."""
        found = set()
        for id_ in ids:
            at = self.raw.find(id_, self.begins)
            while at >= 0:
                place, rest = divmod(at - self.begins, self._size)
                if rest == self._size - ID_LENGTH:
                    found.add(self.names[place])
                at = self.raw.find(id_, at + 1)
        return found

    def changed(self, put: Mapping[bytes, Entry | None]) -> Alike | None:
        """The same with these entries put, or, where None, taken away; None where that makes a folder of another sort of it."""
        names, parts, at, size = [*self.names], [], 0, self._size
        for name in sorted(put):
            entry, place = put[name], bisect_left(self.names, name)
            is_there = place < len(self.names) and self.names[place] == name
            if entry and (entry[0] != self.mode or len(name) != len(self.names[0]) or name == KEPT or b"\0" in name):
                return None
            if self.begins and name <= KEPT:  # which stands first
                return None
            start = self.begins + place * size
            parts.append(self.raw[at:start])
            parts += [entry[0] + b" " + name + b"\0" + entry[1]] if entry else []
            at = start + size * is_there
        for name in sorted(put, reverse=True):
            place = bisect_left(self.names, name)
            is_there = place < len(self.names) and self.names[place] == name
            names[place : place + is_there] = [name] if put[name] else []
        return Alike(b"".join([*parts, self.raw[at:]]), names, self.begins, self.mode) if names else None

    def differing(self, other: Alike) -> set[bytes] | None:
        """The names under which two of these folders differ; None where they are of two sorts."""
        size = self._size
        if (size, self.mode, self.raw[: self.begins]) != (other._size, other.mode, other.raw[: other.begins]):
            return None
        start, end, other_end = _same_outside(self.raw, other.raw, self.begins, size)
        before = {self.raw[at : at + size] for at in range(start, end, size)}
        after = {other.raw[at : at + size] for at in range(start, other_end, size)}
        return {entry[len(self.mode) + 1 : -ID_LENGTH - 1] for entry in before ^ after}


def _same_outside(one: bytes, other: bytes, start: int, size: int) -> tuple[int, int, int]:
    """From where on, and up to where in each, two of such folders are not the same; many entries are compared together, and then each."""
    end, other_end = len(one), len(other)
    for step in (size * MANY, size * SOME, size):
        while start + step <= min(end, other_end) and one[start : start + step] == other[start : start + step]:
            start += step
    for step in (size * MANY, size * SOME, size):
        while start + step <= min(end, other_end) and one[end - step : end] == other[other_end - step : other_end]:
            end, other_end = end - step, other_end - step
    return start, end, other_end


def alike(raw: bytes) -> Alike | None:
    """A folder of that sort from its bytes; None where it is another, small, or not written as git writes one."""
    begins = len(KEEPS) + ID_LENGTH if raw.startswith(KEEPS) else 0
    mode = next((mode for mode in (FOLDER_MODE, FILE_MODE) if raw.startswith(mode, begins)), b"")
    start = mode + b" "
    length = raw.find(b"\0", begins) - begins - len(start)
    size = len(start) + length + 1 + ID_LENGTH
    if not mode or len(raw) < LARGE or length < 1 or length in ODD or (len(raw) - begins) % size:
        return None
    count = (len(raw) - begins) // size
    fixed = [*enumerate(start), (size - ID_LENGTH - 1, 0)]
    if any(raw[begins + place :: size] != bytes([byte]) * count for place, byte in fixed):
        return None
    each = struct.iter_unpack(f"{len(start)}x{length}s{1 + ID_LENGTH}x", memoryview(raw)[begins:])
    names = [name for (name,) in each]
    every = b"".join(names)
    is_in_order = all(map(lt, [*[KEPT][: 1 if begins else 0], *names], names[0 if begins else 1 :]))
    return Alike(raw, names, begins, mode) if is_in_order and b"\0" not in every and b"/" not in every else None


class Folders:
    """The folders that were looked into, by their ids."""

    def __init__(self) -> None:
        self._apart: dict[str, Folder] = {}
        self._large: dict[str, Alike] = {}
        self._entries = 0

    def get(self, id_: str) -> Folder | Alike | None:
        """One of them; None where it was not looked into."""
        return self._apart.get(id_, self._large.get(id_))

    def is_apart(self, id_: str) -> bool:
        """Whether one of them was taken apart."""
        return id_ in self._apart

    def read(self, id_: str, raw: bytes) -> Folder | Alike:
        """A folder from its bytes; one that is large and plain is not taken apart. Raises: NotAuthentic where git would not have written it so."""
        return self.take(id_, alike(raw) or parsed_folder(id_, raw))

    def take(self, id_: str, folder: Folder | Alike) -> Folder | Alike:
        """Know a folder."""
        if isinstance(folder, Alike):
            self._large = {**dict([*self._large.items()][1 - MOST_ALIKE :]), id_: folder}
            return folder
        if self._entries > KEPT_ENTRIES:
            self._apart.clear()
            self._entries = 0
        self._apart[id_] = folder
        self._entries += len(folder)
        return folder

    def apart(self, id_: str, folder: Folder | Alike) -> Folder:
        """One that was looked into, taken apart."""
        if isinstance(folder, Alike):
            self.take(id_, folder := parsed_folder(id_, folder.raw))
        return folder


def entry_of(folder: Folder | Alike, name: bytes) -> Entry | None:
    """What stands under one name; None where nothing does."""
    return folder.get(name) if isinstance(folder, dict) else folder.entry(name)


def stored(folder: Folder | Alike) -> bytes:
    """A folder as git stores it."""
    return folder_bytes(folder) if isinstance(folder, dict) else folder.raw


def put_in(folder: Folder | Alike, put: Mapping[bytes, Entry | None]) -> Folder | Alike:
    """A folder with these entries put, or, where None, taken away."""
    changed = None if isinstance(folder, dict) else folder.changed(put)
    if changed is not None:
        return changed
    entries = {**_apart(folder), **put}
    return {name: entry for name, entry in entries.items() if entry}


def differing(one: Folder | Alike, other: Folder | Alike) -> set[bytes]:
    """The names under which two folders differ."""
    found = None if isinstance(one, dict) or isinstance(other, dict) else one.differing(other)
    return {name for name, _ in _apart(one).items() ^ _apart(other).items()} if found is None else found


def those_named(folder: Folder | Alike, names: Collection[bytes], ids: Collection[str]) -> Folder:
    """Of a folder what stands under these names, and what has one of these ids."""
    if isinstance(folder, dict):
        return {name: entry for name, entry in folder.items() if name in names or entry[1].hex() in ids}
    wanted = {*names} | folder.named([bytes.fromhex(id_) for id_ in ids])
    return {name: entry for name in sorted(wanted) if (entry := folder.entry(name))}


def _apart(folder: Folder | Alike) -> Folder:
    return folder if isinstance(folder, dict) else parsed_folder("", folder.raw)
