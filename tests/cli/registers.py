"""Registers of earlier cases, and how they are brought in, for the tests of import."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path
from typing import Any

from conftest import Shell

AS_OF = "2026-01-09"
ROW = {
    "old_reference": "15/01", "notified_on": "2019-05-07", "date_of_birth": "2019-03-02", "date_of_death": "2019-05-06", "sex": "female",
    "ethnicity": "N", "local_authority": "Northshire", "place": "Hospital",
}  # fmt: skip


def register(folder: Path, *rows: dict[str, str], name: str = "register.csv") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(key for row in rows for key in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    (folder / name).write_text(out.getvalue(), "utf-8")
    return str(folder / name)


def commits(cdr: Shell) -> list[str]:
    done = subprocess.run(
        ["git", "-C", str(cdr.store), "log", "--format=%s"], capture_output=True, check=True, text=True
    )
    return done.stdout.splitlines()


def documents(cdr: Shell, case: str) -> Any:
    return cdr("show", case, "--json").json["documents"]
