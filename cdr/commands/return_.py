"""`cdr return`: take in what an agency sent back, or that it is not waited for any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.forms import Form, check
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.commands.output import file_name, given, put, put_json
from cdr.commands.request import refuse_closed, told
from cdr.errors import WrongUsage

if TYPE_CHECKING:
    from cdr.commands.post import Letter

WORDS = {
    "returned": "has returned its reporting form",
    "nil": "has made a nil return",
    "waived": "is not waited for any more",
}


@click.command("return")
@case_reference
@click.argument("agency", metavar="AGENCY")
@click.option("--from", "file", metavar="FILE", help="Form B as YAML; - is standard input.")
@click.option("--nil", is_flag=True, help="The agency did not know the child: a nil return, which counts as returned.")
@click.option("--waive", metavar="REASON", help="This return is not waited for any more, and why.")
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
    on: date | None,
    as_json: bool,
) -> None:
    """Take in an agency's return (Form B), a nil return, or that this return is not waited for any more.

    Example: cdr return 2026-7K3M northshire-police --from form-b.yaml
    """
    if sum((file is not None, nil, waive is not None)) != 1:
        raise WrongUsage("Say what came of the request: one of --from FILE, --nil or --waive REASON.")
    if waive is not None and not waive.strip():
        raise WrongUsage("Say why the return is not waited for: --waive REASON.")
    raw = given(file) if file else None
    day = happened(app, on)
    status, form = _take(app, reference, agency, raw, file_name(file or ""), waive, day)
    if as_json:
        content = {
            "schema": "cdr-return/1",
            "case": reference,
            "agency": agency,
            "status": status,
            "on": day.isoformat(),
        }
        put_json(content | {"warnings": form.warnings_json() if form else []})
        return
    put(f"{agency} {WORDS[status]}.")
    if form:
        form.warn()


def _take(
    app: App, reference: str, agency: str, raw: bytes | None, name: str, waive: str | None, day: date
) -> tuple[str, Form | None]:
    from cdr.commands import mailing
    from cdr.domain import case, form_b, requests
    from cdr.store import layout
    from cdr.store.transaction import Change

    app.configuration.agency(agency)
    store = app.store
    with store.writing():
        documents = store.case(reference)
        refuse_closed(documents["case"].body)
        notification = documents["notification"].body
        form = (
            check(raw, name, "form-b", lambda body: form_b.problems(body, notification, agency), reference)
            if raw is not None
            else None
        )
        status = "waived" if waive else _status(form)
        ledger = documents["requests"]
        changed = {ledger.place: requests.answer(ledger.body, agency, status, day)}
        if waive:
            changed[documents["case"].place] = case.with_waiver(documents["case"].body, agency, day, waive)
        texts = {}
        if form:
            place = store.free_place(reference, layout.RETURN)
            changed[place], texts[place] = form.body, form.text()
        letters = [] if waive else _thanks(app, reference, agency, ledger.body, day)
        changed |= mailing.written_down(app, documents["prompts"], letters)
        store.commit(
            Change("return", changed, texts=texts), {reference: documents}, lambda: mailing.to_outbox(app, letters)
        )
    told(mailing.deliver_now(app, letters))
    return status, form


def _thanks(app: App, reference: str, agency: str, ledger: Mapping[str, Any], day: date) -> list[Letter]:
    """The message that thanks the agency, where the area wants one."""
    from cdr.commands import post
    from cdr.domain.requests import requests_of

    if app.configuration.mail.get("thanks") != "yes":
        return []
    [asked] = [request.requested_on for request in requests_of(ledger) if request.agency == agency]
    return [post.thanks(app, reference, agency, asked, day)]


def _status(form: Form | None) -> str:
    return "returned" if form and not _is_nil(form.body) else "nil"


def _is_nil(body: Mapping[str, Any]) -> bool:
    return body.get("response") == "nil_return"
