"""The letters that were made, as the case keeps them: `letters: [{kind, to, made_on, format, status, from_revision, send_on, attachment, name}]`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at, whole_at
from cdr.records import dataclass

FINAL = "final"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class LetterMade:
    """One letter: its number in the case, for whom by number and by name, and the number of the file that keeps it (0: none does)."""

    number: int
    kind: str
    to: int
    format: str
    status: str
    made_on: date | None
    send_on: date | None
    attachment: int = 0
    name: str = ""

    @property
    def is_final(self) -> bool:
        """Whether it went out; a draft did not."""
        return self.status == FINAL

    @property
    def dated(self) -> date | None:
        """The day that the letter itself says: the one on which it is sent, where that was said."""
        return self.send_on or self.made_on


def letters_made(case: Body) -> list[LetterMade]:
    """Every letter of the case, drafts too, in the order in which they were made."""
    return [_letter(place + 1, item) for place, item in items_at(case, "letters")]


def final_letters(case: Body) -> list[LetterMade]:
    """The letters that went out."""
    return [one for one in letters_made(case) if one.is_final]


def _letter(number: int, item: Body) -> LetterMade:
    kind, format_, status, name = (text_at(item, key) for key in ("kind", "format", "status", "name"))
    to, attachment = (whole_at(item, key) or 0 for key in ("to", "attachment"))
    return LetterMade(
        number, kind, to, format_, status, date_at(item, "made_on"), date_at(item, "send_on"), attachment, name
    )


def with_letter(
    case: Body,
    *,
    kind: str,
    to: str | int,
    made_on: date,
    format: str,
    status: str,
    from_revision: str | int,
    send_on: date | None = None,
    attachment: int | None = None,
    name: str = "",
) -> dict[str, Any]:
    """The case with the fact that a letter was made: its kind, for whom by number, from which revision, and when it goes.

    `attachment` is the number of the file that keeps it, `name` that of one of the family, by which they are known again.
    """
    letter = {"kind": kind, "to": to, "made_on": made_on.isoformat(), "format": format, "status": status}
    sent: dict[str, Any] = {"send_on": send_on.isoformat()} if send_on else {}
    file = {"attachment": attachment} if attachment else {}
    whose = {"name": name} if name else {}
    item = {**letter, "from_revision": from_revision, **sent, **file, **whose}
    return {**case, "letters": [*(one for _, one in items_at(case, "letters")), item]}
