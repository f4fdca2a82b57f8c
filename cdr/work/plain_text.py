"""Text about a child or a family that comes by a file, never by an argument."""

from __future__ import annotations

from cdr.errors import InvalidData, Problem
from cdr.terminal.output import file_name, given

TEXT_LIMIT = 50_000


def text_of(file: str, field: str, title: str) -> str:
    """What a file (`-` is standard input) says, without the space around it; 1 to `TEXT_LIMIT` characters of UTF-8.

    Raises: NotFound, InvalidData.
    """
    name = file_name(file)
    try:
        text = given(file).decode("utf-8").strip()
    except UnicodeDecodeError:
        raise InvalidData([Problem(field, title, "Give plain text in UTF-8.", "YAML-ENCODING")], name) from None
    if not 0 < len(text) <= TEXT_LIMIT:
        raise InvalidData([Problem(field, title, f"Give 1 to {TEXT_LIMIT:,} characters.", "SCHEMA-LENGTH")], name)
    return text
