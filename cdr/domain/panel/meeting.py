"""A meeting of the panel: its cases, who was there, its papers, and whether it counts (protocol section 5).

Body: `{schema: panel/1, id, date, type, title?, made_on, cases: [{case, assigned_on, override: {reason, unmet}|null, deferred_until?}], attended, apologies,
observers: [WHO], conflicts: [{case, who}], readings (see `readings`), agenda: [{on, cases}], packs: [{on, for, documents: [{case, id,
revision}]}], survey: {on, in_time, in_part, not_in_time, text?}, minutes: {on, text}, actions (see `actions`), closed_on, not_held_on}`. WHO is a member's
id of cdr.yaml, or an agency's where the person does not matter.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from cdr.domain.rulebook.validation import at, date_at, items_at, text_at, words_at
from cdr.errors import ConditionsNotMet, NotFound
from cdr.forms import migrations
from cdr.records import asdict, dataclass, replace

SCHEMA = migrations.current("panel")
STANDARD = "standard"
TYPES = "panel_type"
ATTENDED, APOLOGIES, OBSERVERS = "attended", "apologies", "observers"
PARTS = (ATTENDED, APOLOGIES, OBSERVERS)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Assigned:
    """A case on the agenda; `unmet` is what was missing when it was assigned all the same, for `reason`.

    `deferred_until` is by when the panel looks at it again, where it put off what it decides (`case.deferrals`).
    """

    case: str
    on: date
    reason: str = ""
    unmet: tuple[str, ...] = ()
    deferred_until: date | None = None


@dataclass(frozen=True)
class Agenda:
    """An agenda that was made, and the cases that it had."""

    on: date
    cases: tuple[str, ...]


@dataclass(frozen=True)
class SourceRevision:
    """The revision of a document from which papers were made."""

    case: str
    id: str
    revision: int


@dataclass(frozen=True)
class PapersMade:
    """Papers that were made for one reader, and from what."""

    on: date
    reader: str
    documents: tuple[SourceRevision, ...]


@dataclass(frozen=True)
class Minutes:
    """The minutes, and the day on which they were kept."""

    on: date
    text: str


@dataclass(frozen=True)
class Survey:
    """How many members said, when they were asked, that they could read the papers in time, in part, or not; and their words, without names."""

    on: date
    in_time: int
    in_part: int
    not_in_time: int
    text: str = ""

    @property
    def answers(self) -> int:
        """How many members answered."""
        return self.in_time + self.in_part + self.not_in_time


@dataclass(frozen=True)
class Meeting:
    """One meeting. `conflicts` are pairs of a case and who left for it; what has not been done is empty, or None.

    Its actions are read by `actions.in_full`, as those of a case are; `sealed` are the cases with readings that nobody opened, each with who
    read it (`readings`).
    """

    id: str
    on: date
    type: str
    made_on: date
    title: str = ""
    cases: tuple[Assigned, ...] = ()
    attended: tuple[str, ...] = ()
    apologies: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    sealed: tuple[tuple[str, str], ...] = ()
    agendas: tuple[Agenda, ...] = ()
    packs: tuple[PapersMade, ...] = ()
    survey: Survey | None = None
    minutes: Minutes | None = None
    closed_on: date | None = None
    not_held_on: date | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """The cases on its agenda."""
        return tuple(one.case for one in self.cases)

    @property
    def agenda_on(self) -> date | None:
        """The day on which its agenda was last made; None before there is one."""
        return max((one.on for one in self.agendas), default=None)

    @property
    def papers_on(self) -> date | None:
        """The day on which papers were last made; None before there are any."""
        return max((one.on for one in self.packs), default=None)

    @property
    def papers_for(self) -> tuple[str, ...]:
        """For whom papers were made."""
        return tuple(dict.fromkeys(one.reader for one in self.packs))

    @property
    def minutes_on(self) -> date | None:
        """The day on which the minutes were kept; None before there are any."""
        return self.minutes.on if self.minutes else None

    @property
    def is_over(self) -> bool:
        """Whether it was recorded that the meeting is over."""
        return self.closed_on is not None

    @property
    def state(self) -> str:
        """In a word, whether it is over, did not take place, or is to come."""
        return "not held" if self.not_held_on else "over" if self.is_over else "open"

    @property
    def deferred(self) -> dict[str, date]:
        """The cases of which it put off what it decides, each with the day by which the panel looks at it again."""
        return {one.case: one.deferred_until for one in self.cases if one.deferred_until}

    def stayed_for(self, case: str) -> tuple[str, ...]:
        """Who was there and did not leave for a case."""
        return tuple(who for who in self.attended if (case, who) not in self.conflicts)


# ---- the document ---------------------------------------------------------------------------------------------------


def meeting_of(body: Body) -> Meeting:
    """The meeting that a document tells of, as its schema has it."""
    minutes = at(body, "minutes")
    return Meeting(
        id=text_at(body, "id"),
        on=_day(body, "date"),
        type=text_at(body, "type"),
        made_on=_day(body, "made_on"),
        title=text_at(body, "title"),
        cases=tuple(_assigned(item) for _, item in items_at(body, "cases")),
        **{part: tuple(words_at(body, part)) for part in PARTS},
        conflicts=tuple((text_at(item, "case"), text_at(item, "who")) for _, item in items_at(body, "conflicts")),
        sealed=tuple(
            (text_at(item, "case"), text_at(item, "who"))
            for _, item in items_at(body, "readings")
            if "opened_on" not in item
        ),
        agendas=tuple(Agenda(_day(item, "on"), tuple(words_at(item, "cases"))) for _, item in items_at(body, "agenda")),
        packs=tuple(_pack(item) for _, item in items_at(body, "packs")),
        survey=_survey(at(body, "survey")),
        minutes=Minutes(_day(minutes, "on"), str(minutes["text"])) if minutes else None,
        closed_on=date_at(body, "closed_on"),
        not_held_on=date_at(body, "not_held_on"),
    )


def _assigned(item: Body) -> Assigned:
    override = at(item, "override") or {}
    return Assigned(
        text_at(item, "case"),
        _day(item, "assigned_on"),
        str(override.get("reason", "")),
        tuple(words_at(override, "unmet")),
        date_at(item, "deferred_until"),
    )


def _survey(item: Body | None) -> Survey | None:
    if not item:
        return None
    return Survey(
        _day(item, "on"), item["in_time"], item["in_part"], item["not_in_time"], text=str(item.get("text", ""))
    )


def _pack(item: Body) -> PapersMade:
    sources = (SourceRevision(one["case"], one["id"], one["revision"]) for _, one in items_at(item, "documents"))
    return PapersMade(_day(item, "on"), text_at(item, "for"), tuple(sources))


def _day(body: Body, key: str) -> date:
    found = date_at(body, key)
    if found is None:
        raise AssertionError("a meeting, or a part of one, without its day")
    return found


def document_of(meeting: Meeting, before: Body) -> dict[str, Any]:
    """The document that tells of a meeting; its actions and readings stay as they are `before`. What there is not has no key."""
    minutes = meeting.minutes
    told: dict[str, Any] = {
        "schema": SCHEMA,
        "id": meeting.id,
        "date": meeting.on.isoformat(),
        "type": meeting.type,
        "title": meeting.title or None,
        "made_on": meeting.made_on.isoformat(),
        "cases": [_assigned_item(one) for one in meeting.cases],
        **{part: list(getattr(meeting, part)) for part in PARTS},
        "conflicts": [{"case": case, "who": who} for case, who in meeting.conflicts],
        "readings": before.get("readings"),
        "agenda": [{"on": one.on.isoformat(), "cases": list(one.cases)} for one in meeting.agendas] or None,
        "packs": [_pack_item(one) for one in meeting.packs] or None,
        "survey": _survey_item(meeting.survey),
        "minutes": {"on": minutes.on.isoformat(), "text": minutes.text} if minutes else None,
        "actions": before.get("actions"),
        "closed_on": meeting.closed_on.isoformat() if meeting.closed_on else None,
        "not_held_on": meeting.not_held_on.isoformat() if meeting.not_held_on else None,
    }
    return {key: value for key, value in told.items() if value is not None}


def _assigned_item(one: Assigned) -> dict[str, Any]:
    override = {"reason": one.reason, "unmet": list(one.unmet)} if one.unmet else None
    deferred = {"deferred_until": one.deferred_until.isoformat()} if one.deferred_until else {}
    return {"case": one.case, "assigned_on": one.on.isoformat(), "override": override, **deferred}


def _survey_item(survey: Survey | None) -> dict[str, Any] | None:
    if survey is None:
        return None
    said = {key: value for key, value in asdict(survey).items() if value != ""}
    return {**said, "on": survey.on.isoformat()}


def _pack_item(one: PapersMade) -> dict[str, Any]:
    return {"on": one.on.isoformat(), "for": one.reader, "documents": [asdict(source) for source in one.documents]}


# ---- how it is changed ----------------------------------------------------------------------------------------------


def new_id(on: date, taken: Iterable[str]) -> str:
    """The id of a meeting on a day: `P2026-03-18`, then `P2026-03-18b`. Raises: ConditionsNotMet for a day with 26 already."""
    from string import ascii_lowercase

    known = set(taken)
    for letter in ("", *ascii_lowercase[1:]):
        made = f"P{on.isoformat()}{letter}"
        if made not in known:
            return made
    raise ConditionsNotMet("That day has as many meetings as a day can have; none was made.", [])


def assigned(meeting: Meeting, unmet: Mapping[str, Sequence[str]], on: date, reason: str) -> Meeting:
    """The meeting with these cases on its agenda, each with what is missing in it; what it has already stays as it is."""
    new = [
        Assigned(case, on, reason if lacks else "", tuple(lacks))
        for case, lacks in unmet.items()
        if case not in meeting.references
    ]
    return replace(meeting, cases=(*meeting.cases, *new))


def unassigned(meeting: Meeting, case: str) -> Meeting:
    """The meeting without a case. Raises: NotFound where it did not have it."""
    refuse_without(meeting, case)
    return replace(
        meeting,
        cases=tuple(one for one in meeting.cases if one.case != case),
        conflicts=tuple(one for one in meeting.conflicts if one[0] != case),
    )


def attending(meeting: Meeting, said: Mapping[str, Sequence[str]], taken_back: Sequence[str] = ()) -> Meeting:
    """The meeting with who was there, sent apologies or observed (`said`, by `PARTS`); what is said last of someone counts."""
    now = {who for people in said.values() for who in people} | {*taken_back}
    stay = {part: [who for who in getattr(meeting, part) if who not in now] for part in PARTS}
    people: dict[str, Any] = {part: tuple(dict.fromkeys([*stay[part], *said.get(part, ())])) for part in PARTS}
    return replace(meeting, **people)


def refuse_without(meeting: Meeting, case: str) -> None:
    """Stop where a meeting does not have a case. Raises: NotFound."""
    if case not in meeting.references:
        raise NotFound("That case is not on the agenda of this meeting.", f"See: cdr panel show {meeting.id}")


def in_conflict(meeting: Meeting, case: str, who: str, *, taken_back: bool = False) -> Meeting:
    """The meeting with who left for a case. Raises: NotFound where it does not have the case."""
    refuse_without(meeting, case)
    others = tuple(one for one in meeting.conflicts if one != (case, who))
    return replace(meeting, conflicts=others if taken_back else (*others, (case, who)))


def with_agenda(meeting: Meeting, on: date) -> Meeting:
    """The meeting with the day on which an agenda was made."""
    return replace(meeting, agendas=(*meeting.agendas, Agenda(on, meeting.references)))


def with_packs(meeting: Meeting, on: date, readers: Sequence[str], documents: Sequence[SourceRevision]) -> Meeting:
    """The meeting with the day on which papers were made for these readers, from these documents."""
    return replace(meeting, packs=(*meeting.packs, *(PapersMade(on, reader, tuple(documents)) for reader in readers)))
