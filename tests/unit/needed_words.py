"""The words without which an expression finds nothing, worked out from its own parse: what `rules/sought.json` says of each."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from typing import Any

from cdr.sought import AS_ASCII, DIGIT, NOT_ASCII

PARSER, NAMES = import_module("re._parser"), import_module("re._constants")
OF_ONE, OF_SIGN, OF_DIGIT = (
    0.4,
    1.3,
    1.4,
)  # how telling one letter, one sign, a digit is; a word is as telling as it is long
MOST_LISTS, MOST_WORDS, MOST_WAYS, MOST_OF_A_CLASS = 3, 60, 16, 16
Words = frozenset[str]


def needed(pattern: str, flags: int = 0) -> list[list[str]]:
    """Lists of words, of each of which a text has one, as `as_sought` gives the text, where the expression finds anything in it.

    Empty where nothing telling can be said.
    """
    parsed = PARSER.parse(pattern, flags)
    tells_capitals = not parsed.state.flags & re.IGNORECASE and "(?i" not in pattern
    return [sorted(words) for words in _best(_of(parsed, tells_capitals), MOST_LISTS) if _telling(words)[0] > 1]


def _telling(words: Words) -> tuple[float, int, list[str]]:
    def one(word: str) -> float:
        if word == DIGIT:
            return OF_DIGIT
        return len(word) if len(word) > 1 else OF_ONE if word.isascii() and (word.isalnum() or word == " ") else OF_SIGN

    return min(map(one, words)), -len(words), sorted(words)


def _best(lists: Iterable[Words], most: int) -> list[Words]:
    """The most telling lists, without words that have another one of the list in them."""
    least = {frozenset(word for word in words if not any(other in word for other in words - {word})) for words in lists}
    short = [words for words in least if len(words) <= MOST_WORDS and not any(other < words for other in least)]
    return sorted(short, key=_telling, reverse=True)[:most]


def _of(items: Any, tells_capitals: bool) -> list[Words]:
    found: list[Words] = []
    for is_run, group in itertools.groupby(
        (one for one in items if one[0] not in (NAMES.AT, NAMES.ASSERT_NOT)), _is_known
    ):
        if is_run:
            found.append(frozenset(["".join(chr(number).lower() for _, number in group)]))
        else:
            found += [words for kind, what in group for words in _of_one(kind, what, tells_capitals)]
    return found


def _is_known(item: tuple[Any, Any]) -> bool:
    """Whether it is a letter or sign that stands in `as_sought` of a text as itself, or small."""
    return item[0] is NAMES.LITERAL and _stays(chr(item[1]))


def _stays(letter: str) -> bool:
    return letter.isascii() or letter == letter.lower() == letter.upper() == letter.casefold() == letter.translate(
        AS_ASCII
    )


def _of_one(kind: Any, what: Any, tells_capitals: bool) -> Iterator[Words]:
    if kind is NAMES.IN:
        yield from _of_class(what, tells_capitals)
    elif kind is NAMES.SUBPATTERN:
        yield from _of(what[3], tells_capitals)
    elif kind is NAMES.BRANCH:
        yield from _of_ways([_best(_of(way, tells_capitals), 2) for way in what[1]])
    elif kind in (NAMES.MAX_REPEAT, NAMES.MIN_REPEAT, NAMES.POSSESSIVE_REPEAT) and what[0] > 0:
        yield from _of(what[2], tells_capitals)
    elif kind is NAMES.ASSERT:
        yield from _of(what[1], tells_capitals)
    elif kind is NAMES.ATOMIC_GROUP:
        yield from _of(what, tells_capitals)


def _of_ways(ways: Sequence[Sequence[Words]]) -> Iterator[Words]:
    """Of each way one list, put together: all choices where they are few, else the most telling of each."""
    choices = list(itertools.islice(itertools.product(*ways), MOST_WAYS + 1))
    for chosen in choices if len(choices) <= MOST_WAYS else choices[:1]:
        yield frozenset().union(*chosen)


def _of_class(members: Any, tells_capitals: bool) -> Iterator[Words]:
    found: set[str] = set()
    for kind, what in members:
        if kind is NAMES.CATEGORY and what is NAMES.CATEGORY_DIGIT:
            found.add(DIGIT)
            continue
        if kind not in (NAMES.LITERAL, NAMES.RANGE):
            return
        first, last = what if kind is NAMES.RANGE else (what, what)
        if first > 127 and tells_capitals and not (first == last and _stays(chr(first))):
            found.add(NOT_ASCII)
        elif last - first < MOST_OF_A_CLASS and all(_stays(chr(one)) for one in range(first, last + 1)):
            found |= {chr(one).lower() for one in range(first, last + 1)}
        else:
            return
    yield frozenset({DIGIT} if found <= {DIGIT, *"0123456789"} else found)
