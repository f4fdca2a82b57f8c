"""What was given to whoever has a right to it: `disclosures: [{on, to, by, authority, sha256, documents, left_out}]` of the case."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import items_at
from cdr.moments import day
from cdr.records import dataclass

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Disclosure:
    """One of them: when, to whom, by whom and on which authority, the digest of the file, what was in it, and what the case held and was not."""

    on: date
    to: str
    by: str
    authority: str
    sha256: str
    documents: tuple[str, ...]
    left_out: tuple[str, ...]


def disclosures_of(case: Body) -> list[Disclosure]:
    """Everything that was given, in the order in which it was."""
    return [
        Disclosure(
            day(one["on"]), one["to"], one["by"], one["authority"], one["sha256"],
            tuple(one["documents"]), tuple(one["left_out"]),
        )
        for _, one in items_at(case, "disclosures")
    ]  # fmt: skip


def with_disclosure(case: Body, given: Disclosure) -> dict[str, Any]:
    """The case with the fact that this was given."""
    item = {
        "on": given.on.isoformat(),
        "to": given.to,
        "by": given.by,
        "authority": given.authority,
        "sha256": given.sha256,
        "documents": list(given.documents),
        "left_out": list(given.left_out),
    }
    return {**case, "disclosures": [*case.get("disclosures", ()), item]}
