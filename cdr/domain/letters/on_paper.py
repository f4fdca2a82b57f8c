"""What every letter to a colleague or an organisation says beside its own words: who writes, when, to whom, in whose name."""

from __future__ import annotations

import datetime

from cdr.domain.letters.letters import Contact, Recipient
from cdr.records import dataclass


@dataclass(frozen=True)
class OnPaper:
    """The sender, the day, the recipient and the hand of a letter to somebody who is none of the family."""

    organisation: str
    organisation_address: tuple[str, ...]
    on: datetime.date
    date: str
    recipient: Recipient
    salutation: str
    area: str
    to: str
    manager: Contact
    signer: Contact
    draft: bool
