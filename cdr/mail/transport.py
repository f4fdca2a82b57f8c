"""What every way of sending has in common: a message is handed over, and what came of it is told."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, Protocol

from cdr.records import dataclass

TAKEN = "taken"
LATER = "later"
REFUSED = "refused"
UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Envelope:
    """A finished mail, the address it comes from, and the addresses it is for.

    With `is_last_try`, an address that is only not taken just now counts as refused where another one is taken.
    """

    sender: str
    to: tuple[str, ...]
    data: bytes
    is_last_try: bool = False


@dataclass(frozen=True)
class Delivery:
    """What came of a message: `taken` (but for the `refused` addresses), `later` (try again), `refused` for good, `uncertain`.

    `why` is for a person, and quotes neither the server nor the message.
    """

    outcome: str
    refused: tuple[str, ...] = ()
    why: str = ""


class Transport(Protocol):
    """A way of sending; `deliver` never raises for what a server does."""

    def deliver(self, envelope: Envelope) -> Delivery:
        """Hand over one message."""

    def close(self) -> None:
        """End what was opened."""

    def test(self) -> str:
        """What works, in a sentence, without sending. Raises: TryAgain, WrongConfiguration."""


def configured(mail: Mapping[str, Any], seconds: float) -> Transport:
    """The way of sending that the `mail` of a cdr.yaml names: the module of its name in this room says by `configured` what it takes from there.

    `seconds` is how long it may be silent. Raises: WrongConfiguration.
    """
    made: Transport = import_module(f"{__package__}.{mail['transport']}").configured(mail, seconds)
    return made
