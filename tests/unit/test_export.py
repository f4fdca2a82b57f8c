"""The anonymised data set: no row stands alone, nothing is told of a whole group, and all three files say the same."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from cdr.documents.tables import data_package
from cdr.errors import ConditionsNotMet
from cdr.resources import read_bytes
from cdr.statistics.data_set import DataSet, data_set, held
from cdr.statistics.facts import CaseFacts
from cdr.statistics.labels import Labels


def load(name: str) -> Any:
    return YAML(typ="safe").load(read_bytes("rules", f"{name}.yaml"))


POLICY, BANDS = load("export"), load("bands")
LABELS = Labels(("Northshire", "Southtown"), {}, BANDS)
YEARS = ("2022/23", "2023/24")
OUTSIDE = [one["name"] for one in POLICY["columns"] if one.get("known_outside")]
ALONE = [one["name"] for one in POLICY["columns"] if not one.get("known_outside")]


def cases(n: int, seed: int = 1) -> list[CaseFacts]:
    random = Random(seed)
    found = []
    for number in range(n):
        notified = date(2022, 4, 1) + timedelta(days=random.randrange(729))
        reviewed = notified + timedelta(days=random.randrange(20, 500)) if random.random() < 0.7 else None
        found.append(
            CaseFacts(
                case=f"2023-{number:04}",
                notified_on=notified,
                died=notified,
                born=notified - timedelta(days=random.choice([3, 90, 900, 2700, 4500, 6000])),
                sex=random.choice(["male", "female"]),
                ethnicity=random.choice("AAAAHN"),
                local_authority=random.choice(["Northshire", "Southtown"]),
                place=random.choice(["Hospital", "Home"]),
                expected=random.choice(["expected", "unexpected"]),
                reviewed_on=reviewed,
                category=random.randrange(1, 11) if reviewed else None,
                modifiable=random.choice(["yes", "no"]) if reviewed else None,
                modifiable_factors=("parental_smoking",) if random.random() < 0.3 else (),
                contributory_factors=tuple(random.sample(["overcrowding", "acute_illness", "parental_health"], 2)),
            )
        )
    return found


def made(n: int, k: int = 5, seed: int = 1) -> DataSet:
    return data_set(cases(n, seed), LABELS, YEARS, POLICY, k)


@settings(max_examples=many(40))
@given(st.integers(5, 120), st.integers(0, 10_000), st.sampled_from([5, 6, 9]))
def test_k_rows_at_least_look_alike_and_none_tells_of_all_of_them(n: int, seed: int, k: int) -> None:
    if n < k:
        return
    found = made(n, k, seed)
    assert len(found.rows) == n
    groups: dict[tuple[str | None, ...], list[Any]] = {}
    for row in found.rows:
        groups.setdefault(tuple(row[name] for name in OUTSIDE), []).append(row)
    assert min(map(len, groups.values())) == found.alike >= k
    for group in groups.values():
        for name in ALONE:
            parts = [set((row[name] or "").split("; ")) for row in group]
            assert parts[0].intersection(*parts[1:]) <= {"", "Not reviewed"}, name


def test_what_many_have_is_shown_and_what_one_has_is_hidden() -> None:
    rows = [{"a": "x", "b": "1"}] * 5 + [{"a": "x", "b": "2"}] * 5 + [{"a": "y", "b": "3"}]
    groups = Counter((row["a"], row["b"]) for row in held(rows, ["b", "a"], 5))
    assert sorted(groups.values()) == [5, 6] and groups[None, None] == 6
    # the one that is left over takes the smallest group with it
    assert len(held(rows[:6], ["b", "a"], 5)) == 6


def test_too_few_cases_are_refused() -> None:
    with pytest.raises(ConditionsNotMet):
        made(4)


def test_no_reference_no_date_and_no_order_of_time_is_in_it() -> None:
    found = made(60)
    text = data_package.as_csv(found).decode()
    assert "2023-00" not in text and not any(f"{one.notified_on}" in text for one in cases(60))
    rows = [tuple(row[name] or "" for name in found.names) for row in found.rows]
    assert rows == sorted(rows)


def test_a_rare_factor_is_not_named() -> None:
    of_one = [*cases(40)[:39], CaseFacts(case="2023-9999", notified_on=date(2023, 5, 1), died=date(2023, 5, 1),
              reviewed_on=date(2023, 9, 1), contributory_factors=("chronic_asthma",), local_authority="Southtown")]  # fmt: skip
    found = data_set(of_one, LABELS, YEARS, POLICY, 5)
    assert not any("Asthma" in str(row["contributory_factors"]) for row in found.rows)


def test_a_category_of_few_is_not_named_since_a_parish_knows_of_a_suicide() -> None:
    for seed in range(5):
        often = Counter(row["category"] for row in made(60, seed=seed).rows)
        named = {one: n for one, n in often.items() if one not in (None, "Not reviewed", "Found in few cases")}
        assert named and min(named.values()) >= 5 and often["Found in few cases"]


def test_duckdb_reads_both_files_and_the_package_describes_them(tmp_path: Path) -> None:
    found = made(80)
    raw = data_package.as_csv(found)
    (tmp_path / "it's.csv").write_bytes(raw)
    data_package.write_parquet(tmp_path / "it's.csv", tmp_path / "cases.parquet")
    (tmp_path / "cases.csv").write_bytes(raw)
    parquet = (tmp_path / "cases.parquet").read_bytes()
    with duckdb.connect() as engine:
        places = [str(tmp_path / "cases.csv"), str(tmp_path / "cases.parquet")]
        one, other = (engine.sql(f"SELECT * FROM '{place}'").fetchall() for place in places)
        counted = engine.sql(f"SELECT sex, count(*) FROM '{places[1]}' GROUP BY ALL ORDER BY ALL").fetchall()
    assert [[None if cell is None else str(cell) for cell in row] for row in one] == [list(row) for row in other]
    assert dict(counted) == Counter(row["sex"] for row in found.rows)
    files = {"cases.csv": raw, "cases.parquet": parquet}
    body = json.loads(data_package.package(found, "Northshire", YEARS, POLICY, date(2026, 1, 9), files))
    fields = body["resources"][0]["schema"]["fields"]
    assert [field["name"] for field in fields] == next(csv.reader(io.StringIO(raw.decode())))
    assert all(field["title"] and field["description"] for field in fields)
    for resource in body["resources"]:
        assert resource["hash"] == f"sha256:{hashlib.sha256(files[resource['path']]).hexdigest()}"
    for field in fields:
        shown = {row[field["name"]] for row in found.rows} - {None}
        assert "constraints" not in field or shown == set(field["constraints"]["enum"])
    assert body["anonymity"]["k"] == 5 and body["anonymity"]["smallest_group"] >= 5
