"""A document: what it says, and the header in which it says what it is and which revision."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cdr.errors import NotAuthentic, ToolMissing
from cdr.store import codec, migrations
from cdr.store.layout import Kind, Place

PADDING = 4096


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

    def successor(self, body: dict[str, Any], ciphertext: bytes, text: bytes | None = None) -> Document:
        """The next revision, bound to the ciphertext that it replaces."""
        return Document(self.place, self.revision + 1, digest(ciphertext), body, text)


def unwritten(place: Place) -> Document:
    """A case's ledger that nobody has written in yet: revision 0, which is no file."""
    return Document(place, 0, None, empty_ledger(place.kind))


def empty_ledger(kind: Kind) -> dict[str, Any]:
    """What a ledger says that nobody has written in yet."""
    return {"schema": migrations.current(kind.form), kind.name: []}


def digest(ciphertext: bytes) -> str:
    """How a revision is known to the next one: SHA-256 of its ciphertext."""
    return hashlib.sha256(ciphertext).hexdigest()


def encode(document: Document) -> bytes:
    """The plaintext: YAML with the header first, filled up so that its size tells little.

    Line ends after the last line are no content in YAML, and `yes` and `no` come out equally long.
    """
    text = codec.dump(document.body) if document.text is None else document.text
    plain = codec.dump({"document": _header(document)}) + text
    return plain + b"\n" * (-len(plain) % PADDING)


def decode(plain: bytes, place: Place) -> Document:
    """The document in `plain`, in today's version of its form.

    Raises: NotAuthentic when it is not what its place says it is, ToolMissing when a newer cdr wrote it.
    """
    try:
        body = codec.load(plain)
        header = body.pop("document")
        document = Document(place, int(header["revision"]), header["previous"], body, _after_header(plain))
        genuine = header == _header(document)
    except (codec.Unreadable, KeyError, TypeError, ValueError, AttributeError, StopIteration):
        genuine = False
    if not genuine:
        raise NotAuthentic(
            f"{place.path} is not the document that belongs there.", "See what is wrong with: cdr verify"
        )
    return _of_today(document)


def _of_today(document: Document) -> Document:
    """The same in today's version of its form; its own words are kept only where nothing had to be changed."""
    place = document.place
    try:
        body = migrations.migrated(document.body, document.form)
    except migrations.TooNew:
        raise ToolMissing(f"{place.path} was made by a newer cdr.", "Bring cdr up to date on this machine.") from None
    return document if body is document.body else replace(document, body=body, text=None)


def _after_header(plain: bytes) -> bytes:
    """What follows the header, which is the first key and the lines indented below it."""
    lines = plain.splitlines(keepends=True)
    end = next(number for number, line in enumerate(lines) if number and not line.startswith(b" "))
    return b"".join(lines[end:]).rstrip(b"\n") + b"\n"


def from_cache(kept: Mapping[str, Any], place: Place) -> Document:
    """A document as the case cache keeps it."""
    return _of_today(Document(place, kept["revision"], kept["previous"], kept["body"]))


def for_cache(document: Document) -> dict[str, Any]:
    """A document as the case cache keeps it."""
    return {"revision": document.revision, "previous": document.previous, "body": document.body}


def _header(document: Document) -> dict[str, Any]:
    place = document.place
    return {
        "kind": place.kind.name,
        "case": place.case,
        "id": place.id,
        "revision": document.revision,
        "previous": document.previous,
    }
