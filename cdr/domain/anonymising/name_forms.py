"""The forms in which a name stands in a narrative: misspelt, mutated, with other endings, whole or in part."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator

from cdr.domain.anonymising.known_names import PLACE, word_pattern, word_rules, words_of
from cdr.written import APOSTROPHES, bare_name

SHORTEST_MISSPELT, LONGEST_MISSPELT = 5, 60
ANY_LETTER = "*"
LONGEST_ENDING_LOST, LONGEST_ENDING = 2, 4


def slips(word: str) -> Iterator[str]:
    """Patterns that two words share only where one letter put in, left out or changed makes one of them the other.

    Words of more than `LONGEST_MISSPELT` letters have none: their number grows with the letters of a word.
    """
    for i in range(len(word) + 1 if len(word) <= LONGEST_MISSPELT else 0):
        yield word[:i] + ANY_LETTER + word[i:]
        yield word[:i] + ANY_LETTER + word[i + 1 :]


def swapped(word: str) -> Iterator[str]:
    """The word with two neighbouring letters in each other's place, each such pair once."""
    for i in range(len(word) - 1 if len(word) <= LONGEST_MISSPELT else 0):
        yield word[:i] + word[i + 1] + word[i] + word[i + 2 :]


def mutated(word: str) -> tuple[str, ...]:
    """A folded word as it begins in Welsh after another word (`caerdydd`: `gaerdydd`, `nghaerdydd`, `chaerdydd`)."""
    for first, others in word_rules()["mutations"].items():
        if word.startswith(first) and not (len(first) == 1 and word[:2] in word_rules()["mutations"]):
            return tuple(other + word[len(first) :] for other in others)
    return ()


def stem(token: str, length: int) -> tuple[int, str]:
    """The length of a name and what of it stays when it takes another ending, as in many languages (`wisniewskiego`)."""
    return length, token[: max(SHORTEST_MISSPELT, length - LONGEST_ENDING_LOST)]


def stems(word: str) -> Iterator[tuple[int, str]]:
    """The stems of all longer names that a word may be with another ending."""
    shortest = max(SHORTEST_MISSPELT + 1, len(word) - LONGEST_ENDING)
    for length in range(shortest, len(word) + LONGEST_ENDING_LOST + 1):
        yield stem(word, length)


def forms_of(text: str) -> tuple[str, ...]:
    """A word as a name may stand in it: whole, before an apostrophe, and without the s of a plural."""
    head = re.split(rf"[{APOSTROPHES}](?=\w*$)", text)[0]
    forms = [bare_name(text), bare_name(head)]
    forms += [form[:-1] for form in forms if form.endswith("s") and len(form) > 3] + [
        form[:-2] for form in forms if form.endswith("es") and (len(form) > 5 or form.endswith(("xes", "zes")))
    ]
    return tuple(dict.fromkeys(form for form in forms if form))


def name_tokens(name: str, kind: str) -> set[str]:
    """The words of a name, its parts after an apostrophe, and neighbours written as one."""
    words = [word for word in words_of(name) if not any(letter.isdigit() for letter in word)]
    parts = {
        bare_name(part)
        for word in word_pattern().findall(unicodedata.normalize("NFC", name))
        for part in re.split(f"[{APOSTROPHES}]", word)[1:]
    }
    joined = {a + b for a, b in itertools.pairwise(words)} if kind != PLACE else set()
    return {word for word in words if len(word) > 1} | {part for part in parts if len(part) > 2} | joined
