"""A zip file from outside, looked into within limits: what it says it holds is not believed, and nothing is unpacked beyond them."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterator

END, END_64 = b"PK\x05\x06", b"PK\x06\x06"
LONGEST_COMMENT = 65_557
LARGEST_LIST = 1_000_000
MOST_PARTS = 2_000
FAULTS = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    EOFError,
    OSError,
    ValueError,
    struct.error,
    KeyError,
)


class Damaged(Exception):
    """A zip file that cannot be read: cut, spoilt, or locked with a password."""


class TooMuch(Exception):
    """A zip file that holds far more than it may."""


class Archive:
    """The parts of a zip file by their names, whatever their case; `left` is how many bytes may still be unpacked."""

    def __init__(self, raw: bytes, most_bytes: int, most_parts: int = MOST_PARTS) -> None:
        """Raises: Damaged, TooMuch."""
        parts, size = _listed(raw)
        if parts > most_parts or size > LARGEST_LIST:
            raise TooMuch
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(raw))
        except FAULTS as error:
            raise Damaged from error
        self._parts = {part.filename.casefold(): part for part in self._zip.infolist()}
        self.left = most_bytes

    @property
    def names(self) -> list[str]:
        """The names of the parts, without case."""
        return list(self._parts)

    @property
    def said_bytes(self) -> int:
        """How many bytes the parts say they are, unpacked."""
        return sum(part.file_size for part in self._parts.values())

    def read(self, name: str) -> bytes:
        """A part, unpacked; empty where there is none of that name. Raises: Damaged, TooMuch."""
        part = self._parts.get(name.casefold())
        if part is None:
            return b""
        if part.file_size > self.left:
            raise TooMuch
        try:
            with self._zip.open(part) as stream:
                data = stream.read(self.left + 1)
        except FAULTS as error:
            raise Damaged from error
        self.left -= len(data)
        if self.left < 0:
            raise TooMuch
        return data


def names_in(raw: bytes) -> list[str]:
    """The names of what a zip file holds; none where it cannot be read, or lists far too many."""
    try:
        return Archive(raw, 0).names
    except (Damaged, TooMuch):
        return []


def _listed(raw: bytes) -> tuple[int, int]:
    """How many parts a zip file lists and how long its list is, from the record at its end: read before the list is."""
    place = raw.rfind(END, max(0, len(raw) - LONGEST_COMMENT))
    if place < 0 or len(raw) < place + 22:
        raise Damaged
    parts, size = struct.unpack("<HL", raw[place + 10 : place + 16])
    for record in _long_records(raw, place):
        parts, size = max(parts, record[0]), max(size, record[1])
    return parts, size


def _long_records(raw: bytes, place: int) -> Iterator[tuple[int, int]]:
    """The same of the record of a very large file, which is believed where there is one."""
    start = raw.rfind(END_64, max(0, place - 200), place)
    if start >= 0 and len(raw) >= start + 56:
        parts, size = struct.unpack("<QQ", raw[start + 32 : start + 48])
        yield parts, size
