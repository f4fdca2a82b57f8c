"""In which of its lists a case has anything, asked before what reads such a list is loaded: most cases have few of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ATTACHMENTS = "attachments"
CONTACTS = "contacts"
DEFERRALS = "deferrals"
DISCLOSURES = "disclosures"
FOLLOWING = "following"
GATES = "gates"
HANDOVERS = "handovers"
KEEPINGS = "keepings"
LETTERS = "letters"
LETTER_GATES = "letter_gates"
MILESTONES = "milestones"
NEXT = "next"
PROMPTS = "prompts"  # of the ledger
QUESTIONS = "questions"
SECOND_OPINIONS = "second_opinions"
TOLD = "told"
WISHES = "wishes"


def has_any(body: Mapping[str, Any], *lists: str) -> bool:
    """Whether anything stands in one of these lists of a case, or of a ledger."""
    return any(body.get(one) for one in lists)
