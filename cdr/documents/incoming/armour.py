"""The armour of an OpenPGP message, taken off: what mail programs and editors do to it does no harm to what is in it.

Its checksum is not asked for (RFC 9580 section 6.1): many programs leave it out, and the message itself carries a stronger one.
"""

from __future__ import annotations

import base64
import binascii
import re

from cdr.documents.incoming.kinds import text_of
from cdr.expressions import expression

BLOCK = expression(r"-----BEGIN PGP MESSAGE-----(?P<inside>.*?)-----END PGP MESSAGE-----", re.DOTALL)
BEGINS = "-----BEGIN PGP "
QUOTED = expression(r"(?m)^[>| \t]+")  # as mail programs begin a line of what they answer
HEADER = expression(r"[A-Za-z]+: .*")
CHECKSUM = expression(r"=[A-Za-z0-9+/]{4}")


def bare(raw: bytes) -> bytes | None:
    """The message without its armour, or as it is where it has none; None where the armour is not whole or there are two."""
    text = text_of(raw)
    if text is None or BEGINS not in text:
        return raw
    if text.count(BEGINS) > 1:  # of very many, each without an end, all that follows would be looked through for each
        return None
    block = BLOCK.search(text)
    return _decoded(block["inside"]) if block else None


def _decoded(inside: str) -> bytes | None:
    lines = [line.strip() for line in QUOTED.sub("", inside.replace("\r", "\n")).split("\n")]
    letters = "".join(line for line in lines if not HEADER.fullmatch(line) and not CHECKSUM.fullmatch(line))
    try:
        data = base64.b64decode("".join(letters.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data or None
