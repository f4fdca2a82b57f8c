"""A wording as it ships with cdr: its words are put together once, and what one message says is put in between.

The engine that fills in wordings takes longer to load than a message takes to be made. What a wording asks of its fields is answered
when its words are put together: which route a form takes, how many files there are, whether a field is empty. So the words are known by the
answers, and by the edition of cdr. A test holds that the wordings that are filled in so do nothing else with their fields.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from cdr import resources
from cdr.documents.letters.wording import LONGEST, as_text, fill_in, wording
from cdr.documents.web_page import SLOT, SLOTS, Keep
from cdr.domain.rulebook.configuration import Person
from cdr.records import names_of

ASKED = ("route",)  # texts that a wording asks about, and does not only say


def filled(name: str, fields: Mapping[str, str | int | Person], keep: Keep) -> str:
    """The wording called `name` with its fields in place, as `fill_in` gives it. `keep` has its words again in a later run."""
    text = wording(name)
    flat = dict(_flat(fields))
    said = {path: value for path, value in flat.items() if isinstance(value, str) and value and path not in ASKED}
    asked = {path: value for path, value in flat.items() if path not in said}

    def between() -> list[str]:
        return SLOTS.split(fill_in(text, _nested({**asked, **{path: SLOT.format(path) for path in said}}), name))

    known_by = (json.dumps([text, sorted(said), asked], sort_keys=True).encode(), resources.edition_of_documents())
    parts = keep("wording", known_by, between)
    whole = "".join(as_text(said[part]) if number % 2 else part for number, part in enumerate(parts))
    return whole if len(whole) <= LONGEST else fill_in(text, fields, name)


def _flat(fields: Mapping[str, str | int | Person]) -> Iterator[tuple[str, str | int]]:
    """Every field, and of a person each of theirs, by its path."""
    for name, value in fields.items():
        if isinstance(value, Person):
            yield from ((f"{name}.{part}", getattr(value, part)) for part in names_of(Person))
        else:
            yield name, value


def _nested(flat: Mapping[str, str | int]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for path, value in flat.items():
        name, _, part = path.partition(".")
        if part:
            found.setdefault(name, {})[part] = value
        else:
            found[name] = value
    return found
