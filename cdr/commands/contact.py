"""`cdr contact`: the log of calls, letters and meetings with the family and with professionals."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.domain.case.contacts import HOW, Contact, contacts_of
from cdr.errors import WrongUsage
from cdr.records import replace
from cdr.terminal.output import given, put, put_json, say, table
from cdr.work.changing import changing

if TYPE_CHECKING:
    from cdr.store.case_file import CaseFile
    from cdr.store.layout import Place


@click.command("contact")
@case_reference
@click.option(
    "--with",
    "party",
    metavar="WHO",
    help="Whom with: family, mother, father, a number as in `cdr letter --to`, an agency's id, key_worker, coroner ...",
)
@click.option("--how", type=click.Choice(HOW), help="How.")
@on("it was")
@click.option(
    "--from", "file", metavar="FILE", help="What was said, as plain text; - is standard input. Asked for on a terminal."
)
@click.option(
    "--attach", "attachment", metavar="FILE", help="The letter or message itself, kept encrypted with the case."
)
@click.option(
    "--disagrees-with",
    "beside",
    metavar="FIELD",
    help="It is a note of disagreement beside a field: form-a:FIELD, form-c:FIELD or return:AGENCY:FIELD, a field as in cdr explain.",
)
@click.option("--undo", metavar="N", type=click.IntRange(1), help="Take back the contact of this number.")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    party: str | None,
    how: str | None,
    on: date | None,
    file: str | None,
    attachment: str | None,
    beside: str | None,
    undo: int | None,
    as_json: bool,
) -> None:
    """List the contacts in a case, or record one: what was said goes into the case, encrypted, and nowhere else.

    A case that is closed takes them too: families ring for years. A wrong one is taken back with --undo N.

    Somebody says that a form is wrong? Whoever wrote it may correct it (cdr edit). Where it is not corrected, --disagrees-with keeps what
    they say beside the field: it is shown with the form, in the timeline and the panel's papers, and goes with what is disclosed.

    Examples:

    \b
    cdr contact 2026-7K3M --with mother --how telephone --from call.txt
    cdr contact 2026-7K3M --with mother --disagrees-with return:northshire-police:timeline.0.event --from said.txt
    """
    others = [value for value in (party, how, on, file, attachment, beside) if value]
    if undo and others:
        raise WrongUsage("With --undo no other option goes.")
    if undo:
        body, about = _undo(app, reference, undo)
        say(
            f"Contact {undo} was on {about.on}{f', with {about.party}' if about.party else ''}{f' ({about.how})' if about.how else ''}."
        )
        said = f"{reference}: contact {undo} is taken back."
    elif others:
        body, number = _record(
            app, reference, party or "", how or "", happened(app, on), file, attachment, beside or ""
        )
        said = f"{reference}: contact {number} is recorded."
    else:
        body, said = app.store.case(reference).case.body, ""
    _tell(reference, body, said, as_json)


def _record(
    app: App, reference: str, party: str, how: str, day: date, file: str | None, attachment: str | None, beside: str
) -> tuple[Mapping[str, Any], int]:
    from cdr.domain.case.contacts import with_contact
    from cdr.work.asked_text import asked_text
    from cdr.work.attaching import attached
    from cdr.work.parties import party as known_party

    documents = app.store.case(reference)
    form_a = documents.notification.body
    if beside:
        _refuse_no_field(documents, beside)
    who = known_party(app, form_a, party) if party else ""
    data = given(attachment) if attachment else b""
    contact = Contact(day, asked_text(file, "contact", "What was said"), app.store.person.name, who, how, beside=beside)
    with changing(app, reference, also_closed=True) as now:
        kept = now.documents.case
        body: Mapping[str, Any] = kept.body
        files: dict[Place, bytes] = {}
        if attachment:
            body, files, number = attached(app, reference, body, attachment, data, "correspondence")
            contact = replace(contact, attachment=number)
        changed = with_contact(body, contact, app.clock.today)
        now.record("contact", {kept.place: changed}, attachments=files)
    return changed, len(changed["contacts"])


def _refuse_no_field(documents: CaseFile, beside: str) -> None:
    """Stop where the case has no such form, or the form says nothing there. Raises: ConditionsNotMet, WrongUsage."""
    from cdr.domain.case.disagreements import parts_of, refuse_nothing_there

    form, agency, field = parts_of(beside)
    given = documents.return_of(agency) if form == "return" else None
    found = {"form-a": documents.notification.body, "form-c": documents.analysis_body}
    refuse_nothing_there(given.body if given else found.get(form), field)


def _undo(app: App, reference: str, number: int) -> tuple[Mapping[str, Any], Contact]:
    from cdr.domain.case.contacts import without_contact

    with changing(app, reference, also_closed=True) as now:
        kept = now.documents.case
        body = without_contact(kept.body, number, app.clock.today)
        now.record("contact", {kept.place: body})
    return body, contacts_of(kept.body)[number]


def _tell(reference: str, case: Mapping[str, Any], said: str, as_json: bool) -> None:
    found = contacts_of(case)
    if as_json:
        put_json(
            {"schema": "cdr-contact/1", "case": reference, "contacts": [_json(n, one) for n, one in found.items()]}
        )
    elif said:
        put(said)
    elif not found:
        put(f"No contact is recorded. Record one with: cdr contact {reference} --with WHO --how telephone --from FILE")
    else:
        order = sorted(found.items(), key=lambda numbered: (numbered[1].on, numbered[0]))
        rows = [(n, one.on, one.party or "-", one.how or "-", one.by) for n, one in order]
        put(table(rows, ["n", "on", "with", "how", "recorded by"]))
        for n, one in order:
            kept = f" (attachment {one.attachment})" if one.attachment else ""
            kept += f" (disagrees with {one.beside})" if one.beside else ""
            put(f"\n{n}{kept}\n" + "\n".join(f"  {line}" for line in one.text.splitlines()))


def _json(number: int, contact: Contact) -> dict[str, Any]:
    return {
        "n": number,
        "on": contact.on.isoformat(),
        "with": contact.party or None,
        "how": contact.how or None,
        "by": contact.by,
        "text": contact.text,
        "attachment": contact.attachment,
        **({"disagrees_with": contact.beside} if contact.beside else {}),
    }
