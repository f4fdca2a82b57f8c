"""The papers of a meeting: made from its cases as they stand, one pack a reader, and kept nowhere in the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.panel.meeting import Meeting, SourceRevision
from cdr.domain.panel.people import members_of, name_of, refuse_strangers
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.forms.codelists import code_list
from cdr.records import dataclass, replace
from cdr.terminal.output import put, put_json, say, table
from cdr.work import counting, made_here
from cdr.work.meetings import changing_meeting, said_in_case

if TYPE_CHECKING:
    from cdr.documents.panel.brief import CasePapers
    from cdr.documents.panel.enclosed import Enclosed
    from cdr.documents.panel.paper import Paper, Part
    from cdr.statistics.facts import CaseFacts
    from cdr.statistics.reference import Figure
    from cdr.store.case_file import CaseFile


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


def make(app: App, id_: str, who: Sequence[str], output: str, format_: str | None, as_json: bool) -> None:
    """Make the papers of a meeting for these readers, record when and from what, and say what is to be checked.

    `format_` is `pdf` or `html`, or None for what each reader has in cdr.yaml. Raises: as `readers`, `folder` and `pack`.
    """
    from cdr.domain.panel.in_case import with_papers
    from cdr.domain.panel.meeting import with_packs
    from cdr.domain.panel.meeting_days import papers_due
    from cdr.work.agreements import unsigned_on

    today = app.clock.today
    with changing_meeting(app, id_) as now:
        meeting = now.meeting
        if not meeting.cases:
            hint = f"Assign some first: cdr panel assign {meeting.id} REF..."
            raise ConditionsNotMet("There is nothing to read; no papers were made.", ["No case is assigned."], hint)
        for_whom, place = readers(app, meeting, who), folder(app, output)
        to_read, sources = case_papers(app, meeting)
        packs = [pack(app, meeting, reader, to_read, format_) for reader in for_whom]
        body = with_packs(now.meeting, today, [one.reader for one in packs], sources)
        sent = now.in_cases(meeting.references, partial(said_in_case, app, with_papers, meeting))
        made = now.record(body, writing(packs, place), sent)
    made_here.note(app, made_here.of_meeting(made.id), {place / one.file: one.data for one in packs})
    tell(made.id, packs, output, as_json)
    _say_what_was_attached(to_read)
    if today > papers_due(made):
        say(f"please check: members should have had their papers by {papers_due(made)}, a week before the meeting.")
    for one in unsigned_on(app, [one.reader for one in packs], today):
        say(f"please check: {one} has no statement of confidentiality in force: cdr panel agreement {one}")


def _say_what_was_attached(papers: Sequence[CasePapers]) -> None:
    """What stands in the papers with names, and what the panel may see and does not find in them."""
    for case in papers:
        for one in case.enclosed:
            if one.count:
                say(f"please check: as it came and with names, the papers hold of {case.reference} the {one.name}.")
            elif one.why_not:
                say(f"please check: the papers do not hold the {one.name} of {case.reference}, because {one.why_not}.")


def readers(app: App, meeting: Meeting, who: Sequence[str]) -> list[str]:
    """For whom papers are made: those who are named, else every member of the meeting. Raises: NotFound, ConditionsNotMet."""
    refuse_strangers(who, app.configuration)
    found = [*dict.fromkeys(who)] or [member.id for member in members_of(meeting, app.configuration)]
    if not found:
        raise ConditionsNotMet(
            "There is nobody to make papers for; none were made.",
            ["cdr.yaml names no member of this meeting (panel: members)."],
            f"Name a reader: cdr panel pack {meeting.id} --for WHO -o DIR",
        )
    return found


def case_papers(app: App, meeting: Meeting) -> tuple[list[CasePapers], list[SourceRevision]]:
    """What the papers of each case are made from, and from which revisions of which documents."""
    from cdr.documents.panel.brief import factors_of

    known, published = counting.facts(app), counting.setting(app).figures
    papers: list[CasePapers] = []
    sources: list[SourceRevision] = []
    for number, reference in enumerate(meeting.references, 1):
        documents = app.store.case(reference)
        made = papers_of(app, number, documents)
        made = made if made.analysis else _with_a_draft(app, made, documents)
        rates = _rates(reference, factors_of(made.analysis), known, published)
        papers.append(replace(made, rates=rates, enclosed=tuple(_enclosed(app, documents))))
        used = [documents.notification, *documents.returns, *([documents.analysis] if documents.analysis else [])]
        sources += [SourceRevision(reference, one.place.id, one.revision) for one in used]
    return papers, sources


def _with_a_draft(app: App, papers: CasePapers, documents: CaseFile) -> CasePapers:
    """The papers with an analysis made from what the case knows, where nobody has drafted one."""
    from cdr.domain.panel.drafting import to_read
    from cdr.work.drafts import drafted

    return replace(papers, analysis=to_read(drafted(app, documents, _called(app, documents))), is_suggested=True)


def _enclosed(app: App, documents: CaseFile) -> Iterator[Enclosed]:
    """What was attached to a case and the panel may see."""
    from cdr.documents.panel.enclosed import enclosed, may_be_seen
    from cdr.domain.case.attachments import attachments_of
    from cdr.work.attaching import kept_file

    for one in attachments_of(documents.case.body):
        if may_be_seen(one):
            yield enclosed(one, kept_file(app, documents.reference, one))


def _called(app: App, documents: CaseFile) -> Mapping[str, str]:
    """The agencies of the returns by id, as the timeline calls them."""
    from cdr.domain.timeline.timeline import types_apart
    from cdr.work.timelines import agencies

    return types_apart(set(documents.returns_by_agency), agencies(app.configuration))


def _returns(app: App, documents: CaseFile) -> tuple[tuple[str, Mapping[str, Any]], ...]:
    """Each return with its agency as the timeline calls it, in that order."""
    by_agency, called = (
        {agency: one.body for agency, one in documents.returns_by_agency.items()},
        _called(app, documents),
    )
    return tuple((called[agency], by_agency[agency]) for agency in sorted(by_agency, key=called.__getitem__))


def papers_of(app: App, number: int, documents: CaseFile) -> CasePapers:
    """What the papers of one case are made from, as it stands."""
    from cdr.documents.panel.brief import CasePapers
    from cdr.work.timelines import anonymiser_of, timeline_of

    return CasePapers(
        number,
        documents.reference,
        documents.case.body,
        documents.notification.body,
        documents.requests.body,
        timeline_of(app, documents, identified=False),
        anonymiser_of(app, documents),
        documents.analysis_body or {},
        _returns(app, documents),
    )


def _rates(
    reference: str, factors: Sequence[str], known: Sequence[CaseFacts], published: Sequence[Figure]
) -> tuple[str, ...]:
    """How often something could be changed, over every other review, with these factors of this case's draft."""
    from cdr.statistics.base_rates import base_rates

    others = [one for one in known if one.case != reference]
    return tuple(base_rates(others, published, factors, code_list("factor").label))


def pack(app: App, meeting: Meeting, reader: str, papers: Sequence[CasePapers], format_: str | None = None) -> Pack:
    """One reader's papers, without the cases that they leave for, marked with their name, and locked for them.

    Raises: NotAllowed where their key cannot be encrypted to; ConditionsNotMet where a text cannot be set.
    """
    from cdr.domain.asking import passphrase

    paper = reader_paper(app, meeting, reader, papers)
    chosen = {member.id: member.papers for member in app.configuration.members}
    kind = format_ or chosen.get(reader, "pdf")
    name, key = f"{meeting.id}-{reader}.{kind}", _key(app, reader)
    if key:
        return Pack(reader, f"{name}.gpg", for_keys(_open(paper, kind, meeting), [key]), paper.minutes)
    told = passphrase.new()
    return Pack(reader, name, _locked(paper, kind, meeting, told), paper.minutes, told)


def _open(paper: Paper, kind: str, meeting: Meeting) -> bytes:
    from cdr.documents.panel.page import to_html
    from cdr.documents.panel.paper import to_pdf

    return to_html(paper, meeting.on) if kind == "html" else bytes(to_pdf(paper, meeting.on))


def _locked(paper: Paper, kind: str, meeting: Meeting, told: str) -> bytes:
    if kind == "html":
        from cdr.documents.panel.page import to_locked_html
        from cdr.store.crypto import Gnupg

        return to_locked_html(paper, meeting.id, meeting.on, lambda data: Gnupg().lock(data, told))
    from cdr.documents.panel.locked_pdf import locked

    return locked(_open(paper, kind, meeting), told)


def reader_paper(app: App, meeting: Meeting, reader: str, papers: Sequence[CasePapers]) -> Paper:
    """One reader's papers as they are set: what they hold and how long each case takes, then each case."""
    from cdr.documents.panel.brief import WITH_NAMES, case_parts, sheets_of
    from cdr.documents.panel.paper import Facts, Grid, Heading, Paper, Text, reading_minutes
    from cdr.documents.timeline.timeline_rows import FOR_READERS, PURPOSE
    from cdr.written import counted, long_date

    own = [one for one in papers if (one.reference, reader) not in meeting.conflicts]
    parts = {one.reference: case_parts(one, meeting.on) for one in own}
    sheets = {one.reference: sheets_of(one) for one in own}
    minutes = {reference: reading_minutes([*said, *sheets[reference]]) for reference, said in parts.items()}
    total = sum(minutes.values())
    rows = tuple((str(one.number), one.reference, f"about {counted(minutes[one.reference], 'minute')}") for one in own)
    first: list[Part] = [
        Facts(
            (
                ("For", name_of(reader, app.configuration)),
                ("Reading time", f"about {counted(total, 'minute')} in all"),
            )
        ),
        Text(f"{FOR_READERS} {WITH_NAMES if any(sheets.values()) else ''}".rstrip(), quiet=True),
        Heading("Cases"),
        Grid(("", "Case", "To read"), rows, (1, 6, 6)),
    ]
    title, kind = f"Papers for the panel on {long_date(meeting.on)}", f"Meeting {meeting.id}"
    about = f"{app.configuration.area}: {kind}{f', {meeting.title}' if meeting.title else ''}"
    every = (*first, *chain.from_iterable(parts.values()), *chain.from_iterable(sheets.values()))
    return Paper(title, about, PURPOSE, every, mark=name_of(reader, app.configuration), minutes=total)


def _key(app: App, reader: str) -> str:
    configuration = app.configuration
    keys = {member.id: member.key for member in configuration.members}
    return {**{agency.id: agency.key for agency in configuration.agencies}, **keys}.get(reader, "")


def for_keys(data: bytes, keys: Sequence[str]) -> bytes:
    """Papers encrypted to these keys. Raises: NotAllowed where one cannot be encrypted to."""
    from cdr.store.crypto import Gnupg
    from cdr.work.agency_keys import refuse_unusable

    refuse_unusable(keys)
    return Gnupg().encrypt(data, keys)


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
