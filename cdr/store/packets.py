"""What can be told of OpenPGP data without any key: whom a message is encrypted to, and that a public key is nothing else.

OpenPGP protects the encrypted data and not the list of recipients in front of it, and GnuPG reads past what follows a
message. So the shape is read here (RFC 4880 sections 4.2 and 5): recipient packets, then exactly one encrypted data
packet of the declared length, then nothing.

GnuPG takes in whatever a file of keys holds, a secret key too, which then stands among the user's own. So what comes from a store
or a file is taken apart here first, and what is handed on is put together anew out of the packets that a public key is made of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdr.errors import MEND, VERIFY, NotAuthentic
from cdr.expressions import expression
from cdr.store import layout

RECIPIENT, ENCRYPTED, ENCRYPTED_AEAD = 1, 18, 20
SIGNATURE, SECRET_KEY, PUBLIC_KEY, SECRET_SUBKEY, USER_ID, PUBLIC_SUBKEY, ATTRIBUTE = 2, 5, 6, 7, 13, 14, 17
GIVEN_AWAY = "Keep this copy, use nothing of it, and tell whose key it is: whoever has that file has the key."
OF_A_PUBLIC_KEY = frozenset({SIGNATURE, PUBLIC_KEY, USER_ID, PUBLIC_SUBKEY, ATTRIBUTE})
MOST_PACKETS = 4000  # GnuPG looks at each of them
BEGINS = b"-----BEGIN PGP "
BLOCK = expression(rb"([A-Z ]+)-----[ \t]*\r?\n(.*?)-----END PGP \1-----", re.DOTALL)
HEADERS = expression(rb"(?:[A-Za-z]+: [^\n]*\n)*[ \t\r]*\n")
CHECKSUM = expression(rb"=[A-Za-z0-9+/]{4}")


def public_keys(file: bytes, what: str, *, is_own: bool = False) -> bytes:
    """The public keys of a file, armoured or not, put together anew; empty where it holds no OpenPGP data.

    `is_own`: it is what the user's GnuPG gave out, and may be of any size.
    Raises: NotAuthentic where it holds anything but public keys, or more than a key needs.
    """
    if len(file) > layout.LARGEST_KEY and not is_own:
        raise NotAuthentic(f"{what} is too large for a public key.", VERIFY)
    try:
        packets = list(_packets(_without_armour(file)))
    except (IndexError, ValueError):
        packets = []
    tags = [tag for tag, _ in packets]
    if {SECRET_KEY, SECRET_SUBKEY} & {*tags}:
        raise NotAuthentic(
            f"{what} holds a secret key, where only public ones belong: nothing of it is used.", GIVEN_AWAY
        )
    if tags and (tags[0] != PUBLIC_KEY or not OF_A_PUBLIC_KEY.issuperset(tags)):
        raise NotAuthentic(f"{what} holds something else than public keys, so nothing of it is used.", VERIFY)
    if len(tags) > MOST_PACKETS and not is_own:
        raise NotAuthentic(f"{what} holds more than a public key needs.", VERIFY)
    return b"".join(bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body for tag, body in packets)


def _without_armour(file: bytes) -> bytes:
    """The packets of a file; of several blocks those of all. Raises: ValueError for what is no text of that kind."""
    if not file or file[0] & 0x80:
        return file
    import base64
    import binascii

    found = []
    for block in map(BLOCK.match, file.split(BEGINS)[1:]):  # each is looked for up to where the next begins
        if block is None:
            continue
        inside = block[2]
        headers = HEADERS.match(inside)
        lines = inside[headers.end() if headers else 0 :].split()
        letters = b"".join(line for line in lines if not CHECKSUM.fullmatch(line))
        try:
            found.append(base64.b64decode(letters, validate=True))
        except binascii.Error:
            raise ValueError("not whole") from None
    return b"".join(found)


def recipient_ids(message: bytes, what: str) -> tuple[str, ...]:
    """The key ids (16 hexadecimal digits, as they stand in the message) that `message` is encrypted to.

    Raises: NotAuthentic when the bytes are not one whole encrypted message.
    """
    try:
        packets = list(_packets(message))
    except (IndexError, ValueError):
        packets = []
    tags = [tag for tag, _ in packets]
    if (
        not tags
        or tags[:-1] != [RECIPIENT] * (len(tags) - 1)
        or tags[-1] not in (ENCRYPTED, ENCRYPTED_AEAD)
        or len(tags) < 2
    ):
        raise NotAuthentic(f"{what} is not one whole encrypted document.", MEND)
    return tuple(body[1:9].hex().upper() for _, body in packets[:-1])


def _packets(message: bytes) -> Iterator[tuple[int, bytes]]:
    position = 0
    while position < len(message):
        first = message[position]
        if not first & 0x80:
            raise ValueError("not a packet")
        tag, position, body = _new_format(message, position) if first & 0x40 else _old_format(message, position)
        yield tag, body


def _old_format(message: bytes, position: int) -> tuple[int, int, bytes]:
    first = message[position]
    size = {0: 1, 1: 2, 2: 4}.get(first & 3)
    if size is None:
        raise ValueError("a packet without a length")
    start = position + 1 + size
    return (first >> 2) & 15, *_body(message, start, int.from_bytes(message[position + 1 : start], "big"))


def _new_format(message: bytes, position: int) -> tuple[int, int, bytes]:
    tag, position, parts = message[position] & 0x3F, position + 1, []
    while True:
        length, start, partial = _length(message, position)
        position, part = _body(message, start, length)
        parts.append(part)
        if not partial:
            return tag, position, b"".join(parts)


def _length(message: bytes, position: int) -> tuple[int, int, bool]:
    octet = message[position]
    if octet < 192:
        return octet, position + 1, False
    if octet < 224:
        return ((octet - 192) << 8) + message[position + 1] + 192, position + 2, False
    if octet < 255:
        return 1 << (octet & 31), position + 1, True
    return int.from_bytes(message[position + 1 : position + 5], "big"), position + 5, False


def _body(message: bytes, start: int, length: int) -> tuple[int, bytes]:
    if start + length > len(message):
        raise ValueError("cut short")
    return start + length, message[start : start + length]
