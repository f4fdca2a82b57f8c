"""The offline Form A: one HTML file for any professional who notifies, without a network, that saves encrypted to the members.

It says nothing of any child. An area can put it on its own web site: it holds the members' public keys and the team's address.
"""

from __future__ import annotations

from cdr.documents.notification_form.notification_questions import asked
from cdr.documents.offline_page import OfflinePage, for_script, inert
from cdr.records import asdict, dataclass

SAVED = "notification.asc"
TITLE = "Notification of a child’s death"


@dataclass(frozen=True)
class NotificationForm:
    """What the area's page needs: who it is, whom to ring, its authorities, agencies (id, name) and hospitals, and the members' keys."""

    area: str
    organisation: str
    contact_name: str
    contact_email: str
    contact_phone: str
    authorities: tuple[str, ...]
    agencies: tuple[tuple[str, str], ...]
    keys: tuple[str, ...]
    fingerprints: tuple[str, ...]
    hospitals: tuple[str, ...] = ()


def to_html(form: NotificationForm) -> bytes:
    """The whole file; the same form gives the same bytes."""
    questions = asked(form.agencies, form.hospitals)
    data = {
        "questions": for_script(asdict(questions)),
        "form": {
            "title": TITLE,
            "form": questions.form,
            "keys": form.keys,
            "fingerprints": form.fingerprints,
            "phone": form.contact_phone,
            "file": SAVED,
        },
    }
    values = {"file": SAVED, "authorities": ", ".join(form.authorities)}
    page = OfflinePage(
        "notification-form", ("notify",), TITLE, "Notification of a death", form, form.fingerprints, inert(data), values
    )
    return page.to_html()
