"""The letters that were made, as the case keeps them: `letters: [{kind, to, made_on, format, status, from_revision, send_on, attachment, name}]`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import items_at

Body = Mapping[str, Any]


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
