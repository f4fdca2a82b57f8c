"""The child as a letter speaks of them: by the name and the pronouns that the family uses, and with whom they were born."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdr.domain.letters.letter_gate import one_line
from cdr.records import dataclass

TWIN = "twin"
NO_NAME_YET = frozenset(
    {"baby", "babe", "infant", "unnamed", "unknown", "twin", "triplet", "boy", "girl", "male", "female", "not"}
)
PRONOUNS = {"he": ("he", "him", "his"), "she": ("she", "her", "her"), "they": ("they", "them", "their")}
COUNTED = {2: "two", 3: "three", 4: "four", 5: "five"}
WORDS = {"brother": "brother", "sister": "sister", "half_sibling": "brother or sister"}
OF_THE_SEX = {"male": "he", "female": "she"}


@dataclass(frozen=True)
class Child:
    """The child as the family speaks of them; where neither that nor the sex is known the pronouns are the name. `whose` is `Amara’s`."""

    name: str
    they: str
    them: str
    their: str
    whose: str
    named: bool


def child_of(child: Mapping[str, Any], *, to_parent: bool = True, infant: bool = True) -> Child:
    """The child by the name that the family uses: `known_as`, else the first of the first names; else `your baby`.

    To one who is no parent it is `the baby`, and one who is no baby any more is a child.
    """
    used = one_line(child.get("known_as"))
    names = used or next(iter(one_line(child.get("first_names")).split()), "")
    named = any(word.casefold() not in NO_NAME_YET for word in names.split())
    unnamed = f"{'your' if to_parent else 'the'} {'baby' if infant else 'child'}"
    name = names if named else unnamed
    of_the_name = f"{name}’" if name.endswith("s’") else f"{name}’s"
    said, of_the_sex = str(child.get("spoken_of") or ""), OF_THE_SEX.get(str(child.get("sex")), "name")
    spoken_of = of_the_sex if said in ("", "not_applicable") else said
    they, them, their = PRONOUNS.get(spoken_of, (name, name, of_the_name))
    return Child(name=name, they=they, them=them, their=their, whose=of_the_name, named=named)


def born_together(form_a: Mapping[str, Any], child: Child, other_cases: int) -> str:
    """Who was born with the child and is alive, in words without a name; empty where none is known to be."""
    alive = [one for one in _alive(form_a, other_cases) if one.get("relationship") == TWIN]
    if len(alive) == 1 and len(_twins(form_a)) > 1:
        return f"the other child who was born with {child.name}"
    return _siblings_called(alive, alive, child)


def died_too(form_a: Mapping[str, Any], child: Child, other_cases: int, *, new: int) -> str:
    """Who of those born with the child died, and who of the brothers and sisters where one has a `new` case, in words without a name."""
    siblings = _siblings(form_a)
    gone = [one for one in siblings if one.get("has_died") == "yes"] + _died_by_their_case(form_a, other_cases)
    twins, others = ([one for one in gone if (one.get("relationship") == TWIN) is born] for born in (True, False))
    all_twins, all_others = _twins(form_a), [one for one in siblings if one.get("relationship") != TWIN]
    said = [
        _siblings_called(twins, all_twins, child),
        _siblings_called(others, all_others, child) if new else "",
    ]
    both = " and ".join(filter(None, said))
    return both.replace(f" and {child.whose} ", " and ")


def _siblings(form_a: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [*(form_a.get("family", {}).get("siblings") or [])]


def _twins(form_a: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Who was born with the child."""
    return [one for one in _siblings(form_a) if one.get("relationship") == TWIN]


def _not_dead(form_a: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Those of whom Form A does not say that they died; of whom nobody knows it says nothing."""
    return [one for one in _siblings(form_a) if one.get("has_died") in ("no", "not_applicable", None)]


def _died_by_their_case(form_a: Mapping[str, Any], other_cases: int) -> list[Mapping[str, Any]]:
    """Those who died since Form A was written: told only where there are as many as cases that it does not account for."""
    more = other_cases - sum(one.get("has_died") == "yes" for one in _siblings(form_a))
    rest = _not_dead(form_a)
    return rest if len(rest) == more else []


def _alive(form_a: Mapping[str, Any], other_cases: int) -> list[Mapping[str, Any]]:
    """Those of whom it is sure that they live: not where a case is somebody's of whom Form A does not say so."""
    more = other_cases - sum(one.get("has_died") == "yes" for one in _siblings(form_a))
    return [] if more > 0 else _not_dead(form_a)


def _siblings_called(some: Sequence[Mapping[str, Any]], of: Sequence[Mapping[str, Any]], child: Child) -> str:
    """Some of the brothers and sisters, or of those born together, without a name; `of` are all of that kind."""
    if not some:
        return ""
    twins = all(one.get("relationship") == TWIN for one in some)
    everyone = f"the children who were born with {child.name}" if twins else f"{child.whose} brothers and sisters"
    if len(some) > 1:
        return everyone if len(some) == len(of) else f"{COUNTED.get(len(some), 'some')} of {everyone}"
    if twins:
        return f"{child.whose} twin" if len(of) == 1 else f"one of {everyone}"
    return f"{child.whose} {WORDS.get(str(some[0].get('relationship')), 'brother or sister')}"
