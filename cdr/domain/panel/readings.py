"""Two members read a case by themselves before it is talked about: each gives a category and whether factors could be changed, sealed.

Body (of a meeting): `readings: [{case, who, on, category, modifiability, reason?, opened_on?}]`. Neither is shown before both are
there, and none is changed once it is sealed. Two readings by hand tell how steady the panel's decisions are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from cdr.domain.panel.meeting import Meeting, refuse_without
from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.validation import at, date_at, items_at, text_at
from cdr.errors import ConditionsNotMet, NotFound
from cdr.records import dataclass

READERS = 2

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Reading:
    """What one member made of a case; `opened_on` is None while it is sealed."""

    case: str
    who: str
    on: date
    category: int
    modifiability: str
    reason: str = ""
    opened_on: date | None = None


def readings_of(body: Body) -> tuple[Reading, ...]:
    """The readings of a meeting, in the order in which they were sealed."""
    return tuple(_reading(item, day) for _, item in items_at(body, "readings") if (day := date_at(item, "on")))


def _reading(item: Body, on: date) -> Reading:
    category = at(item, "category")
    return Reading(
        text_at(item, "case"),
        text_at(item, "who"),
        on,
        category if isinstance(category, int) else 0,
        text_at(item, "modifiability"),
        text_at(item, "reason"),
        date_at(item, "opened_on"),
    )


def refuse_reader(body: Body, meeting: Meeting, case: str, who: str, configuration: Configuration) -> None:
    """Stop where somebody cannot seal a reading of a case. Raises: NotFound, ConditionsNotMet."""
    refuse_without(meeting, case)
    if who not in {member.id for member in configuration.members}:
        raise NotFound(
            "A reading is one person's, and cdr.yaml has no member of the panel of that id.",
            f"Members: {', '.join(member.id for member in configuration.members) or 'none yet (panel: members in cdr.yaml)'}.",
        )
    there = [one for one in readings_of(body) if one.case == case]
    unmet = []
    if (case, who) in meeting.conflicts:
        unmet.append(f"{who} leaves for this case.")
    if who in {one.who for one in there}:
        unmet.append(f"{who} has sealed a reading of it already, and it stays as it is.")
    elif len(there) >= READERS:
        unmet.append(f"{' and '.join(one.who for one in there)} have read it already.")
    if unmet:
        raise ConditionsNotMet("The reading cannot be sealed; nothing was recorded.", unmet)


def refuse_read(body: Body, case: str) -> None:
    """Stop where a case would leave a meeting for which members have read it. Raises: ConditionsNotMet."""
    if any(one.case == case for one in readings_of(body)):
        raise ConditionsNotMet(
            "The case stays on this agenda; nothing was recorded.",
            ["Members have sealed their reading of it, and a reading belongs to its meeting."],
        )


def sealed(body: Body, case: str, who: str, reading: Body, on: date) -> dict[str, Any]:
    """The meeting with one more reading, which is not shown yet."""
    said = {key: reading[key] for key in ("category", "modifiability", "reason") if key in reading}
    listed = [dict(item) for _, item in items_at(body, "readings")]
    return {**body, "readings": [*listed, {"case": case, "who": who, "on": on.isoformat(), **said}]}


def withdrawn(body: Body, case: str, who: str) -> dict[str, Any]:
    """The meeting without the sealed reading of somebody who leaves for the case; one that was opened stays, because it was read."""
    listed = [dict(item) for _, item in items_at(body, "readings")]
    kept = [item for item in listed if (item["case"], item["who"]) != (case, who) or "opened_on" in item]
    return {**body, "readings": kept} if len(kept) < len(listed) else dict(body)


def opened(body: Body, case: str, on: date) -> dict[str, Any]:
    """The meeting with both readings of a case opened; once they are, it stays as it is. Raises: ConditionsNotMet before both are there."""
    there = [one for one in readings_of(body) if one.case == case]
    if len(there) < READERS:
        who = f"Only {there[0].who} has sealed one." if there else "Nobody has sealed one yet."
        hint = f"The other gives theirs first: cdr reading seal {body['id']} {case} WHO --from FILE"
        raise ConditionsNotMet("Two readings are opened together; none was.", [who], hint)
    listed = [dict(item) for _, item in items_at(body, "readings")]
    return {**body, "readings": [_open(item, on) if item["case"] == case else item for item in listed]}


def _open(item: dict[str, Any], on: date) -> dict[str, Any]:
    return {"opened_on": on.isoformat(), **item}


def pairs(readings: Iterable[Reading]) -> list[tuple[Reading, Reading]]:
    """The two readings of each case that was read by two and opened."""
    of_case: dict[str, list[Reading]] = {}
    for one in readings:
        if one.opened_on:
            of_case.setdefault(one.case, []).append(one)
    return [(both[0], both[1]) for both in of_case.values() if len(both) == READERS]
