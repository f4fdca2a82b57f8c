"""Older versions of a form, brought up to date by numbered functions; a newer one than this cdr knows is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cdr.expressions import expression

Body = dict[str, Any]
Step = Callable[[Body], Body]

NAME = expression(r"(?P<name>[a-z-]+)/(?P<version>0|[1-9][0-9]{0,3})")
NAMES: Mapping[str, str] = {"store": "cdr-store", "groups": "cdr-groups"}
# The version in which each form is written today, where it is no longer the first.
VERSIONS: dict[str, int] = {}
# What makes version n + 1 of a form from its version n, by the form and n.
STEPS: dict[tuple[str, int], Step] = {}


class TooNew(ValueError):
    """A document follows a version of its form that this cdr does not know yet."""


def version(form: str) -> int:
    """The version in which a form is written today."""
    return VERSIONS.get(form, 1)


def current(form: str) -> str:
    """The schema that a form follows today: `form-a/1` for `form-a`, `cdr-store/1` for `store`."""
    return f"{NAMES.get(form, form)}/{version(form)}"


def step(form: str, number: int) -> Callable[[Step], Step]:
    """Registers a function as the one that makes version `number` + 1 of a form from a body of version `number`."""

    def register(function: Step) -> Step:
        STEPS[form, number] = function
        return function

    return register


def migrated(body: Body, form: str) -> Body:
    """A body in today's version of its form; as it is where it is no older version of that form.

    Raises: TooNew.
    """
    if body.get("schema") == current(form):  # nearly always
        return body
    found = NAME.fullmatch(str(body.get("schema", "")))
    if found is None or found["name"] != NAMES.get(form, form):
        return body
    number = int(found["version"])
    if number > version(form):
        raise TooNew("made by a newer cdr")
    while number < version(form) and (form, number) in STEPS:
        body = {**STEPS[form, number](body), "schema": f"{found['name']}/{number + 1}"}
        number += 1
    return body
