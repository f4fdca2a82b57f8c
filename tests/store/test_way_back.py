"""What is said where people's own hands in git, or a disk, took something away: the commands that are given bring everything back."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import People, Shell, run
from store.hands import document, findings, git, head, unsigned_commit

pytestmark = pytest.mark.hurt


def done_as_told(cdr: Shell, people: People, hint: str, after: str) -> None:
    """Give the commands of a hint as a person does in the store's folder: what stands behind `after`, one after the other."""
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_EDITOR": "true", "GNUPGHOME": people.home}
    for who in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{who}_NAME": "By hand", f"GIT_{who}_EMAIL": "hand@northshire.example"}
    told = " ".join(hint.partition(after)[2].split()).partition(". If you did not")[0]
    for command in told.split("; then: "):
        if command.startswith("cdr "):
            cdr(*shlex.split(command)[1:])
        else:
            subprocess.run(command, shell=True, cwd=cdr.store, env=environment, check=True, capture_output=True)


def is_back(cdr: Shell, case: str, tip: str) -> None:
    assert head(cdr.store) == tip
    cdr("show", case)
    assert findings(cdr, code=0) == set()
    cdr("milestone", case, "support_offered", as_of="2026-02-10")


@pytest.mark.parametrize("how", ["--hard", "--soft", "--mixed"])
def test_a_branch_that_was_put_back(cdr: Shell, asked: str, people: People, how: str) -> None:
    tip = head(cdr.store)
    git(cdr.store, "reset", "-q", how, "HEAD~1")
    done_as_told(cdr, people, cdr("list", code=76).err, "went back behind it: ")
    is_back(cdr, asked, tip)


@pytest.mark.parametrize("rewritten", [("commit", "--amend", "--no-edit"), ("rebase", "--force-rebase", "HEAD~1")])
def test_a_commit_that_was_written_anew(cdr: Shell, asked: str, people: People, rewritten: tuple[str, ...]) -> None:
    tip = head(cdr.store)
    git(cdr.store, "-c", "commit.gpgSign=false", *rewritten)
    assert head(cdr.store) != tip
    done_as_told(cdr, people, cdr("list", code=76).err, "git rebase): ")
    is_back(cdr, asked, tip)


@pytest.mark.parametrize("more", [0, 1])
def test_a_commit_that_was_not_signed(cdr: Shell, asked: str, people: People, more: int) -> None:
    """Also one that changes nothing, and one on which another was made since."""
    git(cdr.store, "config", "user.signingKey", people.member)
    unsigned_commit(cdr.store)
    for _ in range(more):
        git(cdr.store, "commit", "-q", "--allow-empty", "-S", "-m", "by hand", home=people.home)
    done_as_told(cdr, people, cdr("list", code=76).err, "made it by hand: ")
    is_back(cdr, asked, head(cdr.store))


def test_the_branch_is_gone(cdr: Shell, asked: str, people: People) -> None:
    tip = head(cdr.store)
    (cdr.store / ".git/refs/heads/main").unlink()
    for code, words in ((76, ["list"]), (76, ["milestone", asked, "ncmd_told"]), (1, ["verify"])):
        answer = cdr(*words, code=code)
        assert "cdr init" not in answer.err + answer.out and "branch is gone" in answer.err + answer.out
    done_as_told(cdr, people, cdr("list", code=76).err, "last seen: ")
    is_back(cdr, asked, tip)


@pytest.mark.parametrize("emptied", [False, True])
def test_the_file_that_names_the_branch_is_gone(cdr: Shell, asked: str, people: People, emptied: bool) -> None:
    tip = head(cdr.store)
    git(cdr.store, "branch", "-m", "main", "ours")
    (cdr.store / ".git/HEAD").unlink()
    if emptied:
        (cdr.store / ".git/HEAD").write_bytes(b"")
    done_as_told(cdr, people, cdr("list", code=78).err, "anew: ")
    is_back(cdr, asked, tip)


def test_a_rebase_that_is_not_finished(cdr: Shell, asked: str, people: People) -> None:
    tip = head(cdr.store)
    git(cdr.store, "-c", "commit.gpgSign=false", "rebase", "-q", "--exec", "false", "HEAD~1", code=1)
    done_as_told(cdr, people, cdr("list", code=78).err, "give it up: ")
    is_back(cdr, asked, tip)


def test_the_whole_repository_is_gone(cdr: Shell, asked: str, people: People, tmp_path: Path) -> None:
    tip = head(cdr.store)
    shutil.copytree(cdr.store, tmp_path / "copy", symlinks=True)
    shutil.rmtree(cdr.store / ".git")
    hint = cdr("list", code=66).err.replace("COPY", str(tmp_path / "copy")).replace("FOLDER", str(cdr.store))
    done_as_told(cdr, people, hint, "copy of the store: ")
    is_back(cdr, asked, tip)


def _object(cdr: Shell, case: str) -> Path:
    id_ = git(cdr.store, "rev-parse", f"HEAD:cases/{case}/case.yaml.gpg")
    return cdr.store / ".git/objects" / id_[:2] / id_[2:]


@pytest.mark.parametrize("how", ["lost", "empty", "spoilt"])
def test_an_object_that_the_folder_still_has(cdr: Shell, asked: str, how: str) -> None:
    """The only copy of a store: what the repository lost stands in the folder as it was recorded."""
    tip, there = head(cdr.store), _object(cdr, asked)
    there.chmod(0o600)
    there.write_bytes({"empty": b"", "spoilt": there.read_bytes()[:-9]}.get(how, b""))
    if how == "lost":
        there.unlink()
    assert ("repository", ".git") in findings(cdr)
    cdr("milestone", asked, "ncmd_told", code=76)
    assert f"Put back: cases/{asked}/case.yaml.gpg" in cdr("verify", "--repair").err
    assert git(cdr.store, "fsck", "--full", "--no-dangling") == ""
    is_back(cdr, asked, tip)


def test_an_object_that_nobody_has_is_not_made_up(cdr: Shell, asked: str) -> None:
    _object(cdr, asked).unlink()
    document(cdr.store, asked, "case").write_bytes(b"another")
    cdr("verify", "--repair", code=76)
    assert not _object(cdr, asked).exists()


def test_what_a_damaged_copy_alone_has_goes_into_another(cdr: Shell, asked: str, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(cdr.store), "another")
    _object(cdr, asked).unlink()
    document(cdr.store, asked, "case").unlink()
    cdr("request", asked, "regional-ambulance", as_of="2026-02-10", code=76)
    assert "cdr sync THIS-FOLDER" in cdr("verify", code=1).out
    cdr("panel", "new", "2026-05-12")
    other = Shell(tmp_path / "another")
    other("sync", str(cdr.store))
    assert head(other.store) == head(cdr.store) and "P2026-05-12" in other("panel", "list").out
    other("milestone", asked, "ncmd_told", as_of="2026-02-10")
    assert findings(other, code=0) == set()


def test_a_pack_in_which_bytes_were_changed_is_damage_and_no_full_disk(cdr: Shell, asked: str) -> None:
    git(cdr.store, "repack", "-q", "-a", "-d")
    [pack] = (cdr.store / ".git/objects/pack").glob("*.pack")
    whole = pack.read_bytes()
    pack.chmod(0o600)
    for place in range(200, len(whole) - 40, len(whole) // 12):
        pack.write_bytes(whole[:place] + b"xxxxxxxx" + whole[place + 8 :])
        assert {check for check, _ in findings(cdr)} & {"repository", "history"}, place
        answer = run(["--store", str(cdr.store), "show", asked])
        assert answer.code in (0, 76), answer.err
