"""What a year's tables cost with many cases: a tally with a warm index against one gpg decryption and Python's start.

    python bench/tally.py [CASES]        (5,000 without an argument)

The cases are invented as a register gives them, in a temporary store with throw-away keys, and few commits.
"""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from operations import prepared

from cdr import resources
from cdr.app import App
from cdr.store import layout
from cdr.store.crypto import Gnupg
from cdr.store.extraction import Extraction
from cdr.store.store import Store
from cdr.store.transaction import Change

IN_ONE_COMMIT = 1000
NOTHING_KEPT = Extraction("bench", (), lambda kind, body: {})  # whoever asks first makes the index, in one go
REPEATS = 5
FIRST = date(2010, 4, 1)
DAYS = 16 * 365
PLACES = ("neonatal_unit", "emergency_department", "home_normal_residence", "public_place", "hospice")


def invented(number: int) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """One case of an earlier year: its notification, its analysis and its case, without a word of narrative."""
    chance = random.Random(number)
    died = FIRST + timedelta(days=chance.randrange(DAYS))
    reviewed = died + timedelta(days=chance.randrange(100, 700))
    born = died - timedelta(days=int(6500 * chance.random() ** 4))
    notification = {
        "schema": "imported-a/1",
        "child": {
            "date_of_birth": born.isoformat(),
            "sex": chance.choice(["male", "female"]),
            "ethnicity": chance.choice("AAAAABCDHJMNRSZ"),
            "local_authority": chance.choice(["Northshire", "Northshire", "Southtown", "Elsewhere"]),
            "gestation": {"weeks": chance.randrange(20, 42)},
        },
        "death": {"date": died.isoformat(), "place": chance.choice(PLACES), "expected": "expected"},
        "jar": {"triggered": chance.choice(["yes", "no"])},
        "notified_at": died.isoformat(),
    }
    domains = {letter: {"relevance": chance.randrange(3)} for letter in "ABCD"}
    analysis = {
        "schema": "imported-c/1",
        "stage": "ratified_cdop",
        "domains": domains,
        "modifiable_factors_identified": chance.choice(["yes", "no"]),
        "category": {"primary": chance.randrange(1, 11)},
    }
    review = {"on": reviewed.isoformat(), "stage": "ratified_cdop", "panel": None, "override": None}
    case = {"schema": "case/1", "opened_on": died.isoformat(), "status": "closed", "reviews": [review]}
    return notification, analysis, case


def build(folder: Path, count: int, chaser: str = "") -> str:
    """A store of that many cases, with a chaser's key where one is given; its member."""
    member = Gnupg().make("Robin Ashworth <cdop.manager@northshire.example>")
    config = folder / "store.yaml"
    config.write_bytes(resources.read_bytes("templates", "demo", "store.yaml"))
    also = ["--chaser", chaser] if chaser else []
    run(folder, "init", str(folder / "store"), "--config", str(config), "--member", member, *also)
    store = Store(folder / "store", NOTHING_KEPT, member)
    app = App(store_option=str(folder / "store"), acting=member)
    assert app.configuration.authorities
    for start in range(0, count, IN_ONE_COMMIT):
        documents: dict[Any, Any] = {}
        with store.writing():
            for number in range(start, min(start + IN_ONE_COMMIT, count)):
                notification, analysis, case = invented(number)
                reference = _reference(notification["death"]["date"], number)
                bodies = ((layout.NOTIFICATION, notification), (layout.ANALYSIS, analysis), (layout.CASE, case))
                documents |= {store.place(reference, kind.name): body for kind, body in bodies}
            store.commit(Change("import", documents))
        print(f"  {min(start + IN_ONE_COMMIT, count)} cases", file=sys.stderr, flush=True)
    return member


def _reference(died: str, number: int) -> str:
    """A reference of the year of death that says which case it is, as the next says nothing."""
    return f"{died[:4]}-" + "".join(layout.CROCKFORD[number >> shift & 31] for shift in (15, 10, 5, 0))


def run(folder: Path, *arguments: str) -> None:
    """One command, as a user runs it."""
    subprocess.run([sys.executable, "-m", "cdr", *arguments], check=True, capture_output=True, cwd=folder)


def seconds(action: Callable[[], object]) -> float:
    """The median of several runs."""
    took = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        action()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def main(count: int) -> None:
    """Build, warm, measure, print."""
    with prepared() as folder:
        member = build(folder, count)
        store = ("--store", str(folder / "store"), "--as", member)
        start = time.perf_counter()
        run(folder, *store, "tally", "--year", "2023/24")
        print(f"cold or first: {time.perf_counter() - start:.2f} s")
        sealed = Gnupg().encrypt(b"x" * 1000, [member])
        decryption = seconds(lambda: Gnupg().decrypt(sealed, "a kilobyte"))
        python = seconds(lambda: subprocess.run([sys.executable, "-c", "pass"], check=True))
        floor = decryption + python
        print(f"one decryption {decryption:.3f} s, Python's start {python:.3f} s, both {floor:.3f} s")
        log = folder / "log"
        for words in (
            ("--year", "2023/24"),
            ("--year", "2023/24", "--years", "4"),
            ("--year", "2023/24", "--years", "10", "--all"),
        ):
            log.write_text("")
            took = seconds(partial(run, folder, *store, "tally", *words))
            operations = log.read_text().count("--decrypt") / REPEATS
            print(
                f"tally {' '.join(words):38} {took:.2f} s  {took / floor:5.1f} times both  {operations:g} private-key operations"
            )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5000)
