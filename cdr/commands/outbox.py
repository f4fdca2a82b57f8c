"""`cdr outbox`: messages that leave by hand."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, case_reference, happened, on, pass_app
from cdr.domain.asking.leaving import is_about_actions, is_test
from cdr.errors import DONE, TO_ACT_ON, WrongUsage
from cdr.forms import codelists
from cdr.terminal.output import put, put_json, say, table

if TYPE_CHECKING:
    from cdr.domain.asking.leaving import Outgoing
    from cdr.domain.asking.said import Said, Told

LOST = "lost"
NOT_KEPT = "its words were not kept then"


@click.group("outbox", invoke_without_command=True)
@as_json
@click.pass_context
def command(context: click.Context, as_json: bool) -> None:
    """List what waits in the outbox to be sent, and what is lost: neither there nor marked as sent.

    Where messages leave by hand, a message counts as gone once it is marked as sent; then its file is put away. A lost one is made
    again with the same form and pass-phrase. A form that was never sent is made anew with `cdr form`.

    Examples:

    \b
    cdr outbox
    cdr outbox sent outbox/*.eml
    cdr outbox again
    cdr outbox show 2026-7K3M
    """
    if context.invoked_subcommand is None:
        _list(context.obj, as_json)


@command.command("sent")
@click.argument("files", metavar="FILE...", nargs=-1)
@click.option("--all", "all_", is_flag=True, help="Every message that cdr outbox lists.")
@on("it was sent")
@as_json
@pass_app
def sent(app: App, files: tuple[str, ...], all_: bool, on: date | None, as_json: bool) -> None:
    """Say that messages were sent by hand, by their files or their names; they are put away, also where the file is gone already.

    One that was not sent after all waits again with cdr outbox again REF.

    Example: cdr outbox sent outbox/*.eml
    """
    from cdr.work import outgoing

    if bool(files) == all_:
        raise WrongUsage("Say which messages were sent, or give --all.", "See what there is with: cdr outbox")
    day = happened(app, on)
    if all_:
        found = outgoing.standing(app)
        files = (*found.waiting, *(one.name for one in found.lost))
    names = outgoing.sent(app, files, day) if files else []
    if as_json:
        put_json({"schema": "cdr-outbox/1", "on": day.isoformat(), "sent": names})
    else:
        put(f"{_count(len(names))} marked as sent on {day} and put away.")


@command.command("again")
@click.argument("references", metavar="[REF]...", nargs=-1, type=Reference())
@as_json
@pass_app
def again(app: App, references: tuple[str, ...], as_json: bool) -> int:
    """Make lost messages again; with REF every message of that case to which an answer is awaited and that is not in the outbox.

    Example: cdr outbox again 2026-7K3M
    """
    from cdr.work import outgoing

    made, why = outgoing.again(app, references)
    if as_json:
        put_json({"schema": "cdr-outbox/1", "again": made, "not_made": why})
    else:
        put("\n".join([*made, f"{_count(len(made))} in {app.store.outbox} again."]))
    for words in why:
        say(words)
    return TO_ACT_ON if why else DONE


@command.command("show")
@case_reference
@click.argument("number", metavar="[N]", required=False, type=click.IntRange(min=1))
@as_json
@pass_app
def show(app: App, reference: str, number: int | None, as_json: bool) -> None:
    """List every message to an agency about a case, and with N show what one said, word for word; the form that went with it is not kept.

    Example: cdr outbox show 2026-7K3M 2
    """
    from cdr.work import outgoing

    if number is not None:
        _words(reference, number, outgoing.told_words(app, reference, number), as_json)
        return
    found = outgoing.told(app, reference)
    if as_json:
        messages = [_told(n, one) for n, one in enumerate(found, 1)]
        put_json({"schema": "cdr-outbox-show/1", "case": reference, "messages": messages})
        return
    rows = [
        (
            n,
            one.on,
            one.agency,
            _level(one.level),
            ", ".join(one.to) or "-",
            one.how if one.words else f"{one.how}; {NOT_KEPT}",
        )
        for n, one in enumerate(found, 1)
    ]
    put(
        table(rows, ["number", "day", "agency", "message", "to", "how it stands"])
        if rows
        else "No agency was written to about this case."
    )


def _words(reference: str, number: int, one: Said, as_json: bool) -> None:
    to, made_on = list(one.to), one.made_on.isoformat()
    if as_json:
        about = {"case": reference, "number": number, "agency": one.agency, "level": one.level, "made_on": made_on}
        words = {"to": to, "message_id": one.message_id, "subject": one.subject, "text": one.text}
        put_json({"schema": "cdr-outbox-show/1", **about, **words})
        return
    say(f"To: {', '.join(to)}\nSubject: {one.subject}\nMade on: {made_on}\n")
    put(one.text.removesuffix("\n"))


def _level(level: str) -> str:
    return codelists.code_list("prompt_level").label(level).lower()


def _told(number: int, one: Told) -> dict[str, Any]:
    about = {"number": number, "on": one.on.isoformat(), "agency": one.agency, "level": one.level}
    return {**about, "to": list(one.to), "how": one.how, "words_kept": one.words is not None}


def _list(app: App, as_json: bool) -> None:
    from cdr.work import outgoing

    found = outgoing.standing(app)
    if as_json:
        waiting = [_json(name, one) for name, one in found.waiting.items()]
        lost = [_json(one.name, one) for one in found.lost]
        put_json({"schema": "cdr-outbox/1", "waiting": waiting, LOST: lost})
        return
    rows = [(name, _how(name, one)) for name, one in found.waiting.items()]
    rows += [(one.name, LOST) for one in found.lost]
    put(table(rows, ["message", "how it stands"]) if rows else "The outbox is empty, and nothing is lost.")
    if found.waiting:
        say("Once they are sent: cdr outbox sent FILE...")
    if found.lost:
        say(
            "A lost message is neither here nor marked as sent; it may wait in the outbox of another machine, as cron's. "
            "If it was sent: cdr outbox sent NAME; if it is nowhere: cdr outbox again"
        )


def _how(name: str, one: Outgoing | None) -> str:
    if is_test(name):
        return "a test: waits to be sent"
    if is_about_actions(name):
        return "asks about actions: waits to be sent"
    if one is None or not one.is_awaited:
        return "overtaken, or answered: it need not be sent"
    return f"waits to be sent again (left on {one.left_on})" if one.left_on else "waits to be sent"


def _json(name: str, one: Outgoing | None) -> dict[str, Any]:
    prompts = one.prompts if one else ()
    about = [{"case": p.case, "agency": p.agency, "level": p.level, "due_on": p.due_on.isoformat()} for p in prompts]
    left_on = one.left_on.isoformat() if one and one.left_on else None
    needed = is_test(name) or is_about_actions(name) or bool(one and one.is_awaited)
    return {"file": name, "about": about, "needed": needed, "left_on": left_on}


def _count(number: int) -> str:
    return f"{number} {'message is' if number == 1 else 'messages are'}"
