"""Regular expressions that are looked for in the texts of people, most of which have nothing that most of them find.

`sought` stands for `re.compile`. It is compiled for the first text that has the words without which the expression finds nothing
(`rules/sought.json`, which a test makes from the expressions themselves); until then it answers as the compiled one would.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from cdr import resources

__all__ = ["DIGIT", "NOT_ASCII", "as_sought", "has_what_it_needs", "sought"]

DIGIT, NOT_ASCII = (
    "\x00d",
    "\x00n",
)  # stand among the words of a text that has a digit, or a letter or sign that is none of ASCII
# What an expression that does not tell capitals takes for a letter of ASCII, and `lower` does not make that.
AS_ASCII = str.maketrans({"\u0130": "i", "\u0131": "i", "\u017f": "s"})
TEXTS_LATELY = 8

if TYPE_CHECKING:
    from re import compile as sought
else:
    import re

    METHODS = ("search", "match", "fullmatch", "sub", "split", "finditer", "findall")

    class sought:  # noqa: N801 - it is called as `re.compile` is
        """What a compiled expression has."""

        def __init__(self, written, flags=0):
            self.pattern = written
            self._flags = flags

        def search(self, text, *within):
            return self._compiled().search(text, *within) if has_what_it_needs(self.pattern, text) else None

        def match(self, text, *within):
            return self._compiled().match(text, *within) if has_what_it_needs(self.pattern, text) else None

        def sub(self, said, text):
            return self._compiled().sub(said, text) if has_what_it_needs(self.pattern, text) else text

        def split(self, text):
            return self._compiled().split(text) if has_what_it_needs(self.pattern, text) else [text]

        def finditer(self, text):
            return self._compiled().finditer(text) if has_what_it_needs(self.pattern, text) else iter(())

        def findall(self, text):
            return self._compiled().findall(text) if has_what_it_needs(self.pattern, text) else []

        def __getattr__(self, name):
            if name.startswith("__"):
                raise AttributeError(name)
            return getattr(self._compiled(), name)

        def _compiled(self):
            """The compiled expression, which is asked itself from then on."""
            compiled = re.compile(self.pattern, self._flags)
            for name in METHODS:
                setattr(self, name, getattr(compiled, name))
            return compiled


def has_what_it_needs(pattern: str, text: str) -> bool:
    """Whether a text has a word of each list that `sought.json` has for an expression; also where it has none."""
    words = _with_marks(text)
    for one_of in _needs().get(pattern, ()):
        for word in one_of:
            if word in words:
                break
        else:
            return False
    return True


def as_sought(text: str) -> str:
    """A text with each letter that an expression may take for one of ASCII as that one, and small."""
    return (text if text.isascii() else text.translate(AS_ASCII)).lower()


@lru_cache(TEXTS_LATELY)
def _with_marks(text: str) -> str:
    return as_sought(text) + DIGIT * any(map(str.isdecimal, text)) + NOT_ASCII * (not text.isascii())


@cache
def _needs() -> dict[str, Sequence[Sequence[str]]]:
    return dict(json.loads(resources.read_bytes("rules", "sought.json")))
