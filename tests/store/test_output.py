"""File names that are no text reach a real terminal or pipe without stopping `verify`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import outputs
import pytest
from conftest import People, Shell
from store.hands import git


@pytest.mark.hurt
def test_a_file_name_that_is_not_text(cdr: Shell, sudi: str) -> None:
    with open(os.fsencode(cdr.store / "cases" / sudi) + b"/notes \xff\x1b.txt", "wb") as stream:  # noqa: PTH123
        stream.write(b"x")
    for options in ([], ["--json"]):
        command = [sys.executable, "-m", "cdr", "--store", str(cdr.store), "verify", *options]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == 1, done.stderr
        assert b"notes" in done.stdout and b"\x1b" not in done.stdout
        if options:
            outputs.check(done.stdout.decode())
            assert len(json.loads(done.stdout)["findings"]) == 1


FORGED = "x\nNothing is wrong.\x9b2J\u202e"


def said(*words: str, code: int) -> subprocess.CompletedProcess[bytes]:
    done = subprocess.run(
        [sys.executable, "-m", "cdr", *words], capture_output=True, stdin=subprocess.DEVNULL, check=False
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.mark.hurt
def test_a_file_name_makes_no_line_of_its_own(cdr: Shell, sudi: str) -> None:
    (cdr.store / "cases" / sudi / FORGED).write_text("x")
    (cdr.store / "reference" / f"{FORGED}.yaml").parent.mkdir(exist_ok=True)
    (cdr.store / "reference" / f"{FORGED}.yaml").write_text("x")
    done = said("--store", str(cdr.store), "verify", code=1)
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 2 and all(line.endswith("[work-tree]") for line in lines)
    assert "Nothing is wrong" not in {line[:16] for line in done.stderr.decode().splitlines()}


@pytest.mark.hurt
def test_what_acts_on_a_terminal_is_escaped_in_json_too(cdr: Shell, sudi: str) -> None:
    name = f"{FORGED}\u2066\ufeff\x7f\x85\u2028\U000e0041 é \u0142 \u200d \U0001f600"
    (cdr.store / "cases" / sudi / name).write_text("x")
    done = said("--store", str(cdr.store), "verify", "--json", code=1)
    text = done.stdout.decode()
    assert {letter for letter in text if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp")} == {"\n", "\u200d"}
    assert json.loads(text)["findings"][0]["path"] == f"cases/{sudi}/{name}"
    assert "é \u0142 \u200d \U0001f600" in text and "\\u009b" in text and "\\u202e" in text and "\\udb40\\udc41" in text


@pytest.mark.hurt
def test_the_error_for_a_folder_whose_name_holds_a_lines_end(tmp_path: Path) -> None:
    folder = tmp_path / FORGED
    folder.mkdir()
    done = said("--store", str(folder), "--debug", "list", code=66)
    assert len(done.stderr.decode().splitlines()) == 2
    answer = json.loads(said("--store", str(folder), "list", "--json", code=66).stdout)
    assert answer["message"].endswith(f"{folder}.")


@pytest.mark.hurt
def test_advised_commands_hold_together_whatever_a_name_holds(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    """Typed as it is shown, a command runs nothing that stands in a name."""
    store = Shell(tmp_path / "my store; touch pwned")
    cdr.store.rename(store.store)
    (store.store / "reference").mkdir(exist_ok=True)
    (store.store / "reference" / "$(touch pwned) & more.yaml").write_text("x")
    answer = store("verify")
    assert (
        "git commit -S -- 'reference/$(touch pwned) & more.yaml'" in answer.out and "Only if it was you" in answer.out
    )
    git(store.store, "config", "core.fsync", "none")
    (store.store / "cdr.yaml").write_text("# x\n" + (store.store / "cdr.yaml").read_text())
    told = store("doctor").out
    assert f"git -C '{store.store}' config core.fsync all" in told
    assert "Only if it was you" in told
    unread = store.store / "cases" / sudi
    unread.chmod(0)
    try:
        if not os.access(unread, os.R_OK):  # the superuser reads everything
            assert f"chmod -R u+rwX '{tmp_path}" in store("verify", "--repair", code=77).err
    finally:
        unread.chmod(0o700)


@pytest.mark.hurt
def test_no_command_is_advised_in_a_folder_that_was_not_accepted(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """git, run there by hand, would run what the folder's settings name."""
    (cdr.store / "reference").mkdir(exist_ok=True)
    (cdr.store / "reference" / "england.yaml").write_text("x")
    (cdr.store / "cdr.yaml").write_text("x")
    (cdr.store / ".git" / "objects" / "info" / "alternates").write_text("/nowhere\n")
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    for command in ("verify", "doctor"):
        answer = cdr(command, code=1)
        assert (
            "git -C" not in answer.out
            and "git commit" not in answer.out
            and "has not been checked here yet" in answer.out
        )
