"""Words of a text, and which of them are ordinary, so that none of these is taken for a name.

There are forty thousand ordinary words, and most questions ask for a few.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from cdr import resources
from cdr.written import APOSTROPHES, bare_name

FIRST_MARK, AFTER_MARKS = "\u0300", "\ufe30"
OPENERS = (*'.!?:;("“',)  # a sentence may begin after each of them, and after a new line
NEAR_BEFORE = 12  # letters
MARKS_LATELY = 64  # sets of marks for which words were looked for


class OrdinaryWords:
    """Words, one a line in the order of the alphabet, and some more: one is found by halving, for a set of all takes longer to make."""

    def __init__(self, lines: str, more: frozenset[str]) -> None:
        self._lines = lines
        self._known = dict.fromkeys(more, True)

    def __contains__(self, word: str) -> bool:
        if word not in self._known:
            self._known[word] = self._stands(word)
        return self._known[word]

    def _stands(self, word: str) -> bool:
        lines, low, high = self._lines, 0, len(self._lines)
        while low < high:
            middle = (low + high) // 2
            start, end = max(low, lines.rfind("\n", low, middle) + 1), lines.find("\n", middle)
            line = lines[start:end]
            if line == word:
                return True
            low, high = (end + 1, high) if line < word else (low, start)
        return False


@cache
def word_rules() -> Mapping[str, Any]:
    """The titles, street words and words of organisations that are no names."""
    rules = json.loads(resources.read_bytes("rules", "anonymise.json"))
    rules["feast_words"] = [word.lower() for feast in rules["feasts"] for word in feast.split()]
    return {key: frozenset(value) if isinstance(value, list) else value for key, value in rules.items()}


@cache
def ordinary_words() -> OrdinaryWords:
    """Ordinary English and clinical words in small letters, so that none of them is taken for a misspelt name."""
    whole = resources.read_bytes("rules", "ordinary-words.txt").decode()
    above = whole.index("\n", whole.rindex("#")) + 1  # to the end of the last line of what stands above them
    return OrdinaryWords(whole[above:], word_rules()["clinical"])


def word_pattern(text: str) -> re.Pattern[str]:
    """Words of a text with their accents and inner apostrophes; hyphens and digits end a word.

    It knows the marks of this text: what knows every one takes long to make, and few texts have one that is no part of its letter.
    """
    return _word_pattern(_marks_of(text))


def word_or_number_pattern(text: str) -> re.Pattern[str]:
    """The same, and numbers, with the one letter that may follow a number at its end."""
    return _word_or_number_pattern(_marks_of(text))


def _marks_of(text: str) -> str:
    if text.isascii():
        return ""
    later = (letter for letter in sorted({*text}) if FIRST_MARK <= letter < AFTER_MARKS)
    return "".join(letter for letter in later if unicodedata.category(letter) in ("Mn", "Mc"))


@lru_cache(MARKS_LATELY)
def _word_pattern(marks: str) -> re.Pattern[str]:
    return re.compile(_written(marks))


@lru_cache(MARKS_LATELY)
def _word_or_number_pattern(marks: str) -> re.Pattern[str]:
    return re.compile(rf"{_written(marks)}|\d+[A-Za-z]?\b|\d+")


def _written(marks: str) -> str:
    letters = rf"[^\W\d_][{marks}]*(?:[^\W\d_][{marks}]*)*" if marks else r"[^\W\d_]+"
    return rf"{letters}(?:[{APOSTROPHES}]{letters})*"


def words_of(text: str) -> list[str]:
    """The folded words and numbers of a text."""
    whole = unicodedata.normalize("NFC", text)
    return [word for word in map(bare_name, word_or_number_pattern(whole).findall(whole)) if word]


def opens_a_sentence(text: str, start: int) -> bool:
    """Whether a sentence, or what is said, may begin here."""
    before = text[max(0, start - NEAR_BEFORE) : start]
    kept = before.rstrip()
    return not before or kept[-1:] in OPENERS or "\n" in before[len(kept) :]
