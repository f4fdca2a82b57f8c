"""Whether tables were made within other borders: of another area, or of this one before areas joined or one was split.

Such tables count other children. What was published within other borders is still held against what is published now, because it was
read; but a number that differs from it did not change.
"""

from __future__ import annotations

from collections.abc import Sequence

from cdr.domain.case.places import own_authority, same_place
from cdr.statistics.tables import PUBLIC, Tally

LISTING = "notifications.local_authority"  # a public edition of it lists every authority of its area
BY_AUTHORITY = (LISTING, "reviews.local_authority", "deaths.local_authority")


def are_other(tally: Tally, area: str, authorities: Sequence[str]) -> bool:
    """Whether a tally counts the children of other authorities than these; where it lists none, whether its area is called otherwise."""
    tables = [table for table in tally.tables if table.id in BY_AUTHORITY]
    if not tables:
        return same_place(tally.area) != same_place(area)
    strange = any(own_authority(row.label, authorities) is None for table in tables for row in table.rows)
    return strange or any(_lacks(tally, table.id, authorities) for table in tables)


def _lacks(tally: Tally, table_id: str, authorities: Sequence[str]) -> bool:
    """Whether a table that lists all authorities of its area does not list all of these."""
    listed = [row.label for row in tally.table(table_id).rows]
    lists_all = table_id == LISTING and tally.edition == PUBLIC
    return lists_all and any(own_authority(one, listed) is None for one in authorities)
