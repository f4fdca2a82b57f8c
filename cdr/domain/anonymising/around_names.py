"""What stands around a name and tells whose it is, or that it is one: titles, ranks, relations, and what may stand between two words of a name."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from cdr.domain.anonymising.known_names import CHILD, PROFESSIONAL
from cdr.domain.anonymising.words import ordinary_words, word_rules
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.sought import sought
from cdr.written import APOSTROPHES, bare_name

EXACT, ORDINARY, NEAR = "exact", "ordinary", "near"
BETWEEN_NAMES = expression(rf"[^\S\n]{{1,3}}|\s?\n\s?|[-‐‑_]|\.[^\S\n]?|[{APOSTROPHES}]")
HYPHENS = ("-", "‐", "‑")
LONGEST_UNKNOWN_NAME = 3
LONGEST_SHORT_TITLE = 4
APOSTROPHE = sought(f"[{APOSTROPHES}]")
AFTER_A_RELATION = expression(r"[^\S\n]{1,3}[\"“‘(]?")


@dataclass(frozen=True)
class Word:
    """A word of a narrative: who may be meant by it, how sure that is, and what kind of title it is (None where it is none)."""

    text: str
    start: int
    end: int
    people: frozenset[int]
    how: str
    title: str | None

    @property
    def capital(self) -> bool:
        """Whether it begins with a capital letter."""
        return self.text[:1].isupper()

    @property
    def initial(self) -> bool:
        """Whether it is one capital letter."""
        return len(self.text) == 1 and self.capital

    @property
    def low(self) -> str:
        """The folded word before an apostrophe."""
        return bare_name(APOSTROPHE.split(self.text)[0])

    @property
    def new_name(self) -> bool:
        """Whether it can only be a name that the case does not know: a capital, and no word that has another meaning."""
        return (
            self.capital and len(self.text) > 1 and not self.people and self.title is None and not is_a_word(self.low)
        )


def is_a_word(low: str) -> bool:
    """Whether a folded word is an ordinary, clinical or generic one, a relation or an abbreviation."""
    rules = word_rules()
    return (
        low in ordinary_words()
        or low in rules["generic"]
        or low in rules["relations"]
        or low in rules["feast_words"]
        or low.upper() in rules["abbreviations"]
    )


def joined(text: str, first: Word, second: Word) -> bool:
    """Whether two words may be of one name: what stands between them joins them."""
    between = text[first.end : second.start]
    if BETWEEN_NAMES.fullmatch(between) is None:
        return False
    shortened = (
        first.title is not None and len(first.text) <= LONGEST_SHORT_TITLE
    )  # `Dr.`, and not the end of a sentence
    return "." not in between or first.initial or shortened or between == "."


def after_title(text: str, words: Sequence[Word], index: int) -> list[Word]:
    """A title and the name after it: a name that the case does not know, and a name all the same; empty where there is none.

    In small letters one word after it goes: any that is no ordinary word, and after `mr` and `mrs` any that can be a surname.
    """
    first = words[index]
    if first.title is None:
        return []
    run = [first]
    for word in words[index + 1 : index + 1 + LONGEST_UNKNOWN_NAME]:
        if not joined(text, run[-1], word) or not _may_be_of(first, run, word, text):
            break
        run.append(word)
        if not word.capital:
            break
    return run if len(run) > 1 else []


def after_relation(text: str, words: Sequence[Word], index: int) -> list[Word]:
    """A name that the case does not know, after a relation, a professional's title or `called` (`boyfriend Tyrone`), with all its words."""
    if index == 0 or not words[index].new_name:
        return []
    before = words[index - 1]
    if AFTER_A_RELATION.fullmatch(text[before.end : words[index].start]) is None or not _leads(before):
        return []
    run = [words[index]]
    for word in words[index + 1 : index + LONGEST_UNKNOWN_NAME]:
        if not word.capital or not joined(text, run[-1], word) or word.people or _is_no_surname(word.low):
            break
        run.append(word)
    return run


def _is_no_surname(low: str) -> bool:
    return is_a_word(low) and (
        low not in ordinary_words() or low in word_rules()["clinical"] or low in word_rules()["generic"]
    )


def leads_to_a_professional(word: Word) -> bool:
    """Whether a word is what a professional is called (`teacher`, `HV`)."""
    return word.low in word_rules()["titles_before_new_names"]


def _leads(word: Word) -> bool:
    return word.low in word_rules()["relations"] or leads_to_a_professional(word)


def _may_be_of(title: Word, run: Sequence[Word], word: Word, text: str) -> bool:
    rules = word_rules()
    double = text[run[-1].end : word.start] in HYPHENS  # the second half of a double name
    ordinary = word.low in ordinary_words() and not double
    if title.text in rules["ranks"]:
        sure = title.text in rules["ranks_that_are_sure"] and len(run) == 1
        return word.capital and (
            not ordinary or (sure and word.low not in rules["clinical"] and word.low not in rules["generic"])
        )
    low = title.text.lower()
    if low not in rules["titles_before_any_name"]:
        return low in rules["titles_before_new_names"] and (word.new_name or (double and word.capital))
    if word.capital:
        return not ordinary or len(run) == 1 or _is_second_name(run, word)
    if len(run) > 1 or len(word.low) < 2 or word.low in rules["no_surname"]:
        return double
    return low in ("mr", "mrs") or not is_a_word(word.low)


def _is_second_name(run: Sequence[Word], word: Word) -> bool:
    """Whether an ordinary word with a capital is the surname after a title and a first name that is none (`Mr Ossian Fell`)."""
    rules = word_rules()
    is_said_of_anybody = word.low in rules["clinical"] or word.low in rules["generic"]
    return len(run) == 2 and run[1].low not in ordinary_words() and not is_said_of_anybody


def fits_title(role: str, kind: str, title: str) -> bool:
    """Whether a title (`male`, `child`) can be that of one with this role."""
    unnumbered = re.sub(r" \d+$", "", role)
    if title in ("male", "female"):
        return unnumbered in word_rules()[f"{title}_roles"]
    return kind == (CHILD if title == "child" else PROFESSIONAL)


@cache
def collar_number() -> re.Pattern[str]:
    """An officer's rank and number (`PC 1234`, `DC W123`)."""
    return sought(
        rf"\b(?:(?:{'|'.join(sorted(word_rules()['ranks']))})\s?[A-Z]{{0,2}}\d{{3,6}}|(?:PC|DC)\s?\d\d|(?i:pc|dc|pcso|sgt|insp)\s?\d{{3,6}})\b"
    )


@cache
def verb_after(verbs: tuple[str, ...]) -> re.Pattern[str]:
    """A verb that shows that the word before it is one too (`will be`)."""
    return re.compile(rf"\s+(?:{'|'.join(verbs)})\b", re.IGNORECASE)


def said_of_a_person(match: re.Match[str]) -> bool:
    """Whether a name that is an ordinary word in small letters stands where only a name can (`hope was`, `saw hope's`)."""
    word, text, start, end = match[0], match.string, match.start(), match.end()
    before = re.search(r"([^\W\d_]+)\W*$", text[max(0, start - 40) : start])
    if before and before[1].lower() in word_rules()["before_things"]:
        return False
    after = re.match(r"\s+([^\W\d_]+)", text[end : end + 20])
    return "'" in word or "’" in word or bool(after and after[1].lower() in word_rules()["after_people"])
