"""`cdr return`: take in what an agency sent back, or that it is not waited for any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.errors import WrongUsage
from cdr.records import dataclass
from cdr.store.case_file import CaseFile
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing, opened
from cdr.work.delivery import told
from cdr.work.taking_in import Form

if TYPE_CHECKING:
    from cdr.store.layout import Place
    from cdr.work.arrived import Arrived
    from cdr.work.messages import Letter

WORDS = {
    "returned": "has returned its reporting form",
    "nil": "has made a nil return",
    "waived": "is not waited for any more",
}


@dataclass(frozen=True)
class Taken:
    """What was recorded: the request's new state, the form where there is one, and the file that it came as."""

    status: str
    form: Form | None
    arrived: Arrived | None


@click.command("return")
@case_reference
@click.argument("agency", metavar="AGENCY")
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="What came in: the encrypted file that the return form saves, the Word form, or Form B as YAML; - is standard input.",
)
@click.option("--nil", is_flag=True, help="The agency did not know the child: a nil return, which counts as returned.")
@click.option("--waive", metavar="REASON", help="This return is not waited for any more, and why.")
@click.option(
    "--undo",
    is_flag=True,
    help="Take back what was recorded of this agency: a nil return, a waiver, a return. It is outstanding again.",
)
@click.option("--yes", is_flag=True, help="It is from who it says it is: do not ask. Needed where nobody can be asked.")
@on("it came in")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    agency: str,
    file: str | None,
    nil: bool,
    waive: str | None,
    undo: bool,
    yes: bool,
    on: date | None,
    as_json: bool,
) -> None:
    """Take in an agency's return (Form B), a nil return, or that this return is not waited for any more.

    A file of the return form or a Word form is shown with who says that they completed it, and recorded once that is
    confirmed. How complete a return is, and what is missing, is told; `cdr bounce` sends it back. What was recorded for the
    wrong agency is taken back with --undo; a single answer in a return is corrected with `cdr edit REF return:AGENCY`.

    Examples:

    \b
    cdr return 2026-7K3M northshire-police --from 2026-7K3M-northshire-police.asc
    cdr return 2026-7K3M northshire-social-care --nil
    cdr return 2026-7K3M high-street-surgery --waive "The practice closed in 2024 and its notes were not found"
    """
    if sum((file is not None, nil, waive is not None, undo)) != 1:
        raise WrongUsage("Say what came of the request: one of --from FILE, --nil, --waive REASON or --undo.")
    if undo:
        if on or yes:
            raise WrongUsage("With --undo no other option goes: what was recorded is taken back now.")
        _undo(app, reference, agency, as_json)
        return
    if waive is not None and not waive.strip():
        raise WrongUsage("Say why the return is not waited for: --waive REASON.")
    day = happened(app, on)
    arrived = _arrived(app, reference, agency, file, yes, day) if file else None
    taken = _take(app, reference, agency, arrived, waive, day)
    _tell(app, reference, agency, taken, day, as_json)


def _tell(app: App, reference: str, agency: str, taken: Taken, day: date, as_json: bool) -> None:
    from cdr.work import gaps

    complete = gaps.of_return(app, agency, taken.form.body) if taken.form and taken.status == "returned" else None
    if as_json:
        content = {"schema": "cdr-return/1", "case": reference, "agency": agency, "status": taken.status}
        content |= {"on": day.isoformat()}
        received = vars(taken.arrived.received) if taken.arrived else None
        warnings = taken.form.warnings_json() if taken.form else []
        put_json(content | {"warnings": warnings, "received": received, "completeness": gaps.as_json(complete)})
        return
    put(f"{agency} {WORDS[taken.status]}.")
    if taken.form:
        taken.form.warn()
    if complete:
        gaps.tell(complete, reference, agency)


def _arrived(app: App, reference: str, agency: str, file: str, yes: bool, day: date) -> Arrived:
    """The file, opened; where it is no YAML of the team's own, once somebody has said that it is from whom it says."""
    from cdr.domain.asking import requests
    from cdr.work import arrived as arrivals

    app.configuration.agency(agency)
    found = arrivals.open_file(app, file, agency)
    if found.how == arrivals.YAML:
        return found
    documents = opened(app, reference)
    form = arrivals.checked(found, documents, agency, app.clock.today)
    requests.answer(documents.requests.body, agency, _status(form), day)
    _confirm(form, yes)
    return found


def _confirm(form: Form, yes: bool) -> None:
    """Show who says that they completed it, and ask. Raises: WrongUsage where nobody can be asked; ConditionsNotMet."""
    from cdr.domain.rulebook.replies import completed
    from cdr.terminal.confirming import refuse_unless_confirmed

    by = completed(form.body)
    kind = "a nil return" if _is_nil(form.body) else "a full return"
    say(f"Completed by: {', '.join(part for part in (by.name, by.role, by.organisation) if part)}")
    say(f"Completed on: {by.on}; it is {kind}.")
    refuse_unless_confirmed("this is from them", "the agency", yes)


def _take(app: App, reference: str, agency: str, arrived: Arrived | None, waive: str | None, day: date) -> Taken:
    from cdr.domain.asking import requests
    from cdr.domain.case import case
    from cdr.work import arrived as arrivals
    from cdr.work import delivery

    app.configuration.agency(agency)
    with changing(app, reference) as now:
        documents, ledger = now.documents, now.documents.requests
        form = arrivals.checked(arrived, documents, agency, app.clock.today) if arrived else None
        status = "waived" if waive else _status(form)
        body = requests.answer(ledger.body, agency, status, day, arrived.received if arrived else None)
        changed = {ledger.place: body}
        if waive:
            changed[documents.case.place] = case.with_waiver(documents.case.body, agency, day, waive)
        texts = {}
        if form:
            place = _place(app, agency, documents)
            changed[place], texts[place] = form.body, form.raw
            others = [one.body for one in documents.returns if one.place != place]
            found = _found(app, documents, documents.case.body, [*others, form.body], day)
            changed |= {documents.case.place: found} if found != documents.case.body else {}
        letters = [] if waive else _thanks(app, reference, agency, ledger.body, day)
        now.record("return", changed, letters, texts=texts)
    told(delivery.deliver_now(app, letters))
    return Taken(status, form, arrived)


def _found(
    app: App, documents: CaseFile, case: dict[str, Any], returns: Sequence[Mapping[str, Any]], day: date
) -> dict[str, Any]:
    """The case with what its returns, as they stand now, call for."""
    from cdr.domain.case.panel_findings import with_findings

    form_a, form_c = documents.notification.body, documents.analysis_body or {}
    return with_findings(case, form_a, returns, form_c, day, app.policy)


def _undo(app: App, reference: str, agency: str, as_json: bool) -> None:
    """Take back the last answer of an agency. Raises: NotFound, ConditionsNotMet where there is none."""
    from cdr.domain.asking import requests
    from cdr.domain.case import case
    from cdr.domain.rulebook.validation import text_at

    with changing(app, reference) as now:
        documents, ledger = now.documents, now.documents.requests
        had_form = documents.return_of(agency) is not None
        body = requests.taken_back(ledger.body, agency, app.clock.today, had_form)
        request = requests.request_of(body, agency)
        if request is None:
            raise AssertionError("a request whose answer was just taken back")
        unwaived = case.without_waiver(documents.case.body, agency, request.requested_on)
        left = [one.body for one in documents.returns if text_at(one.body, "agency") != agency]
        found = _found(app, documents, unwaived, left, app.clock.today)
        now.record("return", {ledger.place: body, documents.case.place: found})
    if as_json:
        content = {"schema": "cdr-return/1", "case": reference, "agency": agency, "status": "outstanding", "on": None}
        put_json(content | {"warnings": [], "received": None, "completeness": None})
        return
    put(f"{agency}: taken back; its {'fuller return' if request.sent_back else 'return'} is outstanding again.")
    if had_form:
        say("What the form said counts nowhere any more; the history keeps it.")
    if app.configuration.mail.get("thanks") == "yes":
        say("The agency may have been thanked already: ring it.")


def _place(app: App, agency: str, documents: CaseFile) -> Place:
    """Where a return is kept: the place of the one that it takes the place of, else the next that is free."""
    from cdr.store import layout

    given = documents.kept_return(agency)
    return given.place if given else app.store.free_places(documents.reference, layout.RETURN)[0]


def _thanks(app: App, reference: str, agency: str, ledger: Mapping[str, Any], day: date) -> list[Letter]:
    """The message that thanks the agency, where the area wants one."""
    from cdr.domain.asking.requests import requests_of
    from cdr.work import messages

    if app.configuration.mail.get("thanks") != "yes":
        return []
    [asked] = [request.requested_on for request in requests_of(ledger) if request.agency == agency]
    return [messages.thanks(app, reference, agency, asked, day)]


def _status(form: Form | None) -> str:
    return "returned" if form and not _is_nil(form.body) else "nil"


def _is_nil(body: Mapping[str, Any]) -> bool:
    return body.get("response") == "nil_return"
