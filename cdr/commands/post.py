"""Messages to agencies, written to the outbox before what they say is recorded.

The name and the Message-ID of a message follow from what it is, so that one which is written twice after a crash is the
same message.
"""

from __future__ import annotations

from datetime import date

from cdr.app import App
from cdr.documents import message
from cdr.documents.message import Message


def request(app: App, case: str, agency: str, day: date, reply_by: date) -> Message:
    """The message that asks an agency for its return."""
    made = message.request_message(
        app.configuration,
        case,
        agency,
        day,
        sent_at=app.clock.now,
        reply_by=reply_by,
        override=_override(app, "request"),
    )
    return _post(app, f"{case}-{agency}-request-{day}", made)


def prompt(app: App, case: str, agency: str, level: str, requested_on: date) -> Message:
    """A prompt, or the escalation."""
    made = message.prompt_message(
        app.configuration, level, case, agency, requested_on, sent_at=app.clock.now, override=_override(app, level)
    )
    return _post(app, f"{case}-{agency}-{level}-{requested_on}", made)


def _post(app: App, name: str, made: Message) -> Message:
    from cdr.mail import outbox

    outbox.write(app.store.folder / "outbox", f"{name}.eml", message.to_eml(made, message.sender(app.configuration)))
    return made


def _override(app: App, name: str) -> str | None:
    raw = app.store.template(f"{name}.txt")
    return raw.decode("utf-8") if raw is not None else None
