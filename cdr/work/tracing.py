"""A question about one person to all that the store ever held."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.case.traces import Trace
from cdr.records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from cdr.domain.anonymising.known_names import Known
    from cdr.domain.case.held import Passage
    from cdr.domain.case.people import Clues
    from cdr.domain.case.perhaps import Found
    from cdr.store.document import Document
    from cdr.store.every_revision import Opened
    from cdr.store.layout import Place


@dataclass(frozen=True)
class Traced:
    """Where somebody stands; how many revisions could not be opened, and how many attached files were not looked into."""

    traces: tuple[Trace, ...]
    not_opened: int
    attachments: int


def traced(app: App, clues: Clues) -> Traced:
    """Look into every revision of every document. Raises: NotAllowed, NotAuthentic, TryAgain."""
    from cdr.store.every_revision import attachments, every_revision

    opened = [*every_revision(app.store)]
    found = [
        Trace(place.case, place.id, document.revision, is_current, one.field, one.kind, one.is_exact)
        for place, document, is_current, fields in _found(opened, clues)
        for one in fields
    ]
    return Traced(tuple(found), sum(one.document is None for one in opened), attachments(app.store))


def _found(opened: list[Opened], clues: Clues) -> Iterator[tuple[Place, Document, bool, list[Found]]]:
    """Each revision that could be opened, and in which of its fields somebody stands."""
    from cdr.domain.case.perhaps import in_all
    from cdr.store import layout

    readable = [(one.place, one.document, one.is_current) for one in opened if one.document]
    bodies = [(place.case, document.body) for place, document, _ in readable]
    notifications: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for place, document, _ in readable:
        if place.kind is layout.NOTIFICATION:
            notifications[place.case].append(document.body)
    for (place, document, is_current), fields in zip(readable, in_all(bodies, clues, notifications), strict=True):
        yield place, document, is_current, fields


@dataclass(frozen=True)
class Held:
    """What is held about somebody, and what was not looked into, as in `Traced`."""

    passages: tuple[Passage, ...]
    not_opened: int
    attachments: int


def held(app: App, clues: Clues) -> Held:
    """What every revision of every document says about somebody; a field that says the same in several revisions once, in the newest.

    Raises: NotAllowed, NotAuthentic, TryAgain.
    """
    from cdr.domain.case.held import Passage, marked, said_of
    from cdr.store.every_revision import attachments, every_revision

    opened = [*every_revision(app.store)]
    names = {case: _named(app, case, opened) for case in {one.place.case for one in opened}}
    found: dict[tuple[str, str, str, str], Passage] = {}
    for place, document, is_current, fields in _found(opened, clues):
        for said in said_of(document.body, fields):
            text = marked(said, clues, names[place.case])
            shown = Passage(place.case, place.id, document.revision, is_current, said.field, text, said.is_exact)
            found.setdefault((place.case, place.id, said.field, said.text), shown)
    return Held(tuple(found.values()), sum(one.document is None for one in opened), attachments(app.store))


def _named(app: App, case: str, opened: list[Opened]) -> tuple[Known, ...]:
    """Whom the documents of a case, in any revision, and cdr.yaml name."""
    from cdr.domain.anonymising.known_names import gather
    from cdr.store import layout
    from cdr.work.timelines import around

    documents = [one.document for one in opened if one.document and one.place.case == case]
    forms = [document.body for document in documents if document.place.kind is layout.NOTIFICATION]
    others = [document.body for document in documents if document.place.kind is not layout.NOTIFICATION]
    named = gather({}, others, {}, around(app.configuration)).known
    return (*named, *(one for form in forms for one in gather(form, [], {}).known))
