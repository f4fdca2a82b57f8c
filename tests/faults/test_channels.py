"""What a command has to say cannot be written: the code tells whether something was recorded, and what was lost can be had again."""

from __future__ import annotations

import contextlib
import errno
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest
from conftest import EXAMPLES, Answer, People, Shell, run
from store.hands import document, encrypted, findings, head, sign_commit

from cdr import cli

HOSPITAL, POLICE, AMBULANCE, COMMUNITY = (
    "northtown-general",
    "northshire-police",
    "regional-ambulance",
    "northshire-community",
)
DAY = "2026-01-23"
ROW = {
    "old_reference": "15/01", "notified_on": "2019-05-07", "date_of_birth": "2019-03-02", "date_of_death": "2019-05-06", "sex": "female",
    "ethnicity": "N", "local_authority": "Northshire", "place": "Hospital",
}  # fmt: skip
ANEW = "cdr form {} {} --new-passphrase -o FILE"


class Full(io.StringIO):
    """A channel on a disk that is full."""

    def __init__(self) -> None:
        super().__init__()
        self.tried = False

    def write(self, text: str, /) -> int:
        if text:
            self.tried = True
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return 0


@dataclass(frozen=True)
class Waiting:
    """A case with agencies asked, one return in that lacks much, a process open, one agency left alone, and the way back to it."""

    cdr: Shell
    case: str
    folder: Path

    def command(self, verb: str) -> list[str]:
        return [word.replace("REF", self.case).replace("FOLDER", str(self.folder)) for word in VERBS[verb]]

    def again(self) -> str:
        for name in ("store", "state"):
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder / f"{name}-before", self.folder / name, symlinks=True)
        (self.folder / "form.html").unlink(missing_ok=True)
        return head(self.cdr.store)


@pytest.fixture
def waiting(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Waiting:
    cdr("request", sudi, HOSPITAL, POLICE, COMMUNITY, as_of="2026-01-09")
    text = (
        (EXAMPLES / "form-b-police.yaml")
        .read_text("utf-8")
        .replace("completed_on: 2026-02-03", "completed_on: 2026-01-12")
    )
    short = text.split("\nadditional_information:")[0] + "\n"
    (tmp_path / "police.yaml").write_text(short, "utf-8")
    cdr("return", sudi, POLICE, "--from", tmp_path / "police.yaml", as_of="2026-01-12")
    cdr("gate", sudi, "open", "criminal", as_of="2026-01-12")
    cdr("chase", "--hold", sudi, COMMUNITY, "--until", "2026-02-20", "away", as_of="2026-01-12")
    (tmp_path / "words.yaml").write_text("schema: report/1\nyear: 2025/26\nforeword: {text: For the year.}\n")
    review = (EXAMPLES / "form-c-sudi.yaml").read_text("utf-8").replace("2026-04-14", "2026-01-20")
    (tmp_path / "review.yaml").write_text(review, "utf-8")
    (tmp_path / "register.csv").write_text(f"{','.join(ROW)}\n{','.join(ROW.values())}\n", "utf-8")
    (tmp_path / "editor").write_text("#!/bin/sh\nsed -i 's/birth_weight_g: 2460/birth_weight_g: 2470/' \"$1\"\n")
    (tmp_path / "editor").chmod(0o700)
    monkeypatch.setenv("EDITOR", str(tmp_path / "editor"))
    for name in ("store", "state"):
        shutil.copytree(tmp_path / name, tmp_path / f"{name}-before", symlinks=True)
    return Waiting(cdr, sudi, tmp_path)


VERBS: dict[str, list[str]] = {
    "notify": ["notify", "--from", str(EXAMPLES / "form-a-sudi.yaml"), "--not-a-duplicate", "x"],
    "import": ["import", "FOLDER/register.csv"],
    "edit": ["edit", "REF", "form-a"],
    "attach": ["attach", "REF", str(EXAMPLES / "letter-gate.yaml"), "--kind", "other"],
    "request": ["request", "REF", AMBULANCE],
    "form": ["form", "REF", HOSPITAL, "--new-passphrase", "-o", "FOLDER/form.html"],
    "return": ["return", "REF", HOSPITAL, "--from", str(EXAMPLES / "form-b-hospital.yaml")],
    "nil": ["return", "REF", HOSPITAL, "--nil"],
    "waive": ["return", "REF", HOSPITAL, "--waive", "x"],
    "bounce": ["bounce", "REF", POLICE],
    "chase": ["chase", "--overdue"],
    "hold": ["chase", "--hold", "REF", HOSPITAL, "--until", "2026-02-20", "away"],
    "release": ["chase", "--release", "REF", COMMUNITY],
    "gate open": ["gate", "REF", "open", "cspr"],
    "gate close": ["gate", "REF", "close", "criminal"],
    "milestone": ["milestone", "REF", "ncmd_told"],
    "agency add": ["agency", "add", "hospice", "--name", "Hospice", "--type", "hospice_palliative", "--email", "h@hospice.example"],
    "agency edit": ["agency", "edit", POLICE, "--email", "new@northshire-police.example"],
    "agency retire": ["agency", "retire", POLICE],
    "letter": ["letter", "REF", "--draft", "--gate", str(EXAMPLES / "letter-gate.yaml")],
    "review": ["review", "REF", "--from", "FOLDER/review.yaml", "--override", "x"],
    "report": ["report", "--year", "2025/26", "--words", "FOLDER/words.yaml"],
}  # fmt: skip


def test_a_full_disk_behind_stdout(waiting: Waiting) -> None:
    asked = {"request": AMBULANCE, "form": HOSPITAL, "bounce": POLICE}
    for verb in VERBS:
        before, out, err = waiting.again(), Full(), io.StringIO()
        code = _run(waiting.cdr, waiting.command(verb), out, err)
        assert head(waiting.cdr.store) != before, f"{verb} recorded nothing: {code}, {err.getvalue()}"
        assert code == (73 if out.tried else 0), verb
        assert ("is recorded: look with cdr audit" in err.getvalue()) == out.tried, verb
        again = ANEW.format(waiting.case, asked[verb]) if verb in asked else "--new-passphrase"
        assert (again in err.getvalue()) == (verb in asked), verb
    waiting.again()


def test_a_full_disk_behind_stderr(waiting: Waiting) -> None:
    for verb in VERBS:
        before, err = waiting.again(), Full()
        code = _run(waiting.cdr, waiting.command(verb), io.StringIO(), err)
        is_recorded = head(waiting.cdr.store) != before
        assert code == (0 if not err.tried else 73 if is_recorded else 74), verb
        assert is_recorded or not (waiting.folder / "form.html").exists(), "a form that opens with no pass-phrase"
    waiting.again()


def _run(cdr: Shell, command: list[str], out: IO[str], err: IO[str]) -> int:
    before, sys.stdin = sys.stdin, io.TextIOWrapper(io.BytesIO(b""))
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            return cli.run(["--store", str(cdr.store), "--as-of", DAY, *command])
    finally:
        sys.stdin = before


@pytest.mark.parametrize("how", [">&-", "> /dev/full", "2> /dev/full", "> /dev/full 2> /dev/full", "| true"])
def test_a_program_with_a_channel_that_takes_nothing(cdr: Shell, sudi: str, how: str) -> None:
    """The code is the program's own, whatever is left in its buffers at the end."""
    before = head(cdr.store)
    code = _shell(cdr, f"request {sudi} {POLICE}", how).code
    assert head(cdr.store) != before and code == (0 if how == "2> /dev/full" and code == 0 else 73)
    told = _shell(cdr, f"form {sudi} {POLICE} --new-passphrase -o {cdr.store.parent}/form.html", "")
    assert told.code == 0 and told.out.startswith(f"{POLICE}: "), "the pass-phrase can be had again"
    code = _shell(cdr, "list", how).code
    assert code == (0 if how in (">&-", "2> /dev/full") else 74), "nothing is lost where a person closed it"


def _shell(cdr: Shell, words: str, how: str) -> Answer:
    line = f"{sys.executable} -m cdr --store {cdr.store} --as-of {DAY} {words} {how}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False)
    return Answer(done.returncode, done.stdout, done.stderr)


def test_a_store_that_was_made_is_told_as_made(people: People, member: str, tmp_path: Path) -> None:
    words = ["init", str(tmp_path / "new"), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    with contextlib.redirect_stdout(Full()):
        assert cli.run(words) == 73
    assert run(["--store", str(tmp_path / "new"), "list"]).code == 0


def test_a_repair_that_was_recorded_is_told_as_recorded(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, POLICE, as_of="2026-01-10")
    readers = (people.member, people.second, people.chaser)
    document(cdr.store, sudi, "requests").write_bytes(encrypted(people.home, b"not: this\n", *readers))
    before = sign_commit(cdr.store, people.home, people.member)
    assert _run(cdr, ["verify", "--repair", "--json"], Full(), io.StringIO()) == 73
    assert head(cdr.store) != before
    assert findings(cdr, code=0) == set()
