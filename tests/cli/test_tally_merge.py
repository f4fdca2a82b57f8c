"""`cdr tally --merge`: two stores' tallies added up where there is no store."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Shell, run


def test_two_areas_are_added_up(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    cdr("tally", "--year", "2025/26", "--json", "-o", first, as_of="2026-05-01")
    body = json.loads(first.read_text("utf-8"))
    second.write_text(json.dumps({**body, "area": "Elsewhere"}), "utf-8")
    monkeypatch.chdir(tmp_path)
    answer = run(["tally", "--merge", str(first), str(second), "--json"])
    assert answer.code == 0, answer.err
    found = {table["id"]: table for table in answer.json["tables"]}
    assert found["notifications.sex"]["total"][0]["n"] == 2
    assert answer.json["area"].endswith(", Elsewhere")
    written = run(["tally", "--merge", "first.json", "--merge", "second.json", "--format", "csv", "-o", "sum.csv"])
    assert written.code == 0
    assert run(["check-tables", "sum.csv"]).code == 0

    same = run(["tally", "--merge", str(first), str(first)])
    assert same.code == 2 or same.code == 65
    second.write_text(json.dumps(body), "utf-8")
    assert "same area" in run(["tally", "--merge", str(first), str(second)]).err
    twice = json.dumps(body).replace('"area":', '"area": "Elsewhere", "area":', 1)
    for hostile in ("{}", "[" * 100_000, '{"tables": ' * 1000, twice, json.dumps({**body, "tables": [float("nan")]})):
        second.write_text(hostile, "utf-8")
        assert run(["tally", "--merge", str(first), str(second)]).code == 65, hostile[:40]
    assert run(["tally", "--merge", str(first), str(tmp_path / "none.json")]).code == 66
    assert run(["tally", "--merge", str(first)]).code == 2
    assert run(["tally", str(first)]).code == 2


def test_a_sum_is_published_hidden_or_rounded(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    cdr("tally", "--year", "2025/26", "--json", "-o", first, as_of="2026-05-01")
    second.write_text(first.read_text("utf-8").replace('"area": "', '"area": "Other ', 1), "utf-8")
    merge = ("tally", "--merge", str(first), str(second), "--public")
    cdr(*merge, as_of="2026-03-01", code=65)  # a year that is not over
    for more in ([], ["--method", "round"]):
        body = cdr(*merge, *more, "--json", as_of="2026-05-01").json
        assert ("rounded_to" in body) is bool(more)
        place = next(table for table in body["tables"] if table["id"] == "notifications.place")
        assert all(cell["hidden"] for row in place["rows"] for cell in row["cells"])
        assert {"Abroad", "Not known"} <= {row["label"] for row in place["rows"]}, "a row that stands tells of a child"
    cdr(*merge, "--method", "round", "--threshold", "10", as_of="2026-05-01", code=2)
    cdr("tally", "--year", "2025/26", "--public", "--method", "round", as_of="2026-05-01", code=2)
