"""The people of a case as the index keeps them, and which of them somebody means who gives a name, a date or a number."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import pairwise
from typing import Any, TypeVar

from cdr.domain.case.duplicates import NO_NAME_YET, SHORTEST_ALIKE, Identity, Likeness, close
from cdr.domain.rulebook.validation import items_at, text_at, words_at
from cdr.nhs_numbers import TEN_DIGITS
from cdr.records import dataclass, field
from cdr.written import bare_name, day

CHILD, PARENT, SIBLING, OTHER = "child", "parent", "sibling", "other"
SORTS = (CHILD, PARENT, SIBLING, OTHER)
BY_LIST: Mapping[str, str] = {"parents": PARENT, "siblings": SIBLING, "others": OTHER}
PARENTS = frozenset(
    {"mother", "father", "stepmother", "stepfather", "parent", "partner_of_parent", "adoptive_parent", "foster_carer", "guardian"}
)  # fmt: skip
SIBLINGS = frozenset({"brother", "sister", "sibling", "twin", "half_sibling", "step_sibling"})
OTHERS = frozenset({"grandparent", "other_relative", "carer", "local_authority"})
MANY_WORDS = 3  # of so many words that were given, one may be a name that the form does not have
DATE_WORDS = (3, 1)  # `21 November 2026`, `21/11/2026`
SHORTEST_NAME, SHORTEST_NUMBER = 2, 4
UNITED_KINGDOM, LONG_PHONE = "44", 12

Body = Mapping[str, Any]
Clue = TypeVar("Clue")


@dataclass(frozen=True)
class Person:
    """Somebody whom a notification names: `kind` is one of `SORTS`, `names` the names word by word as `bare_name` has them,
    `days` ISO dates, `numbers` digits and letters alone."""

    kind: str
    names: tuple[str, ...] = ()
    days: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The person as JSON has it."""
        return {"as": self.kind, "names": list(self.names), "days": list(self.days), "numbers": list(self.numbers)}

    @staticmethod
    def from_dict(kept: Body) -> Person:
        """The person that `to_dict` wrote."""
        return Person(str(kept["as"]), *(tuple(kept[key]) for key in ("names", "days", "numbers")))


def people_of(form_a: Body) -> list[Person]:
    """The child and the child's family and household, as a notification (Form A) names them; professionals are not among them."""
    family_name = _bare_words(text_at(form_a, "child.family_name"))
    people = [_child(form_a)]
    for group, kind in BY_LIST.items():
        people += [_relative(item, kind, family_name) for _, item in items_at(form_a, f"family.{group}")]
    if carer := text_at(form_a, "family.carer_at_death"):
        people.append(Person(OTHER, (_bare_words(carer),)))
    return [person for person in people if any((person.names, person.days, person.numbers))]


def _child(form_a: Body) -> Person:
    first, family, known_as = (text_at(form_a, f"child.{key}") for key in ("first_names", "family_name", "known_as"))
    names = [f"{first} {family}", f"{known_as} {family}" if known_as else "", *words_at(form_a, "child.also_known_as")]
    days = [text_at(form_a, path) for path in ("child.date_of_birth", "death.date", "death.date_found")]
    references = [
        text_at(item, "reference")
        for where in ("informed", "other_investigations")
        for _, item in items_at(form_a, where)
    ]
    return Person(
        CHILD, _told(map(_bare_words, names)), _told(days), _told(map(bare_number, [text_at(form_a, "child.nhs_number"), *references]))
    )  # fmt: skip


def _relative(item: Body, kind: str, family_name: str) -> Person:
    relationship = text_at(item, "relationship")
    for of, codes in ((PARENT, PARENTS), (SIBLING, SIBLINGS), (OTHER, OTHERS)):
        kind = of if relationship in codes else kind
    names = [_bare_words(text_at(item, key)) for key in ("name", "letter_name")]
    whole = [f"{name} {family_name}" if name and " " not in name else name for name in names]
    numbers = [bare_number(text_at(item, key)) for key in ("nhs_number", "phone")]
    return Person(kind, _told(whole), _told([text_at(item, "date_of_birth")]), _told(numbers))


def _told(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _bare_words(name: str) -> str:
    """A name word by word, without a title (`Ms`)."""
    from cdr.domain.anonymising.words import word_rules, words_of

    return " ".join(word for word in words_of(name) if word not in word_rules()["titles"])


def bare_number(text: str) -> str:
    """An NHS number, a telephone number or a reference as they are compared: its letters and digits alone, `0` for `+44`."""
    bare = bare_name(text)
    is_abroad = bare.isdigit() and bare.startswith(UNITED_KINGDOM) and len(bare) >= LONG_PHONE
    return f"0{bare.removeprefix(UNITED_KINGDOM)}" if is_abroad else bare


# ---- what is asked for ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Clues:
    """What is known of whom is looked for: names word by word, ISO dates, bare numbers. All of it must fit a case."""

    names: tuple[tuple[str, ...], ...] = ()
    days: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()

    @property
    def count(self) -> int:
        """How many clues there are."""
        return len(self.names) + len(self.days) + len(self.numbers)


@dataclass(frozen=True)
class Match:
    """A person of a case who is looked for; `exact` where nothing is spelt otherwise, accents apart."""

    case: str
    kind: str
    exact: bool


def clues_of(lines: Iterable[str]) -> Clues:
    """What some lines give: a name, a date or a number on each, or a name with one of the others.

    Raises: ValueError with the number of the first line, from 1, in which there is none of them.
    """
    names: list[tuple[str, ...]] = []
    days: list[str] = []
    numbers: list[str] = []
    for place, line in enumerate(lines, 1):
        if not line.strip():
            continue
        name, dated, number = _read(line.split())
        if not any((name, dated, number)):
            raise ValueError(place)
        names += [name] if name else []
        days += [dated] if dated else []
        numbers += [number] if number else []
    return Clues(tuple(names), tuple(days), tuple(numbers))


def _read(words: Sequence[str]) -> tuple[tuple[str, ...], str, str]:
    """The name, the ISO date and the bare number among the words of a line; empty where there is none of its kind."""
    rest, dated = _without_date([word.strip(",;") for word in words])
    if any(letter.isdigit() for word in rest for letter in word):
        digits = [word for word in rest if any(map(str.isdigit, word))]
        others = [word for word in rest if word not in digits]
        is_whole = all(len(bare_name(word)) < SHORTEST_ALIKE for word in others)
        number = bare_number("".join(rest if is_whole else digits))
        name = () if is_whole else _asked_name(others)
        return name, dated, number if len(number) >= SHORTEST_NUMBER else ""
    return _asked_name(rest), dated, ""


def _without_date(words: Sequence[str]) -> tuple[list[str], str]:
    for count in DATE_WORDS:
        for start in range(len(words) - count + 1):
            try:
                found = day(" ".join(words[start : start + count]))
            except ValueError:
                continue
            return [*words[:start], *words[start + count :]], found.isoformat()
    return list(words), ""


def _asked_name(words: Sequence[str]) -> tuple[str, ...]:
    bare = _bare_words(" ".join(words)).split()
    telling = [word for word in bare if word not in NO_NAME_YET] or bare
    return tuple(telling) if any(len(word) >= SHORTEST_NAME for word in telling) else ()


# ---- what fits -----------------------------------------------------------------------------------------------------


def matches(clues: Clues, cases: Mapping[str, tuple[Sequence[Person], Sequence[str]]]) -> list[Match]:
    """Everyone of the cases (their people, and other references of theirs) whom the clues fit: what is spelt the same first.

    Where a name is given, who bears it is meant, and a date or a number may be another's of the same case.
    """
    asked = _Asked(clues)
    found = [match for case, (people, references) in cases.items() for match in asked.in_case(case, people, references)]
    return sorted(found, key=lambda match: (not match.exact, match.case, SORTS.index(match.kind)))


class _Alike(dict[str, bool]):
    """Whether each word may be meant by one that is asked for: spelt alike, or one a short form of the other."""

    def __init__(self, asked: str) -> None:
        super().__init__()
        self.asked = asked

    def __missing__(self, word: str) -> bool:
        shorter, longer = (word, self.asked) if len(word) < len(self.asked) else (self.asked, word)
        self[word] = (len(shorter) >= SHORTEST_ALIKE and longer.startswith(shorter)) or close(self.asked, word)
        return self[word]


@dataclass(frozen=True)
class _Asked:
    """Clues with what was found out of them once for all cases."""

    clues: Clues
    _alike: dict[str, _Alike] = field(default_factory=dict)

    @cached_property
    def near_days(self) -> Mapping[str, frozenset[str]]:
        """By each date, those that may be meant; alone, a date is looked for as it is."""
        if self.clues.count == 1:
            return {one: frozenset([one]) for one in self.clues.days}
        return {one: frozenset(Likeness(Identity("", "", one, "")).births) for one in self.clues.days}

    @cached_property
    def near_numbers(self) -> Mapping[str, frozenset[str]]:
        """By each number, those that may be meant by a slip: of an NHS number alone."""
        near = {
            one: Likeness(Identity(one, "", "", "")).numbers for one in self.clues.numbers if TEN_DIGITS.fullmatch(one)
        }
        return {one: frozenset(near.get(one, ())) for one in self.clues.numbers}

    def in_case(self, case: str, people: Sequence[Person], references: Sequence[str]) -> Iterator[Match]:
        """The people of one case whom the clues fit; each kind of person once."""
        everyone = _with_references(case, people, references) if self.clues.numbers else people
        numbers = _each(self.clues.numbers, self._by_number, everyone)
        days = None if numbers is None else _each(self.clues.days, self._by_day, everyone)
        names = None if days is None else _each(self.clues.names, self._by_name, everyone)  # which take longest
        if names is None or days is None or numbers is None:
            return
        each = [*names, *numbers, *days]
        meant = each[: len(self.clues.names)] or each[:1]
        beside = all(any(fits.values()) for fits in each[len(meant) :])
        for kind in SORTS:
            fits = [one[id(p)] for one in meant for p in everyone if p.kind == kind and id(p) in one]
            if fits:
                yield Match(case, kind, any(fits) and beside)

    def _by_number(self, asked: str, person: Person) -> bool | None:
        return _by(asked, self.near_numbers[asked], person.numbers)

    def _by_day(self, asked: str, person: Person) -> bool | None:
        return _by(asked, self.near_days[asked], person.days)

    def _by_name(self, asked: Sequence[str], person: Person) -> bool | None:
        fits = [fit for name in person.names if (fit := self._fit(asked, name.split())) is not None]
        return any(fits) if fits else None

    def _fit(self, asked: Sequence[str], words: Sequence[str]) -> bool | None:
        """Whether a name is the same (True), alike (False) or another (None)."""
        if all(word in words for word in asked) or "".join(asked) == "".join(words):
            return True
        lacking = [word for word in asked if not self._is_alike_to_any(word, words)]
        lacking = [word for word in lacking if not self._is_alike_to_any(word, [a + b for a, b in pairwise(words)])]
        for a, b in pairwise(asked):
            if {a, b} <= set(lacking) and self._is_alike_to_any(a + b, words):
                lacking = [word for word in lacking if word not in (a, b)]
        return False if len(lacking) <= (len(asked) >= MANY_WORDS) else None

    def _is_alike_to_any(self, asked: str, words: Iterable[str]) -> bool:
        if asked not in self._alike:
            self._alike[asked] = _Alike(asked)
        return any(map(self._alike[asked].__getitem__, words))


def _with_references(case: str, people: Iterable[Person], references: Iterable[str]) -> list[Person]:
    """The people of a case, the child with what the case is called."""
    own = {bare_number(one) for one in (case, *references)}
    return [Person(p.kind, p.names, p.days, (*p.numbers, *own)) if p.kind == CHILD else p for p in people]


def _each(
    clues: Iterable[Clue], fit: Callable[[Clue, Person], bool | None], people: Iterable[Person]
) -> list[dict[int, bool]] | None:
    """By each clue, whom it fits and whether as it is; None where there is one that fits nobody."""
    found = []
    for clue in clues:
        fits = {id(person): fitting for person in people if (fitting := fit(clue, person)) is not None}
        if not fits:
            return None
        found.append(fits)
    return found


def _by(asked: str, near: Iterable[str], known: Sequence[str]) -> bool | None:
    if asked in known:
        return True
    return False if not set(near).isdisjoint(known) else None
