"""Children of different cases who bear the same family name: by that alone is it looked for who may be named in another child's papers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Row = list[Any]  # the family name as an identity has it, and what the child may be called


def kept_row(child: Mapping[str, str]) -> Row | None:
    """What is kept of a child, as `Identity.to_dict` tells who that is; None where no family name is known."""
    if not child["family"]:
        return None
    return [child["family"], [f"{child['first']} {child['family']}", *filter(None, child["also"].split(","))]]


def called(rows: Mapping[str, Row], family: str, but: str) -> tuple[str, ...]:
    """What the children of other cases may be called who bear a family name."""
    return tuple(str(name) for case, row in rows.items() if case != but and row[0] == family for name in row[1])
