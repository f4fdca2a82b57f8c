"""Stores to measure in: real-shaped cases, of which up to a hundred are at work, with a member's and a chaser's throw-away keys."""

from __future__ import annotations

import csv
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import operations
import tally

from cdr.app import App
from cdr.demo.synthetic import SyntheticCase, cases
from cdr.forms import codec
from cdr.store.crypto import Gnupg
from cdr.store.git import Git
from cdr.store.packing import pack
from cdr.store.store import Store

AT_WORK = 100
SPARE = 60  # forms of children who are in no store
PASSPHRASE = "bench"
KEYS = "keys.txt"
READY: dict[int, str] = {}  # a case by the number of cases of the store
COLUMNS = (
    "old_reference", "notified_on", "date_of_birth", "date_of_death", "sex", "ethnicity", "local_authority", "place",
    "gestation_weeks", "jar", "reviewed_on", "category", "modifiable",
)  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A store, its keys (full fingerprints, and GnuPG's home) and the folder that it and what is kept beside it are in."""

    folder: Path
    count: int
    member: str
    chaser: str
    keys: Path
    kept: str = "state"

    @property
    def store(self) -> Path:
        """The store's folder."""
        return self.folder / "store"

    @property
    def state(self) -> Path:
        """What is kept beside the store."""
        return self.folder / self.kept

    def ready(self, as_of: str) -> str:
        """The newest case that is ready for the panel: of one stage in every store, for what is told of a case depends on where it stands."""
        if self.count not in READY:  # copies of a store, also with other keys, have the same cases
            READY[self.count] = _ready(self, as_of)
        return READY[self.count]


def _ready(built: Built, as_of: str) -> str:
    asked = ["--store", str(built.store), "--as", built.member, "--as-of", as_of, "list", "--open", "--json"]
    with within(built):
        said = subprocess.run([sys.executable, "-m", "cdr", *asked], capture_output=True, check=True).stdout
    return max(str(one["case"]) for one in json.loads(said)["cases"] if one["stage"] == "ready for panel")


@contextmanager
def standing(counts: Sequence[int], keep: Path | None) -> Iterator[list[Built]]:
    """A store of each size; built where it is not kept in `keep`."""
    parent = keep or Path(tempfile.mkdtemp(prefix="cdr-bench-"))
    built = []
    try:
        for count in counts:
            with _environment(parent / str(count) / "g", parent / str(count) / "state"):
                built.append(_there(parent / str(count), count) or _build(parent / str(count), count))
        yield built
    finally:
        for one in built:
            with within(one):
                Gnupg().end_agent()
        if keep is None:
            shutil.rmtree(parent, ignore_errors=True)


@contextmanager
def _environment(keys: Path, state: Path) -> Iterator[None]:
    before = dict(os.environ)
    os.environ |= {"GNUPGHOME": str(keys), "XDG_STATE_HOME": str(state)}
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def within(built: Built) -> Iterator[Built]:
    """Within it the environment says where this store's keys and state are."""
    with _environment(built.keys, built.state):
        yield built


@contextmanager
def copies(built: Sequence[Built]) -> Iterator[list[Built]]:
    """The same stores, each with its state, in other folders: to be changed."""
    made = []
    try:
        for one in built:
            made.append(replace(one, folder=one.folder / "copy"))
            shutil.rmtree(made[-1].folder, ignore_errors=True)
            for name in ("store", "state"):
                shutil.copytree(one.folder / name, made[-1].folder / name)
        yield made
    finally:
        for one in made:
            shutil.rmtree(one.folder, ignore_errors=True)


@contextmanager
def fresh(built: Built) -> Iterator[Built]:
    """The same store with nothing kept beside it."""
    with within(replace(built, kept="fresh")) as other:
        shutil.rmtree(other.state, ignore_errors=True)
        try:
            yield other
        finally:
            shutil.rmtree(other.state, ignore_errors=True)


def _there(folder: Path, count: int) -> Built | None:
    kept = folder / KEYS
    if not kept.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    member, chaser = kept.read_text("ascii").split()
    return Built(folder, count, member, chaser, folder / "g")


def _build(folder: Path, count: int) -> Built:
    (folder / "g").mkdir(mode=0o700, parents=True)
    chaser = Gnupg().make("Chaser <cron@northshire.example>")
    closed = max(count - AT_WORK, 0)
    member = tally.build(folder, closed, chaser)
    store, app = (
        Store(folder / "store", tally.NOTHING_KEPT, member),
        App(store_option=str(folder / "store"), acting=member),
    )
    at_work = list(cases(date(2025, 1, 1), date(2025, 12, 31), AT_WORK + 10))[: count - closed]
    for start in range(0, len(at_work), operations.IN_ONE_COMMIT):
        operations.add(store, app, at_work[start : start + operations.IN_ONE_COMMIT])
    (folder / KEYS).write_text(f"{member} {chaser}\n", "ascii")
    return Built(folder, count, member, chaser, folder / "g")


def forms(folder: Path) -> Iterator[Path]:
    """Notifications of children who are in no store."""
    spare: list[SyntheticCase] = list(cases(date(2025, 6, 1), date(2025, 12, 31), 2 * SPARE))[-SPARE:]
    for number, case in enumerate(spare):
        path = folder / f"form-{number}.yaml"
        path.write_bytes(codec.dump(case.form_a))
        yield path


def register(path: Path, count: int) -> list[dict[str, str]]:
    """A register of so many cases as a CSV file, and its rows."""
    rows = [_row(number) for number in range(count)]
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, COLUMNS)
        writer.writeheader()
        writer.writerows(rows)
    return rows


def workbook(path: Path, rows: list[dict[str, str]]) -> None:
    """The same as an Excel workbook."""
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    sheet = book.create_sheet("Register")
    sheet.append(list(COLUMNS))
    for row in rows:
        sheet.append([row[name] for name in COLUMNS])
    book.save(path)


def _row(number: int) -> dict[str, str]:
    notification, analysis, case = tally.invented(number)
    child, death = notification["child"], notification["death"]
    return {
        "old_reference": f"R{number:05}",
        "notified_on": death["date"],
        "date_of_birth": child["date_of_birth"],
        "date_of_death": death["date"],
        "sex": child["sex"],
        "ethnicity": child["ethnicity"],
        "local_authority": child["local_authority"],
        "place": death["place"],
        "gestation_weeks": str(child["gestation"]["weeks"]),
        "jar": notification["jar"]["triggered"],
        "reviewed_on": case["reviews"][0]["on"],
        "category": str(analysis["category"]["primary"]),
        "modifiable": analysis["modifiable_factors_identified"],
    }


def packed(built: Built) -> int:
    """Pack the store's repository; how many objects that were."""
    return pack(Git(built.store))


@contextmanager
def protected(built: Built) -> Iterator[Built]:
    """The same store where the member's key has a pass-phrase, which the agent holds as after the first use of a day."""
    other = replace(built, keys=built.folder / "p")
    shutil.rmtree(other.keys, ignore_errors=True)
    shutil.copytree(built.keys, other.keys, ignore=lambda _, names: [name for name in names if name.startswith("S.")])
    loopback = ["gpg", "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    with within(other):
        try:
            subprocess.run([*loopback, "--passwd", built.member], check=True, capture_output=True)
            sealed = Gnupg().encrypt(b"x", [built.member])
            subprocess.run([*loopback, "--decrypt"], input=sealed, check=True, capture_output=True)
            signing = [*loopback, "--local-user", built.member, "--detach-sign"]
            subprocess.run(signing, input=b"x", check=True, capture_output=True)
            yield other
        finally:
            Gnupg().end_agent()
            shutil.rmtree(other.keys, ignore_errors=True)
