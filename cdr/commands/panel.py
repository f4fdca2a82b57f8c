"""`cdr panel`: meetings of the panel, their cases, who was there, and when they are over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import Day, Reference, as_json, pass_app
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.forms.codelists import code_list
from cdr.terminal.output import STDOUT, put, put_json, refuse_two_results, say, table, to_file
from cdr.work.meetings import (
    changing_meeting,
    facts_for_panel,
    meetings,
    raise_in_case,
    ratified_cases,
    said_in_case,
    show_meeting,
    shown_meeting,
    tell_meeting,
)

WHOM = {"safeguarding": "abuse", "coroner": "coroner", "public-health": "public_health"}
TYPES = [str(code.code) for code in code_list("panel_type").codes]
meeting_id = click.argument("id_", metavar="ID")


@click.group("panel")
def command() -> None:
    """Meetings of the panel: their cases and papers, who was there, whether they count, and what is still to be done.

    ID is a meeting's as `panel new` printed it; WHO is the id of a member (panel: members in cdr.yaml), or an agency's where the
    person does not matter. A case that was in a meeting which is over and quorate is ratified with: cdr review REF --from FILE --panel ID

    Example: cdr panel list
    """


@command.command("new")
@click.argument("day", metavar="DATE", type=Day())
@click.option("--type", "type_", type=click.Choice(TYPES), default=TYPES[0], show_default=True, help="What it is.")
@click.option("--title", metavar="TEXT", default="", help="What it is about, without anything about a child.")
@as_json
@pass_app
def new(app: App, day: date, type_: str, title: str, as_json: bool) -> None:
    """Make a meeting, and print its ID. One that was made by mistake, or is called off: cdr panel close ID --not-held.

    Example: cdr panel new 2026-03-18 --type themed --title "Safer sleep"
    """
    from cdr.domain.panel.meeting import Meeting, document_of, new_id
    from cdr.store.panels import meeting_place, panel_file
    from cdr.store.transaction import Change

    app.store.require_member()
    with app.store.writing():
        id_ = new_id(day, panel_file(app.store).whole().meetings)
        made = Meeting(id_, day, type_, app.clock.today, " ".join(title.split()))
        app.store.commit(Change("panel", {meeting_place(id_): document_of(made, {})}))
    if as_json:
        show_meeting(app, made, as_json)
    else:
        put(id_)


@command.command("list")
@as_json
@pass_app
def list_(app: App, as_json: bool) -> None:
    """List the meetings: how many cases each had, how many were ratified, and whether it was quorate.

    Example: cdr panel list
    """
    from cdr.documents.panel.meetings import HEADERS, rows, to_json

    several = [shown_meeting(app, one) for one in meetings(app)]
    if as_json:
        put_json({"schema": "cdr-panels/1", "panels": [_without_schema(to_json(one)) for one in several]})
    elif several:
        put(table(rows(several), HEADERS))
    else:
        put("There is no meeting yet: cdr panel new DATE")


def _without_schema(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in content.items() if key != "schema"}


@command.command("show")
@meeting_id
@click.option("--minutes", is_flag=True, help="Its minutes too.")
@as_json
@pass_app
def show(app: App, id_: str, minutes: bool, as_json: bool) -> None:
    """Show one meeting: its cases, papers, who was there, whether that is a quorum, and what is not done.

    Example: cdr panel show P2026-03-18
    """
    from cdr.domain.panel.meeting import meeting_of
    from cdr.store.panels import panel_file

    show_meeting(app, meeting_of(panel_file(app.store).meeting(id_).body), as_json, minutes)


@command.command("assign")
@meeting_id
@click.argument("references", metavar="REF...", nargs=-1, required=True, type=Reference())
@click.option("--override", metavar="REASON", help="Assign although something is missing, and why.")
@as_json
@pass_app
def assign(app: App, id_: str, references: tuple[str, ...], override: str | None, as_json: bool) -> None:
    """Put cases on the agenda of a meeting, in this order after those that it has.

    Only cases that are ready: every return in or not waited for, every other process over. What is missing is listed for each case, and
    none is assigned, unless --override says why it is done all the same; that is shown with the meeting. A case that was reviewed is
    opened again first (cdr reopen).

    Example: cdr panel assign P2026-03-18 2026-7K3M 2026-9XQ2
    """
    from cdr.domain.panel.in_case import with_day
    from cdr.domain.panel.meeting import assigned
    from cdr.domain.panel.readiness import refuse_settled, to_be_told, unmet_for_assigning

    reason = (override or "").strip()
    with changing_meeting(app, id_) as now:
        known = {reference: facts_for_panel(app, reference) for reference in dict.fromkeys(references)}
        new = {ref: facts for ref, facts in known.items() if ref not in now.meeting.references}
        refuse_settled(new)
        unmet = {ref: unmet_for_assigning(facts, now.meeting, now.others) for ref, facts in new.items()}
        lacking = [f"{ref}: {sentence}" for ref, several in unmet.items() for sentence in several]
        if lacking and not reason:
            hint = f"Where one must be discussed all the same: cdr panel assign {now.meeting.id} REF --override REASON"
            raise ConditionsNotMet("Not every case is ready for the panel; none was assigned.", lacking, hint)
        taken = now.in_cases(new, partial(said_in_case, app, with_day, now.meeting))
        made = now.record(assigned(now.meeting, unmet, app.clock.today, reason), cases=taken)
    for sentence in lacking:
        say(f"  assigned all the same: {sentence}")
    for ref, facts in new.items():
        for sentence in to_be_told(facts, made, app.clock.today):
            say(f"please check: {ref}: {sentence}")
    tell_meeting(app, made, as_json, f"{made.id}: {len(made.cases)} on the agenda.")


@command.command("unassign")
@meeting_id
@click.argument("reference", metavar="REF", type=Reference())
@as_json
@pass_app
def unassign(app: App, id_: str, reference: str, as_json: bool) -> None:
    """Take a case from the agenda of a meeting that is not over.

    Example: cdr panel unassign P2026-03-18 2026-7K3M
    """
    from cdr.domain.panel.deferring import refuse_deferred
    from cdr.domain.panel.in_case import without
    from cdr.domain.panel.meeting import unassigned
    from cdr.domain.panel.readings import refuse_read

    with changing_meeting(app, id_) as now:
        refuse_read(now.document.body, reference)
        meeting = now.meeting
        refuse_deferred(meeting, reference)
        taken = now.in_cases([reference], lambda one: without(one.case.body, meeting, app.policy))
        made = now.record(unassigned(meeting, reference), cases=taken)
    tell_meeting(app, made, as_json, f"{made.id}: {reference} is taken from the agenda.")


@command.command("agenda")
@meeting_id
@click.option(
    "-o", "--output", "output", required=True, metavar="FILE", help="A .pdf, .md or .txt file; - is stdout, as text."
)
@as_json
@pass_app
def agenda(app: App, id_: str, output: str, as_json: bool) -> None:
    """Make the agenda: the cases by reference, who must be there, and the days on which the papers can be read.

    Members should have it 14 days before. The day is recorded with the meeting.

    Example: cdr panel agenda P2026-03-18 -o agenda.pdf
    """
    from cdr.documents.panel.agenda import agenda as made_agenda
    from cdr.documents.panel.paper import to_pdf, to_text
    from cdr.domain.panel.meeting import with_agenda
    from cdr.domain.panel.meeting_days import agenda_due, without_a_day
    from cdr.domain.panel.people import members_of

    refuse_two_results(output, as_json)
    ending = "txt" if output == STDOUT else output.rpartition(".")[2].lower()
    if ending not in ("pdf", "md", "txt"):
        raise WrongUsage("Name a file that ends in .pdf, .md or .txt with -o.")
    today = app.clock.today
    with changing_meeting(app, id_) as now:
        paper = made_agenda(now.meeting, app.configuration, today, app.policy.working_days.is_working)
        to_file(output, to_pdf(paper, today) if ending == "pdf" else to_text(paper))
        made = now.record(with_agenda(now.meeting, today))
    if today > agenda_due(made):
        say(f"please check: members should have had the agenda by {agenda_due(made)}.")
    for one in without_a_day(made, members_of(made, app.configuration), today, app.policy.working_days.is_working):
        say(f"please check: {one} has no day on which to read before the meeting: send their papers earlier.")
    if as_json:
        show_meeting(app, made, as_json)


@command.command("pack")
@meeting_id
@click.option(
    "--for",
    "who",
    metavar="WHO",
    multiple=True,
    help="For this reader only; without it, for every member of the meeting.",
)
@click.option(
    "-o", "--output", "output", required=True, metavar="DIR", help="The folder for the packs, outside the store."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(["pdf", "html"]),
    help="A PDF, or a page; without it, as cdr.yaml has it for each.",
)
@as_json
@pass_app
def pack(app: App, id_: str, who: tuple[str, ...], output: str, format_: str | None, as_json: bool) -> None:
    """Make the papers: one encrypted file a reader, to their key (.pdf.gpg) or locked with a pass-phrase that is shown once.

    It is a PDF, or one page (HTML) for a tablet or a screen reader, where --format or the member's `papers` in cdr.yaml says so.

    For each case a brief of one page, the timeline, what agencies answered, minutes and reports, and the analysis as it is
    drafted, without names as far as the program could tell; at the end PDFs and pictures as they came, with names, which you are
    told; the time that it takes to read; each page marked with the reader. A reader gets no papers of a case for which they leave.
    The day and the revisions are recorded; the papers are not kept. Members should have them at least 7 days before.

    Example: cdr panel pack P2026-03-18 -o papers
    """
    from cdr.work import papers

    papers.make(app, id_, who, output, format_, as_json)


@command.command("attend")
@meeting_id
@click.argument("who", metavar="[WHO]...", nargs=-1)
@click.option("--apologies", metavar="WHO", multiple=True, help="Who had said that they cannot come.")
@click.option("--observer", "observers", metavar="WHO", multiple=True, help="Who is there and takes no part.")
@click.option("--not", "taken_back", metavar="WHO", multiple=True, help="Who was recorded by mistake.")
@as_json
@pass_app
def attend(
    app: App,
    id_: str,
    who: tuple[str, ...],
    apologies: tuple[str, ...],
    observers: tuple[str, ...],
    taken_back: tuple[str, ...],
    as_json: bool,
) -> None:
    """Record who was there, and say whether that is a quorum: someone from each local health and social care organisation.

    What is said last of somebody counts. An observer makes no quorum.

    Example: cdr panel attend P2026-03-18 dr-okafor northshire-social-care --apologies northshire-police
    """
    from cdr.documents.panel.meetings import quorum_words
    from cdr.domain.panel.meeting import APOLOGIES, ATTENDED, OBSERVERS, attending
    from cdr.domain.panel.people import co_opted_elsewhere, refuse_strangers

    said = {ATTENDED: who, APOLOGIES: apologies, OBSERVERS: observers}
    people = [*who, *apologies, *observers]
    if not people and not taken_back:
        raise WrongUsage("Say who was there: cdr panel attend ID WHO...")
    if len(set(people)) != len(people) and sum(map(len, map(set, said.values()))) != len(set(people)):
        raise WrongUsage("Somebody is named in two ways; say one of them.")
    with changing_meeting(app, id_) as now:
        refuse_strangers(people, app.configuration)
        made = now.record(attending(now.meeting, said, taken_back))
    shown = shown_meeting(app, made)
    for one in co_opted_elsewhere(made, people, app.configuration):
        say(f"please check: cdr.yaml has {one} as co-opted to other meetings, and not to this one.")
    for one in shown.unsigned:
        say(f"please check: {one} has no statement of confidentiality in force: cdr panel agreement {one}")
    tell_meeting(app, made, as_json, f"{made.id}: {quorum_words(shown)}.")


@command.command("conflict")
@meeting_id
@click.argument("reference", metavar="REF", type=Reference())
@click.argument("who", metavar="WHO")
@click.option("--undo", is_flag=True, help="Take it back: they did not leave.")
@as_json
@pass_app
def conflict(app: App, id_: str, reference: str, who: str, undo: bool, as_json: bool) -> None:
    """Record that somebody leaves for a case, because they cared for the child.

    A reading of it that they sealed before (cdr reading) is taken away.

    Example: cdr panel conflict P2026-03-18 2026-7K3M dr-okafor
    """
    from cdr.work.readings import leave

    made, withdrawn = leave(app, id_, reference, who, taken_back=undo)
    if withdrawn:
        say(f"{who} had sealed a reading of {reference}; it was taken away, and another member may give one.")
    for agency in shown_meeting(app, made).without_one_that_left(reference):
        say(f"please check: for {reference} nobody stays from {agency}.")
    tell_meeting(app, made, as_json, f"{made.id}: {who} {'does not leave' if undo else 'leaves'} for {reference}.")


@command.command("refer")
@meeting_id
@click.argument("reference", metavar="REF", type=Reference())
@click.option(
    "--to", "whom", type=click.Choice([*WHOM]), default="safeguarding", show_default=True, help="Who must be told."
)
@as_json
@pass_app
def refer(app: App, id_: str, reference: str, whom: str, as_json: bool) -> None:
    """Record that something came to light in the meeting of which somebody must be told: what that calls for begins on its day.

    Suspected abuse or neglect: the safeguarding partners at once, the national panel within five working days. The coroner as a
    matter of urgency; the Director of Public Health where it concerns more children. Each ends with its milestone.

    Example: cdr panel refer P2026-03-18 2026-7K3M
    """
    made = raise_in_case(app, id_, reference, WHOM[whom])
    tell_meeting(app, made, as_json, f"{reference}: to be told: {whom}. What follows: cdr milestone {reference}")


@command.command("minutes")
@meeting_id
@click.option("--from", "file", metavar="FILE", required=True, help="The minutes as text; - is standard input.")
@as_json
@pass_app
def minutes(app: App, id_: str, file: str, as_json: bool) -> None:
    """Keep the minutes of a meeting, encrypted; they may be given again, and after the meeting is over too.

    Example: cdr panel minutes P2026-03-18 --from minutes.txt
    """
    from cdr.domain.panel.meeting import Minutes
    from cdr.records import replace
    from cdr.work.asked_text import asked_text

    text = asked_text(file, "minutes.text", "Minutes")
    with changing_meeting(app, id_, also_over=True) as now:
        made = now.record(replace(now.meeting, minutes=Minutes(app.clock.today, text)))
    tell_meeting(app, made, as_json, f"{made.id}: the minutes are kept.")


@command.command("close")
@meeting_id
@click.option(
    "--not-held",
    is_flag=True,
    help="It does not take place, or was made by mistake: nothing is due for it, and it counts nowhere.",
)
@click.option(
    "--undo", is_flag=True, help="It is not over after all, or takes place; only while no case was ratified by it."
)
@as_json
@pass_app
def close(app: App, id_: str, not_held: bool, undo: bool, as_json: bool) -> None:
    """Record that a meeting is over: where it was quorate, its cases may be ratified with cdr review REF --from FILE --panel ID.

    Its papers that were made on this machine (cdr panel pack) are deleted where they are still as they were made, and you are told which.

    Examples:

    \b
    cdr panel close P2026-03-18
    cdr panel close P2026-03-19 --not-held
    """
    from cdr.documents.panel.meetings import said_of
    from cdr.domain.panel import ending
    from cdr.work import made_here

    if not_held and undo:
        raise WrongUsage("--not-held and --undo each stand alone.")
    with changing_meeting(app, id_, also_over=True) as now:
        if undo:
            changed = ending.opened_again(now.meeting, ratified_cases(app, now.meeting))
        else:
            ending.refuse_over(now.meeting, lambda: ratified_cases(app, now.meeting))
            changed = (ending.not_held if not_held else ending.closed)(now.meeting, app.clock.today)
        made = now.record(changed)
    shown = shown_meeting(app, made)
    tell_meeting(app, made, as_json, f"{made.id} is {said_of(shown, again=undo)}.")
    for sentence in [] if undo else made_here.sentences(made_here.delete(app, [made_here.of_meeting(made.id)])):
        say(sentence)
    for sentence in [] if undo else shown.not_done:
        say(f"  still to do: {sentence}")
