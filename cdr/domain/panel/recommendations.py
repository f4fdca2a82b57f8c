"""A recommendation looked at before the meeting ends: who, by when, and how it will be known; and whether it was made before."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from cdr.domain.rulebook.validation import date_at, found, items_at, text_at
from cdr.errors import Problem
from cdr.records import dataclass

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
        yield is_vague(text_at(item, "text"), rules), "C-29", f"{field}.text"


def is_vague(text: str, rules: Rules) -> bool:
    """Whether a recommendation asks for what nobody can see done, and does not say how it will be known."""
    return _has(text, rules["vague"]) and not _has(text, rules["seen"])


def _has(text: str, phrases: Iterable[str]) -> bool:
    said = f" {' '.join(re.findall(r'[a-z%]+', text.lower()))} "
    return any(f" {phrase} " in said for phrase in phrases)


def telling_words(text: str, rules: Rules) -> frozenset[str]:
    """The words that say what a text is about, without their commonest endings."""
    words = re.findall(r"[a-z]{3,}", text.lower())
    return frozenset(_stem(word) for word in words if word not in rules["ordinary"])


def _stem(word: str) -> str:
    for ending in ("ing", "ions", "ion", "ies", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word.removesuffix(ending)
    return word


def alike(text: str, earlier: Iterable[Earlier], rules: Rules) -> list[Earlier]:
    """The earlier ones that are about the same, the nearest first."""
    own, most = telling_words(text, rules), rules["alike"]
    scored = [(_likeness(own, telling_words(one.text, rules), int(most["words"])), one) for one in earlier]
    near = [(share, one) for share, one in scored if share >= float(most["share"])]
    return [one for _, one in sorted(near, key=lambda pair: (-pair[0], pair[1].year, pair[1].case))]


def _likeness(own: frozenset[str], other: frozenset[str], least: int) -> float:
    """The share of the shorter text's telling words that both have; 0 where these are too few to say."""
    both = own & other
    return len(both) / min(len(own), len(other)) if len(both) >= least else 0.0
