"""What somebody wrote in a field, in the one form in which its schema keeps it: dates, times, codes, numbers, postcodes, text.

What cannot be read stays as it is, and the schema says what would be right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from cdr import nhs_numbers, written

LONG_TEXT = 1000
NO_BREAK = "\u00a0\u202f"
READERS: Mapping[str, Callable[[str], str]] = {
    "date": lambda text: written.day(text).isoformat(),
    "partial-date": written.partial_date,
    "time": written.clock,
    "date-time": written.moment,
    "date-or-date-time": written.moment_or_day,
    "nhs_number": nhs_numbers.read,
    "postcode": written.postcode,
}


def as_kept(text: str, schemas: Iterable[Mapping[str, Any]]) -> str:
    """The text as the first of the schemas that can read it keeps it; with none, as it is."""
    if written.invisible(text) and not any(_is_long(schema) for schema in schemas):
        return text  # which is told, so that nobody wonders what is wrong with it
    return next((kept for schema in schemas for kept in _readings(text, schema)), text)


def _readings(text: str, schema: Mapping[str, Any]) -> Iterator[str]:
    if "enum" in schema:
        yield from _codes(text, schema["enum"])
    kind = str(schema.get("x-reads") or schema.get("format", ""))
    if kind in READERS:
        with suppress(ValueError):
            yield READERS[kind](text)
    elif _is_long(schema):
        yield written.seen(text)
    elif "pattern" in schema and any(space in text for space in NO_BREAK):
        yield text.translate(dict.fromkeys(map(ord, NO_BREAK), " ")).strip()


def _codes(text: str, codes: Iterable[Any]) -> Iterator[str]:
    """The code, where it was written in another case or with other marks between its words."""
    known = [code for code in codes if isinstance(code, str)]
    wanted = written.folded(text)
    alike = [text] if text in known else [code for code in known if written.folded(code) == wanted]
    yield from alike if len(alike) == 1 else ()


def _is_long(schema: Mapping[str, Any]) -> bool:
    """Whether it is a field for whole sentences: what cannot be seen in them is left out, for nobody put it there."""
    return int(schema.get("maxLength", 0)) > LONG_TEXT
