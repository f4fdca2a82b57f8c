"""Learning that is sent out: which briefing was made from which reviews, and to whom it went.

Body: `{schema: learning/1, briefings: [{id, made_on, title, cases: [REF], sent: [{on, to}]}]}`; `to` is a WHO of cdr.yaml, or readers in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at, words_at
from cdr.errors import NotFound
from cdr.forms import migrations
from cdr.records import dataclass

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Briefing:
    """One briefing; `sent` are pairs of a day and a reader."""

    id: str
    made_on: date
    title: str
    cases: tuple[str, ...]
    sent: tuple[tuple[date, str], ...] = ()


def briefings_of(body: Body | None) -> tuple[Briefing, ...]:
    """Every briefing, in the order in which they were made."""
    return tuple(
        _briefing(item, day) for _, item in items_at(body or {}, "briefings") if (day := date_at(item, "made_on"))
    )


def _briefing(item: Body, made_on: date) -> Briefing:
    sent = tuple((day, text_at(one, "to")) for _, one in items_at(item, "sent") if (day := date_at(one, "on")))
    return Briefing(text_at(item, "id"), made_on, text_at(item, "title"), tuple(words_at(item, "cases")), sent)


def with_briefing(body: Body | None, briefing: Briefing) -> dict[str, Any]:
    """The document with one more briefing."""
    return _document([*briefings_of(body), briefing])


def with_readers(body: Body | None, id_: str, readers: Sequence[str], on: date) -> dict[str, Any]:
    """The document with those to whom a briefing went on a day. Raises: NotFound."""
    several = briefings_of(body)
    if id_ not in {one.id for one in several}:
        raise NotFound("There is no such briefing in this store.", "See: cdr learning list")
    return _document([_read_by(one, readers, on) if one.id == id_ else one for one in several])


def _read_by(one: Briefing, readers: Sequence[str], on: date) -> Briefing:
    sent = dict.fromkeys([*one.sent, *((on, reader) for reader in readers)])
    return Briefing(one.id, one.made_on, one.title, one.cases, tuple(sent))


def as_data(several: Sequence[Briefing]) -> list[dict[str, Any]]:
    """Briefings as the document and `--json` have them: `[{id, made_on, title, cases, sent: [{on, to}]}]`, days as ISO."""
    return [
        {
            "id": one.id,
            "made_on": one.made_on.isoformat(),
            "title": one.title,
            "cases": list(one.cases),
            "sent": [{"on": on.isoformat(), "to": to} for on, to in one.sent],
        }
        for one in several
    ]


def _document(several: Sequence[Briefing]) -> dict[str, Any]:
    return {"schema": migrations.current("learning"), "briefings": as_data(several)}
