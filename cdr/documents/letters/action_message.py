"""The message that asks an owner how their actions stand: by their ids and days, and without a word of what they say."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from cdr.documents.letters.message import About, Message, made
from cdr.documents.letters.wording import Lines
from cdr.domain.panel.actions import Action
from cdr.domain.rulebook.configuration import Agency, Configuration, Person

ACTIONS = "actions"


def action_message(
    configuration: Configuration,
    to: Person,
    agency: Agency,
    actions: Sequence[Action],
    *,
    sent_at: datetime | date,
    day: date,
    override: str | None = None,
) -> Message:
    """One message about all actions of one owner that are overdue. Raises: as `request_message`."""
    lines = Lines("\\\n".join(f"{one.id}  due on {one.due.day:>2} {one.due:%B %Y}" for one in actions))
    mark = hashlib.sha256(f"{day} {to.email} {' '.join(one.id for one in actions)}".encode()).hexdigest()[:20]
    extra = {"actions": lines, "count": len(actions)}
    return made(configuration, About(ACTIONS, "", agency, day), [to], sent_at, extra, mark, override)
