"""The rules STORE-01 to STORE-13: what is wrong with a cdr.yaml beyond its schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from cdr.domain.case.places import same_place
from cdr.domain.rulebook.agency_routes import route_problems
from cdr.domain.rulebook.configuration import MEMBERS, quorum_parts
from cdr.domain.rulebook.validation import date_at, items_at, mapping_at, problem, text_at, words_at
from cdr.errors import Problem

LONGEST_CLOSURE = timedelta(days=366)


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

    mail = mapping_at(body, "mail")
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
    for part in quorum_parts(body):
        for n, agency in enumerate(words_at(body, f"panel.{part}")):
            if agency not in agencies:
                yield problem("STORE-03", f"panel.{part}.{n}")
    for name in mapping_at(body, "area.population_0_17"):
        if name not in authorities:
            yield problem("STORE-06", f"area.population_0_17.{name}")
    for name in mapping_at(body, "area.live_births"):
        if name not in authorities:
            yield problem("STORE-06", f"area.live_births.{name}")
    for n, item in items_at(body, "breaks"):
        if not _is_year(text_at(item, "from")):
            yield problem("STORE-09", f"breaks.{n}.from")


def _is_year(text: str) -> bool:
    first, _, second = text.partition("/")
    return first.isdigit() and second == f"{(int(first) + 1) % 100:02d}"
