"""What a store holds of what was published: each release as it was, opened as it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr.store import layout
from cdr.store.layout import Place
from cdr.store.store import Store

if TYPE_CHECKING:
    from cdr.store.document import Document

FOLDER = "reports"


def releases(store: Store) -> list[Document]:
    """Every release, in the order in which they were made. Raises: NotAllowed, NotAuthentic, TryAgain."""
    store.require_member()
    store.sealed.refuse_taken_out(FOLDER)
    found = [layout.place(path) for path in store.sealed.below(FOLDER)]
    places = sorted((one for one in found if one is not None and one.kind is layout.RELEASE), key=lambda one: one.id)
    if places:
        store.refuse_changed_files(*(place.path for place in places), layout.KEYS)
    return [store.snapshot.read(place) for place in places]


def release_place(number: int) -> Place:
    """Where a release belongs."""
    found = layout.place(layout.release_path(number))
    if found is None:
        raise AssertionError("no release has that number")
    return found
