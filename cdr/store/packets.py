"""What can be told of an OpenPGP message without any key: whom it is encrypted to, and that nothing is added or cut.

OpenPGP protects the encrypted data and not the list of recipients in front of it, and GnuPG reads past what follows a
message. So the shape is read here (RFC 4880 sections 4.2 and 5): recipient packets, then exactly one encrypted data
packet of the declared length, then nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

from cdr.errors import MEND, NotAuthentic

RECIPIENT, ENCRYPTED, ENCRYPTED_AEAD = 1, 18, 20


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
