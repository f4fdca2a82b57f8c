"""The area's own words for the report of a year, as they are kept in the store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr.store import layout

if TYPE_CHECKING:
    from cdr.store.document import Document
    from cdr.store.layout import Place
    from cdr.store.store import Store


def words_for(store: Store, year: str) -> Document | None:
    """The area's own words for the report of a year; None where nobody has written any.

    Raises: NotAllowed, NotAuthentic, TryAgain.
    """
    store.require_member()
    path = layout.report_path(year)
    if store.snapshot.blob(path) is None:
        return None
    store.refuse_changed_files("reports", "keys")
    return store.snapshot.read(place_of(year))


def place_of(year: str) -> Place:
    """Where the area's own words for the report of a year belong."""
    found = layout.place(layout.report_path(year))
    if found is None:
        raise AssertionError(f"no report is called {year}")
    return found
