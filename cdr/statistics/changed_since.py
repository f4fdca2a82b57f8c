"""What changed in a year since it was reported: columns of tables, their rows, and what was recorded since."""

from __future__ import annotations

from datetime import date

from cdr.records import dataclass


@dataclass(frozen=True)
class Act:
    """One change of the history: its day, the verb, and the case that it was about; empty where it was about several or none."""

    on: date
    verb: str
    case: str


@dataclass(frozen=True)
class Changed:
    """A row that was published and is another number now; `was` and `now` are counts."""

    row: str
    was: int
    now: int


@dataclass(frozen=True)
class Revision:
    """A column of a table that changed since a release; `causes` are what was recorded since then of its cases."""

    table: str
    column: str
    release: int | None
    reported_on: date
    rows: tuple[Changed, ...]
    causes: tuple[Act, ...] = ()
