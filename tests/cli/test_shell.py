"""What every command has in common: quiet and talkative runs, help by topic, an object beside a file, blank forms."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell, run

from cdr.usage import HEADINGS, under_headings
from cdr.verbs import COMMANDS


def test_a_quiet_run_talks_only_where_all_is_not_well(cdr: Shell, sudi: str) -> None:
    told = cdr("-q", "notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-02-16")
    assert len(told.out.strip()) == 9 and told.err == ""
    refused = cdr("-q", "notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-02-16", code=65)
    assert "known already" in refused.err
    spoken = cdr("-v", "list", as_of="2026-02-16").err
    assert f"the store is {cdr.store}" in spoken and "the clock was set to 2026-02-16" in spoken and "gpg" in spoken
    assert "Amara" not in spoken and cdr("list", as_of="2026-02-16").err == ""


def test_help_of_commands_and_topics() -> None:
    assert "cdr notify" in run(["help", "notify"]).out and "environment" in run(["help"]).out
    assert run(["help", "keys", "list"]).out.startswith("Usage: cdr keys list")
    assert "CDR_AS_OF" in run(["help", "environment"]).out and "130" in run(["help", "exit-codes"]).out
    assert run(["help", "--json", "dates"]).json["topic"] == "dates"
    assert run(["help", "nothing"]).code == 66


def test_an_object_stands_beside_a_file(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    for command in (("timeline", sudi), ("delays", sudi), ("ncmd", sudi), ("tally", "--year", "2025/26")):
        file = tmp_path / f"{command[0]}.json"
        answer = cdr(*command, "--json", "-o", file, as_of="2026-02-16")
        assert answer.json == json.loads(file.read_text("utf-8"))
        assert cdr(*command, "--json", "-o", "-", as_of="2026-02-16").json == answer.json
    (tmp_path / "register.csv").write_text("Ref,DOB,DOD\n1,2020-01-02,2021-03-04\n", "utf-8")
    guess = ("import", tmp_path / "register.csv", "--guess", "--json")
    assert cdr(*guess, "-o", tmp_path / "map.yaml").json["mapping"]["columns"]["date_of_birth"] == "DOB"
    assert "date_of_birth: DOB" in (tmp_path / "map.yaml").read_text("utf-8").replace('"', "")
    cdr(*guess, "-o", "-", code=2)


def test_cases_by_what_the_panel_found(cdr: Shell, sudi: str) -> None:
    cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "a rehearsal", as_of="2026-04-14")

    def refs(*words: str) -> list[str]:
        return [one["case"] for one in cdr("list", "--json", *words, as_of="2026-04-15").json["cases"]]

    assert (
        refs("--category", "10")
        == refs("--factor", "sleep-environment")
        == refs("--theme", "messages_to_families")
        == [sudi]
    )
    assert refs("--category", "9") == refs("--factor", "fire") == []
    meeting = cdr("panel", "new", "2026-05-20", as_of="2026-04-15").out.strip()
    assert refs("--panel", meeting) == [] and cdr("list", "--panel", "P2026-01-01", code=66)
    assert "co_sleeping" in cdr("list", "--factor", "nothing", code=2).err


def test_an_empty_form_can_be_filled_in(cdr: Shell, tmp_path: Path) -> None:
    for letter in "ABC":
        answer = run(["form", "--blank", letter, "-o", str(tmp_path / f"{letter}.yaml"), "--json"])
        assert answer.json["form"] == f"form-{letter.lower()}/1"
    text = (tmp_path / "A.yaml").read_text("utf-8")
    missing = cdr("notify", "--from", tmp_path / "A.yaml", code=65).err
    assert "child.family_name: Family name" in missing and "SCHEMA-UNKNOWN" not in missing
    answers = {
        "first_names": "Amara", "family_name": "Testcase", "date_of_birth": "2025-03-02", "sex": "female", "ethnicity": "N",
        "postcode": "NR1 1AB", "local_authority": "Northshire", "date": "2026-01-09", "place": "emergency_department",
        "expected": "expected", "suspected_stillbirth_at_home": "no", "circumstances": "As it was expected.", "mccd_issued": "no",
        "triggered": "no", "safeguarding_concern": "no", "name": "Dr Priya Raman", "notified_at": "2026-01-09T11:20",
        "received_at": "2026-01-09T11:25", "address": "[12 Example Street, Northtown]", "criteria": "[none]",
    }  # fmt: skip
    for key, answer_ in answers.items():
        text = re.sub(rf"^( *){key}:( \[\])?$", rf"\1{key}: {answer_}", text, flags=re.MULTILINE)
    filled = tmp_path / "filled.yaml"
    filled.write_text(text, "utf-8")
    wrong = [line for line in cdr("notify", "--from", filled, code=65).err.splitlines() if "SCHEMA" in line]
    assert wrong == []
    assert run(["form", "--blank", "A", "-o", "x.docx"]).code == run(["form", "-o", "x.html"]).code == 2


def test_a_form_that_somebody_began_to_fill_in_is_not_written_over(tmp_path: Path) -> None:
    form = tmp_path / "form a.yaml"
    for _ in range(2):
        assert run(["form", "--blank", "A", "-o", str(form)]).code == 0
    filled = form.read_text(encoding="utf-8").replace("  first_names:", "  first_names: Amara", 1)
    form.write_text(filled, encoding="utf-8")
    again = run(["form", "--blank", "A", "-o", str(form)])
    assert again.code == 65 and "may be filled in" in again.err
    assert form.read_text(encoding="utf-8") == filled


def test_a_name_with_a_space_that_fell_apart_is_told_how_to_be_written() -> None:
    answer = run(["notify", "--from", "my", "form.yaml"])
    assert answer.code == 2 and "quotation marks" in answer.err


@pytest.mark.parametrize(
    "words",
    [
        ["contact", "2026-7K3M", "Amara Testcase's mother said", "that she knew"],
        ["question", "2026-7K3M", "Was it O'Testcase's fault?"],
        ["question", "2026-7K3M", 'Was it "Testcase"?'],
        ["notify", "Amara Testcase"],
        ["gate", "2026-7K3M", "Testcase"],
        ["reconcile", "--years", "Testcase", "x.csv"],
        ["attach", "2026-7K3M", "x", "--kind", "Testcase"],
        ["find", "Amara Testcase"],
        ["chase", "--hold", "2026-7K3M", "Testcase"],
        ["Amara Testcase died"],
        ['O\'Testcase "is" a name'],
        ["list", "--O'Testcase"],
        ["panel", "Amara Testcase"],
        ["keys", "Testcase"],
    ],
)
def test_a_wrong_command_line_is_not_said_back(words: list[str]) -> None:
    """What was typed in the wrong place may be a name or what somebody said, and an answer may go into a log."""
    for given in (words, [*words, "--json"]):
        answer = run(given)
        assert answer.code == 2 and "Testcase" not in answer.out + answer.err
        assert "Usage: " in answer.err or answer.err.startswith("cdr: ")


def test_the_list_of_commands_stands_under_headings_and_leaves_none_out() -> None:
    shown = run(["--help"]).out
    assert all(f"\n{heading}:\n" in shown for heading in HEADINGS.values())
    assert [name for _, part in under_headings(COMMANDS) for name, _ in part] == list(COMMANDS)
    assert set(HEADINGS) <= set(COMMANDS)
