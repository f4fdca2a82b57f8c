"""Whatever bytes come from outside, each reader reads them or refuses them, in little time: broken copies of what it reads, and pieces repeated without end."""

from __future__ import annotations

from contextlib import suppress

import pytest
from conftest import many
from faults.parsers import PARSERS
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pace import within

from cdr.documents.incoming import armour, kinds
from cdr.documents.letters.wording import wording
from cdr.store import packets
from cdr.written import moment

# Pieces of the languages that are read. Each is given many times over, alone and with an end that none of them has.
PIECES = (
    b"<!---->", b"<?xml ?>", b"<a ", b"-----BEGIN PGP MESSAGE-----\n", b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n", b"{#", b"{{", b"{% if a %}", b"[",
    b"{", b"- ", b"? ", b"a: ", b"!t ", b"&a ", b"*a ", b"'", b'"', b"|", b">", b"#", b"%", b"\\", b"**", b"_", b"![", b"](", b"`", b"&amp;", b"~",
    b" ", b"\t", b"\n", b"\r", b"\0", b",", b";", b'",', b"1", b"1,111", b"1 (1%) ", b"total ", b"2022/23 ", b"a", b"Aa ", b"a@a.", b"=", b"(", b"2020-01-01 ",
    b"\xe2\x80\x8b", b"o\xcc\x81", b"\xf0\x9f\x91\xa9\xe2\x80\x8d", b"\xd9\xa1", b"\xff\xfe", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-", b"\x99\x01\x0d\x04",
)  # fmt: skip
LENGTH = 20_000


def changed(seed: bytes, edits: list[tuple[float, int, bytes]]) -> bytes:
    """A copy with pieces put in, or in the place of what stood there."""
    raw = bytearray(seed)
    for where, gone, piece in edits:
        at = int(where * len(raw))
        raw[at : at + gone] = piece
    return bytes(raw)


EDITS = st.lists(
    st.tuples(st.floats(0, 1), st.sampled_from([0, 1, 4, 40]), st.sampled_from(PIECES) | st.binary(max_size=6)),
    min_size=1,
    max_size=5,
)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=many(40), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choice=st.integers(0, 99), edits=EDITS)
def test_a_broken_copy_is_read_or_refused(name: str, choice: int, edits: list[tuple[float, int, bytes]]) -> None:
    parser = PARSERS[name]
    seeds = parser.seeds()
    with suppress(*parser.refuses):
        parser.reads(changed(seeds[choice % len(seeds)], edits))


@pytest.mark.parametrize("name", PARSERS)
def test_what_is_said_without_end_is_read_or_refused_in_a_moment(name: str) -> None:
    parser = PARSERS[name]
    parser.reads_first()
    with within(30):
        for piece in PIECES:
            for end in (b"", b"\x01x"):
                with suppress(*parser.refuses):
                    parser.reads(piece * (LENGTH // len(piece)) + end)


def test_beginnings_without_an_end_are_looked_at_once() -> None:
    with within(1):
        assert kinds.kind(b"<!---->" * 9_000 + b"x") == ""
        assert kinds.kind(b"<!-- a --> " * 5_000 + b"<html>") == "page"
        assert armour.bare(b"-----BEGIN PGP MESSAGE-----\n" * 70_000) is None
        assert packets.public_keys(b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n" * 25_000, "a file") == b""
        with suppress(ValueError):
            moment("a " * 300_000)
        assert wording("condolence", "[signature]", {"signature": "{#" * 400_000}).startswith("{#")
        assert wording("condolence", "[signature]", {"signature": "{# a # b #}\nx{##}y"}).strip() == "xy"
