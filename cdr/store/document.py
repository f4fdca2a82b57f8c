"""A document: what it says, and the header in which it says what it is and which revision."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from cdr.errors import MEND, InvalidData, Newer, NotAuthentic, Problem
from cdr.expressions import expression
from cdr.forms import codec, migrations
from cdr.records import dataclass
from cdr.store.layout import KINDS, Place, empty_ledger

if TYPE_CHECKING:
    from cdr.forms.comments import Words

PADDING = 4096
HEADER = ["kind", "case", "id", "revision", "previous"]
WORD = expression(r"[A-Za-z0-9_-]+")
NOT_READ_BACK = "this cannot be kept in a way that it can be read again; type it anew, in plain letters"


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


@dataclass(frozen=True)
class Encoded:
    """A document as it will be kept: the plaintext, what a reader makes of it, and whether its writer's own layout stands in it."""

    plain: bytes
    document: Document
    as_written: bool


def encode(document: Document) -> Encoded:
    """The plaintext, read back: YAML with the header first, filled up so that its size tells little.

    Line ends after the last line are no content in YAML, and `yes` and `no` come out equally long. A person's own words are
    kept where a reader finds in them, behind the header, just what is meant; else the canonical form stands for them.
    Raises: InvalidData where no reader would find it, so that nothing is ever kept that cannot be opened.
    """
    odd = [*_unwritable(document.body)]
    for words in _words(document):
        text = words.text
        plain = _written(_header(document)) + text
        plain += b"\n" * (-len(plain) % PADDING)
        try:
            read = decode(plain, document.place)
        except NotAuthentic:
            continue
        odd = [*_unlike(document.body, read.body)]
        if not odd and read.text == text and read.revision == document.revision and read.previous == document.previous:
            return Encoded(plain, read, words.as_written)
    raise InvalidData([Problem(field, "", NOT_READ_BACK, "STORE-READ") for field in odd or [""]], document.place.path)


def _words(document: Document) -> Iterator[Words]:
    if [*_unwritable(document.body)]:
        return
    from cdr.forms.comments import Words, with_comments

    if document.text is not None:
        yield with_comments(document.text, document.body)
    yield Words(codec.dump(document.body), as_written=document.text is None)


def _unwritable(part: Any, field: str = "") -> Iterator[str]:
    """The fields whose text has letters that UTF-8 does not have (halves of a pair)."""
    if isinstance(part, Mapping):
        for key, inner in part.items():
            yield from _unwritable(inner, codec.join(field, codec.shown_key(key)))
    elif isinstance(part, (list, tuple)):
        for number, inner in enumerate(part):
            yield from _unwritable(inner, codec.join(field, number))
    elif isinstance(part, str) and not part.isascii() and part.encode("utf-8", "ignore").decode() != part:
        yield field


def _unlike(meant: Any, read: Any, field: str = "") -> Iterator[str]:
    """The fields in which what was read is not what was meant, in what they say or in its type."""
    if isinstance(meant, Mapping) and isinstance(read, Mapping) and list(meant) == list(read):
        for key, part in meant.items():
            yield from _unlike(part, read[key], codec.join(field, codec.shown_key(key)))
    elif isinstance(meant, (list, tuple)) and isinstance(read, list) and len(meant) == len(read):
        for number, (part, other) in enumerate(zip(meant, read, strict=True)):
            yield from _unlike(part, other, codec.join(field, number))
    elif meant != read or (type(meant) is not type(read) and not isinstance(meant, str)):
        yield field


def decode(plain: bytes, place: Place) -> Document:
    """The document in `plain`, in today's version of its form.

    Raises: NotAuthentic when it is not what its place says it is, Newer when a newer cdr wrote it.
    """
    is_newer = False
    try:
        body = codec.load(plain)
        header = body.pop("document")
        document = Document(place, int(header["revision"]), header["previous"], body, _after_header(plain, header))
        genuine = header == _header(document)
        is_newer = header["kind"] not in KINDS and header == {**_header(document), "kind": header["kind"]}
    except (codec.Unreadable, KeyError, TypeError, ValueError, AttributeError):
        genuine = False
    if not genuine:
        raise Newer(place.path) if is_newer else _not_genuine(place)
    return _of_today(document)


def salvaged(plain: bytes, place: Place) -> Document:
    """A document whose header and body read apart and not together, as earlier versions of cdr kept a form in curly brackets.

    Raises: as `decode`.
    """
    lines = plain.splitlines(keepends=True)
    end = next((number for number, line in enumerate(lines) if number and not line.startswith(b" ")), len(lines))
    try:
        body = codec.load(b"".join(lines[end:]))
        return decode(codec.dump({**codec.load(b"".join(lines[:end])), **body}), place)
    except (codec.Unreadable, TypeError, ValueError):
        raise _not_genuine(place) from None


def _not_genuine(place: Place) -> NotAuthentic:
    return NotAuthentic(f"{place.path} is not the document that belongs there.", MEND)


def _of_today(document: Document) -> Document:
    """The same in today's version of its form; its own words are kept only where nothing had to be changed."""
    place = document.place
    try:
        body = migrations.migrated(document.body, document.form)
    except migrations.TooNew:
        raise Newer(place.path) from None
    return document if body is document.body else replace(document, body=body, text=None)


def _after_header(plain: bytes, header: Mapping[str, Any]) -> bytes | None:
    """What follows the header, in its writer's own words; None where the header does not stand first as cdr writes it."""
    first = _written(header)
    return plain[len(first) :].rstrip(b"\n") + b"\n" if plain.startswith(first) else None


def from_cache(kept: Mapping[str, Any], place: Place) -> Document:
    """A document as the case cache keeps it."""
    text = kept.get("text")
    words = text.encode() if isinstance(text, str) else None
    return _of_today(Document(place, kept["revision"], kept["previous"], kept["body"], words))


def for_cache(document: Document) -> dict[str, Any]:
    """A document as the case cache keeps it."""
    text = None if document.text is None else document.text.decode("utf-8")
    return {"revision": document.revision, "previous": document.previous, "body": document.body, "text": text}


def _header(document: Document) -> dict[str, Any]:
    place = document.place
    return {
        "kind": place.kind.name,
        "case": place.case,
        "id": place.id,
        "revision": document.revision,
        "previous": document.previous,
    }


def _written(header: Mapping[str, Any]) -> bytes:
    """A header as `codec.dump` writes it; what is nothing but words and numbers is written here, which takes a tenth of the time."""
    if not all(said is None or type(said) is int or _is_word(said) for said in header.values()) or [*header] != HEADER:
        return codec.dump({"document": header})
    lines = [f"  {key}: {_said(said)}\n" for key, said in header.items()]
    return "".join(["document:\n", *lines]).encode("ascii")


def _is_word(said: Any) -> bool:
    return isinstance(said, str) and WORD.fullmatch(said) is not None


def _said(said: str | int | None) -> str:
    if not isinstance(said, str):
        return "null" if said is None else str(said)
    return said if codec.is_plain(said) else f'"{said}"'
