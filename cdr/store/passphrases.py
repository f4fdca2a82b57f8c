"""What a store holds of pass-phrases that agencies agreed: one document, for members alone."""

from __future__ import annotations

from cdr.store import layout
from cdr.store.document import Document
from cdr.store.layout import Place
from cdr.store.store import Store


def passphrases(store: Store) -> Document | None:
    """The document as it stands; None before any agency agreed. Raises: NotAllowed, NotAuthentic, TryAgain."""
    store.require_member()
    store.sealed.refuse_taken_out(layout.AGENCIES)
    if store.sealed.blob(layout.PASSPHRASES_FILE) is None:
        return None
    store.refuse_changed_files(layout.AGENCIES, layout.KEYS)
    return store.snapshot.read(passphrases_place())


def passphrases_place() -> Place:
    """Where it belongs."""
    found = layout.place(layout.PASSPHRASES_FILE)
    if found is None:
        raise AssertionError("the pass-phrases have no place")
    return found
