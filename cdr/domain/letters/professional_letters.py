"""Letters to professionals: the chair's, which asks an organisation to act, and the statement that a member signs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.letters.letter_gate import one_line
from cdr.domain.letters.letters import Recipient, contact, sender_address
from cdr.domain.letters.on_paper import OnPaper
from cdr.domain.panel.actions import actions_of, words
from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import NotFound
from cdr.records import dataclass, replace
from cdr.written import long_date

if TYPE_CHECKING:
    from cdr.domain.rulebook.configuration import Configuration

NAMES_ORGANISATION = frozenset({"agencies", "organisations", "codes"})  # what a letter to an organisation may well say


@dataclass(frozen=True)
class ProfessionalLetter(OnPaper):
    """All that such a wording may use; nothing of it comes from Form A, and there is no reference of the case."""

    recommendation: str
    due: str
    large_print: bool = False
    reference: str = ""
    due_is_past: bool = False


def recommendations(analysis: Mapping[str, Any], number: str | None) -> list[tuple[int, Mapping[str, Any]]]:
    """The recommendations that name whom they are for, numbered from 1 as in Form C; or the one of a number.

    Raises: NotFound.
    """
    listed = [(n + 1, item) for n, item in items_at(analysis, "recommendations") if text_at(item, "to")]
    found = [(n, item) for n, item in listed if number is None or str(n) == number.strip()]
    if found:
        return found
    if not listed:
        raise NotFound(
            "Form C has no recommendation that names an organisation.",
            "Say in Form C for whom it is: recommendations, to.",
        )
    raise NotFound("No recommendation fits --to.", f"Say its number in Form C: {', '.join(str(n) for n, _ in listed)}.")


def action_letter(
    recommendation: Mapping[str, Any],
    number: int,
    configuration: Configuration,
    on: date,
    *,
    draft: bool,
    large_print: bool = False,
) -> ProfessionalLetter:
    """The chair's letter about one recommendation, without anything about the child; it names no day that is past.

    Source: Children Act 2004 section 16M, by which the partners tell a person that they should act.
    """
    wanted = text_at(recommendation, "to")
    to = next((agency.name for agency in configuration.agencies if agency.id == wanted), one_line(wanted))
    owner, due = one_line(recommendation.get("owner")), date_at(recommendation, "due")
    recipient = Recipient(number, owner or to, ORGANISATION, (to,) if owner else (), lives_with_child=False)
    past = due is not None and due <= on
    made = _letter(
        configuration, on, recipient, f"Dear {owner or 'colleague'}", to=to,
        recommendation=one_line(recommendation.get("text")).rstrip("."), due=long_date(due) if due and not past else "",
        signed_by="chair", draft=draft, large_print=large_print,
    )  # fmt: skip
    return replace(made, due_is_past=past)


ORGANISATION, MEMBER = "organisation", "member"


def statement(
    configuration: Configuration, who: str | None, on: date, *, large_print: bool = False
) -> ProfessionalLetter:
    """The statement of confidentiality; `who` is one of the people of cdr.yaml, and without it the name stays to be written.

    Raises: NotFound.
    """
    people = configuration.people
    if who is not None and who not in people:
        raise NotFound(
            "No one in cdr.yaml fits --to.",
            f"Say one of {', '.join(people)}; without --to the name is left to be written by hand.",
        )
    name = one_line(people[who].name) if who else ""
    role = one_line(people[who].role) if who else ""
    return _letter(
        configuration, on, Recipient(1, name, MEMBER, (), lives_with_child=False), "", to=role, signed_by="manager",
        draft=False, large_print=large_print,
    )  # fmt: skip


def _letter(
    configuration: Configuration,
    on: date,
    recipient: Recipient,
    salutation: str,
    *,
    to: str,
    signed_by: str,
    draft: bool,
    large_print: bool,
    recommendation: str = "",
    due: str = "",
) -> ProfessionalLetter:
    return ProfessionalLetter(
        organisation=one_line(configuration.letterhead.organisation),
        organisation_address=sender_address(configuration),
        on=on,
        date=long_date(on),
        recipient=recipient,
        salutation=salutation,
        area=one_line(configuration.area),
        to=to,
        recommendation=recommendation,
        due=due,
        manager=contact(configuration.people["manager"]),
        signer=contact(configuration.people[signed_by]),
        draft=draft,
        large_print=large_print,
    )


def to_check(letter: ProfessionalLetter, case: Mapping[str, Any]) -> Iterator[str]:
    """What of a letter about a recommendation somebody should see to: its day is past, or the register has it as ended."""
    number = letter.recipient.number
    if letter.due_is_past:
        yield f"the day of recommendation {number} in Form C is past, so the letter names none."
    for one in actions_of(case):
        if one.number == number and not one.is_open:
            yield f"by the register recommendation {number} is {words(one.status)} since {one.ended_on}, and the letter still asks for it."


def recognisable(letter: ProfessionalLetter, form_a: Mapping[str, Any]) -> list[str]:
    """What in a recommendation points at the child, the family or someone who cared for them; it is never quoted."""
    read = Anonymiser.from_documents(form_a, [], {}).read(f"{letter.recommendation}.")
    kinds = [kind for kind, _ in read.replaced if kind not in NAMES_ORGANISATION]
    if not kinds:
        return []
    return [
        f"The recommendation says something by which someone could be recognised ({', '.join(kinds)}): put it in other words in Form C."
    ]
