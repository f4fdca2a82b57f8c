"""Reading the command lines of a page as a shell and `cdr` would, without running them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pytest

from cdr import cli, verbs

ROOT = Path(cli.__file__).parent.parent
ENDS = {"|", ";", "&&", "||", "&", "|&"}
REDIRECTIONS = {">", ">>", "<", "2>"}
SET = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*")


@dataclass(frozen=True)
class Line:
    """One command line of a page: where it is, and its words."""

    place: str
    words: tuple[str, ...]


def blocks(text: str, language: str = "console") -> Iterator[tuple[int, list[str]]]:
    """The fenced blocks of one language, each with the number of its first line."""
    inside: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if inside is None and line.strip().startswith("```"):
            inside, first, wanted = [], number + 1, line.strip().strip("`").strip() == language
        elif inside is not None and line.strip() == "```":
            if wanted:
                yield first, inside
            inside = None
        elif inside is not None:
            inside.append(line)
    assert inside is None, f"a fenced block that begins on line {first - 1} has no end"


def commands(text: str, page: str) -> Iterator[Line]:
    """Every `cdr` command of a page's console blocks (after `$ `), also behind a pipe or after settings."""
    for first, lines in blocks(text):
        number = 0
        while number < len(lines):
            place, line = f"{page}:{first + number}", lines[number].strip()
            while line.endswith("\\") and number + 1 < len(lines):
                number += 1
                line = line[:-1] + lines[number].strip().removeprefix("> ")
            number += 1
            if line.startswith("$ "):
                yield from (Line(place, words) for words in simple_commands(line[2:]))


def simple_commands(line: str) -> Iterator[tuple[str, ...]]:
    """The words after `cdr` of each `cdr` command in a shell line."""
    plain = re.sub(r"\$\([^()]*\)", "X", line)
    reader = shlex.shlex(plain, posix=True, punctuation_chars="|;&<>")
    reader.commenters = "#"
    reader.whitespace_split = True
    words: list[str] = []
    for word in [*reader, ";"]:
        if word not in ENDS:
            words.append(word)
            continue
        yield from as_cdr(words)
        words = []
    for inner in re.findall(r"\$\(([^()]*)\)", line):
        yield from simple_commands(inner)


def as_cdr(words: list[str]) -> Iterator[tuple[str, ...]]:
    kept, skip = [], False
    for word in words:
        if not skip and word not in REDIRECTIONS:
            kept.append(word)
        skip = word in REDIRECTIONS
    while kept and (SET.fullmatch(kept[0]) or kept[0] in ("env", "time", "watch")):
        kept.pop(0)
    if kept and Path(kept[0]).name == "cdr":
        yield tuple(kept[1:])


def trouble(words: tuple[str, ...]) -> str:
    """What `cdr` would say of these words before it does anything; empty where they are right."""
    if not words or {"-h", "--help", "--version"} & set(words):
        named = [word for word in words if not word.startswith("-")]
        return "" if not named or named[0] in (*verbs.COMMANDS, *verbs.OF_GIT) else f"no command {named[0]}"
    try:
        context = cli.cdr.make_context("cdr", list(words))
        command: click.Command = cli.cdr
        while isinstance(command, click.Group):
            rest = [*getattr(context, "_protected_args", []), *context.args]
            if not rest:
                return "" if command.invoke_without_command else "a group without a command"
            name, found, rest = command.resolve_command(context, list(rest))
            assert found is not None
            command, context = found, found.make_context(name, list(rest), parent=context)
    except click.exceptions.Exit:
        return ""
    except click.ClickException as error:
        return error.format_message()
    return ""


@pytest.fixture
def root() -> Path:
    return ROOT


@pytest.fixture
def command_lines() -> Callable[[str, str], list[Line]]:
    return lambda text, page: list(commands(text, page))


@pytest.fixture
def words_trouble() -> Callable[[tuple[str, ...]], str]:
    return trouble


@pytest.fixture
def words_of() -> Callable[[str], list[tuple[str, ...]]]:
    return lambda line: list(simple_commands(line))


@pytest.fixture
def fenced() -> Callable[[str], list[list[str]]]:
    return lambda text: [lines for _, lines in blocks(text)]
