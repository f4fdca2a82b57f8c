"""A document: what it says, and which revision it is. How it is written stands in `plaintext`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from cdr.errors import Newer
from cdr.forms import migrations
from cdr.records import dataclass, replace
from cdr.store.layout import Place, empty_ledger


@dataclass(frozen=True)
class Document:
    """One document of a case: its place, its revision (1 for the first), the digest of the revision before, its body.

    `text` is the body as YAML in a person's own words and order, where it was read from the store or written by someone.
    """

    place: Place
    revision: int
    previous: str | None
    body: dict[str, Any]
    text: bytes | None = None

    @property
    def form(self) -> str:
        """The form whose schema the body follows: its kind's, or the one for what a register of earlier years knows."""
        kind = self.place.kind
        said = str(self.body.get("schema", ""))
        return kind.earlier if kind.earlier and said.startswith(f"{kind.earlier}/") else kind.form

    def successor(self, body: dict[str, Any], previous: str | None, text: bytes | None = None) -> Document:
        """The next revision, bound to the file that it replaces (None where no document stood there)."""
        return Document(self.place, self.revision + 1, previous, body, text)


def unwritten(place: Place) -> Document:
    """A case's ledger that nobody has written in yet: revision 0, which is no file."""
    return Document(place, 0, None, empty_ledger(place.kind))


def digest(ciphertext: bytes) -> str:
    """How a revision is known to the next one: SHA-256 of its ciphertext."""
    return hashlib.sha256(ciphertext).hexdigest()


def of_today(document: Document) -> Document:
    """The document in today's version of its form; its own words are kept only where nothing had to be changed."""
    place = document.place
    try:
        body = migrations.migrated(document.body, document.form)
    except migrations.TooNew:
        raise Newer(place.path) from None
    return document if body is document.body else replace(document, body=body, text=None)


def from_cache(kept: Mapping[str, Any], place: Place) -> Document:
    """A document as the case cache keeps it."""
    text = kept.get("text")
    words = text.encode() if isinstance(text, str) else None
    return of_today(Document(place, kept["revision"], kept["previous"], kept["body"], words))


def for_cache(document: Document) -> dict[str, Any]:
    """A document as the case cache keeps it."""
    text = None if document.text is None else document.text.decode("utf-8")
    return {"revision": document.revision, "previous": document.previous, "body": document.body, "text": text}
