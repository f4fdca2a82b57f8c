"""The timeline on paper: the life as a drawn line, the last days and hours enlarged, then every event in a table."""

from __future__ import annotations

from datetime import date
from typing import Any

from cdr import resources
from cdr.documents.pdf import make_pdf
from cdr.documents.printed import Printed
from cdr.documents.safe import visible
from cdr.documents.timeline import timeline_rows as shown
from cdr.documents.timeline.timeline_marks import marks
from cdr.domain.timeline.timeline import Timeline
from cdr.records import dataclass

FIXED_DATE = date(2000, 1, 1)  # in the file's properties only, so that one timeline always makes the same bytes
EDGE = 0.07  # of the line's length, on each side, for what was before the birth and after the death
LAST_DAYS = 28
LONG_LIFE = 90
CHANGE_AT = 60  # the clocks change at 01:00 of universal time
MINUTES_IN_A_DAY = 1440
AFTER_DEATH_MINUTES = 180
TICKS = ((21, 1, "day"), (120, 7, "week"), (760, shown.DAYS_IN_A_MONTH, "month"), (99999, shown.DAYS_IN_A_YEAR, "year"))
MOST_TICKS = 13


@dataclass(frozen=True)
class _Axis:
    """One drawn line: its title, its lanes, where its numbers, ticks, bounds and gaps stand (0 to 1), and the same in words."""

    title: str
    lanes: list[str]
    points: list[dict[str, Any]]
    ticks: list[dict[str, Any]]
    gaps: list[dict[str, Any]]
    bounds: list[dict[str, Any]]
    alt: str


def pdf(timeline: Timeline, made_on: date | None = None) -> Printed:
    """The timeline as PDF/UA-1, A4 landscape. Raises: ConditionsNotMet where its text cannot be set."""
    return make_pdf(layout(), page_data(timeline), made_on or FIXED_DATE)


def layout() -> bytes:
    """The layout that the data is set in."""
    return resources.read_bytes("templates", "timeline", "timeline.typ")


def page_data(timeline: Timeline) -> dict[str, Any]:
    """What the layout asks for: words and places from 0 to 1, nothing to compute."""
    return {
        "title": shown.heading(timeline),
        "purpose": shown.PURPOSE,
        "note": shown.ANONYMISED if timeline.anonymised else shown.IDENTIFIED,
        "axes": [vars(axis) for axis in axes(timeline)],
        "conflicts": [visible(line) for line in shown.findings(timeline)],
        "gaps": shown.gap_findings(timeline),
        "missed": shown.missed_findings(timeline),
        "rows": [_row(row) for row in shown.rows(timeline)],
    }


def axes(timeline: Timeline) -> list[_Axis]:
    """The whole life, the last four weeks of a longer life where more than the death is told of them, and the day of death by the hour."""
    found = [_life(timeline)] if timeline.born < 0 else []
    in_last = [entry for entry in timeline.entries if -LAST_DAYS <= entry.day < 0]
    if timeline.born < -LONG_LIFE and in_last:
        found.append(_last_days(timeline))
    on_the_day = [entry for entry in timeline.entries if entry.day == 0 and entry.time]
    return [*found, _day(timeline)] if len(on_the_day) > 1 else found


def _life(timeline: Timeline) -> _Axis:
    born = timeline.born
    first = min(entry.day for entry in timeline.entries)
    last = max(entry.day for entry in timeline.entries)
    left, right = (EDGE if first < born else 0.0), (1 - EDGE if last > 0 else 1.0)

    def place(day: int) -> float:
        if day < born:
            return left * 0.85 * (day - first) / (born - first)
        if day > 0:
            return right + (1 - right) * (0.4 + 0.6 * day / last)
        return left + (right - left) * (day - born) / -born

    bounds = [{"at": left, "label": "Birth", "line": True}, {"at": right, "label": "Death", "line": True}]
    gaps = [{"from": place(gap.start), "to": place(gap.end), "label": shown.length(gap.days)} for gap in timeline.gaps]
    ticks = [{"at": place(born + days), "label": words} for days, words in _ages(-born)]
    edges = [{"at": left * 0.42, "label": "Before", "line": False}] if left else []
    edges += [{"at": right + (1 - right) * 0.58, "label": "After", "line": False}] if right < 1 else []
    lanes, points = marks(timeline, [(index, place(entry.day)) for index, entry in enumerate(timeline.entries)])
    alt = f"The life as a line of {shown.length(-born)}, with {_counted(len(lanes), 'lane')} of numbered events and {_counted(len(gaps), 'gap')}."
    return _Axis("The whole life, by age", lanes, points, ticks, gaps, [*bounds, *edges], alt)


def _last_days(timeline: Timeline) -> _Axis:
    inside = [
        (index, (entry.day + LAST_DAYS) / (LAST_DAYS + 1))
        for index, entry in enumerate(timeline.entries)
        if -LAST_DAYS <= entry.day <= 0
    ]
    ticks = [{"at": (day + LAST_DAYS) / (LAST_DAYS + 1), "label": _days_before(day)} for day in range(-LAST_DAYS, 0, 7)]
    bounds = [{"at": LAST_DAYS / (LAST_DAYS + 1), "label": "Death", "line": True}]
    alt = "The last four weeks by day, with their numbered events."
    return _Axis("The last four weeks", *marks(timeline, inside), ticks, [], bounds, alt)


def _day(timeline: Timeline) -> _Axis:
    timed = [(n, one.minute) for n, one in enumerate(timeline.entries) if one.day == 0 and one.minute is not None]
    died, whole_day = timeline.died_minute, MINUTES_IN_A_DAY + timeline.put_back
    latest = whole_day if died is None else died + AFTER_DEATH_MINUTES
    timed = [(index, minute) for index, minute in timed if minute <= latest]
    start = 60 * (min(minute for _, minute in timed) // 60)
    end = min(whole_day, 60 * (max(minute for _, minute in timed) // 60 + 1))
    step = next(hours for hours in (0.25, 0.5, 1, 2, 3, 4) if (end - start) / 60 / hours <= MOST_TICKS)
    ticks = [
        {"at": minute * 60 * step / (end - start), "label": _clock(start + int(minute * 60 * step), timeline)}
        for minute in range(int((end - start) / 60 / step) + 1)
    ]
    places = [(index, (minute - start) / (end - start)) for index, minute in timed]
    born = timeline.born_minute if timeline.born == 0 else None
    marked = ((born, "Birth"), (died, "Death"))
    bounds = [
        {"at": (minute - start) / (end - start), "label": label, "line": True}
        for minute, label in marked
        if minute is not None
    ]
    alt = f"The day of death from {_clock(start, timeline)} to {_clock(end, timeline)}, with its numbered events."
    return _Axis("The day of death, by the hour", *marks(timeline, places), ticks, [], bounds, alt)


def _ages(life: int) -> list[tuple[int, str]]:
    """Days from the birth at which the line is marked, with the age there; not too near to the death's own mark."""
    size, unit = next((size, unit) for longest, size, unit in TICKS if life <= longest)
    units = int(life / size)
    step = max(1, -(-units // MOST_TICKS))
    counts = [(round(count * size), count) for count in range(step, units + 1, step)]
    return [(days, f"{count} {unit if count == 1 else unit + 's'}") for days, count in counts if days <= life * 0.96]


def _row(row: shown.Row) -> dict[str, Any]:
    if row.entry is None:
        return {"gap": shown.gap_words(row.gap) if row.gap else ""}
    entry = row.entry
    return {
        "number": str(row.number),
        "conflicts": [str(number) for number in row.conflicts],
        "when": visible(shown.when(entry)),
        "age": entry.age,
        "event": visible(entry.event),
        "asides": shown.asides(row),
        "source": visible(entry.source_words),
    }


def _clock(minutes: int, timeline: Timeline) -> str:
    """What clocks on the wall show when so many minutes of the day of death had passed; some days have 23 hours, and some 25."""
    changed = timeline.put_back and minutes >= CHANGE_AT + max(timeline.put_back, 0)
    shown = minutes - timeline.put_back if changed else minutes
    return f"{shown // 60:02d}:{shown % 60:02d}"


def _days_before(day: int) -> str:
    return f"{shown.span_of_days(-day)} before"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"
