"""The delay ledger: what each day between a death and its review waited for (decision 11).

A day on which several causes were open counts for each of them, and is attributed to exactly one: the first in the rules'
order of precedence, so that the attributed days sum to the days that passed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import pairwise

from cdr.domain.case.facts import Cases, Facts
from cdr.domain.case.gates import OPEN
from cdr.domain.case.milestones import milestones_of
from cdr.domain.case.review import settled_on
from cdr.domain.case.standing import closures_of
from cdr.domain.rulebook.validation import items_at
from cdr.records import dataclass
from cdr.statistics.agency_answers import is_ours
from cdr.statistics.years import first_and_last_day

NOTIFICATION, REQUESTS, RETURN, GATE, CDRM = "notification", "requests", "return", "gate", "cdrm"
PANEL, BETWEEN, NOT_KNOWN = "panel", "between", "not_known"
POST_MORTEM = "post_mortem"
MEETINGS = ("cdrm", "final_case_discussion")
MEETING_CLOCK = "T14"


@dataclass(frozen=True)
class Cause:
    """What was waited for: a kind, and which agency (`return`) or which process (`gate`)."""

    kind: str
    which: str = ""


@dataclass(frozen=True)
class Wait:
    """Days on which a cause was open: from `start` up to the day before `end`."""

    cause: Cause
    start: date
    end: date


@dataclass(frozen=True)
class Stretch(Wait):
    """A part of a wait in which it either took the days (`attributed`) or another cause did."""

    attributed: bool


@dataclass(frozen=True)
class CaseDelays:
    """One case from the death up to the day before `end`: its review, or the day to which an open case is counted.

    `unclear` are the processes of which is not known when they ended; they are not counted.
    """

    case: str
    died: date
    end: date
    reviewed: bool
    stretches: tuple[Stretch, ...]
    unclear: tuple[str, ...] = ()

    @property
    def days(self) -> int:
        """All days between the death and the end."""
        return (self.end - self.died).days

    @property
    def causes(self) -> tuple[Cause, ...]:
        """Every cause in the order in which it first was open."""
        return tuple(dict.fromkeys(stretch.cause for stretch in self.stretches))

    def open_days(self, cause: Cause) -> int:
        """The days on which a cause was open, each once."""
        return sum((s.end - s.start).days for s in self.stretches if s.cause == cause)

    def attributed_days(self, cause: Cause) -> int:
        """The days that a cause took."""
        return sum((s.end - s.start).days for s in self.stretches if s.cause == cause and s.attributed)


@dataclass(frozen=True)
class YearDelays:
    """The cases reviewed in a year, and those that were still open on its last day, or on the day of counting (`counted_to`)."""

    year: str
    counted_to: date
    reviewed: tuple[CaseDelays, ...]
    still_open: tuple[CaseDelays, ...]


def case_delays(facts: Facts, on: date, precedence: Sequence[str]) -> CaseDelays | None:
    """The ledger of a case up to a day; None where it is not known when the child died or the case was notified.

    A review later than that day has not happened yet.
    """
    died, notified = facts.notification.died, facts.notification.notified_on
    if died is None or notified is None:
        return None
    review = reviewed_on(facts)
    reviewed = review is not None and review <= on
    end = max(died, min(review or on, on))
    known = _Known(facts, died, notified, end, reviewed)
    waits = [Wait(w.cause, max(w.start, died), min(w.end, end)) for w in known.waits()]
    stretches = _stretches(waits, died, end, _Order(precedence, facts))
    return CaseDelays(facts.reference, died, end, reviewed, stretches, known.unclear())


def reviewed_on(facts: Facts) -> date | None:
    """The day of the ratified review that stands, or of the last one where the case was closed again without another."""
    return facts.ratified_on if settled_on(facts.case) or not facts.is_open else None


def year_delays(
    cases: Cases, year: str, today: date, precedence: Sequence[str], authorities: Sequence[str]
) -> YearDelays:
    """The ledger of a year, of the children of whom the tables count, who lived with one of the `authorities`.

    Raises: WrongUsage where it is not a year.
    """
    first, last = first_and_last_day(year)
    to = min(last, today)
    known = [facts for _, facts in sorted(cases.items()) if (on := facts.notification.notified_on) and on <= to]
    counted = [facts for facts in known if is_ours(facts, authorities) and _is_of(facts, first, to)]
    ours = [(one, facts) for facts in counted if (one := case_delays(facts, to, precedence)) is not None]
    reviewed = tuple(one for one, _ in ours if one.reviewed and first <= one.end <= last)
    still_open = tuple(one for one, facts in ours if not one.reviewed and not _was_closed(facts, to))
    return YearDelays(year, to, reviewed, still_open)


def _is_of(facts: Facts, first: date, to: date) -> bool:
    """Whether a case may be of a year that begins on `first`: it was not reviewed before, as far as is known on the day `to`."""
    review = reviewed_on(facts)
    return review is None or review > to or max(review, facts.notification.died or review) >= first


def _was_closed(facts: Facts, on: date) -> bool:
    """Whether a case was closed by a day without a review."""
    closures = closures_of(facts.case)
    return not facts.is_open and reviewed_on(facts) is None and any(one.on and one.on <= on for one in closures)


@dataclass(frozen=True)
class _Known:
    """What a case's documents tell of its waits."""

    facts: Facts
    died: date
    notified: date
    end: date
    reviewed: bool

    def waits(self) -> Iterator[Wait]:
        yield Wait(Cause(NOTIFICATION), self.died, self.notified)
        if self._is_silent():
            yield Wait(Cause(NOT_KNOWN), self.notified, self.end)
            return
        yield from self._returns()
        yield from self._processes()
        yield from self._post_mortem()
        yield from self._meeting()

    def unclear(self) -> tuple[str, ...]:
        return tuple(gate.type for gate in self.facts.gates if gate.status != OPEN and gate.ended_on is None)

    def _is_silent(self) -> bool:
        """Whether a reviewed case tells of no request, process or milestone: one that was taken over from a register."""
        told = self.facts.asked or self.facts.gates or milestones_of(self.facts.case)
        return self.reviewed and not told

    def _returns(self) -> Iterator[Wait]:
        asked = self.facts.ever_asked
        first = min((request.requested_on for request in asked), default=None if self.reviewed else self.end)
        if first:
            yield Wait(Cause(REQUESTS), self.notified, first)
        for request in asked:
            yield Wait(Cause(RETURN, request.agency), request.requested_on, request.answered_on or self.end)

    def _processes(self) -> Iterator[Wait]:
        result = self._first(("post_mortem_final",))
        for gate in self.facts.gates:
            ended = self.end if gate.status == OPEN else gate.ended_on
            if gate.type == POST_MORTEM and result and ended:
                ended = min(ended, result)
            if ended:
                yield Wait(Cause(GATE, gate.type), gate.opened_on or self.notified, ended)

    def _post_mortem(self) -> Iterator[Wait]:
        """The wait for a post-mortem result of which only the milestones tell."""
        if any(gate.type == POST_MORTEM for gate in self.facts.gates):
            return
        first, final = self._first(("post_mortem_interim",)), self._first(("post_mortem_final",))
        ended = final or (first if self.reviewed or not first else self.end)
        if ended:
            yield Wait(Cause(GATE, POST_MORTEM), self.died, ended)

    def _meeting(self) -> Iterator[Wait]:
        held = self._first(MEETINGS)
        called = any(item.get("clock") == MEETING_CLOCK for _, item in items_at(self.facts.case, "next"))
        if held or (called and not self.reviewed):
            yield Wait(Cause(CDRM), self.notified, held or self.end)

    def _first(self, kinds: Sequence[str]) -> date | None:
        return min((one.on for one in milestones_of(self.facts.case) if one.kind in kinds), default=None)


class _Order:
    """The rules' order of precedence for the causes of one case; among returns the one asked for first comes first."""

    def __init__(self, precedence: Sequence[str], facts: Facts) -> None:
        self.ranks = {name: rank for rank, name in enumerate(precedence)}
        self.asked = {request.agency: request.requested_on for request in facts.asked}

    def __call__(self, cause: Cause) -> tuple[int, str, str]:
        name = cause.which if cause.kind == GATE else cause.kind
        asked = self.asked.get(cause.which)
        return self.ranks.get(name, len(self.ranks)), asked.isoformat() if asked else "", cause.which


def _stretches(waits: Sequence[Wait], start: date, end: date, order: _Order) -> tuple[Stretch, ...]:
    """The waits cut where another begins or ends; days without any are the panel's after the last wait, else between."""
    real = [wait for wait in waits if wait.start < wait.end]
    last = max((wait.end for wait in real), default=start)
    cuts = sorted({start, end, *(day for wait in real for day in (wait.start, wait.end))})
    found: list[Stretch] = []
    for a, b in pairwise(cuts):
        causes = {wait.cause for wait in real if wait.start <= a < wait.end}
        if not causes:
            causes = {Cause(PANEL if a >= last else BETWEEN)}
        first = min(causes, key=order)
        found += [Stretch(cause, a, b, cause == first) for cause in sorted(causes, key=order)]
    return tuple(_joined(found))


def _joined(stretches: Sequence[Stretch]) -> Iterator[Stretch]:
    """Neighbouring stretches of one cause and kind as one, by cause in the order of their beginning."""
    by_cause: dict[Cause, list[Stretch]] = {}
    for one in stretches:
        mine = by_cause.setdefault(one.cause, [])
        if mine and mine[-1].end == one.start and mine[-1].attributed == one.attributed:
            mine[-1] = Stretch(one.cause, mine[-1].start, one.end, one.attributed)
        else:
            mine.append(one)
    yield from (one for several in by_cause.values() for one in several)
