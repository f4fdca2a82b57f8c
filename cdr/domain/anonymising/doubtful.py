"""What was left in a narrative and may point at a person: names by their look, words of no dictionary, abbreviations, codes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cdr.domain.anonymising.accounts import UNDERSCORED
from cdr.domain.anonymising.around_names import APOSTROPHE, Word
from cdr.domain.anonymising.words import opens_a_sentence, ordinary_words, word_rules
from cdr.expressions import expression
from cdr.sought import sought

ALONE_IN_BRACKETS = sought(r"(?<=\()[^\W\d_]+(?:\)| [A-Z]\b\.?)")  # (Sue), (Sue B.): no sentence begins there
RANK_BEFORE = sought(r"\b(?:PC|DC|DS|DI|PS|Dr|Mr|Mrs|Ms)\.? $")
SHORTEST_STRANGE = 3
BEGINNINGS = ("over", "under", "un", "re", "non", "out", "pre", "post", "mis", "inter", "multi", "anti")
_CODE = sought(r"(?<![\w.,/])(?=\w*\d)(?=\w*[^\W\d_])\w{4,40}(?![\w/])|(?<![\w.,/:£])\d{5,9}(?![\w,/:%]|\.\d)")
_FOUR_DIGITS = sought(
    r"(?<![\w.,/:£+-])(?<!at )(?<!@ )(?<!to )(?<!by )(?<!from )(?<!until )(?<!in )(?!(?:19|20)\d\d)\d{4}"
    r"(?![\w,/:%+-]|\.\d|\s?(?:g|mg|ml|mls|kg|grams?|h|hrs?|hours|units|iu)\b)"
)
# A 7, 12 or 52 below the stroke counts days, months or weeks; other pairs may be pressures.
_PERHAPS_A_DATE = sought(r"(?<![\d/.,])(?:1[3-9]|2\d|3[01])/(?:[1-689]|1[01])(?![\d/%]|\.\d)")
_PRESSURES = sought(r"(?:pressures?|PIP|PEEP|ventilated|BiPAP|rate|BP|ratio|GCS)\W+(?:\w+\W+){0,3}$", re.IGNORECASE)
_MEASURE = expression(
    r"\d+(?:st|nd|rd|th|mg|mcg|g|kg|mls?|l|cm|mm|mmol|kpa|bpm|hrs?|h|mins?|am|pm|x|yo|yr|yrs|wk|wks|days?|months?|weeks?|years?|cc|j|m|f)"
    r"|[a-z]{1,4}\d{1,2}|x\d+|\d+[a-z]|[a-z]+\d{1,2}",
    re.IGNORECASE,
)


def doubtful_word(text: str, word: Word) -> Iterator[str]:
    """The word, where it may be a name: one that the case knows, a capital that no ordinary word has, or a word of no dictionary."""
    low = word.low
    if word.people:
        yield word.text
    elif word.text.isupper() and len(word.text) > 1:
        if not _means_something(word, low):
            yield word.text
    elif word.capital:
        named = is_a_name_here(text, word) or low not in ordinary_words()
        if len(word.text) > 1 and (
            (named and not _is_known(word, low)) or RANK_BEFORE.search(text[max(0, word.start - 6) : word.start])
        ):
            yield word.text
    elif len(low) >= SHORTEST_STRANGE and not _is_ordinary(low) and not _is_known(word, low):
        yield word.text


def is_a_name_here(text: str, word: Word) -> bool:
    """Whether an ordinary word has a capital that no beginning of a sentence gives it, in a text that is not all capitals."""
    alone = not word.text.isupper() or text[word.end : word.end + 40].upper() != text[word.end : word.end + 40]
    begins = opens_a_sentence(text, word.start) and not ALONE_IN_BRACKETS.match(text, word.start)
    return word.capital and alone and not begins


def doubtful_codes(text: str) -> Iterator[str]:
    """Words with digits or a line under them, and long numbers, that are no measures."""
    yield from (match[0] for match in UNDERSCORED.finditer(text))
    for match in _CODE.finditer(text):
        stem = re.sub(r"\d.*", "", match[0]).lower()
        if not _MEASURE.fullmatch(match[0]) or (len(stem) > 4 and not _is_ordinary(stem)):
            yield match[0]
    yield from (match[0] for match in _FOUR_DIGITS.finditer(text))
    for match in _PERHAPS_A_DATE.finditer(text):
        if not _PRESSURES.search(text[max(0, match.start() - 30) : match.start()]):
            yield match[0]


def _is_known(word: Word, low: str) -> bool:
    rules = word_rules()
    return (
        word.title is not None
        or low in rules["generic"]
        or low in rules["relations"]
        or (low in rules["clinical"] and low not in rules["months_that_are_names"])
    )


def _means_something(word: Word, low: str) -> bool:
    rules = word_rules()
    return (
        _is_known(word, low)
        or word.text in rules["abbreviations"]
        or low in rules["measures"]
        or low in ordinary_words()
    )


def _is_ordinary(low: str) -> bool:
    """Whether a word, or what it is made of, is in the dictionary: the plural, the past, two words joined."""
    if low in ordinary_words():
        return True
    stems = {
        low.removesuffix("s"),
        low.removesuffix("ed"),
        low.removesuffix("ing"),
        low.removesuffix("ly"),
        low.removesuffix("d"),
    }
    stems |= {stem[len(start) :] for stem in stems for start in BEGINNINGS if stem.startswith(start)}
    return any(stem in ordinary_words() for stem in stems) or APOSTROPHE.split(low)[0] in ordinary_words()
