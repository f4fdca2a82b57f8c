"""The files that are kept with a case: `attachments: [{number, kind, name, size, sha256, added_on, taken_back_on?}]`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.letters_made import letters_made
from cdr.domain.rulebook.validation import date_at, items_at, text_at, whole_at
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass

LETTER = "letter"  # the kind of a file that keeps a final letter

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Attached:
    """One file that is kept with a case: its number, what it is, what it was called, and the digest by which it is known."""

    number: int
    kind: str
    name: str
    size: int
    sha256: str
    added_on: date | None


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
    if attachment(case, number) is None or number in {letter.attachment for letter in letters_made(case)}:
        raise ConditionsNotMet(
            "There is nothing to take back.", ["No attached file has that number."], "See them with: cdr show REF"
        )
    items = [dict(item) for _, item in items_at(case, "attachments")]
    changed = [{**item, "taken_back_on": on.isoformat()} if item["number"] == number else item for item in items]
    return {**case, "attachments": changed}


def attachments_of(case: Body) -> list[Attached]:
    """The files of a case, without those that were taken back."""
    return [_attached(item) for _, item in items_at(case, "attachments") if "taken_back_on" not in item]


def attachment(case: Body, number: int) -> Attached | None:
    """One of its files, by its number."""
    return next((one for one in attachments_of(case) if one.number == number), None)


def _attached(item: Body) -> Attached:
    number, size = (whole_at(item, key) or 0 for key in ("number", "size"))
    kind, name, sha256 = (text_at(item, key) for key in ("kind", "name", "sha256"))
    return Attached(number, kind, name, size, sha256, date_at(item, "added_on"))
