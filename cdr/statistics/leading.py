"""The five rows that a table counts most often, held against those of the period before: the same, new and gone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from cdr.statistics.tables import Table

FIRST = 5
RANKED = frozenset(
    {
        "reviews.contributory_factors",
        "reviews.modifiable_factors",
        "reviews.learning_themes",
        "reviews.contributory_groups",
        "reviews.modifiable_groups",
    }
)


def leading(table: Table, words: Mapping[str, Any]) -> list[str]:
    """The sentences on a table's first five; nothing is compared with a period that is not there, or not over."""
    if table.id not in RANKED:
        return []
    now = first(table, -1)
    if len(now) < 2:
        return []
    before = first(table, -2) if len(table.columns) > 1 and not set(table.columns[-2:]) & set(table.apart) else {}
    known = {"last": table.columns[-1], "before": table.columns[-2] if before else ""}
    rows = [_row(label, n, before, words, known) for label, n in now.items()]
    said = [words["top"].format(rows="; ".join(rows), **known)]
    gone = [label for label in before if label not in now]
    return said + ([words["gone"].format(rows="; ".join(gone))] if gone else [])


def first(table: Table, column: int) -> dict[str, int]:
    """The five rows that count most in a column, with all that count as many as the fifth."""
    counted = sorted(((row.cells[column].n or 0, row.label) for row in table.rows), key=lambda one: -one[0])
    least = max(counted[FIRST - 1][0], 1) if len(counted) >= FIRST else 1
    return {label: n for n, label in counted if n >= least}


def _row(label: str, n: int, before: Mapping[str, int], words: Mapping[str, Any], known: Mapping[str, str]) -> str:
    if not before:
        return str(words["top_alone"].format(row=label, n=n))
    state = words["states"]["same" if label in before else "new"].format(**known)
    return str(words["top_row"].format(row=label, n=n, state=state))
