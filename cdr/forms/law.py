"""What the law says, in the words that every form, message and letter uses: one sentence each, from `rules/law.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from functools import cache

from cdr import moments, resources
from cdr.records import dataclass

NOT_CHECKED = "not checked"


@dataclass(frozen=True)
class Duty:
    """One sentence of the law: its words, where it stands, and when somebody read that; None where nobody has."""

    words: str
    source: str
    address: str
    checked_on: date | None

    @property
    def checked(self) -> str:
        """Whether it was checked, in a few words."""
        return f"read on {self.checked_on.isoformat()}" if self.checked_on else NOT_CHECKED

    @property
    def marked(self) -> str:
        """Its words, and in brackets that nobody has read where they stand, where that is so."""
        return self.words if self.checked_on else f"{self.words} ({NOT_CHECKED})"


@cache
def law() -> Mapping[str, Duty]:
    """Every sentence by its name."""
    body = json.loads(resources.read_bytes("rules", "law.json"))
    return {
        name: Duty(
            one["words"],
            one["source"],
            one["address"],
            moments.day(one["checked_on"]) if one["checked_on"] else None,
        )
        for name, one in body["sentences"].items()
    }


@cache
def sentences() -> Mapping[str, str]:
    """The words alone, by name: what a wording may use as `law.must_supply`."""
    return {name: duty.words for name, duty in law().items()}
