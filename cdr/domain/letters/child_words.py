"""The child as a letter speaks of them: by the name and the pronouns that the family uses, and with whom they were born."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdr.domain.letters.letter_gate import one_line

TWIN = "twin"
NO_NAME_YET = frozenset(
    {"baby", "babe", "infant", "unnamed", "unknown", "twin", "triplet", "boy", "girl", "male", "female", "not"}
)
PRONOUNS = {"he": ("he", "him", "his"), "she": ("she", "her", "her"), "they": ("they", "them", "their")}
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


def child_of(child: Mapping[str, Any]) -> Child:
    """The child by the name that the family uses: `known_as`, else the first of the first names; else `your baby`."""
    names = one_line(child.get("known_as")) or next(iter(one_line(child.get("first_names")).split()), "")
    named = bool(names) and names.split()[0].casefold() not in NO_NAME_YET
    name = names if named else "your baby"
    of_the_name = f"{name}’" if name.endswith("s’") else f"{name}’s"
    said, of_the_sex = str(child.get("spoken_of") or ""), OF_THE_SEX.get(str(child.get("sex")), "name")
    spoken_of = of_the_sex if said in ("", "not_applicable") else said
    they, them, their = PRONOUNS.get(spoken_of, (name, name, of_the_name))
    return Child(name=name, they=they, them=them, their=their, whose=of_the_name, named=named)


def born_together(form_a: Mapping[str, Any], child: Child, others_died: bool) -> str:
    """The twin who is alive, in words without a name; more than one, where there are; empty where none is known to be."""
    if others_died:
        return ""
    return _in_words(_twins(form_a, died=False), child)


def died_too(form_a: Mapping[str, Any], child: Child, others_died: bool) -> str:
    """The twin who died, or whoever of the brothers and sisters has a review of their own, in words without a name."""
    if twins := _twins(form_a, died=True) or (_twins(form_a, died=False) if others_died else []):
        return _in_words(twins, child)
    siblings = form_a.get("family", {}).get("siblings") or []
    gone = [sibling for sibling in siblings if sibling.get("has_died") == "yes"]
    return _in_words(gone, child) if others_died else ""


def _twins(form_a: Mapping[str, Any], *, died: bool) -> list[Mapping[str, Any]]:
    """Who was born with the child, and died or did not; of whom nobody knows which is neither."""
    siblings = form_a.get("family", {}).get("siblings") or []
    wanted = ("yes",) if died else ("no", "not_applicable", None)
    return [s for s in siblings if s.get("relationship") == TWIN and s.get("has_died") in wanted]


def _in_words(siblings: Sequence[Mapping[str, Any]], child: Child) -> str:
    if len(siblings) > 1:
        all_twins = all(sibling.get("relationship") == TWIN for sibling in siblings)
        return f"the children who were born with {child.name}" if all_twins else f"{child.whose} brothers and sisters"
    relation = str(siblings[0].get("relationship")) if siblings else ""
    words = {TWIN: "twin", "brother": "brother", "sister": "sister", "half_sibling": "brother or sister"}
    return f"{child.whose} {words.get(relation, 'brother or sister')}" if siblings else ""
