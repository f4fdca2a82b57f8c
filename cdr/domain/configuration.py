"""What cdr.yaml says of the area, its people, its agencies and its neighbours, and the rules STORE-01 to STORE-06."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cdr.domain.validation import at, items_at, problem, text_at, words_at
from cdr.errors import NotFound, Problem


@dataclass(frozen=True)
class Person:
    """A professional of an area; what is not known is empty."""

    name: str
    role: str = ""
    email: str = ""
    phone: str = ""


@dataclass(frozen=True)
class Agency:
    """An agency that may be asked for a return; `area` is the name of the area in which it sits."""

    id: str
    name: str
    type: str
    area: str
    email: str


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
    """The agencies of one part of the panel (`health`, `social_care`): one of them must be there."""

    part: str
    agencies: tuple[str, ...]


@dataclass(frozen=True)
class Configuration:
    """The whole of cdr.yaml in the file's order; `population` is (authority, children aged 0 to 17)."""

    area: str
    authorities: tuple[str, ...]
    population: tuple[tuple[str, int], ...]
    people: Mapping[str, Person]
    letterhead: Letterhead
    agencies: tuple[Agency, ...]
    panel: tuple[Quorum, ...]
    areas: tuple[Area, ...]
    mail: Mapping[str, Any]
    retention_years: int
    support: tuple[Mapping[str, Any], ...] = ()

    @staticmethod
    def from_document(body: Mapping[str, Any]) -> Configuration:
        """The configuration of a document that its schema found right."""
        people = _mapping(body, "people")
        return Configuration(
            area=text_at(body, "area.name"),
            authorities=tuple(words_at(body, "area.authorities")),
            population=tuple((str(key), int(count)) for key, count in _mapping(body, "area.population_0_17").items()),
            people={str(key): _person(body, f"people.{key}") for key in people},
            letterhead=Letterhead(
                text_at(body, "letterhead.organisation"), tuple(words_at(body, "letterhead.address"))
            ),
            agencies=tuple(_agency(item) for _, item in items_at(body, "agencies")),
            panel=tuple(Quorum(part, tuple(words_at(body, f"panel.{part}"))) for part in _mapping(body, "panel")),
            areas=tuple(_area(item) for _, item in items_at(body, "areas")),
            mail=dict(_mapping(body, "mail")),
            retention_years=int(body["retention_years"]),
            support=tuple(item for _, item in items_at(body, "support")),
        )

    def agency(self, agency_id: str) -> Agency:
        """The agency of this id. Raises: NotFound, which lists the ids that there are."""
        for agency in self.agencies:
            if agency.id == agency_id:
                return agency
        known = ", ".join(sorted(agency.id for agency in self.agencies))
        raise NotFound("There is no agency of that id in cdr.yaml.", f"The agencies are: {known}.")

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
    def own_area(self) -> Area:
        """The store's own area with its people."""
        chair, doctor, manager = (self.people.get(key, Person("")) for key in ("chair", "designated_doctor", "manager"))
        return Area(self.area, chair, doctor, manager)


def configuration_problems(body: Mapping[str, Any]) -> list[Problem]:
    """What is wrong with cdr.yaml beyond its schema (STORE-01 to STORE-06); never raises, whatever the body is."""
    return [*_repeats(body), *_strangers(body)]


def _repeats(body: Mapping[str, Any]) -> Iterator[Problem]:
    agencies = [(f"agencies.{n}.id", text_at(item, "id")) for n, item in items_at(body, "agencies")]
    authorities = [(f"area.authorities.{n}", name) for n, name in enumerate(words_at(body, "area.authorities"))]
    areas = [("area.name", text_at(body, "area.name"))]
    areas += [(f"areas.{n}.name", text_at(item, "name")) for n, item in items_at(body, "areas")]
    for rule, named in (("STORE-01", agencies), ("STORE-04", authorities), ("STORE-05", areas)):
        yield from (problem(rule, field) for field in _repeated(named))


def _repeated(named: Sequence[tuple[str, str]]) -> Iterator[str]:
    seen: set[str] = set()
    for field, name in named:
        if name and name in seen:
            yield field
        seen.add(name)


def _strangers(body: Mapping[str, Any]) -> Iterator[Problem]:
    areas = {text_at(body, "area.name")} | {text_at(item, "name") for _, item in items_at(body, "areas")}
    agencies = {text_at(item, "id") for _, item in items_at(body, "agencies")}
    authorities = set(words_at(body, "area.authorities"))
    for n, item in items_at(body, "agencies"):
        if text_at(item, "area") and text_at(item, "area") not in areas:
            yield problem("STORE-02", f"agencies.{n}.area")
    for part in _mapping(body, "panel"):
        for n, agency in enumerate(words_at(body, f"panel.{part}")):
            if agency not in agencies:
                yield problem("STORE-03", f"panel.{part}.{n}")
    for name in _mapping(body, "area.population_0_17"):
        if name not in authorities:
            yield problem("STORE-06", f"area.population_0_17.{name}")


def _mapping(body: Mapping[str, Any], path: str) -> Mapping[str, Any]:
    value = at(body, path)
    return value if isinstance(value, Mapping) else {}


def _person(body: object, path: str) -> Person:
    return Person(*(text_at(body, f"{path}.{key}") for key in ("name", "role", "email", "phone")))


def _agency(item: Mapping[str, Any]) -> Agency:
    return Agency(*(text_at(item, key) for key in ("id", "name", "type", "area", "email")))


def _area(item: Mapping[str, Any]) -> Area:
    return Area(text_at(item, "name"), *(_person(item, key) for key in ("chair", "designated_doctor", "manager")))
