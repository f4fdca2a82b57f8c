"""Text and tables in the width of a terminal: no word is broken, and nothing is lost."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from datetime import date

import click
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tabulate import tabulate

from cdr.documents import fitting
from cdr.documents.tables.agencies import render
from cdr.statistics.agency_answers import Answers
from cdr.terminal import output

ROWS = [
    (
        "2026-7K3M",
        "northshire-social-care",
        "Tell whoever should act on a recommendation of the panel, and mark it as done",
    )
]
HEADERS = ("case", "agency", "what follows")


class Screen(io.StringIO):
    def isatty(self) -> bool:
        return True


words = st.text("abcdefgh-", min_size=1, max_size=12)


@settings(max_examples=80)
@given(st.lists(st.lists(words, min_size=1, max_size=9).map(" ".join), min_size=1, max_size=6), st.integers(40, 120))
def test_a_line_that_is_too_long_is_wrapped_at_words(texts: list[str], columns: int) -> None:
    text = "\n".join(f"  {one}" for one in texts)
    shown = fitting.lines(text, columns)
    assert shown.split() == text.split()
    assert all(len(line) <= columns for line in shown.split("\n"))


@pytest.mark.parametrize("columns", [60, 80, 100])
def test_a_table_fits_and_keeps_every_word_whole(columns: int) -> None:
    shown = fitting.table(ROWS, HEADERS, columns)
    assert all(len(line) <= columns for line in shown.split("\n"))
    assert {word for row in ROWS for cell in row for word in cell.split()} <= set(shown.split())


def test_where_words_are_too_long_for_a_table_it_is_a_list() -> None:
    shown = fitting.table([("a" * 30, "b" * 30, "c d")], ("one", "two", "three"), 60)
    assert shown.split("\n") == ["a" * 30, f"  two {'b' * 30}; three c d"]


def test_a_table_that_is_piped_has_one_line_a_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout", io.StringIO())
    assert len(output.table(ROWS, HEADERS).split("\n")) == 3
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr("sys.stdout", Screen())
    assert len(output.table(ROWS, HEADERS).split("\n")) > 3


def test_what_is_put_on_a_terminal_is_wrapped_and_what_is_piped_is_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "warning  keys: " + "The key of Robin Ashworth never expires. " * 4
    output.put_line(text)
    assert capsys.readouterr().out == f"{text}\n"
    shown = Screen()
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stdout", shown)
    monkeypatch.setattr(click, "echo", lambda said, err=False: shown.write(f"{said}\n"))
    output.put_line(text)
    assert len(shown.getvalue().splitlines()) > 1 and max(map(len, shown.getvalue().splitlines())) <= 80


def test_talk_on_a_terminal_is_wrapped_too(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    text = "please check: letter 1 of this kind went to the same person before. " * 4
    output.say(text)
    assert capsys.readouterr().err == f"{text}\n"
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("sys.stderr", Screen())
    shown = output.talk(text).splitlines()
    assert len(shown) > 1 and max(map(len, shown)) <= 80 and " ".join(" ".join(shown).split()) == text.strip()


def test_agencies_fit_a_terminal() -> None:
    rows = [Answers("northshire-social-care", "Care", "2025/26", 16, 16, 0, 0, 0, 0, 0, 22.5, 16.5, 29.25)]
    assert max(map(len, render(rows, date(2026, 1, 1), "table", 80).splitlines())) <= 80
    assert "northshire-social-care" in render(rows, date(2026, 1, 1), "table").splitlines()[2]


several = st.lists(words, min_size=1, max_size=2).map("\n".join)
cells = st.lists(st.text("ab cé-", max_size=9).map(str.strip), min_size=1, max_size=3).map("\n".join).map(str.strip)


@settings(max_examples=120)
@given(st.lists(st.tuples(words, cells, cells), max_size=5), st.tuples(words, words, several))
def test_a_table_is_what_tabulate_would_write(rows: list[tuple[str, ...]], headers: tuple[str, ...]) -> None:
    written = tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True)
    assert fitting.table(rows, headers, 0) == written


@settings(max_examples=80)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "a b\n  c", "", "a longer label"]), words, words), min_size=1, max_size=5),
    st.tuples(st.just(""), words, words),
)
def test_a_table_of_numbers_is_what_tabulate_would_write(rows: list[tuple[str, ...]], headers: tuple[str, ...]) -> None:
    align = ("left", "right", "right")
    written = tabulate(rows, headers=headers, tablefmt="simple", disable_numparse=True, colalign=align)
    assert fitting.numbers(rows, headers) == "\n".join(line.rstrip() for line in written.split("\n"))


texts = st.one_of(
    st.lists(words, max_size=12).map(" ".join),
    st.text("ab-. \u00a0\u2014\u2028\t\nx", max_size=60),
    st.text(max_size=60),
)


@settings(max_examples=400)
@given(texts, st.integers(1, 40), st.text(" -!1", max_size=3), st.text(" ", max_size=4), st.booleans(), st.booleans())
def test_lines_are_those_of_the_standard_library(
    text: str, width: int, first: str, later: str, at_hyphens: bool, whole: bool
) -> None:
    expected = textwrap.wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=later,
        break_on_hyphens=at_hyphens,
        break_long_words=not whole,
    )
    assert fitting.in_lines(text, width, first, later, at_hyphens, whole) == expected


LOADS = "import sys; from cdr.documents.fitting import in_lines; in_lines('words of ' * 20 + 'a text', 40, at_hyphens=True); print('textwrap' in sys.modules)"


def test_plain_words_are_put_into_lines_without_that_library() -> None:
    said = subprocess.run([sys.executable, "-c", LOADS], capture_output=True, text=True, check=True)
    assert said.stdout == "False\n"
