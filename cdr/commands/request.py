"""`cdr request`: ask agencies for Form B."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr import moments
from cdr.app import App
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.errors import ConditionsNotMet
from cdr.terminal.output import put, put_json, say, table
from cdr.work import return_forms
from cdr.work.agreed_phrases import Told, agreed, for_form
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.work.messages import Letter


ALL_ASKED = "Every agency that Form A names has been asked. Another one: cdr request REF AGENCY"
NOBODY_NAMED = "Form A names no agency to ask yet. Find out which knew the child, and ask each: cdr request REF AGENCY"


@click.command("request")
@case_reference
@click.argument("agencies", metavar="[AGENCY]...", nargs=-1)
@on("the agencies were asked")
@as_json
@pass_app
def command(app: App, reference: str, agencies: tuple[str, ...], on: date | None, as_json: bool) -> int:
    """Ask agencies for their reporting form (Form B); without AGENCY, every one that Form A names and that was not asked.

    A message for each goes out, or to the outbox, as cdr.yaml says, with the form to fill in: it carries the reference and the
    date, and nothing about the child but under lock. The pass-phrase of each form is shown here once, to be told by telephone,
    and kept nowhere; but for an agency that agreed one for all of its forms: cdr agency passphrase AGENCY.

    The wrong agency was asked? cdr return REF AGENCY --waive REASON, and ring it.

    Examples:

    \b
    cdr request 2026-7K3M
    cdr request 2026-7K3M northshire-police --on 2026-01-12
    """
    day = happened(app, on)
    phrases, letters = _ask(app, reference, agencies, day)
    with return_forms.shown_once(
        app, reference, phrases
    ):  # before the mail, which may take long: a pass-phrase is shown only here
        _tell(app, reference, phrases, day, as_json)
    from cdr.work.delivery import deliver_and_tell

    return deliver_and_tell(app, letters)


def _tell(app: App, reference: str, phrases: Mapping[str, Told], day: date, as_json: bool) -> None:
    dates = {agency: _prompt_dates(app, day) for agency in phrases}
    if as_json:
        listed = [
            {
                "agency": a,
                "requested_on": day.isoformat(),
                "prompts": [d.isoformat() for d in dates[a]],
                **p.to_json(),
            }
            for a, p in phrases.items()
        ]
        put_json({"schema": "cdr-request/1", "case": reference, "requests": listed})
        return
    if not phrases:
        asked = app.store.case(reference).requests.body["requests"]
        say(ALL_ASKED if asked else NOBODY_NAMED)
        return
    put(
        table(
            [(agency, day, *dates[agency]) for agency in phrases],
            ["agency", "asked on", "first prompt", "second", "third"],
        )
    )
    put("")
    shown = [(agency, told.telephone or "-", told.in_words()) for agency, told in phrases.items()]
    put(table(shown, ["agency", "telephone", "pass-phrase of its form"]))
    if not all(told.agreed_on for told in phrases.values()):
        say("Tell each agency its pass-phrase by telephone, and nobody else. They are shown once and kept nowhere.")
        say("One is lost? Send a form with another: cdr form REF AGENCY -o FILE --new-passphrase")
    unknown = [agency for agency, told in phrases.items() if not told.telephone and not told.agreed_on]
    if unknown:
        say(f"No telephone number is known of {', '.join(unknown)}; keep each: cdr agency edit ID --phone NUMBER")
    for words in (words for agency, told in phrases.items() for words in told.renewal(agency)):
        say(words)


def _ask(app: App, reference: str, agencies: tuple[str, ...], day: date) -> tuple[dict[str, Told], list[Letter]]:
    """Ask, and record it; the pass-phrase of each agency that was asked, and the messages, which are still to go."""
    from cdr.domain.asking import requests
    from cdr.domain.asking.retired_agencies import refuse_retired
    from cdr.work import messages

    with changing(app, reference) as now:
        documents, ledger = now.documents, now.documents.requests
        wanted = list(dict.fromkeys(agencies)) or _named_and_known(app, documents.notification.body, ledger.body, day)
        refuse_retired(wanted, day, app.configuration)
        _refuse_early(day, str(documents.notification.body["death"]["date"]))
        if not wanted:
            return {}, []
        requests.ask(ledger.body, wanted, day)  # refused before a second of work for each
        form_a, known = documents.notification, agreed(app)
        phrases = {agency: for_form(app, agency, known, form_a.body) for agency in wanted}
        made = {agency: return_forms.locked(app, reference, agency, form_a, told) for agency, told in phrases.items()}
        body = requests.ask(ledger.body, wanted, day, made)
        letters = [messages.request(app, reference, agency, day, body) for agency in wanted]
        now.record("request", {ledger.place: body}, letters)
    return phrases, letters


def _named_and_known(app: App, form_a: Mapping[str, Any], ledger: Mapping[str, Any], day: date) -> list[str]:
    """The agencies of Form A that are still to be asked; one that is not in cdr.yaml, or is retired, is told and left."""
    from cdr.domain.asking import requests
    from cdr.domain.asking.retired_agencies import is_retired

    asked = {agency.id: not is_retired(agency, day) for agency in app.configuration.agencies}
    named = requests.to_ask(form_a, ledger)
    for agency in named:
        if agency not in asked:
            say(
                f"not asked: {agency} is not in cdr.yaml; add it (cdr agency add), or correct Form A (cdr edit REF form-a)."
            )
        elif not asked[agency]:
            say(f"not asked: {agency} is retired; ask whoever has its notes now (cdr request REF AGENCY).")
    return [agency for agency in named if asked.get(agency)]


def _prompt_dates(app: App, day: date) -> tuple[date, ...]:
    from cdr.domain.asking.requests import prompt_dates

    return prompt_dates(day, app.policy)


def _refuse_early(day: date, died: str) -> None:
    if day < moments.day(died):
        raise ConditionsNotMet(
            "A return cannot be asked for before the child died; nothing was recorded.",
            [],
            "Give the right day with --on DATE.",
        )
