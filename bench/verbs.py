"""The commands that are measured, each with what it may cost: the one home of every target of docs/performance.md."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from math import inf
from pathlib import Path

from stores import Built

FLOOR, CLICK, WRITE = "floor", "click", "write"
BASES = {
    FLOOR: "a Python that starts and ends, and one `gpg -d`",
    CLICK: "`python -c 'import click'`",
    WRITE: "two `gpg -e` and one `git commit -S`",
}
TODAY = "2026-01-09"
LATER = "2026-02-20"  # when what was asked on TODAY is due
AGENCY = "regional-ambulance"
AGENCIES = (AGENCY, "high-street-surgery", "northshire-community", "northshire-police", "northtown-general")
USUAL = 5000  # up to so many cases a ratio is asked where another one is for larger stores
JUDGED_FROM, EQUAL = (
    100,
    0.1,
)  # a smaller store has fewer cases at work, and less to do than it takes to start; the others may differ by a tenth
CHASE, CHASE_AGAIN, CHASER, CHASER_AGAIN = (
    "chase --overdue, nothing due, on a quiet day",
    "chase --overdue, nothing due, the first run after a commit",
    "the same by the chaser's key, on a quiet day",
    "the same by the chaser's key, the first run",
)
TALLY, TALLY_LATER, TALLY_FIRST = (
    "tally, ten years, asked before",
    "tally, ten years, asked before on another day",
    "tally, ten years, asked for the first time",
)
INDEX, MULTIFILE, VERIFY, VERIFY_AGAIN = "first index", "`gpg --multifile` of the same", "verify", "verify, again"
INDEX_PROTECTED, MULTIFILE_PROTECTED = (
    "first index, key with a pass-phrase",
    "`gpg --multifile` with it, reckoned from fifty",
)
ANEW, IMPORT = "the index after an update of cdr", "import of as many rows"
ONE, NINE, FIFTY = "one message", "nine messages in one run", "fifty messages in one run"
NOTIFY, REQUEST, RETURN = "notify", "request, with the form that it makes", "return --nil"
BY_HAND = "two `gpg -e`, `git add` and `git commit -S` in the store itself"
OPENPYXL, CSV = "openpyxl reading the register", "csv reading the register"
TAKEN_APART = (CHASE, "today", "list", "show", "timeline", TALLY)  # of what they consist
DRAWN = (CHASE, "today", "list", "list --open", "show", "timeline", TALLY, NOTIFY)


@dataclass(frozen=True)
class Target:
    """What may not be exceeded; None where nothing was set.

    `ratio`: processor time as a multiple of what it is compared with, in stores from `since` cases on, and of up to USUAL cases where `beyond`
    says it of larger ones. `equal`: the ratios differ by no more than a tenth. `seconds`: by the clock, in stores of up to USUAL cases; `private`: uses
    of a private key; `memory`: megabytes.
    """

    ratio: float | None = None
    since: int = JUDGED_FROM
    beyond: float | None = None
    equal: bool = False
    processes: int | None = None
    private: int | None = None
    seconds: float | None = None
    memory: float | None = None

    def most(self, count: int) -> float:
        """The highest ratio in a store of so many cases."""
        most = self.ratio if count <= USUAL or self.beyond is None else self.beyond
        return inf if most is None else most

    @property
    def told(self) -> str:
        """It in words."""
        told = [f"{self.ratio:g}"] if self.ratio is not None else []
        told += [f"from {self.since:,} cases on"] if self.since > JUDGED_FROM else []
        told += [f"up to {USUAL:,} cases"] if self.beyond is not None else []
        told += [f"{self.beyond:g} above"] if self.beyond not in (None, inf) else []
        told += ["equal"] if self.equal else []
        told += [f"{self.seconds:g} s"] if self.seconds is not None else []
        told += [f"{self.memory:g} MB"] if self.memory is not None else []
        told += [f"{self.processes} processes"] if self.processes is not None else []
        told += [f"{self.private} use of a private key"] if self.private is not None else []
        return ", ".join(told)


NONE = Target()


@dataclass(frozen=True)
class Verb:
    """A command: what it is called here, its words, to what its processor time is compared, and its target.

    `once`: it changes the store, and every run has words of its own. `before` is done before each run.
    """

    name: str
    words: Callable[[], list[str]]
    base: str = FLOOR
    target: Target = NONE
    by_chaser: bool = False
    data: bytes = b""
    once: bool = False
    ends_with: tuple[int, ...] = (0,)
    before: Callable[[], None] = field(default=lambda: None)


@dataclass(frozen=True)
class Compared:
    """Something measured that is told as a multiple of something else that was measured in the same run: of the processor's time, or of the clock's."""

    name: str
    base: str
    target: Target = NONE
    by_clock: bool = False


COMPARED = (
    Compared(INDEX, MULTIFILE, Target(1.5, 1000)),
    Compared(INDEX_PROTECTED, MULTIFILE_PROTECTED, by_clock=True),
    Compared(ANEW, INDEX, Target(private=1)),
    Compared(VERIFY, MULTIFILE),
    Compared(VERIFY_AGAIN, VERIFY, Target(private=1)),
    Compared(IMPORT, CSV, Target(seconds=60)),
    *(Compared(name, BY_HAND) for name in (NOTIFY, REQUEST, RETURN)),
    Compared(ONE, CHASE_AGAIN),
    Compared(NINE, ONE, Target(9)),
    Compared(FIFTY, ONE, Target(50)),
    Compared(TALLY, OPENPYXL, Target(0.1, USUAL)),
    Compared(TALLY, CSV),
)


def questions(built: Built) -> list[Verb]:
    """What asks a store and changes nothing."""
    ref = built.ready(TODAY)

    def said(name: str, *words: str, ratio: float | None = None, equal: bool = False, **more: object) -> Verb:
        return Verb(name, lambda: list(words), target=Target(ratio, equal=equal, processes=4), **more)  # type: ignore[arg-type]

    def timed(name: str, seconds: float, *words: str) -> Verb:
        return Verb(name, lambda: list(words), target=Target(seconds=seconds))

    overdue = ("chase", "--overdue")
    tally = ("tally", "--year", "2025/26", "--years", "10")
    years = Target(8, beyond=20, processes=4, memory=200)
    return [
        Verb("--version", lambda: ["--version"], CLICK, Target(1.3)),
        Verb("--help", lambda: ["--help"], CLICK, Target(1.3)),
        Verb("chase --help", lambda: ["chase", "--help"], CLICK),
        said(CHASE, *overdue, ratio=5, equal=True),
        said(CHASE_AGAIN, *overdue, ratio=5, equal=True, before=lambda: forget(built, "quiet")),
        said(CHASER, *overdue, ratio=5, equal=True, by_chaser=True),
        said(CHASER_AGAIN, *overdue, ratio=5, equal=True, by_chaser=True, before=lambda: forget(built, "quiet")),
        said("chase", "chase"),
        Verb("list", lambda: ["list"], target=Target(8, beyond=inf, processes=4)),
        said("list --open", "list", "--open", ratio=8),
        said("today", "today", ratio=8),
        said("calendar", "calendar", "-o", os.devnull),
        said("show", "show", ref, ratio=6, equal=True),
        said("timeline", "timeline", ref, ratio=6, equal=True),
        said("find", "find", data=b"Nobody Atall\n", ends_with=(0, 1, 66)),
        said("tally, one year", "tally", "--year", "2024/25"),
        Verb(TALLY, lambda: [*tally], target=years),
        Verb(TALLY_LATER, lambda: [*tally], target=years, before=lambda: forget(built, "*/summed-answer-*")),
        said(TALLY_FIRST, *tally, before=lambda: forget(built, "*/summed-*")),
        said("action list", "action", "list"),
        said("agencies", "agencies", "--year", "2025/26"),
        said("delays", "delays", "--year", "2025/26"),
        said("theme", "theme", "--year", "2025/26"),
        said("planning", "planning"),
        said("ncmd --preflight", "ncmd", "--preflight", "2025/26"),
        said("export, five years", "export", "--year", "2025/26", "--years", "5", "-o", str(built.folder / "data")),
        timed("letter, a draft", 0.5, "letter", ref, "--draft", "-o", str(built.folder / "letters")),
        timed("report as PDF", 3, "report", "--year", "2024/25", "-o", str(built.folder / "report.pdf")),
        Verb("doctor", lambda: ["doctor"], ends_with=(0, 1)),
        Verb("audit", lambda: ["audit"]),
    ]


def also_packed(built: Built) -> list[Verb]:
    """Those of the questions that are asked of a packed store too."""
    names = (CHASE, CHASE_AGAIN, CHASER, CHASER_AGAIN, "today", "list", "show", "timeline", TALLY)
    return [verb for verb in questions(built) if verb.name in names]


def also_protected(built: Built) -> list[Verb]:
    """Those that are asked with a key that has a pass-phrase."""
    return [verb for verb in questions(built) if verb.name in (CHASE, "list", "show")]


def forget(built: Built, pattern: str) -> None:
    """Take away some of what is kept beside a store."""
    for path in (built.state / "cdr").glob(f"*/{pattern}"):
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def new_cases(built: Built) -> Callable[[], list[str]]:
    """What says which cases came after it was made, in the order of their references."""
    known = {path.name for path in (built.store / "cases").iterdir()}
    return lambda: sorted({path.name for path in (built.store / "cases").iterdir()} - known)


def notifying(form: Path) -> list[str]:
    """The words that take in one notification."""
    return ["notify", "--from", str(form), "--not-a-duplicate", "bench"]


def writes(built: Built, forms: Iterator[Path]) -> list[Verb]:
    """What records something, in this order: each run takes the next notification, and then the next case that these made."""
    asked, answered, came = iter(range(100)), iter(range(100)), new_cases(built)
    cases: list[str] = []

    def case(number: int) -> str:
        cases.extend(() if cases else came())
        return cases[number]

    def form() -> list[str]:
        return ["form", case(0), AGENCY, "--new-passphrase", "-o", str(built.folder / "form.html")]

    change = Target(5, equal=True, processes=8)
    return [
        Verb(NOTIFY, lambda: notifying(next(forms)), WRITE, change, once=True),
        Verb(
            REQUEST,
            lambda: ["request", case(next(asked)), AGENCY],
            WRITE,
            change,
            once=True,
        ),
        Verb("form --new-passphrase", form, target=Target(seconds=0.5)),
        Verb(RETURN, lambda: ["return", case(next(answered)), AGENCY, "--nil"], WRITE, change, once=True),
    ]
