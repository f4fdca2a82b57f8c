"""Who the child is, in the words of a form, for a Word form that goes by a route that the area approved for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.rulebook.agency_routes import PAPER, PORTAL
from cdr.forms.codelists import code_list
from cdr.moments import day
from cdr.records import dataclass
from cdr.written import long_date

TEXT = (("Known as", "known_as"), ("Other names", "also_known_as"))
DATES = (("Date of birth", "date_of_birth"), ("Date of death", "date_of_death"))


@dataclass(frozen=True)
class Named:
    """The rows that say who it is about (title, text), the agency's route, where a form is put or posted, and our postal address."""

    rows: tuple[tuple[str, str], ...]
    route: str
    route_to: str
    address: str

    def back(self, email: str) -> str:
        """How the filled form comes back."""
        if self.route == PORTAL:
            return f"put it back where you found it ({self.route_to}), and nowhere else"
        if self.route == PAPER:
            return f"send it back in a closed envelope to {self.address}"
        return f"send it back to {email} from the address that it came to, and from no other"


def rows(identity: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """What a form's `identity` (see `replies`) says, title by title; what it does not say is left out."""
    child = identity["child"]
    yield "Name", " ".join(filter(None, (child.get("first_names"), child.get("family_name"))))
    yield from ((title, _listed(child[key])) for title, key in TEXT if child.get(key))
    yield from ((title, long_date(day(child[key]))) for title, key in DATES if child.get(key))
    if child.get("sex"):
        yield "Sex", code_list("sex").label(child["sex"])
    if number := child.get("nhs_number"):
        yield "NHS number", f"{number[:3]} {number[3:6]} {number[6:]}"
    if where := [*child.get("address", ()), *filter(None, [child.get("postcode")])]:
        yield "Address", ", ".join(where)
    if parents := identity.get("parents"):
        yield "Parents and carers", "; ".join(map(_parent, parents))
    if siblings := identity.get("siblings"):
        yield "Brothers and sisters", "; ".join(one["name"] for one in siblings if one.get("name"))


def _listed(value: object) -> str:
    return "; ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _parent(one: Mapping[str, str]) -> str:
    known = code_list("relationship")
    who = one.get("relationship", "")
    words = f" ({known.label(who).lower()})" if who in known else ""
    return f"{one.get('name', 'name not known')}{words}"
