"""A document: what it says, and the header in which it says what it is and which revision."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from cdr.errors import NotAuthentic, ToolMissing
from cdr.store import codec, migrations
from cdr.store.layout import Place

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

    def successor(self, body: dict[str, Any], ciphertext: bytes, text: bytes | None = None) -> Document:
        """The next revision, bound to the ciphertext that it replaces."""
        return Document(self.place, self.revision + 1, digest(ciphertext), body, text)


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
        body = migrations.migrated(document.body, place.kind.form)
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
