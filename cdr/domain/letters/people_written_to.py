"""Who of a family should have a letter of their own, by which number, name and address; and whom a word of the record means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cdr.domain.letters.greeting import with_capitals
from cdr.domain.letters.letter_gate import one_line
from cdr.errors import NotFound
from cdr.expressions import expression
from cdr.records import dataclass

CORPORATE_PARENT = "local_authority"  # a council is told by its own people, and grieves differently
NAMED_PARENTS = ("mother", "father", "parent", "adoptive_parent")
PARENTS = (*NAMED_PARENTS, "stepmother", "stepfather")
WHOLE_FAMILY = ("", "family")
SIGN_LANGUAGE = expression(r"(?i)\bsign(?:ed)? language\b|\bBSL\b|\bISL\b")

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Recipient:
    """Someone who should have a letter; `number` is 1-based among those who should; one who `signs` is Deaf, and rings nobody."""

    number: int
    name: str
    relationship: str
    address_lines: tuple[str, ...]
    lives_with_child: bool
    interpreter: bool = False
    signs: bool = False


def recipients(form_a: Body) -> list[Recipient]:
    """Who should have a letter of their own.

    Everyone named as a parent, by birth or by adoption, everyone with parental responsibility, and everyone who brought the child up at
    home: a parent who lived elsewhere is bereaved too, and a foster carer or grandmother is not left out. Two people
    at one address have a letter each, so that neither reads the other's. Each address is that person's own; the child's
    stands in only for someone who lived with the child. (process: separate letters, never the other's address)
    """
    people = people_of(form_a)
    spoken = _with_an_interpreter(people, form_a.get("family", {}))
    family = form_a.get("family", {})
    return [
        _recipient(number, person, form_a["child"], spoken[number], _signs(person, family))
        for number, person in people.items()
    ]


def people_of(form_a: Body) -> dict[int, Body]:
    """What Form A says of those who should have a letter of their own, by the letters' numbers from 1."""
    people = [person for person in form_a.get("family", {}).get("parents") or [] if _should_have_one(person)]
    return dict(enumerate(people, 1))


def parents_who_died(form_a: Body) -> list[str]:
    """The relationships of the parents who have died, too; Form A does not say when, and so no letter speaks of it."""
    people = form_a.get("family", {}).get("parents") or []
    return [one_line(one.get("relationship")) for one in people if one.get("has_died") == "yes"]


def family_names(form_a: Body) -> frozenset[str]:
    """The words of the child's family name, folded: a parent's name that begins with one of them begins with no first name."""
    return frozenset(one_line(form_a["child"].get("family_name")).replace("-", " ").casefold().split())


def meant_by(word: str, people: Mapping[int, Body]) -> frozenset[int]:
    """The numbers of those whom a word of the record means: a number, a relationship, or `family`, which is everyone.

    Empty where it is nobody's here. A relationship that two of them have means both, and so neither alone.
    """
    said = word.strip().casefold()
    if said in WHOLE_FAMILY:
        return frozenset(people)
    found = [n for n, person in people.items() if said in {str(n), one_line(person.get("relationship")).casefold()}]
    return frozenset(found)


def choose(people: Sequence[Recipient], to: str | int | None) -> list[Recipient]:
    """Those whom `--to` means: `mother` (both, where there are two), `father`, a number, or everyone.

    Raises: NotFound.
    """
    if not people:
        raise NotFound("Form A names no one to write to.", "Add the parents to Form A with: cdr edit REF form-a")
    if to is None:
        return list(people)
    word = str(to).strip().casefold()
    found = [person for person in people if word in {person.relationship.casefold(), str(person.number)}]
    if not found:
        known = [*dict.fromkeys(person.relationship for person in people), *(str(person.number) for person in people)]
        hint = f"Say {', '.join(known[:-1])} or {known[-1]}."
        raise NotFound("Nobody of this case who may be written to is meant by that.", hint)
    return found


def _should_have_one(person: Body) -> bool:
    if person.get("has_died") == "yes" or person.get("relationship") == CORPORATE_PARENT:
        return False
    return (
        person.get("relationship") in NAMED_PARENTS
        or person.get("parental_responsibility") == "yes"
        or person.get("lives_with_child") == "yes"
    )


def _with_an_interpreter(people: Mapping[int, Body], family: Body) -> dict[int, bool]:
    """Who needs an interpreter: those of whom Form A says so; where it says so of nobody, and names a language, all but those who need none."""
    said = {number: one_line(person.get("interpreter_needed")) for number, person in people.items()}
    language = bool(family.get("interpreter_language")) and "yes" not in said.values()
    return {number: answer == "yes" or (language and answer != "no") for number, answer in said.items()}


def _signs(person: Body, family: Body) -> bool:
    """Whether somebody's language is a sign language: by their own, else by the family's."""
    language = person.get("language") or family.get("interpreter_language") or family.get("language")
    return SIGN_LANGUAGE.search(one_line(language)) is not None


def _recipient(number: int, person: Body, child: Body, interpreter: bool, signs: bool) -> Recipient:
    together = person.get("lives_with_child") == "yes"
    address = list(person.get("address") or [])
    if not address and together:
        address = [*(child.get("address") or []), *([child["postcode"]] if child.get("postcode") else [])]
    return Recipient(
        number=number,
        name=one_line(person.get("letter_name")) or with_capitals(one_line(person.get("name"))),
        relationship=one_line(person.get("relationship")) or "other",
        address_lines=tuple(one_line(part) for part in address if one_line(part)),
        lives_with_child=together,
        interpreter=interpreter,
        signs=signs,
    )
