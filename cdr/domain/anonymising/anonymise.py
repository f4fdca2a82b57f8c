"""Narratives without names: every name that a case knows becomes a role, and what points at a person becomes what it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

from cdr.domain.anonymising.around_names import (
    EXACT,
    ORDINARY,
    Word,
    after_relation,
    after_title,
    collar_number,
    joined,
    leads_to_a_professional,
    said_of_a_person,
    verb_after,
)
from cdr.domain.anonymising.doubtful import doubtful_codes, doubtful_word, is_a_name_here
from cdr.domain.anonymising.identifiers import GENERAL_ADDRESS, HOUSE_NUMBER, Reading, has_each, replace_identifiers
from cdr.domain.anonymising.known_names import NOTHING_AROUND, PROFESSIONAL, Around, KnownThings, gather, outward
from cdr.domain.anonymising.name_forms import (
    DIGITS_FOR_LETTERS,
    DISGUISED,
    SPACED,
    forms_of,
    parts_of,
)
from cdr.domain.anonymising.unknown_places import ENDED, SAINT, ended_said, saint_said
from cdr.domain.anonymising.whose_names import WhoseNames
from cdr.domain.anonymising.words import ordinary_words, word_or_number_pattern, word_pattern, word_rules
from cdr.domain.rulebook.validation import date_at
from cdr.records import dataclass, field
from cdr.sought import kept_back, sought
from cdr.written import APOSTROPHES, bare_name

INVISIBLE = sought("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000f0000-\U000ffffd]")
LONGEST_RUN = 16  # words: a longer name becomes two roles side by side, which are then said once
TWICE = sought(r"\b(mother|father|sister|brother|baby) \[(\1|the child)\]", re.IGNORECASE)
BEFORE_ITSELF = sought(r"\b([^\W\d_]{3,20}) (\[\1\])", re.IGNORECASE)
BEFORE_A_PLACE = sought(r"\b(?:Lt|Gt|Gr|Lr|Up|Upr|Nr|Lower|Upper|Little|Great|Much|Long) (?=\[a place\])")
AGAIN = sought(r"(\[[^\[\]]+\])(?: +\1)+")
POSSESSIVE = sought(rf"[{APOSTROPHES}]s$|(?<=s)[{APOSTROPHES}]$")


def may_have_initials(text: str) -> bool:
    """Whether two capitals stand as near to each other as initials do (`A.-B`)."""
    capitals = [place for place, letter in enumerate(text) if "A" <= letter <= "Z"]
    return any(second - first <= 3 for first, second in pairwise(capitals))


INITIALS = kept_back(
    may_have_initials, r"\b(?:[A-Z]\.[ -]?){1,3}[A-Z]\b\.?(?=\W|$)|\b[A-Z]{2,4}\b|\b[A-Z](?: [A-Z]){1,3}\b"
)


@dataclass(frozen=True)
class Anonymised:
    """A text without names, what was replaced in it (kind and count), words that a person should look at, and each original with what stands for it."""

    text: str
    replaced: tuple[tuple[str, int], ...]
    left: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Anonymiser:
    """Replaces what one case knows; made from its documents (protocol section 4: the panel's information is anonymised)."""

    things: KnownThings
    died: date | None = None
    dates: tuple[date, ...] = ()

    @classmethod
    def from_documents(
        cls,
        form_a: Mapping[str, Any],
        returns: Sequence[Mapping[str, Any]],
        agencies: Mapping[str, tuple[str, str, str]],
        around: Around = NOTHING_AROUND,
    ) -> Anonymiser:
        """An anonymiser for a case: `agencies` gives each id its name, type and the type in words, `around` what cdr.yaml names."""
        died, born = date_at(form_a, "death.date"), date_at(form_a, "child.date_of_birth")
        return cls(gather(form_a, returns, agencies, around), died, tuple(day for day in (died, born) if day))

    def text(self, text: str) -> str:
        """The text with roles in square brackets for names, and with days before the death for dates."""
        return self.read(text).text

    def read(self, text: str) -> Anonymised:
        """The text without names, with what was replaced in it and the words left that may be names."""
        reading = Reading(INVISIBLE.sub("", unicodedata.normalize("NFC", text)))
        replace_identifiers(reading, self.died, self.things.codes, self.dates)
        for code in filter(lambda code: has_each(reading.text, code.replace(" ", "")), self.things.postcodes):
            loose = r"\s*".join(map(re.escape, code.replace(" ", "")))
            reading.replace(re.compile(rf"(?<!\w){loose}(?!\w)", re.IGNORECASE), lambda _: ("[postcode]", "postcodes"))
        reading.replace(collar_number(), lambda _: ("[a professional]", "numbers"))
        for half in {half for half in map(outward, self.things.postcodes) if half in reading.text}:
            reading.replace(
                re.compile(rf"(?<!\w){re.escape(half)}(?:[\s-]?\d[A-Za-z\d]{{2}})?(?!\w)"),
                lambda _: ("[postcode]", "postcodes"),
            )
        self._replace_phrases(reading)
        reading.replace(GENERAL_ADDRESS, lambda _: ("[an address]", "addresses"))
        if any(has_each(reading.text, [house]) for house in self.things.houses):
            reading.replace(_numbered(self.things.houses), lambda _: ("[an address]", "addresses"))
        reading.replace(SAINT, saint_said)
        reading.replace(ENDED, ended_said)
        reading.replace(SPACED, self._disguised_said)
        reading.replace(DISGUISED, self._disguised_said)
        self._replace_names(reading)
        self._replace_initials(reading)
        reading.left.extend(doubtful_codes(reading.text))
        said = _smoothed(reading.finished())
        left = tuple(dict.fromkeys(reading.left))
        return Anonymised(said, tuple(sorted(reading.counts.items())), left, tuple(reading.pairs))

    @cached_property
    def _whose(self) -> WhoseNames:
        return WhoseNames(self.things)

    @cached_property
    def _phrases(self) -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
        starts: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        for phrase in self.things.phrases:
            starts.setdefault(phrase[0][0], []).append(phrase)
        return starts

    def _replace_phrases(self, reading: Reading) -> None:
        """Replaces names of organisations and addresses, the longest first."""
        pattern = word_or_number_pattern(reading.text)
        words = [
            (match.start(), match.end(), bare_name(match[0]), match[0]) for match in pattern.finditer(reading.text)
        ]
        out, at, index = [], 0, 0
        while index < len(words):
            found = self._phrase_at(words, index)
            if found is None:
                index += 1
                continue
            length, said, kind = found
            start, end = words[index][0], words[index + length - 1][1]
            out.append(reading.text[at:start] + reading.mark(said, kind, reading.text[start:end]))
            at = end
            index += length
        reading.text = "".join(out) + reading.text[at:]

    def _phrase_at(self, words: Sequence[tuple[int, int, str, str]], index: int) -> tuple[int, str, str] | None:
        for phrase, said, kind in self._phrases.get(words[index][2], []):
            here = words[index : index + len(phrase)]
            if tuple(word[2] for word in here) != phrase:
                continue
            telling = any(word not in ordinary_words() and not word.isdigit() for word in phrase) or any(
                word[0].isdigit() for word in phrase
            )
            if telling or len(phrase) > 2 or all(word[3][:1].isupper() for word in here):
                return len(phrase), said, kind
        return None

    def _is_initials(self, text: str) -> bool:
        return text.isupper() and text in self.things.initials and text not in word_rules()["abbreviations"]

    def _disguised_said(self, match: re.Match[str]) -> tuple[str, str] | None:
        """The role for a name whose letters stand apart (`S u m m e r`), or of which some are digits (`5ummer`)."""
        bare = bare_name(re.sub(r"[\W_]", "", match[0].translate(DIGITS_FOR_LETTERS)))
        named = [self._whose.tokens[part] for part in parts_of(bare, self._whose.tokens)]
        if not named:
            return None
        people = frozenset.intersection(*named) or named[0]
        return self._whose.role([Word(bare, match.start(), match.end(), people, EXACT, None)]), "names"

    def _replace_initials(self, reading: Reading) -> None:
        """Replaces the initials of those whom the case knows: with dots always, without them only capitals that mean nothing else."""

        def said(match: re.Match[str]) -> tuple[str, str] | None:
            role = self.things.initials.get(re.sub(r"[\W_]", "", match[0]).upper())
            if role is None:
                return None
            if match[0] in word_rules()["abbreviations"]:
                reading.left.append(match[0])
                return None
            return f"[{role}]", "initials"

        reading.replace(INITIALS, said)

    def _replace_names(self, reading: Reading) -> None:
        words = [self._word(match) for match in word_pattern(reading.text).finditer(reading.text)]
        out, at, index = [], 0, 0
        while index < len(words):
            run = self._run(reading.text, words, index)
            led = PROFESSIONAL if index and leads_to_a_professional(words[index - 1]) else ""
            said = self._whose.role(run, led) if run else None
            if not said and words[index].low in self._whose.town_words and is_a_name_here(reading.text, words[index]):
                run, said = [words[index]], "[a place]"
            if not said:
                if not self._is_initials(words[index].text):
                    reading.left.extend(doubtful_word(reading.text, words[index]))
                index += 1
                continue
            ending = POSSESSIVE.search(run[-1].text)
            start, end = run[0].start, run[-1].end
            mark = reading.mark(said, "names", reading.text[start:end])
            out.append(reading.text[at:start] + mark + (ending[0] if ending else ""))
            at, index = end, index + len(run)
        reading.text = "".join(out) + reading.text[at:]

    @cached_property
    def _matches(self) -> dict[str, tuple[frozenset[int], str]]:
        """Who may be meant by each word that was read so far: the same words come again in every return."""
        return {}

    def _word(self, match: re.Match[str]) -> Word:
        text = match[0]
        if text not in self._matches:
            self._matches[text] = self._whose.match(text)
        people, how = self._matches[text]
        verbs = tuple(word_rules()["names_that_are_verbs"].get(text.lower(), ()))
        if people and verbs and verb_after(verbs).match(match.string, match.end()):
            how = ORDINARY
        if how == ORDINARY and said_of_a_person(match):
            how = EXACT
        low = text.lower()
        title = word_rules()["titles"].get(low) if low in word_rules()["titles"] else None
        if title is None and text in word_rules()["ranks"]:
            title = PROFESSIONAL
        return Word(text, match.start(), match.end(), people, how, title)

    def _run(self, text: str, words: Sequence[Word], index: int) -> list[Word]:
        """The words from here on that name one person: titles, initials and names that some one bears together."""
        run: list[Word] = []
        people: frozenset[int] = frozenset()
        for word in words[index : index + LONGEST_RUN]:
            if run and not joined(text, run[-1], word):
                break
            if word.people and (not people or people & word.people):
                people = (people & word.people) if people else word.people
            elif (word.title is None or people) and not word.initial:
                break
            if word.how == ORDINARY and any(other.people and other.how != ORDINARY for other in run):
                break  # `Will will`, `Summer rose`: the second is a verb
            run.append(word)
        while run and not run[-1].people:
            run.pop()
        if any(word.people and word.how != ORDINARY for word in run) or (run and run[0].title is not None):
            return run
        return (
            _in_small_letters(text, words, index)
            or after_title(text, words, index)
            or self._before_a_family_name(text, words, index)
            or after_relation(text, words, index)
        )

    def _before_a_family_name(self, text: str, words: Sequence[Word], index: int) -> list[Word]:
        """A name that the case does not know before a family name that it does (`Bayo Okwuosa`): both of them."""
        pair = words[index : index + 2]
        if len(pair) < 2 or not pair[0].new_name or not pair[1].capital or not joined(text, *pair):
            return []
        return list(pair) if any(form in self._whose.last_tokens for form in forms_of(pair[1].text)) else []


def _in_small_letters(text: str, words: Sequence[Word], index: int) -> list[Word]:
    """Two names of one person side by side, in small letters and in either order (`hunter, summer`): together they are no ordinary words."""
    pair = words[index : index + 2]
    if len(pair) < 2 or not all(word.people and word.how == ORDINARY for word in pair):
        return []
    between = text[pair[0].end : pair[1].start]
    apart = pair[0].low != pair[1].low and pair[0].people & pair[1].people
    return list(pair) if apart and (between in (" ", ", ") or joined(text, *pair)) else []


@cache
def _numbered(houses: tuple[str, ...]) -> re.Pattern[str]:
    """The number of a house that the case knows, with a word that says that it is one (`No. 12`)."""
    numbers = "|".join(map(re.escape, houses))
    return re.compile(rf"\b(?:no\.?|number|house|flat)\s?(?:{numbers})\b(?![.,]?\d)", re.IGNORECASE)


def _smoothed(said: str) -> str:
    """The text with a role once where it stood twice, and without what stood before it for the same."""
    said = TWICE.sub(r"[\2]", said)
    said = BEFORE_ITSELF.sub(r"\2", said)
    said = BEFORE_A_PLACE.sub("", said)
    said = HOUSE_NUMBER.sub("", said)
    return AGAIN.sub(r"\1", said)
