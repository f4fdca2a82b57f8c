"""Two meetings of one day that were made apart: the one that the others do not know yet takes the next id of that day, wherever it is named."""

from __future__ import annotations

from collections.abc import Iterator

from cdr.domain.merging import meetings
from cdr.domain.merging.renaming import Names, renamed
from cdr.domain.panel.meeting import new_id
from cdr.moments import day
from cdr.records import replace
from cdr.store import erasures, incoming, layout
from cdr.store.document import Document
from cdr.store.incoming import Joint, Sides
from cdr.store.layout import Place
from cdr.store.panels import meeting_place
from cdr.store.snapshot import Snapshot


def new_names(both: Sides) -> Names:
    """The meetings that were made here, while another was made on the remote under the same id; each with its id from now on.

    Raises: NotAllowed, NotAuthentic, TryAgain; ConditionsNotMet where the day has no id left.
    """
    base, ours, theirs = (_meetings(side) for side in (both.base, both.ours, both.theirs))
    taken, found = base | ours | theirs, dict[str, str]()
    for id_ in sorted(ours & theirs - base):
        one, other = (incoming.document_at(side, meeting_place(id_)) for side in (both.ours, both.theirs))
        if one and other and not meetings.are_one(one.body, other.body):
            found[id_] = new_id(day(str(one.body["date"])), taken)
            taken.add(found[id_])
    return Names(panels=found)


def _meetings(side: Snapshot) -> set[str]:
    return {place.id for place in side.places.values() if place.kind is layout.PANEL}


def paths(names: Names) -> set[str]:
    """The files that both sides made for another meeting each."""
    return {meeting_place(id_).path for id_ in names.panels}


def with_names(document: Document | None, names: Names) -> Document | None:
    """A document of this copy, the meetings in it called as they are from now on."""
    body = renamed(document.body, names) if document and names.panels else None
    return replace(document, body=body, text=None) if document and body and body != document.body else document


def apart(joint: Joint, both: Sides, names: Names) -> None:
    """Put each of these meetings beside the other one of its day, and correct what only this copy wrote and that names it."""
    for id_, called in names.panels.items():
        old, new = meeting_place(id_), meeting_place(called)
        ours, theirs = both.ours.read(old), both.theirs.read(old)
        revision = max(ours.revision, theirs.revision) + 1
        joint.documents[old] = replace(theirs, revision=revision, previous=both.ours.replaced_by_next(old.path))
        joint.added[new] = Document(new, 1, None, {**renamed(ours.body, names), "id": called})
    for place in _written_here(both) if names.panels else ():
        before = joint.added.get(place) or incoming.document_at(both.ours, place)
        if place in joint.documents or not isinstance(before, Document):
            continue
        after = with_names(before, names)
        if after is not None and after is not before:
            joint.added[place] = after if place in joint.added else before.successor(after.body, None)


def _written_here(both: Sides) -> Iterator[Place]:
    """The documents of cases that this copy wrote since the last exchange and has still."""
    erased = incoming.erased(both)
    for path, (_, new) in both.base.git.changed(both.base.head, both.ours.head).items():
        place = layout.place(path)
        if new is None or place is None or not place.case or place.kind is layout.ATTACHMENT:
            continue
        if erasures.case_of(path) not in erased:
            yield place


def told(names: Names) -> Iterator[str]:
    """What is said of it, a line each."""
    for id_, called in names.panels.items():
        yield (
            f"Another meeting was made as {id_} on the remote: the {id_} of this copy is {called} from now on, and nothing of it is lost. "
            f"Papers that were made of it, and co_opted in cdr.yaml, still say {id_}. Were both one meeting? cdr panel close {called} --not-held"
        )
