"""`cdr panel`: meetings of the panel, their cases, who was there, and when they are over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Day, Reference, as_json, happened, on, pass_app
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.forms.codelists import code_list
from cdr.terminal.output import put, put_json, say, table

if TYPE_CHECKING:
    from cdr.documents.panel.meetings import Shown
    from cdr.domain.case.facts import Facts
    from cdr.domain.panel.meeting import Meeting

TYPES = [str(code.code) for code in code_list("panel_type").codes]
meeting_id = click.argument("id_", metavar="ID")


@click.group("panel")
def command() -> None:
    """Meetings of the panel: their cases and papers, who was there, whether they count, and what is still to be done.

    ID is a meeting's as `panel new` printed it; WHO is the id of a member (panel: members in cdr.yaml), or an agency's where the
    person does not matter. A case that was in a meeting which is over and quorate is ratified with: cdr review REF --from FILE --panel ID
    """


@command.command("new")
@click.argument("day", metavar="DATE", type=Day())
@click.option("--type", "type_", type=click.Choice(TYPES), default=TYPES[0], show_default=True, help="What it is.")
@click.option("--title", metavar="TEXT", default="", help="What it is about, without anything about a child.")
@as_json
@pass_app
def new(app: App, day: date, type_: str, title: str, as_json: bool) -> None:
    """Make a meeting, and print its ID.

    Example: cdr panel new 2026-03-18 --type themed --title "Safer sleep"
    """
    from cdr.domain.panel import meeting
    from cdr.store.panels import meeting_place, panel_file
    from cdr.store.transaction import Change

    app.store.require_member()
    with app.store.writing():
        id_ = meeting.new_id(day, panel_file(app.store).meetings)
        body = meeting.new(id_, day, type_, " ".join(title.split()), app.clock.today)
        app.store.commit(Change("panel", {meeting_place(id_): body}))
    if as_json:
        _show(app, meeting.meeting_of(body), as_json)
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
    from cdr.work.meetings import meetings

    several = [_shown(app, one) for one in meetings(app)]
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
    from cdr.domain.rulebook.validation import text_at
    from cdr.store.panels import panel_file

    body = panel_file(app.store).meeting(id_).body
    _show(app, meeting_of(body), as_json, text_at(body, "minutes.text") if minutes else "")


@command.command("assign")
@meeting_id
@click.argument("references", metavar="REF...", nargs=-1, required=True, type=Reference())
@click.option("--override", metavar="REASON", help="Assign although something is missing, and why.")
@as_json
@pass_app
def assign(app: App, id_: str, references: tuple[str, ...], override: str | None, as_json: bool) -> None:
    """Put cases on the agenda of a meeting, in this order after those that it has.

    Only cases that are ready: every return in or not waited for, every other process over, not reviewed yet. What is missing is listed
    for each case, and none is assigned, unless --override says why it is done all the same; that is shown with the meeting.

    Example: cdr panel assign P2026-03-18 2026-7K3M 2026-9XQ2
    """
    from cdr.domain.panel.meeting import assigned
    from cdr.domain.panel.readiness import to_be_told, unmet_for_assigning
    from cdr.work.meetings import changing_meeting

    reason = (override or "").strip()
    with changing_meeting(app, id_) as now:
        known = {reference: _facts(app, reference) for reference in dict.fromkeys(references)}
        new = {ref: facts for ref, facts in known.items() if ref not in now.meeting.references}
        unmet = {ref: unmet_for_assigning(facts, now.meeting, now.others) for ref, facts in new.items()}
        lacking = [f"{ref}: {sentence}" for ref, several in unmet.items() for sentence in several]
        if lacking and (not reason or not all(facts.is_open for facts in new.values())):
            hint = f"Where one must be discussed all the same: cdr panel assign {now.meeting.id} REF --override REASON"
            raise ConditionsNotMet("Not every case is ready for the panel; none was assigned.", lacking, hint)
        made = now.record(assigned(now.document.body, unmet, app.clock.today, reason))
    for sentence in lacking:
        say(f"  assigned all the same: {sentence}")
    for ref, facts in new.items():
        for sentence in to_be_told(facts, made, app.clock.today):
            say(f"please check: {ref}: {sentence}")
    _told(app, made, as_json, f"{made.id}: {len(made.cases)} on the agenda.")


def _facts(app: App, reference: str) -> Facts:
    """One case. Raises: NotFound, ConditionsNotMet for a void one, and what keeps it from being read."""
    found = app.cases().get(reference)
    if found is None:
        app.store.case(reference)
        raise ConditionsNotMet(
            "The case is void; no case was assigned.", [f"{reference} is void."], "See: cdr void --help"
        )
    return found


@command.command("unassign")
@meeting_id
@click.argument("reference", metavar="REF", type=Reference())
@as_json
@pass_app
def unassign(app: App, id_: str, reference: str, as_json: bool) -> None:
    """Take a case from the agenda of a meeting that is not over.

    Example: cdr panel unassign P2026-03-18 2026-7K3M
    """
    from cdr.domain.panel.meeting import unassigned
    from cdr.work.meetings import changing_meeting

    with changing_meeting(app, id_) as now:
        made = now.record(unassigned(now.document.body, reference))
    _told(app, made, as_json, f"{made.id}: {reference} is taken from the agenda.")


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
    from cdr.domain.panel.meeting import APOLOGIES, ATTENDED, OBSERVERS, attending, refuse_strangers
    from cdr.work.meetings import changing_meeting

    said = {ATTENDED: who, APOLOGIES: apologies, OBSERVERS: observers}
    people = [*who, *apologies, *observers]
    if not people and not taken_back:
        raise WrongUsage("Say who was there: cdr panel attend ID WHO...")
    if len(set(people)) != len(people) and sum(map(len, map(set, said.values()))) != len(set(people)):
        raise WrongUsage("Somebody is named in two ways; say one of them.")
    with changing_meeting(app, id_) as now:
        refuse_strangers(people, app.configuration)
        made = now.record(attending(now.document.body, said, taken_back))
    shown = _shown(app, made)
    for one in shown.unsigned:
        say(f"please check: {one} has no statement of confidentiality in force: cdr panel agreement {one}")
    _told(app, made, as_json, f"{made.id}: {quorum_words(shown)}.")


@command.command("conflict")
@meeting_id
@click.argument("reference", metavar="REF", type=Reference())
@click.argument("who", metavar="WHO")
@click.option("--undo", is_flag=True, help="Take it back: they did not leave.")
@as_json
@pass_app
def conflict(app: App, id_: str, reference: str, who: str, undo: bool, as_json: bool) -> None:
    """Record that somebody leaves for a case, because they cared for the child.

    Example: cdr panel conflict P2026-03-18 2026-7K3M dr-okafor
    """
    from cdr.domain.panel.meeting import in_conflict, refuse_strangers
    from cdr.work.meetings import changing_meeting

    with changing_meeting(app, id_) as now:
        refuse_strangers([who], app.configuration)
        made = now.record(in_conflict(now.document.body, reference, who, taken_back=undo))
    for agency in _shown(app, made).without_one_that_left(reference):
        say(f"please check: for {reference} nobody stays from {agency}.")
    _told(app, made, as_json, f"{made.id}: {who} {'does not leave' if undo else 'leaves'} for {reference}.")


@command.command("minutes")
@meeting_id
@click.option("--from", "file", metavar="FILE", required=True, help="The minutes as text; - is standard input.")
@as_json
@pass_app
def minutes(app: App, id_: str, file: str, as_json: bool) -> None:
    """Keep the minutes of a meeting, encrypted; they may be given again, and after the meeting is over too.

    Example: cdr panel minutes P2026-03-18 --from minutes.txt
    """
    from cdr.domain.panel.meeting import with_minutes
    from cdr.work.asked_text import asked_text
    from cdr.work.meetings import changing_meeting

    text = asked_text(file, "minutes.text", "Minutes")
    with changing_meeting(app, id_, also_over=True) as now:
        made = now.record(with_minutes(now.document.body, text, app.clock.today))
    _told(app, made, as_json, f"{made.id}: the minutes are kept.")


@command.command("close")
@meeting_id
@click.option("--undo", is_flag=True, help="It is not over after all; only while no case was ratified by it.")
@as_json
@pass_app
def close(app: App, id_: str, undo: bool, as_json: bool) -> None:
    """Record that a meeting is over: where it was quorate, its cases may be ratified with cdr review REF --from FILE --panel ID.

    Example: cdr panel close P2026-03-18
    """
    from cdr.documents.panel.meetings import quorum_words
    from cdr.domain.panel.meeting import closed, opened_again, refuse_over
    from cdr.work.meetings import changing_meeting

    with changing_meeting(app, id_, also_over=True) as now:
        if undo:
            body = opened_again(now.document.body, _shown(app, now.meeting).ratified)
        else:
            refuse_over(now.meeting)
            body = closed(now.document.body, app.clock.today)
        made = now.record(body)
    shown = _shown(app, made)
    _told(app, made, as_json, f"{made.id} is {'open again' if undo else 'over'}; {quorum_words(shown)}.")
    for sentence in [] if undo else shown.not_done:
        say(f"  still to do: {sentence}")


@command.command("agreement")
@click.argument("who", metavar="[WHO]", required=False)
@on("it was signed")
@click.option("--until", type=Day(), help="The last day on which it holds; without it, it has no end.")
@as_json
@pass_app
def agreement(app: App, who: str | None, on: date | None, until: date | None, as_json: bool) -> None:
    """Record that somebody signed the statement of confidentiality; without WHO, list who did.

    Example: cdr panel agreement dr-okafor --on 2026-01-05 --until 2027-01-04
    """
    from cdr.domain.panel.agreements import Agreement, signed
    from cdr.domain.panel.meeting import refuse_strangers
    from cdr.store.panels import agreements_place, panel_file
    from cdr.store.transaction import Change

    if who is None:
        if on or until:
            raise WrongUsage("Say who signed it: cdr panel agreement WHO.")
        _agreements(app, as_json)
        return
    day = happened(app, on)
    with app.store.writing():
        refuse_strangers([who], app.configuration)
        kept = panel_file(app.store).agreements
        body = signed(kept.body if kept else None, Agreement(who, day, until))
        app.store.commit(Change("panel", {agreements_place(): body}), [kept] if kept else [])
    if as_json:
        _agreements(app, as_json)
    else:
        put(f"{who} signed on {day}{f', until {until}' if until else ''}.")


def _agreements(app: App, as_json: bool) -> None:
    from cdr.domain.panel.agreements import agreements_of
    from cdr.store.panels import panel_file

    kept = panel_file(app.store).agreements
    found = agreements_of(kept.body if kept else None)
    today = app.clock.today
    if as_json:
        listed = [
            {
                "who": one.who,
                "on": one.on.isoformat(),
                "until": one.until.isoformat() if one.until else None,
                "holds": one.holds(today),
            }
            for one in found
        ]
        put_json({"schema": "cdr-agreements/1", "agreements": listed})
    elif found:
        rows = [(one.who, one.on, one.until or "-", "yes" if one.holds(today) else "no") for one in found]
        put(table(rows, ["who", "signed on", "until", "holds"]))
    else:
        put("Nobody's signature is recorded yet: cdr panel agreement WHO")


# ---- how a meeting is shown -----------------------------------------------------------------------------------------


def _shown(app: App, meeting: Meeting) -> Shown:
    from cdr.documents.panel.meetings import Shown, there
    from cdr.domain.panel.agreements import agreements_of, unsigned
    from cdr.store.panels import panel_file

    kept = panel_file(app.store).agreements
    people = unsigned(there(meeting), agreements_of(kept.body if kept else None), meeting.on)
    return Shown(meeting, app.cases(), app.configuration, app.clock.today, tuple(people))


def _told(app: App, meeting: Meeting, as_json: bool, sentence: str) -> None:
    if as_json:
        _show(app, meeting, as_json)
    else:
        put(sentence)


def _show(app: App, meeting: Meeting, as_json: bool, minutes: str = "") -> None:
    from cdr.documents.panel.meetings import lines, to_json

    shown = _shown(app, meeting)
    if as_json:
        put_json(to_json(shown))
    else:
        put("\n".join(lines(shown, minutes)))
