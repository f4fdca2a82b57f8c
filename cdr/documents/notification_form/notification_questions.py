"""What the offline Form A asks whoever notifies: fields of Form A in the order and the words of `rules/notification-form.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cdr import resources
from cdr.documents.return_form.return_questions import Question, codes_named, codes_of, question, shared_part
from cdr.domain.case.places import OTHER_HOSPITAL
from cdr.forms import migrations
from cdr.forms.schema_files import shipped
from cdr.records import dataclass, replace

FORM = "form-a"
AGENCY = "professionals.agency"
HOSPITAL = "death.hospital"
AGENCIES, HOSPITALS = "agencies", "hospitals"  # lists of codes that only the area knows
OFFERED = {AGENCY: AGENCIES, HOSPITAL: HOSPITALS}


@dataclass(frozen=True)
class Part:
    """One part of the form."""

    id: str
    title: str
    help: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Notification:
    """All of the form; `codes` maps a list's name to its codes and labels in their order."""

    form: str
    sections: tuple[Part, ...]
    codes: Mapping[str, tuple[tuple[str, str], ...]]
    exclusive: tuple[str, ...]
    most_radios: int


def asked(agencies: tuple[tuple[str, str], ...], hospitals: tuple[str, ...] = ()) -> Notification:
    """The questions, for an area with these agencies (id and name) and hospitals; of an area that lists none, no hospital is asked."""
    made = _asked()
    known = {AGENCIES: agencies, HOSPITALS: tuple((one, one) for one in (*hospitals, OTHER_HOSPITAL))}
    if hospitals:
        return replace(made, codes={**made.codes, **known})
    sections = tuple(
        replace(part, questions=tuple(one for one in part.questions if one.path != HOSPITAL)) for part in made.sections
    )
    return replace(made, sections=sections, codes={**made.codes, AGENCIES: agencies})


@cache
def _asked() -> Notification:
    rules: Mapping[str, Any] = json.loads(resources.read_bytes("rules", "notification-form.json"))
    name = migrations.current(FORM)
    schema = shipped(name)
    sections = tuple(
        Part(
            one["id"],
            one["title"],
            one.get("help", ""),
            tuple(_question(schema, path, rules) for path in one["fields"]),
        )
        for one in rules["sections"]
    )
    lists = {name for part in sections for one in part.questions for name in codes_named(one)} - {*OFFERED.values()}
    codes = {one: codes_of(one) for one in sorted(lists)}
    return Notification(name, sections, codes, tuple(rules["exclusive"]), rules["most_radios"])


def _question(schema: Mapping[str, Any], path: str, rules: Mapping[str, Any]) -> Question:
    part: Mapping[str, Any] = schema
    for step in path.split("."):
        part = {**shared_part(str(part.get("$ref", ""))), **part}["properties"][step]
    items = part.get("items", {})
    if shared := shared_part(str(items.get("$ref", ""))):
        part = {**part, "items": shared}
    found = question(path, part, rules)
    return _offered(replace(found, items=tuple(map(_offered, found.items))))


def _offered(one: Question) -> Question:
    """An agency, or a hospital, is chosen from those of the area."""
    return replace(one, kind="choice", codes=OFFERED[one.path], pattern="") if one.path in OFFERED else one
