"""A question about one person to all that the store ever held."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from cdr.app import App
from cdr.domain.case.traces import Trace, fields_of

if TYPE_CHECKING:
    from cdr.domain.case.people import Clues


@dataclass(frozen=True)
class Traced:
    """Where somebody stands; how many revisions could not be opened, and how many attached files were not looked into."""

    traces: tuple[Trace, ...]
    not_opened: int
    attachments: int


def traced(app: App, clues: Clues) -> Traced:
    """Look into every revision of every document. Raises: NotAllowed, NotAuthentic, TryAgain."""
    from cdr.store.every_revision import attachments, every_revision

    found, closed = list[Trace](), 0
    for one in every_revision(app.store):
        if one.document is None:
            closed += 1
            continue
        revision = one.document.revision
        for field, kind in fields_of(one.document.body, clues):
            found.append(Trace(one.place.case, one.place.id, revision, one.is_current, field, kind))
    return Traced(tuple(found), closed, attachments(app.store))
