"""The events of a case as Form A and the returns tell them: when, what kind of event, which reports are of one event."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

from cdr import moments
from cdr.domain.timeline.family import FAMILY
from cdr.moments import Moment
from cdr.records import dataclass, field, replace
from cdr.sought import sought

FORM_A = "form-a"
BIRTH, DEATH, NOTIFICATION, CONTACT = "birth", "death", "notification", "contact"
AFTER_DEATH = "after_death"
FIRST, EARLY, LATE, LAST = 0, 1, 3, 4  # where an event without a time stands on its day; those with a time are at 2
TIMED = 2
MINUTES_IN_A_DAY = 1440
ANYWHERE, NOWHERE = "*", ""  # no name of a place is one of these
FOLLOWS_DEATH = (NOTIFICATION, "home_visit")

Rules = Mapping[str, Any]
Agencies = Mapping[str, tuple[str, str, str]]
_Place = tuple[str, int, str]


@dataclass(frozen=True)
class Event:
    """One report of one event: `at` as given, the moment that it means, the teller's id and the kind of event."""

    at: str
    moment: Moment
    text: str
    source: str
    kind: str

    @property
    def on(self) -> date:
        """Its day."""
        return self.moment.day

    @property
    def time(self) -> str | None:
        """Its time `HH:MM`, where there is one."""
        return self.moment.clock or None

    def minutes_from(self, other: Event) -> int | None:
        """The fewest minutes between two events; None where one of them has no time."""
        return self.moment.minutes_from(other.moment) if self.time and other.time else None


def events_of(
    form_a: Mapping[str, Any], returns: Sequence[Mapping[str, Any]], rules: Rules, place: Callable[[str, str], str]
) -> list[Event]:
    """Everything that Form A and the returns tell, in no order; `place` gives the words for a place's code and detail."""
    found = list(_from_form_a(form_a, place))
    for form_b in returns:
        source = str(form_b.get("agency", ""))
        own = [event for event in (_told(item, source, rules) for item in form_b.get("timeline") or []) if event]
        own += [event for event in _dated(form_b, source, rules) if not _told_already(event, own)]
        found += [*own, *_contacts(form_b, source, own)]
    return found


def in_order(events: Sequence[Event], rules: Rules) -> list[Event]:
    """By date, then by time, with the reports of one event next to each other.

    Without a time an event stands before those with a time on its day, birth first; a death without a time stands after what
    happened to the living child that day, and what follows a death (the notification, a joint visit) last.
    """
    ordered = sorted(events, key=_place_in_time)
    groups = {min(group): group for group in together(ordered, rules)}
    members = {index for group in groups.values() for index in group}
    result: list[Event] = []
    for index, event in enumerate(ordered):
        if index in groups:
            result += [ordered[member] for member in groups[index]]
        elif index not in members:
            result.append(event)
    return result


def together(events: Sequence[Event], rules: Rules) -> list[tuple[int, ...]]:
    """The indexes of reports of one event by different agencies: same kind, same day or near in time, no other hospital named."""
    kinds = kinds_by_id(rules)
    groups = _Groups()
    for index, event in enumerate(events):
        kind = kinds.get(event.kind)
        if kind is None or kind.get("together") is False:
            continue
        home = next(
            (
                group
                for group in groups.near(event, kind)
                if all(_same_event(events[other], event, kind) for other in group.members)
            ),
            None,
        )
        groups.put(index, event, kind, home)
    return [tuple(group.members) for group in groups.every if len(group.members) > 1]


@dataclass
class _Group:
    """Reports that may be of one event: the number of the group, the indexes of its events and their tellers."""

    number: int
    members: list[int] = field(default_factory=list)
    sources: set[str] = field(default_factory=set)


@dataclass
class _Groups:
    """Groups by the kind, day and place of their first event, so that an event is compared with those near to it and no others.

    `full` counts, for a teller, the first groups of a place that hold a report of that teller and so take no other one.
    """

    every: list[_Group] = field(default_factory=list)
    places: dict[_Place, list[_Group]] = field(default_factory=dict)
    full: Counter[tuple[_Place, str]] = field(default_factory=Counter)

    def near(self, event: Event, kind: Mapping[str, Any]) -> Iterator[_Group]:
        """The groups that the event may belong to, the oldest first."""
        reach = -(-kind["within_minutes"] // MINUTES_IN_A_DAY)
        named = _hospitals(event, kind)
        where = (*named, NOWHERE) if named else (ANYWHERE,)
        here = (
            (event.kind, event.on.toordinal() + days, place) for days in range(-reach, reach + 1) for place in where
        )
        open_to_it = [self._open(place, event.source) for place in here if place in self.places]
        if len(open_to_it) < 2:
            return open_to_it[0] if open_to_it else iter(())
        from heapq import merge

        return merge(*open_to_it, key=lambda group: group.number)

    def _open(self, place: _Place, source: str) -> Iterator[_Group]:
        groups, key = self.places[place], (place, source)
        while self.full[key] < len(groups) and source in groups[self.full[key]].sources:
            self.full[key] += 1
        return (groups[n] for n in range(self.full[key], len(groups)))

    def put(self, index: int, event: Event, kind: Mapping[str, Any], home: _Group | None) -> None:
        """Puts an event into its group, or into one of its own."""
        if home is None:
            home = _Group(len(self.every))
            self.every.append(home)
            for place in (*(_hospitals(event, kind) or (NOWHERE,)), ANYWHERE):
                self.places.setdefault((event.kind, event.on.toordinal(), place), []).append(home)
        home.members.append(index)
        home.sources.add(event.source)


def kinds_by_id(rules: Rules) -> dict[str, Mapping[str, Any]]:
    """The kinds of events that the rules know."""
    return {kind["id"]: kind for kind in rules["events"]["kinds"]}


def fits(text: str, rule: Mapping[str, Any]) -> bool:
    """Whether a text has one of the rule's patterns and none of its exceptions."""
    return any(_pattern(p).search(text) for p in rule["patterns"]) and not any(
        _pattern(p).search(text) for p in rule.get("not", [])
    )


def _moment(text: str) -> Moment:
    """A moment from ISO text; a month or a year alone means its first day, a time with an offset is told as London's.

    Raises: ValueError.
    """
    if len(text) in (4, 7) and re.fullmatch(r"\d{4}(-\d{2})?", text):
        return moments.of(f"{text}-01"[:10] if len(text) > 4 else f"{text}-01-01")
    found = moments.of(text)
    return moments.of(moments.in_london(datetime.fromisoformat(text))) if found.offset else found


def _from_form_a(form_a: Mapping[str, Any], place: Callable[[str, str], str]) -> Iterator[Event]:
    child, death = form_a["child"], form_a["death"]
    where = place(death.get("place") or "", death.get("place_detail") or "")
    birth = _when(child["date_of_birth"], child.get("time_of_birth"))
    end = _when(death["date"], death.get("time"))
    born, died = moments.of_birth_and_death(birth[1], end[1])
    yield Event(birth[0], born, _birth_words(child), FORM_A, BIRTH)
    yield Event(end[0], died, ": ".join(["Died", *([where] if where else [])]), FORM_A, DEATH)
    if form_a.get("notified_at"):
        yield Event(
            form_a["notified_at"],
            _moment(form_a["notified_at"]),
            "The death was notified to the child death review team",
            FORM_A,
            NOTIFICATION,
        )


def _when(day: str, time: str | None) -> tuple[str, Moment]:
    """As given, and what it means: a time with an offset stays on the day that Form A gives."""
    found = moments.moment(moments.day(day), time or "")
    return (f"{day}T{time}" if time else day), found or moments.of(day)


def _birth_words(child: Mapping[str, Any]) -> str:
    gestation, grams = child.get("gestation"), child.get("birth_weight_g")
    words = ["Born"]
    if isinstance(gestation, Mapping) and isinstance(gestation.get("weeks"), int):
        words.append(f"at {gestation_words(gestation)}")
    if isinstance(grams, int):
        words[-1] += f", weighing {grams:,} g" if len(words) > 1 else f" weighing {grams:,} g"
    return " ".join(words)


def gestation_words(gestation: Mapping[str, Any]) -> str:
    """`36 weeks and 4 days`."""
    weeks, days = gestation["weeks"], gestation.get("days")
    return f"{weeks} weeks" + (f" and {days} day{'' if days == 1 else 's'}" if days else "")


def _told(item: Mapping[str, Any], source: str, rules: Rules) -> Event | None:
    if not item.get("at") or not item.get("event"):
        return None
    text = " ".join(str(item["event"]).split())
    # a question about the ambulance is no report of its arrival
    kind = AFTER_DEATH if source == FAMILY else _kind(text, rules)
    return Event(str(item["at"]), _moment(str(item["at"])), text, source, kind)


def _dated(form_b: Mapping[str, Any], source: str, rules: Rules) -> Iterator[Event]:
    """What other answers of a return tell with a date: when the child was last seen alive, when a service began."""
    for rule in rules["dated"]["answers"]:
        *above, key = rule["at"]
        for holder in _holders(form_b, above):
            at, detail = holder.get(key), holder.get(rule.get("detail", ""))
            if not isinstance(at, str) or not at[:1].isdigit():
                continue
            said = str(detail).replace("_", " ").strip() if isinstance(detail, str) else ""
            yield Event(at, _moment(at), f"{rule['words']}: {said}" if said else rule["words"], source, "")


def _holders(node: Any, path: Sequence[str]) -> Iterator[Mapping[str, Any]]:
    """The parts of a document that a path leads to, through every item of a list."""
    if isinstance(node, list):
        for item in node:
            yield from _holders(item, path)
    elif isinstance(node, Mapping):
        if path:
            yield from _holders(node.get(path[0]), path[1:])
        else:
            yield node


def _told_already(event: Event, own: Sequence[Event]) -> bool:
    """Whether the agency itself tells of that minute, or, without a time, of that day."""
    return any(other.on == event.on and event.time in (None, other.time) for other in own)


def missed_words(event: Event, rules: Rules) -> str | None:
    """Why a contact did not take place (`not brought or not attended`, `cancelled`), in neutral words; None where it is not one."""
    kinds = rules["missed"]["kinds"]
    return next(
        (kind["label"] for kind in kinds if event.source not in (FORM_A, FAMILY) and fits(event.text, kind)), None
    )


def _kind(text: str, rules: Rules) -> str:
    return next((kind["id"] for kind in rules["events"]["kinds"] if fits(text, kind)), "")


def _contacts(form_b: Mapping[str, Any], source: str, own: Sequence[Event]) -> list[Event]:
    """First and last contact, where the agency's own events do not already tell of that day."""
    contact = form_b.get("contact") or {}
    first, last = contact.get("first"), contact.get("last")
    told = {event.on for event in own}
    if first and first == last:
        days = [(first, "Only contact with the agency")]
    else:
        days = [(first, "First contact with the agency"), (last, "Last contact with the agency")]
    return [
        Event(day, _moment(day), words, source, CONTACT)
        for day, words in days
        if isinstance(day, str) and day and _moment(day).day not in told
    ]


class _Earliest:
    """The earliest moment that something can have been; worked out where two of one day are put in order, which most are not."""

    def __init__(self, moment: Moment) -> None:
        self.moment = moment

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Earliest) and (self.moment == other.moment or self.moment.first == other.moment.first)

    def __lt__(self, other: _Earliest) -> bool:
        return self.moment.first < other.moment.first

    __hash__ = None  # type: ignore[assignment]


def _place_in_time(event: Event) -> tuple[date, int, _Earliest, bool]:
    untimed = {BIRTH: FIRST, DEATH: LATE, AFTER_DEATH: LAST}.get(event.kind, EARLY)
    rank = LAST if event.kind in FOLLOWS_DEATH else untimed if event.time is None else TIMED
    return event.on, rank, _Earliest(event.moment), event.source != FORM_A


def _same_event(first: Event, second: Event, kind: Mapping[str, Any]) -> bool:
    if first.kind != second.kind or first.source == second.source or _other_hospital(first, second, kind):
        return False
    apart = first.minutes_from(second)
    return first.on == second.on if apart is None else bool(apart <= kind["within_minutes"])


def _other_hospital(first: Event, second: Event, kind: Mapping[str, Any]) -> bool:
    """Two arrivals at hospitals that are named, and not alike, are two events (a transfer)."""
    names = _hospitals(first, kind), _hospitals(second, kind)
    return bool(names[0]) and bool(names[1]) and not names[0] & names[1]


def _hospitals(event: Event, kind: Mapping[str, Any]) -> frozenset[str]:
    return _named_in(event.text) if kind.get("place") else frozenset()


@lru_cache(maxsize=4096)
def _named_in(text: str) -> frozenset[str]:
    names = re.findall(r"(?<!^)\b[A-Z][\w'’-]+", text)
    return frozenset(names) - {"Hospital", "Emergency", "Department", "General", "ED"}


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return sought(text, re.IGNORECASE)


def with_text(event: Event, text: str) -> Event:
    """The event with other words."""
    return replace(event, text=text)
