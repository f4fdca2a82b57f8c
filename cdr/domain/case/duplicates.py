"""Whether two notifications are about the same child: surely (A-26), or perhaps, by a slip in one of them (A-34)."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from cdr.domain.rulebook.validation import problem, read_date, text_at, words_at
from cdr.errors import Problem
from cdr.records import asdict, dataclass, names_of, replace
from cdr.written import bare_name

BETWEEN_NAMES = ("Zs", "Pd", "Cc")
# What stands where a first name belongs until the parents have given one.
NO_NAME_YET = frozenset(
    {"baby", "babe", "bb", "infant", "newborn", "unnamed", "boy", "girl", "male", "female", "of", "twin", "triplet", "one", "two",
     "three", "first", "second", "third", "i", "ii", "iii", "a", "b", "c", "1", "2", "3"}
)  # fmt: skip
SHORTEST_ALIKE, LONG_NAME = 3, 7
TWIN = "a twin?"
SAME_BORN, SAME_DIED = "the same date of birth", "the same date of death"


@dataclass(frozen=True)
class Identity:
    """What tells one child from another: NHS number, names as `bare_name` has them, ISO dates; empty if not known.

    `names` decides alone whether two children are surely the same; `first` and `family` are the same names word by word,
    `also` other names that the child goes by, with commas between them.
    """

    nhs_number: str
    names: str
    born: str
    died: str
    first: str = ""
    family: str = ""
    also: str = ""

    def to_dict(self) -> dict[str, str]:
        """The identity as JSON has it."""
        return asdict(self)

    @staticmethod
    def from_dict(values: Mapping[str, Any]) -> Identity:
        """The identity that `to_dict` wrote."""
        return Identity(*(str(values.get(key) or "") for key in KEYS))


KEYS = names_of(Identity)


def identity(form_a: Mapping[str, Any]) -> Identity:
    """What identifies the child of a notification."""
    first, family = (text_at(form_a, f"child.{key}") for key in ("first_names", "family_name"))
    number = "".join(text_at(form_a, "child.nhs_number").split())
    names = f"{bare_name(first)} {bare_name(family)}" if bare_name(first) and bare_name(family) else ""
    others = [text_at(form_a, "child.known_as"), *words_at(form_a, "child.also_known_as")]
    return Identity(
        nhs_number=number,
        names=names,
        born=text_at(form_a, "child.date_of_birth"),
        died=text_at(form_a, "death.date"),
        first=_words(first),
        family=_words(family),
        also=",".join(filter(None, map(_words, others))),
    )


def same_child(a: Identity, b: Identity) -> bool:
    """Whether two identities are one child's: the same NHS number, or the same names and dates of birth and death."""
    if a.nhs_number and a.nhs_number == b.nhs_number:
        return True
    known = all((a.names, a.born, a.died))
    return known and (a.names, a.born, a.died) == (b.names, b.born, b.died)


def alike_problems(new: Identity, known: Mapping[str, Identity]) -> list[Problem]:
    """Every other case in `known` that looks alike and is not surely the same (A-34); it names the case and what is alike, no value."""
    from cdr.domain.rulebook.sentences import RULES  # which a timeline, that asks who bears one name, does without

    likeness = Likeness(new)
    found = ((case, likeness.to(other)) for case, other in known.items())
    what = RULES["A-34"].sentence
    return [
        replace(problem("A-34", "child"), message=f"{what}: {case} ({', '.join(alike)})")
        for case, alike in found
        if alike
    ]


@dataclass(frozen=True)
class Likeness:
    """How other children look like one: what may be a slip of the pen is worked out once, for all of them."""

    child: Identity

    @cached_property
    def births(self) -> Mapping[str, str]:
        """The dates that may be meant for this child's date of birth, and how they are alike."""
        return _near_dates(self.child.born, "dates of birth", SAME_BORN)

    @cached_property
    def deaths(self) -> Mapping[str, str]:
        """The same for the date of death."""
        return _near_dates(self.child.died, "dates of death", SAME_DIED)

    @cached_property
    def numbers(self) -> Mapping[str, str]:
        """The numbers that differ from this child's in one digit or by two digits having changed places."""
        return _near_numbers(self.child.nhs_number)

    def may_be(self, other: Identity) -> bool:
        """Whether another child may be this one or look like it, by number and dates; of any other neither need be asked.

        Where the dates of birth are not the same, those of death are alike, or one is not known.
        """
        mine, number, born = self.child, other.nhs_number, other.born
        if (number and number == mine.nhs_number) or number in self.numbers or (born and born == mine.born):
            return True
        return born in self.births and (not (mine.died and other.died) or other.died in self.deaths)

    def to(self, other: Identity) -> tuple[str, ...]:
        """What is alike, in words; empty where the other child is surely the same or surely another.

        Two children of one family born on one day are twins unless their first names are alike too: twins are two cases,
        and a warning at every second twin would be read by nobody. Where the names are alike and the numbers differ, either
        may be meant, and the words say so.
        """
        if other.born not in self.births and other.nhs_number not in self.numbers:
            return ()
        return () if same_child(self.child, other) else self._compared(other)

    def _compared(self, other: Identity) -> tuple[str, ...]:
        a = self.child
        number, born, died = (
            self.numbers.get(other.nhs_number, ""),
            self.births.get(other.born, ""),
            self.deaths.get(other.died, ""),
        )
        first, family, swapped = _first_names(a, other), _family_names(a, other), _swapped(a, other)
        names = (swapped,) if swapped else (first, family) if first and family else ()
        two_numbers = bool(a.nhs_number and other.nhs_number and not number)
        alike = tuple(filter(None, (number, *names, born, died)))
        if number:
            return alike if names or born else ()
        if names and self._by_name(names, born, died, other, two_numbers):
            return (*alike, TWIN) if two_numbers and names != SAME_NAMES and not swapped else alike
        unnamed = _unnamed(a) or _unnamed(other)
        if born == SAME_BORN and not two_numbers:
            if unnamed and family:
                return tuple(filter(None, ("one has no first name yet", family, born, died)))
            if first == SAME_NAMES[0] and died == SAME_DIED and not unnamed:
                return (first, born, died)
        return ()

    def _by_name(self, names: Sequence[str], born: str, died: str, other: Identity, two_numbers: bool) -> bool:
        """Whether alike names make it likely: with two different numbers only one slip more, otherwise one in each part."""
        slips = (names != SAME_NAMES) + (born != SAME_BORN) + (died != SAME_DIED)
        if not born or (two_numbers and slips > 1):
            return False
        unknown = not (self.child.died and other.died)
        return bool(died) or unknown or (names == SAME_NAMES and born == SAME_BORN)


SAME_NAMES = ("the same first names", "the same family name")


def _words(name: str) -> str:
    apart = "".join(" " if unicodedata.category(letter) in BETWEEN_NAMES else letter for letter in name)
    return " ".join(filter(None, map(bare_name, apart.split())))


def _unnamed(child: Identity) -> bool:
    return set(child.first.split()) <= NO_NAME_YET


def _first_names(a: Identity, b: Identity) -> str:
    mine, theirs = a.first.split(), b.first.split()
    if not mine or not theirs or _unnamed(a) or _unnamed(b):
        return _by_other_names(a, b) if mine and theirs else ""
    if "".join(mine) == "".join(theirs):
        return SAME_NAMES[0]
    if close("".join(mine), "".join(theirs)) or close(mine[0], theirs[0]):
        return "first names spelled alike"
    if mine[0] in theirs or theirs[0] in mine:
        return "one of the first names"
    if _short_form(mine[0], theirs[0]):
        return "a short form of the first name"
    return _by_other_names(a, b)


def _by_other_names(a: Identity, b: Identity) -> str:
    for one, other in ((a, b), (b, a)):
        names = [set(name.split()) for name in one.also.split(",")]
        called = {*other.first.split()[:1], *(name.split()[0] for name in other.also.split(",") if name)} - NO_NAME_YET
        if any(close(name, word) for words in names for name in words for word in called):
            return "a name that the child is known by"
    return ""


def _family_names(a: Identity, b: Identity) -> str:
    mine, theirs = a.family.split(), b.family.split()
    if not mine or not theirs:
        return ""
    if "".join(mine) == "".join(theirs):
        return SAME_NAMES[1]
    if close("".join(mine), "".join(theirs)):
        return "family names spelled alike"
    if any(len(name) >= SHORTEST_ALIKE and name in theirs for name in mine):
        return "a part of the family name"
    others = {word for child in (a, b) for name in child.also.split(",") for word in name.split()}
    return "a family name that the child is known by" if others & {*mine} and others & {*theirs} else ""


def _swapped(a: Identity, b: Identity) -> str:
    """First names written as the family name, and the other way round."""
    ways: tuple[Callable[[str], str], ...] = (lambda name: "".join(name.split()), lambda name: name.split()[0])
    if not all((a.first, a.family, b.first, b.family)) or (a.first, a.family) == (b.first, b.family):
        return ""
    turned = any(close(way(a.first), way(b.family)) and close(way(a.family), way(b.first)) for way in ways)
    return "first and family names the other way round" if turned else ""


def _short_form(a: str, b: str) -> bool:
    return min(len(a), len(b)) >= SHORTEST_ALIKE and (a.startswith(b) or b.startswith(a))


def close(a: str, b: str) -> bool:
    """Whether two names as `bare_name` has them are the same or one slip apart, two where both are long."""
    if a == b:
        return bool(a)
    shorter = min(len(a), len(b))
    limit = 0 if shorter < SHORTEST_ALIKE else 1 if shorter < LONG_NAME else 2
    if abs(len(a) - len(b)) > limit or len({*a}.difference(b)) > limit or len({*b}.difference(a)) > limit:
        return False  # each slip takes away one letter, or brings in one, at most
    return distance(a, b, limit) <= limit


def distance(a: str, b: str, most: int) -> int:
    """How many letters were put in, left out, mistaken, or changed places with their neighbour (Damerau's distance).

    Where it is larger than `most`, some larger number: what is farther apart than that need not be looked at.
    """
    far = most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        older, before, row = before, row, [far] * (len(b) + 1)
        row[0] = i
        for j in range(max(1, i - most), min(len(b), i + most) + 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != b[j - 1]))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == b[j - 1]:
                cost = min(cost, older[j - 2] + 1)
            row[j] = cost
    return row[-1]


def _near_dates(text: str, what: str, same: str) -> dict[str, str]:
    day = read_date(text)
    if day is None:
        return {}
    near = {other: f"{what} one digit apart" for other in _one_digit(text) if read_date(other)}
    turned = f"{text[:5]}{text[8:]}-{text[5:7]}"
    if read_date(turned):
        near[turned] = f"{what} with day and month the other way round"
    for days in (-1, 1):
        if date.min < day < date.max:
            near[(day + timedelta(days)).isoformat()] = f"{what} one day apart"
    return {**near, text: same}


def _near_numbers(number: str) -> dict[str, str]:
    near = dict.fromkeys(_one_digit(number), "NHS numbers one digit apart")
    for i in range(len(number)):
        for j in range(i):
            turned = number[:j] + number[i] + number[j + 1 : i] + number[j] + number[i + 1 :]
            near[turned] = "NHS numbers with two digits the other way round"
    near.pop(number, None)
    return near


def _one_digit(text: str) -> Iterator[str]:
    for place, letter in enumerate(text):
        if letter.isdigit():
            yield from (text[:place] + digit + text[place + 1 :] for digit in "0123456789" if digit != letter)
