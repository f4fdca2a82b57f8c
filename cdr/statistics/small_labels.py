"""The rows of what was found in reviews that stand on few children: to name one of them in words would tell what the tables hide."""

from __future__ import annotations

from cdr.statistics.tables import Row, Tally

FOUND = ("reviews.category", "reviews.contributory_factors", "reviews.modifiable_factors", "reviews.learning_themes")


def small_labels(tally: Tally, threshold: int) -> tuple[frozenset[str], frozenset[str]]:
    """The labels that stand on few children, and the others; `tally` holds the exact numbers.

    Few are one alone in the last year, or fewer than `threshold` in all of its years together.
    """
    rows = [row for table in tally.tables if table.id in FOUND for row in table.rows]
    few = frozenset(row.label for row in rows if _is_of_few(row, threshold))
    return few, frozenset(row.label for row in rows) - few


def _is_of_few(row: Row, threshold: int) -> bool:
    counts = [cell.n or 0 for cell in row.cells]
    return counts[-1] == 1 or 0 < sum(counts) < threshold
