"""git's index, changed in its bytes in a few places: what stands between them is neither taken apart nor written anew entry by entry.

Only the plainest sort is: version 2, in which every entry is a multiple of eight bytes and in the order of the paths, and of what may follow
only the cache of folders, which git makes anew where it is not there. Anything else, and whatever is in the way, is for git itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

BEGINS, SUM_LENGTH = b"DIRC\0\0\0\2", 20
FIRST, FIXED, EIGHT = 12, 62, 8  # where the entries begin; the length of what each begins with
MODE, FLAGS = 24, 60
MODES = {
    b"\0\0\x81\xa4",
    b"\0\0\x81\xed",
    b"\0\0\xa0\0",
    b"\0\0\xe0\0",
}  # a file, a program, a link, another repository
NAME, LONGEST = 0xFFF, 0xFFE  # of the flags, the length of the path
CACHE = b"TREE"
SURE = 3  # entries one after the other, by which it is known that one begins
NEAR = 1 << 10  # bytes that are gone through entry by entry
FEW = 100  # paths

Entry = tuple[int, bytes]
"""Mode and id of a file."""


def changed(raw: bytes, files: Mapping[bytes, Entry | None]) -> list[bytes | memoryview] | None:
    """A whole index, in pieces, with these files in place of what it holds of their paths, or, where None, without them; None where that is for
    git itself."""
    end = _end_of_entries(raw)
    if end is None or len(files) > FEW:
        return None
    pieces, at, count = list[bytes | memoryview](), FIRST, int.from_bytes(raw[8:FIRST])
    for path, entry in sorted(files.items()):
        names = path.split(b"/")
        above = [b"/".join(names[:depth]) for depth in range(1, len(names))]
        place = _place(raw, end, path)
        if place is None or any(map(files.get, above)):
            return None
        if entry and (entry[0].to_bytes(4) not in MODES or _is_in_the_way(raw, end, path, above)):
            return None
        start, until = place
        pieces += [memoryview(raw)[at:start], _written(path, *entry) if entry else b""]
        count += bool(entry) - (until > start)
        at = until
    pieces = [BEGINS, count.to_bytes(4), *pieces, memoryview(raw)[at:end]]
    digest = hashlib.sha1(usedforsecurity=False)
    for piece in pieces:
        digest.update(piece)
    return [*pieces, digest.digest()]


def _written(path: bytes, mode: int, id_: bytes) -> bytes:
    """An entry of which git has yet to see what the system says of the file."""
    fixed = bytes(MODE) + mode.to_bytes(4) + bytes(FLAGS - SUM_LENGTH - MODE - 4) + id_ + len(path).to_bytes(2)
    return (fixed + path).ljust(_length(len(path)), b"\0")


def _length(of_path: int) -> int:
    return (FIXED + of_path + EIGHT) // EIGHT * EIGHT


def _end_of_entries(raw: bytes) -> int | None:
    """Where the entries end; None of an index of another sort."""
    if not raw.startswith(BEGINS) or len(raw) < FIRST + SUM_LENGTH:
        return None
    last = len(raw) - SUM_LENGTH
    found = last
    while found >= 0 and not _ends(raw, found):
        found = raw.rfind(CACHE, FIRST, found)
        while found >= 0 and found + EIGHT + int.from_bytes(raw[found + 4 : found + EIGHT]) != last:
            found = raw.rfind(CACHE, FIRST, found)
    return found if found >= 0 else None


def _ends(raw: bytes, end: int) -> bool:
    """Whether an entry ends here, and none is before it."""
    here = FIRST if end == FIRST else _first_at(raw, max(FIRST, end - NEAR), end)
    while here is not None and here < end:
        one = _entry(raw, here, end)
        here = one[1] if one else None
    return here == end


def _entry(raw: bytes, at: int, end: int) -> tuple[bytes, int] | None:
    """The path of the entry that begins here, and where that ends; None where none does."""
    if raw[at + MODE : at + MODE + 4] not in MODES:
        return None
    length = int.from_bytes(raw[at + FLAGS : at + FIXED]) & NAME
    until = at + _length(length)
    path, rest = raw[at + FIXED : at + FIXED + length], raw[at + FIXED + length : until]
    is_one = 0 < length <= LONGEST and until <= end
    return (path, until) if is_one and b"\0" not in path and not rest.strip(b"\0") else None


def _first_at(raw: bytes, at: int, end: int) -> int | None:
    """Where the first entry at or after a place begins; None where none is seen to."""
    at += (FIRST - at) % EIGHT
    for start in range(at, min(end, at + EIGHT * LONGEST), EIGHT):
        here, seen = start, 0
        while seen < SURE and here < end and (found := _entry(raw, here, end)):
            here, seen = found[1], seen + 1
        if seen == SURE or (seen and here == end):
            return start
    return None


def _place(raw: bytes, end: int, path: bytes) -> tuple[int, int] | None:
    """Where the entry of a path begins and ends, or would begin; None where that is not to be seen, or it is not a plain one."""
    low, high = (
        FIRST,
        end,
    )  # the entry at `low` is one before the path's, or the first; none that begins at `high` or later is
    while high - low > NEAR:
        middle = (low + high) // 2
        start = _first_at(raw, middle, end)
        if start is None:
            return None
        found = _entry(raw, start, end) if start < high else None
        if found and found[0] < path:
            low = start
        else:
            high = middle
    here, before = low, b""
    while here < end:
        found = _entry(raw, here, end)
        if found is None or found[0] < before:
            return None
        if found[0] >= path:
            break
        before, here = found[0], found[1]
    else:
        return end, end
    if found[0] > path:
        return here, here
    is_plain = raw[here + FLAGS : here + FIXED] == len(path).to_bytes(2)
    return (here, found[1]) if is_plain else None


def _is_in_the_way(raw: bytes, end: int, path: bytes, above: Sequence[bytes]) -> bool:
    """Whether a file stands where a folder `above` a path is to be, or a folder where the path is; or that is not to be seen."""
    places = [_place(raw, end, one) for one in above]
    below = _place(raw, end, path + b"/")
    if below is None or any(one is None or one[1] > one[0] for one in places):
        return True
    found = _entry(raw, below[0], end) if below[0] < end else None
    return bool(found and found[0].startswith(path + b"/"))
