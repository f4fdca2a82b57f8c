"""An area's published counts come back from cases that have them, and the faults of its report cannot be made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cdr.domain.age import AGE_BANDS
from cdr.resources import read_bytes
from cdr.statistics.facts import CaseFacts
from cdr.statistics.tables import Table, Tally
from cdr.statistics.tally import tally
from cdr.statistics.years import first_and_last_day, years_ending


def load(text: bytes) -> Any:
    return YAML(typ="safe", pure=True).load(text)


def counts(table: Table, column: int = -1) -> dict[str, int | None]:
    return {row.label: row.cells[column].n for row in table.rows}


BANDS = load(read_bytes("rules", "bands.yaml"))
PUBLISHED = load((Path(__file__).parents[1] / "data" / "reference-durham.yaml").read_bytes())
BORN_BEFORE = dict(zip(AGE_BANDS, [3, 90, 900, 2700, 4500, 6000], strict=True))
REVIEWED_AFTER = {"Under 6 months": 100, "6-12 months": 270, "Over 12 months": 900}
COLUMNS = {
    "by_age_band": "age_band",
    "by_place_of_death": "place",
    "by_gender": "sex",
    "by_ethnicity_broad": "ethnicity",
    "by_duration": "duration",
    "by_category": "category",
}


def spread(published: dict[Any, dict[str, int]], year: str, total: int) -> list[Any]:
    """The labels of one published table, one a child; None where the report has fewer, cut where it has more."""
    labels = [label for label, by_year in published.items() for _ in range(by_year.get(year, 0))]
    return (labels + [None] * total)[:total]


def children(basis: str, year: str) -> list[CaseFacts]:
    tables = PUBLISHED[basis]
    total = tables["by_local_authority"]["total"][year]
    authorities = {name: n for name, n in tables["by_local_authority"].items() if name != "total"}
    columns = {name: spread(tables[name], year, total) for name in COLUMNS if name in tables}
    where = spread(authorities, year, total)
    modifiable = {name: n[year]["modifiable"] for name, n in tables.get("modifiable_factors", {}).items() if year in n}
    cases = []
    for i in range(total):
        row = {name: values[i] for name, values in columns.items()}
        event = first_and_last_day(year)[0] + timedelta(days=i * 7)
        died = event - timedelta(days=REVIEWED_AFTER.get(row.get("by_duration"), 0))
        age = BORN_BEFORE.get(row["by_age_band"])
        with_factors = where[: i + 1].count(where[i]) <= modifiable.get(where[i], 0)
        case = CaseFacts(
            case=f"{year[:4]}-{i:04d}",
            notified_on=event if basis == "notifications" else died - timedelta(days=4000),
            born=None if age is None else died - timedelta(days=age),
            died=died,
            sex=row["by_gender"].lower() if row["by_gender"] else None,
            ethnicity=row["by_ethnicity_broad"],
            local_authority=where[i],
            place=row["by_place_of_death"],
            reviewed_on=event if basis == "reviews" else None,
            category=row.get("by_category"),
            modifiable="yes" if with_factors else "no",
        )
        cases.append(case)
    return cases


@pytest.fixture(scope="module")
def durham() -> Tally:
    years = PUBLISHED["years"]
    cases = [case for basis in ("notifications", "reviews") for year in years for case in children(basis, year)]
    return tally(cases, PUBLISHED["area"], PUBLISHED["local_authorities"], {}, years[-1], len(years), BANDS)


@pytest.mark.parametrize(
    ("basis", "published"),
    [(basis, name) for basis in ("notifications", "reviews") for name in ("by_local_authority", *COLUMNS) if name in PUBLISHED[basis]],
)
def test_the_published_counts_of_an_area_come_back(durham: Tally, basis: str, published: str) -> None:
    tables = PUBLISHED[basis]
    table = durham.table(f"{basis}.{COLUMNS.get(published, 'local_authority')}")
    assert table.columns == years_ending("2023/24", 4)
    for column, year in enumerate(table.columns):
        total = tables["by_local_authority"]["total"][year]
        expected = {str(label): n[year] for label, n in tables[published].items() if label != "total" and year in n}
        got = {label.split(" ")[0] if published == "by_category" else label: n for label, n in counts(table, column).items()}
        assert table.total[column].n == total == sum(n or 0 for n in got.values())
        if sum(expected.values()) <= total:  # where the report counts one child twice no cases can give its counts back
            assert {label: got.get(label, 0) for label in expected} == expected


def test_the_report_s_own_faults_cannot_be_made(durham: Tally) -> None:
    age = durham.table("notifications.age_band")
    assert counts(age)["Not known"] == 1, "the report's bands of 2023/24 add up to 37 of 38"
    sex = durham.table("reviews.sex")
    assert sum(n or 0 for n in counts(sex).values()) == 43, "the report's sexes of 2023/24 add up to 44 of 43"


def test_the_published_modifiable_counts_come_back_each_of_its_own_authority_s_reviews(durham: Tally) -> None:
    table = durham.table("reviews.modifiable_by_authority")
    for year, published in ((year, PUBLISHED["reviews"]["modifiable_factors"]) for year in ("2022/23", "2023/24")):
        column = table.columns.index(year)
        got = {row.label: row.cells[column] for row in table.rows} | {"total": table.total[column]}
        for name, by_year in published.items():
            assert (got[name].n, got[name].of) == (by_year[year]["modifiable"], by_year[year]["reviews"])
    assert table.rows[1].cells[-1].percent == 60.0, "3 of Darlington's 5, which the report printed as 7%"
