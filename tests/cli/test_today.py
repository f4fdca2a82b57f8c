"""`cdr today`: what is due over all open cases, without names."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pexpect
import pytest
import terminals
from conftest import EXAMPLES, Shell


def due(cdr: Shell, day: str) -> list[tuple[str, str, str]]:
    return [(task["clock"], task["due"], task["when"]) for task in cdr("today", "--json", as_of=day).json["tasks"]]


def test_what_is_due_and_what_is_done(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = due(cdr, "2026-01-11")
    assert ("T09", "2026-01-10", "overdue") in first and ("T03", "2026-01-11", "today") in first
    assert ("T04", "2026-01-16", "this week") in first
    cdr("request", sudi, as_of="2026-01-11")
    assert "T04" not in {clock for clock, *_ in due(cdr, "2026-01-11")}
    editor = tmp_path / "editor"
    told = "  - {party: ncmd, status: informed, on: 2026-01-10}"
    editor.write_text(f"#!/bin/sh\nsed -i 's/^informed:$/informed:\\n{told}/' \"$1\"\n")
    editor.chmod(0o755)
    monkeypatch.setenv("EDITOR", str(editor))
    cdr("edit", sudi, "form-a", as_of="2026-01-11")
    assert "T03" not in {clock for clock, *_ in due(cdr, "2026-01-11")}
    prompts = [task for task in cdr("today", "--json", as_of="2026-01-26").json["tasks"] if task["clock"] == "T06"]
    assert len(prompts) == 6 and {task["when"] for task in prompts} == {"overdue"}
    text = cdr("today", as_of="2026-01-26").out
    assert "Overdue" in text and not any(name in text for name in ("Amara", "Testcase", "Efua"))


def test_a_quiet_day(cdr: Shell) -> None:
    assert cdr("today").out == "Nothing needs you today.\n"
    case = cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-02-16").out.strip()
    assert due(cdr, "2026-02-17")
    cdr("review", case, "--from", EXAMPLES / "form-c-sudi.yaml", "--override", "x", as_of="2026-04-14")
    said = cdr("today", as_of="2026-04-15").out
    assert said.endswith("1 open case: nothing due before 2026-09-30. Next to move: coordinator.\n")
    assert said.startswith("The area\n  2026-04-01  Ring ")  # what letters name is asked for in April and October


NAMES = ("Amara", "Testcase", "Efua", "9990000018")


def more_cases(cdr: Shell, count: int) -> None:
    for _ in range(count):
        case = cdr(
            "notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x", as_of="2026-01-09"
        ).out.strip()
        cdr("request", case, as_of="2026-01-09")


def test_one_screen_and_all_of_it(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    more_cases(cdr, 4)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("LINES", "24")
    screen = cdr("today", as_of="2026-03-02").lines
    assert len(screen) <= 23 and max(map(len, screen)) <= 80 and screen[-1] == "There is more: cdr today --all"
    whole = cdr("today", "--all", as_of="2026-03-02")
    tasks = cdr("today", "--json", as_of="2026-03-02").json["tasks"]
    assert len(whole.lines) > 23 and len({task["case"] for task in tasks}) == 5
    assert all(task["case"] in whole.out for task in tasks)
    assert not any(name in whole.out + "\n".join(screen) for name in NAMES)


def test_what_was_sent_what_is_held_up_and_who_moves(cdr: Shell, sudi: str) -> None:
    cdr("request", sudi, as_of="2026-01-09")
    cdr("chase", "--overdue", as_of="2026-01-23")
    for day, count in (("2026-01-23", 6), ("2026-01-24", 6), ("2026-01-25", 0)):
        sent = cdr("today", "--json", as_of=day).json["sent"]
        assert [(one["level"], one["state"]) for one in sent if one["level"] == "prompt-1"] == [
            ("prompt-1", "sent")
        ] * count
    found = cdr("today", "--json", as_of="2026-01-24").json
    assert ("inquest", "coroner") in {(one["what"], one["who"]) for one in found["blocked"]}
    assert all(task["who"] for task in found["tasks"])
    text = cdr("today", "--all", as_of="2026-01-24").out
    assert "Sent since yesterday" in text and "prompt-1 to 6 agencies" in text and "inquest since" in text


def test_colour_is_only_an_addition(cdr: Shell, sudi: str) -> None:
    words = ["-m", "cdr", "--store", str(cdr.store), "--as-of", "2026-01-12", "today"]

    def shown(**more: str) -> str:
        environment = {key: value for key, value in os.environ.items() if key not in ("NO_COLOR", "COLUMNS", "LINES")}
        child = pexpect.spawn(
            sys.executable,
            words,
            env={**environment, **more, "TERM": "xterm"},
            encoding="utf-8",
            dimensions=(24, 80),
            timeout=terminals.PATIENCE,
        )
        code = terminals.ended(child)
        text: str = child.before
        assert code == 0, text
        return text.replace("\r\n", "\n")

    coloured, plain = shown(), shown(NO_COLOR="1")
    assert "\x1b[" in coloured and "\x1b[" not in plain
    assert re.sub(r"\x1b\[[0-9;]*m", "", coloured) == plain
    assert len(plain.splitlines()) <= 23 and sudi in plain


def test_a_step_that_a_letter_ends_says_what_to_type(cdr: Shell, sudi: str) -> None:
    day = "2026-01-12"
    cdr("milestone", sudi, "coroner_should_know", as_of=day)
    tasks = {one["clock"]: one["letters"] for one in cdr("today", "--json", as_of=day).json["tasks"]}
    assert tasks["R13"] == [f"cdr letter {sudi} --kind coroner --from FILE"]
    assert tasks["T10"] == []
    words = " ".join(cdr("today", "--all", as_of=day).out.split())
    assert f"cdr letter {sudi} --kind coroner --from FILE" in words
    shown = cdr("show", sudi, as_of=day).out
    assert f"once the key worker has answered the letter gate [letter_sent]: cdr letter {sudi}\n" in shown
    assert f"cdr letter {sudi}" in " ".join(cdr("milestone", sudi, as_of=day).out.split())
