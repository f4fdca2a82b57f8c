"""A text that is given as a file or typed (minutes, a note, an action) is held to what a text in a form is held to."""

from __future__ import annotations

from pathlib import Path

import pytest

from cdr.errors import InvalidData
from cdr.work.taking_in import TEXT_LIMIT, text


def taken(place: Path, raw: bytes) -> str:
    place.write_bytes(raw)
    return text(str(place), "minutes.text", "Minutes")


@pytest.mark.parametrize(
    "letter", ["\x1b[2J", "\x1b]0;x\x07", "\x00", "\x7f", "\x9b31m", "\u202e", "\u2066", "\ufffe", "a" + "\u0301" * 40]
)
def test_letters_that_act_on_a_screen_are_refused_by_their_line(tmp_path: Path, letter: str) -> None:
    with pytest.raises(InvalidData) as caught:
        taken(tmp_path / "said.txt", f"First.\nAmara said {letter} so.\n".encode())
    [problem] = caught.value.problems
    assert (problem.rule, problem.line, problem.field) == ("YAML-CONTROL", 2, "minutes.text")
    assert "Amara" not in str(problem) and letter not in problem.message


def test_ends_of_lines_pages_and_paragraphs_are_line_ends_and_a_letter_is_one(tmp_path: Path) -> None:
    found = taken(
        tmp_path / "said.txt", "\ufeffA\r\nB\rC\x0bD\x0cE\u2028F\u2029G\tZoe\u0308 \u200d\u06a9\n\x1a".encode()
    )
    assert found == "A\nB\nC\nD\nE\nF\nG\tZoë \u200d\u06a9"


@pytest.mark.parametrize(
    ("raw", "rule"),
    [
        (b"\xff\xfeA\0", "YAML-ENCODING"),
        (b"A\n\xe9", "YAML-ENCODING"),
        (b" \n", "SCHEMA-LENGTH"),
        (b"a" * (TEXT_LIMIT + 1), "SCHEMA-LENGTH"),
    ],
)
def test_what_is_no_text_is_refused(tmp_path: Path, raw: bytes, rule: str) -> None:
    with pytest.raises(InvalidData) as caught:
        taken(tmp_path / "said.txt", raw)
    assert [problem.rule for problem in caught.value.problems] == [rule]
