"""A picture from outside, the right way up and on white: within limits, and read by what draws pictures and by nothing else."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image

MOST_DOTS = 40_000_000


class TooManyDots(Exception):
    """Unpacked, the picture would fill the memory."""


def opened(raw: bytes, formats: Sequence[str]) -> Image | None:
    """The picture alone; None where the bytes are no picture of these formats.

    The formats are always named: of others, one is a program in a language of its own (EPS), for which another program would be started.
    Raises: TooManyDots.
    """
    from warnings import catch_warnings

    from PIL import Image, ImageOps

    try:
        with catch_warnings(action="ignore"), Image.open(io.BytesIO(raw), formats=tuple(formats)) as picture:
            if picture.width * picture.height > MOST_DOTS:
                raise TooManyDots
            upright = ImageOps.exif_transpose(picture)
            through = upright.convert("RGBA") if upright.has_transparency_data else None
            seen = through or upright.convert("RGB")
    except TooManyDots:
        raise
    except Image.DecompressionBombError:
        raise TooManyDots from None
    except Exception:  # what a broken file does to who reads it cannot be told beforehand
        return None
    white = Image.new("RGB", seen.size, "white")  # which has none of the words that a file carries beside its dots
    white.paste(seen, mask=through.getchannel("A") if through else None)
    return white
