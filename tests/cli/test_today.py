"""`cdr today`: what is due over all open cases, without names."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell


def due(cdr: Shell, day: str) -> list[tuple[str, str, str]]:
    return [(task["clock"], task["due"], task["when"]) for task in cdr("today", "--json", as_of=day).json["tasks"]]


def test_what_is_due_and_what_is_done(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = due(cdr, "2026-01-11")
    assert ("T09", "2026-01-10", "overdue") in first and ("T03", "2026-01-11", "today") in first
    assert ("T04", "2026-01-16", "this week") in first
    cdr("request", sudi, as_of="2026-01-11")
    assert "T04" not in {clock for clock, *_ in due(cdr, "2026-01-11")}
    editor = tmp_path / "editor"
    told = "  - {party: ncmd, status: informed, on: 2026-01-10}"
    editor.write_text(f"#!/bin/sh\nsed -i 's/^informed:$/informed:\\n{told}/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    cdr("edit", sudi, "form-a", as_of="2026-01-11")
    assert "T03" not in {clock for clock, *_ in due(cdr, "2026-01-11")}
    prompts = [task for task in cdr("today", "--json", as_of="2026-01-26").json["tasks"] if task["clock"] == "T06"]
    assert len(prompts) == 6 and {task["when"] for task in prompts} == {"overdue"}
    text = cdr("today", as_of="2026-01-26").out
    assert "Overdue" in text and not any(name in text for name in ("Amara", "Testcase", "Efua"))


def test_a_quiet_day(cdr: Shell) -> None:
    assert cdr("today").out == "Nothing needs you today.\n"
    case = cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-02-16").out.strip()
    assert due(cdr, "2026-02-17")
    cdr("review", case, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "x", as_of="2026-04-14")
    assert cdr("today", as_of="2026-04-15").out == "1 open case has nothing due within a week.\n"
