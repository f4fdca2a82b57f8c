"""Registers of invented children without names, made so that they give the counts that two areas have published."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from cdr.domain.process.age import AGE_BANDS
from cdr.domain.process.clocks import add_months
from cdr.statistics.years import first_and_last_day

Row = dict[str, Any]
DAYS_OLD = dict(zip(AGE_BANDS, [3, 90, 900, 2700, 4500, 6000], strict=True))
MONTHS_BEFORE = {"Under 6 months": 5, "6-12 months": 9, "Over 12 months": 70}
ATTRIBUTES = {"by_age_band": "age", "by_place_of_death": "place", "by_gender": "sex", "by_ethnicity_broad": "ethnicity"}
COLUMNS = (
    "old_reference", "notified_on", "date_of_birth", "date_of_death", "sex", "ethnicity", "local_authority", "place", "expected",
    "gestation_weeks", "jar", "reviewed_on", "category", "modifiable", "domain_a", "domain_b", "domain_c", "domain_d",
    "contributory_factors", "modifiable_factors", "hospital",
)  # fmt: skip


def as_csv(rows: Sequence[Row], columns: Sequence[str] = COLUMNS) -> bytes:
    """The register as a file."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="")
    writer.writeheader()
    writer.writerows({**row, "old_reference": f"R{n:04}"} for n, row in enumerate(rows, 1))
    return out.getvalue().encode()


# ---- an area with four years of tables -----------------------------------------------------------------------------


def labels(published: Mapping[Any, Any], year: str, total: int) -> list[Any]:
    """The labels of one published table, one a child.

    Where the report's rows add up to fewer than its total, the last label stands once more (a register has no child without an age
    or a sex); where they add up to more, the last is left out.
    """
    found = [
        label for label, counts in published.items() if isinstance(counts, Mapping) for _ in range(counts.get(year, 0))
    ]
    return (found + found[-1:] * total)[:total]


def split(ours: list[Any], theirs: list[Any], n: int) -> tuple[list[Any], list[Any]]:
    """`n` of our labels that they have too, and the rest of ours."""
    both = list((Counter(ours) & Counter(theirs)).elements())[:n]
    assert len(both) == n
    return both, list((Counter(ours) - Counter(both)).elements())


def durham(published: Mapping[str, Any]) -> list[Row]:
    """The children notified and reviewed in four years.

    A review within twelve months of the death belongs to a child who was notified the year before, so these are in both tables:
    their labels are ones that both tables have.
    """
    years = published["years"]
    free = {year: _attributes(published["notifications"], year) for year in years}
    rows = [
        row
        for n, year in enumerate(years)
        for row in _reviewed(published["reviews"], year, free.get(years[n - 1]) if n else None)
    ]
    return rows + [row for year in years for row in _notified(free[year], year)]


def _attributes(tables: Mapping[str, Any], year: str) -> dict[str, list[Any]]:
    total = tables["by_local_authority"]["total"][year]
    home = {name: counts for name, counts in tables["by_local_authority"].items() if name != "total"}
    return {"local_authority": labels(home, year, total)} | {
        key: labels(tables[name], year, total) for name, key in ATTRIBUTES.items()
    }


def _notified(attributes: Mapping[str, list[Any]], year: str) -> list[Row]:
    first = first_and_last_day(year)[0]
    children = [dict(zip(attributes, values, strict=True)) for values in zip(*attributes.values(), strict=True)]
    return [_row(child, first + timedelta(days=5 * n % 360), None) for n, child in enumerate(children)]


def _reviewed(tables: Mapping[str, Any], year: str, year_before: dict[str, list[Any]] | None) -> list[Row]:
    ours = _attributes(tables, year)
    total = len(ours["sex"])
    durations = sorted(labels(tables["by_duration"], year, total), key=list(MONTHS_BEFORE).index)
    soon = 0 if year_before is None else sum(one != "Over 12 months" for one in durations)
    for key, values in ours.items():
        if year_before is not None:
            both, rest = split(values, year_before[key], soon)
            ours[key] = both + rest
            year_before[key] = list((Counter(year_before[key]) - Counter(both)).elements())
    categories = labels(tables["by_category"], year, total) if tables["by_category"][8].get(year) else [None] * total
    modifiable = {
        name: counts[year]["modifiable"] for name, counts in tables["modifiable_factors"].items() if year in counts
    }
    seen: Counter[str] = Counter()
    rows = []
    for n in range(total):
        child = {key: values[n] for key, values in ours.items()}
        seen[child["local_authority"]] += 1
        day = first_and_last_day(year)[0] + timedelta(days=n)
        row = _row(child, add_months(day, -MONTHS_BEFORE[durations[n]]), day)
        with_factors = seen[child["local_authority"]] <= modifiable.get(child["local_authority"], 0)
        rows.append({**row, "category": categories[n], "modifiable": "yes" if with_factors else "no"})
    return rows


def _row(child: Mapping[str, Any], died: date, reviewed: date | None) -> Row:
    place = {"Other residency": "Other residence"}.get(child["place"], child["place"])
    return {
        "notified_on": died.isoformat(),
        "date_of_birth": (died - timedelta(days=DAYS_OLD[child["age"]])).isoformat(),
        "date_of_death": died.strftime("%d/%m/%Y"),
        "sex": child["sex"],
        "ethnicity": child["ethnicity"],
        "local_authority": child["local_authority"],
        "place": place,
        "reviewed_on": reviewed.isoformat() if reviewed else "",
    }


# ---- an area with one year and percentages -------------------------------------------------------------------------


def derby(published: Mapping[str, Any]) -> list[Row]:
    """The children of one year: those reviewed, of whom those who died in the year were also notified in it, and the others notified."""
    reviewed = [row for row in _derby_reviewed(published)]
    both = [row for row in reviewed if row["notified_on"] >= "2024-04-01"]
    return reviewed + _derby_notified(published, both)


def _derby_reviewed(published: Mapping[str, Any]) -> list[Row]:
    """65 reviews: nine without modifiable factors, five newborns of category 8 and four older children of category 7.

    How many reviews there are of each age is not printed; these are the numbers that its percentages allow.
    """
    reviews = published["reviews"]
    without = [("0-27 days", 8)] * 5 + [("28-364 days", 7), ("1-4 years", 7), ("1-4 years", 7), ("5-9 years", 7)]
    ages = Counter(dict(zip(AGE_BANDS, (24, 17, 8, 6, 6, 4), strict=True))) - Counter(age for age, _ in without)
    others = [1, 2, 3, 4, 5, 6, 9, 10] * 3 + [3, 10]
    categories = [8] * 18 + [7] * 12 + others
    children = [
        *((age, category, "no") for age, category in without),
        *((a, c, "yes") for a, c in zip(ages.elements(), categories, strict=True)),
    ]
    years = [year for year, n in reviews["by_year_of_death"].items() for _ in range(n)]
    domains = [reviews["contributory_factor_domains"][name]["n"] for name in reviews["contributory_factor_domains"]]
    modifiable = list(zip(FACTORS, reviews["top_modifiable_factors_percent"].values(), strict=True))
    rows = []
    for n, ((age, category, answer), year) in enumerate(zip(children, years, strict=True)):
        child = {
            "age": age,
            "place": "Hospital",
            "sex": "female",
            "ethnicity": "White",
            "local_authority": ("Derby", "Derbyshire")[n % 2],
        }
        row = _row(child, first_and_last_day(year)[0] + timedelta(days=n), date(2025, 3, 1))
        place = n - len(without)
        named = [code for code, percent in modifiable if answer == "yes" and place < round(percent * len(years) / 100)]
        relevances = {f"domain_{letter}": 2 if n < count else 1 for letter, count in zip("abcd", domains, strict=True)}
        rows.append(
            {**row, **relevances, "category": category, "modifiable": answer, "modifiable_factors": "; ".join(named)}
        )
    return rows


FACTORS = ("parental_smoking", "agency_communication", "maternal_bmi", "guideline_not_followed", "treatment_delay")


def _derby_notified(published: Mapping[str, Any], both: Sequence[Row]) -> list[Row]:
    told = published["notifications"]
    home = Counter({name: n for name, n in told["by_local_authority"].items()}) - Counter(
        row["local_authority"] for row in both
    )
    n = told["total"] - len(both)
    places = (
        ["Hospital"] * (told["died_in_hospital"]["n"] - len(both))
        + ["Home"] * told["died_at_home"]
        + ["Hospice"] * told["died_in_hospice"]
    )
    places += ["Not known"] * (n - len(places))
    newborn_before = sum(
        (date.fromisoformat(row["date_of_birth"]) + timedelta(days=28)).isoformat() > _died(row) for row in both
    )
    newborns = told["total"] * told["neonatal_0_27_days_percent"] // 100 - newborn_before
    small = round((newborns + newborn_before) * told["of_those_under_23_weeks_gestation_percent"] / 100)
    rows = []
    for i, (authority, place) in enumerate(zip(home.elements(), places, strict=True)):
        child = {
            "age": AGE_BANDS[0] if i < newborns else AGE_BANDS[3],
            "place": place,
            "sex": "male",
            "ethnicity": "White",
            "local_authority": authority,
        }
        row = _row(child, date(2024, 4, 2) + timedelta(days=5 * i), None)
        weeks = 22 if i < small else 30 if i < newborns else ""
        rows.append({**row, "gestation_weeks": weeks, "jar": "yes" if i < told["joint_agency_responses"] else "no"})
    return rows


def _died(row: Row) -> str:
    day, month, year = row["date_of_death"].split("/")
    return f"{year}-{month}-{day}"


def derby_more(ours: str, other: str) -> list[Row]:
    """Six years of notifications, 62 a year; the last with the gestation of its 43 infants, and the hospitals of 54 children."""
    years = dict(zip(("2019/20", "2020/21", "2021/22", "2022/23", "2023/24"), (61, 61, 61, 61, 62), strict=True))
    child = {"age": "1-4 years", "place": "Home", "sex": "female", "ethnicity": "White", "local_authority": "Derby"}
    rows = [
        _row(child, first_and_last_day(year)[0] + timedelta(days=n), None)
        for year, k in years.items()
        for n in range(k)
    ]
    for n in range(66):
        age = "0-27 days" if n < 33 else "28-364 days" if n < 43 else "1-4 years"
        weeks = 22 if n < 10 else 30 if n < 32 else 39
        place, hospital = ("Hospital", ours if n < 22 else other) if n < 54 else ("Home" if n < 59 else "Hospice", "")
        home = "Derby" if n % 2 else "Derbyshire"
        row = _row(
            {**child, "age": age, "place": place, "local_authority": home}, date(2024, 4, 1) + timedelta(days=n), None
        )
        rows.append({**row, "hospital": hospital, "gestation_weeks": weeks if n < 43 else ""})
    return rows
