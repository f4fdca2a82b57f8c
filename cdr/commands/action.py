"""`cdr action`: what the panel asked somebody to do, by when, and what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Day, as_json, case_reference, happened, on, pass_app
from cdr.terminal.output import put, put_json, say, table

if TYPE_CHECKING:
    from cdr.domain.panel.actions import Action

Body = Mapping[str, Any]
action_id = click.argument("id_", metavar="ACTION")


@click.group("action")
def command() -> None:
    """The register of recommendations and actions: to whom, by when, what became of it.

    Those of a ratified Form C are opened by themselves. WHO is a member of the panel or an agency, as cdr.yaml has them.

    Example: cdr action list --open
    """


@command.command("add")
@click.argument("of", metavar="REF|ID")
@click.option("--to", "to", metavar="WHO", required=True, help="Who should act.")
@click.option("--due", type=Day(), required=True, help="By when.")
@click.option("--from", "file", metavar="FILE", help="What is to be done, as text; - is standard input.")
@as_json
@pass_app
def add(app: App, of: str, to: str, due: date, file: str | None, as_json: bool) -> None:
    """Add an action of a case (REF) or of a meeting (ID), and print its id. One of which nobody could see that it was done is told.

    One that should not have been added is ended: cdr action done ACTION --not-taken-up.

    Example: cdr action add 2026-7K3M --to northshire-community --due 2026-09-30 --from action.txt
    """
    from cdr.app import rules
    from cdr.domain.panel.actions import added
    from cdr.domain.panel.people import refuse_strangers
    from cdr.domain.panel.recommendations import VAGUE, is_vague
    from cdr.domain.rulebook.validation import problem
    from cdr.work.actions import actions, new_action_id
    from cdr.work.asked_text import asked_text

    refuse_strangers([to], app.configuration)
    text = asked_text(file, "text", "What is to be done")
    made: list[str] = []

    def change(body: Body) -> dict[str, Any]:
        made.append(new_action_id(app, {one.id for one in actions(app)}))
        return added(body, made[0], to, due, text, app.clock.today)

    _change(app, of, change)
    _told(app, made[0], as_json, made[0])
    if is_vague(text, rules("recommendations")):
        say(f"please check: {problem(VAGUE, 'text').message}.")


@command.command("list")
@click.option("--open", "only_open", is_flag=True, help="Only those that are neither done nor refused.")
@click.option("--overdue", is_flag=True, help="Only those that are open after their day.")
@click.option("--to", "to", metavar="WHO", help="Only those of one member, agency or organisation.")
@as_json
@pass_app
def list_(app: App, only_open: bool, overdue: bool, to: str | None, as_json: bool) -> None:
    """List actions, the nearest day first; what each says is shown with `cdr action show ACTION`.

    Example: cdr action list --overdue
    """
    from cdr.work.actions import actions

    app.store.require_member()
    today = app.clock.today
    found = [
        one
        for one in actions(app)
        if (one.is_open or not only_open) and (one.is_overdue(today) or not overdue) and (not to or one.to == to)
    ]
    if as_json:
        put_json({"schema": "cdr-actions/1", "actions": [_json(one, today) for one in found]})
    elif found:
        rows = [(one.id, one.case or one.panel, one.to, one.due, _state(one, today)) for one in found]
        put(table(rows, ["action", "of", "to", "due", "state"]))
    else:
        put("There is no such action." if only_open or overdue or to else "There is no action yet.")


@command.command("show")
@action_id
@as_json
@pass_app
def show(app: App, id_: str, as_json: bool) -> None:
    """Show one action: what it says, and how it went on.

    Example: cdr action show A2026-7K3M
    """
    from cdr.domain.panel.actions import in_full
    from cdr.work.actions import action

    found = action(app, id_)
    if as_json:
        _told(app, found.id, as_json, "")
        return
    whole = next(one for one in in_full(_body(app, found)) if one.id == found.id)
    put(f"{found.id}: {_state(found, app.clock.today)}; {found.case or found.panel}; to {found.to}; due {found.due}")
    put(_indented(whole.text))
    for update in whole.updates:
        put(f"{update.on}  {update.what}")
        put(_indented(update.text)) if update.text else None


def _indented(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines())


@command.command("before")
@case_reference
@as_json
@pass_app
def before(app: App, reference: str, as_json: bool) -> None:
    """Has this been said before? For each learning point and recommendation of a case, those of other cases like it.

    It says in which case and year, and what became of a recommendation. Every reviewed case is opened for it; what is shown is as it was
    written, and may tell of a child.

    Example: cdr action before 2026-7K3M
    """
    from cdr.app import rules
    from cdr.domain.panel.recommendations import alike
    from cdr.work.actions import said_before, said_in

    own = said_in(app, reference)
    earlier = said_before(app, reference) if own else []
    found = [(one, alike(one.text, earlier, rules("recommendations"))) for one in own]
    if as_json:
        said = [{"what": one.what, "text": one.text, "before": list(map(vars, like))} for one, like in found]
        put_json({"schema": "cdr-action-before/1", "case": reference, "said": said})
        return
    if not own:
        put("The analysis has no learning point and no recommendation, or there is none yet.")
    for one, like in found:
        put(f"{one.what}: {one.text}")
        lines = [f"  {each.year}, {each.case}, {each.what.lower()}: {each.text}{_became(each.became)}" for each in like]
        put("\n".join(lines) or "  Not said before.")


def _became(became: str) -> str:
    return f" ({became})" if became else ""


@command.command("chase")
@click.option("-n", "--dry-run", is_flag=True, help="Say who would be asked, and send nothing.")
@as_json
@pass_app
def chase(app: App, dry_run: bool, as_json: bool) -> int:
    """Ask the owners of actions that are overdue how they stand: one message each, by mail or in the outbox; again after four weeks.

    A message has the ids and the days of the actions, and not what they say. Returns are chased with cdr chase.

    Example: cdr action chase --dry-run
    """
    from cdr.work import action_chasing

    found = action_chasing.to_ask(app) if dry_run else action_chasing.chase(app)
    if as_json:
        owners = [
            {
                "to": one.who,
                "actions": [each.id for each in one.actions],
                "file": one.file or None,
                "why_not": one.why or None,
            }
            for one in found
        ]
        put_json({"schema": "cdr-action-chase/1", "sent": not dry_run, "owners": owners})
    else:
        rows = [
            (one.who, " ".join(each.id for each in one.actions), one.why or one.file or _asked(dry_run))
            for one in found
        ]
        put(table(rows, ["to", "actions", "message"]) if rows else "Nobody is to be asked today.")
    return action_chasing.code(app, found)


def _asked(dry_run: bool) -> str:
    return "would be asked" if dry_run else "sent"


@command.command("update")
@action_id
@click.option("--due", type=Day(), help="Another day.")
@click.option("--to", "to", metavar="WHO", help="Who should act now.")
@click.option("--from", "file", metavar="FILE", help="What was heard, as text; - is standard input.")
@click.option("--reopen", is_flag=True, help="It is not over after all.")
@on("it was heard")
@as_json
@pass_app
def update(
    app: App,
    id_: str,
    due: date | None,
    to: str | None,
    file: str | None,
    reopen: bool,
    on: date | None,
    as_json: bool,
) -> None:
    """Record how an action goes on: what was heard, another day, or who should act now.

    Example: cdr action update A2026-7K3M --due 2026-12-01 --from answer.txt
    """
    from cdr.domain.panel.actions import updated
    from cdr.domain.panel.people import refuse_strangers
    from cdr.work.actions import action
    from cdr.work.asked_text import asked_text

    if to:
        refuse_strangers([to], app.configuration)
    text = asked_text(file, "text", "What was heard") if file or not (due or to or reopen) else ""
    day, found = happened(app, on), action(app, id_)

    def change(body: Body) -> dict[str, Any]:
        return updated(body, found.id, day, text=text, due=due, to=to or "", reopened=reopen)

    _change(app, found.case or found.panel, change)
    _told(app, found.id, as_json, f"{found.id} is noted.")


@command.command("done")
@action_id
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="What shows that it was done, or why it is not taken up; - is standard input.",
)
@click.option("--not-taken-up", is_flag=True, help="It will not be done.")
@on("it was done, or refused")
@as_json
@pass_app
def done(app: App, id_: str, file: str | None, not_taken_up: bool, on: date | None, as_json: bool) -> None:
    """Record that an action was done and what shows it, or that it is not taken up and why.

    It is not over after all? cdr action update ACTION --reopen.

    Example: cdr action done A2026-7K3M --from evidence.txt --on 2026-09-12
    """
    from cdr.domain.panel.actions import ended
    from cdr.work.actions import action
    from cdr.work.asked_text import asked_text

    text = asked_text(file, "text", "Why it is not taken up" if not_taken_up else "What shows that it was done")
    day, found = happened(app, on), action(app, id_)
    _change(app, found.case or found.panel, lambda body: ended(body, found.id, day, text, taken_up=not not_taken_up))
    _told(app, found.id, as_json, f"{found.id} is {'not taken up' if not_taken_up else 'done'}.")


def _change(app: App, of: str, change: Callable[[Body], dict[str, Any]]) -> None:
    """Change a case or a meeting under the lock; an action may go on when they are closed. Raises: NotFound."""
    from cdr.work.changing import changing
    from cdr.work.meetings import changing_meeting

    if of.strip().upper().startswith("P"):
        with changing_meeting(app, of, also_over=True) as meeting:
            meeting.record_document(change(meeting.document.body))
        return
    with changing(app, of, also_closed=True) as now:
        kept = now.documents.case
        now.record("action", {kept.place: change(kept.body)})


def _body(app: App, one: Action) -> Body:
    from cdr.store.panels import panel_file

    return app.store.case(one.case).case.body if one.case else panel_file(app.store).meeting(one.panel).body


def _told(app: App, id_: str, as_json: bool, sentence: str) -> None:
    from cdr.work.actions import action

    if as_json:
        put_json({"schema": "cdr-actions/1", "actions": [_json(action(app, id_), app.clock.today)]})
    else:
        put(sentence)


def _state(one: Action, today: date) -> str:
    from cdr.domain.panel.actions import words

    return "overdue" if one.is_overdue(today) else words(one.status)


def _json(one: Action, today: date) -> dict[str, Any]:
    return {
        "id": one.id,
        "case": one.case or None,
        "panel": one.panel or None,
        "to": one.to,
        "owner": one.owner or None,
        "due": one.due.isoformat(),
        "status": one.status,
        "overdue": one.is_overdue(today),
        "recommendation": one.number,
        "added_on": one.added_on.isoformat() if one.added_on else None,
        "ended_on": one.ended_on.isoformat() if one.ended_on else None,
    }
