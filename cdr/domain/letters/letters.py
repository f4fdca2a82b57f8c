"""Letters to the people who brought the child up: who should have one, whether it may go, and what it is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.letters.letter_gate import QUESTIONS, Question, hold_reasons, one_line, unanswered
from cdr.domain.letters.support import Organisation
from cdr.domain.rulebook.form_a import is_newborn
from cdr.errors import ConditionsNotMet, NotFound
from cdr.written import long_date

if TYPE_CHECKING:
    from cdr.domain.process.policy import Ages
    from cdr.domain.rulebook.configuration import Configuration

__all__ = [
    "QUESTIONS", "Child", "Contact", "Letter", "Question", "Recipient", "child_of", "choose", "compose", "hold_reasons",
    "private_words", "recipients", "salutation", "unanswered",
]  # fmt: skip
BY_HAND = ("By hand",)
CORPORATE_PARENT = "local_authority"  # a council is told by its own people, and grieves differently
NAMED_PARENTS = ("mother", "father")
TITLES = frozenset(
    {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "professor", "rev", "reverend", "revd", "sir", "dame", "lady", "lord"}
    | {"sister", "brother", "father", "imam", "rabbi", "pastor", "captain", "capt", "major"}
)  # fmt: skip
NO_NAME_YET = frozenset(
    {"baby", "babe", "infant", "unnamed", "unknown", "twin", "triplet", "boy", "girl", "male", "female", "not"}
)
PRONOUNS = {"male": ("he", "him", "his"), "female": ("she", "her", "her")}


@dataclass(frozen=True)
class Recipient:
    """Someone who should have a letter; `number` is 1-based among those who should."""

    number: int
    name: str
    relationship: str
    address_lines: tuple[str, ...]
    lives_with_child: bool
    interpreter: bool = False


@dataclass(frozen=True)
class Contact:
    """A person whom the family can reach; what is not known is empty."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Child:
    """The child as the letter speaks of them; where the sex is not known the pronouns are the name. `whose` is `Amara’s`."""

    name: str
    they: str
    them: str
    their: str
    whose: str
    named: bool


@dataclass(frozen=True)
class FromCase:
    """What a letter may take from the case beside Form A: what was learned, and what the review waits for, in plain words;
    whether the coroner knows, and whether a criminal case is open.
    """

    learning: tuple[str, ...] = ()
    waits: tuple[str, ...] = ()
    views_shared: bool = False
    signed_by_chair: bool = False
    coroner: bool = False
    criminal: bool = False


@dataclass(frozen=True)
class Letter:
    """All that a wording may use; `on` is the letter's date and `date` the same in words."""

    reference: str
    organisation: str
    organisation_address: tuple[str, ...]
    on: date
    date: str
    recipient: Recipient
    salutation: str
    child: Child
    is_parent: bool
    lived_together: bool
    newborn: bool
    suicide: bool
    coroner: bool
    abroad: bool
    criminal: bool
    in_care: bool
    born_together: str
    interpreter: bool
    learning: tuple[str, ...]
    waits: tuple[str, ...]
    views_shared: bool
    meet_with: str
    key_worker: Contact | None
    own_key_worker: bool
    manager: Contact
    signer: Contact
    organisations: tuple[Organisation, ...]
    draft: bool
    large_print: bool = False


def recipients(form_a: Mapping[str, Any]) -> list[Recipient]:
    """Who should have a letter of their own.

    Everyone named as mother or father, everyone with parental responsibility, and everyone who brought the child up at
    home: a parent who lived elsewhere is bereaved too, and a foster carer or grandmother is not left out. Two people
    at one address have a letter each, so that neither reads the other's. Each address is that person's own; the child's
    stands in only for someone who lived with the child. (process: separate letters, never the other's address)
    """
    people = [person for person in form_a.get("family", {}).get("parents") or [] if _should_have_one(person)]
    return [_recipient(number, person, form_a["child"]) for number, person in enumerate(people, 1)]


def _should_have_one(person: Mapping[str, Any]) -> bool:
    if person.get("has_died") == "yes" or person.get("relationship") == CORPORATE_PARENT:
        return False
    return (
        person.get("relationship") in NAMED_PARENTS
        or person.get("parental_responsibility") == "yes"
        or person.get("lives_with_child") == "yes"
    )


def _recipient(number: int, person: Mapping[str, Any], child: Mapping[str, Any]) -> Recipient:
    together = person.get("lives_with_child") == "yes"
    address = list(person.get("address") or [])
    if not address and together:
        address = [*(child.get("address") or []), *([child["postcode"]] if child.get("postcode") else [])]
    return Recipient(
        number=number,
        name=one_line(person.get("letter_name") or person.get("name")),
        relationship=one_line(person.get("relationship")) or "other",
        address_lines=tuple(one_line(part) for part in address if one_line(part)),
        lives_with_child=together,
        interpreter=person.get("interpreter_needed") == "yes",
    )


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
        hint = f"Say mother, father, or a number from 1 to {len(people)}."
        raise NotFound("No one who should have a letter fits --to.", hint)
    return found


def private_words(form_a: Mapping[str, Any], recipient: Recipient) -> list[str]:
    """What this person's letter must not say: NHS number, causes, brothers' and sisters' names, others' addresses."""
    child, death = form_a["child"], form_a["death"]
    family = form_a.get("family", {})
    causes = (form_a.get("certification", {}).get("cause_of_death") or {}).values()
    siblings = [sibling.get("name") for sibling in family.get("siblings") or []]
    elsewhere = [part for person in family.get("parents") or [] for part in person.get("address") or []]
    own = {part.casefold() for part in recipient.address_lines}
    others = [part for part in elsewhere if part.casefold() not in own]
    words = [child.get("nhs_number"), death.get("circumstances"), *causes, *siblings, *others]
    return [one_line(word) for word in words if isinstance(word, str) and one_line(word)]


def compose(
    form_a: Mapping[str, Any],
    configuration: Configuration,
    recipient: Recipient,
    on: date,
    organisations: Sequence[Organisation],
    ages: Ages,
    *,
    draft: bool,
    reference: str = "",
    case: FromCase = FromCase(),
    large_print: bool = False,
) -> Letter:
    """One person's letter, ready for a wording.

    One without an address is to be handed over. Raises: ConditionsNotMet for a final letter to someone without a name.
    """
    if not draft:
        _check_can_be_sent(recipient)
    if not recipient.address_lines:
        recipient = replace(recipient, address_lines=BY_HAND)
    death, family = form_a["death"], form_a.get("family", {})
    child = child_of(form_a["child"])
    return Letter(
        reference=reference,
        organisation=one_line(configuration.letterhead.organisation),
        organisation_address=sender_address(configuration),
        on=on,
        date=long_date(on),
        recipient=recipient,
        salutation=salutation(recipient.name),
        child=child,
        is_parent=_is_parent(recipient.relationship),
        lived_together=recipient.lives_with_child or is_newborn(form_a, ages),
        newborn=is_newborn(form_a, ages),
        suicide="apparent_suicide" in (death.get("suspected_events") or []),
        coroner=case.coroner,
        abroad=death.get("place") == "abroad",
        criminal=case.criminal,
        in_care=form_a["child"].get("looked_after") == "yes",
        born_together=_born_together(form_a, child),
        interpreter=bool(family.get("interpreter_language")) or recipient.interpreter,
        learning=tuple(one_line(text) for text in case.learning),
        waits=tuple(one_line(text) for text in case.waits),
        views_shared=case.views_shared,
        meet_with=one_line(family.get("follow_up_with")),
        key_worker=_key_worker(form_a, configuration),
        own_key_worker=bool((family.get("key_worker") or {}).get("name")),
        manager=contact(configuration.people["manager"]),
        signer=contact(configuration.people["chair" if case.signed_by_chair else "manager"]),
        organisations=tuple(organisations),
        draft=draft,
        large_print=large_print,
    )


def _is_parent(relationship: str) -> bool:
    """Whether a relationship's code is a mother's or father's, by birth, adoption or marriage; not a foster carer's."""
    words = set(relationship.casefold().replace("-", "_").replace(" ", "_").split("_"))
    return bool(words & {"mother", "father", "parent", "stepmother", "stepfather"}) and not words & {"foster", "grand"}


def sender_address(configuration: Configuration) -> tuple[str, ...]:
    """The letterhead's lines, without one that only says part of the organisation's name again."""
    organisation = one_line(configuration.letterhead.organisation)
    lines = [one_line(part) for part in configuration.letterhead.address]
    return tuple(line for line in lines if line and line not in organisation)


def twin_to_ask_about(form_a: Mapping[str, Any]) -> bool:
    """Whether Form A says that the child was one of several and names no twin, so that the letter can speak of none."""
    siblings = form_a.get("family", {}).get("siblings") or []
    return form_a["child"].get("multiple_birth") == "yes" and all(s.get("relationship") != "twin" for s in siblings)


def _check_can_be_sent(recipient: Recipient) -> None:
    if not recipient.name:
        raise ConditionsNotMet(
            f"Letter {recipient.number} cannot be made final yet.",
            ["The person's name is missing in Form A: ask the key worker how they write it."],
            "Add it with: cdr edit REF form-a. A draft can be made meanwhile with --draft.",
        )


def to_hand_over(letters: Sequence[Letter]) -> list[int]:
    """The numbers of the letters that have no address, and so are handed over in person."""
    return [letter.recipient.number for letter in letters if letter.recipient.address_lines == BY_HAND]


def salutation(name: str) -> str:
    """`Dear Ms Moore` for a title and two names; else the name as it is written, since no one may guess a family name.

    Which word is the family name depends on the language (Vietnamese and Hungarian put it first, Spanish has two).
    """
    words = name.split()
    if len(words) == 3 and words[0].rstrip(".").casefold() in TITLES:
        return f"Dear {words[0]} {words[2]}"
    return f"Dear {name}" if words else "Dear (name to be asked)"


def child_of(child: Mapping[str, Any]) -> Child:
    """The child by the name that the family uses: `known_as`, else the first of the first names; else `your baby`."""
    names = one_line(child.get("known_as")) or next(iter(one_line(child.get("first_names")).split()), "")
    named = bool(names) and names.split()[0].casefold() not in NO_NAME_YET
    name = names if named else "your baby"
    of_the_name = f"{name}’" if name.endswith("s’") else f"{name}’s"
    they, them, their = PRONOUNS.get(child.get("sex") or "", (name, name, of_the_name))
    return Child(name=name, they=they, them=them, their=their, whose=of_the_name, named=named)


def _born_together(form_a: Mapping[str, Any], child: Child) -> str:
    """The twin who is alive, in words without a name; more than one, where there are; empty where none is known."""
    siblings = form_a.get("family", {}).get("siblings") or []
    alive = [s for s in siblings if s.get("relationship") == "twin" and s.get("has_died") != "yes"]
    if len(alive) > 1:
        return f"the children who were born with {child.name}"
    return f"{child.whose} twin" if alive else ""


def _key_worker(form_a: Mapping[str, Any], configuration: Configuration) -> Contact | None:
    """The family's own key worker, else the area's."""
    own = form_a.get("family", {}).get("key_worker")
    if own and own.get("name"):
        return Contact(*(one_line(own.get(part)) for part in ("name", "role", "phone", "email")))
    person = configuration.people.get("key_worker")
    return contact(person) if person else None


def contact(person: Any) -> Contact:
    """A professional of cdr.yaml as a letter names them."""
    return Contact(*(one_line(getattr(person, part, "")) for part in ("name", "role", "phone", "email")))
