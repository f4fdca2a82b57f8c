"""A message as OpenPGP mail (RFC 3156): what it says and its subject are inside, and outside stands who writes to whom.

It is encrypted by whoever holds the keys; here is only its form.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from cdr.documents.letters.mail import headers, with_content
from cdr.documents.letters.message import Message

if TYPE_CHECKING:
    from email.message import EmailMessage

NEUTRAL_SUBJECT = "..."


def inside(message: Message, from_: str) -> bytes:
    """The part that is to be signed and encrypted, with the true headers in it (protected headers).

    Raises: WrongConfiguration for an address that is not one.
    """
    from email.message import EmailMessage
    from email.policy import SMTP

    part = EmailMessage(policy=SMTP.clone(max_line_length=250) if message.subject.isascii() else SMTP)
    for name, value in headers(message, from_).items():
        part[name] = value
    return with_content(part, message, is_inside=True)


def outside(message: Message, from_: str, ciphertext: bytes) -> bytes:
    """The mail around an armoured OpenPGP message; its subject says nothing. Raises: as `inside`."""
    from email.message import EmailMessage
    from email.policy import SMTP

    mail = EmailMessage(policy=SMTP.clone(max_line_length=250))
    for name, value in headers(message, from_).items():
        mail[name] = NEUTRAL_SUBJECT if name == "Subject" else value
    mail["Auto-Submitted"] = "auto-generated"
    mail["MIME-Version"] = "1.0"
    mail.add_header("Content-Type", "multipart/encrypted", protocol="application/pgp-encrypted")
    mail.set_boundary("=_" + message.message_id.strip("<>").replace("@", "=")[:60])
    mail.set_payload([_version(), _content(ciphertext)])
    return mail.as_bytes()


def _version() -> EmailMessage:
    return _part("application/pgp-encrypted", "Version: 1\r\n")


def _content(ciphertext: bytes) -> EmailMessage:
    part = _part("application/octet-stream", ciphertext.decode("ascii").replace("\r\n", "\n").replace("\n", "\r\n"))
    part.set_param("name", "encrypted.asc")
    part.add_header("Content-Disposition", "inline", filename="encrypted.asc")
    return part


def _part(content_type: str, text: str) -> EmailMessage:
    from email.message import EmailMessage
    from email.policy import SMTP

    part = EmailMessage(policy=SMTP)
    part.add_header("Content-Type", content_type)
    part.set_payload(text)
    return part
