"""Letters that the fonts of a PDF lack: which they are, and how each is shown all the same."""

from __future__ import annotations

import struct
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import groupby
from typing import Any

from cdr import resources

# In the order in which a layout asks for a letter; each family has what is in both of its fonts.
FAMILIES = ("SourceSans3", "NotoSansArabic", "NotoSansHebrew", "NotoSansDevanagari")
WEIGHTS = ("Regular", "Bold")
EVERY_LETTER = (3, 10)  # the table of a font that holds all of Unicode (OpenType, `cmap`, format 12)
MOST_MARKS = 8  # over one letter: no language has more, and what sets a page breaks on thousands
MOST_NAMED = 5


class Printed(bytes):
    """The bytes of a document for paper, with the `replaced` letters that stand in it as their codes."""

    replaced: tuple[str, ...] = ()

    @classmethod
    def of(cls, raw: bytes, data: Any) -> Printed:
        """The bytes that were made from this data."""
        made = cls(raw)
        made.replaced = lacking(data)
        return made

    def as_(self, raw: bytes) -> Printed:
        """Other bytes of the same document."""
        made = Printed(raw)
        made.replaced = self.replaced
        return made

    def told(self) -> str:
        """What whoever made it should know, a sentence; empty where every letter is there."""
        if not self.replaced:
            return ""
        named = ", ".join(map(code, self.replaced[:MOST_NAMED]))
        more = f" and {len(self.replaced) - MOST_NAMED} more" if len(self.replaced) > MOST_NAMED else ""
        it = "it stands there as its code" if len(self.replaced) == 1 else "they stand there as their codes"
        return f"the fonts for paper lack {named}{more}; {it}, in square brackets. Other formats have all letters."


def lacking(data: Any) -> tuple[str, ...]:
    """The letters in any text of the data that are not printed as they are, each once, as they come."""
    strange = (text for text in _texts(data) if not _is_printable_ascii(text))
    return tuple(dict.fromkeys(letter for text in strange for letter, is_lacking in _letters(text) if is_lacking))


def printable(data: Any) -> Any:
    """The data, as JSON has it, with each such letter as its code: `[U+1F600 grinning face]`, `[U+4E2D U+6587]`."""
    if isinstance(data, str):
        return data if _is_printable_ascii(data) else "".join(_shown(data))
    if isinstance(data, Mapping):
        return {key: printable(value) for key, value in data.items()}
    return [printable(value) for value in data] if isinstance(data, Sequence) else data


def code(letter: str) -> str:
    """A letter's code, and the name of what is none: a picture is known by its name."""
    name = "" if unicodedata.category(letter)[0] in "LMC" else unicodedata.name(letter, "").lower()
    return f"U+{ord(letter):04X} {name}".strip()


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping | Sequence):
        for value in data.values() if isinstance(data, Mapping) else data:
            yield from _texts(value)


def _is_printable_ascii(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _letters(text: str) -> Iterator[tuple[str, bool]]:
    """Each letter in the form in which it is printed, and whether it is one that the fonts lack or one mark too many."""
    known, marks = _letters_of_fonts(), 0
    for letter in unicodedata.normalize("NFC", text):
        marks = marks + 1 if unicodedata.category(letter) in ("Mn", "Me") else 0
        if letter.isspace() and not letter.isascii() and ord(letter) not in known:
            letter = " "  # noqa: PLW2901 - a space that the fonts lack is a space all the same
        yield letter, marks > MOST_MARKS or not (ord(letter) in known or letter.isspace() or _is_unseen(letter))


def _is_unseen(letter: str) -> bool:
    """Whether it only joins or parts other letters, or chooses a form of them."""
    return unicodedata.category(letter) == "Cf" or "\ufe00" <= letter <= "\ufe0f"


def _shown(text: str) -> Iterator[str]:
    gone: list[str] = []
    for letter, is_lacking in _letters(text):
        if is_lacking:
            gone.append(letter)
        elif not (gone and _is_unseen(letter)):  # what joined two pictures joins nothing any more
            if gone:
                yield _codes(gone)
                gone = []
            yield letter
    if gone:
        yield _codes(gone)


def _codes(letters: Sequence[str]) -> str:
    counted = [(code(letter), len(list(same))) for letter, same in groupby(letters)]
    words = [f"{one} ×{count}" if count > 1 else one for one, count in counted]
    return f"[{', '.join(words) if any(' ' in one for one in words) else ' '.join(words)}]"


@cache
def _letters_of_fonts() -> frozenset[int]:
    """The code points that the fonts can draw, in both weights of a family."""
    return frozenset().union(*map(_letters_of_family, FAMILIES))


def _letters_of_family(family: str) -> frozenset[int]:
    fonts = (resources.read_bytes("templates", "fonts", f"{family}-{weight}.ttf") for weight in WEIGHTS)
    return frozenset.intersection(*map(_letters_of, fonts))


def _letters_of(font: bytes) -> frozenset[int]:
    tables = {font[at : at + 4]: struct.unpack_from(">I", font, at + 8)[0] for at in _entries(font, 4, 12, 16)}
    start = tables[b"cmap"]
    parts = [struct.unpack_from(">HHI", font, at) for at in _entries(font, start + 2, start + 4, 8)]
    table = next(start + offset for platform, encoding, offset in parts if (platform, encoding) == EVERY_LETTER)
    count = struct.unpack_from(">I", font, table + 12)[0]
    ranges = (struct.unpack_from(">II", font, table + 16 + 12 * number) for number in range(count))
    return frozenset(point for first, last in ranges for point in range(first, last + 1))


def _entries(font: bytes, counted_at: int, first: int, size: int) -> range:
    """Where the entries of a list in a font begin; how many they are stands in two bytes."""
    return range(first, first + size * struct.unpack_from(">H", font, counted_at)[0], size)
