"""The papers of a meeting: made from its cases as they stand, one pack a reader, and kept nowhere in the store."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.panel.meeting import Meeting, SourceRevision, name_of, refuse_strangers
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.terminal.output import put, put_json, say, table

if TYPE_CHECKING:
    from cdr.documents.panel.brief import CasePapers
    from cdr.documents.panel.paper import Paper, Part


@dataclass(frozen=True)
class Pack:
    """One reader's papers, locked: what the file is called, its bytes, how long they take to read.

    `passphrase` opens them, and is empty where they are for the reader's key.
    """

    reader: str
    file: str
    data: bytes
    minutes: int
    passphrase: str = ""


def readers(app: App, meeting: Meeting, who: Sequence[str]) -> list[str]:
    """For whom papers are made: those who are named, else every member of the panel. Raises: NotFound, ConditionsNotMet."""
    refuse_strangers(who, app.configuration)
    found = [*dict.fromkeys(who)] or [member.id for member in app.configuration.members]
    if not found:
        raise ConditionsNotMet(
            "There is nobody to make papers for; none were made.",
            ["cdr.yaml names no member of the panel (panel: members)."],
            f"Name a reader: cdr panel pack {meeting.id} --for WHO -o DIR",
        )
    return found


def case_papers(app: App, meeting: Meeting) -> tuple[list[CasePapers], list[SourceRevision]]:
    """What the papers of each case are made from, and from which revisions of which documents."""
    from cdr.documents.panel.brief import CasePapers
    from cdr.work.timelines import anonymiser_of, timeline_of

    papers: list[CasePapers] = []
    sources: list[SourceRevision] = []
    for number, reference in enumerate(meeting.references, 1):
        documents = app.store.case(reference)
        papers.append(
            CasePapers(
                number,
                reference,
                documents.case.body,
                documents.notification.body,
                documents.requests.body,
                timeline_of(app, documents, identified=False),
                anonymiser_of(app, documents),
                documents.analysis_body or {},
            )
        )
        used = [documents.notification, *documents.returns, *([documents.analysis] if documents.analysis else [])]
        sources += [SourceRevision(reference, one.place.id, one.revision) for one in used]
    return papers, sources


def pack(app: App, meeting: Meeting, reader: str, papers: Sequence[CasePapers]) -> Pack:
    """One reader's papers, without the cases that they leave for, marked with their name, and locked for them.

    Raises: NotAllowed where their key cannot be encrypted to; ConditionsNotMet where a text cannot be set.
    """
    from cdr.documents.panel.paper import to_pdf

    paper = reader_paper(app, meeting, reader, papers)
    pdf = bytes(to_pdf(paper, meeting.on))
    name, key = f"{meeting.id}-{reader}.pdf", _key(app, reader)
    if key:
        return Pack(reader, f"{name}.gpg", _for_key(pdf, key), paper.minutes)
    from cdr.documents.panel.locked_pdf import locked
    from cdr.domain.asking import passphrase

    told = passphrase.new()
    return Pack(reader, name, locked(pdf, told), paper.minutes, told)


def reader_paper(app: App, meeting: Meeting, reader: str, papers: Sequence[CasePapers]) -> Paper:
    """One reader's papers as they are set: what they hold and how long each case takes, then each case."""
    from cdr.documents.panel.brief import case_parts
    from cdr.documents.panel.paper import Facts, Grid, Heading, Paper, Text, reading_minutes
    from cdr.documents.timeline.timeline_rows import ANONYMISED, PURPOSE
    from cdr.written import long_date

    own = [one for one in papers if (one.reference, reader) not in meeting.conflicts]
    parts = {one.reference: case_parts(one, meeting.on) for one in own}
    minutes = {reference: reading_minutes(said) for reference, said in parts.items()}
    total = sum(minutes.values())
    rows = tuple((str(one.number), one.reference, f"about {minutes[one.reference]} minutes") for one in own)
    first: list[Part] = [
        Facts(
            (
                ("For", name_of(reader, app.configuration)),
                ("Reading time", f"about {total} minutes in all"),
            )
        ),
        Text(ANONYMISED, quiet=True),
        Heading("Cases"),
        Grid(("", "Case", "To read"), rows, (1, 6, 6)),
    ]
    title, kind = f"Papers for the panel on {long_date(meeting.on)}", f"Meeting {meeting.id}"
    about = f"{app.configuration.area}: {kind}{f', {meeting.title}' if meeting.title else ''}"
    every = (*first, *(part for said in parts.values() for part in said))
    return Paper(title, about, PURPOSE, every, mark=name_of(reader, app.configuration), minutes=total)


def _key(app: App, reader: str) -> str:
    configuration = app.configuration
    keys = {member.id: member.key for member in configuration.members}
    return {**{agency.id: agency.key for agency in configuration.agencies}, **keys}.get(reader, "")


def _for_key(pdf: bytes, key: str) -> bytes:
    from cdr.store.crypto import Gnupg
    from cdr.work.agency_keys import refuse_unusable

    refuse_unusable([key])
    return Gnupg().encrypt(pdf, [key])


def folder(app: App, place: str) -> Path:
    """The folder in which papers are put, outside the store. Raises: WrongUsage, NotFound where it cannot be made."""
    found = Path(place)
    if found.resolve().is_relative_to(app.store.folder.resolve()):
        raise WrongUsage(
            "That folder is in the store, where nothing that is made for the panel is kept.",
            "Name another with -o DIR.",
        )
    if found.exists() and not found.is_dir():
        raise WrongUsage("Papers are several files, and what -o names is none that can hold them.", "Name a folder.")
    try:
        found.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        raise NotFound("That folder cannot be made.", "Make it first, or name another with -o DIR.") from None
    return found


def writing(packs: Sequence[Pack], place: Path) -> Callable[[], Callable[[], None]]:
    """What puts the packs into a folder, all or none, and gives what takes them away again."""
    from cdr import disk

    def write() -> Callable[[], None]:
        new = [place / one.file for one in packs if not (place / one.file).exists()]

        def take_back() -> None:
            for path in new:
                path.unlink(missing_ok=True)

        try:
            for one in packs:
                disk.write_whole(place / one.file, one.data)
        except BaseException:
            take_back()
            raise
        return take_back

    return write


def tell(id_: str, packs: Sequence[Pack], place: str, as_json: bool) -> None:
    """Say which packs were made for whom and what opens them; a pass-phrase is shown this once."""
    if as_json:
        put_json({"schema": "cdr-pack/1", "panel": id_, "folder": place, "packs": [_json(one) for one in packs]})
        return
    rows = [(one.reader, one.file, f"{one.minutes} min", one.passphrase or "their key") for one in packs]
    put(table(rows, ["for", "file", "to read", "opens with"]))
    if any(one.passphrase for one in packs):
        say("Tell each reader their pass-phrase by telephone: small letters, one space between the words.")
        say("It is shown once and kept nowhere.")


def _json(one: Pack) -> dict[str, Any]:
    about = {"for": one.reader, "file": one.file, "minutes": one.minutes}
    if not one.passphrase:
        return {**about, "locked_with": "key"}
    return {**about, "locked_with": "pass-phrase", "passphrase": one.passphrase}
