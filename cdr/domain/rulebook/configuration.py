"""What cdr.yaml says of the area, its people, its agencies and its neighbours, as it is recorded; its rules are in `store_rules`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.rulebook.validation import date_at, items_at, mapping_at, text_at, words_at
from cdr.errors import NotFound
from cdr.records import dataclass, field

if TYPE_CHECKING:
    from cdr.domain.process.clocks import Closure

MEMBERS = "panel.members"
FORM = "form"  # how a form comes to an agency where nothing else is said; the other ways are in `agency_routes`
CHANGES = ("clocks", "chasing", "bank_holidays")
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
        people = mapping_at(body, "people")
        return Configuration(
            area=text_at(body, "area.name"),
            authorities=tuple(words_at(body, "area.authorities")),
            hospitals=tuple(words_at(body, "area.hospitals")),
            population=tuple((str(key), int(count)) for key, count in mapping_at(body, "area.population_0_17").items()),
            people={str(key): _person(body, f"people.{key}") for key in people},
            letterhead=Letterhead(
                text_at(body, "letterhead.organisation"), tuple(words_at(body, "letterhead.address"))
            ),
            agencies=tuple(_agency(item) for _, item in items_at(body, "agencies")),
            panel=tuple(Quorum(part, tuple(words_at(body, f"panel.{part}"))) for part in quorum_parts(body)),
            members=tuple(_member(item) for _, item in items_at(body, MEMBERS)),
            areas=tuple(_area(item) for _, item in items_at(body, "areas")),
            mail=dict(mapping_at(body, "mail")),
            changes=changes(body),
            retention_years=int(body["retention_years"]),
            live_births=tuple((str(key), int(n)) for key, n in mapping_at(body, "area.live_births").items()),
            breaks=tuple(_break(item) for _, item in items_at(body, "breaks")),
            support=tuple(item for _, item in items_at(body, "support")),
            support_checked={
                str(key): day
                for key in mapping_at(body, "support_checked")
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


def changes(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a configuration changes of the rules, as it has it; what may be changed is in `area_rules`."""
    return {key: body[key] for key in CHANGES if body.get(key)}


def quorum_parts(body: Mapping[str, Any]) -> list[str]:
    """The parts of the quorum: what `panel` holds beside the members."""
    return [part for part in mapping_at(body, "panel") if f"panel.{part}" != MEMBERS]


def _member(item: Mapping[str, Any]) -> Member:
    texts = {part: text_at(item, part) for part in ("id", "name", "organisation", "role", "email", "key")}
    days, meetings = tuple(WEEKDAYS.index(day) for day in words_at(item, "days")), tuple(words_at(item, "co_opted"))
    return Member(**texts, days=days, papers=text_at(item, "papers") or "pdf", co_opted=meetings)


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
            from cdr.domain.process.clocks import Closure

            yield Closure(first, last)


def _area(item: Mapping[str, Any]) -> Area:
    return Area(text_at(item, "name"), *(_person(item, key) for key in ("chair", "designated_doctor", "manager")))
