"""The crib for the national database of real cases in a real store, and the preflight for 31 March."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run

NOW = "2026-04-01"
CANARIES = (
    "Amara", "Grace", "Testcase", "999000", "999 000", "Example Street", "NR1", "Efua", "Kwame", "Kofi", "2025-03-02", "02/03/2025",
    "2026-01-09T", "asystole", "cot", "NC/0113/26", "Raman", "Northtown",
)  # fmt: skip


def reviewed(cdr: Shell, case: str, *, all_in: bool = True) -> None:
    cdr("request", case, as_of="2026-01-09")
    for agency, form in (
        ("northtown-general", "hospital"),
        ("northshire-police", "police"),
        ("regional-ambulance", "ambulance"),
    ):
        cdr("return", case, agency, "--from", EXAMPLES / f"form-b-{form}.yaml", as_of="2026-03-26")
    for agency in ("high-street-surgery", "northshire-community", "northshire-social-care") if all_in else ():
        cdr("return", case, agency, "--nil", as_of="2026-01-21")
    cdr(
        "review",
        case,
        "--from",
        EXAMPLES / "form-c-sudi.yaml",
        "--override",
        "The inquest may take years",
        as_of="2026-04-14",
    )


@pytest.mark.parametrize(("form", "name"), [("sudi", "Amara Grace"), ("neonatal", "Idris"), ("suicide", "Jordan Lee")])
def test_a_case_just_notified_is_complete_for_its_notification(cdr: Shell, form: str, name: str) -> None:
    case = cdr("notify", "--from", EXAMPLES / f"form-a-{form}.yaml", as_of=NOW).out.strip()
    written = cdr("ncmd", case)
    assert "Missing for a complete notification: nothing." in written.lines
    assert "For a complete review: not needed before the panel has ratified it." in written.lines
    assert name in written.out and written.err == ""
    content = cdr("ncmd", case.lower(), "--json").json
    assert content["schema"] == "cdr-ncmd/1" and content["case"] == case and content["missing"]["notification"] == []
    unknown = [one["key"] for one in content["not_known"]["notification"]]
    assert unknown == (["safeguarding_concern"] if form == "suicide" else [])
    assert ("Answered, but nobody knew; ask again where somebody may know now." in written.lines) is bool(unknown)


def test_the_whole_case(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    reviewed(cdr, sudi)
    lines = cdr("ncmd", sudi).lines
    assert "Missing for a complete review: nothing." in lines
    parts = [
        lines.index(title)
        for title in ("NOTIFICATION (FORM A)", "REPORTING (FORM B OF ALL AGENCIES)", "ANALYSIS (FORM C)")
    ]
    assert parts == sorted(parts)
    support = next(number for number, line in enumerate(lines) if line.startswith("! Bereavement support offered"))
    assert lines[support].split()[-2:] == ["Yes", "northtown-general"] and lines[support + 1].split() == [
        "!",
        "No",
        "regional-ambulance",
    ]
    saved = tmp_path / "crib.html"
    said = cdr("ncmd", sudi, "--format", "html", "-o", saved)
    assert "delete it" in said.err and said.out == "" and saved.read_text("utf-8").startswith("<!doctype html>")
    assert saved.stat().st_mode & 0o077 == 0
    table = cdr("ncmd", sudi, "--format", "csv")
    assert table.lines[0] == "part,section,below,field,key,answer,value,source,mark" and "\\x" not in table.out
    cdr("close", sudi, "--override", "Nothing more can be done", as_of="2026-04-20")
    assert cdr("ncmd", sudi, "--json").json["state"] == "closed"


def test_the_preflight_of_a_year(cdr: Shell, sudi: str) -> None:
    before = cdr("ncmd", "--preflight", "2025/26", "--json", as_of="2026-02-20").json
    assert before["open"] == [{"case": sudi, "notified_on": "2026-01-09", "passed_on": False, "missing": []}]
    assert before["slow"][0]["due"] == "2026-01-11" and before["to_do"] == 1
    reviewed(cdr, sudi, all_in=False)
    after = cdr("ncmd", "--preflight", "2026/27", "--json", as_of="2026-05-01").json
    missing = ["requests.high-street-surgery", "requests.northshire-community", "requests.northshire-social-care"]
    assert after["reviews"] == [{"case": sudi, "reviewed_on": "2026-04-14", "missing": missing}] and after["open"] == []
    for agency in missing:
        cdr("return", sudi, agency.removeprefix("requests."), "--waive", "The practice closed", as_of="2026-04-20")
    done = cdr("ncmd", "--preflight", "2026/27", "--exit-code", as_of="2026-05-01")
    assert "To do: nothing" in done.lines and sudi in done.out.split("To check there")[1]


def test_the_preflight_ends_with_1_only_where_it_is_asked_to(cdr: Shell, sudi: str) -> None:
    cdr("ncmd", "--preflight", "2025/26", as_of=NOW)
    cdr("ncmd", "--preflight", "2025/26", "--exit-code", as_of=NOW, code=1)
    cdr("ncmd", "--preflight", "2025/26", "--exit-code", "--json", as_of=NOW, code=1)
    cdr("ncmd", "--preflight", "2024/25", "--exit-code", as_of=NOW)


def test_the_preflight_names_nobody(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    reviewed(cdr, sudi, all_in=False)
    saved = tmp_path / "preflight.txt"
    for year in ("2025/26", "2026/27"):
        cdr("ncmd", "--preflight", year, "-o", saved, as_of="2026-05-01")
        written = (
            cdr("ncmd", "--preflight", year, as_of="2026-05-01").out
            + cdr("ncmd", "--preflight", year, "--json", as_of="2026-05-01").out
        )
        assert sudi in written
        assert [canary for canary in CANARIES if canary in written + saved.read_text("utf-8")] == []


def test_the_preflight_takes_one_private_key_operation(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x", as_of="2026-01-09")
    cdr("list")
    folder, log = tmp_path / "bin", tmp_path / "log"
    folder.mkdir()
    (folder / "gpg").write_text(f'#!/bin/sh\necho "$*" >> {log}\nexec {shutil.which("gpg")} "$@"\n')
    (folder / "gpg").chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    assert len(cdr("ncmd", "--preflight", "2025/26", "--json", as_of=NOW).json["open"]) == 4
    wanted = {"-d", "--decrypt", "--detach-sign", "--sign", "--clear-sign"}
    by_a_key = [set(line.split()) for line in log.read_text().splitlines() if "--passphrase-fd" not in line]
    assert sum(bool(wanted & words) for words in by_a_key) == 1


def test_usage(cdr: Shell, sudi: str) -> None:
    cdr("ncmd", code=2)
    cdr("ncmd", sudi, "--preflight", "2025/26", code=2)
    cdr("ncmd", sudi, "--exit-code", code=2)
    cdr("ncmd", sudi, "--json", "--format", "md", code=2)
    cdr("ncmd", "--preflight", "2025/26", "--format", "md", code=2)
    cdr("ncmd", "--preflight", "2025-26", code=2)
    cdr("ncmd", "2026-0000", code=66)
    assert "names the child" in run(["ncmd", "--help"]).out


def test_the_chaser_s_key_opens_neither(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    for arguments in (["ncmd", sudi], ["ncmd", "--preflight", "2025/26"]):
        refused = cdr(*arguments, code=77)
        assert refused.out == ""
