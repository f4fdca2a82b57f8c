"""A register that gives the counts which two areas published, brought in and tallied: the published numbers come back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from conftest import DATA, EXAMPLES, Answer, People, run
from register_rows import as_csv, derby, derby_more, durham
from ruamel.yaml import YAML

TABLES = {
    "by_local_authority": "local_authority", "by_age_band": "age_band", "by_place_of_death": "place", "by_gender": "sex",
    "by_ethnicity_broad": "ethnicity", "by_duration": "duration", "by_category": "category",
}  # fmt: skip
NAMES = {"Other residency": "Other residence"}


def published(name: str) -> Any:
    return YAML(typ="safe").load((DATA / f"reference-{name}.yaml").read_bytes())


def imported(
    folder: Path, people: People, area: Any, rows: list[dict[str, Any]], hospitals: tuple[str, ...] = ()
) -> list[str]:
    """The options for a store of this area with these rows in it."""
    text = (EXAMPLES / "store.yaml").read_text()
    text = text.replace(
        "authorities: [Northshire, Southtown]", f"authorities: [{', '.join(area['local_authorities'])}]"
    )
    known = (
        f"  population_0_17: {{Derby: 54830, Derbyshire: 137337}}\n  hospitals: {[*hospitals]}\n" if hospitals else ""
    )
    text = text.replace("  population_0_17: {Northshire: 118400, Southtown: 46900}\n", known)
    (folder / "store.yaml").write_text(text)
    (folder / "register.csv").write_bytes(as_csv(rows))
    store = ["--store", str(folder / "store"), "--as-of", "2026-01-09"]
    for arguments in (
        ["init", str(folder / "store"), "--config", str(folder / "store.yaml"), "--member", people.member],
        [*store, "import", str(folder / "register.csv")],
    ):
        answer = run(arguments)
        assert answer.code == 0, answer.err
    return store


def tables(answer: Answer) -> dict[str, Any]:
    assert answer.code == 0, answer.err
    return {table["id"]: table for table in answer.json["tables"]}


def column(table: Any, year: str) -> dict[str, Any]:
    place = table["columns"].index(year)
    return {row["label"]: row["cells"][place] for row in table["rows"]}


def their_modifiable_factors_come_back(area: Any, found: dict[str, Any]) -> None:
    for year in ("2022/23", "2023/24"):
        cells = column(found["reviews.modifiable_by_authority"], year)
        for name in area["local_authorities"]:
            expected = area["reviews"]["modifiable_factors"][name][year]
            assert (cells[name]["n"], cells[name]["of"]) == (expected["modifiable"], expected["reviews"])
            without = column(found["reviews.not_modifiable_by_authority"], year)[name]["n"]
            fault = expected["modifiable"] + expected["without"] - expected["reviews"]
            assert without == expected["without"] - fault
            assert fault == ((name, year) == ("Durham", "2023/24")), "a review is with or without, and never both"


def test_durham_and_darlington_s_counts_come_back(tmp_path: Path, people: People, member: str) -> None:
    area = published("durham")
    store = imported(tmp_path, people, area, durham(area))
    found = tables(run([*store, "tally", "--year", "2023/24", "--years", "4", "--all", "--json"]))
    their_modifiable_factors_come_back(area, found)
    compared, faults = 0, []
    for basis in ("notifications", "reviews"):
        totals = area[basis]["by_local_authority"]["total"]
        for name, table in TABLES.items():
            for year, total in totals.items():
                expected = {
                    NAMES.get(str(label), str(label)): counts[year]
                    for label, counts in area[basis].get(name, {}).items()
                    if label != "total" and isinstance(counts, dict) and year in counts
                }
                if not expected:
                    continue
                cells = column(found[f"{basis}.{table}"], year)
                got = {
                    label.split(" ")[0] if name == "by_category" else label: cell["n"] for label, cell in cells.items()
                }
                assert sum(got.values()) == total
                differing = {label: n for label, n in expected.items() if got.get(label, 0) != n}
                if sum(expected.values()) == total:
                    assert differing == {}, (basis, name, year)
                    compared += len(expected)
                else:
                    faults.append((basis, name, year, sum(expected.values()) - total))
                    assert len(differing) == 1, "all but the one row that has a child too few or too many"
                    compared += len(expected) - 1
    assert compared == 201
    assert faults == [
        ("notifications", "by_age_band", "2023/24", -1),
        ("reviews", "by_gender", "2023/24", 1),
        ("reviews", "by_duration", "2023/24", 1),
    ], "where the report disagrees with itself"


def rounded(cell: Any) -> int:
    """Whole per cent, halves up."""
    return (200 * int(cell["n"]) + int(cell["of"])) // (2 * int(cell["of"]))


def test_derby_and_derbyshire_s_figures_come_back(tmp_path: Path, people: People, member: str) -> None:
    area = published("derby")
    store = imported(tmp_path, people, area, derby(area))
    found = tables(run([*store, "tally", "--year", "2024/25", "--json"]))
    told, reviews = area["notifications"], area["reviews"]
    cells = {name: column(table, "2024/25") for name, table in found.items() if table["columns"] == ["2024/25"]}
    assert {label: cell["n"] for label, cell in cells["notifications.local_authority"].items()} == told[
        "by_local_authority"
    ]
    place = cells["notifications.place"]
    assert (place["Hospital"]["n"], rounded(place["Hospital"]), place["Home"]["n"], place["Hospice"]["n"]) == (
        54,
        82,
        5,
        5,
    )
    assert cells["notifications.jar"]["Yes"]["n"] == told["joint_agency_responses"]
    assert rounded(cells["notifications.age_band"]["0-27 days"]) == 50
    assert cells["notifications.gestation"]["22 weeks"]["n"] == 10, "30% of 33"
    assert {label: cell["n"] for label, cell in cells["reviews.year_of_death"].items()} == reviews["by_year_of_death"]
    assert found["reviews.category"]["total"][0]["n"] == reviews["total"]
    by_category = {
        int(label.split(" ")[0]): cell for label, cell in cells["reviews.category"].items() if label[0].isdigit()
    }
    assert {code: rounded(by_category[code]) for code in (8, 7)} == reviews["by_category_percent"]
    domains = {label[0]: cell for label, cell in cells["reviews.domains"].items()}
    assert {letter: {"n": cell["n"], "percent": rounded(cell)} for letter, cell in domains.items()} == reviews[
        "contributory_factor_domains"
    ]
    modifiable = {
        int(label.split(" ")[0]): rounded(cell)
        for label, cell in cells["reviews.modifiable_by_category"].items()
        if cell["of"]
    }
    assert modifiable == reviews["modifiable_percent_by_category"]
    ages = {label: rounded(cell) for label, cell in cells["reviews.modifiable_by_age_band"].items() if cell["of"]}
    assert ages == reviews["modifiable_percent_by_age_band"]
    assert rounded(found["reviews.modifiable_by_category"]["total"][0]) == reviews["with_modifiable_factors_percent"]
    factors = [rounded(cell) for cell in cells["reviews.modifiable_factors"].values()]
    assert factors[:5] == list(reviews["top_modifiable_factors_percent"].values())


def test_derby_s_other_figures_come_back_from_a_register_that_has_them(
    tmp_path: Path, people: People, member: str
) -> None:
    ours, other = "Royal Derby Hospital", "Sheffield Children's Hospital"
    area = published("derby")
    store = imported(tmp_path, people, area, derby_more(ours, other), hospitals=(ours, "Chesterfield Royal Hospital"))
    answer = run([*store, "tally", "--year", "2024/25", "--years", "6", "--all", "--json"])
    found = tables(answer)
    newborn, infants, hospital = (
        column(found[f"notifications.{name}"], "2024/25")
        for name in ("neonatal_gestation", "infant_gestation", "hospital")
    )
    assert (newborn["Under 23 weeks"]["n"], rounded(newborn["Under 23 weeks"])) == (10, 30)
    assert (infants["Under 37 weeks"]["n"], rounded(infants["Under 37 weeks"])) == (32, 74)
    assert (hospital[ours]["n"], hospital["Another hospital"]["n"], rounded(hospital[ours])) == (22, 32, 41)
    notes = " ".join(found["notifications.local_authority"]["notes"])
    assert "mean of 62.0" in notes, "the average over six years"
    assert "Derby has 28.5% of the area's children, and 50.0% of these deaths" in notes
