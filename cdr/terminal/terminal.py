"""One line after another from a person at a terminal, and how a closed terminal is noticed."""

from __future__ import annotations

import os
import select
import shutil
import signal
import sys
import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

import click

from cdr.terminal.output import say, speak_up, visible

SIGNALS = (signal.SIGHUP, signal.SIGTERM)
NARROW, WIDE = 40, 100


class HungUp(BaseException):
    """The terminal was closed, or the program was told to end."""


def is_attended() -> bool:
    """Whether a person sits at a terminal who can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def width() -> int:
    """How wide the lines may be."""
    return max(NARROW, min(WIDE, shutil.get_terminal_size().columns - 1))


def line(prompt: str) -> str:
    """One line that a person types after the prompt. Raises: EOFError, KeyboardInterrupt, HungUp."""
    speak_up()
    while True:
        try:
            text = unicodedata.normalize("NFC", _typed(visible(prompt)))
        except UnicodeDecodeError:
            text = "\0"
        if not any(unicodedata.category(letter) in ("Cc", "Cs") for letter in text.replace("\t", " ")):
            return text.replace("\t", " ").strip()
        say("  That held a key that is no letter; please type it again.")


def lines(prompt: str, signs: Sequence[str]) -> list[str]:
    """Several lines, up to an empty one; an empty line within a text that was pasted does not end it.

    One of `signs` as the first line is an answer of its own, at once.
    """
    first = line(prompt)
    if first in signs:
        return [first]
    typed = [first]
    while first and (typed[-1] or _more_waits()):
        typed.append(line("  "))
    while typed and not typed[-1]:
        typed.pop()
    return typed


def wrapped(text: str, indent: str = "") -> str:
    """A text in lines of the terminal's width, the second and later ones indented."""
    return textwrap.fill(text, width(), initial_indent=indent, subsequent_indent=f"{indent}  ", break_on_hyphens=False)


def paragraph(text: str) -> str:
    """A text in lines of the terminal's width."""
    return textwrap.fill(text, width(), break_on_hyphens=False)


def page(shown: Sequence[str]) -> str:
    """Many lines, a screen at a time, until a person types something instead of Enter; what was typed."""
    height = max(8, shutil.get_terminal_size().lines - 2)
    for start in range(0, len(shown), height):
        say("\n".join(shown[start : start + height]))
        if start + height < len(shown):
            typed = line("(Enter: more) ")
            if typed:
                return typed
    return ""


@contextmanager
def noticing() -> Iterator[None]:
    """Within it a closed terminal or a request to end raises HungUp, once; nohup's wish is respected."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, *SIGNALS)}
    for number in SIGNALS:
        if before[number] is signal.SIG_DFL:
            signal.signal(number, _hang_up)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Within it neither Ctrl-C nor a closed terminal ends what is under way, here or in a program that is started."""
    numbers = (signal.SIGINT, *SIGNALS)
    before = [signal.signal(number, signal.SIG_IGN) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


def silence() -> None:
    """Let nothing more be written to a terminal that is gone."""
    nowhere = open(os.devnull, "w")  # noqa: SIM115, PTH123 - open until the program ends
    sys.stdout = sys.stderr = nowhere


def _hang_up(number: int, frame: FrameType | None) -> Any:
    for one in (signal.SIGINT, *SIGNALS):
        signal.signal(one, signal.SIG_IGN)
    raise HungUp


def _typed(prompt: str) -> str:
    if sys.stdout.isatty() and _editing():
        return input(prompt)
    click.echo(prompt, nl=False, err=True)
    text = sys.stdin.readline()
    if not text:
        raise EOFError
    return text.removesuffix("\n")


def _editing() -> bool:
    """Whether a line can be edited with the arrow keys; what was typed is not offered again by them."""
    with suppress(ImportError):
        import readline

        readline.set_auto_history(False)
        return True
    return False


def _more_waits() -> bool:
    with suppress(OSError, ValueError):
        return bool(select.select([sys.stdin], [], [], 0.05)[0])
    return False
