"""The files that are kept with a case: `attachments: [{number, kind, name, size, sha256, added_on, taken_back_on?}]`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import items_at
from cdr.errors import ConditionsNotMet

Body = Mapping[str, Any]


def with_attachment(
    case: Body, *, number: int, kind: str, name: str, size: int, sha256: str, added_on: date
) -> dict[str, Any]:
    """The case with a file that is kept beside it; its digest says that the file belongs there."""
    attachment = {"number": number, "kind": kind, "name": name, "size": size, "sha256": sha256}
    item = {**attachment, "added_on": added_on.isoformat()}
    return {**case, "attachments": [*(one for _, one in items_at(case, "attachments")), item]}


def without_attachment(case: Body, number: int, on: date) -> dict[str, Any]:
    """The case with a file that was attached by mistake taken back: it is listed and written out no more.

    Raises: ConditionsNotMet where there is none of that number, or it is a letter that was sent.
    """
    letters = {letter.get("attachment") for _, letter in items_at(case, "letters")}
    if attachment(case, number) is None or number in letters:
        raise ConditionsNotMet(
            "There is nothing to take back.", ["No attached file has that number."], "See them with: cdr show REF"
        )
    items = [dict(item) for _, item in items_at(case, "attachments")]
    changed = [{**item, "taken_back_on": on.isoformat()} if item["number"] == number else item for item in items]
    return {**case, "attachments": changed}


def attachments_of(case: Body) -> list[Mapping[str, Any]]:
    """What the case says of its files, without those that were taken back."""
    return [item for _, item in items_at(case, "attachments") if "taken_back_on" not in item]


def attachment(case: Body, number: int) -> Mapping[str, Any] | None:
    """What the case says of one of its files."""
    return next((item for item in attachments_of(case) if item.get("number") == number), None)
