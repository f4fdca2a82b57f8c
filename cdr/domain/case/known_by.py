"""By what a case is found: who the child and the family are, and what else it is called; apart from all that is asked of a case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.case.duplicates import Identity
from cdr.domain.case.facts import Facts
from cdr.domain.case.kept import kept_day
from cdr.domain.case.people import Person
from cdr.records import dataclass


@dataclass(frozen=True)
class KnownBy:
    """Of one case: who the child is (None without a notification), the people that it names, and what an earlier register called it.

    `notified_on` and `stage` stand beside where somebody was found; `counted` is False for what is no child death.
    """

    identity: Identity | None
    kept_people: tuple[Mapping[str, Any], ...]
    old_reference: str
    is_imported: bool
    notified_on: date | None
    stage: str
    counted: bool

    @property
    def people(self) -> tuple[Person, ...]:
        """The child and the family."""
        return tuple(map(Person.from_dict, self.kept_people))

    @staticmethod
    def of(facts: Facts) -> KnownBy:
        """By what a case is found."""
        known = facts.notification
        return KnownBy(
            None if facts.kept_identity is None else Identity.from_dict(facts.kept_identity),
            facts.kept_people,
            facts.old_reference,
            facts.is_imported,
            known.notified_on,
            facts.stage,
            known.counted,
        )

    def to_dict(self) -> dict[str, Any]:
        """As JSON has it."""
        return {
            **vars(self),
            "identity": self.identity.to_dict() if self.identity else None,
            "kept_people": list(self.kept_people),
            "notified_on": self.notified_on.isoformat() if self.notified_on else None,
        }

    @staticmethod
    def from_dict(kept: Mapping[str, Any]) -> KnownBy:
        """What `to_dict` wrote."""
        identity, day = kept["identity"], kept["notified_on"]
        typed = {
            "identity": Identity.from_dict(identity) if identity else None,
            "kept_people": tuple(kept["kept_people"]),
            "notified_on": kept_day(day),
        }
        return KnownBy(**{**kept, **typed})
