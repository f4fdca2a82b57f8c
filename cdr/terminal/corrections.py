"""What is told of a text that came back from an editor and is not right, on the screen and as lines above the text."""

from __future__ import annotations

from collections.abc import Sequence

import click

from cdr.errors import MOST_TOLD, Problem, as_told
from cdr.terminal.output import say


def again(errors: Sequence[Problem]) -> bool:
    """Tell what is wrong, and ask whether to go back to the editor."""
    for problem in as_told(errors, "the form"):
        say(problem)
    return click.confirm("Go back to the editor (no: give up, and nothing is changed)", default=True, err=True)


def noted(errors: Sequence[Problem]) -> bytes:
    """What is wrong as lines above the text in the editor."""
    lines = [f"#! {problem.field}: {problem.message} [{problem.rule}]\n" for problem in errors[:MOST_TOLD]]
    return "".join(["#! What is to be put right (these lines go by themselves):\n", *lines]).encode()


def without(notes: bytes, text: bytes) -> bytes:
    """The text without those lines."""
    return b"".join(line for line in text.splitlines(keepends=True) if not line.startswith(b"#! ")) if notes else text
