"""Keys whose pass-phrase nobody gives: without a terminal, and where somebody cancels the question."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest
import terminals
from conftest import EXAMPLES, Shell, run
from store.hands import gpg, key_made, unchanged

from cdr.store.state import home as kept_beside

FORM = EXAMPLES / "form-a-sudi.yaml"


@pytest.fixture
def locked(home: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shell:
    """A store whose only member has a key with a passphrase, which the agent does not know any more."""
    fingerprint = key_made(home, "--passphrase", "correct horse")
    (Path(home) / "gpg-agent.conf").write_text(f"pinentry-program {_hanging(tmp_path)}\n")
    gpg(home, "--passphrase", "correct horse", "--detach-sign", data=b"x")
    monkeypatch.setenv("GNUPGHOME", home)
    store = Shell(tmp_path / "locked")
    assert run(["init", str(store.store), "--config", str(EXAMPLES / "store.yaml"), "--member", fingerprint]).code == 0
    case = store("notify", "--from", FORM, as_of="2026-01-09").out.strip()
    store.as_of = "2026-01-10"
    assert store("list").out.startswith("case") and case
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)
    return store


def _hanging(tmp_path: Path) -> Path:
    program = tmp_path / "pinentry"
    program.write_text("#!/bin/sh\nsleep 60\n")
    program.chmod(0o700)
    return program


def test_a_locked_key_without_a_terminal_ends_at_once(locked: Shell, home: str, tmp_path: Path) -> None:
    case = next(path.name for path in (locked.store / "cases").iterdir() if path.is_dir())
    reply, agency = tmp_path / "reply.asc", "northshire-police"
    reply.write_bytes(gpg(home, "--armor", "--default-recipient-self", "--encrypt", data=b"{}"))
    with unchanged(locked.store):
        for command in (
            ["list"], ["show", case], ["chase"], ["notify", "--from", EXAMPLES / "form-a-neonatal.yaml"], ["bounce", case, agency],
            ["form", case, agency, "-o", tmp_path / "form.html"], ["return", case, agency, "--nil"], ["return", case, agency, "--from", reply, "--yes"],
        ):  # fmt: skip
            answer = locked(*command, code=75, as_of="2026-03-02")
            assert "locked" in answer.err and "did not answer" not in answer.err


@pytest.mark.parametrize("question", ["list", "show", "verify", "doctor", "request"])
@pytest.mark.parametrize("is_known", [True, False], ids=["warm", "cold"])
def test_who_cancels_the_question_for_a_passphrase_is_not_asked_again(
    locked: Shell, home: str, tmp_path: Path, question: str, is_known: bool
) -> None:
    asked, case = tmp_path / "asked", next(path.name for path in (locked.store / "cases").iterdir() if path.is_dir())
    (Path(home) / "gpg-agent.conf").write_text(f"pinentry-program {_cancelling(tmp_path, asked)}\n")
    if not is_known:
        shutil.rmtree(kept_beside())
    words = [question, *([case] if question in ("show", "request") else [])]
    before_it = ["-m", "cdr", "--store", str(locked.store), "--as-of", "2026-01-10"]
    child = pexpect.spawn(sys.executable, [*before_it, *words], env=dict(os.environ), encoding="utf-8", timeout=terminals.PATIENCE)  # fmt: skip
    terminals.ended(child)
    assert "cancelled" in child.before.replace("\r\n  ", " ")
    assert asked.read_text().count("GETPIN") == 1


def _cancelling(tmp_path: Path, asked: Path) -> Path:
    program = tmp_path / "pinentry"
    answers = 'GETPIN*) echo "ERR 83886179 Operation cancelled";; BYE*) echo OK; exit;; *) echo OK;;'
    lines = ["#!/bin/sh", "echo OK", "while read -r line; do", f'echo "$line" >>{asked}', f'case "$line" in {answers} esac', "done"]  # fmt: skip
    program.write_text("\n".join(lines) + "\n")
    program.chmod(0o700)
    return program
