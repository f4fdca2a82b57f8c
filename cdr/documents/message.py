"""Messages to agencies about a request, and to the people who can help when no answer comes.

A message carries the case reference, the form, dates, the agency's name and whom to ring. It is made from the ledger's
own facts and the store's configuration, and never sees what a form says: nothing of the child can be in it. The return
form that goes with it holds nothing of the child either, but for a part that only a pass-phrase opens.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any

from cdr.clock import LONDON
from cdr.documents.wording import SUBJECT, Block, blocks, fill_in
from cdr.documents.wording import wording as shipped
from cdr.domain.configuration import Agency, Configuration, Person
from cdr.domain.letter_gate import one_line
from cdr.domain.letters import in_words
from cdr.errors import WrongConfiguration

REQUEST, ESCALATION, BOUNCE = "request", "escalation", "bounce"
PROMPTS = ("prompt-1", "prompt-2", "prompt-3")
LEVELS = (REQUEST, *PROMPTS, ESCALATION)
FORM = "reporting form (Form B)"
WIDTH = 76
PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
ADDRESS = re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?=.{{1,253}}\Z){LABEL}(?:\.{LABEL})*")


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message; `type` is its content type, like `text/html`."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True)
class Message:
    """A message as it will be sent; `message_id` is the same whenever the same message is made, `date` has an offset."""

    to: tuple[str, ...]
    subject: str
    body: str
    message_id: str
    date: datetime
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """Which message about which request."""

    level: str
    case: str
    agency: Agency
    requested_on: date


def request_message(
    configuration: Configuration,
    case: str,
    agency: str,
    requested_on: date,
    *,
    sent_at: datetime | date,
    reply_by: date | None = None,
    override: str | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """The message that asks an agency (by its id) for its return; `override` is the area's own wording.

    Raises: NotFound for an unknown agency; WrongConfiguration for an address or a wording that cannot be used.
    """
    asked = _Asked(REQUEST, case, configuration.agency(agency), requested_on)
    made = _message(configuration, asked, [_agency(asked.agency)], sent_at, reply_by=reply_by, override=override)
    return replace(made, attachments=attachments)


def bounce_message(
    configuration: Configuration,
    case: str,
    agency: str,
    bounced_on: date,
    missing: Sequence[str],
    opened: int,
    *,
    sent_at: datetime | date,
    override: str | None = None,
    attachments: tuple[Attachment, ...] = (),
) -> Message:
    """The message that sends a return back as incomplete: the titles of the fields that every agency of its type is asked.

    `opened` is how many more fields the agency's own answers call for; they are only counted, because their titles would
    say what the answers were. Raises: as `request_message`.
    """
    asked = _Asked(BOUNCE, case, configuration.agency(agency), bounced_on)
    more = {"missing": [one_line(title) for title in missing], "opened": opened}
    made = _message(configuration, asked, [_agency(asked.agency)], sent_at, override=override, more=more)
    return replace(made, attachments=attachments)


def prompt_message(
    configuration: Configuration,
    level: str,
    case: str,
    agency: str,
    requested_on: date,
    *,
    sent_at: datetime | date,
    override: str | None = None,
) -> Message:
    """A prompt (`prompt-1` to `prompt-3`) to the agency, or the `escalation` to those who can help in its area.

    The third prompt names the duty to supply information (Children Act 2004, section 16N); the escalation goes to exactly
    the chair and the designated doctor of the area where the agency sits (protocol section 1). Raises: as `request_message`.
    """
    if level not in (*PROMPTS, ESCALATION):
        raise ValueError("no such level")
    asked = _Asked(level, case, configuration.agency(agency), requested_on)
    to = [_agency(asked.agency)]
    if level == ESCALATION:
        area = configuration.area_of(agency)
        to = [area.chair, area.designated_doctor]
    return _message(configuration, asked, to, sent_at, override=override)


def _agency(agency: Agency) -> Person:
    return Person(agency.name, email=agency.email)


def _message(
    configuration: Configuration,
    asked: _Asked,
    to: Sequence[Person],
    sent_at: datetime | date,
    *,
    reply_by: date | None = None,
    override: str | None = None,
    more: Mapping[str, Any] | None = None,
) -> Message:
    people = {person.email: person for person in to}  # one person may be both: one copy is enough
    addresses = tuple(checked_address(email) for email in people)
    fields = {
        "people": " and ".join(" ".join(person.name.split()) for person in people.values()),
        "reply_by": in_words(reply_by) if reply_by else "",
        **_fields(configuration, asked),
        **(more or {}),
    }
    subject, body = _filled(shipped(asked.level, override), fields, f"{asked.level}.txt")
    domain = sender(configuration).rpartition("@")[2]
    id_ = message_id(asked.case, asked.agency.id, asked.level, asked.requested_on, domain=domain)
    return Message(addresses, subject, body, id_, _moment(sent_at))


def _fields(configuration: Configuration, asked: _Asked) -> Mapping[str, Any]:
    return {
        "case": asked.case,
        "agency": one_line(asked.agency.name),
        "area": one_line(asked.agency.area),
        "form": FORM,
        "requested_on": in_words(asked.requested_on),
        "organisation": configuration.letterhead.organisation,
        "manager": configuration.people["manager"],
    }


def sender(configuration: Configuration) -> str:
    """The address from which the store writes. Raises: WrongConfiguration."""
    manager = configuration.people.get("manager")
    return checked_address(str(configuration.mail.get("from") or (manager.email if manager else "")))


def checked_address(text: str) -> str:
    """Exactly one plain mail address. Raises: WrongConfiguration."""
    if not ADDRESS.fullmatch(text):
        raise WrongConfiguration(
            "A mail address in cdr.yaml is missing or not right, so no message was made.",
            "Write one address each, like name@place.example, without a name, a space or a comma. See: cdr doctor",
        )
    return text


def message_id(case: str, agency: str, level: str, requested_on: date, *, domain: str) -> str:
    """The same for the same request and level, so that whoever gets a message twice can see that it is one."""
    parts = (case, agency, level)
    if not all(PLAIN.fullmatch(part) for part in parts):
        raise ValueError("a reference, an agency id or a level has a letter that no message id may have")
    return f"<{'.'.join(parts)}.{requested_on.isoformat()}@{domain}>"


def _moment(at: datetime | date) -> datetime:
    if isinstance(at, datetime):
        return at if at.tzinfo else at.replace(tzinfo=LONDON)
    return datetime.combine(at, time(12), tzinfo=LONDON)


def _filled(text: str, fields: Mapping[str, Any], file: str) -> tuple[str, str]:
    """A wording's subject and body. Raises: WrongConfiguration where its first line is no subject."""
    filled = fill_in(text, fields, file).lstrip("\n")
    first, _, rest = filled.partition("\n")
    if not first.startswith(SUBJECT) or not first.removeprefix(SUBJECT).strip():
        raise WrongConfiguration(f"{file} has no subject.", "Begin its first line with: Subject: ")
    return " ".join(first.removeprefix(SUBJECT).split()), _laid_out(blocks(rest)) + "\n"


def _laid_out(parts: Sequence[Block]) -> str:
    """The blocks with an empty line between them, but for the items of one list."""
    text = ""
    for before, block in zip((None, *parts), parts, strict=False):
        together = before is not None and before.kind == block.kind == "item"
        text += ("" if before is None else "\n" if together else "\n\n") + _wrapped(block)
    return text


def _wrapped(block: Block) -> str:
    first, rest = ("- ", "  ") if block.kind == "item" else ("", "")
    filler = textwrap.TextWrapper(
        WIDTH, initial_indent=first, subsequent_indent=rest, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(filler.fill(line) for line in block.lines)


def to_eml(message: Message, from_: str) -> bytes:
    """The message as a mail (RFC 5322), in ASCII and with CRLF; the same message gives the same bytes.

    Raises: WrongConfiguration for an address that is not one; ValueError for a line break in a header.
    """
    from email.message import EmailMessage
    from email.policy import SMTP

    # a folded Message-ID is lawful, and some mail systems still lose it
    mail = EmailMessage(policy=SMTP.clone(max_line_length=250) if message.subject.isascii() else SMTP)
    mail["From"] = checked_address(from_)
    mail["To"] = ", ".join(checked_address(address) for address in message.to)
    mail["Subject"] = message.subject
    mail["Date"] = message.date
    mail["Message-ID"] = message.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.body, charset="utf-8", cte="quoted-printable")
    for attachment in message.attachments:
        main, _, sub = attachment.type.partition("/")
        mail.add_attachment(attachment.data, maintype=main, subtype=sub, filename=attachment.name)
    if message.attachments:
        mail.set_boundary(_boundary(message))
    return mail.as_bytes()


def _boundary(message: Message) -> str:
    """What sets the parts of a mail apart: the same for the same message."""
    return "cdr-" + sha256(message.message_id.encode() + message.body.encode()).hexdigest()[:40]
