"""A child's life as the panel follows it, from Form A and every return, so that gaps and what does not fit can be seen.

Protocol section 1: key events with dates and times where available, followed at the panel "to allow gaps or incongruous
events to be visible".
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

from cdr import resources
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.anonymising.known_names import NOTHING_AROUND, Around
from cdr.domain.process.age import completed_months
from cdr.domain.timeline.ages import AFTER_DEATH_WORDS, age_at
from cdr.domain.timeline.conflicts import Conflict, conflicts
from cdr.domain.timeline.events import (
    BIRTH,
    DEATH,
    FORM_A,
    NOTIFICATION,
    Agencies,
    Event,
    Rules,
    events_of,
    in_order,
    missed_words,
    together,
    with_text,
)
from cdr.domain.timeline.family import FAMILY
from cdr.domain.timeline.family import WORDS as FAMILY_WORDS
from cdr.moments import Moment, put_back_on
from cdr.records import dataclass, field

__all__ = ["Conflict", "Entry", "Gap", "Replacement", "Timeline", "gaps_between", "timeline"]

FORM_A_WORDS = "Form A"
UNKNOWN_TYPE = "other"


@dataclass(frozen=True)
class Entry:
    """One report of one event.

    `at` is the date or date-time as given (None when anonymised), `time` its `HH:MM` where there is one, `day` counts from the
    day of death (0; before it negative), `source` an agency's id or `form-a` (anonymised: the agency's type), `source_words`
    that in words (two agencies of one type have a number), `source_type` the agency's type, `missed` in words why a contact did
    not take place. `clock` is the time as a reader needs it (`01:20 (winter time)`), `minute` how many minutes of its day had passed.
    """

    at: str | None
    day: int
    age: str
    event: str
    source: str
    source_type: str | None = None
    source_words: str = ""
    time: str | None = None
    missed: str | None = None
    clock: str = ""
    minute: int | None = None


@dataclass(frozen=True)
class Replacement:
    """What anonymisation took out, what stands for it, and how often: for the person who checks it, never for the panel."""

    original: str
    said: str
    count: int


@dataclass(frozen=True)
class Gap:
    """Days of the child's life, from the `start` to the `end` (in days from the death), in which no agency tells of anything."""

    start: int
    end: int
    days: int


@dataclass(frozen=True)
class _Life:
    birth: Moment
    death: Moment


@dataclass(frozen=True)
class Timeline:
    """A case's timeline.

    `born` in days from the death; `born_minute` and `died_minute` say how many minutes of their day had passed at birth and death, and
    `put_back` by how many the clocks were put back on the day of death (below 0: put forward); `together` lists the indexes of
    entries that tell of one event; `replaced` the kinds of what anonymisation took out, with their counts, and
    `replacements` the same one by one; `left` the words that a person should look at because they may be names, each with
    the indexes of the entries where it stands.
    """

    case: str
    anonymised: bool
    entries: tuple[Entry, ...]
    gaps: tuple[Gap, ...]
    conflicts: tuple[Conflict, ...]
    replaced: tuple[tuple[str, int], ...] = ()
    replacements: tuple[Replacement, ...] = field(default=(), repr=False)
    left: tuple[tuple[str, tuple[int, ...]], ...] = ()
    together: tuple[tuple[int, ...], ...] = ()
    born: int = 0
    born_minute: int | None = None
    died_minute: int | None = None
    put_back: int = 0


def timeline(
    case_ref: str,
    form_a: Mapping[str, Any],
    returns: Sequence[Mapping[str, Any]],
    agencies: Agencies,
    rules: Rules,
    identified: bool,
    around: Around = NOTHING_AROUND,
    is_drawn: bool = True,
) -> Timeline:
    """The timeline of a case (protocol section 1), anonymised unless `identified` (protocol section 4).

    `agencies` gives each id its name, type and the type in words, `rules` is `rules/timeline.yaml`, `around` what the area's
    configuration names; minutes are for who draws it.
    Raises: ValueError where a date is none, which a valid form does not have.
    """
    events = in_order(
        events_of(form_a, returns, rules, lambda code, detail: _place(code, detail if identified else "")), rules
    )
    birth, death = _moment_of(events, BIRTH), _moment_of(events, DEATH)
    born, died = birth.day, death.day
    tellers = {str(form_b.get("agency", "")) for form_b in returns}
    types = types_apart(tellers, agencies)
    labels = {FORM_A: FORM_A_WORDS, **{teller: _in_a_sentence(words) for teller, words in types.items()}}
    found = tuple(conflicts(events, form_a, returns, labels, rules))
    groups = tuple(together(events, rules))
    missed = [missed_words(event, rules) for event in events]
    taken_out = _TakenOut()
    if not identified:
        events = _anonymised(events, Anonymiser.from_documents(form_a, returns, agencies, around), taken_out)
    named = {teller: agencies[teller][0] if teller in agencies else teller for teller in tellers}
    named |= {FAMILY: FAMILY_WORDS}
    life = _Life(birth, death)
    return Timeline(
        case=case_ref,
        anonymised=not identified,
        entries=tuple(
            _entry(event, life, agencies, named if identified else types, words, identified, is_drawn)
            for event, words in zip(events, missed, strict=True)
        ),
        gaps=gaps_between(events, born, died, rules),
        conflicts=found,
        replaced=tuple(sorted(taken_out.kinds.items())),
        replacements=tuple(Replacement(*pair, count) for pair, count in taken_out.pairs.items()),
        left=tuple((word, tuple(found)) for word, found in taken_out.left.items()),
        together=groups,
        born=(born - died).days,
        born_minute=_minute(birth) if is_drawn else None,
        died_minute=_minute(death) if is_drawn else None,
        put_back=put_back_on(died) if is_drawn else 0,
    )


def gaps_between(events: Sequence[Event], born: date, died: date, rules: Rules) -> tuple[Gap, ...]:
    """The times between two neighbouring days with an event, birth to death, that are longer than the rule for the age at their start."""
    days = sorted({event.on for event in events if born <= event.on <= died} | {born, died})
    return tuple(
        Gap((first - died).days, (second - died).days, (second - first).days)
        for first, second in pairwise(days)
        if (second - first).days > _longest(born, first, rules)
    )


def _longest(born: date, on: date, rules: Rules) -> int:
    """The days without an event that are not yet a gap at that age."""
    days, months = (on - born).days, completed_months(born, on)
    fitting = (
        rule
        for rule in rules["gaps"]["rules"]
        if days < rule.get("below_days", days + 1) and months < rule.get("below_months", months + 1)
    )
    return int(next(fitting)["days"])


@dataclass
class _TakenOut:
    kinds: Counter[str] = field(default_factory=Counter)
    pairs: Counter[tuple[str, str]] = field(default_factory=Counter)
    left: dict[str, list[int]] = field(default_factory=dict)


def _anonymised(events: Sequence[Event], anonymiser: Anonymiser, taken_out: _TakenOut) -> list[Event]:
    result = []
    for index, event in enumerate(events):
        if event.source == FORM_A and event.kind in (BIRTH, DEATH, NOTIFICATION):
            result.append(event)
            continue
        read = anonymiser.read(event.text)
        taken_out.kinds.update(dict(read.replaced))
        taken_out.pairs.update(read.pairs)
        for word in read.left:
            taken_out.left.setdefault(word, []).append(index)
        result.append(with_text(event, read.text))
    return result


def _entry(
    event: Event,
    life: _Life,
    agencies: Agencies,
    tellers: Mapping[str, str],
    missed: str | None,
    identified: bool,
    is_drawn: bool,
) -> Entry:
    kind = agencies[event.source][1] if event.source in agencies else UNKNOWN_TYPE
    kind = FAMILY if event.source == FAMILY else kind
    ours = event.source == FORM_A
    source = FORM_A if ours else (event.source if identified else kind)
    return Entry(
        at=event.at if identified else None,
        day=(event.on - life.death.day).days,
        age=_age(event, life),
        event=event.text,
        source=source,
        source_type=None if ours else kind,
        source_words=FORM_A_WORDS if ours else tellers[event.source],
        time=event.time,
        missed=missed,
        clock=event.moment.words,
        minute=_minute(event.moment) if is_drawn else None,
    )


def _age(event: Event, life: _Life) -> str:
    if event.on > life.death.day or event.kind == NOTIFICATION:
        return AFTER_DEATH_WORDS
    if event.kind != DEATH and life.death.clock and event.time and life.death.is_before(event.moment):
        return AFTER_DEATH_WORDS
    return age_at(event.moment, life.birth)


def _moment_of(events: Sequence[Event], kind: str) -> Moment:
    return next(event.moment for event in events if event.kind == kind and event.source == FORM_A)


def _minute(moment: Moment) -> int | None:
    return moment.minute_of_day if moment.clock else None


def types_apart(tellers: Collection[str], agencies: Agencies) -> dict[str, str]:
    """What each teller is in words, those of one type told apart by a number (`Acute hospital 2`)."""
    alike: dict[str, list[str]] = {}
    for teller in sorted(tellers):
        alike.setdefault(_type_words(teller, agencies), []).append(teller)
    return {
        teller: words if len(same) == 1 else f"{words} {number}"
        for words, same in alike.items()
        for number, teller in enumerate(same, 1)
    }


def _type_words(source: str, agencies: Agencies) -> str:
    if source == FAMILY:
        return FAMILY_WORDS
    if source not in agencies:
        return "an agency"
    _, kind, label = agencies[source]
    return label or kind.replace("_", " ")


def _in_a_sentence(words: str) -> str:
    return words if words[1:2].isupper() else words[:1].lower() + words[1:]


def _place(code: str, detail: str) -> str:
    """`emergency department (Northtown General Hospital)`; nothing where the place is not known."""
    said = "" if code in ("", "other", "not_known") else _in_a_sentence(_places().get(code) or code.replace("_", " "))
    return f"{said} ({detail})" if said and detail else said or detail


@cache
def _places() -> Mapping[str, str]:
    """The words for the codes of places."""
    codes = json.loads(resources.read_bytes("schemas", "codes", "place_of_death.json"))["codes"]
    return {code["code"]: code["label"] for code in codes}
