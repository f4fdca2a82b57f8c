"""What people do by mistake, and how each of it is taken back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell

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


def counted(cdr: Shell) -> list[int | None]:
    tally = cdr("tally", "--year", "2025/26", "--json", as_of="2026-02-01").json
    tables = {table["id"]: table for table in tally["tables"]}
    return [tables["notifications.age_band"]["total"][0]["n"], tables["returns.agency"]["total"][0]["of"]]


def test_a_void_case_is_counted_nowhere_and_reopen_takes_it_back(
    cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("request", sudi, HOSPITAL, POLICE, as_of="2026-01-09")
    before, due = counted(cdr), cdr("chase", "--json", as_of="2026-01-24").json["items"]
    assert before == [1, 2] and len(due) == 2 and list((cdr.store / "outbox").iterdir())
    cdr("void", sudi, code=2)
    cdr("void", sudi, "--same-as", sudi, code=65)
    cdr("void", sudi, "--same-as", "2026-ZZZZ", code=66)
    made = cdr("void", sudi, "--by-mistake", "--json", as_of="2026-01-12").json
    assert (made["asked"], made["messages_removed"]) == ([HOSPITAL, POLICE], 2)
    assert not list((cdr.store / "outbox").iterdir())

    day = "2026-01-24"
    assert counted(cdr) == [None, None], "of a store without any other case nothing is known"
    assert cdr("list", "--json", as_of=day).json["cases"] == []
    assert "cdr list --stage void" in cdr("list", as_of=day).out
    [row] = cdr("list", "--stage", "void", "--json", as_of=day).json["cases"]
    assert (row["case"], row["open"], row["outstanding"], row["waiting_for"]) == (sudi, False, [], [])
    today = cdr("today", "--json", as_of=day).json
    assert (today["tasks"], today["waiting"], today["blocked"]) == ([], 0, [])
    assert cdr("agencies", "--json", as_of=day).json["agencies"] == []
    assert sudi not in cdr("delays", "--year", "2025/26", as_of=day).out
    assert "opened by mistake; it is counted nowhere" in cdr("show", sudi, as_of=day).out
    assert "void" in cdr("chase", sudi, as_of=day, code=66).err
    cdr("ncmd", sudi, as_of=day, code=65)
    for verb in (["close", sudi], ["milestone", sudi, "ncmd_told"], ["return", sudi, POLICE, "--nil"]):
        assert "void" in cdr(*verb, as_of=day, code=65).err
    cdr("void", sudi, "--not-in-scope", as_of=day, code=65)

    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    assert cdr("chase", "--overdue", as_of=day).out == ""
    monkeypatch.setenv("GNUPGHOME", people.home)

    again = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of=day).out.strip()
    assert again != sudi
    assert (
        f"{again} seems to be of the same child" in cdr("reopen", sudi, "--reason", "It was the first", as_of=day).err
    )
    assert [one for one in cdr("chase", "--json", as_of=day).json["items"] if one["case"] == sudi] == due
    cdr("void", again, "--same-as", sudi, as_of=day)
    assert counted(cdr) == before
    assert f"the same child as {sudi}" in cdr("show", again, as_of=day).out


def test_several_milestones_in_one_go_each_with_its_word(cdr: Shell, sudi: str) -> None:
    listed = cdr("milestone", sudi, as_of="2026-01-10")
    assert "home_visit" in listed.out and "cdr milestone" in listed.err
    called = cdr("milestone", sudi, "--json", as_of="2026-01-10").json["still_called_for"]
    assert {"T09": ["home_visit"], "T04": []}.items() <= {one["clock"]: one["words"] for one in called}.items()
    said = cdr("milestone", sudi, "home_visit", "ncmd-told", "--on", "2026-01-10", as_of="2026-01-12")
    assert said.lines == [
        f"{sudi}: Joint agency response: home or scene visited.",
        f"{sudi}: National Child Mortality Database told.",
    ]
    assert len([line for line in cdr("audit", sudi).lines if "milestone" in line]) == 1
    refused = cdr("milestone", sudi, "home_visit", "ncmd_told", "initial_meeting", as_of="2026-01-12", code=65)
    assert "home_visit: It is recorded already" in refused.err and "ncmd_told: It is" in refused.err
    assert len(cdr("milestone", sudi, "--json").json["milestones"]) == 2
    cdr("milestone", sudi, "cdrm", "home_visit", "--type", "perinatal_review", code=2)
    cdr("milestone", sudi, "home_visit", "ncmd_told", "--undo", as_of="2026-01-12")
    assert cdr("milestone", sudi, "--json").json["milestones"] == []


def test_an_escalated_return_is_overdue_until_somebody_acts(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, POLICE, as_of="2026-01-09")
    for day in ("2026-01-23", "2026-02-06", "2026-03-06", "2026-03-21"):
        cdr("chase", "--overdue", as_of=day)
    day = "2026-04-20"
    [item] = cdr("chase", "--json", as_of=day).json["items"]
    assert (item["due"], item["next"], item["overdue_since"], item["escalated_on"]) == (
        [],
        None,
        "2026-01-23",
        "2026-03-21",
    )
    listed = cdr("chase", as_of=day)
    assert "ring them: escalated 2026-03-21" in listed.out and "2026-01-23" in listed.out and "--waive" in listed.err
    cdr("chase", "--exit-code", as_of=day, code=1)
    [row] = cdr("list", "--json", as_of=day).json["cases"]
    assert f"return from {POLICE}" in row["overdue"]
    tasks = [task for task in cdr("today", "--json", as_of=day).json["tasks"] if POLICE in task["what"]]
    assert [(task["when"], task["due"], task["own"]) for task in tasks] == [("overdue", "2026-01-23", True)]
    cdr("chase", "--hold", sudi, POLICE, "--until", "2026-05-01", "They are moving", as_of=day)
    assert not [task for task in cdr("today", "--json", as_of=day).json["tasks"] if POLICE in task["what"]]


def test_a_first_notice_by_telephone_may_name_nobody_yet(cdr: Shell) -> None:
    text = (EXAMPLES / "form-a-sudi.yaml").read_text("utf-8")
    nobody = text[: text.index("professionals:")] + text[text.index("notifier:") :]
    for notice in (nobody, nobody + "\nprofessionals: []\n"):
        answer = cdr(
            "notify",
            "--from",
            "-",
            "--json",
            "--not-a-duplicate",
            "Another call",
            stdin=notice.encode(),
            as_of="2026-01-09",
        ).json
        assert "R08" in [step["clock"] for step in answer["next"]]
    assert "Form A names no agency to ask yet" in cdr("request", answer["case"], as_of="2026-01-09").err


def test_a_process_that_never_was_and_a_file_of_another_child_are_taken_back(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    day = "2026-02-01"
    cdr("gate", sudi, "open", "cspr", as_of=day)
    said = cdr("gate", sudi, "take-back", "cspr", as_of=day)
    assert said.out == f"{sudi}: child safeguarding practice review is taken back, as if it had never begun.\n"
    assert [one["type"] for one in cdr("gate", sudi, "--json").json["gates"]] == ["inquest"]
    cdr("gate", sudi, "take-back", "cspr", as_of=day, code=65)
    cdr("gate", sudi, "take-back", "inquest", "--on", day, as_of=day, code=2)
    cdr("gate", sudi, "close", "inquest", "--on", "2026-01-20", as_of=day)
    assert "inquest is open again" in cdr("gate", sudi, "take-back", "inquest", as_of=day).out

    paper = tmp_path / "report.pdf"
    paper.write_bytes(b"of another child")
    number = str(cdr("attach", sudi, paper, "--kind", "post_mortem_report", "--json", as_of=day).json["number"])
    cdr("attach", sudi, "--kind", "other", as_of=day, code=2)
    cdr("attach", sudi, paper, "--kind", "other", "--undo", number, as_of=day, code=2)
    assert cdr("attach", sudi, "--undo", number, "--json", as_of=day).json["taken_back"] is True
    assert "report.pdf" not in cdr("show", sudi).out
    cdr("extract", sudi, number, "-o", tmp_path / "again.pdf", code=66)
    cdr("attach", sudi, "--undo", number, as_of=day, code=65)
    assert cdr("attach", sudi, paper, "--kind", "other", "--json", as_of=day).json["number"] == 2
    assert cdr("verify", "--json").json["findings"] == []
