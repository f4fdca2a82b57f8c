"""The text of a file from outside: in UTF-8, of a form's size, and without letters that act on a screen or cannot be told apart."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import AnyStr

from cdr.errors import InvalidData, Problem
from cdr.expressions import expression
from cdr.forms.yaml_faults import CONTROL, ENCODING, MARKS, MAX_MARKS

MAX_BYTES = 1024 * 1024
NON_CHARACTERS = "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(17))
FORBIDDEN = rf"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\u202a-\u202e\u2066-\u2069{NON_CHARACTERS}"
NOT_IN_TEXT = expression(f"[{FORBIDDEN}]")
NOT_IN_A_FILE = expression(f"[{FORBIDDEN}\u2028\u2029]")
ENDS = expression("\r\n|[\r\x0b\x0c\u2028\u2029]")
END_MARK = "\x1a"


def decoded(raw: bytes, file: str) -> str:
    """The text of a file that somebody gave, with plain line ends. Raises: InvalidData, which says nothing of what it holds."""
    if len(raw) > MAX_BYTES:
        raise _refusal("YAML-SIZE", "The file is larger than 1 MB. Split it, or attach it instead.", file)
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or raw.count(0) > len(raw) // 8:
        raise _refusal(
            "YAML-ENCODING", f"The file is not text in UTF-8 but perhaps in UTF-16 (Unicode). {ENCODING}", file
        )
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise _refusal("YAML-ENCODING", f"The letters on this line are not in UTF-8. {ENCODING}", file, line) from None
    return without_end_mark(text).replace("\r\n", "\n").replace("\r", "\n")


def with_plain_ends(text: str) -> str:
    """A text in which a new line, page or paragraph begins with nothing but a line end, as word processors write them otherwise."""
    return ENDS.sub("\n", text)


def letters_wrong(text: str) -> Iterator[tuple[int, str]]:
    """The lines in which letters stand that act on a screen or cannot be told apart, and what to do about it."""
    for number, line in enumerate(text.split("\n"), 1):
        if NOT_IN_TEXT.search(line):
            yield number, CONTROL
        elif too_many_marks(line):
            yield number, MARKS


def without_end_mark(text: AnyStr) -> AnyStr:
    """A file without the mark (Ctrl-Z) with which old programs end a text, and which is no part of it."""
    mark = END_MARK if isinstance(text, str) else END_MARK.encode()
    bare = text.rstrip()
    return bare[: -len(mark)] if bare.endswith(mark) else text


def _refusal(rule: str, message: str, file: str, line: int = 0) -> InvalidData:
    return InvalidData([Problem("", "", message, rule, line)], file)


def too_many_marks(text: str) -> bool:
    """Whether more marks are heaped on one letter than any language has."""
    run = 0
    for character in text:
        run = run + 1 if character > "\u02ff" and unicodedata.category(character)[0] == "M" else 0
        if run > MAX_MARKS:
            return True
    return False
