"""A message as a mail (RFC 5322), by Python's own library; attachments are put into what it wrote.

That library takes a mail apart into lines and looks at each of them, and a return form as base64 has ten thousand.
"""

from __future__ import annotations

import binascii
import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cdr.documents.letters.message import Attachment, Message, checked_address

if TYPE_CHECKING:
    from email.message import EmailMessage

LINE = 76  # letters of base64 (RFC 2045)


def headers(message: Message, from_: str) -> dict[str, Any]:
    """What stands at the head of a message. Raises: WrongConfiguration for an address that is not one."""
    return {
        "From": checked_address(from_),
        "To": ", ".join(checked_address(address) for address in message.to),
        "Subject": message.subject,
        "Date": message.date,
        "Message-ID": message.message_id,
    }


def to_eml(message: Message, from_: str) -> bytes:
    """The message as a mail (RFC 5322), in ASCII and with CRLF; the same message gives the same bytes.

    Raises: WrongConfiguration for an address that is not one; ValueError for a line break in a header.
    """
    from email.message import EmailMessage
    from email.policy import SMTP

    # a folded Message-ID is lawful, and some mail systems still lose it
    mail = EmailMessage(policy=SMTP.clone(max_line_length=250) if message.subject.isascii() else SMTP)
    for name, value in headers(message, from_).items():
        mail[name] = value
    mail["Auto-Submitted"] = "auto-generated"
    return with_content(mail, message)


def with_content(mail: EmailMessage, message: Message, *, is_inside: bool = False) -> bytes:
    """A mail whose headers are there, with the message's text and its attachments; or (`is_inside`) the part of one that is encrypted."""
    mail.set_content(message.body, charset="utf-8", cte="quoted-printable")
    said = hashlib.sha256(message.message_id.encode() + message.body.encode()).hexdigest()[:40]
    if message.attachments:
        mail.make_mixed()
    for number, attachment in enumerate(message.attachments):
        mail.attach(_part(attachment, _place_of(number, said)))
    if message.attachments:
        mail.set_boundary(f"cdr-{said}")  # the same for the same message
    if is_inside:
        del mail["MIME-Version"]
        mail.set_param("protected-headers", "v1")
    return b"".join(_with_attachments(mail.as_bytes(), message, said))


def _place_of(number: int, said: str) -> str:
    """What stands in a mail for an attachment until that is put there: nothing else in it is so, for it says a digest of all else."""
    return f"attachment-{number}-{said}"


def _with_attachments(mail: bytes, message: Message, said: str) -> Iterator[bytes]:
    for number, attachment in enumerate(message.attachments):
        before, _, mail = mail.partition(_place_of(number, said).encode("ascii"))
        yield before
        letters = binascii.b2a_base64(attachment.data, newline=False)
        yield b"\r\n".join(letters[start : start + LINE] for start in range(0, len(letters), LINE))
    yield mail


def _part(attachment: Attachment, place: str) -> EmailMessage:
    from email.message import EmailMessage
    from email.policy import SMTP

    part = EmailMessage(policy=SMTP)
    kind, _, subtype = attachment.content_type.partition("/")
    letters = {"charset": "utf-8"} if kind == "text" else {}  # else a mail system takes it for ASCII and spoils it
    part.set_content(
        b"",
        maintype=kind,
        subtype=subtype,
        disposition="attachment",
        filename=attachment.name,
        params=letters,
    )
    part.set_payload(f"{place}\n")
    del part["MIME-Version"]
    return part
