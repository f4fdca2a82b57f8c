"""Letters to the people who brought the child up: who should have one, whether it may go, and what it is made of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.letters.child_words import TWIN, Child, born_together, child_of, died_too
from cdr.domain.letters.greeting import salutation
from cdr.domain.letters.letter_facts import Answered, Standing
from cdr.domain.letters.letter_gate import QUESTIONS, Question, hold_reasons, one_line, unanswered
from cdr.domain.letters.organisations import Organisation
from cdr.domain.letters.people_written_to import PARENTS, Recipient, choose, family_names, people_of, recipients
from cdr.domain.rulebook.form_a import is_infant, is_newborn
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass, replace
from cdr.written import long_date

if TYPE_CHECKING:
    from cdr.domain.process.policy import Ages
    from cdr.domain.rulebook.configuration import Configuration

__all__ = [
    "QUESTIONS", "Child", "Contact", "Letter", "Question", "Recipient", "child_of", "choose", "compose", "hold_reasons",
    "people_of", "private_words", "recipients", "salutation", "unanswered",
]  # fmt: skip
BORN_ALIVE = "live_birth"
BY_HAND = ("By hand",)
NOTHING_KNOWN = Standing()


@dataclass(frozen=True)
class Contact:
    """A person whom the family can reach; what is not known is empty."""

    name: str
    role: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Keeping:
    """What a letter says of what is kept: for how many years, to whom to complain, and where the privacy notice is, if anywhere."""

    years: int
    complain_to: str
    notice: str = ""


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
    born_alive: bool
    suicide: bool
    coroner: bool
    inquest: str
    papers: str
    first: bool
    late: bool
    reviewed: bool
    put_off: bool
    opened_again: bool
    harm: bool
    abroad: bool
    criminal: bool
    in_care: bool
    in_custody: bool
    born_together: str
    died_too: str
    own_reviews: bool
    interpreter: bool
    signs: bool
    learning: tuple[str, ...]
    asked_for: tuple[str, ...]
    nothing_found: bool
    waits: tuple[str, ...]
    views_shared: bool
    meet_with: str
    met_on: str
    key_worker: Contact | None
    own_key_worker: bool
    manager: Contact
    signer: Contact
    organisations: tuple[Organisation, ...]
    draft: bool
    keeping: Keeping
    large_print: bool = False
    answers: tuple[Answered, ...] = ()


def private_words(form_a: Mapping[str, Any], recipient: Recipient, said_anyway: str = "") -> list[str]:
    """What this person's letter must not say: NHS number, causes, brothers' and sisters' names, others' addresses.

    `said_anyway` is what the letter says of nobody in particular, its wording and the area's own names: a county in it
    is no other parent's address, and “will” is no brother's name.
    """
    child, death = form_a["child"], form_a["death"]
    family = form_a.get("family", {})
    causes = (form_a.get("certification", {}).get("cause_of_death") or {}).values()
    siblings = [sibling.get("name") for sibling in family.get("siblings") or []]
    elsewhere = [part for person in family.get("parents") or [] for part in person.get("address") or []]
    own = "\n".join(recipient.address_lines)
    others = [part for part in elsewhere if not says(own, part)]
    shared = [word for word in (*siblings, *others) if isinstance(word, str) and not says(said_anyway, word)]
    words = [child.get("nhs_number"), death.get("circumstances"), *causes, *shared]
    return [one_line(word) for word in words if isinstance(word, str) and one_line(word)]


def says(text: str, words: str) -> bool:
    """Whether a text has these words, whole and in any case."""
    wanted = re.escape(one_line(words).casefold())
    return bool(wanted) and re.search(rf"(?<!\w){wanted}(?!\w)", one_line(text).casefold()) is not None


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
    case: Standing = NOTHING_KNOWN,
    signed_by_chair: bool = False,
    other_cases: int = 0,
    new_cases: int | None = None,
    meet_with: str = "",
    in_custody: bool = False,
    large_print: bool = False,
) -> Letter:
    """One person's letter, ready for a wording.

    Of so many brothers and sisters there are `other_cases`, of which `new_cases` (without it all) are of the same time as this one.
    `meet_with` is who agreed to see the family. One `in_custody` rings and meets others as the staff there allow.
    One without an address is to be handed over.

    Raises: ConditionsNotMet for a final letter to someone without a name.
    """
    if not draft:
        _check_can_be_sent(recipient)
    if not recipient.address_lines:
        recipient = replace(recipient, address_lines=BY_HAND)
    infant = is_infant(form_a, ages)
    child = child_of(form_a["child"], to_parent=recipient.relationship in PARENTS, infant=infant)
    return Letter(
        **_head(configuration, on, "chair" if signed_by_chair else "manager"),
        **_family(form_a, recipient, child, ages),
        **_brothers_and_sisters(form_a, child, other_cases, other_cases if new_cases is None else new_cases),
        **_standing(case, recipient.number),
        meet_with=one_line(meet_with),
        in_custody=in_custody,
        answers=tuple(one for one in case.answers if recipient.number in one.is_for),
        reference=reference,
        recipient=recipient,
        salutation=salutation(recipient.name, in_full=recipient.number in _alike(form_a), family=family_names(form_a)),
        child=child,
        key_worker=_key_worker(form_a, configuration),
        organisations=tuple(organisations),
        draft=draft,
        large_print=large_print,
    )


def _alike(form_a: Mapping[str, Any]) -> set[int]:
    """The numbers of those whose letters would begin alike: two at one address could not tell whose is whose."""
    family = family_names(form_a)
    begun = {person.number: salutation(person.name, family=family) for person in recipients(form_a)}
    return {number for number, said in begun.items() if [*begun.values()].count(said) > 1}


def _head(configuration: Configuration, on: date, signer: str) -> dict[str, Any]:
    """Who writes, and when."""
    return {
        "organisation": one_line(configuration.letterhead.organisation),
        "organisation_address": sender_address(configuration),
        "on": on,
        "date": long_date(on),
        "manager": contact(configuration.people["manager"]),
        "signer": contact(configuration.people[signer]),
        "keeping": keeping(configuration),
    }


def keeping(configuration: Configuration) -> Keeping:
    """What this area's letters say of what is kept; complaints go to the manager where cdr.yaml names nobody else."""
    said = configuration.governance
    manager = configuration.people["manager"]
    to = said.complaints or said.officer.email or manager.email
    return Keeping(configuration.retention_years, one_line(to), one_line(said.privacy_notice))


def _family(form_a: Mapping[str, Any], recipient: Recipient, child: Child, ages: Ages) -> dict[str, Any]:
    """What Form A knows of the child and of the one who is written to."""
    death, family = form_a["death"], form_a.get("family", {})
    newborn = is_newborn(form_a, ages)
    return {
        "is_parent": recipient.relationship in PARENTS,
        "lived_together": recipient.lives_with_child or (newborn and recipient.relationship in PARENTS),
        "newborn": newborn,
        "born_alive": form_a["child"].get("birth_status", BORN_ALIVE) == BORN_ALIVE,
        "suicide": "apparent_suicide" in (death.get("suspected_events") or []),
        "abroad": death.get("place") == "abroad",
        "in_care": form_a["child"].get("looked_after") == "yes",
        "interpreter": recipient.interpreter,
        "signs": recipient.signs,
        "own_key_worker": bool((family.get("key_worker") or {}).get("name")),
    }


def _brothers_and_sisters(form_a: Mapping[str, Any], child: Child, cases: int, new: int) -> dict[str, Any]:
    """Who was born with the child, and who died too: what is years ago is known to the family, and no news in a letter."""
    return {
        "born_together": born_together(form_a, child, cases),
        "died_too": died_too(form_a, child, cases, new=new),
        "own_reviews": new > 0,
    }


def _standing(case: Standing, number: int) -> dict[str, Any]:
    """How the case stands, as a wording asks for it, for the one who is written to."""
    first = case.is_first_for(number)
    return {
        "first": first,
        "coroner": bool(case.inquest),
        "inquest": case.inquest,
        "papers": case.papers,
        "late": first and case.long_ago,
        "reviewed": "reviewed" in case,
        "put_off": "deferred" in case,
        "opened_again": case.opened_again,
        "harm": case.harm,
        "criminal": case.criminal,
        "learning": tuple(one_line(text) for text in case.learning),
        "asked_for": tuple(one_line(text) for text in case.asked_for),
        "nothing_found": "words_for_family" in case and not case.learning and not case.asked_for,
        "met_on": long_date(case.met_on) if case.met_on else "",
        "waits": tuple(one_line(text) for text in case.waits),
        "views_shared": case.views_shared and number not in case.told_since and _may_have_told(case, number),
    }


def _may_have_told(case: Standing, number: int) -> bool:
    """Whether somebody may have told us something: the views that are recorded are theirs, or nobody knows whose they are."""
    return case.told_us is None or number in case.told_us


def sender_address(configuration: Configuration) -> tuple[str, ...]:
    """The letterhead's lines, without a first one that only says the end of the organisation's name again.

    A town is a line of its own, though the name may begin with it (`Leeds CDOP`).
    """
    organisation = one_line(configuration.letterhead.organisation)
    lines = [line for part in configuration.letterhead.address if (line := one_line(part))]
    again = bool(lines) and " " in lines[0] and f" {organisation}".endswith(f" {lines[0]}")
    return tuple(lines[1:] if again else lines)


def twin_to_ask_about(form_a: Mapping[str, Any]) -> bool:
    """Whether the letter can speak of no twin though there is one: Form A names none, or nobody knows whether one is alive."""
    siblings = form_a.get("family", {}).get("siblings") or []
    twins = [sibling for sibling in siblings if sibling.get("relationship") == TWIN]
    unknown = any(twin.get("has_died") == "not_known" for twin in twins)
    return unknown or (form_a["child"].get("multiple_birth") == "yes" and not twins)


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
