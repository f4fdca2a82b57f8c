"""What can go wrong, as values with an exit code; `cli` prints them, and nothing else does."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cdr.records import dataclass

DONE = 0
TO_ACT_ON = 1
RECORDED = 73
MOST_TOLD = 200  # of the problems of one file: enough to see what is wrong, and no flood
VERIFY = "See what is wrong with: cdr verify"
OWN_CHANGE = "Only if it was you who changed it, and you know each line of that, record it"
NOT_USED = f"cdr.yaml has changes that are not recorded and not used. {OWN_CHANGE}: git commit -S cdr.yaml."
MEND = f"{VERIFY}; put it right with: cdr verify --repair"

EXIT_CODES: tuple[tuple[int, str], ...] = (
    (0, "done, also when there was nothing to do"),
    (
        1,
        "done, and there is something for a person to act on (verify or doctor with errors, chase --exit-code with overdue returns)",
    ),
    (2, "usage: the command line is not right"),
    (
        65,
        "the data given is not valid, or the step's conditions are not met: every problem is listed; nothing was written",
    ),
    (66, "no such case, agency, file or store"),
    (69, "gpg or git is missing or too old"),
    (70, "a bug in cdr"),
    (
        73,
        "it is recorded, but not all that follows could be done or said (or whether it is cannot be seen): look with cdr audit before you repeat it",
    ),
    (74, "the disk or a pipe failed; nothing was written"),
    (75, "try again: the store is locked, the key is locked, the mail server did not answer"),
    (76, "a document or the history is not authentic: tampered, moved, rolled back, or signed by no one who may"),
    (77, "this key may not read or write that"),
    (78, "the store's configuration is wrong"),
    (130, "interrupted"),
)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a document, without quoting what the document says.

    `field` is a dotted path (`child.nhs_number`, `timeline.3.at`), `title` the field's name for a person, `message`
    what would be right, `rule` a stable id, `line` 1-based in the file it came from (0 where there is none). `row` is the line
    of the field's own text that it is about, from 0.
    """

    field: str
    title: str
    message: str
    rule: str
    line: int = 0
    level: str = "error"
    row: int = 0

    def text(self, file: str) -> str:
        """The problem as the interface prints it: `FILE:LINE: dotted.key: TITLE: what would be right [RULE]`."""
        place = f"{file}:{self.line}" if self.line else file
        return ": ".join(part for part in (place, self.field, self.title, self.message) if part) + f" [{self.rule}]"

    def told(self, file: str) -> dict[str, str | int]:
        """The problem as `cdr-error/1` has it."""
        return {
            "file": file,
            "line": self.line,
            "field": self.field,
            "title": self.title,
            "message": self.message,
            "rule": self.rule,
        }


def as_told(problems: Sequence[Problem], file: str) -> list[str]:
    """The problems as the interface prints them, a line each; of very many the first ones, and how many more there are."""
    lines = [problem.text(file) for problem in problems[:MOST_TOLD]]
    more = len(problems) - MOST_TOLD
    return [*lines, f"{file}: and {more:,} more that are not listed here; put these right first"] if more > 0 else lines


class CdrError(Exception):
    """An error that a person can act on: one sentence, an optional hint, and the exit code of its kind."""

    exit_code = 70
    tells_what_is_recorded = False  # whether its own words say so, where something was

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def fill_in(self, case: str) -> None:
        """Put the reference of the case that the command was about where what to type next says REF."""
        self.hint = with_reference(self.hint, case)

    def lines(self) -> list[str]:
        """What is printed, a line each."""
        return [f"cdr: {self.message}", *([f"     {self.hint}"] if self.hint else [])]

    def problems_told(self) -> list[dict[str, str | int]]:
        """What is wrong in detail, as `cdr-error/1` has it: file, line, field, title, message and rule of each problem."""
        return []


class WrongUsage(CdrError):
    """The command line asks for something that cannot be."""

    exit_code = 2


class _ToldByProblem(CdrError):
    """A failure that lies in a file: every problem at once."""

    def __init__(self, message: str, hint: str, problems: Sequence[Problem], file: str) -> None:
        super().__init__(message, hint)
        self.problems = tuple(problems)
        self.file = file

    def lines(self) -> list[str]:
        return [*as_told(self.problems, self.file), *super().lines()]

    def problems_told(self) -> list[dict[str, str | int]]:
        return [problem.told(self.file) for problem in self.problems]


class InvalidData(_ToldByProblem):
    """A document is not valid: every problem at once."""

    exit_code = 65

    def __init__(self, problems: Sequence[Problem], file: str, message: str = "", hint: str = "") -> None:
        count = len(problems)
        summary = (
            message
            or f"{file}: {count} {'thing needs' if count == 1 else 'things need'} to be put right; nothing was recorded"
        )
        super().__init__(summary, hint, problems, file)


class ConditionsNotMet(CdrError):
    """A step may not be taken yet; `unmet` says what it waits for, one sentence each."""

    exit_code = 65

    def __init__(self, message: str, unmet: Sequence[str], hint: str = "") -> None:
        super().__init__(message, hint)
        self.unmet = tuple(unmet)

    def fill_in(self, case: str) -> None:
        super().fill_in(case)
        self.unmet = tuple(with_reference(one, case) for one in self.unmet)

    def lines(self) -> list[str]:
        return [
            f"cdr: {self.message}",
            *(f"  - {reason}" for reason in self.unmet),
            *([f"     {self.hint}"] if self.hint else []),
        ]

    def problems_told(self) -> list[dict[str, str | int]]:
        return [Problem("", "", *_with_rule(reason)).told("") for reason in self.unmet]


def with_reference(words: str, case: str) -> str:
    """What to type next, as `cdr VERB REF` names it, with that case's reference."""
    return re.sub(r"(\bcdr [a-z-]+) REF\b", rf"\1 {case}", words)


def _with_rule(reason: str) -> tuple[str, str]:
    """A sentence, and the rule's id that ends it in square brackets; empty without one."""
    words, _, rest = reason.rpartition(" [")
    return (words, rest[:-1]) if words and rest.endswith("]") else (reason, "")


class NotFound(CdrError):
    """There is no such case, agency, file or store."""

    exit_code = 66


class ToolMissing(CdrError):
    """gpg or git is missing or too old."""

    exit_code = 69


class Newer(ToolMissing):
    """A newer cdr wrote what stands there; this one leaves it as it is."""

    def __init__(self, path: str) -> None:
        super().__init__(f"{path} was made by a newer cdr.", "Bring cdr up to date on this machine.")


class DiskFailed(CdrError):
    """The disk or a pipe failed; nothing was written."""

    exit_code = 74


class GitFailed(DiskFailed):
    """A git command ended with an error; its own words stay out of sight, for they may quote a path."""

    def __init__(self, command: str, code: int, said: bytes = b"", out: bytes = b"") -> None:
        how = f"was stopped (signal {-code})" if code < 0 else f"failed ({code})"
        super().__init__(f"git {command} {how}.", "See what is wrong with: cdr doctor")
        self.code = code
        self.said = said
        self.out = out


class NotKnown(CdrError):
    """Whether a change was recorded cannot be seen."""

    exit_code = 73


class TryAgain(CdrError):
    """Something is busy or locked just now."""

    exit_code = 75


class NotAuthentic(CdrError):
    """A document or the history is not what a member wrote."""

    exit_code = 76


class NotAllowed(CdrError):
    """This key may not read or write that."""

    exit_code = 77


class WrongConfiguration(_ToldByProblem):
    """The store's configuration is wrong."""

    exit_code = 78

    def __init__(self, message: str, hint: str = "", problems: Sequence[Problem] = (), file: str = "cdr.yaml") -> None:
        super().__init__(message, hint, problems, file)


class NotWhole(WrongConfiguration):
    """This copy of the store was made without a part of the history."""
