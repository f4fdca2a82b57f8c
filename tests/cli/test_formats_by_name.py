"""What is written under a file's name is what that name says; under a name that promises something else nothing is written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import Shell

QUESTIONS = (
    ("timeline", "REF"),
    ("tally", "--year", "2025/26"),
    ("delays", "--year", "2025/26"),
    ("ncmd", "REF"),
)


@pytest.mark.parametrize("words", QUESTIONS, ids=lambda words: words[0])
def test_a_file_holds_what_its_name_says(cdr: Shell, sudi: str, tmp_path: Path, words: tuple[str, ...]) -> None:
    asked = [sudi if word == "REF" else word for word in words]
    for ending in ("md", "csv", "MD"):
        named, said = tmp_path / f"named.{ending}", tmp_path / "said"
        cdr(*asked, "-o", str(named))
        cdr(*asked, "--format", ending.lower(), "-o", str(said))
        assert named.read_bytes() == said.read_bytes()
    text, plain = tmp_path / "plain.txt", tmp_path / "plain"
    cdr(*asked, "-o", str(text))
    cdr(*asked, "-o", str(plain))
    assert text.read_bytes() == plain.read_bytes() != named.read_bytes()


@pytest.mark.parametrize("words", QUESTIONS, ids=lambda words: words[0])
def test_nothing_is_written_under_a_name_that_promises_something_else(
    cdr: Shell, sudi: str, tmp_path: Path, words: tuple[str, ...]
) -> None:
    asked = [sudi if word == "REF" else word for word in words]
    made = tmp_path / "made.xlsx"
    answer = cdr(*asked, "-o", str(made), code=2)
    assert "not written as .xlsx" in answer.err and "md" in answer.err and not made.exists()
    cdr(*asked, "--format", "csv", "-o", str(made))
    assert made.read_bytes()[:2] != b"PK", "who says the format has it under whatever name"


def test_json_is_asked_for_by_a_name_too(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    made = tmp_path / "tally.json"
    assert cdr("tally", "--year", "2025/26", "-o", str(made)).out == ""
    assert json.loads(made.read_text("utf-8"))["schema"] == "cdr-tally/1"
    beside = tmp_path / "timeline.pdf"
    cdr("timeline", sudi, "-o", str(beside))
    assert beside.read_bytes().startswith(b"%PDF-")
