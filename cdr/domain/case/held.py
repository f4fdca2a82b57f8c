"""What is held about one person, word for word, with what may be about other people marked, for somebody who decides what to take out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cdr.domain.anonymising.known_names import PLACE, Known
from cdr.domain.anonymising.words import word_pattern, words_of
from cdr.domain.case.people import Clues, bare_number
from cdr.domain.case.perhaps import Found
from cdr.domain.case.traces import values_of
from cdr.domain.rulebook.validation import at
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.written import bare_name

LONGEST_SHORTENED = 2
OPENED, CLOSED = "[OTHER: ", "]"
LONG_NUMBER = expression(r"\+?\d[\d -]{7,}\d")

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Passage:
    """What one field of one revision says, with the marks; `case` is empty for what belongs to none."""

    case: str
    document: str
    revision: int
    is_current: bool
    field: str
    text: str
    is_exact: bool = True


@dataclass(frozen=True)
class Said:
    """What a field says; `is_own`: it belongs to the entry of whom is asked about, so that its numbers are theirs.

    `is_exact` is not so where the name stands in it in part or spelt otherwise, and it may be about somebody else.
    """

    field: str
    text: str
    is_own: bool
    is_exact: bool = True


def said_of(body: Body, fields: Iterable[Found]) -> list[Said]:
    """The fields in which somebody stands, with what they say; of a list of people the whole entry, which is about them."""
    found: dict[str, Said] = {}
    for one in fields:
        path = one.field
        above = path.rpartition(".")[0]
        entry = at(body, above) if above else None
        is_own = isinstance(entry, Mapping) and "relationship" in entry
        values = values_of(entry, above) if is_own else values_of(at(body, path), path)
        found |= {field: Said(field, text, is_own, one.is_exact) for field, text in values}
    return list(found.values())


def marked(said: Said, clues: Clues, known: Iterable[Known]) -> str:
    """What a field says, with the names of other people, and numbers that were not asked for, in marks; whom no document names is not seen."""
    own, others = _names(clues, known)
    text = unicodedata.normalize("NFC", said.text)
    spans = [*_runs(text, own, others)]
    numbers = [] if said.is_own else LONG_NUMBER.finditer(text)
    spans += [number.span() for number in numbers if bare_number(number[0]) not in clues.numbers]
    for start, end in sorted(spans, reverse=True):
        text = f"{text[:start]}{OPENED}{text[start:end]}{CLOSED}{text[end:]}"
    return text


def _names(clues: Clues, known: Iterable[Known]) -> tuple[set[str], set[str]]:
    """The words of the names of whom is asked about, and the words that are only in names of others."""
    own, others = {word for name in clues.names for word in name}, set[str]()
    for one in (one for one in known if one.kind != PLACE):
        for name in one.names:
            words = set(words_of(name))
            is_theirs = any(set(asked) <= words for asked in clues.names)
            (own if is_theirs else others).update(words)
    return own, others - own


def _runs(text: str, own: set[str], others: set[str]) -> Iterator[tuple[int, int]]:
    """Where a run of words of names stands that is not only theirs: a family name that both bear goes with the first name before it."""
    run: list[re.Match[str]] = []
    for word in word_pattern(text).finditer(text):
        is_name = bare_name(word[0]) in own | others
        if run and not (is_name and _goes_on(text, run[-1], word)):
            yield from _of_others(run, others)
            run = []
        run += [word] if is_name else []
    yield from _of_others(run, others)


def _goes_on(text: str, before: re.Match[str], word: re.Match[str]) -> bool:
    """Whether two words belong to one name: nothing stands between them but a space or a hyphen, or the full stop of `Mr.` or `J.`."""
    between = text[before.end() : word.start()]
    return not between.strip(" -'’") or (between.strip() == "." and len(before[0]) <= LONGEST_SHORTENED)


def _of_others(run: list[re.Match[str]], others: set[str]) -> Iterator[tuple[int, int]]:
    if any(bare_name(one[0]) in others for one in run):
        yield run[0].start(), run[-1].end()
