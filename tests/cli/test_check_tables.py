"""`cdr check-tables` as a person runs it: without a store, on several files, and on the tables that cdr itself writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import Shell, run

EXAMPLE = Path(__file__).parents[2] / "docs" / "examples" / "county-durham-darlington-2023-24.csv"
HEAD = "table,basis,column,row,n,percent\n"


def test_tables_are_checked_where_there_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "none"))
    answer = run(["check-tables", str(EXAMPLE)])
    assert (answer.code, len(answer.lines)) == (1, 4)
    assert answer.lines[0].endswith("the rows add up to 37, the total says 38 [rows-miss-total]")
    assert "16 tables checked: 4 to put right." in answer.err

    clean, wrong = tmp_path / "clean.csv", tmp_path / "wrong.csv"
    clean.write_text(HEAD + "sex,notified,2023/24,Male,18,\nsex,notified,2023/24,Female,2,\n", "utf-8")
    answer = run(["check-tables", str(clean), "--json"])
    assert (answer.code, answer.json) == (0, {"schema": "cdr-check-tables/1", "findings": []})
    answer = run(["check-tables", str(clean), "--threshold", "5", "--json"])
    (finding,) = answer.json["findings"]
    assert answer.code == 1
    assert (finding["file"], finding["table"], finding["column"], finding["rule"]) == (
        str(clean), "sex", "2023/24", "small-cell",
    )  # fmt: skip
    assert run(["check-tables", "-"], clean.read_bytes()).code == 0

    wrong.write_text(HEAD + "sex,notified,2023/24,Male,eighteen,\n", "utf-8")
    answer = run(["check-tables", str(clean), str(wrong)])
    assert (answer.code, answer.out) == (65, "")
    assert f"{wrong}:2: n: Count: " in answer.err and "eighteen" not in answer.err
    assert run(["check-tables", str(tmp_path / "missing.csv")]).code == 66
    assert run(["check-tables"]).code == 2


def test_the_tables_that_cdr_writes_have_no_finding(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    cdr(
        "tally",
        "--year",
        "2025/26",
        "--years",
        "2",
        "--all",
        "--format",
        "csv",
        "-o",
        tmp_path / "t.csv",
        as_of="2026-05-01",
    )
    assert run(["check-tables", str(tmp_path / "t.csv"), "--json"]).json["findings"] == []
