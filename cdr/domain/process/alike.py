"""Cases at rest of which a list says nothing but reference and day: they stand ready in its order, and all others are put between them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cdr.domain.case.standing import CLOSED
from cdr.domain.process.listing import Listed, in_order_of_days, is_only_closed
from cdr.records import dataclass

LENGTH = len("2026-0000 2026-01-09")
DAY = LENGTH - len("2026-01-09")


@dataclass(frozen=True)
class Alike:
    """Closed cases that wait for nothing, and of which the panel passed over nothing: a line of `text` has reference and day of each."""

    text: str

    stage = CLOSED


def kept_apart(found: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """The rows of the cases at rest (`listing.kept_row`) as JSON: those `alike` as one text, in the order of the days of notification, and the `others`."""
    lines = {case: f"{case} {row[0]}" for case, row in found.items() if is_only_closed(row)}
    alike = {case: line for case, line in lines.items() if len(line) == LENGTH}
    others = {case: row for case, row in found.items() if case not in alike}
    return {"alike": "\n".join(sorted(alike.values(), key=_by_day)), "others": others}


def in_order(rows: Iterable[Listed], alike: str) -> list[Listed | Alike]:
    """Both in the order of the days of notification, as `listing.chosen` puts them; the text of those that are alike is cut where another comes between."""
    found: list[Listed | Alike] = []
    after, count = 0, (len(alike) + 1) // (LENGTH + 1)
    for row in sorted(rows, key=in_order_of_days):
        line = f"{row.case} {row.notified_on}"
        until = bisect_left(
            range(count), _by_day(line), after, key=lambda place: _by_day(_lines(alike, place, place + 1))
        )
        found += [Alike(_lines(alike, after, until))] if until > after else []
        found.append(row)
        after = until
    return [*found, *([Alike(_lines(alike, after, count))] if count > after else [])]


def _lines(text: str, first: int, until: int) -> str:
    return text[first * (LENGTH + 1) : until * (LENGTH + 1) - 1]


def _by_day(line: str) -> tuple[str, str]:
    return line[DAY:], line[:DAY]
