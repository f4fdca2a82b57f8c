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
