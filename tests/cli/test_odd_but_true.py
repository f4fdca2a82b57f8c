"""Input that is odd and true, or that says something no clock can mean: taken as it is, or told for what it is."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell, run

ROW = (
    "old_reference,notified_on,date_of_birth,date_of_death,sex,ethnicity,local_authority,place,first_names,family_name"
)


def test_a_day_that_means_no_end_is_not_taken_and_the_feed_of_a_store_that_has_one_goes_on(
    cdr: Shell, sudi: str
) -> None:
    said = cdr("gate", sudi, "open", "pmrt", "--expected", "9999-12-31", code=2, as_of="2026-01-20").err
    assert "leave out one that is not known" in said
    cdr("gate", sudi, "open", "pmrt", "--expected", "2199-12-31", as_of="2026-01-20")
    assert "VEVENT" in cdr("calendar", "-o", "-", as_of="2026-01-20").out


@pytest.mark.parametrize("day", ["0023-05-01", "0999-05-01", "9999-12-31"])
def test_a_year_that_no_notification_is_of(cdr: Shell, tmp_path: Path, day: str) -> None:
    row = f"9,{day},0020-01-01,0023-04-28,male,A,Northshire,paediatric_ward,Mo,Zed"
    (tmp_path / "register.csv").write_text(f"{ROW}\n{row}\n")
    assert "register.csv:2: notified_on" in cdr("import", tmp_path / "register.csv", code=65, as_of="2026-01-20").err
    text = (EXAMPLES / "form-a-sudi.yaml").read_text("utf-8").replace("2026-01-09T", f"{day}T")
    (tmp_path / "form.yaml").write_text(text, "utf-8")
    assert "whole year" in cdr("notify", "--from", tmp_path / "form.yaml", code=65, as_of="2026-01-20").err


def test_a_rehearsal_at_the_end_of_time(cdr: Shell, sudi: str) -> None:
    for command in (["today"], ["calendar", "-o", "-"]):
        assert run(["--store", str(cdr.store), "--as-of", "9999-12-30", *command]).code == 2


@pytest.mark.parametrize("when", ["nonsense", "2026-02-30", "2026-01-09T25:00", "20260109"])
def test_what_is_no_time_is_refused_by_commands_that_ask_for_none_too(cdr: Shell, sudi: str, when: str) -> None:
    for command in (["list"], ["show", sudi], ["timeline", sudi], ["audit"]):
        answer = run(["--store", str(cdr.store), "--as-of", when, *command])
        assert answer.code == 2 and "--as-of (or CDR_AS_OF): That is not a date." in answer.err and not answer.out


def test_an_accent_that_was_typed_behind_its_letter(cdr: Shell) -> None:
    cdr(
        "agency",
        "add",
        "zzz",
        "--name",
        "Cafe\u0301 Hospice",
        "--type",
        "hospice_palliative",
        "--email",
        "z@b.example",
        as_of="2026-01-20",
    )
    cdr("agency", "edit", "zzz", "--name", "Ysbyty Dw\u0302r", as_of="2026-01-20")
    assert "Dŵr" in cdr("agency", "show", "zzz", "--json").out


def test_a_very_large_file_is_not_read_whole(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    with (tmp_path / "film.mp4").open("wb") as film:
        film.truncate(40 << 30)
    said = cdr("attach", sudi, tmp_path / "film.mp4", "--kind", "other", code=2).err
    assert "larger than 64 MB" in said and "note the place" in said


def test_a_register_takes_the_names_that_a_form_takes(cdr: Shell, tmp_path: Path) -> None:
    row = "9,2023-05-01,2020-01-01,2023-04-28,male,A,Northshire,paediatric_ward,م\u200cح,Zed"
    (tmp_path / "register.csv").write_text(f"{ROW}\n{row}\n", "utf-8")
    cdr("import", tmp_path / "register.csv", as_of="2026-01-20")
    rung = row.replace("Zed", "Z\x07ed")
    (tmp_path / "register.csv").write_text(f"{ROW}\n{rung}\n", "utf-8")
    cdr("import", tmp_path / "register.csv", code=65, as_of="2026-01-20")


def test_json_that_writes_a_rare_letter_as_two_halves(cdr: Shell, tmp_path: Path) -> None:
    from cdr.forms import codec

    form = dict(codec.load((EXAMPLES / "form-a-sudi.yaml").read_bytes()))
    form["child"] = {**form["child"], "first_names": "𠮷田"}
    (tmp_path / "form.json").write_text(json.dumps(form), "ascii")
    case = cdr("notify", "--from", tmp_path / "form.json", "--not-a-duplicate", "x", as_of="2026-01-20").out.strip()
    assert cdr("show", case, "--json").json["documents"]["notification"]["child"]["first_names"] == "𠮷田"
    (tmp_path / "form.json").write_text(json.dumps(form).replace("\\udfb7", ""), "ascii")
    assert "YAML-CONTROL" in cdr("notify", "--from", tmp_path / "form.json", code=65, as_of="2026-01-20").err


def test_a_remark_in_the_words_of_a_report_is_kept(cdr: Shell, tmp_path: Path) -> None:
    words = 'schema: report/1\nyear: "2025/26"\nwhat_was_done: words\n'
    path = tmp_path / "words.yaml"
    for text, told in (
        (words, "are recorded"),
        (words + "# ask the chair\n", "are recorded"),
        (words + "# ask the chair\n", "Nothing was changed"),
    ):
        path.write_text(text)
        assert told in cdr("report", "--year", "2025/26", "--words", path, as_of="2026-06-01").err


def test_an_editor_that_leaves_a_pipe(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    editor = tmp_path / "pipe"
    editor.write_text('#!/bin/sh\nrm "$1"; mkfifo "$1"\n')
    editor.chmod(0o700)
    monkeypatch.setenv("EDITOR", os.fspath(editor))
    assert "left no text behind" in cdr("edit", sudi, "form-a", code=2, as_of="2026-01-20").err
