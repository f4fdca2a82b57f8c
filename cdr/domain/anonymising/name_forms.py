"""The forms in which a name stands in a narrative: misspelt, mutated, with other endings, whole or in part."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Container, Iterator

from cdr.domain.anonymising.around_names import APOSTROPHE
from cdr.domain.anonymising.known_names import PLACE
from cdr.domain.anonymising.words import word_pattern, word_rules, words_of
from cdr.sought import kept_back, sought
from cdr.written import APOSTROPHES, bare_name

SHORTEST_MISSPELT, LONGEST_MISSPELT = 5, 60
ANY_LETTER = "*"
LONGEST_ENDING_LOST, LONGEST_ENDING = 2, 4
SHORTEST_PART, LONGEST_DISGUISED = 2, 40
DIGITS_FOR_LETTERS = str.maketrans("0134578$@!", "oieastbsai")
LAST_APOSTROPHE = sought(rf"[{APOSTROPHES}](?=\w*$)")
APART = str.maketrans(dict.fromkeys(".-_·*", " "))
DISGUISED = sought(r"(?<![\w$@])(?=[^\W\d_$@!]*[\d$@!])(?=[\d$@!]*[^\W\d_])[\w$@!]{3,40}(?![\w$@])")


def may_stand_apart(text: str) -> bool:
    """Whether a text has a letter alone, between two letters that may stand so too, as those of a name have that is written so."""
    words = [word for word in text.translate(APART).split(" ") if word]
    return any(
        len(middle) == 1 and not (_is_in_a_word(before[-2:-1]) or _is_in_a_word(after[1:2]))
        for before, middle, after in zip(words, words[1:], words[2:], strict=False)
    )


def _is_in_a_word(letter: str) -> bool:
    return letter.isalnum() or letter == "_"


SPACED = kept_back(may_stand_apart, r"(?<!\w)[^\W\d_](?:(?: |[.\-_·*] ?)[^\W\d_]){2,39}(?!\w)")


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
    head = LAST_APOSTROPHE.split(text)[0]
    forms = [bare_name(text), bare_name(head)]
    forms += [form[:-1] for form in forms if form.endswith("s") and len(form) > 3] + [
        form[:-2] for form in forms if form.endswith("es") and (len(form) > 5 or form.endswith(("xes", "zes")))
    ]
    return tuple(dict.fromkeys(form for form in forms if form))


def name_tokens(name: str, kind: str) -> set[str]:
    """The words of a name, its parts after an apostrophe, and neighbours written as one."""
    words = [word for word in words_of(name) if not any(letter.isdigit() for letter in word)]
    whole = unicodedata.normalize("NFC", name)
    parts = {bare_name(part) for word in word_pattern(whole).findall(whole) for part in APOSTROPHE.split(word)[1:]}
    joined = {a + b for a, b in itertools.pairwise(words)} if kind != PLACE else set()
    return {word for word in words if len(word) > 1} | {part for part in parts if len(part) > 2} | joined


def parts_of(word: str, tokens: Container[str]) -> list[str]:
    """The names that a word is made of (`summerhunter`), the longest first ones; empty where a part of it is none."""
    ways: dict[int, list[str]] = {len(word): []}
    if len(word) > LONGEST_DISGUISED:
        return []
    for start in range(len(word) - SHORTEST_PART, -1, -1):
        for end in range(len(word), start + SHORTEST_PART - 1, -1):
            if end in ways and word[start:end] in tokens:
                ways[start] = [word[start:end], *ways[end]]
                break
    return ways.get(0, [])


def short_forms(first: str) -> Iterator[str]:
    """What one with this first name may be called for short: its first three or four letters, the last perhaps twice, with a usual ending."""
    for size in (3, 4) if len(first) > 3 else ():
        start = first[:size]
        for beginning in (start, start + start[-1]):
            yield from (beginning + ending for ending in word_rules()["short_endings"])
