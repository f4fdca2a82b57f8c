"""A note of disagreement beside a field: what somebody says is wrong, kept with the field that it is about.

It is a contact whose `beside` names the field: `form-a:child.ethnicity`, `form-c:category`, `return:northshire-police:timeline.0.event`.
The field stays as it is; whoever put it there may correct it, and the note stays with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.domain.case.contacts import Contact, contacts_of
from cdr.domain.rulebook.validation import at
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.forms import migrations

FORMS = {"form-a": "form-a", "form-c": "form-c", "return": "form-b"}
FORM_IN_WORDS = {"form-a": "the notification (Form A)", "form-c": "the analysis (Form C)"}
HOW_TO_SAY = (
    "Say form-a:FIELD, form-c:FIELD or return:AGENCY:FIELD; a field as cdr explain has it, like child.ethnicity."
)

Body = Mapping[str, Any]


def parts_of(beside: str) -> tuple[str, str, str]:
    """The form (`form-a`, `form-c`, `return`), the agency (empty but for a return) and the field. Raises: WrongUsage."""
    form, _, rest = beside.partition(":")
    agency, _, field = rest.partition(":") if form == "return" else ("", "", rest)
    if form not in FORMS or not field or (form == "return" and not agency):
        raise WrongUsage("That names no field of a form.", HOW_TO_SAY)
    return form, agency, field


def refuse_nothing_there(body: Body | None, field: str) -> None:
    """Stop where a form says nothing at this field. Raises: ConditionsNotMet."""
    if body is None or at(body, field) is None:
        raise ConditionsNotMet("Nothing was recorded.", ["The form says nothing in that field."], HOW_TO_SAY)


def beside(case: Body) -> list[Contact]:
    """The notes of disagreement of a case, in the order in which they were recorded, without those that were taken back."""
    return [contact for contact in contacts_of(case).values() if contact.beside]


def about(case: Body, form: str, agency: str = "") -> list[Contact]:
    """Those about one form."""
    return [contact for contact in beside(case) if parts_of(contact.beside)[:2] == (form, agency)]


def disagreement_in_words(contact: Contact, a_return: str = "") -> str:
    """One note for a reader: whose it is, which field it is about, and what it says; `a_return` is what a return is called for whoever may
    not know whose it is."""
    from cdr.forms import schema

    form, agency, field = parts_of(contact.beside)
    where = FORM_IN_WORDS.get(form) or a_return or f"the return of {agency}"
    title = schema.title(migrations.current(FORMS[form]), field) or field
    who = f"person {contact.party}" if contact.party.isdecimal() else contact.party or "somebody"
    return f"{who} disagrees with what {where} says under “{title}”: {' '.join(contact.text.split())}"
