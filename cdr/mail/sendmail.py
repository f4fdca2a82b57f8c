"""Sending through a program of this machine, such as sendmail or msmtp."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from typing import Any

from cdr import programs
from cdr.errors import WrongConfiguration
from cdr.mail import program
from cdr.mail.transport import LATER, REFUSED, TAKEN, UNCERTAIN, Delivery, Envelope

USUAL = "/usr/sbin/sendmail -t -i"
TEMPORARY = 75
FROM_HEADERS = "-t"
CANNOT_RUN = "the mail program of cdr.yaml cannot be run"


class Sendmail:
    """Hands each message to a program on its standard input; exit code 75 means: try again."""

    def __init__(self, command: str, seconds: float) -> None:
        self.words = program.words(command or USUAL)
        self.seconds = seconds
        self._given_up = ""

    def deliver(self, envelope: Envelope) -> Delivery:
        """Hand over one message; with `-t` the program takes the addresses from the message itself.

        After the program did not end once, every later message waits without asking it again.
        """
        if self._given_up:
            return Delivery(LATER, why=self._given_up)
        addresses = [] if FROM_HEADERS in self.words else ["--", *envelope.to]
        command = [*self.words, "-f", envelope.sender, *addresses]
        try:
            ended = programs.run(command, envelope.data, seconds=self.seconds)
        except programs.OverTime:
            self._given_up = f"the mail program did not end within {self.seconds:g} seconds"
            return Delivery(UNCERTAIN, why=self._given_up)
        except OSError:
            return Delivery(LATER, why=CANNOT_RUN)
        return _came_of(ended, envelope)

    def close(self) -> None:
        """Nothing stays open."""

    def test(self) -> str:
        """What works, without sending. Raises: WrongConfiguration."""
        if shutil.which(self.words[0]) is None:
            raise WrongConfiguration(
                "The mail program of cdr.yaml is not on this machine.", "Install it, or correct mail.sendmail."
            )
        return f"Messages go to {self.words[0]}."


def configured(mail: Mapping[str, Any], seconds: float) -> Sendmail:
    """The program that the `mail` of a cdr.yaml names. Raises: WrongConfiguration."""
    return Sendmail(str(mail.get("sendmail", "")), seconds)


def _came_of(ended: programs.Ended, envelope: Envelope) -> Delivery:
    code = ended.code
    if code == 0:
        return Delivery(TAKEN)
    if ended.signal:
        return Delivery(UNCERTAIN, why="the mail program was stopped")
    if code in programs.NOT_THERE:
        return Delivery(LATER, why=CANNOT_RUN)
    if code == TEMPORARY:
        return Delivery(LATER, why="the mail program asks to try again later")
    return Delivery(REFUSED, envelope.to, f"the mail program ended with {code}")
