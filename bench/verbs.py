"""The verbs that are measured, each with what it may cost: a ratio to the floor, or to what it is compared with."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from stores import Built

FLOOR, CLICK, WRITE = "floor", "click", "write"
TODAY = "2026-01-09"
AGENCY = "regional-ambulance"


@dataclass(frozen=True)
class Verb:
    """A command: what it is called here, its words, to what its processor time is compared, and its targets.

    `most` is the highest ratio, `processes` the highest number of processes; None where none was set. `once`: it changes the store, and every run has words
    of its own.
    """

    name: str
    words: Callable[[], list[str]]
    base: str = FLOOR
    most: float | None = None
    processes: int | None = None
    seconds: float | None = None
    by_chaser: bool = False
    data: bytes = b""
    once: bool = False
    ends_with: tuple[int, ...] = (0,)


def questions(built: Built) -> list[Verb]:
    """What asks a store and changes nothing."""
    ref = built.newest

    def said(name: str, *words: str, **more: object) -> Verb:
        return Verb(name, lambda: list(words), **{"processes": 4, **more})  # type: ignore[arg-type]

    overdue = ("chase", "--overdue")
    return [
        Verb("--version", lambda: ["--version"], CLICK, 1.3),
        Verb("--help", lambda: ["--help"], CLICK, 1.3),
        Verb("chase --help", lambda: ["chase", "--help"], CLICK),
        said("chase --overdue, nothing due", *overdue, most=5),
        said("chase --overdue, by the chaser's key", *overdue, most=5, by_chaser=True),
        said("chase", "chase"),
        said("list", "list", most=8),
        said("list --open", "list", "--open", most=8),
        said("today", "today", most=8),
        said("calendar", "calendar", "-o", os.devnull),
        said("show", "show", ref, most=6),
        said("timeline", "timeline", ref, most=6),
        said("find", "find", data=b"Nobody Atall\n", ends_with=(0, 1, 66)),
        said("tally, one year", "tally", "--year", "2024/25"),
        said("tally, ten years", "tally", "--year", "2025/26", "--years", "10", most=8),
        said("action list", "action", "list"),
        said("agencies", "agencies", "--year", "2025/26"),
        said("delays", "delays", "--year", "2025/26"),
        said("theme", "theme", "--year", "2025/26"),
        said("ncmd --preflight", "ncmd", "--preflight", "2025/26"),
        said("export, five years", "export", "--year", "2025/26", "--years", "5", "-o", str(built.folder / "data")),
        said("letter", "letter", ref, "--draft", "-o", str(built.folder / "letters"), seconds=0.5),
        said("report as PDF", "report", "--year", "2024/25", "-o", str(built.folder / "report.pdf"), seconds=3),
        said("doctor", "doctor", processes=None, ends_with=(0, 1)),
        said("audit", "audit", processes=None),
    ]


def writes(built: Built, notifications: list[Path]) -> list[Verb]:
    """What records something, in this order: each run takes the next notification, and then the next case that these made."""
    new: list[str] = []
    known = {path.name for path in (built.store / "cases").iterdir()}
    forms, asked, answered = iter(notifications), iter(range(len(notifications))), iter(range(len(notifications)))

    def case(number: int) -> str:
        if not new:
            new.extend(sorted({path.name for path in (built.store / "cases").iterdir()} - known))
        return new[number]

    def notify() -> list[str]:
        return ["notify", "--from", str(next(forms)), "--not-a-duplicate", "bench"]

    def request() -> list[str]:
        return ["request", case(next(asked)), AGENCY]

    def returned() -> list[str]:
        return ["return", case(next(answered)), AGENCY, "--nil"]

    def form() -> list[str]:
        return ["form", case(0), AGENCY, "--new-passphrase", "-o", str(built.folder / "form.html")]

    return [
        Verb("notify", notify, WRITE, 5, 8, once=True),
        Verb("request", request, WRITE, 5, 8, once=True),
        Verb("form", form, seconds=0.5),
        Verb("return --nil", returned, WRITE, 5, 8, once=True),
    ]
