"""`cdr request`: ask agencies for Form B."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.commands.output import put, put_json, say, table
from cdr.errors import ConditionsNotMet


@click.command("request")
@case_reference
@click.argument("agencies", metavar="[AGENCY]...", nargs=-1)
@on("the agencies were asked")
@as_json
@pass_app
def command(app: App, reference: str, agencies: tuple[str, ...], on: date | None, as_json: bool) -> None:
    """Ask agencies for their reporting form (Form B); without AGENCY, every one that Form A names and that was not asked.

    A message for each goes to the outbox: it carries the reference and the date, and nothing about the child.
    """
    day = happened(app, on)
    asked = _ask(app, reference, agencies, day)
    dates = {agency: _prompt_dates(app, day) for agency in asked}
    if as_json:
        listed = [
            {"agency": a, "requested_on": day.isoformat(), "prompts": [d.isoformat() for d in dates[a]]} for a in asked
        ]
        put_json({"schema": "cdr-request/1", "case": reference, "requests": listed})
        return
    if not asked:
        say("Every agency that Form A names has been asked. Another one: cdr request REF AGENCY")
        return
    put(
        table(
            [(agency, day, *dates[agency]) for agency in asked],
            ["agency", "asked on", "first prompt", "second", "third"],
        )
    )
    say(
        f"{len(asked)} {'message is' if len(asked) == 1 else 'messages are'} in {app.store.folder / 'outbox'}, to be sent."
    )


def _ask(app: App, reference: str, agencies: tuple[str, ...], day: date) -> list[str]:
    from cdr.commands import post
    from cdr.domain import requests
    from cdr.store.transaction import Change

    store = app.store
    with store.writing():
        documents = store.case(reference)
        refuse_closed(documents["case"].body)
        ledger = documents["requests"]
        wanted = list(dict.fromkeys(agencies)) or _named_and_known(app, documents["notification"].body, ledger.body)
        for agency in wanted:
            app.configuration.agency(agency)
        _refuse_early(day, str(documents["notification"].body["death"]["date"]))
        if wanted:
            body = requests.ask(ledger.body, wanted, day)
            reply_by = _prompt_dates(app, day)[0]
            letters = [post.request(app, reference, agency, day, reply_by) for agency in wanted]
            change = Change("request", {ledger.place: body})
            store.commit(change, {reference: documents}, lambda: post.out(app, letters))
    return wanted


def _named_and_known(app: App, form_a: Mapping[str, Any], ledger: Mapping[str, Any]) -> list[str]:
    """The agencies of Form A that are still to be asked; one that cdr.yaml does not name is told and left."""
    from cdr.domain import requests

    known = {agency.id for agency in app.configuration.agencies}
    named = requests.to_ask(form_a, ledger)
    for agency in named:
        if agency not in known:
            say(
                f"not asked: {agency} is not in cdr.yaml; add it there and commit it, or correct Form A (cdr edit REF form-a)."
            )
    return [agency for agency in named if agency in known]


def _prompt_dates(app: App, day: date) -> tuple[date, ...]:
    from cdr.domain.requests import prompt_dates

    return prompt_dates(day, app.policy)


def refuse_closed(case: dict[str, object]) -> None:
    """Stop where the case is closed. Raises: ConditionsNotMet."""
    if case["status"] == "closed":
        raise ConditionsNotMet(
            "The case is closed; nothing was recorded.", [], "Open it again first: cdr reopen REF --reason REASON"
        )


def _refuse_early(day: date, died: str) -> None:
    if day < date.fromisoformat(died):
        raise ConditionsNotMet(
            "A return cannot be asked for before the child died; nothing was recorded.",
            [],
            "Give the right day with --on DATE.",
        )
