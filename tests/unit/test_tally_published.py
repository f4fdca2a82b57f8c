"""An area's published counts come back from cases that have them, and the faults of its report cannot be made."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from cdr.domain.process.age import AGE_BANDS
from cdr.resources import read_bytes
from cdr.statistics.facts import CaseFacts
from cdr.statistics.tables import Table, Tally
from cdr.statistics.tally import tally
from cdr.statistics.years import first_and_last_day, years_ending


def load(text: bytes) -> Any:
    return YAML(typ="safe").load(text)


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
        died = event - timedelta(days=REVIEWED_AFTER.get(row.get("by_duration") or "", 0))
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
    [
        (basis, name)
        for basis in ("notifications", "reviews")
        for name in ("by_local_authority", *COLUMNS)
        if name in PUBLISHED[basis]
    ],
)
def test_the_published_counts_of_an_area_come_back(durham: Tally, basis: str, published: str) -> None:
    tables = PUBLISHED[basis]
    table = durham.table(f"{basis}.{COLUMNS.get(published, 'local_authority')}")
    assert table.columns == years_ending("2023/24", 4)
    for column, year in enumerate(table.columns):
        total = tables["by_local_authority"]["total"][year]
        expected = {str(label): n[year] for label, n in tables[published].items() if label != "total" and year in n}
        got = {
            label.split(" ")[0] if published == "by_category" else label: n
            for label, n in counts(table, column).items()
        }
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


DERBY = load((Path(__file__).parents[1] / "data" / "reference-derby.yaml").read_bytes())


def whole_percent(n: int | None, of: int | None) -> int:
    return int((200 * (n or 0) + (of or 0)) // (2 * (of or 1)))


def notified_in_derby() -> list[CaseFacts]:
    published, (first, _) = DERBY["notifications"], first_and_last_day(DERBY["year"])
    where = [name for name, n in published["by_local_authority"].items() for _ in range(n)]
    places = ["neonatal_unit"] * published["died_in_hospital"]["n"] + ["home_normal_residence"] * published[
        "died_at_home"
    ]
    places += ["hospice"] * published["died_in_hospice"]
    places += ["not_known"] * (published["total"] - len(places))
    newborn = published["total"] * published["neonatal_0_27_days_percent"] // 100
    early = round(newborn * published["of_those_under_23_weeks_gestation_percent"] / 100)
    return [
        CaseFacts(
            case=f"2024-{n:04}",
            notified_on=first + timedelta(days=n),
            born=first + timedelta(days=n - (5 if n < newborn else 400)),
            died=first + timedelta(days=n),
            local_authority=where[n],
            place=places[n],
            gestation_weeks=22 if n < early else 30 if n < newborn else None,
            jar=n < published["joint_agency_responses"],
        )
        for n in range(published["total"])
    ]


def reviewed_in_derby() -> list[CaseFacts]:
    published, (first, last) = DERBY["reviews"], first_and_last_day(DERBY["year"])
    died_in = [year for year, n in published["by_year_of_death"].items() for _ in range(n)]
    domains = published["contributory_factor_domains"]
    share = {
        name: round(percent * len(died_in) / 100)
        for name, percent in published["top_modifiable_factors_percent"].items()
    }
    share_of_category = {
        code: round(percent * len(died_in) / 100) for code, percent in published["by_category_percent"].items()
    }
    categories = [code for code, n in share_of_category.items() for _ in range(n)]
    with_factors = round(published["with_modifiable_factors_percent"] * len(died_in) / 100)
    return [
        CaseFacts(
            case=f"2019-{n:04}",
            notified_on=first - timedelta(days=4000),
            born=first_and_last_day(year)[0] - timedelta(days=3),
            died=first_and_last_day(year)[0],
            local_authority="Derby",
            reviewed_on=last,
            category=categories[n] if n < len(categories) else 5,
            modifiable="yes" if n < with_factors else "no",
            domains={letter: 2 if n < about["n"] else 1 for letter, about in domains.items()},
            modifiable_factors=tuple(name for name, k in share.items() if n < k),
        )
        for n, year in enumerate(died_in)
    ]


@pytest.fixture(scope="module")
def derby() -> Tally:
    cases = [*notified_in_derby(), *reviewed_in_derby()]
    return tally(cases, DERBY["area"], DERBY["local_authorities"], {}, DERBY["year"], 1, BANDS)


def test_a_second_area_s_published_notifications_come_back(derby: Tally) -> None:
    published = DERBY["notifications"]
    assert counts(derby.table("notifications.local_authority")) == published["by_local_authority"]
    assert counts(derby.table("notifications.jar"))["Yes"] == published["joint_agency_responses"]
    place = {row.label: row.cells[0] for row in derby.table("notifications.place").rows}
    assert (place["Hospital"].n, whole_percent(place["Hospital"].n, place["Hospital"].of)) == (54, 82)
    assert (place["Home"].n, place["Hospice"].n, place["Not known"].n) == (5, 5, 2)
    newborn = derby.table("notifications.age_band").rows[0].cells[0]
    assert whole_percent(newborn.n, newborn.of) == published["neonatal_0_27_days_percent"]
    assert counts(derby.table("notifications.gestation"))["22 weeks"] == 10, "30 per cent of 33 newborn babies"


def test_a_second_area_s_published_reviews_come_back(derby: Tally) -> None:
    published = DERBY["reviews"]
    assert counts(derby.table("reviews.year_of_death")) == published["by_year_of_death"]
    assert derby.table("reviews.year_of_death").total[0].n == published["total"]
    domains = {row.label[0]: row.cells[0] for row in derby.table("reviews.domains").rows}
    for letter, about in published["contributory_factor_domains"].items():
        assert (domains[letter].n, whole_percent(domains[letter].n, domains[letter].of)) == (
            about["n"],
            about["percent"],
        )
    total = derby.table("reviews.modifiable_by_authority").total[0]
    assert whole_percent(total.n, total.of) == published["with_modifiable_factors_percent"]
    factors = [whole_percent(row.cells[0].n, row.cells[0].of) for row in derby.table("reviews.modifiable_factors").rows]
    assert factors == sorted(published["top_modifiable_factors_percent"].values(), reverse=True)
    category = {row.label.split(" ")[0]: row.cells[0] for row in derby.table("reviews.category").rows}
    assert {code: whole_percent(category[str(code)].n, 65) for code in (8, 7)} == published["by_category_percent"]
