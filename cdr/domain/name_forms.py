"""The forms in which a name stands in a narrative: misspelt, mutated, with other endings, whole or in part."""

from __future__ import annotations

import itertools
import re
import unicodedata

from cdr.domain.known_names import PLACE, fold, word_pattern, word_rules, words_of

SHORTEST_MISSPELT = 5
LONGEST_ENDING_LOST, LONGEST_ENDING = 2, 4


def one_letter_apart(first: str, second: str) -> bool:
    """Whether one letter put in, left out or changed, or two neighbours swapped, makes one word the other; not when they are the same."""
    if first == second or abs(len(first) - len(second)) > 1:
        return False
    start = next(
        (i for i, (a, b) in enumerate(zip(first, second, strict=False)) if a != b), min(len(first), len(second))
    )
    a, b = first[start:], second[start:]
    if len(a) != len(b):
        return a[1:] == b or a == b[1:]
    return a[1:] == b[1:] or (a[:2] == b[1::-1] and a[2:] == b[2:])


def mutated(word: str) -> tuple[str, ...]:
    """A folded word as it begins in Welsh after another word (`caerdydd`: `gaerdydd`, `nghaerdydd`, `chaerdydd`)."""
    for first, others in word_rules()["mutations"].items():
        if word.startswith(first) and not (len(first) == 1 and word[:2] in word_rules()["mutations"]):
            return tuple(other + word[len(first) :] for other in others)
    return ()


def inflected(word: str, token: str) -> bool:
    """Whether a folded word is a longer name with another ending, as many languages put to names (`wisniewskiego`, `testcases`)."""
    stem = token[: max(SHORTEST_MISSPELT, len(token) - LONGEST_ENDING_LOST)]
    return len(token) > SHORTEST_MISSPELT and word.startswith(stem) and len(word) - len(token) <= LONGEST_ENDING


def forms_of(text: str) -> tuple[str, ...]:
    """A word as a name may stand in it: whole, before an apostrophe, and without the s of a plural."""
    head = re.split(r"['’ʼ‘`´](?=\w*$)", text)[0]
    forms = [fold(text), fold(head)]
    forms += [form[:-1] for form in forms if form.endswith("s") and len(form) > 3] + [
        form[:-2] for form in forms if form.endswith("es") and len(form) > 5
    ]
    return tuple(dict.fromkeys(form for form in forms if form))


def name_tokens(name: str, kind: str) -> set[str]:
    """The words of a name, its parts after an apostrophe, and neighbours written as one."""
    words = [word for word in words_of(name) if not any(letter.isdigit() for letter in word)]
    parts = {
        fold(part)
        for word in word_pattern().findall(unicodedata.normalize("NFC", name))
        for part in re.split(r"['’ʼ‘`´]", word)[1:]
    }
    joined = {a + b for a, b in itertools.pairwise(words)} if kind != PLACE else set()
    return {word for word in words if len(word) > 1} | {part for part in parts if len(part) > 2} | joined
