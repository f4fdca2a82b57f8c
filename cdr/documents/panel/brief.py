"""What the panel reads of one case: a brief of one page, the timeline, what agencies answered, and the analysis as it is drafted; without names.

Protocol section 4: the panel's papers are anonymised as far as possible.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cdr import moments
from cdr.documents.panel.agencies_say import returns_parts
from cdr.documents.panel.enclosed import Enclosed
from cdr.documents.panel.paper import Bullets, Facts, Grid, Heading, Part, Said, Sheets, Text, reading_minutes
from cdr.documents.timeline import timeline_rows as shown
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.asking.requests import requests_of
from cdr.domain.case.attachments import LETTER, attachments_of
from cdr.domain.case.deferrals import deferrals_of
from cdr.domain.case.family_questions import OPEN as UNANSWERED
from cdr.domain.case.family_questions import questions_of
from cdr.domain.case.gates import gates_of
from cdr.domain.case.review import ratified_reviews
from cdr.domain.process.age import age_words, completed_months
from cdr.domain.rulebook.validation import at, date_at, items_at, text_at
from cdr.domain.timeline.ages import age_at
from cdr.domain.timeline.timeline import Timeline
from cdr.forms import migrations
from cdr.forms.codelists import code_list
from cdr.forms.described import described
from cdr.records import dataclass, field
from cdr.written import counted, long_date

Body = Mapping[str, Any]

DECIDE = (
    "Category of death: the first in the list that applies; say why a lower one was not chosen.",
    "For each factor: did it contribute, and could action here or nationally change it?",
    "Learning, and recommendations: who does what, by when, and how it will be known.",
    "What the family is told, and by whom.",
)
AFTER_THE_RETURNS = (
    "What else was written stands after what agencies answered, without names as far as the program could tell:"
)
SUGGESTED = (
    "Nobody has drafted the analysis (Form C) yet. This is made from what the case knows, each statement with its source; whether a "
    "factor contributed, and whether it can be changed, is the panel's to decide."
)
WITH_NAMES = "Reports that stand at the end as they came have names in them."
AT_THE_END = "At the end of these papers, as it came and with names:"
NOT_IN_THEM = "Kept with the case and not in these papers:"
STATES = tuple(str(one.code) for one in code_list("request_status").codes)
LONGEST_SUMMARY = 1800  # letters: the brief is one page
FORM_C = "form-c"


@dataclass(frozen=True)
class CasePapers:
    """What the papers of one case are made from; `number` is its place on the agenda, `analysis` empty before there is a draft.

    `returns` are those of the agencies, each with the agency's type in words; `rates` are sentences on how often the panel held that
    something could be changed; `enclosed` is what was attached and the panel may see.
    `is_suggested`: nobody has drafted the analysis, and this one is made from what the case knows.
    """

    number: int
    reference: str
    case: Body
    form_a: Body
    requests: Body
    timeline: Timeline
    anonymiser: Anonymiser = field(repr=False)
    analysis: Body = field(default_factory=dict)
    returns: tuple[tuple[str, Body], ...] = ()
    rates: tuple[str, ...] = ()
    enclosed: tuple[Enclosed, ...] = ()
    is_suggested: bool = False


def case_parts(papers: CasePapers, meeting_on: date) -> list[Part]:
    """The parts of one case, the brief on a page of its own."""
    body = [*timeline_parts(papers), *_said_by_agencies(papers), *_written(papers), *_analysis(papers)]
    return [*_brief(papers, meeting_on, reading_minutes([*body, *sheets_of(papers)])), *body]


def factors_of(analysis: Body) -> list[str]:
    """The codes of the factors that an analysis names, in its order."""
    domains = at(analysis, "domains")
    named = domains.values() if isinstance(domains, Mapping) else ()
    return [text_at(one, "code") for part in named for _, one in items_at(part, "factors")]


def sheets_of(papers: CasePapers) -> list[Sheets]:
    """What was attached to a case and is read as it came; it stands at the end of a reader's papers, apart from what has no names."""
    return [
        Sheets(f"{papers.number}. {papers.reference}: {one.name}", one.pages, one.count)
        for one in papers.enclosed
        if one.count
    ]


def _brief(papers: CasePapers, meeting_on: date, minutes: int) -> Iterator[Part]:
    yield Heading(f"{papers.number}. {papers.reference}: brief", apart=True)
    yield Facts(tuple((name, text) for name, text in _facts(papers, meeting_on, minutes) if text))
    summary = summary_of(papers)
    if summary:
        yield Heading("What happened", 3)
        yield Text(summary)
    questions = [one for one in questions_of(papers.case).values() if one.text]
    if questions:
        yield Heading("The family asks", 3)
        read = papers.anonymiser.text
        yield Bullets(
            tuple(
                f"{read(one.text)}{'' if one.status == UNANSWERED else f' - {read(one.answer)}'}" for one in questions
            )
        )
    had = _had_before(papers, meeting_on)
    if had:
        yield Heading("The panel had it before", 3)
        yield Bullets(had)
    yield Heading("To decide", 3)
    yield Bullets(DECIDE)
    if papers.rates:
        yield Heading("How often something could be changed", 3)
        yield Bullets(papers.rates)
    for words, names in _kept(papers):
        if names:
            yield Text(f"{words} {', '.join(names)}.", quiet=True)


def _had_before(papers: CasePapers, meeting_on: date) -> tuple[str, ...]:
    """What the panel did with the case before this meeting, and why it was opened again since, in order of the days."""
    read = papers.anonymiser.text
    found = [(one.on, f"deferred, for {one.words}. {read(one.text)}") for one in deferrals_of(papers.case)]
    reviewed = [one.on for one in ratified_reviews(papers.case) if one.on and one.on < meeting_on]
    found += [(on, "ratified.") for on in reviewed]
    for _, item in items_at(papers.case, "reopenings") if reviewed else ():
        on = date_at(item, "on")
        if on and on >= min(reviewed):
            found.append((on, f"opened again. {read(text_at(item, 'reason'))}"))
    return tuple(f"{long_date(on)}: {what}" for on, what in sorted(found, key=lambda one: one[0]))


def _facts(papers: CasePapers, meeting_on: date, minutes: int) -> Iterator[tuple[str, str]]:
    life, died = papers.timeline, date_at(papers.form_a, "death.date")
    yield "Reading time", f"about {counted(minutes, 'minute')} after this page"
    yield from child_facts(papers)
    yield "Since the death", f"{(meeting_on - died).days:,} days at the meeting" if died else ""
    yield "Returns", _returns(papers.requests)
    yield (
        "Timeline",
        f"{len(life.entries)} events; {counted(len(life.conflicts), 'conflict')}; {counted(len(life.gaps), 'gap')}",
    )


def child_facts(papers: CasePapers) -> Iterator[tuple[str, str]]:
    """Who the child was and how they died, a name and its value each, without names; what is not known is empty."""
    form_a = papers.form_a
    born, died = date_at(form_a, "child.date_of_birth"), date_at(form_a, "death.date")
    weeks = at(form_a, "child.gestation.weeks")
    born_at = f", born at {weeks} weeks" if isinstance(weeks, int) else ""
    yield (
        "Child",
        f"{_label('sex', form_a, 'child.sex')}{f', {_age(form_a, born, died)}' if born and died else ''}{born_at}",
    )
    yield (
        "Died",
        "; ".join(
            filter(
                None,
                (_label("place_of_death", form_a, "death.place"), _label("expectedness", form_a, "death.expected")),
            )
        ),
    )
    yield "Joint agency response", _label("yes_no_not_known", form_a, "jar.triggered")
    yield "Cause of death", papers.anonymiser.text(_cause(papers))
    yield "Other processes", "; ".join(f"{gate.words}: {gate.status}" for gate in gates_of(papers.case))


def _age(form_a: Body, born: date, died: date) -> str:
    """The age at death; that of a newborn in minutes or hours, where the times are known."""
    birth = moments.moment(born, text_at(form_a, "child.time_of_birth"))
    death = moments.moment(died, text_at(form_a, "death.time"))
    if birth and death and completed_months(born, died) == 0:
        first, last = moments.of_birth_and_death(birth, death)
        return age_at(last, first)
    return age_words(born, died)


def _cause(papers: CasePapers) -> str:
    understood = text_at(papers.analysis, "cause_of_death_understood")
    registered = at(papers.analysis, "registered_cause") or at(papers.form_a, "certification.cause_of_death")
    parts = registered.values() if isinstance(registered, Mapping) else ()
    return understood or "; ".join(str(part) for part in parts)


def summary_of(papers: CasePapers) -> str:
    """What happened, without names, no longer than a page has room for."""
    text = text_at(papers.analysis, "case_summary") or text_at(papers.form_a, "death.circumstances")
    read = papers.anonymiser.text(text)
    return read if len(read) <= LONGEST_SUMMARY else f"{read[:LONGEST_SUMMARY].rpartition(' ')[0]} [...]"


def _returns(requests: Body) -> str:
    found = [request.status for request in requests_of(requests)]
    states = sorted(set(found), key=STATES.index)
    return ", ".join(f"{found.count(state)} {state}" for state in states) or "none asked for"


def _kept(papers: CasePapers) -> Iterator[tuple[str, list[str]]]:
    """Where each thing that is kept with the case is to be read, but letters."""
    shown = {one.number for one in papers.enclosed if not one.why_not}
    kinds, files = code_list("attachment_kind"), attachments_of(papers.case)
    others = [file for file in files if file.kind != LETTER and file.number not in shown]
    yield AFTER_THE_RETURNS, [one.name for one in papers.enclosed if one.text]
    yield AT_THE_END, [f"{one.name}, {counted(one.count, 'page')}" for one in papers.enclosed if one.count]
    yield NOT_IN_THEM, [f"{kinds.label(file.kind).lower()} (attachment {file.number})" for file in others]


def timeline_parts(papers: CasePapers) -> Iterator[Part]:
    """The timeline of one case, on pages of its own."""
    life = papers.timeline
    yield Heading(f"{papers.number}. {papers.reference}: timeline", apart=True)
    found = {
        "Conflicts": shown.findings(life),
        "Gaps": shown.gap_findings(life),
        "Missed contacts": shown.missed_findings(life),
    }
    for title, said in found.items():
        if said:
            yield Heading(title, 3)
            yield Bullets(tuple(said))
    yield Heading("What happened", 3)
    rows = tuple(_row(row) for row in shown.rows(life))
    yield Grid(("No.", "When", "Age", "What happened", "Source"), rows, (4, 12, 10, 34, 14))


def _row(row: shown.Row) -> tuple[str, ...]:
    if row.entry is None:
        return ("", "", "", shown.gap_words(row.gap) if row.gap else "", "")
    asides = "".join(f" ({aside})" for aside in shown.asides(row))
    marks = "".join(f" (conflict {mark})" for mark in row.conflicts)
    entry = row.entry
    return str(row.number), shown.when(entry), entry.age, f"{entry.event}{asides}{marks}", entry.source_words


def _said_by_agencies(papers: CasePapers) -> Iterator[Part]:
    parts = tuple(returns_parts(papers.returns, papers.anonymiser))
    if parts:
        yield Heading(f"{papers.number}. {papers.reference}: what agencies answered", apart=True)
        yield from parts


def _written(papers: CasePapers) -> Iterator[Part]:
    texts = [one for one in papers.enclosed if one.text]
    if texts:
        yield Heading(f"{papers.number}. {papers.reference}: minutes and reports", apart=True)
    for one in texts:
        yield Heading(one.name[0].upper() + one.name[1:], 3)
        yield Text(papers.anonymiser.text(one.text))


def _analysis(papers: CasePapers) -> Iterator[Part]:
    yield Heading(f"{papers.number}. {papers.reference}: analysis", apart=True)
    name = migrations.current(FORM_C)
    about = {key: value for key, value in papers.analysis.items() if key not in ("schema", "case")}
    if not about or (papers.is_suggested and not about.keys() - {"cdrm"}):
        yield Text(
            "There is no draft of the analysis (Form C) yet, and nothing in the case suggests what stands in it."
        )
        return
    if papers.is_suggested:
        yield Text(SUGGESTED, quiet=True)
    yield Said(tuple(described(name, about, papers.anonymiser.text)))


def _label(codes: str, body: Body, path: str) -> str:
    known = code_list(codes).get(at(body, path))
    return known.label if known else ""
