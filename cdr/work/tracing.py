"""A question about one person to all that the store ever held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr.app import App
from cdr.domain.case.traces import Trace, fields_of
from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.domain.anonymising.known_names import Known
    from cdr.domain.case.held import Passage
    from cdr.domain.case.people import Clues
    from cdr.store.every_revision import Opened


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
    for one in opened:
        for said in said_of(one.document.body, clues) if one.document else ():
            case, id_, revision = one.place.case, one.place.id, one.document.revision if one.document else 0
            shown = Passage(case, id_, revision, one.is_current, said.field, marked(said, clues, names[case]))
            found.setdefault((case, id_, said.field, said.text), shown)
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
