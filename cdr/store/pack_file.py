"""New objects of a repository as one stream in git's pack format, so that one git process takes in all that a commit is made of."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence

BEGINS, VERSION = b"PACK", 2
TYPES = {"commit": 1, "tree": 2, "blob": 3}


def pack_of(objects: Sequence[tuple[str, bytes]]) -> bytes:
    """The objects (their kind and what they hold), each whole and hardly compressed: git does that when it keeps them."""
    parts = [BEGINS, VERSION.to_bytes(4, "big"), len(objects).to_bytes(4, "big")]
    for kind, content in objects:
        parts += (_header(TYPES[kind], len(content)), zlib.compress(content, 1))
    whole = b"".join(parts)
    return whole + hashlib.sha1(whole, usedforsecurity=False).digest()


def _header(type_: int, size: int) -> bytes:
    """The type and the size before compression: four bits of it in the first byte, seven in each that follows."""
    made = bytearray()
    byte, size = type_ << 4 | size & 15, size >> 4
    while size:
        made.append(byte | 128)
        byte, size = size & 127, size >> 7
    made.append(byte)
    return bytes(made)
