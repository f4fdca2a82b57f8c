"""What a store holds of the panel: its meetings, who signed the statement of confidentiality, what learning went out; as they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from cdr.errors import CdrError, NotAuthentic, NotFound, ToolMissing
from cdr.records import dataclass, field
from cdr.store import layout
from cdr.store.layout import Place
from cdr.store.store import Store

if TYPE_CHECKING:
    from cdr.store.document import Document

FOLDER = "panels"


@dataclass(frozen=True)
class PanelFile:
    """The documents of the panel: meetings by their ids, in the order of their days; the others are None before there is one.

    `left_out` are meetings that cannot be read, and why; `changed` those whose file in the folder is not the one that was recorded.
    """

    meetings: Mapping[str, Document]
    agreements: Document | None = None
    learning: Document | None = None
    left_out: Mapping[str, CdrError] = field(default_factory=dict)
    changed: Mapping[str, CdrError] = field(default_factory=dict)

    def whole(self) -> PanelFile:
        """The same, for who gives out ids, or moves cases and meetings, and so must know every one. Raises: what keeps one from being read."""
        for error in self.left_out.values():
            raise error
        return self

    def meeting(self, id_: str) -> Document:
        """One meeting, whose id may be given in small letters. Raises: NotFound, and what keeps it from being read."""
        wanted = id_.strip().casefold()
        for unread, error in {**self.changed, **self.left_out}.items():
            if unread.casefold() == wanted:
                raise error
        for known, document in self.meetings.items():
            if known.casefold() == wanted:
                return document
        raise NotFound("There is no such panel meeting in this store.", "See: cdr panel list")


def panel_file(store: Store) -> PanelFile:
    """The documents of the panel, at the cost of one private-key operation.

    A meeting that cannot be read stops nobody who asks for the others: it is left out, and `Store.meetings_left_out` says why. One whose
    file in the folder was changed is read from the history, and is refused to who asks for it alone, as a case is.
    Raises: NotAllowed, NotAuthentic, TryAgain.
    """
    store.require_member()
    store.sealed.refuse_taken_out(FOLDER)
    found = [layout.place(path) for path in store.sealed.below(FOLDER)]
    places = [place for place in found if place is not None]
    if not places:
        return PanelFile({})
    store.refuse_changed_files(layout.KEYS)
    try:
        documents = store.index.case_documents(FOLDER, places)  # kept together, as the documents of one case are
    except (NotAuthentic, ToolMissing):
        documents = _one_by_one(store, places)
    meetings = [one for one in documents.values() if one.place.kind is layout.PANEL]
    others = {one.place.kind.name: one for one in documents.values() if one.place.kind is not layout.PANEL}
    in_order = sorted(meetings, key=lambda one: (str(one.body.get("date")), one.place.id))
    return PanelFile(
        {one.place.id: one for one in in_order},
        **others,
        left_out=dict(store.meetings_left_out),
        changed=_changed(store, places),
    )


def _changed(store: Store, places: Sequence[Place]) -> dict[str, CdrError]:
    """Which of these documents stand in the folder otherwise than they were recorded, by their ids, and what to say of each."""
    found: dict[str, CdrError] = {}
    try:
        store.refuse_changed_files(FOLDER)
    except NotAuthentic:
        for place in places:
            try:
                store.refuse_changed_files(place.path)
            except NotAuthentic as error:
                found[place.id] = error
    return found


def _one_by_one(store: Store, places: Sequence[Place]) -> dict[str, Document]:
    found: dict[str, Document] = {}
    for place in places:
        try:
            found |= store.index.case_documents(FOLDER, [place])
        except (NotAuthentic, ToolMissing) as error:
            if place.kind is not layout.PANEL:
                raise
            store.meetings_left_out[place.id] = error
    return found


def meeting_place(id_: str) -> Place:
    """Where the document of a meeting belongs."""
    return _place(id_)


def agreements_place() -> Place:
    """Where the signatures belong."""
    return _place(layout.AGREEMENTS.name)


def learning_place() -> Place:
    """Where the briefings belong."""
    return _place(layout.LEARNING.name)


def _place(id_: str) -> Place:
    found = layout.place(layout.panel_path(id_))
    if found is None:
        raise AssertionError("no document of the panel is called that")
    return found
