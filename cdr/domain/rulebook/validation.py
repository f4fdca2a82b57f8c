"""How the rules read a document that may be broken, and what breaks one; each rule in words stands in `sentences`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from math import isfinite
from typing import Any

from cdr import moments
from cdr.errors import Problem
from cdr.moments import Moment

YES = "yes"
NO = "no"
PLAIN = (dict, Mapping)  # nearly all are dictionaries, and of those it is found at once


def problem(rule: str, field: str) -> Problem:
    """The problem of breaking a rule at a field; the title is filled in by whoever knows the form's schema."""
    from cdr.domain.rulebook.sentences import RULES

    return Problem(field=field, title="", message=RULES[rule].sentence, rule=rule, level=RULES[rule].level)


def found(checks: Iterable[tuple[bool, str, str]]) -> list[Problem]:
    """The problems among (is it wrong, rule, field)."""
    return [problem(rule, field) for wrong, rule, field in checks if wrong]


def at(body: object, path: str) -> Any:
    """What stands at a dotted path, numbers counting in lists; None where the body has no such part, whatever it is."""
    if body.__class__ is dict and "." not in path:  # nearly always; what is asked most spares itself the call
        return body.get(path)
    for key in path.split("."):
        if isinstance(body, PLAIN):
            body = body.get(key)
        elif isinstance(body, list) and key.isdecimal():
            body = body[int(key)] if int(key) < len(body) else None
        else:
            return None
    return body


def text_at(body: object, path: str) -> str:
    """The text at a path, empty where there is none."""
    value = body.get(path) if body.__class__ is dict and "." not in path else at(body, path)
    return value.strip() if isinstance(value, str) else ""


def number_at(body: object, path: str) -> int | float | None:
    """The number at a path; true and false are none."""
    value = at(body, path)
    if isinstance(value, float):
        return value if isfinite(value) else None
    return whole_at(body, path)


def whole_at(body: object, path: str) -> int | None:
    """The whole number at a path; true and false are none."""
    value = at(body, path)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def date_at(body: object, path: str) -> date | None:
    """The date at a path, of a date or a date and time; None where there is none."""
    return read_date(at(body, path))


def moment_at(body: object, path: str) -> Moment | None:
    """The day at a path, with its time where one is given; None where there is no date."""
    return moments.read(at(body, path))


def items_at(body: object, path: str) -> list[tuple[int, Mapping[str, Any]]]:
    """The numbered mappings of the list at a path; what is no mapping is left out."""
    value = body.get(path) if body.__class__ is dict and "." not in path else at(body, path)
    return [(n, item) for n, item in enumerate(value) if isinstance(item, PLAIN)] if isinstance(value, list) else []


def mapping_at(body: object, path: str) -> Mapping[str, Any]:
    """What stands at a place, where that is a group; empty otherwise."""
    value = at(body, path)
    return value if isinstance(value, Mapping) else {}


def words_at(body: object, path: str) -> list[str]:
    """The texts of the list at a path."""
    return [item for item in value if isinstance(item, str)] if isinstance(value := at(body, path), list) else []


def read_date(value: object) -> date | None:
    """The date of an ISO date or date and time, else None."""
    return moment.day if (moment := moments.read(value)) else None


def moment_of_death(form_a: object) -> Moment | None:
    """When the child died: with the time where it is known."""
    return moments.moment(date_at(form_a, "death.date"), text_at(form_a, "death.time"))


def moment_of_birth(form_a: object) -> Moment | None:
    """When the child was born: with the time where it is known."""
    return moments.moment(date_at(form_a, "child.date_of_birth"), text_at(form_a, "child.time_of_birth"))


def gestation_days(body: object, path: str = "child.gestation") -> int | None:
    """Completed days of pregnancy at birth; None where the weeks are not known."""
    weeks, days = number_at(body, f"{path}.weeks"), number_at(body, f"{path}.days")
    return None if weeks is None else int(weeks) * 7 + int(days or 0)


def informed(form_a: object, *parties: str) -> bool:
    """Whether the notification says that one of these parties has been informed."""
    told = (item for _, item in items_at(form_a, "informed") if item.get("status") == "informed")
    return any(item.get("party") in parties for item in told)


def coroner_told(form_a: object) -> bool:
    """Whether the notification says that the coroner was told: in so many words, or by an inquest that began where it says nothing else."""
    inquests = (item for _, item in items_at(form_a, "other_investigations") if item.get("type") == "inquest")
    begun = any(item.get("status") in ("open", "closed") for item in inquests)
    return informed(form_a, "coroner") or (begun and not mentioned(form_a, "coroner"))


def mentioned(form_a: object, *parties: str) -> bool:
    """Whether the notification says anything of one of these parties."""
    return any(item.get("party") in parties for _, item in items_at(form_a, "informed"))
