"""The area's own words before they are published: what in them may point at a child, each for a person to answer (PUB-01 to PUB-07, PUB-09)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from cdr.domain.anonymising.anonymise import Anonymised, Anonymiser
from cdr.domain.anonymising.known_names import KnownThings
from cdr.domain.anonymising.words import words_of
from cdr.domain.report import prose
from cdr.domain.report.report_words import OF_PROFESSIONALS, follow_up, texts
from cdr.domain.rulebook.validation import problem
from cdr.errors import Problem
from cdr.expressions import expression
from cdr.records import dataclass

NAME, PLACE, DATE, METHOD, FEW, COUNT, NUMBER = (f"PUB-0{n}" for n in range(1, 8))
QUOTED = "PUB-09"
NOT_SEARCHED = expression(r"schema|year|membership\.\d+\.(?:role|organisation)|actions\.\d+\.(?:due|status)")
SHORTEST_TELLING = 5
ID_LENGTH = 8
# what the anonymiser calls what it found; a year and the address of a page may stand in a report
OF_KINDS = {
    "names": NAME, "initials": NAME, "organisations": PLACE, "places": PLACE, "addresses": PLACE, "postcodes": PLACE, "dates": DATE,
    "NHS numbers": NUMBER, "telephone numbers": NUMBER, "numbers": NUMBER, "references": NUMBER, "accounts": NUMBER,
}  # fmt: skip
A_YEAR = "[a year]"
TITLE, MAYBE = "title", "maybe"
NOBODY = "they"
_CAPITAL = expression(r"[A-Z][^\W\d_]*(?:[-'’][^\W\d_]+)*['’]?")
_JOINS = r"(?:\s+(?:(?:of|and|for|in|the|on|to|with|&)\s+){0,2}|\s*/\s*)"
_RUN = expression(rf"(?:(?<!\w)(?P<before>[A-Za-z]+)\s+)??(?<![\w'’]){_CAPITAL.pattern}(?:{_JOINS}{_CAPITAL.pattern})*")
_QUOTES = expression(r"(?:^[ \t]*>.*\n?)+", re.MULTILINE)
_SENTENCES = expression(r"(?<=[.!?])\s+|\n\s*\n")


@dataclass(frozen=True)
class Finding:
    """One thing to answer: its rule, the field, and which sentence of the field it is in; `id` stands for that very sentence."""

    id: str
    rule: str
    field: str
    sentence: int

    def problem(self) -> Problem:
        """The finding as a person is told of it, without what was found."""
        found = problem(self.rule, self.field)
        said = f"finding {self.id}, sentence {self.sentence}: {found.message}"
        return Problem(self.field, "", said, self.rule, level=found.level)


@dataclass(frozen=True)
class Search:
    """What the words are searched with: names that may stand, labels that stand on few children and the others, `public-words.yaml`."""

    allowed: Sequence[str]
    few: frozenset[str]
    others: frozenset[str]
    rules: Mapping[str, Any]

    def findings(self, words: Mapping[str, Any]) -> list[Finding]:
        """Every finding in the words as a reader sees them, one for each rule and sentence; of a picture its words are read."""
        said = {field: prose.seen(text) for field, text in prose.written_in(words)}
        quoted = [one for field, text in prose.written_in(words) for one in _quoted(field, text)]
        return quoted + [
            Finding(_id(rule, field, sentence), rule, field, n)
            for field, text in texts(words, "")
            if not OF_PROFESSIONALS.fullmatch(field) and not NOT_SEARCHED.fullmatch(field)
            for n, sentence in enumerate(_sentences(said.get(field, text)), 1)
            for rule in sorted(set(self._rules_of(sentence)))
        ]

    def _rules_of(self, sentence: str) -> Iterator[str]:
        yield from _of(self._anonymiser.read(self._without_allowed(sentence)))
        for pattern, rule in ((self._methods, METHOD), (self._telling, FEW), (self._counts, COUNT)):
            if pattern.search(sentence):
                yield rule

    def _without_allowed(self, sentence: str) -> str:
        """The sentence without the names that may stand and without titles and roles; words of small letters are in their place."""
        return _RUN.sub(self._without_titles, self._allowed.sub(NOBODY, sentence))

    def _without_titles(self, run: re.Match[str]) -> str:
        """Words of capitals one after the other: gone where titles are made of all of them, else as they are."""
        first, *rest = [one[0] for one in _CAPITAL.finditer(run[0])]
        leads = first.casefold() in self.rules["before_a_title"]
        before = first if leads else run["before"] or ""
        kinds = [self._kind(word) for word in (rest if leads else [first, *rest])]
        enough = len(kinds) > 1 or before.casefold() in self.rules["before_a_title"]
        return f"{before} {NOBODY}".strip() if all(kinds) and kinds[-1:] == [TITLE] and enough else run[0]

    def _kind(self, word: str) -> str:
        """Whether titles are made of a word, and whether it may be a name as well; empty where it is none of titles."""
        low = re.sub(r"['’]s?$", "", word.casefold())
        if low in self.rules["also_names"]:
            return MAYBE
        return TITLE if low in self.rules["of_titles"] else ""

    @cached_property
    def _anonymiser(self) -> Anonymiser:
        return Anonymiser(KnownThings((), (), (), ()))

    @cached_property
    def _allowed(self) -> re.Pattern[str]:
        return _any_of(sorted(self.allowed, key=len, reverse=True), "")

    @cached_property
    def _methods(self) -> re.Pattern[str]:
        return _any_of(self.rules["methods"])

    @cached_property
    def _telling(self) -> re.Pattern[str]:
        """The words that stand in the labels of few children and in no other label."""
        said_elsewhere = {*_telling(self.others), *self.rules["not_telling"]}
        return _any_of(sorted(set(_telling(self.few)) - said_elsewhere))

    @cached_property
    def _counts(self) -> re.Pattern[str]:
        numbers, counted = ("|".join(map(re.escape, self.rules[name])) for name in ("numbers", "counted"))
        number = rf"(?:{numbers}|\d+(?:[.,]\d+)?\s?(?:%|per cent)?)"
        between = r"(?:\s+(?:of|the|these|those|our|[a-z]+)){0,3}?\s+"
        return re.compile(rf"(?<![\w/-]){number}{between}(?:{counted})(?!\w)", re.IGNORECASE)


def _quoted(field: str, text: str) -> Iterator[Finding]:
    """A finding for each quotation, with the sentence that it begins with."""
    before = at = 0
    for quote in _QUOTES.finditer(text):
        before += len(_sentences(prose.paragraphs(prose.parts(text[at : quote.start()]))))
        at = quote.start()
        yield Finding(_id(QUOTED, field, quote[0]), QUOTED, field, before + 1)


def printed_words(words: Mapping[str, Any], last: Mapping[str, Any]) -> dict[str, Any]:
    """The words as they stand in a report: with last year's actions, where this year's words say nothing of them."""
    followed = words.get("earlier_actions") or follow_up(last)
    return {**words, **({"earlier_actions": followed} if followed else {})}


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCES.split(text) if one]


def _of(read: Anonymised) -> Iterator[str]:
    if read.left:
        yield NAME
    for kind, _ in read.replaced:
        if kind == "dates" and all(said.endswith(A_YEAR) for _, said in read.pairs if said.endswith(("]", "] "))):
            continue
        if kind in OF_KINDS:
            yield OF_KINDS[kind]


def _telling(labels: Iterable[str]) -> Iterator[str]:
    for label in labels:
        yield from (word for word in words_of(label) if len(word) >= SHORTEST_TELLING)


def _any_of(words: Sequence[str], ending: str = "s?") -> re.Pattern[str]:
    """Any of these words, whole; none where there are none."""
    found = "|".join(re.escape(word).replace(r"\ ", r"\s+") for word in words if word.strip()) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{found}){ending}(?!\w)", re.IGNORECASE)


def _id(rule: str, field: str, sentence: str) -> str:
    """A short name of the finding: another sentence is another finding."""
    told = "\n".join((rule, re.sub(r"\.\d+", "", field), " ".join(sentence.split())))
    return hashlib.sha256(told.encode()).hexdigest()[:ID_LENGTH]
