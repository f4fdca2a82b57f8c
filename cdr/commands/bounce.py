"""`cdr bounce`: send a return back to its agency with what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands import gaps
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.commands.output import put, put_json, say
from cdr.commands.request import refuse_closed
from cdr.domain.completeness import Completeness
from cdr.errors import ConditionsNotMet
from cdr.store.document import Document

if TYPE_CHECKING:
    from cdr.commands.post import Letter
    from cdr.domain.requests import RequestForm


@click.command("bounce")
@case_reference
@click.argument("agency", metavar="AGENCY")
@click.option("-n", "--dry-run", is_flag=True, help="Show the message, and send and record nothing.")
@on("it was sent back")
@as_json
@pass_app
def command(app: App, reference: str, agency: str, dry_run: bool, on: date | None, as_json: bool) -> None:
    """Send a return back to its agency with exactly what is missing, by the titles of the fields, and with a fresh form.

    The message goes to the outbox; it says nothing of the child or of any answer. What came in stays until the fuller return
    takes its place. The pass-phrase of the fresh form is shown once.

    Example: cdr bounce 2026-7K3M northtown-general --dry-run
    """
    day = happened(app, on)
    complete, letter, told = _bounce(app, reference, agency, day, dry_run)
    if as_json:
        content = {
            "schema": "cdr-bounce/1",
            "case": reference,
            "agency": agency,
            "on": day.isoformat(),
            "sent": not dry_run,
        }
        put_json(content | {"completeness": gaps.as_json(complete)} | ({} if dry_run else {"passphrase": told}))
        return
    if dry_run:
        put(f"Subject: {letter.message.subject}\n\n{letter.message.body}")
        return
    put(f"{agency}: {told}")
    say(f"Sent back: 1 message is in {app.store.folder / 'outbox'}, to be sent.")
    say("Tell the agency this pass-phrase by telephone. It is shown once and kept nowhere.")


def _bounce(app: App, reference: str, agency: str, day: date, dry_run: bool) -> tuple[Completeness, Letter, str]:
    from cdr.commands import form, post
    from cdr.domain import requests
    from cdr.store.transaction import Change

    app.configuration.agency(agency)
    store = app.store
    with store.writing():
        documents = store.case(reference)
        refuse_closed(documents["case"].body)
        ledger = documents["requests"]
        requests.bounce(ledger.body, agency, day, _none())
        complete = gaps.of_return(app, agency, _return_of(documents, agency))
        if not complete.missing:
            raise ConditionsNotMet("There is nothing to send back.", ["Nothing that this agency is asked is missing."])
        made, told = form.locked(app, reference, documents["notification"])
        body = requests.bounce(ledger.body, agency, day, made)
        letter = _letter(app, reference, agency, day, complete, body)
        if not dry_run:
            change = Change("bounce", {ledger.place: body})
            store.commit(change, {reference: documents}, lambda: post.out(app, [letter]))
    return complete, letter, told


def _letter(
    app: App, reference: str, agency: str, day: date, complete: Completeness, body: Mapping[str, Any]
) -> Letter:
    from cdr.commands import form, post
    from cdr.documents.message import Attachment
    from cdr.domain import requests

    request = requests.request_of(body, agency)
    if request is None:
        raise AssertionError("a request that was just written")
    name, data = form.attachment(app, reference, agency, request)
    open_to_see = [gaps.title(gap.field) for gap in complete.missing if not gap.opened]
    opened = sum(gap.opened for gap in complete.missing)
    return post.bounce(app, reference, agency, day, open_to_see, opened, Attachment(name, form.HTML, data))


def _return_of(documents: Mapping[str, Document], agency: str) -> Mapping[str, Any]:
    own = [d for id_, d in sorted(documents.items()) if id_.startswith("return-") and d.body["agency"] == agency]
    return own[-1].body if own else {}


def _none() -> RequestForm:
    from cdr.domain.requests import RequestForm

    return RequestForm("", "", "")
