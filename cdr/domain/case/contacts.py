"""The log of contact with a family and with professionals.

On the case: `contacts: [{on, recorded_on, by, with?, how?, text, beside?, attachment?, taken_back_on?}]`; the number of each is its place, from 1, and
stays. `with` is an agency's or a panel member's id, a code of `informed_party`, `mother`, `father`, `family`, `key_worker`, or a person's number in
Form A. The text is the case's alone: no question across cases sees it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass

HOW = ("telephone", "letter", "meeting", "email")

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Contact:
    """One call, letter or meeting; `party` and `how` are empty where they were not said, `beside` where it is about no field of a form."""

    on: date
    text: str
    by: str
    party: str = ""
    how: str = ""
    attachment: int | None = None
    beside: str = ""


def contacts_of(case: Body) -> dict[int, Contact]:
    """All contacts by their numbers, without those that were taken back."""
    return {
        number: _contact(item, on)
        for number, item in enumerate(_items(case), 1)
        if "taken_back_on" not in item and (on := date_at(item, "on"))
    }


def with_contact(case: Body, contact: Contact, recorded_on: date) -> dict[str, Any]:
    """The case with one more contact."""
    item: dict[str, Any] = {"on": contact.on.isoformat(), "recorded_on": recorded_on.isoformat(), "by": contact.by}
    item |= {
        key: text for key, text in (("with", contact.party), ("how", contact.how), ("beside", contact.beside)) if text
    }
    item |= {"text": contact.text} | ({"attachment": contact.attachment} if contact.attachment else {})
    return {**case, "contacts": [*_items(case), item]}


def without_contact(case: Body, number: int, on: date) -> dict[str, Any]:
    """The case with a contact taken back. Raises: ConditionsNotMet where there is none of that number."""
    if number not in contacts_of(case):
        raise ConditionsNotMet(
            "There is nothing to take back.", ["No contact of that number is recorded."], "See: cdr contact REF"
        )
    items = _items(case)
    items[number - 1] |= {"taken_back_on": on.isoformat()}
    return {**case, "contacts": items}


def _items(case: Body) -> list[dict[str, Any]]:
    return [dict(item) for _, item in items_at(case, "contacts")]


def _contact(item: Body, on: date) -> Contact:
    number = item.get("attachment")
    text, by, party, how = (text_at(item, key) for key in ("text", "by", "with", "how"))
    return Contact(on, text, by, party, how, number if isinstance(number, int) else None, text_at(item, "beside"))
