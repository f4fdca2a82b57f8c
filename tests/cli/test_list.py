"""`cdr list`: filters and orders over real cases, one private-key operation, no name."""

from __future__ import annotations

import pytest
from conftest import EXAMPLES, Shell

NAMES = ("Amara", "Testcase", "Efua")


@pytest.fixture
def cases(cdr: Shell, sudi: str) -> tuple[str, str, str]:
    """One that waits for returns and an inquest, one that has just come, one that is a suspected suicide."""
    cdr("request", sudi, as_of="2026-01-09")
    newborn = cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-02-16").out.strip()
    third = cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of="2026-07-20").out.strip()
    return sudi, newborn, third


def refs(cdr: Shell, *arguments: str) -> list[str]:
    return [row["case"] for row in cdr("list", "--json", *arguments, as_of="2026-07-21").json["cases"]]


def test_filters_and_orders(cdr: Shell, cases: tuple[str, str, str]) -> None:
    sudi, newborn, third = cases
    assert refs(cdr) == [sudi, newborn, third]
    assert refs(cdr, "--sort", "reference") == sorted(cases)
    assert refs(cdr, "--sort", "stage") == [newborn, third, sudi]
    assert refs(cdr, "--stage", "waiting-for-returns") == refs(cdr, "--stage", "waiting for returns") == [sudi]
    assert refs(cdr, "--stage", "notified", "--stage", "waiting-for-returns") == [sudi, newborn, third]
    assert refs(cdr, "--agency", "northshire-police", "--overdue") == [sudi]
    assert refs(cdr, "--agency", "northtown-academy") == []
    assert refs(cdr, "--waiting-for", "returns") == [sudi] and newborn in refs(cdr, "--waiting-for", "requests")
    assert sudi in refs(cdr, "--waiting-for", "inquest")
    assert refs(cdr, "--authority", "Northshire and Southtown") == refs(cdr, "--area", "northshire and southtown")
    assert refs(cdr, "--authority", "Atlantis") == []
    assert cdr("list", "--authority", "Atlantis").out == "No case is like that.\n"


def test_what_a_script_reads(cdr: Shell, cases: tuple[str, str, str]) -> None:
    first = cdr("list", "--json", as_of="2026-07-21").json["cases"][0]
    assert {"case", "stage", "open", "notified_on", "outstanding", "waiting_for"} <= first.keys()
    assert first["waiting_since"] == "2026-01-09" and "inquest" in first["waiting_for"]
    assert (
        len([item for item in first["waiting_for"] if item.startswith("return from ")])
        == len(first["outstanding"])
        == 6
    )
    assert first["next"].keys() == {"what", "clock", "due", "who"} and first["overdue"]


def test_wrong_words_are_refused_with_the_right_ones(cdr: Shell, sudi: str) -> None:
    assert "inquest" in cdr("list", "--waiting-for", "godot", code=2).err
    assert "northshire-police" in cdr("list", "--agency", "nobody", code=66).err
    cdr("list", "--stage", "asleep", code=2)


@pytest.mark.parametrize("columns", [80, 100])
def test_the_table_fits_the_screen(
    cdr: Shell, cases: tuple[str, str, str], columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.terminal.output.screen", lambda stream: columns)
    out = cdr("list", as_of="2026-07-21").out
    table = out.split("\n\n")[0]
    assert max(map(len, table.splitlines())) <= columns
    assert all(ref in table for ref in cases) and not any(name in out for name in NAMES)
