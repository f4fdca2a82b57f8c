"""`cdr bounce`: send a return back to its agency with what is missing."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.domain.rulebook.completeness import Completeness
from cdr.errors import DONE, ConditionsNotMet
from cdr.terminal.output import put, put_json, say
from cdr.work import gaps
from cdr.work.agreed_phrases import Told, agreed, for_form
from cdr.work.changing import changing
from cdr.work.return_forms import shown_once

if TYPE_CHECKING:
    from cdr.work.messages import Letter


@click.command("bounce")
@case_reference
@click.argument("agency", metavar="AGENCY")
@click.option("-n", "--dry-run", is_flag=True, help="Show the message, and send and record nothing.")
@on("it was sent back")
@as_json
@pass_app
def command(app: App, reference: str, agency: str, dry_run: bool, on: date | None, as_json: bool) -> int:
    """Send a return back to its agency with exactly what is missing, by the titles of the fields, and with a fresh form.

    The message says nothing of the child or of any answer. What came in stays until the fuller return
    takes its place. The pass-phrase of the fresh form is shown once.

    It was enough after all? Record the same return again: cdr return REF AGENCY --from FILE.

    Example: cdr bounce 2026-7K3M northtown-general --dry-run
    """
    day = happened(app, on)
    complete, letter, told = _bounce(app, reference, agency, day, dry_run)
    with shown_once(app, reference, () if dry_run else (agency,)):
        _tell(reference, agency, day, complete, letter, told, dry_run=dry_run, as_json=as_json)
    if dry_run:
        return DONE
    from cdr.work.delivery import deliver_and_tell

    return deliver_and_tell(app, [letter])


def _tell(
    reference: str,
    agency: str,
    day: date,
    complete: Completeness,
    letter: Letter,
    told: Told,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    if as_json:
        content = {
            "schema": "cdr-bounce/1",
            "case": reference,
            "agency": agency,
            "on": day.isoformat(),
            "sent": not dry_run,
        }
        put_json(content | {"completeness": gaps.as_json(complete)} | ({} if dry_run else told.to_json()))
    elif dry_run:
        put(f"Subject: {letter.message.subject}\n\n{letter.message.body}")
    else:
        put(told.in_line(agency))
        for words in told.hints(agency):
            say(words)


def _bounce(app: App, reference: str, agency: str, day: date, dry_run: bool) -> tuple[Completeness, Letter, Told]:
    from cdr.domain.asking import requests
    from cdr.work import messages, return_forms

    app.configuration.agency(agency)
    with changing(app, reference) as now:
        documents, ledger = now.documents, now.documents.requests
        requests.bounce(ledger.body, agency, day, requests.RequestForm("", "", ""))  # refused before a second of work
        given = documents.return_of(agency)
        complete = gaps.of_return(app, agency, given.body if given else {})
        if not complete.missing:
            raise ConditionsNotMet("There is nothing to send back.", ["Nothing that this agency is asked is missing."])
        told = for_form(app, agency, agreed(app), documents.notification.body)
        made = return_forms.locked(app, reference, agency, documents.notification, told)
        body = requests.bounce(ledger.body, agency, day, made)
        letter = messages.letter(app, [gaps.to_send_back(reference, agency, day, complete, body)], ledger=body)
        if not dry_run:
            now.record("bounce", {ledger.place: body}, [letter])
    return complete, letter, told
