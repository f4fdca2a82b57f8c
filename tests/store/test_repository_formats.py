"""The formats and surroundings of a repository in which a store is made, and those that are not supported."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import clean, document, findings, git, sign_commit

from cdr.store import creation

# ---- formats -------------------------------------------------------------------------------------------------------


def _sha256(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main", "--object-format=sha256")


def _reftable(folder: Path) -> None:
    git(folder, "init", "-q", "-b", "main")
    (folder / ".git" / "reftable").mkdir()
    (folder / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    git(folder, "config", "--file", ".git/config", "extensions.refStorage", "reftable")


@pytest.mark.hurt
@pytest.mark.parametrize(("make", "word"), [(_sha256, "SHA-256"), (_reftable, "reftable")])
def test_formats_that_are_not_supported(
    cdr: Shell, asked: str, people: People, tmp_path: Path, make: Callable[[Path], None], word: str
) -> None:
    folder = tmp_path / "other"
    folder.mkdir()
    make(folder)
    before = sorted(folder.rglob("*"))
    answer = run(["init", str(folder), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member])
    assert answer.code == 78 and word in answer.err and sorted(folder.rglob("*")) == before
    for name in ("cdr.yaml", "keys"):
        shutil.copytree(cdr.store / name, folder / name) if (cdr.store / name).is_dir() else shutil.copy(
            cdr.store / name, folder
        )
    if word == "SHA-256":
        sign_commit(folder, people.home, people.member)
    for command in (["list"], ["show", asked], ["audit"]):
        answer = Shell(folder)(*command, code=78)
        assert word in answer.err
    assert word in Shell(folder)("doctor", code=1).out
    assert word in Shell(folder)("verify", code=1).out


def test_a_store_is_made_as_cdr_needs_it_whatever_the_user_has_set(
    people: People, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "template" / "hooks").mkdir(parents=True)
    (tmp_path / "template" / "hooks" / "post-commit").write_text("#!/bin/sh\n")
    settings = {
        "init.templateDir": str(tmp_path / "template"),
        "init.defaultObjectFormat": "sha256",
        "core.bare": "true",
    }
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "global"))
    monkeypatch.setenv("HOME", str(tmp_path))
    for name, value in settings.items():
        subprocess.run(["git", "config", "--file", str(tmp_path / ".gitconfig"), name, value], check=True)
    monkeypatch.delenv("GIT_CONFIG_GLOBAL")
    monkeypatch.setenv("GIT_DEFAULT_HASH", "sha256")
    store = Shell(tmp_path / "store")
    assert (
        run(["init", str(store.store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]).code == 0
    )
    assert (
        not (store.store / ".git" / "hooks").exists() and len((store.store / ".git/refs/heads/main").read_text()) == 41
    )
    assert findings(store, code=0) == set()
    assert (store.store / ".gitattributes").read_bytes() == creation.ATTRIBUTES
    assert document(store.store, "x").parent.parent.is_dir()


def test_an_existing_repository_becomes_a_store(people: People, member: str, tmp_path: Path) -> None:
    store = Shell(tmp_path / "store")
    git(tmp_path, "init", "-q", "-b", "office", "store")
    (store.store / ".gitattributes").write_bytes(b"*.txt text\n# caf\xe9")
    (store.store / "minutes.txt").write_text("x\n")
    git(store.store, "add", "-A")
    git(store.store, "commit", "-q", "-m", "before")
    assert (
        run(["init", str(store.store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]).code == 0
    )
    case = store("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    store("show", case)
    assert findings(store, code=0) == {("file-name", "minutes.txt")}
    assert clean(store.store)
    assert cases_only(store.store)


def cases_only(store: Path) -> bool:
    return git(store, "log", "--format=%s").split("\n")[-1] == "before"


def test_a_store_is_begun_where_git_left_a_folder_and_not_where_somebody_has_one(
    tmp_path: Path, people: People, member: str
) -> None:
    words = ["--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    (tmp_path / "empty" / ".git").mkdir(parents=True)
    assert run(["init", str(tmp_path / "empty"), *words]).code == 0
    (tmp_path / "other" / ".git").mkdir(parents=True)
    (tmp_path / "other" / ".git" / "notes").write_text("x")
    answer = run(["init", str(tmp_path / "other"), *words])
    assert answer.code == 65 and "is no repository of git's" in answer.err
    assert [path.name for path in (tmp_path / "other").rglob("*")] == [".git", "notes"]
