"""Messages to agencies, written to the outbox just before what they say is recorded.

The name and the Message-ID of a message follow from what it is, so that one which is written twice after a crash is the
same message.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from cdr.app import App
from cdr.documents import message
from cdr.documents.message import Attachment, Message


@dataclass(frozen=True)
class Letter:
    """A message, and what its file in the outbox is called."""

    name: str
    message: Message


def request(app: App, case: str, agency: str, day: date, reply_by: date, form: Attachment) -> Letter:
    """The message that asks an agency for its return, with the form to fill in."""
    made = message.request_message(
        app.configuration,
        case,
        agency,
        day,
        sent_at=app.clock.now,
        reply_by=reply_by,
        override=_override(app, "request"),
        attachments=(form,),
    )
    return Letter(f"{case}-{agency}-request-{day}.eml", made)


def bounce(
    app: App, case: str, agency: str, day: date, missing: Sequence[str], opened: int, form: Attachment
) -> Letter:
    """The message that sends a return back as incomplete, with a fresh form."""
    made = message.bounce_message(
        app.configuration,
        case,
        agency,
        day,
        missing,
        opened,
        sent_at=app.clock.now,
        override=_override(app, "bounce"),
        attachments=(form,),
    )
    return Letter(f"{case}-{agency}-bounce-{day}.eml", made)


def prompt(app: App, case: str, agency: str, level: str, requested_on: date) -> Letter:
    """A prompt, or the escalation."""
    made = message.prompt_message(
        app.configuration, level, case, agency, requested_on, sent_at=app.clock.now, override=_override(app, level)
    )
    return Letter(f"{case}-{agency}-{level}-{requested_on}.eml", made)


def out(app: App, letters: Iterable[Letter]) -> None:
    """Put messages into the outbox. Raises: DiskFailed."""
    from cdr.mail import outbox

    sender = message.sender(app.configuration)
    for letter in letters:
        outbox.write(app.store.folder / "outbox", letter.name, message.to_eml(letter.message, sender))


def _override(app: App, name: str) -> str | None:
    raw = app.store.template(f"{name}.txt")
    return raw.decode("utf-8") if raw is not None else None
