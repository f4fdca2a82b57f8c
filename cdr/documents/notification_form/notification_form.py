"""The offline Form A: one HTML file for any professional who notifies, without a network, that saves encrypted to the members.

It says nothing of any child. An area can put it on its own web site: it holds the members' public keys and the team's address.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from cdr import resources
from cdr.documents.notification_form.notification_questions import asked
from cdr.documents.return_form.return_form import in_blocks, inert, page_data
from cdr.documents.web_page import as_it_is, web_page

SAVED = "notification.asc"


@dataclass(frozen=True)
class NotificationForm:
    """What the area's page needs: who it is, whom to ring, its authorities and agencies (id, name), and the members' keys."""

    area: str
    organisation: str
    contact_name: str
    contact_email: str
    contact_phone: str
    authorities: tuple[str, ...]
    agencies: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    fingerprints: tuple[str, ...]


def to_html(form: NotificationForm) -> bytes:
    """The whole file; the same form gives the same bytes."""
    style = _text("offline-form", "form.css").replace("REFERENCE", "Notification of a death")
    openpgp = _text("offline-form", "openpgp.min.js")
    script = f"(() => {{\n{_text('offline-form', 'fields.js')}\n{_text('notification-form', 'notify.js')}}})();\n"
    questions = asked(form.agencies)
    data = {
        "questions": page_data(asdict(questions)),
        "form": {
            "form": questions.form,
            "keys": form.keys,
            "fingerprints": form.fingerprints,
            "phone": form.contact_phone,
            "file": SAVED,
        },
    }
    values = {
        "form": form,
        "file": SAVED,
        "authorities": ", ".join(form.authorities),
        "fingerprints": [in_blocks(one) for one in form.fingerprints],
        "openpgp": as_it_is(openpgp),
        "script": as_it_is(script),
        "data": as_it_is(inert(data)),
    }
    return web_page("notification-form", "form.html", values, style, (openpgp, script)).encode()


def _text(folder: str, name: str) -> str:
    return resources.read_bytes("templates", folder, name).decode()
