"""What is given to whoever has a right to it: the documents of one case in one encrypted file, with its authority and what it lacks."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.case import disclosures
from cdr.domain.case.disclosures import Disclosure
from cdr.errors import NotFound, WrongUsage
from cdr.expressions import expression
from cdr.records import dataclass
from cdr.work.agency_keys import refuse_unusable

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile
    from cdr.store.document import Document

FINGERPRINT = expression(r"[0-9A-F]{40}")
OWN_RECORD = "the team’s own working record: wishes of the family, addresses, answers before letters, whom it asked"
TO_A_FAMILY = "a letter to a person of the family, or to who should act"
NOT_CHOSEN = "not part of this disclosure"
DISAGREEMENTS = "disagreements.txt"
MANIFEST, MANIFEST_JSON, READABLE = "MANIFEST.txt", "manifest.json", "readable.txt"


@dataclass(frozen=True)
class Piece:
    """One file of a bundle: its name in it, what it is, its bytes, and the revision of the document (None for an attachment)."""

    name: str
    what: str
    data: bytes
    revision: int | None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


@dataclass(frozen=True)
class LeftOut:
    """A document of the case that is not in a bundle, and why."""

    name: str
    why: str


@dataclass(frozen=True)
class Bundle:
    """What is given, to whom, on which authority; `commit` is the state of the store that it was made from."""

    case: str
    to: str
    authority: str
    on: date
    by: str
    commit: str
    pieces: tuple[Piece, ...]
    left_out: tuple[LeftOut, ...]


def bundle(
    app: App, documents: CaseFile, to: str, authority: str, without: Sequence[str], also: Sequence[str] | None
) -> Bundle:
    """The documents of a case that are given: the forms and what was attached, but for `without`.

    `also` are those that are left out by themselves and given all the same (None: all of them).

    Raises: NotFound for a document that the case does not have; as `Store.attachment`.
    """
    every = [*_documents(documents), *_attachments(app, documents)]
    known = {piece.name.partition(".")[0]: (piece, why) for piece, why in every}
    unknown = sorted({*without, *(also or ())} - known.keys())
    if unknown:
        raise NotFound(f"The case has no document called {', '.join(unknown)}.", f"It has: {', '.join(known)}.")
    left_out = [
        LeftOut(id_, NOT_CHOSEN if id_ in without else why)
        for id_, (_, why) in known.items()
        if id_ in without or (why and also is not None and id_ not in also)
    ]
    out = {one.name for one in left_out}
    pieces = [piece for id_, (piece, _) in known.items() if id_ not in out]
    pieces += _disagreements(documents)
    pieces.append(Piece(READABLE, "the forms in words", readable(pieces, documents).encode(), None))
    commit, _ = app.store.head
    return Bundle(
        documents.reference,
        to,
        authority,
        app.clock.today,
        app.store.person.name,
        commit,
        tuple(pieces),
        tuple(left_out),
    )


def _documents(documents: CaseFile) -> Iterator[tuple[Piece, str]]:
    """Every document as YAML, and why it is left out where nobody asks for it."""
    from cdr.forms import codec

    own = {"case", "requests", "prompts"}
    for document in documents:
        if document.revision:
            name = document.place.id
            piece = Piece(f"{name}.yaml", document.form, codec.dump(document.body), document.revision)
            yield piece, OWN_RECORD if name in own else ""


def _disagreements(documents: CaseFile) -> list[Piece]:
    """What people say is wrong in the forms: whoever gets a form gets it too."""
    from cdr.domain.case.disagreements import beside, disagreement_in_words

    lines = [f"{one.on.isoformat()}: {disagreement_in_words(one)}" for one in beside(documents.case.body)]
    data = "\n".join(lines).encode() + b"\n"
    return [Piece(DISAGREEMENTS, "notes of disagreement, each with its field", data, None)] if lines else []


def _attachments(app: App, documents: CaseFile) -> Iterator[tuple[Piece, str]]:
    from cdr.domain.case.attachments import LETTER, attachments_of
    from cdr.work.attaching import kept_file

    for known in attachments_of(documents.case.body):
        data = kept_file(app, documents.reference, known)
        suffix = Path(known.name).suffix.casefold()
        ending = suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""
        piece = Piece(f"attachment-{known.number:02}{ending}", known.kind.replace("_", " "), data, None)
        yield piece, TO_A_FAMILY if known.kind == LETTER else ""


def recipient(app: App, to: str) -> str:
    """The fingerprint of whom a bundle is for: an agency's or a panel member's of cdr.yaml, or one given as such; empty where none is known.

    Raises: NotAllowed where that key cannot be encrypted to.
    """
    found = app.configuration
    known = {agency.id: agency.key for agency in found.agencies} | {one.id: one.key for one in found.members}
    bare = to.replace(" ", "").upper()
    key = bare if FINGERPRINT.fullmatch(bare) else known.get(to, "")
    refuse_unusable([key] if key else [])
    return key


def one_line(to: str) -> str:
    """Whom it is for, on one line. Raises: WrongUsage."""
    said = " ".join(to.split())
    if not said or len(said) > 200:
        raise WrongUsage("Say in a few words whom it is for, like coroner or an agency's id.")
    return said


def archive(made: Bundle) -> bytes:
    """A tar of the bundle; the same bundle gives the same bytes."""
    files = {
        MANIFEST: manifest(made).encode(),
        MANIFEST_JSON: json.dumps(as_json(made), ensure_ascii=False, indent=2).encode() + b"\n",
        **{piece.name: piece.data for piece in made.pieces},
    }
    at = int(datetime.combine(made.on, time(), UTC).timestamp())
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, data in files.items():
            info = tarfile.TarInfo(f"{made.case}/{name}")
            info.size, info.mtime, info.mode = len(data), at, 0o600
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def manifest(made: Bundle) -> str:
    """What is in a bundle, on what authority, and what is not, for a person."""
    lines = [
        f"Child death review {made.case}",
        "",
        f"Given to: {made.to}",
        f"On: {made.on.isoformat()}, by {made.by}",
        f"State of the record: {made.commit}",
        "",
        "On this authority:",
        *(f"  {line}" for line in made.authority.splitlines()),
        "",
        "What is here, each file with the SHA-256 of its bytes:",
        *(f"  {piece.sha256}  {piece.name}  {piece.what}{_revision(piece)}" for piece in made.pieces),
        "",
        "What the record holds and is not here:",
        *([f"  {one.name}: {one.why}" for one in made.left_out] or ["  nothing"]),
        "",
        "Use this only for what it was given for, and tell us where anything is wrong.",
    ]
    return "\n".join(lines) + "\n"


def _revision(piece: Piece) -> str:
    return f", revision {piece.revision}" if piece.revision else ""


def as_json(made: Bundle) -> dict[str, Any]:
    """The manifest for a program."""
    return {
        "schema": "manifest/1",
        "case": made.case,
        "to": made.to,
        "authority": made.authority,
        "on": made.on.isoformat(),
        "by": made.by,
        "commit": made.commit,
        "files": [
            {
                "name": piece.name,
                "what": piece.what,
                "sha256": piece.sha256,
                "size": len(piece.data),
                "revision": piece.revision,
            }
            for piece in made.pieces
        ],
        "left_out": [{"name": one.name, "why": one.why} for one in made.left_out],
    }


def readable(pieces: Sequence[Piece], documents: CaseFile) -> str:
    """The forms that are given in words, their codes with their meanings."""
    given = {piece.name for piece in pieces}
    shown = [document for document in documents if f"{document.place.id}.yaml" in given]
    return "\n\n".join("\n".join(_document_in_lines(document)) for document in shown) + "\n"


def _document_in_lines(document: Document) -> Iterator[str]:
    from cdr.forms import migrations
    from cdr.forms.described import described

    yield document.place.id
    for depth, title, text in described(migrations.current(document.form), document.body):
        indent = "  " * (depth + 1)
        yield f"{indent}{title}: {str(text).replace(chr(10), f'{chr(10)}{indent}  ')}".rstrip(": ")


def with_disclosure(case: Mapping[str, Any], made: Bundle, sha256: str) -> dict[str, Any]:
    """The case with the fact that this was given."""
    pieces, left_out = (tuple(one.name for one in each) for each in (made.pieces, made.left_out))
    given = Disclosure(made.on, made.to, made.by, made.authority, sha256, pieces, left_out)
    return disclosures.with_disclosure(case, given)
