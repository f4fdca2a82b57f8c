"""`cdr gate`, `cdr milestone` and `cdr delays` as a person uses them."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run

CANARY = ("Amara", "Testcase", "Efua", "9990000018")


def waiting(cdr: Shell) -> list[str]:
    return list(cdr("list", "--json").json["cases"][0]["waiting_for"])


def clocks(cdr: Shell, ref: str, day: str) -> dict[str, str | None]:
    called = cdr("milestone", ref, "--json", as_of=day).json["still_called_for"]
    return {one["clock"]: one["due"] for one in called}


def test_a_gate_from_its_beginning_to_its_end(cdr: Shell, sudi: str) -> None:
    assert "inquest" in waiting(cdr)
    said = cdr(
        "gate",
        sudi,
        "open",
        "PSII-serious-incident",
        "--on",
        "2026-01-20",
        "--expected",
        "2026-07-01",
        "--owner",
        "Trust",
        as_of="2026-01-21",
    )
    assert said.out == f"{sudi}: patient-safety investigation is open.\n"
    assert "patient-safety investigation" in waiting(cdr)
    cdr("gate", sudi, "expect", "inquest", "2027-02-15", as_of="2026-01-21")
    cdr("gate", sudi, "close", "psii_serious_incident", "--on", "2026-06-30", as_of="2026-07-01")
    assert "patient-safety investigation" not in waiting(cdr)
    gates = cdr("gate", sudi, "--json").json["gates"]
    assert [(gate["type"], gate["status"], gate.get("expected_on")) for gate in gates] == [
        ("inquest", "open", "2027-02-15"), ("psii_serious_incident", "closed", "2026-07-01"),
    ]  # fmt: skip
    listed = cdr("gate", sudi).out
    assert "patient-safety investigation" in listed and "2027-02-15" in listed and "Trust" in listed


def test_a_waiver_keeps_who_and_why(cdr: Shell, sudi: str) -> None:
    cdr("gate", sudi, "waive", "inquest", "--reason", "Discontinued by the coroner", as_of="2026-03-01")
    [gate] = cdr("gate", sudi, "--json").json["gates"]
    assert (gate["status"], gate["waived_on"], gate["waived_by"]) == ("waived", "2026-03-01", "Robin Ashworth")
    assert "Robin Ashworth: Discontinued by the coroner" in cdr("gate", sudi).out
    assert "inquest: waived on 2026-03-01\n    not waited for, Robin Ashworth: Discontinued" in cdr("show", sudi).out
    assert "inquest" not in waiting(cdr)


def test_an_open_gate_blocks_the_review_and_closing_it_lets_it_through(cdr: Shell, sudi: str) -> None:
    refused = cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", as_of="2026-04-14", code=65)
    assert "Another process is still open: inquest." in refused.err
    cdr("gate", sudi, "close", "inquest", "--on", "2026-04-01", as_of="2026-04-14")
    refused = cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", as_of="2026-04-14", code=65)
    assert "inquest" not in refused.err


def test_a_correction_of_form_a_does_not_open_what_was_closed_by_hand(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("gate", sudi, "close", "inquest", "--on", "2026-04-01", as_of="2026-04-14")
    editor = tmp_path / "editor"
    editor.write_text("#!/bin/sh\nsed -i 's/first_names: Amara/first_names: Amara Rose/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    cdr("edit", sudi, "form-a", as_of="2026-04-15")
    assert [gate["status"] for gate in cdr("gate", sudi, "--json").json["gates"]] == ["closed"]


REFUSED_GATES: list[tuple[tuple[str, ...], int]] = [
    (("open",), 2), (("open", "inquiry"), 2), (("shut", "inquest"), 2), (("open", "inquest"), 65), (("close", "cspr"), 65),
    (("waive", "inquest"), 2), (("waive", "inquest", "--reason", " "), 2), (("close", "inquest", "--reason", "x"), 2),
    (("close", "inquest", "2026-01-20"), 2), (("expect", "inquest"), 2), (("close", "inquest", "--on", "2026-01-11"), 65),
    (("close", "inquest", "--on", "2031-01-01"), 65), (("--on", "2026-01-12"), 2), (("open", "mnsi", "--on", "2026-01-12", "--expected", "2026-01-01"), 65),
]  # fmt: skip


def test_what_is_refused_changes_nothing(cdr: Shell, sudi: str) -> None:
    before = cdr("audit").out
    for arguments, code in REFUSED_GATES:
        cdr("gate", sudi, *arguments, as_of="2026-02-01", code=code)
    assert cdr("audit").out == before


def test_an_unknown_case_and_a_closed_one(cdr: Shell, sudi: str) -> None:
    cdr("gate", "2026-ZZZZ", code=66)
    cdr("milestone", "2026-ZZZZ", code=66)
    cdr("delays", "2026-ZZZZ", code=66)
    wrong = cdr("gate", sudi, "open", "inquiry", code=2)
    assert "psii_serious_incident" in wrong.err


def test_a_milestone_with_minutes_and_a_note(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    assert "T10" in clocks(cdr, sudi, "2026-01-12")
    minutes, note = tmp_path / "minutes.pdf", "Amara's grandmother Efua was there."
    minutes.write_bytes(b"%PDF-1.7 minutes")
    said = cdr(
        "milestone",
        sudi,
        "initial-meeting",
        "--on",
        "2026-01-11",
        "--minutes",
        minutes,
        "--note",
        "-",
        stdin=note.encode(),
        as_of="2026-01-12",
    )
    assert said.out == f"{sudi}: Joint agency response: first meeting held.\n"
    assert "T10" not in clocks(cdr, sudi, "2026-01-12")
    assert not {task["clock"] for task in cdr("today", "--json", as_of="2026-01-12").json["tasks"]} & {"T10"}
    [one] = cdr("milestone", sudi, "--json").json["milestones"]
    assert (one["kind"], one["on"], one["by"], one["attachment"], one["note"]) == (
        "initial_meeting",
        "2026-01-11",
        "Robin Ashworth",
        1,
        note,
    )
    cdr("extract", sudi, "1", "-o", tmp_path / "again.pdf")
    assert (tmp_path / "again.pdf").read_bytes() == minutes.read_bytes()
    listed = cdr("milestone", sudi, as_of="2026-01-12").out
    assert "attachment 1, a note" in listed and "Still called for" in listed and "Efua" not in listed
    assert "first meeting held; attachment 1\n    Amara's grandmother" in cdr("show", sudi).out
    undone = cdr("milestone", sudi, "initial_meeting", "--undo", as_of="2026-01-13")
    assert "attachment 1" in undone.err
    assert "T10" in clocks(cdr, sudi, "2026-01-13")


def test_what_a_milestone_sets_going(cdr: Shell, sudi: str) -> None:
    cdr("milestone", sudi, "pfd-report", "--on", "2026-06-01", "--to", "Northtown General", as_of="2026-06-02")
    assert clocks(cdr, sudi, "2026-06-02")["T23"] == "2026-07-27"
    assert "Northtown General" not in cdr("today", as_of="2026-07-26").out
    cdr("milestone", sudi, "pfd_answer", "--on", "2026-07-01", "--with", "Northtown General", as_of="2026-07-02")
    assert "T23" not in clocks(cdr, sudi, "2026-07-02")
    cdr("milestone", sudi, "panel-date", "--on", "2026-09-10", as_of="2026-07-02")
    assert clocks(cdr, sudi, "2026-07-02")["T18"] == "2026-09-03"


REFUSED_MILESTONES: list[tuple[tuple[str, ...], int]] = [
    (("initial_metting",), 2), (("--on", "2026-01-12"), 2), (("--undo",), 2), (("home_visit", "--undo", "--on", "2026-01-12"), 2),
    (("home_visit", "--undo"), 65), (("home_visit", "--on", "2026-01-01"), 65), (("home_visit", "--on", "2031-01-01"), 65),
    (("home_visit", "--type", "other"), 2), (("cdrm", "--type", "tea"), 2), (("home_visit", "--note", "/nowhere"), 66),
    (("home_visit", "--minutes", "/nowhere"), 66), (("home_visit", "--note", "-"), 65),
]  # fmt: skip


def test_a_milestone_that_is_refused_changes_nothing(cdr: Shell, sudi: str) -> None:
    before = cdr("audit").out
    for arguments, code in REFUSED_MILESTONES:
        cdr("milestone", sudi, *arguments, as_of="2026-02-01", code=code)
    assert cdr("audit").out == before


def test_the_type_of_a_review_meeting(cdr: Shell, sudi: str) -> None:
    cdr("milestone", sudi, "cdrm", "--type", "hospital_mortality_meeting", "--on", "2026-03-01", as_of="2026-03-01")
    assert cdr("milestone", sudi, "--json").json["milestones"][0]["type"] == "hospital_mortality_meeting"
    refused = cdr("milestone", sudi, "cdrm", as_of="2026-03-02", code=65)
    assert "recorded already, for 2026-03-01" in refused.err


# ---- delays ---------------------------------------------------------------------------------------------------------


def test_the_delays_of_a_case_and_of_a_year(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    found = cdr("delays", sudi, "--json", as_of="2026-03-10").json
    [group] = found["groups"]
    assert found["reviewed"] is False and group["days"] == 60
    assert sum(cause["attributed_days"] for cause in group["causes"]) == 60
    assert "inquest" in {cause["which"] for cause in group["causes"]}
    for format in ("table", "md", "csv", "json", "html", "svg"):
        text = cdr("delays", sudi, "--format", format, as_of="2026-03-10").out
        assert not any(name in text for name in CANARY), format
    year = cdr("delays", as_of="2026-03-10")
    assert year.out.startswith("Northshire and Southtown: days of waiting, 2025/26")
    target = tmp_path / "delays.pdf"
    cdr("delays", "--year", "2025/26", "--format", "pdf", "-o", target, as_of="2026-03-10")
    assert target.read_bytes().startswith(b"%PDF") and stat.S_IMODE(target.stat().st_mode) == 0o600
    assert json.loads(cdr("delays", "--year", "2026/27", "--json", as_of="2026-03-10").out)["groups"][0]["days"] == 0


def test_delays_that_are_asked_for_in_the_wrong_way(cdr: Shell) -> None:
    for arguments in (("REF", "--year", "2025/26"), ("--format", "pdf"), ("--year", "2025"), ("--format", "docx")):
        cdr("delays", *arguments, code=2)


# ---- what an area changes -------------------------------------------------------------------------------------------

CHANGES = """
clocks:
  T14: {number: 4, since: 2026-04-01, why: Agreed by the partners}
  T15: {number: 24, since: 2026-01-01, why: Agreed by the partners}
chasing: {prompt_weeks: [1, 3, 6], since: 2026-01-01, why: Agreed by the partners}
bank_holidays: [2026-01-15]
"""


def begin(people: People, folder: Path, changes: str) -> int:
    file = folder / "area.yaml"
    file.write_text((EXAMPLES / "store.yaml").read_text() + changes)
    answer = run(
        ["init", str(folder / "area"), "--config", str(file), "--member", people.member, "--chaser", people.chaser]
    )
    print(answer.err)
    return answer.code


def test_an_area_changes_limits_from_a_day_on(people: People, member: str, tmp_path: Path) -> None:
    assert begin(people, tmp_path, CHANGES) == 0
    cdr = Shell(tmp_path / "area")
    ref = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    called = clocks(cdr, ref, "2026-01-09")
    assert called["T14"] == "2026-04-09"  # the death was before the change
    assert called["T04"] == "2026-01-19"  # over the proclaimed holiday
    asked = cdr("request", ref, "northshire-police", "--json", as_of="2026-01-09").json
    assert asked["requests"][0]["prompts"] == ["2026-01-16", "2026-01-30", "2026-02-20"]
    early = cdr("request", ref, "high-street-surgery", "--json", "--on", "2026-01-09", as_of="2026-01-09").json
    assert early["requests"][0]["prompts"] == ["2026-01-16", "2026-01-30", "2026-02-20"]
    said = cdr("explain", "T14").out
    assert (
        "Within 3 months" in said
        and "since 2026-04-01: within 4 months from: death, because: Agreed by the partners" in said
    )
    assert "In this area" not in cdr("explain", "T13").out
    step = next(one for one in cdr("show", ref, "--json").json["documents"]["case"]["next"] if one["clock"] == "T14")
    assert (step["limit"], step["edition"]) == ("3 m", "england-2018")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ("clocks: {T99: {number: 4, since: 2026-04-01, why: x}, T14: {number: 4, since: 2017-04-01, why: x}}", ["clocks.T99", "clocks.T14.since", "STORE-20"]),
        ("clocks: {T14: {number: -1, since: 2026-04-01, why: x}}", ["clocks.T14.number"]),
        ("clocks: {T14: {number: 4, since: 2026-04-01}}", ["clocks.T14.why"]),
        ("chasing: {prompt_weeks: [2, 2, 8], since: 2026-04-01, why: x}", ["STORE-21"]),
        ("chasing: {prompt_weeks: [2, 4], since: 2026-04-01, why: x}", ["chasing.prompt_weeks"]),
        ("bank_holidays: [2026-06-15, 2045-06-15]", ["bank_holidays.1", "STORE-22"]),
    ],
)  # fmt: skip
def test_changes_that_are_not_right_are_all_told(
    people: People, member: str, tmp_path: Path, changes: str, words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert begin(people, tmp_path, changes + "\n") == 65
    said = capsys.readouterr().out
    assert all(word in said for word in words)
    assert not (tmp_path / "area").exists()


def test_what_the_panel_suspects_and_recommends_is_to_be_acted_on(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    """Clocks start from the case: the notification knew of no abuse, the analysis suspects it and recommends."""
    text = (EXAMPLES / "form-c-sudi.yaml").read_text("utf-8")
    before = set(clocks(cdr, sudi, "2026-04-20"))
    assert not before & {"R04", "T19", "R10"}
    (tmp_path / "c.yaml").write_text(
        text.replace("stage: ratified_cdop", "stage: draft_cdrm").replace("referrals: []", REFERRED), "utf-8"
    )
    cdr("review", sudi, "--from", tmp_path / "c.yaml", "--on", "2026-04-14", as_of="2026-04-15")
    assert {"T19": "2026-04-21"}.items() <= clocks(cdr, sudi, "2026-04-20").items()
    assert "R10" not in clocks(cdr, sudi, "2026-04-20"), "a draft recommends nothing yet"
    (tmp_path / "c.yaml").write_text(text, "utf-8")
    cdr("review", sudi, "--from", tmp_path / "c.yaml", "--on", "2026-04-16", "--override", "x", as_of="2026-04-17")
    after = clocks(cdr, sudi, "2026-04-20")
    assert "T19" not in after, "the ratified analysis no longer suspects it"
    assert {"R10": None}.items() <= after.items()
    cdr("milestone", sudi, "recommendation_passed_on", as_of="2026-04-20")
    assert "R10" not in clocks(cdr, sudi, "2026-04-20")


REFERRED = """refer_further: yes
referrals:
  - {body: safeguarding_partners, on: 2026-04-14}
"""


def test_the_report_of_a_perinatal_review_is_its_end(cdr: Shell, sudi: str) -> None:
    cdr("gate", sudi, "open", "pmrt", "--on", "2026-01-20", as_of="2026-01-21")
    cdr("milestone", sudi, "pmrt_report", "--on", "2026-03-01", as_of="2026-03-02")
    assert "perinatal" not in " ".join(waiting(cdr))
    cdr("milestone", sudi, "pmrt_report", "--undo", as_of="2026-03-02")
    assert "perinatal" in " ".join(waiting(cdr))


def test_the_national_database_is_told_once(cdr: Shell, sudi: str) -> None:
    assert "T03" in clocks(cdr, sudi, "2026-01-10")
    cdr("milestone", sudi, "ncmd_told", "--on", "2026-01-10", as_of="2026-01-10")
    assert "T03" not in clocks(cdr, sudi, "2026-01-12")
    said = cdr("ncmd", "--preflight", "2025/26", "--json", as_of="2026-03-20").json
    assert [one["passed_on"] for one in said["open"]] == [True]
    assert said["slow"] == []
