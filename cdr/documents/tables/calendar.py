"""The calendar as an iCalendar feed (RFC 5545): each event keeps its UID, counts its changes, and is cancelled when it goes.

What the feed said before is read from the feed itself, so that nothing has to be kept elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cdr.domain.process.calendar import OF_THE_AREA, Event
from cdr.errors import ConditionsNotMet
from cdr.records import dataclass, replace

PRODUCT = "-//cdr//Child death review dates//EN"
STORE = "X-CDR-STORE"
CONFIRMED, CANCELLED = "CONFIRMED", "CANCELLED"
KEPT_CANCELLED = timedelta(days=35)


@dataclass(frozen=True)
class Published:
    """One event as the feed has it; `changed` is when it last was made different, in UTC."""

    uid: str
    day: date
    summary: str
    detail: str
    status: str
    sequence: int
    changed: datetime


def feed(events: Iterable[Event], store: str, area: str, now: datetime, before: bytes | None) -> tuple[bytes, int]:
    """The feed, and how many of its events are cancelled; `before` is the feed that it replaces.

    The same events over the same feed at the same moment give the same bytes. A cancelled event stays for five weeks, so
    that every calendar that looks in sees it. Raises: ConditionsNotMet where `before` is something else, which then stands.
    """
    moment = now.astimezone(UTC).replace(microsecond=0)
    known = {one.uid: one for one in _read(before, store)} if before is not None else {}
    published = {one.uid: one for one in (_published(event, store, moment) for event in events)}
    now_there = [_following(one, known.get(one.uid)) for one in published.values()]
    gone = [
        _cancelled(one, moment) for uid, one in known.items() if uid not in published and not _is_over(one, now.date())
    ]
    kept = [one for one in gone if moment - one.changed <= KEPT_CANCELLED]
    return _written(sorted([*now_there, *kept], key=lambda one: one.uid), store, area, moment), len(kept)


def _published(event: Event, store: str, moment: datetime) -> Published:
    return Published(f"{event.key}@{store}.cdr.invalid", event.day, event.summary, event.detail, CONFIRMED, 0, moment)


def _following(one: Published, before: Published | None) -> Published:
    """The event after what the feed said of it: unchanged, or with the next number."""
    if before is None:
        return one
    same = replace(one, sequence=before.sequence, changed=before.changed)
    return same if same == before else replace(one, sequence=before.sequence + 1)


def _is_over(one: Published, today: date) -> bool:
    """Whether an event went because its day is past: whether the area's dates were kept is nowhere told."""
    return one.uid.startswith(OF_THE_AREA) and one.day < today


def _cancelled(one: Published, moment: datetime) -> Published:
    return one if one.status == CANCELLED else replace(one, status=CANCELLED, sequence=one.sequence + 1, changed=moment)


def _read(raw: bytes, store: str) -> list[Published]:
    """The events of an earlier feed of this store. Raises: ConditionsNotMet where it is anything else."""
    from icalendar import Calendar

    try:
        calendar = Calendar.from_ical(raw)
        ours = str(calendar["PRODID"]) == PRODUCT and str(calendar[STORE]) == store
        events = [_event(component) for component in calendar.walk("VEVENT")] if ours else None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        events = None
    if events is None:
        raise ConditionsNotMet(
            "The file there is no calendar that cdr made from this store; it stands as it was.",
            [],
            "Give another file with -o, or move that one away.",
        )
    return events


def _event(component: Any) -> Published:
    return Published(
        str(component["UID"]),
        component.decoded("DTSTART"),
        str(component["SUMMARY"]),
        str(component["DESCRIPTION"]),
        str(component["STATUS"]),
        int(component["SEQUENCE"]),
        component.decoded("LAST-MODIFIED"),
    )


def _written(events: Iterable[Published], store: str, area: str, moment: datetime) -> bytes:
    from icalendar import Calendar

    calendar = Calendar()
    head: Mapping[str, str] = {
        "prodid": PRODUCT,
        "version": "2.0",
        "calscale": "GREGORIAN",
        "method": "PUBLISH",
        "x-wr-calname": f"Child death review: {area}",
        STORE: store,
    }
    for name, value in head.items():
        calendar.add(name, value)
    for one in events:
        calendar.add_component(_component(one, moment))
    raw: bytes = calendar.to_ical()
    return raw


def _component(one: Published, moment: datetime) -> Any:
    from icalendar import Event as Component

    component = Component()
    values: Mapping[str, Any] = {
        "uid": one.uid,
        "dtstamp": moment,
        "dtstart": one.day,
        "summary": one.summary,
        "description": one.detail,
        "status": one.status,
        "sequence": one.sequence,
        "last-modified": one.changed,
        "class": "CONFIDENTIAL",
        "transp": "TRANSPARENT",
    }
    for name, value in values.items():
        component.add(name, value)
    if one.day < date.max:  # a whole day without an end is that day alone (RFC 5545, 3.6.1)
        component.add("dtend", one.day + timedelta(days=1))
    return component
