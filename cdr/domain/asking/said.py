"""What was said to agencies: the words of each message, kept with the case so that they can be shown as they were.

An entry of `said` beside a case's prompts holds the words of a message without the form that goes with it. A message that is made again
keeps its id; where its words are others by then, both are kept: nobody can tell which of them was read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.asking.requests import requests_of
from cdr.domain.asking.sending import BOUNCE, REQUEST
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


@dataclass(frozen=True)
class Told:
    """One message of a case as it is listed: what is known of how it left, and its words; None where they were not kept then."""

    agency: str
    level: str
    on: date
    to: tuple[str, ...]
    how: str
    words: Said | None


# How a message stands, by the state of its item among the prompts.
HOW = {
    "queued": "waits to be sent",
    "sending": "handed over, and not known whether it arrived",
    "refused": "refused by the mail server",
}
NOT_SAID = "nobody recorded that it was sent"


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


def told(requests: Body, prompts: Body) -> list[Told]:
    """Every message of a case that is known, in the order of its days: in its words, or only that there was one.

    A request and what was sent back stand in the ledger of requests while they leave by hand.
    """
    items = [item for _, item in items_at(prompts, "prompts")]
    said = list(said_of(prompts))
    known = {_about(one.agency, one.level, one.due_on, one.message_id) for one in said}
    others = [one for item in items if _about_item(item) not in known and (one := _without_words(item))]
    there = {about[:3] for about in (*known, *map(_about_item, items))}
    asked = [one for one in _asked(requests) if _about(one.agency, one.level, one.on)[:3] not in there]
    return sorted([*(_of_words(one, items) for one in said), *others, *asked], key=lambda one: one.on)


def _asked(requests: Body) -> Iterator[Told]:
    for request in requests_of(requests):
        yield Told(request.agency, REQUEST, request.requested_on, (), NOT_SAID, None)
        for bounce in request.bounced:
            yield Told(request.agency, BOUNCE, bounce.on, (), NOT_SAID, None)


def _of_words(one: Said, items: Sequence[Body]) -> Told:
    about = _about(one.agency, one.level, one.due_on, one.message_id)
    item = next((item for item in items if _about_item(item) == about), {})
    return Told(one.agency, one.level, one.made_on, one.to, _how(item), one)


def _without_words(item: Body) -> Told | None:
    on = date_at(item, "sent_on") or date_at(item, "due_on")
    level = text_at(item, "level")
    return Told(text_at(item, "agency"), level, on, tuple(words_at(item, "to")), _how(item), None) if on else None


def _how(item: Body) -> str:
    status = text_at(item, "status")
    if status in HOW:
        return HOW[status]
    if left := date_at(item, "left_on"):
        return f"left on {left}"
    on = date_at(item, "sent_on")
    if status and on:
        return f"sent on {on}"
    return f"in the outbox on {on}" if on else NOT_SAID


def _about(agency: str, level: str, due_on: date | None, message_id: str = "") -> tuple[str, ...]:
    return agency, level, str(due_on), message_id


def _about_item(item: Body) -> tuple[str, ...]:
    return _about(text_at(item, "agency"), text_at(item, "level"), date_at(item, "due_on"), text_at(item, "message_id"))
