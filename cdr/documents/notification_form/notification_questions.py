"""What the offline Form A asks whoever notifies: fields of Form A in the order and the words of `rules/notification-form.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from cdr import resources
from cdr.documents.return_form.return_questions import Question, codes_named, codes_of, question, shared_part
from cdr.forms import migrations
from cdr.forms.schema_files import shipped
from cdr.records import dataclass

FORM = "form-a"
AGENCY = "professionals.agency"
AGENCIES = "agencies"  # a list of codes that only the area knows


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


def asked(agencies: tuple[tuple[str, str], ...]) -> Notification:
    """The questions, for an area with these agencies (id and name)."""
    made = _asked()
    return replace(made, codes={**made.codes, AGENCIES: agencies})


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
    lists = {name for part in sections for one in part.questions for name in codes_named(one) if name != AGENCIES}
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
    return replace(found, items=tuple(map(_offered, found.items)))


def _offered(one: Question) -> Question:
    """An agency is chosen from those of the area."""
    return replace(one, kind="choice", codes=AGENCIES, pattern="") if one.path == AGENCY else one
