"""A case that the panel deferred: what it waits for is seen everywhere, it is not ratified by that meeting, and a later one takes it on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cli.test_panel import DAY, QUORUM, ready  # noqa: F401
from conftest import EXAMPLES, Shell

WHY = "Dr Raman was to ask the sleep clinic, which had not answered.\n"


def met(cdr: Shell, case: str, tmp_path: Path) -> tuple[str, Path]:
    """A quorate meeting on its day that has the case, and a file that says why it was deferred."""
    panel = cdr("panel", "new", DAY, as_of="2026-03-20").out.strip()
    cdr("panel", "assign", panel, case, as_of="2026-04-01")
    cdr("panel", "attend", panel, *QUORUM, as_of=DAY)
    why = tmp_path / "why.txt"
    why.write_text(WHY, encoding="utf-8")
    return panel, why


def listed(cdr: Shell, on: str) -> dict[str, Any]:
    found: dict[str, Any] = cdr("list", "--json", as_of=on).json["cases"][0]
    return found


def test_a_deferred_case_waits_and_a_later_meeting_takes_it_on(cdr: Shell, ready: str, tmp_path: Path) -> None:  # noqa: F811
    panel, why = met(cdr, ready, tmp_path)
    defer = ("panel", "defer", panel, ready, "--until", "2026-06-01")
    shown = cdr(*defer, "--from", why, "--json", as_of=DAY).json
    assert (shown["cases"][0]["deferred_until"], shown["cases"][0]["ratified"]) == ("2026-06-01", False)
    assert cdr("panel", "close", panel, "--json", as_of=DAY).json["not_done"] == [
        f"There are no minutes: cdr panel minutes {panel} --from FILE"
    ]

    waits = "panel again by 2026-06-01: more information"
    assert listed(cdr, DAY)["waiting_for"] == [waits]
    cases = cdr("list", "--waiting-for", "panel", "--json", as_of=DAY).json["cases"]
    assert [one["case"] for one in cases] == [ready]
    told = cdr("show", ready, as_of=DAY).out
    assert f"Deferred by {panel} on {DAY}, until 2026-06-01: more information\n  {WHY.strip()}" in told
    today = cdr("today", "--json", as_of="2026-05-29").json
    [task] = [one for one in today["tasks"] if one["clock"] == "R19"]
    assert task["due"] == "2026-06-01" and f"cdr panel assign ID {ready}" in task["what"]
    assert "deferred until 2026-06-01" in cdr("panel", "show", panel, as_of=DAY).out

    review = ("review", ready, "--from", EXAMPLES / "form-c-sudi.yaml", "--panel")
    refused = cdr(*review, panel, as_of="2026-04-20", code=65).err
    assert f"The panel meeting {panel} deferred the case until 2026-06-01." in refused
    cdr("panel", "close", panel, "--undo", as_of=DAY)
    assert "belongs to the meeting" in cdr("panel", "unassign", panel, ready, as_of=DAY, code=65).err
    cdr("panel", "close", panel, as_of=DAY)

    early = cdr("panel", "new", "2026-05-12", as_of="2026-04-20").out.strip()
    assigned = cdr("panel", "assign", early, ready, as_of="2026-04-20")
    assert f"{panel} deferred it until 2026-06-01: more information." in assigned.err
    assert listed(cdr, "2026-04-20")["waiting_for"] == ["panel meeting"]
    cdr("panel", "unassign", early, ready, as_of="2026-04-20")
    assert listed(cdr, "2026-04-20")["waiting_for"] == [waits]
    cdr("panel", "assign", early, ready, as_of="2026-04-20")
    cdr("panel", "attend", early, *QUORUM, as_of="2026-05-12")
    cdr("panel", "close", early, as_of="2026-05-12")
    assert cdr(*review, early, "--json", as_of="2026-05-13").json["overridden"] == []
    cdr(*defer, "--undo", as_of="2026-05-13", code=2)
    assert "was ratified" in cdr("panel", "defer", panel, ready, "--undo", as_of="2026-05-13", code=65).err
    [year] = cdr("tally", "--year", "2026/27", "--years", "1", "--json", as_of="2026-05-13").json["meetings"]
    assert (year["held"], year["cases"], year["deferred"]) == (2, 1, 1)


def test_a_case_is_deferred_by_a_meeting_that_had_it_and_until_after_it(cdr: Shell, ready: str, tmp_path: Path) -> None:  # noqa: F811
    panel, why = met(cdr, ready, tmp_path)
    words = ("panel", "defer", panel, ready, "--from", why)
    assert "--until" in cdr(*words, as_of=DAY, code=2).err
    assert "give a later day" in cdr(*words, "--until", DAY, as_of=DAY, code=65).err
    assert "still to come" in cdr(*words, "--until", "2026-06-01", as_of="2026-04-13", code=65).err
    cdr("panel", "defer", panel, "2026-AAAA", "--until", "2026-06-01", "--from", why, as_of=DAY, code=66)
    assert "did not defer it" in cdr("panel", "defer", panel, ready, "--undo", as_of=DAY, code=65).err

    cdr(*words, "--until", "2026-06-01", as_of=DAY)
    cdr(*words, "--until", "2026-07-01", "--waiting-for", "expert", as_of=DAY)
    assert listed(cdr, DAY)["waiting_for"] == ["panel again by 2026-07-01: an expert's view"], (
        "what is said last counts"
    )
    quarter = cdr("assurance", "--quarter", "2026/27-Q1", "--json", as_of=DAY).json
    assert quarter["deferred"] == [{"waiting_for": "an expert's view", "count": 1}]
    cdr("panel", "defer", panel, ready, "--undo", as_of=DAY)
    assert listed(cdr, DAY)["waiting_for"] == ["panel meeting"] and "Deferred" not in cdr("show", ready, as_of=DAY).out
