"""The area's own words for the report of a year and the pictures among them, as they are kept in the store."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from cdr.forms import migrations
from cdr.store import layout

if TYPE_CHECKING:
    from cdr.store.document import Document
    from cdr.store.layout import Place
    from cdr.store.store import Store


def words_for(store: Store, year: str) -> Document | None:
    """The area's own words for the report of a year; None where nobody has written any.

    Raises: NotAllowed, NotAuthentic, TryAgain.
    """
    return _kept(store, place_of(year))


def pictures_for(store: Store, year: str) -> Document | None:
    """The pictures among those words; None where there never were any. Raises: NotAllowed, NotAuthentic, TryAgain."""
    return _kept(store, place_of_pictures(year))


def numbers_for(store: Store, year: str) -> Document | None:
    """The tables beside which those words were written; None where the year was not over. Raises: NotAllowed, NotAuthentic, TryAgain."""
    return _kept(store, place_of_numbers(year))


def pictures_in(document: Document | None) -> dict[str, bytes]:
    """The pictures of such a document by their names."""
    return {one["name"]: b64decode(one["data"]) for one in document.body["pictures"]} if document else {}


def pictures_body(year: str, pictures: Mapping[str, bytes]) -> dict[str, Any]:
    """The document that keeps these pictures."""
    kept = [{"name": name, "data": b64encode(raw).decode()} for name, raw in sorted(pictures.items())]
    return {"schema": migrations.current(layout.REPORT_PICTURES.form), "year": year, "pictures": kept}


def place_of(year: str) -> Place:
    """Where the area's own words for the report of a year belong."""
    return _place(layout.report_path(year))


def place_of_pictures(year: str) -> Place:
    """Where the pictures among them belong."""
    return _place(layout.report_pictures_path(year))


def place_of_numbers(year: str) -> Place:
    """Where the tables beside which they were written belong."""
    return _place(layout.report_numbers_path(year))


def _kept(store: Store, place: Place) -> Document | None:
    store.require_member()
    store.sealed.refuse_taken_out("reports")
    if store.snapshot.blob(place.path) is None:
        return None
    store.refuse_changed_files(place.path, layout.KEYS)
    return store.snapshot.read(place)


def _place(path: str) -> Place:
    found = layout.place(path)
    if found is None:
        raise AssertionError(f"a store has no {path}")
    return found
