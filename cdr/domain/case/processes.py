"""What is so of the other processes and of those who were told: the notification says how it began, the case what came after."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import informed, items_at, text_at
from cdr.records import dataclass

INQUEST, CRIMINAL = "inquest", "criminal"
CORONER_TOLD, NCMD_TOLD = "coroner_told", "ncmd_told"
NEVER_BEGUN = ("not_applicable", "not_started")  # named in a form, and not there

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Told:
    """Whether somebody was told, and on which day first; None where no day is known."""

    is_told: bool
    on: date | None


NOT_TOLD = Told(False, None)


def is_live(case: Body, types: Collection[str]) -> bool:
    """Whether a process of one of these types is open; the notification's list is how it stood on its day, the gates are how it stands."""
    from cdr.domain.case.gates import OPEN, gates_of

    return any(gate.type in types and gate.status == OPEN for gate in gates_of(case))


def coroner_knows(form_a: Body, case: Body) -> bool:
    """Whether the coroner was told or has a process of their own, over or not."""
    from cdr.domain.case.gates import gates_of
    from cdr.domain.case.milestones import milestones_of

    processes = {
        text_at(item, "type")
        for _, item in items_at(form_a, "other_investigations")
        if text_at(item, "status") not in NEVER_BEGUN
    }
    processes |= {gate.type for gate in gates_of(case)}
    told = informed(form_a, "coroner") or any(one.kind == CORONER_TOLD for one in milestones_of(case))
    return told or INQUEST in processes or text_at(form_a, "certification.post_mortem.type") == "coroner"


def national_database_told(first: Told, case: Body) -> Told:
    """Whether the national database was told: what the notification says, or a milestone of the case."""
    from cdr.domain.case.milestones import milestones_of

    done = [one.on for one in milestones_of(case) if one.kind == NCMD_TOLD]
    days = [*done, *([first.on] if first.on else [])]
    return Told(first.is_told or bool(done), min(days, default=None))
