"""Whether a case is open or closed, when it was opened, closed and opened again, and whether it came from a register of earlier years."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import date_at, items_at, text_at, words_at
from cdr.records import dataclass

OPEN, CLOSED, VOID = "open", "closed", "void"
RATIFIED = "ratified_cdop"  # the stage of an analysis with which the panel is done

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Imported:
    """When a case came from a register, and what that register calls it."""

    on: date | None
    old_reference: str


@dataclass(frozen=True)
class Closure:
    """One closing of a case: its day, and where something was left to do all the same, why, and what it was."""

    on: date | None
    reason: str = ""
    unmet: tuple[str, ...] = ()


def is_open(case: Body) -> bool:
    """Whether a case is open; one that is void is not."""
    return text_at(case, "status") == OPEN


def is_closed(case: Body) -> bool:
    """Whether a case is closed; one that is void is not."""
    return text_at(case, "status") == CLOSED


def opened_on(case: Body) -> date | None:
    """The day on which a case was opened first."""
    return date_at(case, "opened_on")


def closures_of(case: Body) -> list[Closure]:
    """Every closing of a case, in the order in which they were recorded."""
    return [_closure(item) for _, item in items_at(case, "closures")]


def opened_again_on(case: Body) -> list[date | None]:
    """The day of each time that a case was opened again."""
    return [date_at(item, "on") for _, item in items_at(case, "reopenings")]


def imported(case: Body) -> Imported | None:
    """From which register a case came; None where it was notified."""
    return (
        Imported(date_at(case, "imported.on"), text_at(case, "imported.old_reference")) if is_imported(case) else None
    )


def is_imported(case: Body) -> bool:
    """Whether a case came from a register of earlier years."""
    return bool(case.get("imported"))


def _closure(item: Body) -> Closure:
    return Closure(date_at(item, "on"), text_at(item, "override.reason"), tuple(words_at(item, "override.unmet")))
