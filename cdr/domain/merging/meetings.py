"""Two meetings of the panel that were made apart for one day, and so were given one id."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def are_one(meeting: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two records of one id are of one meeting that was typed twice: of the same type, and called the same.

    Where that is not sure they are two: one too many is closed as not held, and two that were made one are never told apart again.
    """
    return _called(meeting) == _called(other)


def _called(meeting: Mapping[str, Any]) -> tuple[str, str]:
    return str(meeting.get("type")), " ".join(str(meeting.get("title", "")).split()).casefold()
