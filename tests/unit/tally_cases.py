"""A case, an area and what to count of it, and random ones, as the tests of the tally use them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from ruamel.yaml import YAML

from cdr.resources import read_bytes
from cdr.statistics.facts import CaseFacts, RequestFacts
from cdr.statistics.reference import figures
from cdr.statistics.tables import Table, Tally
from cdr.statistics.tally import Choice, Setting, known_tables, tally


def load(*path: str) -> Any:
    return YAML(typ="safe").load(read_bytes(*path))


BANDS, INTERVALS, ENGLAND = (load("rules", f"{name}.yaml") for name in ("bands", "intervals", "england-reference"))
AUTHORITIES = ["Southtown", "Northshire"]
AGENCIES = {"northshire-police": "Northshire Police", "high-street-surgery": "High Street Surgery"}
ALL = Choice(tables=known_tables(BANDS), today=date(2024, 5, 1))
SETTING = Setting(
    population={"Northshire": 118400, "Southtown": 46900},
    live_births={"Northshire": 3000, "Southtown": 1000},
    figures=figures(ENGLAND),
    chance=INTERVALS,
)
CASE = CaseFacts(
    case="2023-7K3M",
    notified_on=date(2023, 9, 15),
    born=date(2023, 9, 1),
    died=date(2023, 9, 14),
    sex="female",
    ethnicity="A",
    local_authority="Northshire",
    place="neonatal_unit",
    gestation_weeks=23,
    reviewed_on=date(2024, 2, 1),
    category=8,
    modifiable="yes",
    domains={"A": 2, "B": 1, "C": 0},
    birth_weight_g=590,
    multiple_birth=True,
    processes=("pmrt", "leder"),
    open_processes=("inquest",),
    family=("leaflet_given", "letter_sent"),
    discussed_on=date(2024, 1, 2),
    reviews=1,
    is_open=True,
    requests=(
        RequestFacts("northshire-police", date(2023, 9, 20), "returned", date(2023, 10, 4)),
        RequestFacts("high-street-surgery", date(2023, 9, 20), "outstanding", None, escalated=True),
    ),
)


def tallied(
    *cases: CaseFacts, n_years: int = 1, year: str = "2023/24", setting: Setting = SETTING, **choice: Any
) -> Tally:
    chosen = replace(ALL, **choice)
    return tally(cases, "Northshire and Southtown", AUTHORITIES, AGENCIES, year, n_years, BANDS, chosen, setting)


# ---- what may be said of more and less ---------------------------------------------------------------------------------


def years_of(*counts: int, **change: Any) -> list[CaseFacts]:
    first = 2024 - len(counts)
    return [
        replace(
            CASE,
            case=f"{first + k}-{n:04}",
            notified_on=date(first + k, 9, 1),
            reviewed_on=date(first + k, 9, 1),
            **change,
        )
        for k, count in enumerate(counts)
        for n in range(count)
    ]


def said(table: Table) -> str:
    return " ".join(table.notes)
