"""What a team plans with, as text for a meeting and as JSON."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from cdr.statistics.planning import HOURS_TOGETHER, WEEKDAYS, NextYear, Planning, Touches

NOTICE = "For the child death review team. It shows small numbers as they are. Not for publication."
HOW_NOT_SAID = "how is not said"
BAR = "#"


def as_json(found: Planning, as_of: date) -> dict[str, Any]:
    """The object `cdr-planning/1`."""
    return {
        "schema": "cdr-planning/1",
        "as_of": as_of.isoformat(),
        "years": list(found.years),
        "elsewhere": found.elsewhere,
        "responses": {
            "n": found.responses.n,
            "by_weekday": [
                {"weekday": day, "n": n} for day, n in zip(WEEKDAYS, found.responses.by_weekday, strict=True)
            ],
            "by_hours": [
                {"from": HOURS_TOGETHER * i, "below": HOURS_TOGETHER * (i + 1), "n": n}
                for i, n in enumerate(found.responses.by_hours)
            ],
            "day_not_known": found.responses.day_not_known,
            "hour_not_known": found.responses.hour_not_known,
            "not_known": found.responses.not_known,
        },
        "contacts": {
            "families": len(found.touches.contacts),
            "without": found.touches.without,
            "median": found.touches.median,
            "least": min(found.touches.contacts, default=None),
            "most": max(found.touches.contacts, default=None),
            "by_how": [{"how": how or None, "n": n} for how, n in found.touches.by_how.items()],
        },
        "months": [vars(one) for one in found.months],
        "next_year": _next_json(found.next_year),
    }


def _next_json(one: NextYear | None) -> dict[str, Any] | None:
    if one is None:
        return None
    counted = [{"year": year, "n": n} for year, n in zip(one.years, one.counted, strict=True)]
    return {"year": one.year, "counted": counted, "least": one.least, "most": one.most, "unsteady": one.unsteady}


def text(found: Planning, area: str) -> str:
    """All of it as plain text, which is Markdown too."""
    years = found.years[0] if len(found.years) == 1 else f"{found.years[0]} to {found.years[-1]}"
    parts = [
        [f"# {area}: planning, {years}", "", NOTICE, *_elsewhere(found.elsewhere)],
        ["## Joint agency responses", "", *_responses(found)],
        ["## Contacts with families", "", *_touches(found.touches)],
        [f"## Open work, {found.years[-1]}", "", *_months(found)],
        ["## Next year", "", *_next(found.next_year)],
    ]
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _elsewhere(n: int) -> Iterator[str]:
    if n:
        whose = "1 is of a child" if n == 1 else f"{n} are of children"
        yield ""
        yield f"Of the cases notified in these years {whose} who lived in another area, or of whom no local authority is given."
        yield "Such cases are counted here, for they are work too. `cdr tally` counts them apart."


def _responses(found: Planning) -> Iterator[str]:
    told = found.responses
    yield f"Of the deaths notified in these years {told.n} had a joint agency response. They are counted by when the child died."
    if told.not_known:
        yield f"Of {told.not_known} more nobody said whether they had one."
    if not told.n:
        return
    hours = [f"{HOURS_TOGETHER * i:02}:00 to {HOURS_TOGETHER * (i + 1) - 1:02}:59" for i in range(len(told.by_hours))]
    for heads, numbers, unknown in (
        (WEEKDAYS, told.by_weekday, told.day_not_known),
        (hours, told.by_hours, told.hour_not_known),
    ):
        yield ""
        yield from _bars([*zip(heads, numbers, strict=True), ("Not known", unknown)])
    yield ""
    yield "Few responses make a pattern by chance: one more on a Sunday says little of Sundays."


def _bars(rows: list[tuple[str, int]]) -> Iterator[str]:
    yield from (f"    {head:14} {n:4}  {BAR * min(n, 60)}".rstrip() for head, n in rows)


def _touches(told: Touches) -> Iterator[str]:
    if told.contacts:
        least, most = told.contacts[0], told.contacts[-1]
        many = (
            f"from {least} to {most} a case, and the middle one has {told.median:g}"
            if len(told.contacts) > 1
            else least
        )
        yield f"The log of {_cases(len(told.contacts))} has contacts with the family: {many}."
        yield "By " + "; ".join(f"{how or HOW_NOT_SAID}: {n}" for how, n in told.by_how.items()) + "."
    if told.without:
        yield f"The log of {_cases(told.without)} has no contact with the family. That says nothing of how often somebody was in touch."
    yield "Two children of one family are two cases."


def _cases(n: int) -> str:
    return f"{n} {'case' if n == 1 else 'cases'}"


def _months(found: Planning) -> Iterator[str]:
    yield "At the end of each month, or today. Cases of a register are not counted as open."
    yield ""
    yield f"    {'Month':9} {'Notified':>9} {'Reviewed':>9} {'Open':>6} {'Returns awaited':>16}"
    for one in found.months:
        yield f"    {one.month:9} {one.notified:>9} {one.reviewed:>9} {one.open:>6} {one.awaited:>16}"


def _next(one: NextYear | None) -> Iterator[str]:
    if one is None:
        yield "Too few years are over to say how many deaths may be notified next year: three are needed after the first."
        return
    counted = ", ".join(f"{n} in {year}" for year, n in zip(one.years, one.counted, strict=True))
    yield f"Notified: {counted}."
    yield f"In {one.year} from {one.least} to {one.most} deaths may be notified, if the risk stays what it was: 95 of 100 such years lie in that range."
    if one.unsteady:
        yield "These years differ by more than chance would make, so something changed: the range is too narrow, and next year may lie outside it."
