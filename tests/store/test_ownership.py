"""Whose files a store's are: nobody writes into another user's, and what may not be read is named for that."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import git, gpg

NOBODY = 65534
pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only the superuser can act as two users")
# Loads all of cdr, which else loads a part when it needs it, for the other user may not be able to read Python itself; then several
# commands as that user.
AS_NOBODY = f"""
import ast, concurrent.futures.thread, contextlib, importlib, io, json, os, pathlib, sys
import cdr
from cdr.cli import run
store, home, commands = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
def said(words):
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        return run(["--store", store, *words]), out.getvalue()
for file in pathlib.Path(cdr.__file__).parent.rglob("*.py"):
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        names = [one.name for one in node.names] if isinstance(node, ast.Import) else [node.module] if isinstance(node, ast.ImportFrom) else []
        for name in filter(None, names):
            with contextlib.suppress(ImportError):
                importlib.import_module(name)
for words in (["verify"], ["list"], ["today"]):
    said(words)
for folder, names, files in os.walk(store):
    for path in (folder, *(os.path.join(folder, name) for name in files)):
        os.chown(path, {NOBODY}, {NOBODY})
os.environ.update(HOME=home, XDG_STATE_HOME=home + "/state", GNUPGHOME=home + "/keys")
answers = []
for change, path, words in commands:
    if change == "unreadable":
        os.chown(path, 0, 0), os.chmod(path, 0o600)
    pid = os.fork()
    if not pid:
        os.setgroups([]), os.setresgid({NOBODY}, {NOBODY}, {NOBODY}), os.setresuid({NOBODY}, {NOBODY}, {NOBODY})
        os.umask(0o077)
        code, text = said(words)
        open(home + "/answer", "w").write(json.dumps([code, text]))
        os._exit(0)
    os.waitpid(pid, 0)
    answers.append(json.load(open(home + "/answer")))
    if change == "unreadable":
        os.chown(path, {NOBODY}, {NOBODY}), os.chmod(path, 0o700 if os.path.isdir(path) else 0o600)
print(json.dumps(answers))
"""


@pytest.fixture
def nobodys(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Iterator[Path]:
    """A home folder for another user, with a member's key in it."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == 0 and folder != Path("/") and folder.stat().st_mode & 0o005 != 0o005:
            folder.chmod(folder.stat().st_mode | 0o055)
    home = Path(
        subprocess.run(["mktemp", "-d", "/tmp/cdr-XXXXXX"], capture_output=True, check=True).stdout.decode().strip()
    )
    (home / "keys").mkdir(mode=0o700)
    gpg(str(home / "keys"), "--import", data=gpg(people.home, "--export-secret-keys", people.member))
    subprocess.run(["gpgconf", "--homedir", home / "keys", "--kill", "all"], check=False)
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", home], check=True)
    yield home
    subprocess.run(["chown", "-R", "root:root", cdr.store], check=True)
    subprocess.run(["gpgconf", "--homedir", home / "keys", "--kill", "all"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def as_nobody(store: Path, home: Path, *commands: tuple[str, str, list[str]]) -> list[tuple[int, str]]:
    """The codes and words of commands that the other user, whose the store is by then, runs one after the other."""
    given = json.dumps([(change, str(store / path), words) for change, path, words in commands])
    command = [sys.executable, "-c", AS_NOBODY, str(store), str(home), given]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [(code, text) for code, text in json.loads(done.stdout)]


def test_the_owner_works_and_what_they_may_not_read_is_named(cdr: Shell, sudi: str, nobodys: Path) -> None:
    """As after `sudo cdr`: one file after another belongs to root."""
    for_reading = [".git", ".git/HEAD", ".git/refs/heads/main"]
    not_needed = [".git/config", ".git/index", "keys/registry.yaml"]
    commands = [("", "", ["list"]), ("", "", ["milestone", sudi, "ncmd_told", "--on", "2026-01-10"])]
    commands += [("unreadable", path, ["list"]) for path in for_reading]
    commands += [
        ("unreadable", f"cases/{sudi}/case.yaml.gpg", words)
        for words in (["show", sudi], ["verify"], ["verify", "--repair"])
    ]
    commands += [("unreadable", "keys/registry.yaml", ["show", sudi])]
    for_writing = [".git/cdr.lock", ".git/objects"]  # what `list` asks of these was asked before
    commands += [("unreadable", path, ["milestone", sudi, "ncmd_told", "--undo"]) for path in for_writing]
    commands += [("unreadable", path, ["list"]) for path in not_needed]
    answers = as_nobody(
        cdr.store, nobodys, *[(change, path, ["--as-of", "2026-01-12", *words]) for change, path, words in commands]
    )
    assert [code for code, _ in answers[:2]] == [0, 0] and sudi in answers[0][1], answers[:2]
    for (_, path, words), (code, text) in list(zip(commands, answers, strict=True))[2 : -len(not_needed)]:
        assert str(cdr.store / path) in text or (words == ["verify"] and path in text), (path, text)
        assert "may not be read: it belongs to root" in text or "It may not be read: it belongs to root" in text, (
            path,
            text,
        )
        assert code == (1 if words == ["verify"] else 77), (path, text)
        for alarm in ("damaged", "git switch", "restore a backup", "was changed", "wrong inside"):
            assert alarm not in text, (path, text)
    assert [code for code, _ in answers[-len(not_needed) :]] == [0, 0, 0], "what no question needs"


def test_another_user_reads_and_writes_nothing(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """root, as with sudo, in a store that belongs to somebody."""
    cdr("list")
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    (home / ".gitconfig").write_text(f"[safe]\n\tdirectory = {cdr.store}\n")
    subprocess.run(["chown", "-R", f"{NOBODY}:{NOBODY}", cdr.store], check=True)
    (cdr.store / ".git" / "cdr-pending").write_text(
        '{"old": "x", "new": "y"}'
    )  # what a crash left is left to the owner
    os.chown(cdr.store / ".git" / "cdr-pending", NOBODY, NOBODY)
    before = standing(cdr.store)
    assert sudi in cdr("list").out and "Amara" in cdr("show", sudi).out
    assert cdr("verify", "--json").json["findings"] == []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another"))
    assert sudi in cdr("list").out
    writing = (
        ["milestone", sudi, "ncmd_told"], ["request", sudi], ["verify", "--repair"],
        ["notify", "--from", EXAMPLES / "form-a-neonatal.yaml"], ["keys", "refresh", people.member],
    )  # fmt: skip
    for words in writing:
        answer = cdr(*words, code=77, as_of="2026-03-02")
        assert "belongs to nobody, and you are root" in answer.err and "without sudo" in answer.err
    assert cdr("chase", "--overdue").out == "", "nothing is due, so nothing is written"
    words = ["--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    (tmp_path / "empty").mkdir()
    os.chown(tmp_path / "empty", NOBODY, NOBODY)
    assert run(["init", str(tmp_path / "empty"), *words]).code == 77
    assert list((tmp_path / "empty").iterdir()) == []
    assert standing(cdr.store) == before
    (cdr.store / ".git" / "cdr-pending").unlink()
    subprocess.run(["chown", "-R", "root:root", cdr.store], check=True)


def test_root_keeps_nothing_in_the_home_of_somebody(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with a sudo that leaves HOME as it was."""
    home = tmp_path / "home"
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)
    monkeypatch.setenv("XDG_STATE_HOME", str(home / "state"))
    assert sudi in cdr("list").out
    assert list(home.iterdir()) == []
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


def standing(store: Path) -> dict[str, tuple[int, int, int]]:
    """Every file and folder of a store with its owner, size and time."""
    about = {str(path): path.lstat() for path in (store, *store.rglob("*"))}
    return {path: (one.st_uid, one.st_size, one.st_mtime_ns) for path, one in about.items()}


def test_a_folder_that_is_gone(
    cdr: Shell, sudi: str, tmp_path: Path, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    try:
        assert "is gone" in run(["list"]).err and run(["list"]).code == 66
        words = ["--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
        assert (run(["init", "new", *words]).code, run(["init", "new", *words]).err[:30]) == (
            66,
            "cdr: The folder that you are i",
        )
        assert sudi in cdr("list").out
        assert run(["--store", "somewhere", "list"]).code == 66
        assert run(["--store", "~nobody-of-this-name/store", "list"]).code == 66
    finally:
        monkeypatch.chdir(tmp_path)
    assert git(cdr.store, "status", "--porcelain") == ""
