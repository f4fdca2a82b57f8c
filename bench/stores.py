"""Stores to measure in: real-shaped cases, of which up to a hundred are at work, with a member's and a chaser's throw-away keys."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
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
COLUMNS = (
    "old_reference", "notified_on", "date_of_birth", "date_of_death", "sex", "ethnicity", "local_authority", "place",
    "gestation_weeks", "jar", "reviewed_on", "category", "modifiable",
)  # fmt: skip


@dataclass(frozen=True)
class Built:
    """A store, its keys (full fingerprints) and the folder that all of it is in."""

    folder: Path
    count: int
    member: str
    chaser: str

    @property
    def store(self) -> Path:
        """The store's folder."""
        return self.folder / "store"

    @property
    def newest(self) -> str:
        """A case of last year, with all its documents."""
        return max(path.name for path in (self.store / "cases").iterdir() if path.name.startswith("2025-"))


@contextmanager
def standing(count: int, keep: Path | None) -> Iterator[Built]:
    """A store of so many cases, with the environment that finds its keys and its state; built where it is not kept in `keep`."""
    parent = keep or Path(tempfile.mkdtemp(prefix="cdr-bench-"))
    folder = parent / str(count)
    before = dict(os.environ)
    os.environ |= {"GNUPGHOME": str(folder / "g"), "XDG_STATE_HOME": str(folder / "state")}
    try:
        yield _there(folder, count) or _build(folder, count)
    finally:
        Gnupg().end_agent()
        os.environ.clear()
        os.environ.update(before)
        if keep is None:
            shutil.rmtree(parent, ignore_errors=True)


def _there(folder: Path, count: int) -> Built | None:
    kept = folder / KEYS
    if not kept.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        return None
    member, chaser = kept.read_text("ascii").split()
    return Built(folder, count, member, chaser)


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
    return Built(folder, count, member, chaser)


def forms(folder: Path) -> list[Path]:
    """Notifications of children who are in no store."""
    spare: list[SyntheticCase] = list(cases(date(2025, 6, 1), date(2025, 12, 31), 2 * SPARE))[-SPARE:]
    made = []
    for number, case in enumerate(spare):
        made.append(folder / f"form-{number}.yaml")
        made[-1].write_bytes(codec.dump(case.form_a))
    return made


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
def protected(built: Built) -> Iterator[None]:
    """Within it the member's key is one with a pass-phrase, which the agent holds as after the first use of a day."""
    home = built.folder / "p"
    shutil.rmtree(home, ignore_errors=True)
    shutil.copytree(built.folder / "g", home, ignore=lambda _, names: [name for name in names if name.startswith("S.")])
    before = os.environ["GNUPGHOME"]
    os.environ["GNUPGHOME"] = str(home)
    loopback = ["gpg", "--batch", "--yes", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    try:
        subprocess.run([*loopback, "--passwd", built.member], check=True, capture_output=True)
        sealed = Gnupg().encrypt(b"x", [built.member])
        subprocess.run([*loopback, "--decrypt"], input=sealed, check=True, capture_output=True)
        subprocess.run(
            [*loopback, "--local-user", built.member, "--detach-sign"], input=b"x", check=True, capture_output=True
        )
        yield
    finally:
        Gnupg().end_agent()
        os.environ["GNUPGHOME"] = before
        shutil.rmtree(home, ignore_errors=True)
