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
# What a question that was asked before needs none of: the standard library's dataclasses are worked out and lines broken by it where that
# is asked; git and what is wrong with a cdr.yaml were looked at by an earlier run.
FOR_OTHERS = (
    "dataclasses", "textwrap", "heapq", "cdr.store.git_process", "cdr.store.opening", "cdr.domain.rulebook.store_rules",
    "cdr.domain.rulebook.area_rules",
)  # fmt: skip


def loaded(cdr: Shell, *words: str | Path) -> list[str]:
    """The modules that a command loads, given twice, so that nothing is new to it."""
    command = ["--store", str(cdr.store), "--as-of", AS_OF, *map(str, words)]
    for _ in range(2):
        done = subprocess.run([sys.executable, "-c", LOADED, *command], capture_output=True, text=True, check=True)
    code, *names = json.loads(done.stderr.splitlines()[-1])
    assert code == 0
    return names


def of_cdr(names: list[str]) -> list[str]:
    return [name for name in names if name.startswith("cdr.")]


def test_who_is_shown_a_case_loads_what_the_case_has(cdr: Shell, sudi: str) -> None:
    found = loaded(cdr, "show", sudi)
    assert [name for name in found if name in (*ONLY_TO_WRITE, *FOR_OTHERS)] == []
    assert [name for name in NOT_OF_A_NEW_CASE if f"cdr.domain.case.{name}" in found] == []
    assert len(of_cdr(found)) <= 85


def test_who_asks_for_a_timeline_loads_what_it_needs(cdr: Shell, sudi: str) -> None:
    found = loaded(cdr, "timeline", sudi)
    assert [name for name in found if name in (*ONLY_TO_WRITE, *FOR_OTHERS)] == []
    assert len(of_cdr(found)) <= 93
