"""A meeting as it is shown: for a person in lines, for a script as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.case.facts import Facts
from cdr.domain.case.milestones import MEETS, milestones_of
from cdr.domain.case.review import settled_on
from cdr.domain.case.second_opinions import awaited
from cdr.domain.panel.meeting import ATTENDED, OBSERVERS, TYPES, Meeting
from cdr.domain.panel.meeting_days import agenda_due, papers_due
from cdr.domain.panel.people import missing, name_of
from cdr.domain.panel.readiness import ratified_by
from cdr.domain.rulebook.configuration import Configuration
from cdr.forms.codelists import code_list
from cdr.records import dataclass

NOT_RATIFIED = "not ratified"


@dataclass(frozen=True)
class Shown:
    """A meeting with what is shown of it beside: `unsigned` are those who were there without a statement of confidentiality in force."""

    meeting: Meeting
    cases: Mapping[str, Facts]
    configuration: Configuration
    on: date
    unsigned: tuple[str, ...] = ()

    @property
    def missing(self) -> list[str]:
        """The organisations of the quorum of which nobody was there."""
        return missing(self.meeting.attended, self.configuration)

    @property
    def ratified(self) -> list[str]:
        """Its cases that were ratified with it."""
        return [case for case in self.meeting.references if ratified_by(self.cases.get(case), self.meeting)]

    def came_of(self, case: str) -> str:
        """Whether a case was ratified with it; of one that is not among the cases any more (void, erased, not to be read) nothing is known."""
        if case not in self.cases:
            return "void, erased, or not to be read"
        if case in self.ratified:
            return "ratified"
        if until := self.meeting.deferred.get(case):
            return f"deferred until {until}"
        body = self.cases[case].case
        set_by = [one.panel for one in milestones_of(body) if one.kind == MEETS and one.panel]
        if set_by and set_by[-1] != self.meeting.id:
            return f"moved to {set_by[-1]}"
        return "ratified otherwise" if settled_on(body) else NOT_RATIFIED

    def without_one_that_left(self, case: str) -> list[str]:
        """The organisations of which nobody stayed for a case, though somebody was there."""
        stayed = missing(self.meeting.stayed_for(case), self.configuration)
        return [agency for agency in stayed if agency not in self.missing]

    @property
    def not_done(self) -> list[str]:
        """What is still to be done for it on the day on which it is looked at, a sentence each."""
        return [] if self.meeting.not_held_on else [*_before(self), *_after(self)]


def _before(shown: Shown) -> Iterator[str]:
    meeting, on = shown.meeting, shown.on
    if meeting.is_over:
        return
    if not meeting.cases:
        yield f"No case is on its agenda: cdr panel assign {meeting.id} REF..."
    if meeting.agenda_on is None and on >= agenda_due(meeting):
        yield f"The agenda was due on {agenda_due(meeting)}: cdr panel agenda {meeting.id} -o FILE"
    if meeting.papers_on is None and meeting.cases and on >= papers_due(meeting):
        yield f"Members should have their papers since {papers_due(meeting)}: cdr panel pack {meeting.id} -o DIR"


def _after(shown: Shown) -> Iterator[str]:
    meeting = shown.meeting
    if meeting.on > shown.on:
        return
    if not meeting.attended:
        yield f"Nobody is recorded as there: cdr panel attend {meeting.id} WHO..."
    for case in dict.fromkeys(case for case, _ in meeting.sealed):
        yield f"The readings of {case} are still sealed: cdr reading open {meeting.id} {case}"
    for case in meeting.references:
        yield from (f"{case}: {one}" for one in (awaited(shown.cases[case].case) if case in shown.cases else []))
    if meeting.minutes_on is None:
        yield f"There are no minutes: cdr panel minutes {meeting.id} --from FILE"
    if not meeting.is_over:
        yield f"It is not recorded as over: cdr panel close {meeting.id}"
    else:
        left = [case for case in meeting.references if shown.came_of(case) == NOT_RATIFIED]
        way = f"cdr review {{0}} --from FILE --panel {meeting.id}"
        if shown.missing:
            way = "the meeting was not quorate; put it before another: cdr panel assign ID {0}"
        yield from (f"{case} is not ratified: {way.format(case)}" for case in left)


def to_json(shown: Shown) -> dict[str, Any]:
    """The meeting for a script."""
    meeting = shown.meeting
    return {
        "schema": "cdr-panel/1",
        "id": meeting.id,
        "date": meeting.on.isoformat(),
        "type": meeting.type,
        "title": meeting.title or None,
        "cases": [
            {
                "case": one.case,
                "ratified": one.case in shown.ratified,
                "deferred_until": _iso(one.deferred_until),
                "left": [who for case, who in meeting.conflicts if case == one.case],
                "not_ready": list(one.unmet),
            }
            for one in meeting.cases
        ],
        "attended": list(meeting.attended),
        "apologies": list(meeting.apologies),
        "observers": list(meeting.observers),
        "unsigned": list(shown.unsigned),
        "quorate": not shown.missing,
        "missing": shown.missing,
        "agenda_on": _iso(meeting.agenda_on),
        "papers_on": _iso(meeting.papers_on),
        "papers_for": list(meeting.papers_for),
        "survey": _survey_json(meeting),
        "minutes_on": _iso(meeting.minutes_on),
        "closed": meeting.is_over,
        "closed_on": _iso(meeting.closed_on),
        "not_held_on": _iso(meeting.not_held_on),
        "not_done": shown.not_done,
    }


def _survey_json(meeting: Meeting) -> dict[str, int] | None:
    said = meeting.survey
    return {"in_time": said.in_time, "in_part": said.in_part, "not_in_time": said.not_in_time} if said else None


def kind_words(kind: str) -> str:
    """A type of meeting in words: `standard meeting`, `meeting, joint with a neighbouring area`."""
    label = code_list(TYPES).label(kind).lower()
    return f"{label} meeting" if " " not in label else f"meeting, {label}"


def said_of(shown: Shown, again: bool = False) -> str:
    """How a meeting stands, in a few words; `again` where it is open once more."""
    if shown.meeting.not_held_on:
        return shown.meeting.state
    return f"{'open again' if again else shown.meeting.state}; {quorum_words(shown)}"


def lines(shown: Shown, minutes: bool = False) -> Iterator[str]:
    """The meeting for a person, with its `minutes` or without."""
    meeting = shown.meeting
    title = f": {meeting.title}" if meeting.title else ""
    yield f"{meeting.id}: {kind_words(meeting.type)} of the panel, {meeting.on}{title}"
    yield f"  {said_of(shown)}"
    yield "\nCases"
    yield from _cases(shown) if meeting.cases else ["  none yet"]
    for heading, people in (
        ("Was there", meeting.attended),
        ("Apologies", meeting.apologies),
        ("Observed", meeting.observers),
    ):
        yield from [f"\n{heading}", *(f"  {_person(who, shown)}" for who in people)] if people else []
    yield "\nPapers"
    yield f"  agenda made: {meeting.agenda_on or 'not yet'}"
    readers = f" for {', '.join(meeting.papers_for)}" if meeting.papers_for else ""
    yield f"  papers made: {meeting.papers_on or 'not yet'}{readers}"
    if said := meeting.survey:
        yield f"  read in time by {said.in_time} of {said.answers} who answered, in part by {said.in_part}"
    yield from ["\nNot done yet", *(f"  {item}" for item in shown.not_done)] if shown.not_done else []
    if minutes and meeting.minutes:
        told = meeting.minutes.text.strip().splitlines()
        yield from [f"\nMinutes, recorded on {meeting.minutes.on}", *(f"  {line}" for line in told)]


def quorum_words(shown: Shown) -> str:
    """Whether it is a quorum, in words."""
    if not shown.meeting.attended:
        return "nobody is recorded as there yet"
    return f"not quorate: nobody was there for {', '.join(shown.missing)}" if shown.missing else "quorate"


def _cases(shown: Shown) -> Iterator[str]:
    for one in shown.meeting.cases:
        yield f"  {one.case}  {shown.came_of(one.case)}"
        left = [who for case, who in shown.meeting.conflicts if case == one.case]
        yield from [f"    left for it: {', '.join(left)}"] if left else []
        read = [who for case, who in shown.meeting.sealed if case == one.case]
        yield from [f"    read before the talk, sealed: {', '.join(read)}"] if read else []
        lacks = shown.without_one_that_left(one.case)
        yield from [f"    nobody stayed for it from {', '.join(lacks)}"] if lacks else []
        if one.unmet:
            yield f"    assigned all the same, because: {' '.join(one.reason.split())}"
            yield from (f"    - {reason}" for reason in one.unmet)


def _person(who: str, shown: Shown) -> str:
    name = name_of(who, shown.configuration)
    co_opted = "; co-opted" if any(one.id == who and one.co_opted for one in shown.configuration.members) else ""
    signed = "" if who not in shown.unsigned else "; no statement of confidentiality is recorded"
    return f"{who}{f' ({name})' if name != who else ''}{co_opted}{signed}"


def rows(several: Sequence[Shown]) -> list[tuple[object, ...]]:
    """The meetings in a table: id, day, type, cases, ratified, deferred, quorum, state."""
    return [
        (
            one.meeting.id,
            one.meeting.on,
            one.meeting.type,
            len(one.meeting.cases),
            len(one.ratified),
            len(one.meeting.deferred),
            "-" if not one.meeting.attended else "no" if one.missing else "yes",
            one.meeting.state,
        )
        for one in several
    ]


HEADERS = ("meeting", "day", "type", "cases", "ratified", "deferred", "quorate", "state")


def there(meeting: Meeting) -> list[str]:
    """Who was in the room: those who attended and those who observed."""
    return [*getattr(meeting, ATTENDED), *getattr(meeting, OBSERVERS)]


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
