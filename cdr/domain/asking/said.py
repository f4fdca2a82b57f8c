"""What was said to agencies: the words of each message, kept with the case so that they can be shown as they were.

An entry of `said` beside a case's prompts holds the words of a message without the form that goes with it. A message that is made again
keeps its id; where its words are others by then, both are kept: nobody can tell which of them was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at, words_at
from cdr.records import dataclass

SAID = "said"

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One message about one request, in its words, and the day on which it was made."""

    agency: str
    level: str
    due_on: date
    made_on: date
    to: tuple[str, ...]
    message_id: str
    subject: str
    text: str


def with_said(prompts: Body, one: Said) -> dict[str, Any]:
    """What was sent, with the words of a message; once where it is made again in the same words."""
    words = (one.message_id, one.subject, one.text)
    if any((known.message_id, known.subject, known.text) == words for known in said_of(prompts)):
        return dict(prompts)
    item = {
        "agency": one.agency,
        "level": one.level,
        "due_on": one.due_on.isoformat(),
        "made_on": one.made_on.isoformat(),
        "to": list(one.to),
        "message_id": one.message_id,
        "subject": one.subject,
        "text": one.text,
    }
    return {**prompts, SAID: [*(dict(before) for _, before in items_at(prompts, SAID)), item]}


def said_of(prompts: Body) -> Iterator[Said]:
    """The words of every message that were kept, in the order in which the messages were made."""
    for _, item in items_at(prompts, SAID):
        due_on, made_on = date_at(item, "due_on"), date_at(item, "made_on")
        if due_on and made_on:
            known = [
                str(item.get(key, "")) for key in ("message_id", "subject", "text")
            ]  # as they are: no space is taken off
            to = tuple(words_at(item, "to"))
            yield Said(text_at(item, "agency"), text_at(item, "level"), due_on, made_on, to, *known)


def without_words(prompts: Body) -> dict[str, Any]:
    """What was sent and when, without what was said."""
    return {key: value for key, value in prompts.items() if key != SAID}


def joined(ours: Body, theirs: Body) -> dict[str, Any]:
    """What was said in two cases of one child, as the entry of one body; nothing where nothing was."""
    words: dict[str, Any] = {}
    for prompts in (ours, theirs):
        for one in said_of(prompts):
            words = with_said(words, one)
    return words


def as_made(prompts: Body, agency: str, level: str, due_on: date) -> tuple[Sequence[str], str] | None:
    """The addresses and the id of a message when it was made last; None where that was not kept."""
    about = (agency, level, due_on)
    made = [(one.to, one.message_id) for one in said_of(prompts) if (one.agency, one.level, one.due_on) == about]
    return made[-1] if made else None
