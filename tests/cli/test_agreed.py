"""One pass-phrase for all forms of an agency, and the number to ring."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell

POLICE, HOSPITAL = "northshire-police", "northtown-general"
DAY = "2026-01-09"


def test_one_pass_phrase_opens_all_forms_of_an_agency(
    cdr: Shell, sudi: str, tmp_path: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("agency", "passphrase", POLICE, as_of=DAY, code=66)
    cdr("agency", "passphrase", POLICE, "--drop", as_of=DAY, code=65)
    cdr("agency", "edit", POLICE, "--phone", "01632 960111", as_of=DAY)
    said = cdr("agency", "passphrase", POLICE, "--new", as_of=DAY)
    agreed = cdr("agency", "passphrase", POLICE, "--json", as_of=DAY).json
    assert agreed["passphrase"] in said.out and "01632 960111" in said.out and len(agreed["passphrase"].split()) == 6
    assert (agreed["agreed_on"], agreed["until"]) == (DAY, "2027-01-08")

    asked = cdr("request", sudi, POLICE, HOSPITAL, as_of=DAY)
    assert f"as agreed on {DAY}" in asked.out and agreed["passphrase"] not in asked.out and "01632 960111" in asked.out
    again = cdr(
        "form", sudi, POLICE, "-o", tmp_path / "form.html", "--new-passphrase", "--json", as_of="2026-02-09"
    ).json
    assert (again["passphrase"], again["agreed_on"]) == (agreed["passphrase"], DAY)
    fresh = cdr(
        "form", sudi, HOSPITAL, "-o", tmp_path / "form.html", "--new-passphrase", "--json", as_of="2026-02-09"
    ).json
    assert fresh["agreed_on"] is None and fresh["passphrase"] != agreed["passphrase"]

    other = cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of="2027-01-20").out.strip()
    later = cdr("request", other, POLICE, as_of="2027-01-20")
    assert agreed["passphrase"] not in later.out and f"cdr agency passphrase {POLICE} --new" in later.err
    cdr("agency", "passphrase", POLICE, "--drop", as_of=DAY)
    cdr("agency", "passphrase", POLICE, as_of=DAY, code=66)
    assert cdr("verify", "--json").json["findings"] == []

    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("agency", "passphrase", POLICE, code=77)


def test_the_number_is_the_agencys_else_that_of_whom_form_a_names(cdr: Shell, sudi: str) -> None:
    asked = cdr("request", sudi, "--json", as_of=DAY).json["requests"]
    shown = cdr("show", sudi, "--json").json["documents"]["notification"]["professionals"]
    numbers = {item["agency"]: item.get("phone") for item in shown if "agency" in item}
    assert {one["agency"]: one["telephone"] for one in asked} == numbers
