"""Cases as the crib of the national database and its preflight see them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from unit.domain_data import cases as cases_
from unit.domain_data import changed, example, policy

from cdr.app import rules
from cdr.domain.ncmd.ncmd import FORM_A, FORM_B, FORM_C, Crib, Documents, crib
from cdr.domain.ncmd.ncmd_lines import Line
from cdr.domain.ncmd.ncmd_minimum import (
    Minimum,
)
from cdr.domain.ncmd.ncmd_preflight import Preflight, preflight
from cdr.forms.schema_files import expanded

RULES = rules("ncmd")


MINIMUM = Minimum.from_rules(RULES)


FORMS_B = ("hospital", "police", "ambulance")


AGENCIES = {agency["id"]: agency["name"] for agency in example("store")["agencies"]}


REVIEWED = {
    "status": "open",
    "gates": [],
    "reviews": [{"stage": "ratified_cdop", "on": "2026-04-14"}],
    "reopenings": [],
}


OPENED = {"status": "open", "gates": [], "reviews": [], "reopenings": []}


YEAR = (date(2025, 4, 1), date(2026, 3, 31))


@cache
def schemas() -> Mapping[str, Any]:
    return {form: expanded(f"{form}/1") for form in (FORM_A, FORM_B, FORM_C)}


def made(form_a: Any = None, returns: Any = (), form_c: Any = None, case: Any = None, requests: Any = None) -> Crib:
    documents = Documents(
        case or OPENED, requests or {"requests": []}, form_a or example("form-a-sudi"), list(returns), form_c
    )
    return crib("2026-7K3M", documents, schemas(), AGENCIES, RULES)


def whole() -> Crib:
    return made(returns=[example(f"form-b-{name}") for name in FORMS_B], form_c=example("form-c-sudi"), case=REVIEWED)


def line(found: Crib, key: str) -> Line:
    [one] = [line for section in found.sections for line in section.lines if line.key == key]
    return one


def asked(**status: str) -> dict[str, Any]:
    answered = {"outstanding": None}
    return {
        "requests": [
            {
                "agency": agency.replace("_", "-"),
                "requested_on": "2026-01-12",
                "status": one,
                "answered_on": answered.get(one, "2026-01-20"),
            }
            for agency, one in status.items()
        ]
    }


def returns(path: str, *answers: Any) -> list[Any]:
    agencies = ("northtown-general", "northshire-police", "regional-ambulance")
    bare = {"schema": "form-b/1", "response": "full"}
    return [
        changed({**bare, "agency": agency}, path, answer) for agency, answer in zip(agencies, answers, strict=False)
    ]


def found(as_of: str = "2026-02-20", **cases: dict[str, Any]) -> Preflight:
    return preflight(cases_(cases), "2025/26", YEAR, date.fromisoformat(as_of), MINIMUM, policy())
