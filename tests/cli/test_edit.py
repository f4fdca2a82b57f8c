"""`cdr edit`, `attach` and `extract`: what a person changes and keeps, and that nothing of it lies about unencrypted."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell


class Editor:
    def __init__(self, path: Path) -> None:
        self.path = path

    def does(self, script: str) -> None:
        self.path.write_text(f"#!/bin/sh\n{script}\n")
        self.path.chmod(0o755)


@pytest.fixture
def hands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Editor:
    path = tmp_path / "editor"
    monkeypatch.setenv("EDITOR", str(path))
    monkeypatch.delenv("VISUAL", raising=False)
    return Editor(path)


def test_a_correction_keeps_comments_and_order_and_is_told_without_values(cdr: Shell, sudi: str, hands: Editor) -> None:
    hands.does(
        "sed -i 's/^  sex: .*/  # as her mother says\\n  sex: female  # twice/; s/birth_weight_g: 2460/birth_weight_g: 2470/' \"$1\""
    )
    answer = cdr("edit", sudi, "form-a", as_of="2026-02-01")
    assert "Birth weight in grams (child.birth_weight_g)" in answer.out and "2470" not in answer.out
    assert cdr("show", sudi, "--json").json["documents"]["notification"]["child"]["birth_weight_g"] == 2470
    hands.does('cp "$1" "$0.seen"')
    assert cdr("edit", sudi, "form-a", as_of="2026-02-01").out == "Nothing was changed.\n"
    seen = Path(f"{hands.path}.seen").read_text("utf-8")
    assert "# as her mother says" in seen and "# twice" in seen
    assert seen.index("first_names") < seen.index("# as her mother says") < seen.index("postcode")
    assert cdr("verify", "--json").json["findings"] == []


def test_what_is_not_right_is_not_recorded(cdr: Shell, sudi: str, hands: Editor) -> None:
    before = cdr("audit", sudi, "--json").out
    hands.does("sed -i 's/^  sex: .*/  sex: girl/; s/9990000018/9990000019/' \"$1\"")
    answer = cdr("edit", sudi, "form-a", as_of="2026-02-01", code=65)
    assert "child.sex" in answer.err and "child.nhs_number" in answer.err and "girl" not in answer.err
    hands.does("exit 1")
    cdr("edit", sudi, "form-a", as_of="2026-02-01", code=2)
    cdr("edit", sudi, "form-x", code=2)
    cdr("edit", sudi, "form-c", code=66)
    cdr("edit", sudi, "return:northshire-police", code=66)
    assert cdr("audit", sudi, "--json").out == before


def test_a_case_that_is_closed_while_its_form_is_open_stays_as_it_was(cdr: Shell, sudi: str, hands: Editor) -> None:
    cdr("review", sudi, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "No panel yet", as_of="2026-04-14")
    close = f"'{sys.executable}' -m cdr --store '{cdr.store}' --as-of 2026-04-15 close {sudi} >&2"
    hands.does(f"{close} && sed -i 's/birth_weight_g: 2460/birth_weight_g: 2470/' \"$1\"")
    assert "The case is closed; nothing was recorded." in cdr("edit", sudi, "form-a", as_of="2026-04-15", code=65).err
    assert cdr("show", sudi, "--json").json["documents"]["notification"]["child"]["birth_weight_g"] == 2460


def test_an_edit_may_not_make_two_cases_one_child(cdr: Shell, sudi: str, hands: Editor) -> None:
    cdr("notify", "--from", EXAMPLES / "form-a-suicide.yaml", as_of="2026-04-01")
    hands.does("sed -i 's/9990000018/9990000034/' \"$1\"")
    assert "A-26" in cdr("edit", sudi, "form-a", as_of="2026-04-01", code=65).err


def test_a_corrected_identity_is_not_a_duplicate_of_itself(cdr: Shell, sudi: str, hands: Editor) -> None:
    """One of number and names stays what it was, then neither does quite: each time the store holds no other case."""
    for number, script in enumerate(
        (
            "s/Amara Grace/Amarah Grace/",
            "s/9990000018/9990000042/",
            "s/Amarah Grace/Amara Grace/; s/9990000042/9990000018/",
        ),
        1,
    ):
        hands.does(f"sed -i '{script}' \"$1\"")
        answer = cdr("edit", sudi, "form-a", as_of="2026-02-01")
        assert f"{1 if number < 3 else 2} field" in answer.out and "A-26" not in answer.err and "A-34" not in answer.err
    child = cdr("show", sudi, "--json").json["documents"]["notification"]["child"]
    assert (child["first_names"], child["nhs_number"]) == ("Amara Grace", "9990000018")


@pytest.fixture
def nearly(cdr: Shell, sudi: str, tmp_path: Path) -> str:
    """A second case with the same names and dates but for a day, and with no number."""
    form = (EXAMPLES / "form-a-sudi.yaml").read_text("utf-8")
    form = form.replace('nhs_number: "9990000018"', "nhs_number_absent_reason: nhs_number_not_currently_available")
    form = form.replace("date_of_birth: 2025-03-02", "date_of_birth: 2025-03-03")
    (tmp_path / "nearly.yaml").write_text(form, "utf-8")
    answer = cdr("notify", "--from", tmp_path / "nearly.yaml", as_of="2026-01-10")
    assert "A-34" in answer.err and sudi in answer.err
    return answer.out.strip()


def test_a_corrected_date_that_makes_it_another_cases_child_is_refused(
    cdr: Shell, sudi: str, nearly: str, hands: Editor
) -> None:
    before = cdr("audit", nearly, "--json").out
    hands.does("sed -i 's/2025-03-03/2025-03-02/' \"$1\"")
    refused = cdr("edit", nearly, "form-a", as_of="2026-02-01", code=65).err
    assert (
        f"The case {sudi} has the same number, or the same names and dates [A-26]" in refused and nearly not in refused
    )
    assert cdr("audit", nearly, "--json").out == before


def test_a_correction_that_looks_like_another_case_is_told_of_it_alone(
    cdr: Shell, sudi: str, nearly: str, hands: Editor
) -> None:
    hands.does("sed -i 's/first_names: Amara Grace/first_names: Amarah Grace/' \"$1\"")
    told = cdr("edit", nearly, "form-a", as_of="2026-02-01").err
    assert "A-34" in told and sudi in told and nearly not in told


def test_two_cases_that_were_said_to_be_two_children_may_be_corrected(cdr: Shell, sudi: str, hands: Editor) -> None:
    again: list[str | Path] = [
        "notify",
        "--from",
        EXAMPLES / "form-a-sudi.yaml",
        "--not-a-duplicate",
        "a clerk's slip in the number",
    ]
    other = cdr(*again, as_of="2026-01-10").out.split()[0]
    hands.does("sed -i 's/birth_weight_g: 2460/birth_weight_g: 2470/' \"$1\"")
    assert "1 field changed" in cdr("edit", other, "form-a", as_of="2026-02-01").out
    hands.does("sed -i 's/known_as: Amara/known_as: Mara/' \"$1\"")
    assert f"The case {sudi} has" in cdr("edit", other, "form-a", as_of="2026-02-01", code=65).err


def test_returns_and_the_analysis_are_edited_and_the_stage_is_not(cdr: Shell, sudi: str, hands: Editor) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    cdr("return", sudi, "northshire-police", "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-02-03")
    hands.does("sed -i 's/temperature_c: 23.5/temperature_c: 22.5/' \"$1\"")
    assert "2 fields changed" in cdr("edit", sudi, "return:northshire-police").out
    draft = (EXAMPLES / "form-c-sudi.yaml").read_bytes().replace(b"ratified_cdop", b"draft_cdrm")
    cdr("review", sudi, "--from", "-", stdin=draft, as_of="2026-04-14")
    hands.does("sed -i 's/draft_cdrm/ratified_cdop/' \"$1\"")
    assert "cdr review" in cdr("edit", sudi, "form-c", code=65).err


def test_the_text_is_never_on_a_disk(cdr: Shell, sudi: str, hands: Editor) -> None:
    hands.does(
        'df --output=fstype "$1" | tail -1 > "$0.storage"; stat -c %a "$(dirname "$1")" >> "$0.storage"; echo "$1" >> "$0.storage"'
    )
    cdr("edit", sudi, "form-a")
    storage, mode, path = Path(f"{hands.path}.storage").read_text().split()
    assert storage in ("tmpfs", "ramfs") and mode == "700"
    assert not Path(path).parent.exists()


def test_any_file_is_kept_and_written_out_again(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    report = tmp_path / "Amara report ŵ.pdf"
    report.write_bytes(os.urandom(30_000))
    assert cdr("attach", sudi, report, "--kind", "post_mortem_report", "--json").json["number"] == 1
    cdr("attach", sudi, report, "--kind", "novel", code=2)
    cdr("attach", sudi, tmp_path / "missing", "--kind", "other", code=66)
    assert (cdr.store / "cases" / sudi / "attachment-01.gpg").exists()
    assert "attachment 1: post mortem report" in cdr("show", sudi).out.casefold()
    cdr("extract", sudi, "1", "-o", tmp_path / "out.pdf")
    assert (tmp_path / "out.pdf").read_bytes() == report.read_bytes()
    cdr("extract", sudi, "2", "-o", tmp_path / "none", code=66)
    assert cdr("verify", "--json").json["findings"] == []


def test_a_name_of_a_file_stays_on_its_line(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    report = tmp_path / "report\n\nClosed on 2026-01-01\x1b[2J.pdf"
    cdr("attach", sudi, report, "--kind", "other", code=66)
    report.write_bytes(b"text")
    cdr("attach", sudi, report, "--kind", "other")
    shown = cdr("show", sudi).out
    assert (
        "Closed on 2026-01-01" not in shown.splitlines()
        and "report\\x0a\\x0aClosed on 2026-01-01\\x1b[2J.pdf, 4 bytes" in shown
    )
    missing = cdr("attach", sudi, tmp_path / "none\nClosed", "--kind", "other", code=66).err
    assert "Closed" not in missing.splitlines() and not any(line.startswith("Closed") for line in missing.splitlines())
    assert not any(
        line.startswith("Closed") for line in cdr("extract", sudi, "1", "-o", tmp_path / "out\nClosed").err.splitlines()
    )


def test_a_closed_terminal_leaves_nothing_in_memory(cdr: Shell, sudi: str, hands: Editor, tmp_path: Path) -> None:
    hands.does('echo "$1" > "$0.where"; kill -HUP $PPID; sleep 5')
    command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "edit", sudi, "form-a"]
    ended = subprocess.run(command, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    assert ended.returncode == 130
    assert not Path(Path(f"{hands.path}.where").read_text().strip()).parent.exists()
