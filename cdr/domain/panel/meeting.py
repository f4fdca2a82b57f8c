"""A meeting of the panel: its cases, who was there, its papers, and whether it counts (protocol section 5).

Body: `{schema: panel/1, id, date, type, title?, made_on, cases: [{case, assigned_on, override: {reason, unmet}|null}], attended, apologies,
observers: [WHO], conflicts: [{case, who}], agenda: [{on, cases}], packs: [{on, for, documents: [{case, id, revision}]}], minutes: {on, text},
actions (see `actions`), closed_on}`. WHO is a member's id of cdr.yaml, or an agency's where the person does not matter.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from string import ascii_lowercase
from typing import Any

from cdr.domain.rulebook.configuration import Configuration
from cdr.domain.rulebook.validation import at, date_at, items_at, text_at, words_at
from cdr.errors import ConditionsNotMet, NotFound
from cdr.forms import migrations

SCHEMA = migrations.current("panel")
STANDARD = "standard"
ATTENDED, APOLOGIES, OBSERVERS = "attended", "apologies", "observers"
PARTS = (ATTENDED, APOLOGIES, OBSERVERS)

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Assigned:
    """A case on the agenda; `unmet` is what was missing when it was assigned all the same, for `reason`."""

    case: str
    on: date
    reason: str = ""
    unmet: tuple[str, ...] = ()


@dataclass(frozen=True)
class Meeting:
    """One meeting. `conflicts` are pairs of a case and who left for it; what has not been done has no day."""

    id: str
    on: date
    type: str
    title: str = ""
    cases: tuple[Assigned, ...] = ()
    attended: tuple[str, ...] = ()
    apologies: tuple[str, ...] = ()
    observers: tuple[str, ...] = ()
    conflicts: tuple[tuple[str, str], ...] = ()
    agenda_on: date | None = None
    papers_on: date | None = None
    papers_for: tuple[str, ...] = ()
    minutes_on: date | None = None
    closed_on: date | None = None

    @property
    def references(self) -> tuple[str, ...]:
        """The cases on its agenda."""
        return tuple(one.case for one in self.cases)

    @property
    def is_over(self) -> bool:
        """Whether it was recorded that the meeting is over."""
        return self.closed_on is not None

    def stayed_for(self, case: str) -> tuple[str, ...]:
        """Who was there and did not leave for a case."""
        return tuple(who for who in self.attended if (case, who) not in self.conflicts)


def meeting_of(body: Body) -> Meeting:
    """The meeting that a document tells of."""
    on, packs = date_at(body, "date"), items_at(body, "packs")
    if on is None:
        raise AssertionError("a meeting without a day")
    agendas = [day for _, item in items_at(body, "agenda") if (day := date_at(item, "on"))]
    return Meeting(
        id=text_at(body, "id"),
        on=on,
        type=text_at(body, "type"),
        title=text_at(body, "title"),
        cases=tuple(_assigned(item) for _, item in items_at(body, "cases")),
        **{part: tuple(words_at(body, part)) for part in PARTS},
        conflicts=tuple((text_at(item, "case"), text_at(item, "who")) for _, item in items_at(body, "conflicts")),
        agenda_on=max(agendas, default=None),
        papers_on=max((day for _, item in packs if (day := date_at(item, "on"))), default=None),
        papers_for=tuple(dict.fromkeys(text_at(item, "for") for _, item in packs)),
        minutes_on=date_at(body, "minutes.on"),
        closed_on=date_at(body, "closed_on"),
    )


def _assigned(item: Body) -> Assigned:
    day = date_at(item, "assigned_on") or date.min
    return Assigned(
        text_at(item, "case"), day, text_at(item, "override.reason"), tuple(words_at(item, "override.unmet"))
    )


# ---- who is who -----------------------------------------------------------------------------------------------------


def organisation_of(who: str, configuration: Configuration) -> str:
    """The agency from which a member comes, or the agency itself; empty where neither is in cdr.yaml any more."""
    for member in configuration.members:
        if member.id == who:
            return member.organisation
    return who if any(agency.id == who for agency in configuration.agencies) else ""


def name_of(who: str, configuration: Configuration) -> str:
    """A member's or an agency's name; the id where neither is in cdr.yaml any more."""
    members = {member.id: member.name for member in configuration.members}
    return {**{agency.id: agency.name for agency in configuration.agencies}, **members}.get(who, who)


def refuse_strangers(people: Iterable[str], configuration: Configuration) -> None:
    """Stop where one of these is neither a member nor an agency. Raises: NotFound."""
    if any(not organisation_of(who, configuration) for who in people):
        members = ", ".join(member.id for member in configuration.members) or "none yet (panel: members in cdr.yaml)"
        agencies = ", ".join(agency.id for agency in configuration.agencies)
        raise NotFound(
            "There is no member of the panel and no agency of that id in cdr.yaml.",
            f"Members: {members}. Agencies: {agencies}.",
        )


def missing(people: Iterable[str], configuration: Configuration) -> list[str]:
    """The local health and social care organisations of which nobody is among these: where there is none, they are a quorum.

    Protocol section 5: representatives from each of the local health and social care organisations.
    """
    there = {organisation_of(who, configuration) for who in people}
    needed = dict.fromkeys(agency for quorum in configuration.panel for agency in quorum.agencies)
    return [agency for agency in needed if agency not in there]


# ---- how it is changed ----------------------------------------------------------------------------------------------


def new_id(on: date, taken: Iterable[str]) -> str:
    """The id of a meeting on a day: `P2026-03-18`, then `P2026-03-18b`. Raises: ConditionsNotMet for a day with 26 already."""
    known = set(taken)
    for letter in ("", *ascii_lowercase[1:]):
        made = f"P{on.isoformat()}{letter}"
        if made not in known:
            return made
    raise ConditionsNotMet("That day has as many meetings as a day can have; none was made.", [])


def new(id_: str, on: date, type_: str, title: str, made_on: date) -> dict[str, Any]:
    """The document of a new meeting."""
    named = {"title": title} if title else {}
    head = {"schema": SCHEMA, "id": id_, "date": on.isoformat(), "type": type_, **named, "made_on": made_on.isoformat()}
    return {**head, **{key: [] for key in ("cases", *PARTS, "conflicts")}}


def assigned(body: Body, unmet: Mapping[str, Sequence[str]], on: date, reason: str) -> dict[str, Any]:
    """The meeting with these cases on its agenda, each with what is missing in it; what it has already stays as it is."""
    listed = [dict(item) for _, item in items_at(body, "cases")]
    has = {item["case"] for item in listed}
    for case, lacks in unmet.items():
        override = {"reason": reason, "unmet": list(lacks)} if lacks else None
        if case not in has:
            listed.append({"case": case, "assigned_on": on.isoformat(), "override": override})
    return {**body, "cases": listed}


def unassigned(body: Body, case: str) -> dict[str, Any]:
    """The meeting without a case. Raises: NotFound where it did not have it."""
    listed = [dict(item) for _, item in items_at(body, "cases")]
    left = [item for item in listed if item["case"] != case]
    if len(left) == len(listed):
        raise NotFound("That case is not on the agenda of this meeting.", f"See: cdr panel show {body['id']}")
    conflicts = [dict(item) for _, item in items_at(body, "conflicts") if item["case"] != case]
    return {**body, "cases": left, "conflicts": conflicts}


def attending(body: Body, said: Mapping[str, Sequence[str]], taken_back: Sequence[str] = ()) -> dict[str, Any]:
    """The meeting with who was there, sent apologies or observed (`said`, by `PARTS`); what is said last of someone counts."""
    now = {who for people in said.values() for who in people} | {*taken_back}
    parts = {
        part: list(dict.fromkeys([*(who for who in words_at(body, part) if who not in now), *said.get(part, ())]))
        for part in PARTS
    }
    return {**body, **parts}


def refuse_without(meeting: Meeting, case: str) -> None:
    """Stop where a meeting does not have a case. Raises: NotFound."""
    if case not in meeting.references:
        raise NotFound("That case is not on the agenda of this meeting.", f"See: cdr panel show {meeting.id}")


def in_conflict(body: Body, case: str, who: str, *, taken_back: bool = False) -> dict[str, Any]:
    """The meeting with who left for a case. Raises: NotFound where it does not have the case."""
    refuse_without(meeting_of(body), case)
    item = {"case": case, "who": who}
    others = [dict(one) for _, one in items_at(body, "conflicts") if one != item]
    return {**body, "conflicts": others if taken_back else [*others, item]}


def with_minutes(body: Body, text: str, on: date) -> dict[str, Any]:
    """The meeting with its minutes, in place of those that it had."""
    return {**body, "minutes": {"on": on.isoformat(), "text": text}}


def with_agenda(body: Body, on: date) -> dict[str, Any]:
    """The meeting with the day on which an agenda was made."""
    return _with(body, "agenda", [{"on": on.isoformat(), "cases": list(meeting_of(body).references)}])


def with_packs(
    body: Body, on: date, readers: Sequence[str], documents: Sequence[tuple[str, str, int]]
) -> dict[str, Any]:
    """The meeting with the day on which papers were made for these readers, from these documents (case, id, revision)."""
    listed = [{"case": case, "id": id_, "revision": revision} for case, id_, revision in documents]
    return _with(body, "packs", [{"on": on.isoformat(), "for": reader, "documents": listed} for reader in readers])


def closed(body: Body, on: date) -> dict[str, Any]:
    """The meeting, over. Raises: ConditionsNotMet before its day."""
    if meeting_of(body).on > on:
        raise ConditionsNotMet(
            "The meeting is still to come; nothing was recorded.",
            [f"It is on {body['date']}."],
            "Close it when it is over. Where it did not take place, leave it open and assign its cases to another.",
        )
    return {**body, "closed_on": on.isoformat()}


def opened_again(body: Body, ratified: Sequence[str]) -> dict[str, Any]:
    """The meeting, not over after all. Raises: ConditionsNotMet where a case was ratified by it."""
    if ratified:
        raise ConditionsNotMet(
            "The meeting cannot be opened again; nothing was recorded.",
            [f"{case} was ratified by it." for case in ratified],
        )
    return {key: value for key, value in body.items() if key != "closed_on"}


def refuse_over(meeting: Meeting, ratified: Callable[[], Sequence[str]]) -> None:
    """Stop where the meeting is over; it can be opened again where no case was ratified by it. Raises: ConditionsNotMet."""
    if meeting.is_over:
        again = f"Where that was a mistake: cdr panel close {meeting.id} --undo"
        if ratified():
            again = "Cases were ratified by it, so it stays over. Minutes may still be given; for another case: cdr panel new DATE"
        raise ConditionsNotMet(
            "The meeting is over; nothing was recorded.",
            [f"It was closed on {meeting.closed_on}."],
            again,
        )


def _with(body: Body, key: str, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    listed = at(body, key)
    return {**body, key: [*(listed if isinstance(listed, list) else []), *items]}
