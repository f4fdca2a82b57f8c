"""The return form of a request: made from the ledger, and locked with a pass-phrase that is shown once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.app import App
from cdr.domain.asking.arrival import NO_CASE
from cdr.domain.asking.requests import OUTSTANDING, Request, RequestForm
from cdr.domain.rulebook.configuration import FORM
from cdr.forms import migrations
from cdr.store.document import Document
from cdr.work.agency_keys import refuse_unusable
from cdr.work.agreed_phrases import Told

if TYPE_CHECKING:
    from cdr.documents.return_form.return_form import ReturnForm
    from cdr.documents.return_form.return_identity import Named

TESTED = {"child": {"first_names": "Test", "family_name": "Nobody"}}  # whom a test is about


@contextmanager
def shown_once(app: App, reference: str, agencies: Iterable[str]) -> Iterator[None]:
    """Within it the pass-phrases of these agencies' forms are shown; where that fails, it is told how to have others."""
    app.shown_once = tuple(f"cdr form {reference} {agency} --new-passphrase -o FILE" for agency in agencies)
    yield
    app.shown_once = ()


def made(app: App, case: str, request: Request, suffix: str) -> bytes:
    """The return form of a request as a file whose name ends in `suffix`.

    It is made from the ledger, the configuration and the members' public keys: the chaser's key is enough, but for a Word form by a route
    that names the child. Raises: ValueError where the request has no form (`Request.form`); then NotAllowed.
    """
    form = _return_form(app, case, request)
    if suffix == ".docx":
        from cdr.documents.return_form import return_docx

        return return_docx.to_docx(form, _named(app, case, request))
    if suffix == ".html":
        from cdr.documents.return_form import return_form
        from cdr.store.kept import kept

        return return_form.to_html(form, kept)
    from cdr.documents.return_form import return_yaml

    return return_yaml.to_yaml(form)


def _named(app: App, case: str, request: Request) -> Named | None:
    """Who the child is, for the Word form of an agency whose route is approved for that; None where the form goes by ordinary mail."""
    from cdr.documents.return_form.return_identity import Named, rows
    from cdr.domain.rulebook import replies

    agency, letterhead = app.configuration.agency(request.agency), app.configuration.letterhead
    if agency.route == FORM:
        return None
    form_a = TESTED if case == NO_CASE else app.store.case(case).notification.body
    known = replies.identity(form_a, case, request.form.nonce if request.form else "", agency.type)
    return Named(tuple(rows(known)), agency.route, agency.route_to, ", ".join(letterhead.address))


def locked(app: App, case: str, agency_id: str, notification: Document, told: Told, nonce: str = "") -> RequestForm:
    """A fresh form for a request, in which the pass-phrase `told` opens the child's details.

    Raises: NotFound for an unknown agency; NotAllowed where its own key, if cdr.yaml names one, cannot be encrypted to.
    """
    return _locked(app, case, agency_id, notification.body, told, nonce)


def dummy(app: App, agency_id: str, told: Told, day: date) -> tuple[str, bytes]:
    """A form like those that an agency gets by its route, of no case and with nothing about a child, for a test: how its name ends, and
    its bytes. Raises: as `locked`."""
    suffix = ".html" if app.configuration.agency(agency_id).route == FORM else ".docx"
    request = Request(agency_id, day, OUTSTANDING, form=_locked(app, NO_CASE, agency_id, TESTED, told, ""))
    return suffix, made(app, NO_CASE, request, suffix)


def _locked(app: App, case: str, agency_id: str, form_a: Mapping[str, Any], told: Told, nonce: str) -> RequestForm:
    import json

    from cdr.domain.asking import passphrase
    from cdr.domain.rulebook import replies

    nonce = nonce or secrets.token_hex(16)
    agency = app.configuration.agency(agency_id)
    key = agency.key
    plain = json.dumps(replies.identity(form_a, case, nonce, agency.type), ensure_ascii=False, separators=(",", ":"))
    sealed = app.store.lock_with_passphrase(plain.encode(), passphrase.as_locked(told.words)).decode("ascii")
    version = migrations.current(replies.FORM)
    return RequestForm(nonce, version, sealed, _for_key(app, told.words, key) if key and told.is_needed else "")


def _for_key(app: App, told: str, key: str) -> str:
    """The pass-phrase, signed, for whoever holds the agency's key."""
    from cdr.store.crypto import Gnupg

    refuse_unusable([key])
    return Gnupg().encrypt_mail(f"{told}\n".encode(), [key], app.store.person.fingerprint).decode("ascii")


def current() -> str:
    """The version of Form B that a form asks for."""
    from cdr.domain.rulebook.replies import FORM

    return migrations.current(FORM)


def version(request: Request) -> str:
    """The version of Form B that a request's form asks for; empty where it has none."""
    return request.form.form if request.form else ""


def _return_form(app: App, case: str, request: Request) -> ReturnForm:
    from cdr.documents.return_form.return_form import ReturnForm
    from cdr.domain.asking.requests import prompt_dates

    if request.form is None:
        raise ValueError("a request without a form")
    agency, manager = app.configuration.agency(request.agency), app.configuration.people["manager"]
    keys = app.store.public_keys_of_members()
    since = request.bounced[-1].on if request.sent_back else request.requested_on
    return ReturnForm(
        case=case,
        agency_id=agency.id,
        agency_name=agency.name,
        agency_type=agency.type,
        requested_on=since,
        reply_by=prompt_dates(since, app.policy)[0],
        organisation=app.configuration.letterhead.organisation,
        contact_name=manager.name,
        contact_email=manager.email,
        contact_phone=manager.phone,
        form=request.form.form,
        nonce=request.form.nonce,
        identity=request.form.locked,
        keys=tuple(keys.values()),
        fingerprints=tuple(keys),
    )
