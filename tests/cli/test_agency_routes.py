"""How a form comes to an agency: by mail under lock, or named by a route that the area approved; and who was told, recorded."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from conftest import People, Shell
from store.hands import sign_commit

POLICE, HOSPITAL, CAMHS = "northshire-police", "northtown-general", "northshire-camhs"
DAY, DOMAINS = "2026-01-12", "secure_domains: [northshire.example, northshire-police.example]"


def test_each_agency_is_asked_by_its_own_route_and_who_was_told_is_kept(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    refused = cdr("agency", "edit", POLICE, "--route", "secure_mail", as_of=DAY, code=65)
    assert "STORE-12" in refused.err
    assert "STORE-13" in cdr("agency", "edit", CAMHS, "--route", "portal", as_of=DAY, code=65).err
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text().replace("mail: {transport: outbox,", f"mail: {{transport: outbox, {DOMAINS},"))
    sign_commit(cdr.store, people.home, people.member)
    cdr("agency", "edit", POLICE, "--route", "secure_mail", as_of=DAY)
    cdr("agency", "edit", CAMHS, "--route", "portal", "--route-to", "the trust's share, folder CDR", as_of=DAY)

    asked = cdr("request", sudi, POLICE, CAMHS, HOSPITAL, "--json", as_of=DAY).json["requests"]
    assert {one["agency"]: one.get("route") for one in asked} == {
        POLICE: "secure_mail",
        CAMHS: "portal",
        HOSPITAL: None,
    }
    assert [one["passphrase"] is None for one in asked] == [True, True, False]
    family, mail = cdr("show", sudi, "--json").json["documents"]["notification"]["child"]["family_name"], {}
    for agency in (POLICE, CAMHS, HOSPITAL):
        mail[agency] = (cdr.store / "outbox" / f"{sudi}-{agency}-request-{DAY}.eml").read_text().replace("=\n", "")
        assert family not in mail[agency]  # no name of a child lies in the outbox
    assert "Word document that comes with this message" in mail[POLICE] and "telephone" not in mail[POLICE]
    assert "folder CDR" in mail[CAMHS] and "filename" not in mail[CAMHS] and "filename" in mail[HOSPITAL]

    today = " ".join(cdr("today", "--all", as_of=DAY).out.split())
    assert f"form for {POLICE} is to be handed over" in today and f"form for {HOSPITAL} is to be" not in today
    said = cdr("form", sudi, POLICE, "-o", tmp_path / "police.docx", as_of=DAY)
    assert "names the child" in said.err and family in _text(tmp_path / "police.docx")
    cdr("form", sudi, HOSPITAL, "-o", tmp_path / "hospital.docx", as_of=DAY)
    assert family not in _text(tmp_path / "hospital.docx")

    chased = cdr("chase", "--overdue", "--dry-run", as_of="2026-01-26").err
    assert [f"Hand it over first: {one}, {sudi}" in chased for one in (POLICE, CAMHS, HOSPITAL)] == [True, True, False]
    cdr("request", sudi, CAMHS, "--told", as_of=DAY)  # a portal tells nobody
    assert f"Hand it over first: {CAMHS}" not in cdr("chase", "--overdue", "--dry-run", as_of="2026-01-26").err
    cdr("request", sudi, POLICE, "--told", "--from", "-", as_of=DAY, stdin=b"Sgt Invented, public protection")
    told = cdr("request", sudi, HOSPITAL, "--told", "--from", "-", "--json", as_of=DAY, stdin=b"Ms Invented").json
    assert (told["agency"], told["route"], told["on"]) == (HOSPITAL, "form", DAY) and told["by"]
    cdr("request", sudi, "regional-ambulance", "--told", "--from", "-", as_of=DAY, stdin=b"Nobody", code=65)
    assert "handed over" not in cdr("today", "--all", as_of=DAY).out
    assert "Sgt Invented" in cdr("show", sudi).out
    assert "taken back" in cdr("request", sudi, POLICE, "--told", "--undo", as_of=DAY).out
    assert "Sgt Invented" not in cdr("show", sudi).out and "handed over" in cdr("today", "--all", as_of=DAY).out
    cdr("request", sudi, POLICE, "--told", "--undo", as_of=DAY, code=65)
    cdr("request", sudi, POLICE, "--undo", as_of=DAY, code=2)
    cdr("request", sudi, POLICE, "--told", "--from", "-", as_of=DAY, stdin=b"Sgt Invented, public protection")
    cdr("agency", "passphrase", HOSPITAL, "--new", as_of=DAY)
    agreed = cdr(
        "agency", "passphrase", HOSPITAL, "--told", "--from", "-", "--json", as_of=DAY, stdin=b"Ms Invented"
    ).json
    assert agreed["told"][0]["to"] == "Ms Invented"
    assert not [
        line for line in cdr("chase", sudi, "--overdue", as_of="2026-01-26").err.splitlines() if "Not sent" in line
    ]
    assert cdr("verify", "--json").json["findings"] == []


def _text(path: Path) -> str:
    with zipfile.ZipFile(io.BytesIO(path.read_bytes())) as archive:
        return archive.read("word/document.xml").decode()
