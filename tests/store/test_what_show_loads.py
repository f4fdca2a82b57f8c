"""What a command about one case loads: what reads a list that the case does not have, and what only writes, is not among it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from conftest import Shell

LOADED = "import json, sys; from cdr.cli import run; code = run(sys.argv[1:]); print(json.dumps([code, *sys.modules]), file=sys.stderr)"
AS_OF = "2026-01-12"
NOT_OF_A_NEW_CASE = (
    "attachments",
    "contacts",
    "deferrals",
    "disclosures",
    "family_questions",
    "handovers",
    "second_opinions",
)
ONLY_TO_WRITE = (
    "cdr.forms.codec", "cdr.forms.schema", "cdr.forms.fields", "cdr.store.plaintext", "cdr.store.transaction",
    "cdr.domain.rulebook.sentences", "cdr.work.letters_held",
)  # fmt: skip


def loaded(cdr: Shell, *words: str | Path) -> list[str]:
    """The modules of cdr that a command loads, given twice, so that nothing is new to it."""
    command = ["--store", str(cdr.store), "--as-of", AS_OF, *map(str, words)]
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", LOADED, *command], capture_output=True, text=True, check=True)
    code, *names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return [name for name in names if name.startswith("cdr.")]


def test_who_is_shown_a_case_loads_what_the_case_has(cdr: Shell, sudi: str) -> None:
    found = loaded(cdr, "show", sudi)
    assert [name for name in found if name in ONLY_TO_WRITE] == []
    assert [name for name in NOT_OF_A_NEW_CASE if f"cdr.domain.case.{name}" in found] == []
    assert len(found) <= 95
