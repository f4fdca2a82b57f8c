"""`cdr theme` of a store: a case that a return says more of, and what is written where."""

from __future__ import annotations

from pathlib import Path

from cli.test_commands import MONTHS, changed
from conftest import EXAMPLES, Shell


def test_a_theme_is_counted_from_reviews_and_returns(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    cdr("request", sudi, as_of=MONTHS)
    said = changed("form-b-hospital", a=("  weight_kg: 8.1\n", "  weight_kg: 8.1\n  life_limiting_condition: yes\n"))
    cdr("return", sudi, "northtown-general", "--from", "-", stdin=said, as_of=MONTHS)
    assert cdr("theme", "--json", as_of=MONTHS).json["reviewed"] == 0
    cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "No panel yet", as_of="2026-04-14")

    found = cdr("theme", "--life-limiting", "--years", "4", "--json", as_of="2026-05-01").json
    assert (found["reviewed"], found["matching"], found["cases"], found["not_known"]) == (1, 1, [sudi], 0)
    assert found["years"] == ["2023/24", "2024/25", "2025/26", "2026/27"]
    assert cdr("theme", "--category", "1", "--json", as_of="2026-05-01").json["matching"] == 0
    shown = cdr("theme", "--year", "2026/27", "--years", "1", as_of="2026-05-01").out
    assert sudi in shown and "Testcase" not in shown and "2025-03-02" not in shown
    cdr("theme", "-o", tmp_path / "audit.md", as_of="2026-05-01")
    assert (tmp_path / "audit.md").read_text("utf-8").count(sudi) == 1
    assert "reviews.category" in cdr("theme", "-o", tmp_path / "a.csv", "--json", as_of="2026-05-01").out
    cdr("theme", "--public", "--year", "2026/27", as_of="2026-05-01", code=65)
    looked = cdr("theme", "--public", "--dry-run", "-o", tmp_path / "p.md", as_of="2027-05-01")
    assert "nothing is recorded" in looked.err and "Preview, not for publication" in (tmp_path / "p.md").read_text()
    public = cdr("theme", "--category", "10", "--years", "2", "--public", "--json", as_of="2027-05-01")
    assert (public.json["edition"], public.json["years"][-1], public.json["cases"]) == ("public", "2026/27", [])
    assert public.json["matching"] is None and "release 1" in public.err and sudi not in public.out
    assert all("among" not in column for table in public.json["tables"] for column in table["columns"])
    second = cdr("theme", "--life-limiting", "--public", "--years", "2", "--json", as_of="2027-05-01")
    assert "release 2" in second.err and second.json["matching"] is None
    third = cdr("theme", "--category", "9", "--public", as_of="2027-05-01", code=65)
    assert "Releases 1, 2 tell of other cases of these years" in third.err
    again = cdr("theme", "--category", "10", "--years", "2", "--public", "--json", as_of="2027-05-01")
    assert "release 1" in again.err and again.json == public.json, "the very same is published once"
    for wrong in (["--category", "12"], ["-o", tmp_path / "audit.docx"], ["-o", "-", "--json"], ["--year", "2026"]):
        cdr("theme", *wrong, as_of="2026-05-01", code=2)
