"""Fields that may be about somebody though they do not say the name as it was given: spelt otherwise, shortened, or in part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cache, partial
from itertools import pairwise
from typing import Any

from cdr.domain.anonymising.words import ordinary_words, word_rules, words_of
from cdr.domain.case.duplicates import SHORTEST_ALIKE, close
from cdr.domain.case.people import SHORTEST_NAME, Clues
from cdr.domain.case.traces import fields_of, role_of, values_of
from cdr.domain.rulebook.validation import text_at
from cdr.records import dataclass

BETWEEN = 2  # so many words may stand between the words of one name: `Wilma (Mrs Planted)`, `Wilma Jane Planted`

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Found:
    """A field in which somebody stands: whom it is about, and whether what was given stands there as it was given."""

    field: str
    kind: str
    is_exact: bool


def alike_in(body: Body, clues: Clues) -> list[tuple[str, str]]:
    """The fields, as dotted paths, in which a name stands spelt otherwise or with initials, and the role of each; none unless all else fits."""
    beside = Clues((), clues.days, clues.numbers)
    each = [_those(body, partial(_is_alike, name)) for name in clues.names]
    if not all(each) or (beside.count and not fields_of(body, beside)):
        return []
    return [one for found in each for one in found]


def parts_in(body: Body, clues: Clues, shared: Collection[str]) -> list[tuple[str, str]]:
    """The fields that hold a part of a name in a case of theirs: a word that is not `shared` with the child, or a title with one that is."""
    asked = {word for name in clues.names for word in name}
    own = [word for word in asked if word not in shared and len(word) > SHORTEST_NAME]
    titled = asked & {*shared}

    def has_part(words: Sequence[str]) -> bool:
        return any(_may_be(word, other) for word in own for other in words) or any(
            before in word_rules()["titles"] and word in titled for before, word in pairwise(words)
        )

    return _those(body, has_part)


def shared_with_child(notifications: Iterable[Body]) -> frozenset[str]:
    """The words of the child's family name, by every revision of Form A: others in the case may bear it."""
    return frozenset(word for body in notifications for word in words_of(text_at(body, "child.family_name")))


def _those(body: Body, fits: Callable[[tuple[str, ...]], bool]) -> list[tuple[str, str]]:
    return [(path, role_of(body, path)) for path, text in values_of(body, "") if fits(_words(text))]


@cache
def _words(text: str) -> tuple[str, ...]:
    return tuple(words_of(text.replace("_", " ")))


def _is_alike(name: Sequence[str], words: Sequence[str]) -> bool:
    """Whether each word of a name stands near the others, as it is, alike, or one of them as its initial."""
    if len(name) == 1:
        return any(_may_be(name[0], word) for word in words)
    span = len(name) + BETWEEN
    starts = (place for place, word in enumerate(words) if any(_may_be(one, word) for one in name))
    return any(_all_there(name, words[max(0, place - span + 1) : place + span]) for place in starts)


def _all_there(name: Sequence[str], words: Sequence[str]) -> bool:
    initials = {word for word in words if len(word) == 1}
    lacking = [one for one in name if not any(_may_be(one, word) for word in words)]
    return len(lacking) < len(name) and all(one[0] in initials for one in lacking)


@cache
def _may_be(asked: str, word: str) -> bool:
    """Whether a word is one of a name, a slip in it, or a short form that it begins with."""
    if asked == word:
        return True
    shorter, longer = sorted((asked, word), key=len)
    if len(shorter) < SHORTEST_ALIKE or word in ordinary_words():
        return False
    return longer.startswith(shorter) or close(asked, word)


def in_all(
    bodies: Sequence[tuple[str, Body]], clues: Clues, notifications: Mapping[str, Sequence[Body]]
) -> list[list[Found]]:
    """Of each document, with its case, in which fields somebody stands or may stand; a part of a name counts only in what is about a case of theirs."""
    exact = [fields_of(body, clues) for _, body in bodies]
    alike = [alike_in(body, clues) for _, body in bodies]
    theirs = {case for (case, _), *found in zip(bodies, exact, alike, strict=True) if case and any(found)}
    shared = {case: shared_with_child(notifications.get(case, ())) for case in theirs}
    parts = [_parts(case, body, clues, shared) for case, body in bodies]
    return [_each_once(*found) for found in zip(exact, alike, parts, strict=True)]


def _parts(case: str, body: Body, clues: Clues, shared: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    """What a document of no case, like a meeting's, says is about the cases that it names."""
    about = [case] if case else [text for _, text in values_of(body, "")]
    theirs = [shared[one] for one in about if one in shared]
    return parts_in(body, clues, {word for words in theirs for word in words}) if theirs else []


def _each_once(exact: Iterable[tuple[str, str]], *perhaps: Iterable[tuple[str, str]]) -> list[Found]:
    found = {field: Found(field, kind, is_exact=True) for field, kind in exact}
    for field, kind in (one for several in perhaps for one in several):
        found.setdefault(field, Found(field, kind, is_exact=False))
    return list(found.values())
