"""The only module that speaks SMTP: always encrypted, the server's certificate always checked, never in the open instead."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from cdr import programs
from cdr.errors import TryAgain, WrongConfiguration
from cdr.mail import program
from cdr.mail.transport import LATER, REFUSED, TAKEN, UNCERTAIN, Delivery, Envelope
from cdr.records import dataclass

STARTTLS, TLS = "starttls", "tls"
PORTS = {STARTTLS: 587, TLS: 465}
NO_LOGIN = "The mail server's password could not be had."
BY_HAND = "Run mail.password_command of cdr.yaml by hand; it prints the password."
HINT = "Look at mail in cdr.yaml; nothing was sent in the open instead."


@dataclass(frozen=True)
class Server:
    """A mail server as cdr.yaml names it; `seconds` is how long it may be silent."""

    host: str
    port: int
    security: str
    user: str
    password_command: str
    ca_file: str
    name: str
    seconds: float


class Smtp:
    """One connection, made when the first message goes and made anew once after it broke."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._connection: smtplib.SMTP | None = None
        self._given_up = ""

    def deliver(self, envelope: Envelope) -> Delivery:
        """Hand over one message; after the server failed as a whole, every later one waits without asking it again."""
        if self._given_up:
            return Delivery(LATER, why=self._given_up)
        try:
            return self._handed_over(self._connected(), envelope)
        except (TryAgain, WrongConfiguration) as error:
            self._given_up = error.message.rstrip(".")  # it stands within a sentence
        except (smtplib.SMTPException, OSError) as error:
            silent = f"the mail server was silent for {self.server.seconds:g} seconds"
            self._given_up = silent if _timed_out(error) else "the mail server broke off"
        self.close()
        return Delivery(LATER, why=self._given_up)

    def close(self) -> None:
        """End the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                connection.quit()
            connection.close()

    def test(self) -> str:
        """What works: connection, certificate and login, without sending. Raises: TryAgain, WrongConfiguration."""
        try:
            self._connected().noop()
        except (smtplib.SMTPException, OSError):
            raise TryAgain("The mail server broke off.", HINT) from None
        finally:
            self.close()
        login = f", logged in as {self.server.user}" if self.server.user else ""
        return f"{self.server.host} answers, its certificate is right{login}."

    # ---- connecting --------------------------------------------------------------------------------------------

    def _connected(self) -> smtplib.SMTP:
        if self._connection is None:
            connection = self._secured()
            self._connection = connection
            self._log_in(connection)
        return self._connection

    def _secured(self) -> smtplib.SMTP:
        """A connection that is encrypted to a server whose certificate is right. Raises: TryAgain, WrongConfiguration."""
        server, context = self.server, self._context()
        where = f"The mail server {server.host}"
        try:
            if server.security == TLS:
                return smtplib.SMTP_SSL(server.host, server.port, server.name, timeout=server.seconds, context=context)
            connection = smtplib.SMTP(server.host, server.port, server.name, timeout=server.seconds)
            try:
                connection.starttls(context=context)
                connection.ehlo_or_helo_if_needed()
            except BaseException:
                connection.close()
                raise
            return connection
        except ssl.SSLCertVerificationError:
            raise TryAgain(f"{where} has no certificate that can be trusted here.", HINT) from None
        except smtplib.SMTPNotSupportedError:
            raise TryAgain(f"{where} offers no encryption (STARTTLS).", HINT) from None
        except (smtplib.SMTPException, OSError) as error:
            silent = f"was silent for {server.seconds:g} seconds"
            raise TryAgain(f"{where} {silent if _timed_out(error) else 'cannot be reached'}.", HINT) from None

    def _context(self) -> ssl.SSLContext:
        try:
            context = ssl.create_default_context(cafile=self.server.ca_file or None)
        except (OSError, ssl.SSLError):
            raise WrongConfiguration(
                "The certificates of cdr.yaml (mail.ca_file) cannot be read.", "Name a file of certificates in PEM."
            ) from None
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        return context

    def _log_in(self, connection: smtplib.SMTP) -> None:
        if not self.server.user:
            return
        try:
            ended = programs.run(program.words(self.server.password_command), seconds=self.server.seconds)
        except (programs.OverTime, OSError):
            raise TryAgain(NO_LOGIN, BY_HAND) from None
        password = ended.out.decode("utf-8", "replace").split("\n")[0].rstrip("\r")
        if ended.code or not password:
            raise TryAgain(NO_LOGIN, BY_HAND)
        try:
            connection.login(self.server.user, password)
        except smtplib.SMTPNotSupportedError:
            raise TryAgain("The mail server takes no login.", "Leave out mail.user, or ask who runs it.") from None
        except (smtplib.SMTPException, UnicodeEncodeError):  # some servers hang up instead of saying no
            raise TryAgain("The mail server did not accept the user or the password.", HINT) from None

    # ---- one message -------------------------------------------------------------------------------------------

    def _handed_over(self, connection: smtplib.SMTP, envelope: Envelope) -> Delivery:
        connection.rset()
        if connection.mail(envelope.sender)[0] != 250:
            return Delivery(LATER, why="the mail server does not accept the address that mail comes from")
        answers = {address: connection.rcpt(address)[0] for address in envelope.to}
        taken = [address for address, code in answers.items() if code in (250, 251)]
        temporary = [address for address, code in answers.items() if 400 <= code < 500]
        refused = tuple(address for address in answers if address not in (*taken, *temporary))
        if temporary and not (taken and envelope.is_last_try):
            return Delivery(LATER, why="the mail server asks to try again later")
        if not taken:
            return Delivery(REFUSED, refused, "the mail server does not take mail for this address")
        return self._content(connection, envelope, (*refused, *temporary))

    def _content(self, connection: smtplib.SMTP, envelope: Envelope, refused: tuple[str, ...]) -> Delivery:
        """From here on a connection that breaks leaves nobody knowing whether the message arrived."""
        try:
            code, _ = connection.data(envelope.data)
        except smtplib.SMTPDataError as error:  # it did not want the content before it was sent
            code = error.smtp_code
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            if _timed_out(error):
                self._given_up = f"the mail server was silent for {self.server.seconds:g} seconds"
            return Delivery(UNCERTAIN, why="the mail server broke off before it said whether it has the message")
        if code == 250:
            return Delivery(TAKEN, refused)
        if 400 <= code < 500:
            return Delivery(LATER, why="the mail server asks to try again later")
        return Delivery(REFUSED, envelope.to, "the mail server does not take this message")


def configured(mail: Mapping[str, Any], seconds: float) -> Smtp:
    """The server that the `mail` of a cdr.yaml names."""
    security = str(mail.get("security", STARTTLS))
    user, password_command, ca_file = (str(mail.get(key, "")) for key in ("user", "password_command", "ca_file"))
    server = Server(
        host=str(mail.get("host", "")),
        port=int(mail.get("port") or PORTS[security]),
        security=security,
        user=user,
        password_command=password_command,
        ca_file=ca_file,
        name=str(mail.get("from", "")).rpartition("@")[2],
        seconds=seconds,
    )
    return Smtp(server)


def _timed_out(error: Exception) -> bool:
    """Whether a server was silent for too long, also where smtplib tells it as a connection that was closed."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)
