"""`cdr planning` of a store, for its members."""

from __future__ import annotations

from pathlib import Path

from conftest import Shell


def test_a_team_sees_what_it_plans_with(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    found = cdr("planning", "--years", "2", "--json", as_of="2026-03-01").json
    assert found["responses"]["n"] == 1 and found["next_year"] is None and found["contacts"]["without"] == 1
    assert sum(one["n"] for one in found["responses"]["by_hours"]) + found["responses"]["hour_not_known"] == 1
    assert found["months"][-1]["open"] == 1 and sudi not in str(found)
    cdr("planning", "-o", tmp_path / "planning.md", as_of="2026-03-01")
    assert "Not for publication" in (tmp_path / "planning.md").read_text("utf-8")
    for wrong in (["--year", "2026"], ["-o", tmp_path / "planning.pdf"], ["-o", "-", "--json"]):
        cdr("planning", *wrong, as_of="2026-03-01", code=2)


def test_of_the_time_before_the_first_case_no_nought_is_told(cdr: Shell, sudi: str) -> None:
    two = cdr("planning", "--years", "2", "--json", as_of="2026-03-01").json
    assert two["years"] == ["2025/26"]
    for asked in (["planning", "--year", "2023/24"], ["assurance", "--quarter", "2025/26-Q3"]):
        refused = cdr(*asked, as_of="2026-03-01", code=66)
        assert refused.out == "" and "the first case here is of 2025/26" in refused.err
    assert "Deaths notified: 1" in cdr("assurance", "--quarter", "2025/26-Q4", as_of="2026-04-01").out


def test_of_a_store_without_a_case_neither(cdr: Shell) -> None:
    for verb in ("planning", "assurance"):
        assert "there is no case here" in cdr(verb, as_of="2026-03-01", code=66).err
