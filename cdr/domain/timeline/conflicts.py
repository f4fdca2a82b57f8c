"""What cannot all be true in a case: two times for one event, a contact with no living child, facts that forms give differently."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from cdr.domain.timeline.events import (
    AFTER_DEATH,
    BIRTH,
    CONTACT,
    DEATH,
    FORM_A,
    MINUTES_IN_A_DAY,
    Event,
    Rules,
    fits,
    gestation_words,
    kinds_by_id,
    together,
)
from cdr.records import dataclass, replace
from cdr.sought import sought
from cdr.written import folded

NO_ANSWER: tuple[Any, ...] = (None, "", "not_known", "not_applicable", [], {})
GESTATION_IN_WORDS = sought(
    r"\b(?P<weeks>[23]\d|4[0-4]) ?\+ ?(?P<days>[0-6])\b|\b(?P<only>[23]\d|4[0-4]) weeks(?: and (?P<more>[0-6]) days?)?\b"
)


@dataclass(frozen=True)
class Conflict:
    """Entries, by index, that cannot all be right, and why in plain English without names."""

    entries: tuple[int, ...]
    why: str


@dataclass(frozen=True)
class _Claim:
    source: str
    words: str
    value: Any
    on: str | None = None


def conflicts(
    events: Sequence[Event],
    form_a: Mapping[str, Any],
    returns: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
    rules: Rules,
) -> list[Conflict]:
    """All conflicts of a case whose events are in order; `labels` gives each source in words."""
    found = [*_times(events, labels, rules), *_days(events, labels, rules), *_out_of_life(events, labels, rules)]
    seen: set[str] = set()
    for fact in rules["facts"]["compare"]:
        conflict = None if fact["id"] in seen else _fact(fact, events, form_a, returns, labels)
        if conflict:
            seen.add(fact["id"])
            found.append(conflict)
    return sorted(dict.fromkeys(found), key=lambda conflict: conflict.entries)


def _times(events: Sequence[Event], labels: Mapping[str, str], rules: Rules) -> Iterator[Conflict]:
    """Reports of one event whose times differ by more than the kind allows."""
    for group in together(events, rules):
        kind = kinds_by_id(rules)[events[group[0]].kind]
        timed = [index for index in group if events[index].time is not None]
        apart = [events[one].minutes_from(events[other]) or 0 for one, other in combinations(timed, 2)]
        if max(apart, default=0) > kind["tolerance_minutes"]:
            told = _listed(f"{events[index].moment.words} ({labels[events[index].source]})" for index in timed)
            yield Conflict(tuple(timed), f"Different times are given for {kind['label']}: {told}")


def _days(events: Sequence[Event], labels: Mapping[str, str], rules: Rules) -> Iterator[Conflict]:
    """A birth or a death that an agency tells of on another day than Form A."""
    for kind in (BIRTH, DEATH):
        ours = next(index for index, event in enumerate(events) if event.kind == kind and event.source == FORM_A)
        for index, event in enumerate(events):
            if event.kind != kind or event.source == FORM_A or event.on == events[ours].on:
                continue
            apart = abs((event.on - events[ours].on).days)
            if _same_night(event, events[ours]):
                continue
            label = kinds_by_id(rules)[kind]["label"]
            why = f"Different days are given for {label}: {_counted(apart)} apart (Form A and {labels[event.source]})"
            yield Conflict(tuple(sorted((ours, index))), why)


def _same_night(first: Event, second: Event) -> bool:
    """Two times either side of one midnight are judged as times, not as days."""
    apart = first.minutes_from(second)
    return apart is not None and apart <= MINUTES_IN_A_DAY


def _out_of_life(events: Sequence[Event], labels: Mapping[str, str], rules: Rules) -> Iterator[Conflict]:
    """What only a living child can have had, before the birth or after the death; what is about others may stand there."""
    born = next(event for event in events if event.kind == BIRTH and event.source == FORM_A)
    died = next(event for event in events if event.kind == DEATH and event.source == FORM_A)
    for index, event in enumerate(events):
        if (
            event.kind in (BIRTH, DEATH, AFTER_DEATH, CONTACT)
            or event.source == FORM_A
            or not _needs_life(event, rules)
        ):
            continue
        if event.on < born.on or (event.on == born.on and _earlier(event, born)):
            yield Conflict((index,), f"A contact with the child is dated before the birth ({labels[event.source]})")
        elif event.on > died.on or (event.on == died.on and _earlier(died, event)):
            yield Conflict(
                (index,), f"A contact with the living child is dated after the death ({labels[event.source]})"
            )


def _earlier(first: Event, second: Event) -> bool:
    """Whether the times show that one was before the other; in an hour that came twice they may not."""
    return first.time is not None and second.time is not None and first.moment.is_before(second.moment)


def _needs_life(event: Event, rules: Rules) -> bool:
    kind, living = kinds_by_id(rules).get(event.kind), rules["living"]
    if kind and kind.get("living"):
        return True
    surely = {"patterns": living["surely"], "not": living["unless"]}
    return not event.kind and (fits(event.text, living) or fits(event.text, surely))


def _fact(
    fact: Mapping[str, Any],
    events: Sequence[Event],
    form_a: Mapping[str, Any],
    returns: Sequence[Mapping[str, Any]],
    labels: Mapping[str, str],
) -> Conflict | None:
    """A fact that Form A and the returns, or two returns, give differently."""
    claims = list(_claims(fact, events, form_a, returns))
    # that two agree with a third does not say that they agree: days of a gestation may be left out, a weight be another day's
    apart = [(one, other) for one, other in combinations(claims, 2) if not _agree(one, other, fact)]
    if not apart:
        return None
    anchors = [
        index
        for index, event in enumerate(events)
        if event.kind == fact["anchor"] and event.source in {FORM_A, *(c.source for c in claims)}
    ]
    if fact["show"]:
        told = _listed(f"{claim.words} ({labels[claim.source]})" for claim in claims)
        return Conflict(tuple(anchors), f"{_capital(fact['label'])} is not the same everywhere: {told}")
    first = apart[0][0]
    others = [labels[other.source] for one, other in apart if one is first]
    return Conflict(
        tuple(anchors), f"{_capital(fact['label'])} is not the same in {_listed([labels[first.source], *others])}"
    )


def _claims(
    fact: Mapping[str, Any], events: Sequence[Event], form_a: Mapping[str, Any], returns: Sequence[Mapping[str, Any]]
) -> Iterator[_Claim]:
    value = _at(form_a, fact["form_a"]) if fact["form_a"] else None
    yield from _claim(FORM_A, value, fact)
    for form_b in returns:
        source = str(form_b.get("agency", ""))
        given = next((found for path in fact["returns"] if (found := _at(form_b, path)) not in NO_ANSWER), None)
        if given is None and fact["as"] == "gestation":
            given = _gestation_told(events, source)
        on = _at(form_b, fact["on"]) if "on" in fact else None
        yield from (replace(claim, on=on) for claim in _claim(source, given, fact))


def _claim(source: str, value: Any, fact: Mapping[str, Any]) -> Iterator[_Claim]:
    if value in NO_ANSWER or (
        fact["as"] == "gestation" and not (isinstance(value, Mapping) and isinstance(value.get("weeks"), int))
    ):
        return
    if fact["as"] == "gestation":
        yield _Claim(source, gestation_words(value), (value["weeks"], value.get("days")))
    elif fact["as"] in ("grams", "kilograms"):
        if isinstance(value, int | float):
            yield _Claim(source, f"{value:,} {'g' if fact['as'] == 'grams' else 'kg'}", value)
    elif fact["as"] == "address":
        lines = value if isinstance(value, list) else [value]
        yield _Claim(source, "", folded(" ".join(map(str, lines))))
    else:
        without_spaces = "".join(str(value).split()).casefold()
        yield _Claim(source, str(value).replace("_", " "), without_spaces)


def _agree(one: _Claim, other: _Claim, fact: Mapping[str, Any]) -> bool:
    first, second = one.value, other.value
    if one.on and other.on and one.on != other.on:  # weighed on two days, a child weighs differently
        return True
    if fact["as"] == "gestation":  # days left out agree with any days
        return bool(first[0] == second[0] and (first[1] is None or second[1] is None or first[1] == second[1]))
    if fact["as"] == "address":  # one may leave out the town or the postcode
        return str(first).startswith(second) or str(second).startswith(first)
    if fact["as"] in ("grams", "kilograms"):
        return bool(abs(first - second) <= fact["tolerance"])
    return bool(first == second)


def _gestation_told(events: Sequence[Event], source: str) -> dict[str, int] | None:
    """The gestation that an agency gives in the words of its own report of the birth (`Born at 36+4`)."""
    for event in events:
        match = GESTATION_IN_WORDS.search(event.text) if event.source == source and event.kind == BIRTH else None
        if match:
            days = match["days"] or match["more"]
            return {"weeks": int(match["weeks"] or match["only"]), **({"days": int(days)} if days is not None else {})}
    return None


def _at(document: Any, path: Sequence[str]) -> Any:
    for key in path:
        document = document.get(key) if isinstance(document, Mapping) else None
    return document


def _listed(words: Any) -> str:
    parts = list(words)
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]


def _counted(days: int) -> str:
    return f"{days} day" if days == 1 else f"{days} days"
