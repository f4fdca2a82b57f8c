"""Whose name a word is: the forms of all names that a case knows, and the role, or a wider word, that stands for a run of them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from cdr.domain.anonymising.around_names import EXACT, NEAR, ORDINARY, Word, fits_title
from cdr.domain.anonymising.known_names import CHILD, FAMILY, PLACE, PROFESSIONAL, Known, KnownThings
from cdr.domain.anonymising.name_forms import (
    SHORTEST_MISSPELT,
    forms_of,
    mutated,
    name_tokens,
    short_forms,
    slips,
    stem,
    stems,
    swapped,
)
from cdr.domain.anonymising.words import ordinary_words, word_rules, words_of
from cdr.records import dataclass

PARENTS = ("mother", "father")


@dataclass(frozen=True)
class WhoseNames:
    """All words of the names that a case knows, with the indexes (in `things.known`) of those whose they are."""

    things: KnownThings

    def role(self, run: Sequence[Word], led: str = "") -> str:
        """What stands for a run of words: a role where it is clear whose name it is, and a wider word where it is not."""
        title = next((word.title for word in run if word.title is not None), None)
        named = [word for word in run if word.people]
        if not named:
            return "[a professional]" if PROFESSIONAL in (title, led) else "[a person]"
        people = named[0].people
        for word in named[1:]:
            people = people & word.people or people
        like = self._of_a_first_name_like(run[0], people) if run[0].new_name else people
        people, unlike = like or people, not like
        meant = [self.things.known[index] for index in people]
        meant = _with_initial(meant, run) or meant
        kin = {known.kind for known in meant} <= {CHILD, FAMILY}
        if unlike:
            return "[a family member]" if kin else "[a person]"
        if (
            title is not None
            and kin
            and not _with_initial(meant, run)
            and self._only_a_family_name(named)
            and self._may_be_others(title)
        ):
            return "[a family member]"
        if title and len(meant) > 1:
            meant = [known for known in meant if fits_title(known.role, known.kind, title)] or meant
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

    def match(self, text: str) -> tuple[frozenset[int], str]:
        """Who may be meant by a word and how sure that is; a name that is an ordinary word needs a capital letter or a name beside it."""
        forms = forms_of(text)
        for form in forms:
            if form in self.tokens:
                ordinary = (form in ordinary_words() or len(form) <= 2) and not text[:1].isupper()
                return self.tokens[form], ORDINARY if ordinary else EXACT
        if text[:1].isupper() and not any(form in ordinary_words() for form in forms):
            for form in forms:
                if form in self._mutations:
                    return self._mutations[form], EXACT
        low = forms[0]
        if len(low) < SHORTEST_MISSPELT - 1 or any(
            form in ordinary_words() or form in word_rules()["generic"] for form in forms
        ):
            return frozenset(), ""
        if text[:1].isupper() and low in self._short_forms:
            return self._short_forms[low], NEAR
        near = [self._near[slip] for form in forms for slip in (form, *slips(form)) if slip in self._near]
        if text[:1].isupper():
            near += [self._stems[one] for form in forms for one in stems(form) if one in self._stems]
        return (frozenset().union(*near), NEAR) if near else (frozenset(), "")

    @cached_property
    def tokens(self) -> dict[str, frozenset[int]]:
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
    def _family_tokens(self) -> frozenset[str]:
        """The words of names that more than one of the family bears, and that are no one's first name."""
        kin = {index: known for index, known in enumerate(self.things.known) if known.kind in (CHILD, FAMILY)}
        names = [words_of(name) for known in kin.values() for name in known.names if " " in name]
        first = {next((word for word in words if word not in word_rules()["titles"]), "") for words in names}
        return frozenset(
            token for token, people in self.tokens.items() if len(people & kin.keys()) > 1 and token not in first
        )

    @cached_property
    def last_tokens(self) -> frozenset[str]:
        """The words that stand last in somebody's name of several words, and first in no one's."""
        others = (known for known in self.things.known if known.kind not in (PLACE, CHILD))
        names = [words_of(name) for known in others for name in known.names]
        firsts = {next((word for word in words if word not in word_rules()["titles"]), "") for words in names}
        return frozenset(words[-1] for words in names if len(words) > 1) - firsts | self._family_tokens

    @cached_property
    def town_words(self) -> frozenset[str]:
        """The ordinary words in the names of towns (`Snoring` of `Little Snoring`), which mean a place where they have a capital."""
        words = {word for town in self.things.towns for word in words_of(town) if len(word) > 3}
        ordinary = frozenset(word for word in words if word in ordinary_words())
        return ordinary.difference(word_rules()["generic"], word_rules()["clinical"])

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
        return [(token, people) for token, people in self.tokens.items() if len(token) >= SHORTEST_MISSPELT]

    @cached_property
    def _short_forms(self) -> dict[str, frozenset[int]]:
        """What a child or one of the family may be called for short (`Summy`), by the beginning of the first name and a usual ending."""
        found: dict[str, set[int]] = {}
        for index, known in enumerate(self.things.known):
            for name in known.names if known.kind in (CHILD, FAMILY) else ():
                given = [
                    word
                    for word in words_of(name)
                    if word not in word_rules()["titles"] and word not in self.last_tokens
                ]
                for form in (form for word in given for form in short_forms(word)):
                    found.setdefault(form, set()).add(index)
        return {form: frozenset(people) for form, people in found.items()}

    def _only_a_family_name(self, named: Sequence[Word]) -> bool:
        return all(any(form in self._family_tokens for form in forms_of(word.text)) for word in named)

    def _may_be_others(self, title: str) -> bool:
        """Whether a title before a family name leaves open who is meant: for a baby or infant only where there was a twin."""
        return title in ("male", "female", "") or (
            title == CHILD and any("twin" in known.role or "triplet" in known.role for known in self.things.known)
        )

    def _of_a_first_name_like(self, word: Word, people: frozenset[int]) -> frozenset[int]:
        """Those of the people whose first name differs by one letter from a word that no one is called."""
        own = set(slips(word.low))
        return frozenset(
            index
            for index in people
            if any(
                own & set(slips(part))
                for name in self.things.known[index].names
                for part in words_of(name)[:-1]
                if len(part) > 2
            )
        )


def _with_initial(meant: Sequence[Known], run: Sequence[Word]) -> list[Known]:
    """Those whose first name begins with the initial that stands in a run of words; empty where none stands there, or all are left open."""
    letter = next((word.low for word in run if word.initial), None)
    if letter is None:
        return []
    firsts = [
        (known, [word for word in words_of(known.names[0]) if word not in word_rules()["titles"]]) for known in meant
    ]
    return [known for known, words in firsts if words and words[0].startswith(letter)]
