"""What stands around the words of click: the commands under their headings, and what to do about a command line that cannot be right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

# The first command of each part of the list.
HEADINGS: Mapping[str, str] = {
    "init": "To begin",
    "notify": "Cases: opened, found, looked at, corrected",
    "request": "Returns of agencies",
    "gate": "Other processes, steps, and the family",
    "agencies": "Agencies",
    "timeline": "Timeline, letters, and what is given to others",
    "panel": "The panel",
    "handover": "Handing on and ending",
    "delays": "The year and its tables",
    "help": "Help and rules",
    "verify": "The store: checked, shared, kept",
}
EXTRA = "unexpected extra argument"
AS_PYTHON_WRITES_IT = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
A_SPACE = "     A name with a space in it stands in quotation marks: 'form a.yaml'"


def under_headings(commands: Mapping[str, str]) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """The commands with what they do, part by part, in their order."""
    heading, part = "", list[tuple[str, str]]()
    for name, text in commands.items():
        if name in HEADINGS and part:
            yield heading, part
            part = []
        heading = HEADINGS.get(name, heading)
        part.append((name, text))
    yield heading, part


def without_what_was_typed(message: str) -> str:
    """What click says of a wrong command line, without the words that it quotes: a name, or what a parent said, may have been typed there."""
    said = re.sub(rf"({EXTRA}s?) .*", r"\1", message, flags=re.DOTALL)
    said = re.sub(rf"\A(No such (?:command|option)) {AS_PYTHON_WRITES_IT}", r"\1", said)
    return re.sub(rf": {AS_PYTHON_WRITES_IT}(?= is not )", ": that", said, count=1)


def advice(message: str) -> list[str]:
    """What to do about a wrong command line, beyond what click says."""
    return [A_SPACE] if EXTRA in message else []
