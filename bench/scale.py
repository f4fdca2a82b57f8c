"""What questions cost as a store grows: processor time and processes, as ratios to bare Python and one gpg decryption in the same run.

    python bench/scale.py [CASES ...]        (100 and 1,000 without an argument)

Each store has up to 100 cases that are open or were just reviewed, with all their documents; the others are of earlier years, as a
register gives them. Each command runs in a process of its own; the least of several runs counts, since other work only ever adds.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from pathlib import Path

import operations
import tally
from tabulate import tabulate

from cdr.app import App, extraction
from cdr.demo.synthetic import cases
from cdr.forms import codec
from cdr.store.crypto import Gnupg
from cdr.store.store import Store

AT_WORK = 100
REPEATS = 5
TODAY = "2026-01-09"
COUNTED = ("gpg", "git")
WRAPPER = '#!/bin/sh\necho {name} >> "{log}"\nexec "{real}" "$@"\n'


def processor_seconds(command: Sequence[str], data: bytes = b"") -> float:
    """What one run of a command took of the processor, with all that it started."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, input=data, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def least(run: Callable[[], float]) -> float:
    """The least of several runs."""
    return min(run() for _ in range(REPEATS))


class Processes:
    """Counts the programs that a command starts, by wrappers that stand first on the PATH."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "processes"
        self.folder = folder / "counting"
        self.folder.mkdir()
        for name in COUNTED:
            wrapper = self.folder / name
            wrapper.write_text(
                WRAPPER.format(name=name, log=self.log, real=shutil.which(name, path=os.defpath)), "utf-8"
            )
            wrapper.chmod(0o755)

    def of(self, command: Sequence[str]) -> int:
        """How many processes a command is, itself among them; the second run counts, when nothing about the wrappers is new."""
        environment = {**os.environ, "PATH": f"{self.folder}{os.pathsep}{os.environ['PATH']}"}
        for _ in range(2):
            self.log.write_text("")
            subprocess.run(command, env=environment, capture_output=True, check=True)
        return 1 + len(self.log.read_text().split())


def build(folder: Path, count: int) -> str:
    """A store of that many cases; its member."""
    closed = max(count - AT_WORK, 0)
    member = tally.build(folder, closed)
    store, app = Store(folder / "store", extraction(), member), App(store_option=str(folder / "store"), acting=member)
    at_work = list(cases(date(2025, 1, 1), date(2025, 12, 31), AT_WORK + 10))[: count - closed]
    for start in range(0, len(at_work), operations.IN_ONE_COMMIT):
        operations.add(store, app, at_work[start : start + operations.IN_ONE_COMMIT])
    return member


def rows(folder: Path, member: str, floor: float) -> Iterator[tuple[str, float, int]]:
    """Each command with its ratio to the floor and how many processes it is; the index is warm."""
    store = folder / "store"
    cdr = [sys.executable, "-m", "cdr", "--store", str(store), "--as", member, "--as-of", TODAY]
    newest = max(path.name for path in (store / "cases").iterdir() if path.is_dir() and path.name.startswith("2025-"))
    # what is due goes out, so that nothing is due any more
    for words in (["chase", "--overdue"], ["list"], ["show", newest]):
        subprocess.run([*cdr, *words], capture_output=True, check=True)
    processes = Processes(folder)
    for words in (
        ["chase", "--overdue"],
        ["chase"],
        ["list"],
        ["list", "--open"],
        ["today"],
        ["calendar", "-o", os.devnull],
        ["show", newest],
        ["timeline", newest],
        ["tally", "--year", "2025/26", "--years", "10"],
    ):
        command = [*cdr, *words]
        name = " ".join(word for word in words if word != newest)
        yield name, least(lambda command=command: processor_seconds(command)) / floor, processes.of(command)  # type: ignore[misc]
    form = folder / "form.yaml"
    spare = list(cases(date(2025, 6, 1), date(2025, 12, 31), 40))[-1]
    form.write_bytes(codec.dump(spare.form_a))
    command = [*cdr, "notify", "--from", str(form), "--not-a-duplicate", "bench"]
    yield "notify", least(lambda: processor_seconds(command)) / floor, processes.of(command)


def main(counts: Sequence[int]) -> None:
    """Build, warm, measure, print."""
    shown: dict[str, list[str]] = {}
    for count in counts:
        with operations.prepared() as folder:
            member = build(folder, count)
            sealed = folder / "sealed"
            sealed.write_bytes(Gnupg().encrypt(b"x" * 1000, [member]))
            gpg = shutil.which("gpg", path=os.defpath) or "gpg"
            opening = least(lambda: processor_seconds([gpg, "--batch", "--quiet", "--decrypt", str(sealed)]))  # noqa: B023
            python = least(lambda: processor_seconds([sys.executable, "-c", "pass"]))
            for name, ratio, processes in rows(folder, member, opening + python):
                shown.setdefault(name, []).append(f"{ratio:.1f}x, {processes} processes")
            print(
                f"{count} cases: bare Python {1000 * python:.0f} ms, one gpg -d {1000 * opening:.0f} ms",
                file=sys.stderr,
            )
    print(
        tabulate(
            [(name, *cells) for name, cells in shown.items()], ["command", *(f"{count} cases" for count in counts)]
        )
    )


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [100, 1000])
