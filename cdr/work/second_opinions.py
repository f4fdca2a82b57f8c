"""A question to another area's panel as the verb asks it, and the answer that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.case.second_opinions import SecondOpinion, answered, asked, second_opinions_of
from cdr.records import dataclass

if TYPE_CHECKING:
    from cdr.documents.panel.brief import CasePapers
    from cdr.domain.rulebook.configuration import Area
    from cdr.work.papers import Pack


@dataclass(frozen=True)
class Asked:
    """A question that was asked: its number, the paper that goes out, and how many words in it a person should look at."""

    number: int
    pack: Pack
    doubtful: int


def ask(app: App, reference: str, area_name: str, text: str, output: str) -> Asked:
    """Write the paper for another panel into a folder, locked for it, and record what was asked.

    Raises: NotFound for an area that cdr.yaml has not; ConditionsNotMet for a case that is closed; NotAllowed for a key that cannot be used.
    """
    from cdr.work import made_here
    from cdr.work.changing import changing
    from cdr.work.handing_over import area
    from cdr.work.papers import folder, papers_of, writing

    to, place = area(app, area_name), folder(app, output)
    with changing(app, reference) as now:
        kept, today = now.documents.case, app.clock.today
        body, number = asked(kept.body, to.name, text, today, app.store.person.name)
        papers = papers_of(app, number, now.documents)
        pack = _locked(app, to, papers, text)
        now.record("panel", {kept.place: body}, write=writing([pack], place))
    made_here.note(app, made_here.of_case(reference), {place / pack.file: pack.data})
    return Asked(number, pack, len(papers.anonymiser.read(text).left))


def _locked(app: App, to: Area, papers: CasePapers, text: str) -> Pack:
    from cdr.documents.panel.locked_pdf import locked
    from cdr.documents.panel.paper import to_pdf
    from cdr.documents.panel.second_opinion import second_opinion
    from cdr.domain.asking import passphrase
    from cdr.work.handing_over import keys_of
    from cdr.work.papers import Pack, for_keys

    own, today = app.configuration.own_area, app.clock.today
    back_to = own.manager.email or own.chair.email
    paper = second_opinion(papers, text, app.configuration.area, to.name, back_to, today)
    name, plain = f"{papers.reference}-question-{papers.number}.pdf", bytes(to_pdf(paper, today))
    if keys := keys_of(to):
        return Pack(to.name, f"{name}.gpg", for_keys(plain, keys), paper.minutes)
    told = passphrase.new()
    return Pack(to.name, name, locked(plain, told), paper.minutes, told)


def answer(app: App, reference: str, number: int, text: str, on: date, *, came: bool) -> SecondOpinion:
    """Record what another panel answered, or why no answer is waited for. Raises: ConditionsNotMet."""
    from cdr.work.changing import changing

    with changing(app, reference) as now:
        kept = now.documents.case
        body = answered(kept.body, number, on, text, came=came)
        now.record("panel", {kept.place: body})
    return second_opinions_of(body)[number]


def questions(app: App, reference: str | None) -> Mapping[tuple[str, int], SecondOpinion]:
    """The questions to other panels of one case, with what they say, or of all of them, by case and number."""
    bodies: Mapping[str, Mapping[str, Any]] = {ref: facts.case for ref, facts in app.cases().items()}
    if reference:
        bodies = {reference: app.store.case(reference).case.body}
    return {(ref, number): one for ref, case in bodies.items() for number, one in second_opinions_of(case).items()}
