"""A real mail server on this machine, with a certificate of a throw-away authority, that fails in the ways servers do."""

from __future__ import annotations

import asyncio
import email
import email.policy
import socket
import ssl
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

USER, PASSWORD = "cdr", "correct horse"


def certificates(folder: Path) -> Path:
    """A new authority (`ca.pem`, which is returned) and a certificate for localhost signed by it."""
    folder.mkdir(exist_ok=True)
    ca = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30"]
    _openssl(folder, *ca, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=throw-away")
    request = [
        "req",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-keyout",
        "key.pem",
        "-out",
        "req.pem",
    ]
    _openssl(folder, *request, "-subj", "/CN=localhost")
    (folder / "ext").write_text("subjectAltName=DNS:localhost\n")
    signed = ["x509", "-req", "-in", "req.pem", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "30"]
    _openssl(folder, *signed, "-extfile", "ext", "-out", "cert.pem")
    return folder / "ca.pem"


def _openssl(folder: Path, *words: str) -> None:
    subprocess.run(["openssl", *words], cwd=folder, capture_output=True, check=True)


@dataclass
class Mood:
    """How the server behaves: replies by address or for all, and what it does when the content has come."""

    recipients: dict[str, str] = field(default_factory=dict)
    sender: str = ""
    content: str = ""
    accept_then: str = ""  # "drop": takes the message and breaks off before it says so; "hang"; "slow"; "break": drops before it has it


@dataclass
class Server:
    """The server while it runs; `mails` are the messages it took, with their envelopes."""

    folder: Path
    implicit_tls: bool = False
    offer_tls: bool = True
    mood: Mood = field(default_factory=Mood)
    mails: list[tuple[tuple[str, ...], bytes]] = field(default_factory=list)
    sessions: int = 0
    port: int = 0

    def __enter__(self) -> Server:
        self.port = self.port or free_port()
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.folder / "cert.pem", self.folder / "key.pem")
        how: dict[str, Any] = {
            "auth_required": True,
            "authenticator": _authenticate,
            "auth_exclude_mechanism": ("CRAM-MD5",),
        }
        if self.implicit_tls:
            how |= {"ssl_context": context, "auth_require_tls": False}
        elif self.offer_tls:
            how |= {"tls_context": context, "require_starttls": True}
        else:
            how |= {"auth_require_tls": False}
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **how)
        self._controller.start()
        self._running = True
        return self

    def __exit__(self, *_: object) -> None:
        if self._running:
            self._running = False
            self._controller.stop()

    # ---- what aiosmtpd asks -------------------------------------------------------------------------------------

    async def handle_MAIL(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        self.sessions += 1
        envelope.mail_from = address
        return self.mood.sender or "250 OK"

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:  # noqa: N802
        answer = self.mood.recipients.get(address, self.mood.recipients.get("*", "250 OK"))
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        if self.mood.accept_then == "break":
            server.transport.abort()
            return "451 gone"
        if self.mood.content:
            return self.mood.content
        self.mails.append((tuple(envelope.rcpt_tos), envelope.original_content))
        if self.mood.accept_then == "drop":
            server.transport.abort()
        if self.mood.accept_then == "slow":
            await asyncio.sleep(1)
        if self.mood.accept_then == "hang":
            await asyncio.sleep(3600)
        return "250 OK"

    # ---- what came ----------------------------------------------------------------------------------------------

    @property
    def parsed(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for _, raw in self.mails]

    @property
    def ids(self) -> Counter[str]:
        return Counter(str(mail["Message-ID"]) for mail in self.parsed)


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
    return AuthResult(success=(data.login, data.password) == (USER.encode(), PASSWORD.encode()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
