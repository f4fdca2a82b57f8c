"""What cdr.yaml says of the area, its people, its agencies and its neighbours, and the rules STORE-01 to STORE-13."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr.domain.process.clocks import Closure
from cdr.domain.rulebook.agency_routes import FORM, route_problems
from cdr.domain.rulebook.area_rules import changes
from cdr.domain.rulebook.validation import at, date_at, items_at, problem, text_at, words_at
from cdr.errors import NotFound, Problem
from cdr.records import dataclass, field

LONGEST_CLOSURE = timedelta(days=366)
MEMBERS = "panel.members"
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")


@dataclass(frozen=True)
class Person:
    """A professional of an area; what is not known is empty."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""
    key: str = ""


@dataclass(frozen=True)
class Agency:
    """An agency that may be asked for a return; `area` is the name of the area in which it sits.

    `key` is the fingerprint to which mail is encrypted, empty where it is not; from `retired_on` it is not asked any more. A test that
    was sent (`tested_on`) arrived on `arrived_on` at the address `arrived_at` by the route `arrived_by`; None and empty while nobody
    confirmed it. `route` is how a form comes to it, `route_to` the portal, the folder or the postal address.
    """

    id: str
    name: str
    type: str
    area: str
    email: str
    key: str = ""
    closed: tuple[Closure, ...] = ()
    retired_on: date | None = None
    phone: str = ""
    tested_on: date | None = None
    arrived_on: date | None = None
    arrived_at: str = ""
    arrived_by: str = FORM
    route: str = FORM
    route_to: str = ""


@dataclass(frozen=True)
class Area:
    """A child death overview panel's area and the people to whom an overdue return is escalated."""

    name: str
    chair: Person
    designated_doctor: Person
    manager: Person


@dataclass(frozen=True)
class Letterhead:
    """Who writes, as it stands at the head of a letter."""

    organisation: str
    address: tuple[str, ...]


@dataclass(frozen=True)
class Quorum:
    """The agencies of one part of the panel (`health`, `social_care`): someone from each of them must be there."""

    part: str
    agencies: tuple[str, ...]


@dataclass(frozen=True)
class Member:
    """A member of the panel; `organisation` is an agency's id, empty for a lay member, `key` the fingerprint to which their papers are encrypted.

    `days` are those of the week on which they work (0 is Monday), empty for all; `papers` is how they read them, `pdf` or `html`.
    `co_opted` are the meetings of which alone they are a member, empty for all.
    """

    id: str
    name: str
    organisation: str = ""
    role: str = ""
    email: str = ""
    key: str = ""
    days: tuple[int, ...] = ()
    papers: str = "pdf"
    co_opted: tuple[str, ...] = ()


@dataclass(frozen=True)
class SeriesBreak:
    """From this year on some tables (all, where none is named) count something else than before, and why."""

    year: str
    tables: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class LegalHold:
    """Because of what, and since which day (ISO), cases must not be erased; all of them where none is named."""

    because: str
    since: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Governance:
    """Who answers for the data and how, as an area's own papers have it; what cdr.yaml does not say is empty."""

    controller: str = ""
    partners: tuple[str, ...] = ()
    officer: Person = Person("")
    privacy_notice: str = ""
    lawful_basis: str = ""
    complaints: str = ""
    hosting: str = ""
    log_review: str = ""
    consulted: str = ""
    one_reader: str = ""
    review_on: date | None = None


@dataclass(frozen=True)
class Configuration:
    """The whole of cdr.yaml in the file's order; `population` is (authority, children aged 0 to 17), `live_births` a year's.

    `changes` are those of the rules; `publication` is how counts are made public (`suppress`, `round`).
    """

    area: str
    authorities: tuple[str, ...]
    population: tuple[tuple[str, int], ...]
    people: Mapping[str, Person]
    letterhead: Letterhead
    agencies: tuple[Agency, ...]
    panel: tuple[Quorum, ...]
    areas: tuple[Area, ...]
    mail: Mapping[str, Any]
    changes: Mapping[str, Any]
    retention_years: int
    live_births: tuple[tuple[str, int], ...] = ()
    breaks: tuple[SeriesBreak, ...] = ()
    support: tuple[Mapping[str, Any], ...] = ()
    support_checked: Mapping[str, date] = field(default_factory=dict)
    members: tuple[Member, ...] = ()
    governance: Governance = Governance()
    confirm_arrival: bool = False
    hospitals: tuple[str, ...] = ()
    publication: str = "suppress"
    legal_holds: tuple[LegalHold, ...] = ()

    @staticmethod
    def from_document(body: Mapping[str, Any]) -> Configuration:
        """The configuration of a document that its schema found right."""
        people = _mapping(body, "people")
        return Configuration(
            area=text_at(body, "area.name"),
            authorities=tuple(words_at(body, "area.authorities")),
            hospitals=tuple(words_at(body, "area.hospitals")),
            population=tuple((str(key), int(count)) for key, count in _mapping(body, "area.population_0_17").items()),
            people={str(key): _person(body, f"people.{key}") for key in people},
            letterhead=Letterhead(
                text_at(body, "letterhead.organisation"), tuple(words_at(body, "letterhead.address"))
            ),
            agencies=tuple(_agency(item) for _, item in items_at(body, "agencies")),
            panel=tuple(Quorum(part, tuple(words_at(body, f"panel.{part}"))) for part in _parts(body)),
            members=tuple(_member(item) for _, item in items_at(body, MEMBERS)),
            areas=tuple(_area(item) for _, item in items_at(body, "areas")),
            mail=dict(_mapping(body, "mail")),
            changes=changes(body),
            retention_years=int(body["retention_years"]),
            live_births=tuple((str(key), int(n)) for key, n in _mapping(body, "area.live_births").items()),
            breaks=tuple(_break(item) for _, item in items_at(body, "breaks")),
            support=tuple(item for _, item in items_at(body, "support")),
            support_checked={
                str(key): day
                for key in _mapping(body, "support_checked")
                if (day := date_at(body, f"support_checked.{key}"))
            },
            governance=_governance(body),
            confirm_arrival=body.get("confirm_arrival") == "yes",
            publication=text_at(body, "publication.method") or "suppress",
            legal_holds=tuple(
                LegalHold(text_at(item, "because"), text_at(item, "since"), tuple(words_at(item, "cases")))
                for _, item in items_at(body, "legal_holds")
            ),
        )

    def agency(self, agency_id: str) -> Agency:
        """The agency of this id. Raises: NotFound, which lists the ids that there are."""
        for agency in self.agencies:
            if agency.id == agency_id:
                return agency
        from difflib import get_close_matches

        known = sorted(agency.id for agency in self.agencies if not agency.retired_on)
        close = get_close_matches(agency_id.lower(), known, 1)
        likely = f"Did you mean {close[0]}? " if close else ""
        raise NotFound("There is no agency of that id in cdr.yaml.", f"{likely}The agencies are: {', '.join(known)}.")

    def area_of(self, agency_id: str) -> Area:
        """The area in which an agency sits, the store's own or a neighbour's. Raises: NotFound."""
        name = self.agency(agency_id).area
        for area in (self.own_area, *self.areas):
            if area.name == name:
                return area
        raise NotFound(
            "That agency's area is not in cdr.yaml.", "Add the area under areas, or correct the agency's area."
        )

    @property
    def only_watches(self) -> bool:
        """Whether the store is tried beside another system, so that no message is made or sent."""
        return self.mail.get("only_watch") == "yes"

    @property
    def sends(self) -> bool:
        """Whether messages leave this machine by themselves; else they go to the outbox, and a person sends them."""
        return str(self.mail.get("transport", "outbox")) != "outbox"

    @property
    def closures(self) -> dict[str, tuple[Closure, ...]]:
        """When each agency is closed, by its id."""
        return {agency.id: agency.closed for agency in self.agencies}

    @property
    def own_area(self) -> Area:
        """The store's own area with its people."""
        chair, doctor, manager = (self.people.get(key, Person("")) for key in ("chair", "designated_doctor", "manager"))
        return Area(self.area, chair, doctor, manager)


def configuration_problems(body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with cdr.yaml beyond its schema (STORE-01 to STORE-13); never raises, whatever the body is."""
    return [
        *_repeats(body),
        *_strangers(body),
        *_members(body),
        *_endless(body),
        *_unsendable(body),
        *route_problems(body),
    ]


def _members(body: Mapping[str, Any]) -> Iterator[Problem]:
    agencies = {text_at(item, "id") for _, item in items_at(body, "agencies")}
    taken = set(agencies)
    for n, item in items_at(body, MEMBERS):
        if text_at(item, "id") in taken:
            yield problem("STORE-10", f"{MEMBERS}.{n}.id")
        if text_at(item, "organisation") not in {"", *agencies}:
            yield problem("STORE-11", f"{MEMBERS}.{n}.organisation")
        taken.add(text_at(item, "id"))


def _unsendable(body: Mapping[str, Any]) -> Iterator[Problem]:
    from cdr.forms.schema_files import shipped

    mail = _mapping(body, "mail")
    needs = shipped("store/1")["properties"]["mail"]["properties"]["transport"]["x-needs"]
    for key in needs.get(mail.get("transport"), ()):
        if not mail.get(key):
            yield problem("STORE-08", f"mail.{key}")
    if bool(mail.get("user")) != bool(mail.get("password_command")):
        yield problem("STORE-08", "mail.password_command" if mail.get("user") else "mail.user")


def _endless(body: Mapping[str, Any]) -> Iterator[Problem]:
    for n, agency in items_at(body, "agencies"):
        for m, item in items_at(agency, "closed"):
            first, last = date_at(item, "from"), date_at(item, "until")
            if first and last and not first <= last <= first + LONGEST_CLOSURE:
                yield problem("STORE-07", f"agencies.{n}.closed.{m}.until")


def _repeats(body: Mapping[str, Any]) -> Iterator[Problem]:
    from cdr.domain.case.places import same_place

    agencies = [(f"agencies.{n}.id", text_at(item, "id")) for n, item in items_at(body, "agencies")]
    authorities = [(f"area.authorities.{n}", name) for n, name in enumerate(words_at(body, "area.authorities"))]
    areas = [("area.name", text_at(body, "area.name"))]
    areas += [(f"areas.{n}.name", text_at(item, "name")) for n, item in items_at(body, "areas")]
    places = [[(place, same_place(name)) for place, name in named] for named in (authorities, areas)]
    for rule, named in zip(("STORE-01", "STORE-04", "STORE-05"), (agencies, *places), strict=True):
        yield from (problem(rule, place) for place in _repeated(named))


def _repeated(named: Sequence[tuple[str, str]]) -> Iterator[str]:
    seen: set[str] = set()
    for place, name in named:
        if name and name in seen:
            yield place
        seen.add(name)


def _strangers(body: Mapping[str, Any]) -> Iterator[Problem]:
    areas = {text_at(body, "area.name")} | {text_at(item, "name") for _, item in items_at(body, "areas")}
    agencies = {text_at(item, "id") for _, item in items_at(body, "agencies")}
    authorities = set(words_at(body, "area.authorities"))
    for n, item in items_at(body, "agencies"):
        if text_at(item, "area") and text_at(item, "area") not in areas:
            yield problem("STORE-02", f"agencies.{n}.area")
    for part in _parts(body):
        for n, agency in enumerate(words_at(body, f"panel.{part}")):
            if agency not in agencies:
                yield problem("STORE-03", f"panel.{part}.{n}")
    for name in _mapping(body, "area.population_0_17"):
        if name not in authorities:
            yield problem("STORE-06", f"area.population_0_17.{name}")
    for name in _mapping(body, "area.live_births"):
        if name not in authorities:
            yield problem("STORE-06", f"area.live_births.{name}")
    for n, item in items_at(body, "breaks"):
        if not _is_year(text_at(item, "from")):
            yield problem("STORE-09", f"breaks.{n}.from")


def _mapping(body: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    value = at(body, path)
    return value if isinstance(value, Mapping) else {}


def _parts(body: Mapping[str, Any]) -> list[str]:
    """The parts of the quorum: what `panel` holds beside the members."""
    return [part for part in _mapping(body, "panel") if f"panel.{part}" != MEMBERS]


def _member(item: Mapping[str, Any]) -> Member:
    texts = {part: text_at(item, part) for part in ("id", "name", "organisation", "role", "email", "key")}
    days, meetings = tuple(WEEKDAYS.index(day) for day in words_at(item, "days")), tuple(words_at(item, "co_opted"))
    return Member(**texts, days=days, papers=text_at(item, "papers") or "pdf", co_opted=meetings)


def _is_year(text: str) -> bool:
    first, _, second = text.partition("/")
    return first.isdigit() and second == f"{(int(first) + 1) % 100:02d}"


def _governance(body: Mapping[str, Any]) -> Governance:
    texts = [name for name, kind in Governance.__annotations__.items() if kind == "str"]
    text = {name: text_at(body, f"governance.{name}") for name in texts}
    officer = _person(body, "governance.data_protection_officer")
    partners = tuple(words_at(body, "governance.partners"))
    return Governance(**text, partners=partners, officer=officer, review_on=date_at(body, "governance.review_on"))


def _break(item: Mapping[str, Any]) -> SeriesBreak:
    return SeriesBreak(text_at(item, "from"), tuple(words_at(item, "tables")), text_at(item, "why"))


def _person(body: object, path: str) -> Person:
    return Person(*(text_at(body, f"{path}.{key}") for key in ("name", "role", "email", "phone", "key")))


def _agency(item: Mapping[str, Any]) -> Agency:
    id_, name, type_, area, email, key, phone = (
        text_at(item, part) for part in ("id", "name", "type", "area", "email", "key", "phone")
    )
    retired_on, tested_on, arrived_on = (date_at(item, f"{what}_on") for what in ("retired", "tested", "arrived"))
    arrived = (tested_on, arrived_on, text_at(item, "arrived_at"), text_at(item, "arrived_by") or FORM)
    way = (text_at(item, "route") or FORM, text_at(item, "route_to"))
    return Agency(id_, name, type_, area, email, key, tuple(_closures(item)), retired_on, phone, *arrived, *way)


def _closures(item: Mapping[str, Any]) -> Iterator[Closure]:
    for _, closure in items_at(item, "closed"):
        first, last = date_at(closure, "from"), date_at(closure, "until")
        if first and last:
            yield Closure(first, last)


def _area(item: Mapping[str, Any]) -> Area:
    return Area(text_at(item, "name"), *(_person(item, key) for key in ("chair", "designated_doctor", "manager")))
