"""A recommendation looked at before the meeting ends: who, by when, and how it will be known; and whether it was made before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from cdr.domain.rulebook.validation import date_at, found, items_at, text_at
from cdr.errors import Problem
from cdr.records import dataclass

VAGUE = "C-29"

Body = Mapping[str, Any]
Rules = Mapping[str, Any]


@dataclass(frozen=True)
class Earlier:
    """Something that was said in another case before: `what` is a recommendation or a learning point, `became` what came of it."""

    case: str
    year: str
    what: str
    text: str
    became: str = ""


def recommendation_problems(form_c: Body, rules: Rules) -> list[Problem]:
    """What is vague about the recommendations of an analysis, as warnings (C-27 to C-29)."""
    return found(_checks(form_c, rules))


def _checks(form_c: Body, rules: Rules) -> Iterator[tuple[bool, str, str]]:
    for n, item in items_at(form_c, "recommendations"):
        field = f"recommendations.{n}"
        yield not text_at(item, "to"), "C-27", f"{field}.to"
        yield date_at(item, "due") is None, "C-28", f"{field}.due"
        yield is_vague(text_at(item, "text"), rules), VAGUE, f"{field}.text"


def is_vague(text: str, rules: Rules) -> bool:
    """Whether a recommendation asks for what nobody can see done, or for nothing that somebody does, and does not say how it will be known."""
    return not _has(text, rules["seen"]) and (_has(text, rules["vague"]) or not _has(text, rules["done"]))


def _has(text: str, phrases: Iterable[str]) -> bool:
    said = " ".join("#" if word.isdecimal() else word for word in re.findall(r"[a-z%]+|\d+", text.lower()))
    return any(_phrase(phrase).search(f" {said} ") for phrase in phrases)


@cache
def _phrase(words: str) -> re.Pattern[str]:
    return re.compile(f" {re.escape(words).replace(re.escape('*'), '[a-z]*')} ")


def telling_words(text: str, rules: Rules) -> frozenset[str]:
    """The words that say what a text is about, without their commonest endings; those that mean the same are one."""
    words = re.findall(r"[a-z]{2,}", text.lower())
    means = {_stem(word): _stem(group[0]) for group in rules["same"] for word in group}
    stems = (_stem(word) for word in words if word not in rules["ordinary"])
    return frozenset(means.get(stem, stem) for stem in stems)


def _stem(word: str) -> str:
    for ending in ("ing", "ions", "ion", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def alike(text: str, earlier: Iterable[Earlier], rules: Rules) -> list[Earlier]:
    """The earlier ones that are about the same, the nearest first."""
    own, common = telling_words(text, rules), frozenset(map(_stem, rules["common"]))
    most = rules["alike"]
    weight, least, words = float(most["common"]), float(most["share"]), int(most["words"])

    def weighed(said: frozenset[str]) -> float:
        return sum(weight if word in common else 1.0 for word in said)

    def likeness(other: frozenset[str]) -> float:
        both = own & other
        enough = len(both) >= words and both - common
        return weighed(both) / min(weighed(own), weighed(other)) if enough else 0.0

    scored = [(likeness(telling_words(one.text, rules)), one) for one in earlier]
    near = [(share, one) for share, one in scored if share >= least]
    return [one for _, one in sorted(near, key=lambda pair: (-pair[0], pair[1].year, pair[1].case))]
