"""Every `cdr` line and every link that a person finds in README.md and docs/ is right."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cdr.verbs import COMMANDS

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *#*$", re.MULTILINE)
LONG_ENOUGH_FOR_AN_EXAMPLE = 2000
Lines = Callable[[str, str], list[Any]]
Trouble = Callable[[tuple[str, ...]], str]


def pages(root: Path) -> Iterator[tuple[str, str]]:
    first = [root / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")]
    found = [*first, *sorted((root / "docs").rglob("*.md")), *sorted((root / "bench").glob("*.md"))]
    for path in found:
        yield path.relative_to(root).as_posix(), path.read_text("utf-8")


def test_every_command_line_is_one(root: Path, command_lines: Lines, words_trouble: Trouble) -> None:
    wrong = []
    for page, text in pages(root):
        for line in command_lines(text, page):
            said = words_trouble(line.words)
            if said:
                wrong.append(f"{line.place}: cdr {' '.join(line.words)}: {said}")
    assert wrong == []


def test_the_readme_lists_every_command(root: Path) -> None:
    listed = re.findall(r"`cdr ([a-z-]+)`", (root / "README.md").read_text("utf-8"))
    assert [name for name in COMMANDS if name not in listed] == []


def test_a_long_readme_shows_how_to_call_it(root: Path, fenced: Callable[[str], list[list[str]]]) -> None:
    text = (root / "README.md").read_text("utf-8")
    assert fenced(text) or len(text) <= LONG_ENOUGH_FOR_AN_EXAMPLE


def test_every_link_leads_somewhere(root: Path) -> None:
    wrong = []
    for page, text in pages(root):
        for target in LINK.findall(without_blocks(text)):
            path, _, anchor = target.partition("#")
            if re.match(r"[a-z][a-z0-9+.-]*:", target):
                continue
            there = (root / page).parent / path if path else root / page
            if not there.exists():
                wrong.append(f"{page}: {target}")
            elif anchor and there.suffix == ".md" and anchor not in anchors(there.read_text("utf-8")):
                wrong.append(f"{page}: {target}: no such heading")
    assert wrong == []


def without_blocks(text: str) -> str:
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(text: str) -> set[str]:
    kept = string.ascii_letters + string.digits + "-_ "
    return {
        "".join(letter for letter in re.sub(r"[`*]", "", heading) if letter in kept or letter.isalpha())
        .strip()
        .casefold()
        .replace(" ", "-")
        for heading in HEADING.findall(re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL))
    }


# ---- that the reading itself is right --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("cdr list", [("list",)]),
        ("CDR_AS_OF=2026-01-09 cdr chase --json | jq .", [("chase", "--json")]),
        ("ref=$(cdr notify --from form-a.yaml)", [("notify", "--from", "form-a.yaml")]),
        ("cd store && cdr list > cases.txt  # the cases", [("list",)]),
        (".venv/bin/cdr verify", [("verify",)]),
        (
            'cdr return REF police --waive "no answer; given up"',
            [("return", "REF", "police", "--waive", "no answer; given up")],
        ),
        ("gpg --list-keys cdr", []),
    ],
)
def test_a_line_is_read_as_a_shell_reads_it(line: str, expected: list[tuple[str, ...]], words_of: Any) -> None:
    assert words_of(line) == expected


@pytest.mark.parametrize(
    ("words", "right"),
    [
        (("--store", "x", "--as-of", "2026-01-09", "chase", "--overdue"), True),
        (("chase", "--overdone"), False),
        (("chaise",), False),
        (("return", "2026-7K3M"), False),
        (("return", "2026-7K3M", "police", "--nil"), True),
        (("tally", "--year", "2025/26", "--format", "xls"), False),
        (("keys", "list"), True),
        (("keys", "lose"), False),
        (("chase", "--help"), True),
        (("chaise", "--help"), False),
        (("request", "2026-7K3M", "--on", "31/02/2026"), False),
    ],
)
def test_words_are_judged_as_cdr_does(words: tuple[str, ...], right: bool, words_trouble: Trouble) -> None:
    assert (words_trouble(words) == "") == right


def test_only_console_blocks_with_a_prompt_are_commands(command_lines: Lines) -> None:
    text = "```console\n$ cdr list \\\n  --open\ncdr said this\n```\n```\n$ cdr nonsense\n```\n"
    assert [(line.place, line.words) for line in command_lines(text, "p.md")] == [("p.md:2", ("list", "--open"))]


def test_a_block_without_an_end_is_noticed(command_lines: Lines) -> None:
    with pytest.raises(AssertionError, match="line 1"):
        command_lines("```console\n$ cdr list\n", "p.md")
