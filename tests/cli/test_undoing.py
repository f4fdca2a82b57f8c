"""What people do by mistake, and how each of it is taken back."""

from __future__ import annotations

from typing import Any

from conftest import EXAMPLES, Shell

HOSPITAL, POLICE = "northtown-general", "northshire-police"


def requests(cdr: Shell, case: str) -> dict[str, dict[str, Any]]:
    shown = cdr("show", case, "--json").json["documents"]["requests"]["requests"]
    return {request["agency"]: request for request in shown}


def test_a_nil_return_a_waiver_and_a_return_for_the_wrong_agency_are_taken_back(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, HOSPITAL, POLICE, as_of="2026-01-09")
    cdr("return", sudi, POLICE, "--undo", as_of="2026-01-10", code=65)
    cdr("return", sudi, "--undo", "unknown", as_of="2026-01-10", code=65)
    cdr("return", sudi, POLICE, "--undo", "--nil", as_of="2026-01-10", code=2)

    cdr("return", sudi, POLICE, "--nil", as_of="2026-01-20")
    undone = cdr("return", sudi, POLICE, "--undo", "--json", as_of="2026-01-21").json
    assert (undone["status"], undone["on"]) == ("outstanding", None)
    [item] = [one for one in cdr("chase", sudi, "--json", as_of="2026-01-24").json["items"] if one["agency"] == POLICE]
    assert item["due"] == [{"level": "prompt-1", "on": "2026-01-23"}]

    cdr("return", sudi, POLICE, "--waive", "Dr Raman knows that they have nothing", as_of="2026-01-20")
    said = cdr("return", sudi, POLICE, "--undo", as_of="2026-01-21")
    assert said.out == f"{POLICE}: taken back; its return is outstanding again.\n"
    assert cdr("show", sudi, "--json").json["documents"]["case"]["waivers"] == []

    cdr("return", sudi, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", as_of="2026-01-20")
    before = cdr("timeline", sudi, "--json", as_of="2026-01-22").json["entries"]
    cdr("return", sudi, HOSPITAL, "--undo", as_of="2026-01-22")
    assert HOSPITAL not in cdr("show", sudi, as_of="2026-01-22").out.partition("Return (Form B)")[2]
    assert len(cdr("timeline", sudi, "--json", as_of="2026-01-22").json["entries"]) < len(before)
    cdr("edit", sudi, f"return:{HOSPITAL}", as_of="2026-01-22", code=66)
    cdr("return", sudi, HOSPITAL, "--nil", as_of="2026-01-23")
    assert len(cdr("timeline", sudi, "--json", as_of="2026-01-22").json["entries"]) < len(before)
    cdr("return", sudi, HOSPITAL, "--from", EXAMPLES / "form-b-hospital.yaml", as_of="2026-01-23")
    assert cdr("timeline", sudi, "--json", as_of="2026-01-24").json["entries"] == before
    assert "set_aside" not in requests(cdr, sudi)[HOSPITAL]
    assert sorted(path.name for path in (cdr.store / "cases" / sudi).glob("return*")) == ["return-01.yaml.gpg"]
