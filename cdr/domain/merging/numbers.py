"""The numbers of a case's files, changed where two people gave one number to two files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

REFERS = "attachment"


def moved(case: Mapping[str, Any], numbers: Mapping[int, int]) -> dict[str, Any]:
    """A case document in which files are called by other numbers: in its list of them, and wherever one is named."""
    found = {name: _moved(part, numbers) for name, part in case.items()}
    if isinstance(found.get("attachments"), list):
        found["attachments"] = [
            {**one, "number": numbers.get(one.get("number"), one.get("number"))} for one in found["attachments"]
        ]
    return found


def _moved(part: Any, numbers: Mapping[int, int]) -> Any:
    if isinstance(part, Mapping):
        return {
            name: numbers.get(inner, inner) if name == REFERS and isinstance(inner, int) else _moved(inner, numbers)
            for name, inner in part.items()
        }
    if isinstance(part, list):
        return [_moved(one, numbers) for one in part]
    return part
