"""Hospitals, schools, wards and churches that the case does not know: found by the words that end their names, or by a saint."""

from __future__ import annotations

import re
from functools import cache

from cdr.domain.anonymising.words import opens_a_sentence, ordinary_words, word_rules
from cdr.sought import kept_back, sought
from cdr.written import bare_name

SAID = {
    "hospital": "[a hospital]", "hospitals": "[a hospital]", "infirmary": "[a hospital]", "hospice": "[a hospice]",
    "surgery": "[a clinic]", "practice": "[a clinic]", "clinic": "[a clinic]", "centre": "[an organisation]", "pharmacy": "[a pharmacy]",
    "school": "[a school]", "academy": "[a school]", "college": "[a school]", "nursery": "[a nursery]", "preschool": "[a nursery]",
    "university": "[a university]", "ward": "[a ward]", "unit": "[a ward]", "church": "[a place of worship]", "cathedral": "[a place of worship]",
    "mosque": "[a place of worship]", "temple": "[a place of worship]", "gurdwara": "[a place of worship]", "synagogue": "[a place of worship]",
    "constabulary": "[police]", "police": "[police]", "council": "[a council]", "trust": "[an organisation]", "club": "[an organisation]",
    "park": "[a place]", "station": "[a place]", "bridge": "[a place]", "prison": "[a prison]",
}  # fmt: skip
MOST_WORDS = 6
SAINTS = tuple(first + rest for first in "Ss" for rest in ("t", "aint", "te", "ts", "s"))
_NAME = r"[A-Z][\w'’]{1,30}"
_ENDED = sought(
    rf"(?<![\w'’])(?P<name>{_NAME}(?:[ -](?:and |of |& |the )?{_NAME}){{0,{MOST_WORDS}}}) (?P<end>(?i:{'|'.join(SAID)}))(?![\w'’])"
)


def may_name_a_saint(text: str) -> bool:
    """Whether a text has what a saint's name begins with, at the end of a word; most have none."""
    return any(_ends_in_saint(word.removesuffix(".")) for word in text.split())


def _ends_in_saint(word: str) -> bool:
    form = next((form for form in SAINTS if word.endswith(form)), None)
    before = word[-len(form) - 1 : -len(form)] if form else ""
    return form is not None and not (before.isalnum() or before in ("_", "'", "’"))


_SAINT = kept_back(
    may_name_a_saint,
    rf"(?<![\w'’])(?P<st>(?:S|s)(?:t|aint|te|ts|s)\.?)\s{{1,2}}(?P<who>[^\W\d_]{{3,20}})(?:['’]?s\b|['’])?"
    rf"(?:(?: (?:and|&) St\.? |[- ]){_NAME}){{0,4}}",
)


def ended_said(match: re.Match[str]) -> tuple[str, str] | None:
    """`[a hospital]` for a name in capitals that ends with what it is; words before it that only say of what kind it is are none."""
    words = re.split(r"[ -]", match["name"])
    kept = (
        f"{words.pop(0)} "
        if opens_a_sentence(match.string, match.start()) and _is_said_of_a_place(bare_name(words[0]))
        else ""
    )
    telling = [bare_name(word) for word in words if word[:1].isupper() and not _says_the_kind(bare_name(word))]
    if match["end"].lower() in word_rules()["endings_with_other_meanings"]:  # `Best Practice` is none
        telling = [word for word in telling if word not in ordinary_words()]
    if not telling:
        return None
    return kept + SAID[match["end"].lower()], "organisations"


def saint_said(match: re.Match[str]) -> tuple[str, str] | None:
    """`[a place]` for what is named after a saint; in small letters only after the usual saints."""
    who = bare_name(match["who"])
    saint = who in word_rules()["saints"] or who.removesuffix("s") in word_rules()["saints"]
    street = re.search(r"\b[A-Z]\w+ $", match.string[: match.start()]) is not None
    if not saint and (match["who"].islower() or street or match["st"].islower()):
        return None
    return "[a place]", "places"


ENDED, SAINT = _ENDED, _SAINT


@cache
def _kinds() -> frozenset[str]:
    return frozenset().union(*(word_rules()[name] for name in ("kinds_of_wards", "generic", "clinical")))


def _says_the_kind(low: str) -> bool:
    kinds = (_kinds(), word_rules()["before_places"])
    return (
        any(low in some or low.removesuffix("s") in some for some in kinds)
        or low.upper() in word_rules()["abbreviations"]
    )


def _is_said_of_a_place(low: str) -> bool:
    """Whether a word at the beginning of a sentence says what happened at a place, and is no part of its name (`Attended`, `Left`)."""
    return low in ordinary_words() and (low.endswith(("ed", "ing")) or low in word_rules()["before_places"])
