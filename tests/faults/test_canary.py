"""A rare word in every personal field: after the whole job, with every kind of error, it stands nowhere in the open."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import EXAMPLES, Answer, Shell
from store.hands import document, git

WORD = "Zzyxquorn"
NUMBER, BORN = "9990000018", "2025-03-02"


def _seeded(name: str, target: Path) -> Path:
    """An example form with the word in the child's and the family's name, and in every text."""
    text = (EXAMPLES / f"{name}.yaml").read_text("utf-8").replace("Testcase", WORD)
    key = r"((?:narrative|text|street|line1|house|first_names): |event: \"|>-\n  )(?=[A-Za-z0-9])"
    text = re.sub(key, rf"\g<1>{WORD} ", text)
    target.write_text(text, "utf-8")
    return target


class Watched:
    """Runs `cdr` as a program, and keeps what it said and what every child was called with."""

    def __init__(self, store: Path, folder: Path) -> None:
        self.store, self.log, self.said = store, folder / "calls", b""
        self.bin = folder / "bin"
        self.bin.mkdir()
        for name in ("gpg", "git"):
            program = self.bin / name
            program.write_text(f'#!/bin/sh\n(echo "$0 $*"; env) >> {self.log}\nexec {shutil.which(name)} "$@"\n')
            program.chmod(0o700)

    def __call__(
        self, *arguments: object, code: int | None = 0, private: bool = False, day: str = "2026-01-09"
    ) -> Answer:
        environment = {**os.environ, "PATH": f"{self.bin}:{os.environ['PATH']}"}
        command = [
            sys.executable,
            "-m",
            "cdr",
            "--debug",
            "--store",
            str(self.store),
            "--as-of",
            day,
            *map(str, arguments),
        ]
        done = subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        assert code is None or done.returncode == code, done.stderr.decode()
        self.said += done.stderr if private else done.stdout + done.stderr
        return Answer(done.returncode, done.stdout.decode(), done.stderr.decode())


def _spoilt(form: Path, folder: Path) -> list[Path]:
    """The same form, wrong in many ways, so that every kind of error has the word before it."""
    text, made = form.read_text("utf-8"), []
    wrong = {
        "key": text + f"\n{WORD} Amara: {WORD}\n",
        "syntax": text + f"\n{WORD}: [{WORD}\n",
        "code": text.replace("sex: female", f"sex: {WORD}"),
        "date": re.sub(r"date_of_birth: .*", f"date_of_birth: {WORD}", text, count=1),
        "number": re.sub(r"nhs_number: .*", f"nhs_number: '{WORD}'", text, count=1),
        "tag": text + f"\nx: !{WORD} y\n",
        "anchor": text + f"\nx: &{WORD} y\n",
        "twice": text + "\nchild: {family_name: " + WORD + "}\n",
        "latin": text,
        "schema": text.replace("schema: ", f"schema: {WORD}"),
    }
    for name, content in wrong.items():
        path = folder / f"wrong-{name}.yaml"
        path.write_bytes(content.encode("utf-8") + (b"\xff" if name == "latin" else b""))
        made.append(path)
    return made


@pytest.fixture
def scenario(cdr: Shell, tmp_path: Path) -> Watched:
    """The whole job, right and wrong."""
    forms = {name: _seeded(name, tmp_path / f"{name}.yaml") for name in
             ("form-a-sudi", "form-b-hospital", "form-b-police", "form-c-sudi", "letter-gate")}  # fmt: skip
    assert all(WORD in path.read_text("utf-8") for name, path in forms.items() if name != "letter-gate")
    run = Watched(cdr.store, tmp_path)
    form = forms["form-a-sudi"]
    for wrong in _spoilt(form, tmp_path):
        run("notify", "--from", wrong, code=65)
    case = run("notify", "--from", form).out.strip()
    run("notify", "--from", form, code=65)
    run("request", case)
    for name, agency in (("form-b-hospital", "northtown-general"), ("form-b-police", "northshire-police")):
        for wrong in _spoilt(forms[name], tmp_path)[::4]:
            run("return", case, agency, "--from", wrong, code=None, day="2026-02-10")
        run(
            "return", case, agency, "--from", forms[name], code=None, day="2026-02-10"
        )  # 65 where a spoilt one was still good enough
    run("return", case, "northtown-general", "--from", forms["form-b-police"], code=65)
    run("return", case, "regional-ambulance", "--waive", f"the crew of {WORD} has left")
    run("chase", "--overdue", day="2026-02-11")
    run("review", case, "--from", forms["form-c-sudi"], code=65, day="2026-04-14")
    run("review", case, "--from", forms["form-c-sudi"], "--override", f"no panel for {WORD}", day="2026-04-14")
    run("letter", case, "--gate", forms["letter-gate"], private=True, day="2026-04-17")
    run("letter", case, "--draft", private=True, day="2026-04-17")
    shown = run("show", case, private=True).out
    assert WORD in shown and shown.count("returned  ") >= 2
    assert WORD in run("timeline", case, "--identified", private=True).out
    for command in (
        ["list"],
        ["chase"],
        ["tally", "--year", "2025/26"],
        ["audit"],
        ["verify"],
        ["doctor"],
        ["keys", "list"],
    ):
        run(*command, code=None)
    run("close", case, code=None)
    path = document(cdr.store, case)
    path.write_bytes(path.read_bytes()[:-9])
    run("show", case, code=76)
    run("verify", code=1)
    run("verify", "--repair")
    return run


def _found(data: bytes) -> list[str]:
    return [word for word in (WORD, WORD.lower(), WORD.upper(), NUMBER, BORN) if word.encode() in data]


def test_the_word_stands_nowhere_in_the_open(scenario: Watched, cdr: Shell, tmp_path: Path) -> None:
    assert [line for line in scenario.said.splitlines() if _found(line)] == [], "said"
    calls = scenario.log.read_bytes()
    assert b"--encrypt" in calls and _found(calls) == [], "in the arguments or the environment of a child process"
    git_dir = cdr.store / ".git"
    names = [str(path) for path in (*cdr.store.rglob("*"), *(tmp_path / "state").rglob("*"))]
    assert _found("\n".join(names).encode()) == [], "in a file's name"
    listed = git(cdr.store, "cat-file", "--batch-all-objects", "--batch-check").splitlines()
    assert len(listed) > 40
    objects = subprocess.run(
        ["git", "-C", str(cdr.store), "cat-file", "--batch-all-objects", "--batch"], capture_output=True, check=True
    )
    assert _found(objects.stdout) == [], "in an object of the repository"
    for path in (*git_dir.rglob("*"), *(cdr.store / "outbox").rglob("*"), *(tmp_path / "state").rglob("*"),
                 *(cdr.store / "cases").rglob("*")):  # fmt: skip
        if path.is_file() and "objects" not in path.parts:
            assert _found(path.read_bytes()) == [], path.name
    assert list((cdr.store / "outbox").glob("*.eml"))


def test_nothing_is_left_in_the_folder_for_temporary_files(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    run = Watched(cdr.store, tmp_path)
    run("show", sudi)
    run("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", day="2026-03-02")
    run("letter", sudi, "--draft", "--format", "pdf", "-o", tmp_path / "letters", private=True)
    run("verify")
    assert list(folder.iterdir()) == []
