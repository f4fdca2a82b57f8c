"""`cdr export` of a store with four years in it: as many rows as the area published, and three files that say the same."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
from cli.test_import_published import imported, published
from conftest import People, run
from register_rows import durham


def test_an_area_s_years_are_exported_and_queried(tmp_path: Path, people: People, member: str) -> None:
    area = published("durham")
    store = imported(tmp_path, people, area, durham(area))
    data = tmp_path / "data"
    answer = run([*store, "export", "--year", "2023/24", "--years", "4", "-o", str(data), "--json"])
    assert answer.code == 0, answer.err
    assert {path.name for path in data.iterdir()} == {"cases.csv", "cases.parquet", "datapackage.json"}
    with duckdb.connect() as engine:
        years = engine.sql(
            f"SELECT year_notified, count(*) FROM '{data}/cases.parquet' WHERE year_notified >= '2020/21' GROUP BY ALL"
        ).fetchall()
        [whole] = engine.sql(f"SELECT count(*) FROM '{data}/cases.csv'").fetchall()
    told = area["notifications"]["by_local_authority"]["total"]
    assert sum(dict(years).values()) <= sum(told.values())
    assert whole == (answer.json["cases"],) and answer.json["cases"] >= sum(told.values())
    assert answer.json["smallest_group"] >= answer.json["k"] == 5
    package = json.loads((data / "datapackage.json").read_text("utf-8"))
    assert package["anonymity"]["hidden"] == answer.json["hidden"]

    # written again over itself, and refused where no five could look alike or where there is no folder
    assert run([*store, "export", "--year", "2023/24", "--k", "9", "-o", str(data)]).code == 0
    assert run([*store, "export", "--year", "2010/11", "-o", str(tmp_path / "few")]).code == 65
    assert not (tmp_path / "few").exists()
    assert run([*store, "export", "--year", "2023/24", "--k", "4", "-o", str(data)]).code == 2
    assert run([*store, "export", "--year", "2023/24", "-o", str(data / "cases.csv")]).code == 2
    assert run([*store, "export", "--year", "2023/24", "-o", "-"]).code == 2
    assert run([*store, "export", "--year", "2023/24", "-o", str(tmp_path / "no" / "where")]).code == 66
