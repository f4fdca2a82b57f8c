"""The shared repository's own check: it takes what every reader would take, and nothing else; it holds no secret key."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, git, gpg, head, on_the_path

BRANCH = "refs/heads/main"


@pytest.fixture
def bare(cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare repository with the hook of docs/server.md, on a machine of its own; the store was pushed to it."""
    monkeypatch.setenv("PATH", os.environ["PATH"])
    on_the_path(tmp_path / "programs")
    folder = tmp_path / "server" / "cdr.git"
    subprocess.run(["git", "init", "-q", "--bare", "--initial-branch=main", str(folder)], check=True)
    home = tempfile.mkdtemp(prefix="cdr-", dir="/tmp")
    hook = folder / "hooks" / "pre-receive"
    hook.write_text(
        f"#!/bin/sh\nexport GNUPGHOME={home} XDG_STATE_HOME={tmp_path}/server.state\nexec cdr check-push --root {people.member}\n"
    )
    hook.chmod(0o700)
    cdr("sync", folder)
    assert git(folder, "rev-parse", "main") == head(cdr.store)
    return folder


class Sender:
    """Somebody with a clone, who pushes by hand what they like."""

    def __init__(self, bare: Path, folder: Path) -> None:
        self.bare, self.store = bare, folder
        git(bare.parent, "clone", "-q", str(bare), str(folder))

    def commit(self, home: str, key: str, *more: str) -> None:
        git(self.store, "add", "-A")
        sign = f"-S{key}" if key else "--no-gpg-sign"
        git(self.store, "commit", "-q", "--allow-empty", sign, "-m", "by hand", *more, home=home)

    def refused(self, words: str, *more: str) -> None:
        before = git(self.bare, "rev-parse", "main")
        done = subprocess.run(
            ["git", "-C", str(self.store), "push", "-q", *more, "origin", "HEAD:main"], capture_output=True, check=False
        )
        assert done.returncode and words in done.stderr.decode(), done.stderr.decode()
        assert git(self.bare, "rev-parse", "main") == before
        git(self.store, "reset", "-q", "--hard", before)


def test_what_is_refused(cdr: Shell, sudi: str, people: People, bare: Path, tmp_path: Path) -> None:
    sender = Sender(bare, tmp_path / "sender")
    case = f"cases/{sudi}"

    def by_member(path: str, content: bytes | Callable[[Path], None], words: str) -> None:
        target = sender.store / path
        target.parent.mkdir(parents=True, exist_ok=True)
        if callable(content):
            content(target)
        else:
            target.write_bytes(content)
        sender.commit(people.home, people.member)
        sender.refused(words)

    sender.commit(people.home, "")
    sender.refused("is not signed")
    sender.commit(people.stranger_home, people.stranger)
    sender.refused("does not hold")
    by_member(f"{case}/case.yaml.gpg", b"child: Amara\n", "not one whole encrypted document")
    by_member("notes.txt", b"x", "no file of a store")
    by_member(f"{case}/notes.yaml.gpg", b"x", "no file of a store")
    one = gpg(people.home, "--trust-model", "always", "-e", "-r", people.member, data=b"x")
    by_member(f"{case}/case.yaml.gpg", one, "exactly those who may read it")
    by_member(f"{case}/attachment-01.gpg", lambda path: path.symlink_to("/etc/passwd"), "no plain file")
    document(sender.store, sudi, "case").write_bytes(document(sender.store, sudi, "notification").read_bytes())
    sender.commit(people.chaser_home, people.chaser)
    sender.refused("changes more than prompts")
    git(sender.store, "reset", "-q", "--hard", "HEAD~1")
    sender.commit(people.home, people.member)
    sender.refused("written anew", "--force")
    git(sender.store, "push", "-q", "origin", "HEAD:refs/heads/other", code=1)
    git(sender.store, "push", "-q", "origin", ":main", code=1)
    assert "remote" not in cdr("sync", "--json").json["faults"]


def test_what_is_taken(cdr: Shell, sudi: str, people: People, bare: Path, tmp_path: Path) -> None:
    cdr("request", sudi, as_of="2026-01-10")
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-01-10")
    file = tmp_path / "newcomer.asc"
    file.write_bytes(gpg(people.stranger_home, "--armor", "--export", people.stranger))
    cdr("keys", "add", file)
    cdr("keys", "remove", people.second, "--reason", "Left")
    cdr("milestone", sudi, "ncmd_told", "--on", "2026-01-12", as_of="2026-01-13")
    assert cdr("sync", "--json").json["sent"] == 5
    assert git(bare, "rev-parse", "main") == head(cdr.store)
    late = Sender(bare, tmp_path / "sender")
    late.commit(people.second_home, people.second)
    late.refused("not by anyone who may write")
