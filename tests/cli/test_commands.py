"""What each command promises on its own: exit codes, JSON, and that nothing is written when it refuses."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell, run

FORMS = ("form-a-neonatal", "form-a-suicide", "form-a-sudi")
MONTHS = "2026-04-01"


def changed(name: str, /, **parts: tuple[str, str]) -> bytes:
    text = (EXAMPLES / f"{name}.yaml").read_text("utf-8")
    for old, new in parts.values():
        assert old in text
        text = text.replace(old, new)
    return text.encode()


@pytest.mark.parametrize("form", FORMS)
def test_every_example_is_notified_as_it_is(cdr: Shell, form: str) -> None:
    answer = cdr("notify", "--from", EXAMPLES / f"{form}.yaml", "--json", as_of=MONTHS).json
    assert answer["schema"] == "cdr-notify/1"
    assert answer["next"] and all(set(step) == {"what", "clock", "due"} for step in answer["next"])
    shown = cdr("show", answer["case"], "--json").json
    assert shown["stage"] == "notified"


def test_a_form_comes_from_standard_input(cdr: Shell) -> None:
    case = cdr("notify", "--from", "-", stdin=changed("form-a-sudi"), as_of=MONTHS).out.strip()
    assert cdr("list", "--json").json["cases"][0]["case"] == case


def test_the_same_child_twice_is_refused_unless_it_is_said_why(cdr: Shell, sudi: str) -> None:
    same_number = changed("form-a-sudi", name=("family_name: Testcase", "family_name: Other"))
    assert sudi in cdr("notify", "--from", "-", stdin=same_number, as_of=MONTHS, code=65).err
    same_names = changed("form-a-sudi", number=('"9990000018"', '"9990000026"'), name=("Amara Grace", "ÁMARA  grace"))
    cdr("notify", "--from", "-", stdin=same_names, as_of=MONTHS, code=65)
    twin = changed("form-a-sudi", number=('"9990000018"', '"9990000026"'), name=("Amara Grace", "Kemi"))
    cdr("notify", "--from", "-", stdin=twin, as_of=MONTHS)
    cdr("notify", "--from", "-", "--not-a-duplicate", "A twin with the same name", stdin=same_names, as_of=MONTHS)
    assert len(cdr("list", "--json").json["cases"]) == 3


def test_a_form_that_is_wrong_in_many_places_is_told_all_at_once(cdr: Shell) -> None:
    wrong = changed(
        "form-a-sudi",
        a=("first_names:", "firstnames:"),
        b=('"9990000018"', '"9990000019"'),
        c=("sex: female", "sex: girl"),
        d=("date: 2026-01-09", "date: 2025-01-09"),
        e=('"06:52"', '"25:00"'),
        f=("place: emergency_department", "place: ward"),
    )
    answer = cdr("notify", "--from", "-", stdin=wrong, as_of=MONTHS, code=65)
    assert answer.out == ""
    problems = [line for line in answer.err.splitlines() if line.startswith("standard input:")]
    fields = [line.split(": ")[1] for line in problems]
    assert fields == ["child.firstnames", "child.nhs_number", "child.sex", "death.date", "death.time", "death.place"]
    assert not any(secret in answer.err for secret in ("9990000019", "girl", "25:00", "Amara", "Testcase"))
    assert cdr("list", "--json").json["cases"] == []


def test_usage_and_what_is_not_there(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    assert run(["tallly"]).code == 2
    assert run(["--store", str(tmp_path / "nowhere"), "list"]).code == 66
    cdr("show", "2026-0000", code=66)
    cdr("show", "../x", code=66)
    cdr("request", sudi, "no-such-agency", code=66)
    cdr("return", sudi, "northshire-police", code=2)
    cdr("return", sudi, "northshire-police", "--nil", code=65)
    cdr("notify", "--from", tmp_path / "missing.yaml", code=66)
    cdr("tally", "--year", "2023/25", code=2)
    cdr("tally", "--year", "2025/26", "--public", code=65, as_of=MONTHS[:4] + "-01-20")


def test_a_return_about_another_child_or_agency_is_refused(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    wrong = changed("form-b-hospital", a=("family_name: Testcase", "family_name: Another"))
    cdr("return", sudi, "northtown-general", "--from", "-", stdin=wrong, as_of=MONTHS, code=65)
    cdr("return", sudi, "northshire-police", "--from", EXAMPLES / "form-b-hospital.yaml", as_of=MONTHS, code=65)
    cdr("return", sudi, "northtown-general", "--from", EXAMPLES / "form-b-hospital.yaml", as_of=MONTHS)
    cdr("return", sudi, "northtown-general", "--from", EXAMPLES / "form-b-hospital.yaml", as_of=MONTHS, code=65)
    cdr("return", sudi, "northshire-police", "--waive", "The officer has left", as_of=MONTHS)
    cdr("return", sudi, "northshire-police", "--from", EXAMPLES / "form-b-police.yaml", as_of=MONTHS)


def test_requests_are_made_once(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    cdr("request", sudi, "northshire-police", as_of="2026-01-10", code=65)
    assert len(cdr("request", sudi, "--json", as_of="2026-01-10").json["requests"]) == 5
    assert cdr("request", sudi, "--json", as_of="2026-01-11").json["requests"] == []
    assert len(list((cdr.store / "outbox").glob("*.eml"))) == 6


def test_chase_lists_dry_runs_and_tells_what_is_overdue(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, "northshire-police", "regional-ambulance", as_of="2026-01-09")
    before = cdr("chase", "--json", as_of="2026-01-22").json["items"]
    assert [(item["due"], item["next"], item["sent"]) for item in before] == [
        ([], {"level": "prompt-1", "on": "2026-01-23"}, [])
    ] * 2
    assert cdr("chase", "--exit-code", as_of="2026-01-22").code == 0
    cdr("chase", "--exit-code", as_of="2026-01-23", code=1)
    late = cdr("chase", "--overdue", "--dry-run", "--json", as_of="2026-03-10").json["items"]
    assert [item["due"] for item in late] == [[{"level": "prompt-3", "on": "2026-03-06"}]] * 2
    assert [item["sent"] for item in late] == [[], []]
    cdr("chase", "--overdue", as_of="2026-03-10")
    after = cdr("chase", "--json", as_of="2026-03-10").json["items"]
    assert after[0]["sent"] == ["prompt-3"] and after[0]["next"] == {"level": "escalation", "on": "2026-03-25"}
    assert cdr("chase", "--overdue", as_of="2026-02-01").out == ""


def test_a_draft_waits_and_a_ratified_review_is_ratified_once(cdr: Shell, sudi: str) -> None:
    draft = changed("form-c-sudi", a=("ratified_cdop", "draft_cdrm"))
    cdr("review", sudi, "--from", "-", stdin=draft, as_of="2026-04-14")
    assert cdr("tally", "--year", "2026/27", "--json").json["tables"][9]["total"][0]["n"] == 0
    cdr("close", sudi, code=65)
    form = EXAMPLES / "form-c-sudi.yaml"
    cdr("review", sudi, "--from", form, as_of="2026-04-14", code=65)
    cdr("review", sudi, "--from", form, "--panel", "2026-1", as_of="2026-04-14", code=66)
    cdr("review", sudi, "--from", form, "--override", "No panel yet", "--on", "14 April 2026", as_of="2026-05-01")
    cdr("review", sudi, "--from", form, "--override", "Again", as_of="2026-05-02", code=65)
    cdr("close", sudi, "--override", "Nothing more can be done", as_of="2026-05-02")
    cdr("return", sudi, "northshire-police", "--nil", as_of="2026-05-03", code=65)
    cdr("reopen", sudi, "--reason", "The inquest has ended", as_of="2028-11-01")
    cdr("review", sudi, "--from", form, "--override", "Still no panel", as_of="2028-12-01")


def test_letters_wait_for_the_gate_and_for_its_answers(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    gate = EXAMPLES / "letter-gate.yaml"
    assert "proof_read_by" in cdr("letter", sudi, as_of="2026-04-17", code=65).err
    assert cdr("letter", sudi, "--draft", as_of="2026-04-17").out.startswith("DRAFT")
    held = gate.read_bytes().replace(b"address_safe: {answer: yes", b"address_safe: {answer: no")
    assert "address_safe" in cdr("letter", sudi, "--gate", "-", stdin=held, as_of="2026-04-17", code=65).err
    other = gate.read_bytes() + b"case: 2026-0000\n"
    cdr("letter", sudi, "--gate", "-", stdin=other, as_of="2026-04-17", code=65)
    mother = cdr("letter", sudi, "--gate", gate, "--to", "mother", as_of="2026-04-17").out
    assert "Dear Ms Testcase" in mother and "Amara" in mother and "Kwame" not in mother
    cdr("letter", sudi, "--to", "2", "--format", "pdf", as_of="2026-04-18", code=2)
    answer = cdr(
        "letter", sudi, "--to", "2", "--format", "pdf", "-o", tmp_path / "his.pdf", "--json", as_of="2026-04-18"
    ).json
    assert answer["letters"] == [{"number": 2, "again": 2, "file": str(tmp_path / "his.pdf"), "text": None}]
    assert (tmp_path / "his.pdf").read_bytes().startswith(b"%PDF")
    cdr("letter", sudi, "--to", "aunt", as_of="2026-04-18", code=66)


def test_init_refuses_what_cannot_be_a_store(cdr: Shell, member: str, tmp_path: Path) -> None:
    config = str(EXAMPLES / "store.yaml")
    assert run(["init", str(cdr.store), "--config", config, "--member", member]).code == 65
    assert run(["init", str(tmp_path / "a"), "--config", config, "--member", "ABCD"]).code == 2
    assert run(["init", str(tmp_path / "a"), "--config", config, "--member", member, "--chaser", member]).code == 2
    wrong = tmp_path / "wrong.yaml"
    wrong.write_bytes(Path(config).read_bytes().replace(b"area: Eastbury", b"area: Westbury"))
    answer = run(["init", str(tmp_path / "a"), "--config", str(wrong), "--member", member])
    assert answer.code == 65 and "STORE-02" in answer.err
    assert not (tmp_path / "a").exists()


def test_audit_names_who_did_what(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    changes = cdr("audit", sudi, "--json").json["changes"]
    assert [change["what"] for change in changes] == [f"cdr: request {sudi}", f"cdr: notify {sudi}"]
    assert {change["by"] for change in changes} == {"Robin Ashworth"}
    assert [change["what"] for change in cdr("audit", "--json").json["changes"]][-1] == "cdr: init"


def test_doctor_and_keys(cdr: Shell) -> None:
    levels = {check["what"]: check["level"] for check in cdr("doctor", "--json").json["checks"]}
    assert levels["gpg"] == levels["git"] == levels["store"] == levels["agent"] == "ok"
    assert levels["keys"] == "warning"
    roles = [key["role"] for key in cdr("keys", "list", "--json").json["keys"]]
    assert roles == ["member", "member", "chaser"]


def test_what_to_type_next_names_the_case_that_the_command_was_about(cdr: Shell, sudi: str) -> None:
    refused = cdr("return", sudi, "northshire-camhs", "--nil", code=65)
    assert f"cdr request {sudi} northshire-camhs" in refused.err or f"cdr request {sudi} AGENCY" in refused.err
    assert f"cdr milestone {sudi} ncmd_told" in cdr("close", sudi, code=65).err
    again = cdr("notify", "--from", str(EXAMPLES / "form-a-sudi.yaml"), code=65, as_of="2026-01-20")
    assert f"cdr edit {sudi} form-a" in again.err
    assert (
        "cdr list" in cdr("show", "Amara", code=66).err
        and "Amara" not in cdr("show", "Amara", "--json", code=66).json["hint"]
    )


def test_doctor_says_once_that_there_is_no_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    answer = run(["doctor", "--json"])
    assert (answer.code, [check["what"] for check in answer.json["checks"] if check["level"] == "error"]) == (
        1,
        ["store"],
    )


def test_two_stores_begun_in_the_same_second_are_two(cdr: Shell, member: str, tmp_path: Path) -> None:
    config, stores = str(EXAMPLES / "store.yaml"), [tmp_path / "a", tmp_path / "b"]
    for store in stores:
        assert run(["init", str(store), "--config", config, "--member", member]).code == 0
    case = Shell(stores[0])("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of=MONTHS).out.strip()
    Shell(stores[1])("show", case, code=66)
    assert Shell(stores[1])("list", "--json").json["cases"] == []


def test_a_copy_that_is_ahead_does_not_make_the_first_one_look_rolled_back(
    cdr: Shell, sudi: str, tmp_path: Path
) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    subprocess.run(["git", "clone", "-q", str(cdr.store), str(tmp_path / "copy")], check=True)
    copy = Shell(tmp_path / "copy")
    copy("return", sudi, "northshire-police", "--nil", as_of="2026-01-20")
    assert len(cdr("list", "--json").json["cases"][0]["outstanding"]) == 6
    assert len(copy("list", "--json").json["cases"][0]["outstanding"]) == 5


def test_a_ratified_analysis_is_not_overwritten_by_a_draft(cdr: Shell, sudi: str) -> None:
    cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "No panel", as_of="2026-04-14")
    draft = changed("form-c-sudi", a=("ratified_cdop", "draft_cdrm"))
    cdr("review", sudi, "--from", "-", stdin=draft, as_of="2026-04-15", code=65)
    assert cdr("list", "--json").json["cases"][0]["waiting_for"] == ["closing"]


def test_a_day_that_is_still_to_come_is_no_day_that_something_happened(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, "northshire-police", "--on", "2031-05-01", as_of="2026-01-09", code=65)
    cdr("request", sudi, "northshire-police", "--on", "8 January 2026", as_of="2026-01-09", code=65)
    cdr("request", sudi, "northshire-police", "--on", "09/01/2026", as_of="2026-01-12")


def test_an_answer_that_holds_the_letters_is_not_forgotten(cdr: Shell, sudi: str) -> None:
    gate = (EXAMPLES / "letter-gate.yaml").read_bytes()
    cdr("letter", sudi, "--gate", "-", stdin=gate, as_of="2026-04-17")
    held = gate.replace(b"parent_suspected: {answer: no", b"parent_suspected: {answer: yes")
    assert "the answers are kept" in cdr("letter", sudi, "--gate", "-", stdin=held, as_of="2026-04-18", code=65).err
    cdr("letter", sudi, as_of="2026-04-19", code=65)
    polish = gate.replace(b"language_and_format: {answer: none", b"language_and_format: {answer: Polish")
    assert "language" in cdr("letter", sudi, "--gate", "-", stdin=polish, as_of="2026-04-20").err


def test_output_goes_where_it_was_told(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    real, link, fifo = tmp_path / "real.txt", tmp_path / "link", tmp_path / "fifo"
    link.symlink_to(real)
    cdr("timeline", sudi, "-o", link)
    assert link.is_symlink() and real.read_text().startswith("Timeline")
    os.mkfifo(fifo)
    reader = subprocess.Popen(["cat", str(fifo)], stdout=subprocess.PIPE)
    cdr("timeline", sudi, "-o", fifo)
    assert reader.communicate()[0].startswith(b"Timeline") and stat.S_ISFIFO(fifo.stat().st_mode)
    cdr("timeline", sudi, "-o", tmp_path, code=2)
    cdr("timeline", sudi, "-o", tmp_path / "no" / "where", code=66)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "<&- >&-", "<&- >&- 2>&-"])
def test_closed_channels_are_no_reason_to_see_damage(cdr: Shell, sudi: str, closed: str) -> None:
    command = f"{sys.executable} -m cdr --store {cdr.store}"
    assert subprocess.run(f"{command} list {closed}", shell=True, check=False, capture_output=True).returncode == 0
    assert subprocess.run(f"{command} notify {closed}", shell=True, check=False, capture_output=True).returncode == 2


def test_a_reader_that_has_gone_is_74(cdr: Shell, sudi: str) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "list", "--json"]
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert ended.returncode == 74 and ended.stderr == b""


def test_no_letter_is_kept_as_made_that_had_nowhere_to_go(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    gate, there = EXAMPLES / "letter-gate.yaml", tmp_path / "there"
    there.write_text("something else")
    before = cdr("audit", "--json").out
    cdr("letter", sudi, "--gate", gate, "-o", there, as_of="2026-04-17", code=2)
    cdr(
        "letter", sudi, "--gate", gate, "--to", "mother", "-o", tmp_path / "no" / "her.txt", as_of="2026-04-17", code=66
    )
    assert cdr("audit", "--json").out == before and there.read_text() == "something else"


def test_an_inquest_ends_when_form_a_says_so(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "inquest" in cdr("list", "--json").json["cases"][0]["waiting_for"]
    editor = tmp_path / "editor"
    editor.write_text(
        "#!/bin/sh\nsed -i 's/type: inquest, status: open,/type: inquest, status: closed, concluded: 2026-06-01,/' \"$1\"\n"
    )
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    cdr("edit", sudi, "form-a", as_of="2026-06-02")
    assert "inquest" not in cdr("list", "--json").json["cases"][0]["waiting_for"]
    gates = cdr("show", sudi, "--json").json["documents"]["case"]["gates"]
    assert gates == [{"type": "inquest", "status": "closed", "opened_on": "2026-01-12", "closed_on": "2026-06-01"}]


def test_a_case_that_is_reviewed_again_on_the_day_it_was_opened_is_reviewed(cdr: Shell, sudi: str) -> None:
    form = EXAMPLES / "form-c-sudi.yaml"
    cdr("review", sudi, "--from", form, "--override", "No panel", as_of="2026-04-14")
    cdr("close", sudi, "--override", "Nothing more can be done", as_of="2026-04-14")
    cdr("reopen", sudi, "--reason", "A late finding", as_of="2026-04-14")
    assert cdr("list", "--json").json["cases"][0]["stage"] != "reviewed"
    cdr("review", sudi, "--from", form, "--override", "No panel", as_of="2026-04-14")
    assert cdr("list", "--json").json["cases"][0]["stage"] == "reviewed"


def test_no_return_is_asked_for_before_the_child_died(cdr: Shell, sudi: str) -> None:
    early = cdr("request", sudi, "northshire-police", "--on", "2026-01-08", as_of="2026-01-12", code=65)
    assert "before the child died; nothing was recorded" in early.err
    cdr("request", sudi, "northshire-police", "--on", "2026-01-09", as_of="2026-01-12")
