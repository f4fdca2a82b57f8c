"""The changes that mutmut makes, each as a line, and which of them are tried.

A line says what stood there and what stands there now, and no number: what is elsewhere in the function may be written anew, and it
is the same change still. Where the same words stand twice in one function, their changes are one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from difflib import unified_diff
from io import StringIO
from pathlib import Path
from token import STRING
from tokenize import TokenError, generate_tokens
from zlib import crc32

from mutmut.mutation.data import MutantLineSpans

# Of all changes, those are tried by themselves whose words come to nothing over this: the same ones each time and on every machine.
ONE_IN = 60
# Modules of which all are: what a date or a letter hangs on.
WHOLE = (
    "cdr/domain/process/age.py",
    "cdr/domain/process/due.py",
    "cdr/domain/asking/overdue.py",
    "cdr/domain/asking/prompts_due.py",
    "cdr/domain/panel/actions.py",
    "cdr/domain/panel/ending.py",
    "cdr/domain/panel/meeting.py",
    "cdr/domain/panel/people.py",
    "cdr/domain/letters/wishes.py",
)


@dataclass(frozen=True)
class Change:
    """One change: where it is, mutmut's name of it and the line that says what it is."""

    module: str
    name: str
    line: str

    @property
    def is_of_a_sentence(self) -> bool:
        """Whether words with a blank between them are other ones, or gone: what is said is read in the tests of commands and letters."""
        before, _, after = self.line.partition(" => ")
        return any(len(text.split()) > 1 for text in _texts(before) - _texts(after))


@dataclass(frozen=True)
class Wanted:
    """Which changes are tried: of the modules that are named each, of all of them a sample or every one."""

    modules: tuple[str, ...] = ()
    every: bool = False

    def holds(self, change: Change) -> bool:
        whole = self.every or change.module in WHOLE or crc32(change.line.encode()) % ONE_IN == 0
        return (change.module.startswith(self.modules) if self.modules else whole) and not change.is_of_a_sentence


def made(root: Path) -> Iterator[Change]:
    """Every change that mutmut made in the modules below `root/mutants`."""
    for notes in sorted((root / "mutants" / "cdr").rglob("*.py.meta")):
        module = notes.relative_to(root / "mutants").as_posix().removesuffix(".meta")
        names = json.loads(notes.read_text("utf-8"))["exit_code_by_key"]
        spans = MutantLineSpans.load(module)
        if not names or spans is None:
            continue
        lines = (root / "mutants" / module).read_text("utf-8").splitlines()
        text = {name: lines[span.start - 1 : span.end] for name, span in spans.span_by_function_name.items()}
        for name in names:
            yield Change(module, name, f"{module}: {function(name)}: {_words(text, name)}")


def function(name: str) -> str:
    """The function of `cdr.domain.age.x_age_band__mutmut_3`."""
    return name.rpartition("__mutmut_")[0].rpartition(".")[2].removeprefix("x_").replace("xǁ", "").replace("ǁ", ".")


def _words(text: dict[str, list[str]], name: str) -> str:
    """The lines that a change takes away and those that it puts there."""
    changed = name.rpartition(".")[2]
    was = changed.rpartition("__mutmut_")[0] + "__mutmut_orig"
    before, after = ([line.replace(one, function(name)) for line in text[one]] for one in (was, changed))
    told = list(unified_diff(before, after, n=0, lineterm=""))[3:]
    gone, come = (" ".join(_spaced(line[1:]) for line in told if line.startswith(sign)) for sign in "-+")
    return f"{gone} => {come}"


def _texts(line: str) -> set[str]:
    """The texts of a line, but for those with something put in."""
    found = set()
    with suppress(TokenError):  # a line may be the beginning of an expression
        for token in generate_tokens(StringIO(line).readline):
            if token.type == STRING and not token.string.startswith(("f", "rf")):
                found.add(token.string.strip("\"'"))
    return found


def _spaced(line: str) -> str:
    return " ".join(line.split())
