"""What commands cost: real private-key operations and wall times in stores of invented cases.

    python bench/operations.py [CASES ...]        (10 and 500 without an argument)

Every store is made in a temporary folder with throw-away keys, through the store's own write path and in few commits.
Operations are counted by a `gpg` that stands first on the PATH, writes down what it was called for, and calls the real one.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any

from tabulate import tabulate

from cdr import resources
from cdr.app import App, extraction, progress
from cdr.demo.synthetic import SyntheticCase, cases
from cdr.domain.asking import requests
from cdr.domain.case import case as case_steps
from cdr.domain.process import routes
from cdr.forms import codec
from cdr.store import layout
from cdr.store.crypto import Gnupg
from cdr.store.store import Store
from cdr.store.transaction import Change

FIRST_DEATH, LAST_DEATH = date(2022, 4, 1), date(2025, 12, 31)
ASKED_LATE, TODAY = date(2025, 12, 31), "2026-01-09"
IN_ONE_COMMIT = 50
SPARE = 8
REPEATS = 5
PRIVATE = ("--decrypt", "--detach-sign")
WRAPPER = """#!/bin/sh
for word in "$@"; do
  case "$word" in --decrypt|--detach-sign) echo "$word" >> "{log}" ;; esac
done
exec "{gpg}" "$@"
"""


@dataclass(frozen=True)
class Bench:
    """A store to measure in: its folder, its keys, and forms of children who are not in it yet."""

    folder: Path
    member: str
    chaser: str
    log: Path
    spare: list[SyntheticCase]

    @property
    def store(self) -> Path:
        return self.folder / "store"


@dataclass(frozen=True)
class Cost:
    """What one command took: operations of each kind, and seconds (the median of several runs)."""

    decrypt: int
    sign: int
    seconds: float


@contextmanager
def prepared() -> Iterator[Path]:
    """A folder of its own with GnuPG's home, the local state and the counting `gpg` in it."""
    folder = Path(tempfile.mkdtemp(prefix="cdr-bench-"))
    (folder / "keys").mkdir(mode=0o700)
    (folder / "bin").mkdir()
    real = shutil.which("gpg")
    assert real, "gpg is not installed"
    wrapper = folder / "bin" / "gpg"
    wrapper.write_text(WRAPPER.format(log=folder / "log", gpg=real), "utf-8")
    wrapper.chmod(0o755)
    before = dict(os.environ)
    os.environ |= {"GNUPGHOME": str(folder / "keys"), "XDG_STATE_HOME": str(folder / "state")}
    os.environ["PATH"] = f"{wrapper.parent}{os.pathsep}{os.environ['PATH']}"
    try:
        yield folder
    finally:
        Gnupg().end_agent()
        os.environ.clear()
        os.environ.update(before)
        shutil.rmtree(folder, ignore_errors=True)


def build(folder: Path, count: int) -> Bench:
    """A store of `count` cases, nine in ten with every return in, one in ten waiting for one."""
    member = Gnupg().make("Robin Ashworth <cdop.manager@northshire.example>")
    chaser = Gnupg().make("Chaser <cron@northshire.example>")
    config = folder / "store.yaml"
    config.write_bytes(resources.read_bytes("templates", "demo", "store.yaml"))
    cdr(
        folder / "store", "init", str(folder / "store"), "--config", str(config), "--member", member, "--chaser", chaser
    )
    years = (LAST_DEATH - FIRST_DEATH).days / 365.25
    invented = list(cases(FIRST_DEATH, LAST_DEATH, ceil((count + SPARE) / years) + 1))
    app = App(store_option=str(folder / "store"), acting=member)
    store = Store(folder / "store", extraction(), member)
    parts = [invented[start : min(start + IN_ONE_COMMIT, count)] for start in range(0, count, IN_ONE_COMMIT)]
    for number in progress([str(number) for number in range(len(parts))], f"Building a store of {count} cases"):
        add(store, app, parts[int(number)])
    return Bench(folder, member, chaser, folder / "log", invented[count : count + SPARE])


def add(store: Store, app: App, some: Sequence[SyntheticCase]) -> None:
    """These cases as they stand after the whole job, in one commit."""
    documents: dict[Any, dict[str, Any]] = {}
    with store.writing():
        taken = set(store.references)
        for number, case in enumerate(some):
            reference = layout.new_reference(case.notified_on, taken)
            taken.add(reference)
            for id_, body in bodies(app, case, late=number % 10 == 0).items():
                documents[store.place(reference, id_)] = body
        store.commit(Change("bench", documents))


def bodies(app: App, case: SyntheticCase, late: bool) -> dict[str, dict[str, Any]]:
    steps = routes.what_follows(case.form_a, app.configuration, app.policy, app.working_days, case.notified_on)
    opened = case_steps.opened(case.notified_on, case.form_a, steps, None)
    ledger: dict[str, Any] = {"schema": "requests/1", "requests": []}
    ledger = requests.ask(ledger, [answer["agency"] for answer in case.returns], case.notified_on)
    for answer in case.returns:
        ledger = requests.answer(ledger, answer["agency"], "returned", date.fromisoformat(answer["completed_on"]))
    if late:
        ledger = requests.ask(ledger, ["northshire-police"], ASKED_LATE)
    made = {
        "notification": case.form_a,
        "requests": ledger,
        "prompts": {"schema": "prompts/1", "prompts": []},
        **{f"return-{number:02}": answer for number, answer in enumerate(case.returns, 1)},
    }
    if case.form_c and case.reviewed_on:
        opened = case_steps.with_review(opened, case.reviewed_on, "ratified_cdop", None, None)
        made["analysis"] = case.form_c
    return made | {"case": opened}


def cdr(store: Path, *arguments: str, as_of: str | None = None, acting: str | None = None) -> str:
    """Run the command as a person would, in a process of its own; what it prints."""
    options = [*(["--as-of", as_of] if as_of else []), *(["--as", acting] if acting else [])]
    place = [] if arguments[0] == "init" else ["--store", str(store)]
    done = subprocess.run(
        [sys.executable, "-m", "cdr", *place, *options, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"cdr {' '.join(arguments)} ended with {done.returncode}:\n{done.stderr}")
    return done.stdout


def cost(bench: Bench, acting: str, runs: Sequence[Sequence[str]]) -> Cost:
    """The operations of the last run and the median time of all."""
    times = []
    for arguments in runs:
        bench.log.write_text("")
        start = time.perf_counter()
        cdr(bench.store, *arguments, as_of=TODAY, acting=acting)
        times.append(time.perf_counter() - start)
    called = bench.log.read_text().split()
    return Cost(called.count(PRIVATE[0]), called.count(PRIVATE[1]), statistics.median(times))


def median_time(command: Sequence[str], data: bytes = b"") -> float:
    times = []
    for _ in range(4 * REPEATS):
        start = time.perf_counter()
        subprocess.run(command, input=data, capture_output=True, check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def measured(bench: Bench) -> Iterator[tuple[str, Cost]]:
    """Each command's cost: what is cold first, then everything warm."""
    reference = sorted(path.name for path in (bench.store / "cases").iterdir() if path.is_dir())[0]
    overdue = ("chase", "--overdue")
    yield "chase --overdue, cron's first run", cost(bench, bench.chaser, [overdue])
    again = {
        "chase --overdue (cron, nothing due)": (bench.chaser, overdue),
        "chase --overdue (member, nothing due)": (bench.member, overdue),
        "chase": (bench.member, ("chase",)),
        "list": (bench.member, ("list",)),
        "tally --years 4": (bench.member, ("tally", "--year", "2025/26", "--years", "4")),
        "show REF": (bench.member, ("show", reference)),
    }
    for name, (acting, arguments) in again.items():
        yield name, cost(bench, acting, [arguments] * REPEATS)
    forms = []
    for number, case in enumerate(bench.spare[:REPEATS]):
        path = bench.folder / f"form-{number}.yaml"
        path.write_bytes(codec.dump(case.form_a))
        forms.append(("notify", "--from", str(path)))
    yield "notify", cost(bench, bench.member, forms)


def main() -> None:
    for count in [int(word) for word in sys.argv[1:]] or [10, 500]:
        with prepared() as folder:
            start = time.perf_counter()
            bench = build(folder, count)
            built = time.perf_counter() - start
            files = len(list((bench.store / "cases").rglob("*.gpg")))
            prompts = next((bench.store / "cases").rglob("prompts.yaml.gpg"))
            opening = median_time(
                [shutil.which("gpg", path=os.defpath) or "gpg", "--batch", "--quiet", "--decrypt", str(prompts)]
            )
            bare = median_time([sys.executable, "-c", "pass"])
            rows = [
                (name, c.decrypt, c.sign, f"{c.seconds:.2f}", f"{c.seconds / opening:.0f}", f"{c.seconds / bare:.0f}")
                for name, c in measured(bench)
            ]
        print(f"\n{count} cases, {files} documents, built in {built:.0f} s ({1000 * built / files:.0f} ms a document)")
        print(
            f"one `gpg --decrypt` of a prompts document: {1000 * opening:.1f} ms; bare Python: {1000 * bare:.1f} ms\n"
        )
        headers = ["command", "decryptions", "signatures", "seconds", "/ gpg --decrypt", "/ bare Python"]
        print(tabulate(rows, headers=headers, disable_numparse=True, colalign=("left", *["right"] * 5)))


if __name__ == "__main__":
    main()
