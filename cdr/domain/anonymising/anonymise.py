"""Narratives without names: every name that a case knows becomes a role, and what points at a person becomes what it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, cached_property
from typing import Any

from cdr.domain.anonymising.identifiers import GENERAL_ADDRESS, HOUSE_NUMBER, Reading, replace_identifiers
from cdr.domain.anonymising.known_names import (
    CHILD,
    FAMILY,
    NOTHING_AROUND,
    PLACE,
    PROFESSIONAL,
    Around,
    KnownThings,
    gather,
    ordinary_words,
    outward,
    word_pattern,
    word_rules,
    words_of,
)
from cdr.domain.anonymising.name_forms import (
    SHORTEST_MISSPELT,
    forms_of,
    mutated,
    name_tokens,
    slips,
    stem,
    stems,
    swapped,
)
from cdr.domain.rulebook.validation import date_at
from cdr.written import APOSTROPHES, bare_name

EXACT, ORDINARY, NEAR = "exact", "ordinary", "near"
INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\U000f0000-\U000ffffd]")
BETWEEN_NAMES = re.compile(rf"[^\S\n]{{1,3}}|\s?\n\s?|[-‐‑_]|\.[^\S\n]?|[{APOSTROPHES}]")
LONGEST_UNKNOWN_NAME = 3
LONGEST_RUN = 16  # words: a longer name becomes two roles side by side, which are then said once
INITIALS = re.compile(r"\b(?:[A-Z]\.[ -]?){1,3}[A-Z]\b\.?(?=\W|$)|\b[A-Z]{2,4}\b|\b[A-Z](?: [A-Z]){1,3}\b")
PARENTS = ("mother", "father")


@dataclass(frozen=True)
class Anonymised:
    """A text without names, what was replaced in it (kind and count), words that a person should look at, and each original with what stands for it."""

    text: str
    replaced: tuple[tuple[str, int], ...]
    left: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class _Word:
    text: str
    start: int
    end: int
    people: frozenset[int]
    how: str
    title: str | None

    @property
    def capital(self) -> bool:
        return self.text[:1].isupper()

    @property
    def initial(self) -> bool:
        return len(self.text) == 1 and self.capital


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
        for code in self.things.postcodes:
            loose = r"\s*".join(map(re.escape, code.replace(" ", "")))
            reading.replace(re.compile(rf"(?<!\w){loose}(?!\w)", re.IGNORECASE), lambda _: ("[postcode]", "postcodes"))
        reading.replace(_collar_number(), lambda _: ("[a professional]", "numbers"))
        for half in set(map(outward, self.things.postcodes)):
            reading.replace(
                re.compile(rf"(?<!\w){re.escape(half)}(?:[\s-]?\d[A-Za-z\d]{{2}})?(?!\w)"),
                lambda _: ("[postcode]", "postcodes"),
            )
        self._replace_phrases(reading)
        reading.replace(GENERAL_ADDRESS, lambda _: ("[an address]", "addresses"))
        self._replace_names(reading)
        self._replace_initials(reading)
        said = re.sub(
            r"\b(mother|father|sister|brother|baby) \[(\1|the child)\]",
            r"[\2]",
            reading.finished(),
            flags=re.IGNORECASE,
        )
        said = HOUSE_NUMBER.sub("", said)
        said = re.sub(r"(\[[^\[\]]+\])(?: +\1)+", r"\1", said)
        left = tuple(dict.fromkeys(reading.left))
        return Anonymised(said, tuple(sorted(reading.counts.items())), left, tuple(reading.pairs))

    @cached_property
    def _tokens(self) -> dict[str, frozenset[int]]:
        """Each folded word of a name with the indexes of those who bear it."""
        found: dict[str, set[int]] = {}
        skipped = {*word_rules()["generic"], *word_rules()["titles"], *map(str.lower, word_rules()["ranks"])}
        for index, known in enumerate(self.things.known):
            for name in known.names:
                for token in name_tokens(name, known.kind):
                    if token not in skipped and not (
                        known.kind == PLACE and (token in ordinary_words() or len(token) < 4)
                    ):
                        found.setdefault(token, set()).add(index)
        return {token: frozenset(people) for token, people in found.items()}

    @cached_property
    def _mutations(self) -> dict[str, frozenset[int]]:
        """The words of names as Welsh changes their beginning."""
        return {form: people for token, people in self._long_tokens for form in mutated(token)}

    @cached_property
    def _near(self) -> dict[str, set[int]]:
        """Whose name each slip of the pen may be meant for, so that a word is looked up and not compared with every name."""
        found: dict[str, set[int]] = {}
        for token, people in self._long_tokens:
            for slip in (*slips(token), *swapped(token)):
                found.setdefault(slip, set()).update(people)
        return found

    @cached_property
    def _stems(self) -> dict[tuple[int, str], set[int]]:
        """Whose name each stem is."""
        found: dict[tuple[int, str], set[int]] = {}
        for token, people in self._long_tokens:
            found.setdefault(stem(token, len(token)), set()).update(people)
        return found

    @property
    def _long_tokens(self) -> list[tuple[str, frozenset[int]]]:
        return [(token, people) for token, people in self._tokens.items() if len(token) >= SHORTEST_MISSPELT]

    @cached_property
    def _family_tokens(self) -> frozenset[str]:
        """The words of names that more than one of the family bears, and that are no one's first name."""
        kin = {index: known for index, known in enumerate(self.things.known) if known.kind in (CHILD, FAMILY)}
        names = [words_of(name) for known in kin.values() for name in known.names if " " in name]
        first = {next((word for word in words if word not in word_rules()["titles"]), "") for words in names}
        return frozenset(
            token for token, people in self._tokens.items() if len(people & kin.keys()) > 1 and token not in first
        )

    @cached_property
    def _phrases(self) -> dict[str, list[tuple[tuple[str, ...], str, str]]]:
        starts: dict[str, list[tuple[tuple[str, ...], str, str]]] = {}
        for phrase in self.things.phrases:
            starts.setdefault(phrase[0][0], []).append(phrase)
        return starts

    def _replace_phrases(self, reading: Reading) -> None:
        """Replaces names of organisations and addresses, the longest first."""
        pattern = re.compile(rf"{word_pattern().pattern}|\d+[A-Za-z]?\b|\d+")
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
        words = [self._word(match) for match in word_pattern().finditer(reading.text)]
        out, at, index = [], 0, 0
        while index < len(words):
            run = self._run(reading.text, words, index)
            said = self._said(run) if run else None
            if not said:
                reading.left.extend(self._doubtful(reading.text, words[index]))
                index += 1
                continue
            ending = re.search(rf"[{APOSTROPHES}]s$|(?<=s)[{APOSTROPHES}]$", run[-1].text)
            start, end = run[0].start, run[-1].end
            mark = reading.mark(said, "names", reading.text[start:end])
            out.append(reading.text[at:start] + mark + (ending[0] if ending else ""))
            at, index = end, index + len(run)
        reading.text = "".join(out) + reading.text[at:]

    @cached_property
    def _matches(self) -> dict[str, tuple[frozenset[int], str]]:
        """Who may be meant by each word that was read so far: the same words come again in every return."""
        return {}

    def _word(self, match: re.Match[str]) -> _Word:
        text = match[0]
        if text not in self._matches:
            self._matches[text] = self._match(text)
        people, how = self._matches[text]
        verbs = tuple(word_rules()["names_that_are_verbs"].get(text.lower(), ()))
        if people and verbs and _verb_after(verbs).match(match.string, match.end()):
            how = ORDINARY
        if how == ORDINARY and _said_of_a_person(match):
            how = EXACT
        low = text.lower()
        title = word_rules()["titles"].get(low) if low in word_rules()["titles"] else None
        if title is None and text in word_rules()["ranks"]:
            title = PROFESSIONAL
        return _Word(text, match.start(), match.end(), people, how, title)

    def _match(self, text: str) -> tuple[frozenset[int], str]:
        """Who may be meant by a word and how sure that is; a name that is an ordinary word needs a capital letter or a name beside it."""
        forms = forms_of(text)
        for form in forms:
            if form in self._tokens:
                ordinary = (form in ordinary_words() or len(form) <= 2) and not text[:1].isupper()
                return self._tokens[form], ORDINARY if ordinary else EXACT
        if text[:1].isupper() and not any(form in ordinary_words() for form in forms):
            for form in forms:
                if form in self._mutations:
                    return self._mutations[form], EXACT
        low = forms[0]
        if len(low) < SHORTEST_MISSPELT - 1 or any(
            form in ordinary_words() or form in word_rules()["generic"] for form in forms
        ):
            return frozenset(), ""
        near = [self._near[slip] for form in forms for slip in (form, *slips(form)) if slip in self._near]
        if text[:1].isupper():
            near += [self._stems[one] for form in forms for one in stems(form) if one in self._stems]
        return (frozenset().union(*near), NEAR) if near else (frozenset(), "")

    def _run(self, text: str, words: Sequence[_Word], index: int) -> list[_Word]:
        """The words from here on that name one person: titles, initials and names that some one bears together."""
        run: list[_Word] = []
        people: frozenset[int] = frozenset()
        for word in words[index : index + LONGEST_RUN]:
            if run and not _joined(text, run[-1], word):
                break
            if word.people and (not people or people & word.people):
                people = (people & word.people) if people else word.people
            elif (word.title is None or people) and not word.initial:
                break
            run.append(word)
        while run and not run[-1].people:
            run.pop()
        if any(word.people and word.how != ORDINARY for word in run):
            return run
        return _after_title(text, words, index)

    def _said(self, run: Sequence[_Word]) -> str:
        """What stands for a run of words: a role where it is clear whose name it is, and a wider word where it is not."""
        title = next((word.title for word in run if word.title is not None), None)
        named = [word for word in run if word.people]
        if not named:
            return "[a professional]" if title == PROFESSIONAL else "[a person]"
        people = named[0].people
        for word in named[1:]:
            people = people & word.people or people
        meant = [self.things.known[index] for index in people]
        if title and len(meant) > 1:
            meant = [known for known in meant if _fits_title(known.role, known.kind, title)] or meant
            meant = [known for known in meant if known.role in PARENTS] or meant
        roles, kinds = {known.role for known in meant}, {known.kind for known in meant}
        if len(roles) == 1:
            return f"[{roles.pop()}]"
        if kinds <= {CHILD, FAMILY}:
            shared = all(
                word.how == NEAR or any(form in self._family_tokens for form in forms_of(word.text)) for word in named
            )
            return "[family name]" if shared and not title else "[a family member]"
        return "[a person]"

    def _doubtful(self, text: str, word: _Word) -> Iterator[str]:
        """A word that was left and may be a name: one that the case knows, in small letters, or a capital that no ordinary word has."""
        low = bare_name(re.split(f"[{APOSTROPHES}]", word.text)[0])
        known = (
            word.title is not None
            or low in word_rules()["generic"]
            or (low in word_rules()["clinical"] and low not in word_rules()["months_that_are_names"])
            or (word.text.isupper() and len(word.text) <= 6)
        )
        opens = re.search(r"(?:^|[.!?:;(\n]\s*|[\"“]\s*)$", text[max(0, word.start - 12) : word.start]) is not None
        if word.people or (
            word.capital and not known and len(word.text) > 1 and (low not in ordinary_words() or not opens)
        ):
            yield word.text


@cache
def _collar_number() -> re.Pattern[str]:
    """An officer's rank and number (`PC 1234`, `DC W123`)."""
    return re.compile(rf"\b(?:{'|'.join(word_rules()['ranks'])})\s?[A-Z]{{0,2}}\d{{2,6}}\b")


@cache
def _verb_after(verbs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"\s+(?:{'|'.join(verbs)})\b", re.IGNORECASE)


def _said_of_a_person(match: re.Match[str]) -> bool:
    """Whether a name that is an ordinary word in small letters stands where only a name can (`hope was`, `saw hope's`)."""
    word, text, start, end = match[0], match.string, match.start(), match.end()
    before = re.search(r"([^\W\d_]+)\W*$", text[max(0, start - 40) : start])
    if before and before[1].lower() in word_rules()["before_things"]:
        return False
    after = re.match(r"\s+([^\W\d_]+)", text[end : end + 20])
    return "'" in word or "’" in word or bool(after and after[1].lower() in word_rules()["after_people"])


def _joined(text: str, first: _Word, second: _Word) -> bool:
    between = text[first.end : second.start]
    if BETWEEN_NAMES.fullmatch(between) is None:
        return False
    return "." not in between or first.initial or first.title is not None or between == "."


def _after_title(text: str, words: Sequence[_Word], index: int) -> list[_Word]:
    """A title and the capitals after it: a name that the case does not know, and a name all the same."""
    first = words[index]
    low = first.text.lower()
    if first.title is None or (
        low not in word_rules()["titles_before_any_name"] and first.text not in word_rules()["ranks"]
    ):
        return []
    run = [first]
    for word in words[index + 1 : index + 1 + LONGEST_UNKNOWN_NAME]:
        ordinary = bare_name(word.text) in ordinary_words() and (len(run) > 1 or first.text in word_rules()["ranks"])
        if text[run[-1].end : word.start] in ("-", "‐", "‑"):
            ordinary = False  # the second half of a double name
        if not word.capital or ordinary or not _joined(text, run[-1], word):
            break
        run.append(word)
    return run if len(run) > 1 else []


def _fits_title(role: str, kind: str, title: str) -> bool:
    plain = re.sub(r" \d+$", "", role)
    if title in ("male", "female"):
        return plain in word_rules()[f"{title}_roles"]
    return kind == (CHILD if title == "child" else PROFESSIONAL)
