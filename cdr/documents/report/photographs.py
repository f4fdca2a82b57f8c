"""A picture that somebody gave for a report, as it is printed: small, and without what a camera or a program wrote beside it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from cdr.documents.incoming import pictures

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_BYTES = 10 * 1024 * 1024
SIDES = (1600, 1100, 700)  # the longest side in dots; the first that makes the file small enough
SMALL = 450_000
KINDS = {"PNG": "image/png", "JPEG": "image/jpeg"}
QUALITY = 85
NOT_KEPT = "A picture that is not kept"
DOTS_PER_INCH, WIDEST, HIGHEST = 150, 165.0, 150.0  # on paper; the lengths in millimetres


def made_small(raw: bytes) -> bytes | None:
    """A PNG or JPEG file of SMALL bytes or a little more, the right way up; None where the bytes are no such picture, or too large a one.

    Where it was taken, when and by whom, which a camera writes into its files, is left out.
    """
    picture = _opened(raw)
    if picture is None:
        return None
    made = b""
    for side in SIDES:
        small = picture.copy()
        small.thumbnail((side, side))
        made = min((_as(small, kind) for kind in KINDS), key=len)
        if len(made) <= SMALL:
            break
    return made


def size(raw: bytes) -> tuple[int, int]:
    """How wide and how high a picture is that was made small, in dots."""
    from PIL import Image

    with Image.open(io.BytesIO(raw), formats=tuple(KINDS)) as opened:
        return opened.size


def on_paper(raw: bytes) -> tuple[float, float]:
    """How wide and how high it is on paper, in millimetres: as fine as paper wants it, and no larger than a page has room for."""
    width, height = (25.4 * dots / DOTS_PER_INCH for dots in size(raw))
    smaller = min(1.0, WIDEST / width, HIGHEST / height)
    return round(width * smaller, 1), round(height * smaller, 1)


def kind(raw: bytes) -> str:
    """The kind of file that it is, as a page says it."""
    return KINDS["PNG" if raw.startswith(b"\x89PNG") else "JPEG"]


def _opened(raw: bytes) -> Image | None:
    """The picture alone, on white where it lets something through."""
    if len(raw) > MOST_BYTES:
        return None
    try:
        return pictures.opened(raw, tuple(KINDS))
    except pictures.TooManyDots:
        return None


def _as(picture: Image, kind_: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind_, quality=QUALITY, optimize=True)
    return out.getvalue()
