"""The area's own words in its annual report: what may stand in them (RPT-01 to RPT-13), and what next year's begin with."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cdr import nhs_numbers
from cdr.domain.anonymising.words import ordinary_words, word_pattern, word_rules, words_of
from cdr.domain.report import prose
from cdr.domain.rulebook.validation import YES, items_at, problem, text_at
from cdr.errors import Problem
from cdr.expressions import expression
from cdr.forms import migrations
from cdr.records import dataclass, replace
from cdr.written import APOSTROPHES, BETWEEN_DIGITS, bare_name

FORM = "report"
SHORTEST_NAME = 3
# Here a person who works for children stands with their own name, and it may be a family's name too.
OF_PROFESSIONALS = expression(r"foreword\.by|membership\.\d+\.name|actions\.\d+\.owner")
_DIGITS = expression(rf"(?<!\d)\d(?:{BETWEEN_DIGITS}{{0,2}}\d){{9}}(?!\d)")
_REFERENCE = expression(r"(?<![0-9A-Za-z])(?:19|20)[0-9]{2}-(?=[0-9A-Z]*[A-Z])[0-9A-HJKMNP-TV-Z]{4}(?![0-9A-Za-z])")
# What is said of one year, and would be wrong if it were said of the next as it stands.
OF_ONE_YEAR = ("foreword", "what_was_done", "effectiveness", "learning", "priorities")
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Names:
    """The names that a store's cases know, folded: those of one word, and those of several in their order.

    `allowed` are the names of professionals, agencies and places, which stay even where a family has the same name.
    """

    words: frozenset[str]
    phrases: frozenset[Phrase]
    allowed: frozenset[Phrase]

    @classmethod
    def of(cls, of_families: Iterable[str], allowed: Iterable[str]) -> Names:
        """The names as the forms of the cases and `cdr.yaml` have them."""
        known = {tuple(words_of(name)) for name in of_families}
        titles = set(word_rules()["titles"])
        single = {word for phrase in known for word in phrase if len(word) >= SHORTEST_NAME}
        single = {word for word in single - titles if word not in ordinary_words() and not word.isdigit()}
        several = {tuple(word for word in phrase if word not in titles) for phrase in known}
        stay = (tuple(words_of(name)) for name in allowed)
        forms = (form for phrase in stay for form in _professional_forms(phrase, titles))
        return cls(frozenset(single), frozenset(phrase for phrase in several if len(phrase) > 1), frozenset(forms))

    def is_in(self, text: str) -> bool:
        """Whether one of the families' names stands in a text, also as `Siân's` or `the Okafors`."""
        text = unicodedata.normalize("NFC", text)
        whole = [_Word(word, _forms(word)) for word in word_pattern(text).findall(text)]
        left = _without(whole, self.allowed)
        named = any(word.text[:1].isupper() and word.forms & self.words for word in left)
        return named or bool(_standing(self.phrases, left))


@dataclass(frozen=True)
class _Word:
    text: str
    forms: frozenset[str]


def report_problems(
    body: Mapping[str, Any], year: str, names: Names, last: Mapping[str, Any] | None = None
) -> list[Problem]:
    """What is wrong with the words for a year's report beyond their schema; `last` are the words of the year before.

    It never raises, whatever the body is.
    """
    same = [key for key in OF_ONE_YEAR if last and body.get(key) and body.get(key) == last.get(key)]
    told = {text_at(item, "text") for _, item in items_at(last or {}, "sections")}
    same += [
        f"sections.{n}"
        for n, item in items_at(body, "sections")
        if text_at(item, "every_year") != YES and text_at(item, "text") in told - {""}
    ]
    return [*_problems(body, year, names), *(problem("RPT-06", key) for key in same)]


def starting_words(year: str, last: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the words for a year begin with: last year's, with each of its actions to be followed up."""
    kept = {key: value for key, value in (last or {}).items() if key not in ("actions", "earlier_actions")}
    return {**kept, "schema": migrations.current(FORM), "year": year, "earlier_actions": follow_up(last)}


def follow_up(last: Mapping[str, Any] | None) -> list[dict[str, str]]:
    """Last year's actions, each with how far it had got then as the beginning of what became of it."""
    actions = [item for _, item in items_at(last or {}, "actions")]
    return [{"what": text_at(item, "what"), "became": text_at(item, "progress")} for item in actions]


def text_to_edit(words: Mapping[str, Any], lines: Mapping[str, bytes], titles: Mapping[str, str]) -> bytes:
    """The words as YAML for an editor: each part under what it is for, the parts that nobody has written yet to be filled in.

    `lines` are the parts that there are, as YAML; `titles` says of every part what belongs there.
    """
    head = "# The area's own words for its annual report. No child's name, no NHS number, no case's reference.\n"
    parts = [head.encode(), lines["schema"], lines["year"]]
    for key, said in titles.items():
        parts.append(f"\n# {said}\n".encode())
        parts.append(
            lines[key].replace(b'became: ""', b"became:") if words.get(key) else EMPTY.get(key, f"{key}:\n").encode()
        )
    return b"".join(parts)


EMPTY: Mapping[str, str] = {
    "foreword": "foreword:\n#  by: Dr Leslie Okafor, Chair\n#  text: |-\n#    First paragraph.\n#\n#    Second paragraph.\n",
    "what_was_done": "what_was_done:\n",
    "learning": "learning: []\n#  - title: A theme\n#    text: What was learnt.\n",
    "earlier_actions": "earlier_actions: []\n#  - what: The action\n#    became: What became of it\n",
    "actions": "actions: []\n#  - {what: The action, owner: An agency, due: 2026-09-30, status: open}\n",
    "priorities": "priorities: []\n#  - One line each\n",
    "sections": "sections: []\n#  - title: What parents told us\n#    after: learning\n#    text: |-\n#      First paragraph.\n",
    "membership": "membership: []\n#  - {role: Chair, name: Dr Leslie Okafor, organisation: Independent}\n",
}


def _problems(body: Mapping[str, Any], year: str, names: Names) -> Iterator[Problem]:
    if text_at(body, "year") and text_at(body, "year") != year:
        yield problem("RPT-04", "year")
    written = dict(prose.written_in(body))
    unread = {field for field, text in written.items() if prose.is_without_end(text)}
    yield from (problem("RPT-13", field) for field in sorted(unread))
    marked = {field: text for field, text in written.items() if field not in unread}
    said = {field: prose.without_marks(prose.parts(text)) for field, text in marked.items()}
    for field, typed in texts(body, ""):
        text = f"{typed}\n{said[field]}" if said.get(field, typed) != typed else typed  # a mark may part a name
        if any(nhs_numbers.is_valid("".join(filter(str.isdigit, found))) for found in _DIGITS.findall(text)):
            yield problem("RPT-01", field)
        if not OF_PROFESSIONALS.fullmatch(field) and names.is_in(text):
            yield problem("RPT-02", field)
        if _REFERENCE.search(text):
            yield problem("RPT-03", field)
    for field, text in marked.items():
        yield from (replace(problem(one.rule, field), row=one.row) for one in prose.faults(text))
    for n, item in items_at(body, "earlier_actions"):
        if not text_at(item, "became"):
            yield problem("RPT-05", f"earlier_actions.{n}")


def texts(node: object, path: str) -> Iterator[tuple[str, str]]:
    """Every text of a document with its dotted path, below `path`."""
    if isinstance(node, str):
        yield path, node
    elif isinstance(node, Mapping):
        for key, value in node.items():
            yield from texts(value, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for n, value in enumerate(node):
            yield from texts(value, f"{path}.{n}")


def _professional_forms(phrase: Phrase, titles: set[str]) -> Iterator[Phrase]:
    """A name as it is, without its title, and the title with the last name."""
    bare = tuple(word for word in phrase if word not in titles)
    yield phrase
    yield bare
    if len(bare) < len(phrase) and bare:
        yield (phrase[0], bare[-1])


def _forms(word: str) -> frozenset[str]:
    """What a word may be a form of: itself, what stands before an apostrophe, and the same without the s of several."""
    found = {bare_name(word), bare_name(re.split(f"[{APOSTROPHES}]", word)[0])}
    found |= {form.removesuffix(ending) for form in found for ending in ("s", "es")}
    return frozenset(form for form in found if len(form) >= SHORTEST_NAME) | {bare_name(word)}


def _without(words: Sequence[_Word], phrases: frozenset[Phrase]) -> list[_Word]:
    """The words with a gap for each of the phrases, so that nothing stands side by side that did not before."""
    gone = {n for start, length in _standing(phrases, words) for n in range(start, start + length)}
    return [_Word("", frozenset()) if n in gone else word for n, word in enumerate(words)]


def _standing(phrases: frozenset[Phrase], words: Sequence[_Word]) -> list[tuple[int, int]]:
    """Where phrases stand among the words, and how long each is."""
    by_first: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        by_first.setdefault(phrase[0] if phrase else "", []).append(phrase)
    return [
        (start, len(phrase))
        for start, word in enumerate(words)
        for form in word.forms
        for phrase in by_first.get(form, ())
        if _stands_at(phrase, words, start)
    ]


def _stands_at(phrase: Phrase, words: Sequence[_Word], start: int) -> bool:
    part = words[start : start + len(phrase)]
    return len(part) == len(phrase) and all(name in word.forms for name, word in zip(phrase, part, strict=True))
