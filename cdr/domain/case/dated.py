"""What is asked of every case from its days alone: how long it is kept, what came and was done in which month, and how agencies answered.

Rotas and the year's plan, what may be destroyed, and answers of all years ask each case that was ever recorded for little: this, and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.domain.case.facts import Facts, Notification
from cdr.domain.case.kept import as_kept
from cdr.domain.case.voiding import is_void

Row = Mapping[str, Mapping[str, Any]]

OF_NOTIFICATION = ("notified_on", "died", "hour_died", "jar", "counted", "local_authority")
OF_CASE = ("status", "imported", "reviews", "closures", "reopenings", "contacts", "voidings", "keepings")
LEDGERS = ("requests", "prompts")


def kept_row(facts: Facts) -> dict[str, Any]:
    """A case at rest as the index keeps it for these questions, as JSON has it; what is empty is left out."""
    known = {name: as_kept(getattr(facts.notification, name)) for name in OF_NOTIFICATION}
    row = {
        "notification": {name: value for name, value in known.items() if value is not None},
        "case": {name: facts.case[name] for name in OF_CASE if facts.case.get(name)},
        **{name: body for name, body in (("requests", facts.requests), ("prompts", facts.prompts)) if body.get(name)},
    }
    return {name: kept for name, kept in row.items() if kept}


def of_kept_rows(rows: Mapping[str, Row], void: bool) -> dict[str, Facts]:
    """Those of the cases that count, or those that are void; of nothing else than `kept_row` keeps is anything known."""
    return {
        case: _facts(case, row)
        for case, row in rows.items()
        if is_void(row.get("case", {}), row.get("requests", {})) == void
    }


def _facts(case: str, row: Row) -> Facts:
    bodies: dict[str, Any] = {name: row[name] for name in ("case", *LEDGERS) if name in row}
    return Facts(case, **bodies, notification=Notification.from_dict(row.get("notification", {})))
