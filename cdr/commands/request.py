"""`cdr request`: ask agencies for Form B."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, happened, on, pass_app
from cdr.errors import DONE, ConditionsNotMet, WrongUsage
from cdr.terminal.output import put, put_json, say, table
from cdr.work import return_forms
from cdr.work.agreed_phrases import Told, agreed, for_form
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.domain.rulebook.configuration import Agency
    from cdr.work.messages import Letter


ALL_ASKED = "Every agency that Form A names has been asked. Another one: cdr request REF AGENCY"
NOBODY_NAMED = "Form A names no agency to ask yet. Find out which knew the child, and ask each: cdr request REF AGENCY"


@click.command("request")
@click.argument("reference", metavar="[REF]", required=False, type=Reference())
@click.argument("agencies", metavar="[AGENCY]...", nargs=-1)
@click.option(
    "--test",
    "tested",
    metavar="AGENCY",
    help="Send this agency a form that is about no child, to see whether it arrives.",
)
@click.option(
    "--told",
    is_flag=True,
    help="Record that you told this agency its pass-phrase, or handed its form over: whom (--from) and when (--on).",
)
@click.option("--from", "file", metavar="FILE", help="With --told: whom you told; - is standard input.")
@click.option("--undo", is_flag=True, help="With --told: take back what was recorded last of this agency.")
@click.option("--arrived", metavar="AGENCY", help="Record that this agency confirmed that the test arrived and opened.")
@on("the agencies were asked, one was told, or the test arrived")
@as_json
@pass_app
def command(
    app: App,
    reference: str | None,
    agencies: tuple[str, ...],
    tested: str | None,
    told: bool,
    file: str | None,
    undo: bool,
    arrived: str | None,
    on: date | None,
    as_json: bool,
) -> int:
    """Ask agencies for their reporting form (Form B); without AGENCY, every one that Form A names and that was not asked.

    A message for each goes out, or to the outbox, as cdr.yaml says, with the form to fill in: it carries the reference and the
    date, and nothing about the child but under lock. The pass-phrase of each form is shown here once, to be told by telephone,
    and kept nowhere; but for an agency that agreed one for all of its forms: cdr agency passphrase AGENCY.

    Try once whether a form arrives at all (--test), and record that it did (--arrived). Until then every request says that nobody
    knows; with confirm_arrival: yes in cdr.yaml it waits, and so does an escalation: cdr today names them.

    An agency may have another route in cdr.yaml: secure mail between approved domains, a portal or folder, or paper. Then a Word form
    names the child and nobody rings; where a person has to attach or hand it over, cdr today says so until --told.

    The wrong agency was asked? cdr return REF AGENCY --waive REASON, and ring it. That somebody was told was a mistake? --told --undo. That a
    test arrived was? Take arrived_on, arrived_at and arrived_by of the agency out of cdr.yaml, and record it: git commit -S cdr.yaml

    Examples:

    \b
    cdr request 2026-7K3M
    cdr request 2026-7K3M northshire-police --on 2026-01-12
    cdr request 2026-7K3M northshire-police --told --from whom.txt
    cdr request --test northshire-police
    cdr request --arrived northshire-police
    """
    if told or file or undo:
        return _record_told(app, reference, agencies, file if told else "", undo, on, as_json)
    if tested or arrived:
        return _try_out(app, reference, tested, arrived, on, as_json)
    if not reference:
        raise WrongUsage(
            "Say about which case: cdr request REF [AGENCY]...", "A test of no case: cdr request --test AGENCY"
        )
    day = happened(app, on)
    phrases, letters, waiting = _ask(app, reference, agencies, day)
    with return_forms.shown_once(
        app, reference, phrases
    ):  # before the mail, which may take long: a pass-phrase is shown only here
        _tell(app, reference, phrases, waiting, day, as_json)
    from cdr.work.delivery import deliver_and_tell

    return deliver_and_tell(app, letters)


def _record_told(
    app: App,
    reference: str | None,
    agencies: tuple[str, ...],
    file: str | None,
    undo: bool,
    on: date | None,
    as_json: bool,
) -> int:
    """Record who was told, or that a form was handed over, or take that back."""
    from cdr.work import telling

    if not reference or len(agencies) != 1 or file == "" or (undo and (file or on)):
        raise WrongUsage(
            "Say of which agency: cdr request REF AGENCY --told [--from FILE]", "To take it back: --told --undo"
        )
    done = (
        telling.take_back(app, reference, agencies[0])
        if undo
        else telling.record(app, reference, agencies[0], file, happened(app, on))
    )
    if as_json:
        about = {"agency": done.agency, "on": done.on.isoformat(), "route": done.route, "by": done.by}
        put_json({"schema": "cdr-told/1", "case": reference, **about})
    else:
        verb = "taken back what was recorded" if undo else "recorded"
        put(f"{reference}: {verb} for {done.agency} on {done.on}, by {done.by}.")
    return DONE


def _try_out(
    app: App, reference: str | None, tested: str | None, arrived: str | None, on: date | None, as_json: bool
) -> int:
    """Send a test, or record that one arrived."""
    from cdr.work import arrivals

    if reference or (tested and (arrived or on)):
        raise WrongUsage("--test AGENCY and --arrived AGENCY each stand alone, the second with --on DATE if need be.")
    if tested:
        sent = arrivals.send_test(app, tested)
        _tell_tested(sent.agency, as_json, sent.told, sent.file)
    elif arrived:
        _tell_tested(arrivals.confirm(app, arrived, happened(app, on)), as_json)
    return DONE


def _tell_tested(agency: Agency, as_json: bool, told: Told | None = None, file: str = "") -> None:
    from cdr.domain.asking.arrival import is_confirmed
    from cdr.domain.rulebook.agency_routes import HANDED_OVER

    if as_json:
        days = {"tested_on": agency.tested_on, "arrived_on": agency.arrived_on if is_confirmed(agency) else None}
        content = {name: day.isoformat() if day else None for name, day in days.items()}
        words = {"passphrase": told.words} if told and told.is_needed else {}
        put_json({"schema": "cdr-arrival/1", "agency": agency.id, "to": agency.email, **content, **words})
    elif told:
        put(
            f"A test for {agency.id}, about no child, {'is in the outbox: ' + file if file else 'was sent'}; to {agency.email}"
        )
        if told.is_needed:
            put(f"pass-phrase of its form: {told.words}{f' (telephone {told.telephone})' if told.telephone else ''}")
    else:
        where = agency.route_to if agency.route in HANDED_OVER else agency.email
        put(f"{agency.id}: what we send to {where} arrives, as confirmed on {agency.arrived_on}.")
    if told:
        say(f"Ring the agency: did it arrive, and does the form open? Then: cdr request --arrived {agency.id}")


def _tell(
    app: App, reference: str, phrases: Mapping[str, Told], waiting: Sequence[str], day: date, as_json: bool
) -> None:
    dates = {agency: _prompt_dates(app, day) for agency in phrases}
    if as_json:
        listed = [
            {
                "agency": a,
                "requested_on": day.isoformat(),
                "prompts": [d.isoformat() for d in dates[a]],
                **p.to_json(),
                **({} if p.is_needed else {"route": p.route}),
                **({} if a in app.policy.unconfirmed else {"confirmed": True}),
            }
            for a, p in phrases.items()
        ]
        more = {"waiting": list(waiting)} if waiting else {}
        put_json({"schema": "cdr-request/1", "case": reference, "requests": listed, **more})
        return
    for agency in waiting:
        say(
            f"not asked yet: {agency}: nobody has confirmed that what we send arrives there: cdr request --test {agency}"
        )
    if not phrases and waiting:
        return
    if not phrases:
        from cdr.domain.asking import requests

        asked = requests.requests_of(app.store.case(reference).requests.body)
        say(ALL_ASKED if asked else NOBODY_NAMED)
        return
    put(
        table(
            [(agency, day, *dates[agency]) for agency in phrases],
            ["agency", "asked on", "first prompt", "second", "third"],
        )
    )
    put("")
    shown = [(agency, told.telephone or "-", told.as_shown()) for agency, told in phrases.items()]
    put(table(shown, ["agency", "telephone", "pass-phrase of its form"]))
    needed = {agency: told for agency, told in phrases.items() if told.is_needed}
    _tell_by_hand(app, reference, phrases)
    if not all(told.agreed_on for told in needed.values()):
        say("Tell each agency its pass-phrase by telephone, and nobody else. They are shown once and kept nowhere.")
        say("Then record whom you told: cdr request REF AGENCY --told --from FILE")
        say("One is lost? Send a form with another: cdr form REF AGENCY -o FILE --new-passphrase")
    unknown = [agency for agency, told in needed.items() if not told.telephone and not told.agreed_on]
    if unknown:
        say(f"No telephone number is known of {', '.join(unknown)}; keep each: cdr agency edit ID --phone NUMBER")
    for words in (words for agency, told in phrases.items() for words in told.renewal(agency)):
        say(words)
    doubtful = [agency for agency in phrases if agency in app.policy.unconfirmed]
    if doubtful:
        say(
            f"Nobody has confirmed that what we send arrives at {', '.join(doubtful)}. Try it once: cdr request --test AGENCY"
        )


def _tell_by_hand(app: App, reference: str, phrases: Mapping[str, Told]) -> None:
    """What a person has to do for the agencies to which no message carries the form."""
    from cdr.domain.rulebook.agency_routes import ROUTE_IN_WORDS

    for agency, told in phrases.items():
        if agency in app.policy.by_hand:
            say(f"{agency}: {ROUTE_IN_WORDS[told.route]}. Make it with: cdr form {reference} {agency} -o FILE.docx")
            say(
                f"Attach it, put it there or post it, delete your copy, and record it: cdr request {reference} {agency} --told"
            )


def _ask(
    app: App, reference: str, agencies: tuple[str, ...], day: date
) -> tuple[dict[str, Told], list[Letter], list[str]]:
    """Ask, and record it; the pass-phrase of each agency that was asked, the messages, which are still to go, and who waits.

    An agency waits where the area wants it so, and nobody confirmed that what is sent to it arrives.
    """
    from cdr.domain.asking import arrival, requests
    from cdr.domain.asking.retired_agencies import refuse_retired
    from cdr.domain.rulebook.validation import date_at
    from cdr.work import messages

    with changing(app, reference) as now:
        documents, ledger = now.documents, now.documents.requests
        case = documents.case
        wanted = list(dict.fromkeys(agencies)) or _named_and_known(
            app, documents.notification.body, ledger.body, arrival.waiting(case.body), day
        )
        refuse_retired(wanted, day, app.configuration)
        _refuse_early(day, date_at(documents.notification.body, "death.date"))
        if not wanted:
            return {}, [], []
        requests.ask(ledger.body, wanted, day)  # refused before a second of work for each
        wait = [app.configuration.agency(one).id for one in wanted if arrival.has_to_wait(one, app.policy)]
        wanted = [one for one in wanted if one not in wait]
        queue = arrival.with_waiting(case.body, wait, day, wanted)
        form_a, known = documents.notification, agreed(app)
        phrases = {agency: for_form(app, agency, known, form_a.body) for agency in wanted}
        made = {agency: return_forms.locked(app, reference, agency, form_a, told) for agency, told in phrases.items()}
        body = requests.ask(ledger.body, wanted, day, made)
        letters = [messages.request(app, reference, agency, day, body) for agency in wanted]
        changed = {case.place: queue} if queue != case.body else {}
        asked = {ledger.place: body} if wanted else {}
        if changed or asked:
            now.record("request", {**asked, **changed}, letters)
    return phrases, letters, wait


def _named_and_known(
    app: App, form_a: Mapping[str, Any], ledger: Mapping[str, Any], waiting: Iterable[str], day: date
) -> list[str]:
    """The agencies of Form A, and others whose request waits, that are still to be asked; one that is not in cdr.yaml, or is
    retired, is told and left."""
    from cdr.domain.asking import requests
    from cdr.domain.asking.retired_agencies import is_retired

    asked = {agency.id: not is_retired(agency, day) for agency in app.configuration.agencies}
    named = list(dict.fromkeys([*requests.to_ask(form_a, ledger), *waiting]))
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


def _refuse_early(day: date, died: date | None) -> None:
    if died and day < died:
        raise ConditionsNotMet(
            "A return cannot be asked for before the child died; nothing was recorded.",
            [],
            "Give the right day with --on DATE.",
        )
