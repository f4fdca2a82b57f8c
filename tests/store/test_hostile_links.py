"""A folder that somebody else prepared: nothing is read from outside of it, and nothing is written or taken away elsewhere."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import document, findings, git, head
from store.prepared import SECRET, git_object, pend

from cdr.errors import WrongConfiguration
from cdr.store import git_locks, objects, packing, putting_back
from cdr.store.git import Git

WRITTEN = "6301c09fae2ad2d6103a3c177858217c6e834e82"  # an object's id, of a file that holds that word


# ---- elsewhere -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "path",
    [
        "logs/HEAD",
        "logs/refs/heads/main",
        "index",
        "refs/heads/main",
        "refs/heads",
        "objects",
        "cdr.lock",
        "cdr-mail-taken",
        "cdr-aside",
    ],
)
def test_nothing_is_written_through_a_link(cdr: Shell, asked: str, tmp_path: Path, path: str) -> None:
    there, outside = cdr.store / ".git" / path, tmp_path / "outside"
    if there.exists():
        shutil.move(there, outside)
    there.symlink_to(outside)
    before = {file: file.read_bytes() for file in [outside, *outside.rglob("*")] if file.is_file()}
    cdr("list")
    assert cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=74 if path == "cdr.lock" else 78).out == ""
    assert {file: file.read_bytes() for file in [outside, *outside.rglob("*")] if file.is_file()} == before
    there.unlink()
    if outside.exists():
        shutil.move(outside, there)
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")


def _lent(folder: Path, real: Path, how: str) -> None:
    """A folder whose `.git` is the repository of another one, or says so."""
    if how in ("settled", "worktree of its own making"):
        (folder / ".git" / "commondir").write_text("../../real/.git\n")
    if how == "worktree of its own making":
        shutil.move(folder / ".git", folder / "git")
        (folder / "git" / "gitdir").write_text(f"{folder}/.git\n")
        (folder / "git" / "commondir").write_text("../../real/.git\n")
        (folder / ".git").write_text("gitdir: git\n")
    elif how == "a stale work tree":
        git(real, "worktree", "add", "-q", "-b", "second", str(real.parent / "gone"))
        shutil.rmtree(real.parent / "gone")
        shutil.rmtree(folder / ".git")
        (folder / ".git").write_text("gitdir: ../real/.git/worktrees/gone\n")
    elif how in ("link", "file"):
        shutil.rmtree(folder / ".git")
        (folder / ".git").symlink_to("../real/.git") if how == "link" else (folder / ".git").write_text(
            "gitdir: ../real/.git\n"
        )


@pytest.mark.hurt
@pytest.mark.parametrize("how", ["link", "file", "settled", "worktree of its own making", "a stale work tree"])
def test_a_repository_of_another_folder_is_not_changed(cdr: Shell, asked: str, tmp_path: Path, how: str) -> None:
    real = Shell(tmp_path / "real")
    git(tmp_path, "clone", "-q", str(cdr.store), "real")
    git(real.store, "switch", "-q", "-c", "office")
    _lent(cdr.store, real.store, how)
    if how not in ("link", "file", "a stale work tree"):
        git(real.store, "branch", "-f", "main", "HEAD")
    pend(real.store, git(real.store, "rev-parse", "HEAD^"))
    (real.store / ".git" / ".cdr-a0b1_c2d.part").write_bytes(b"x")
    before = contents(real.store)
    cdr("list")
    assert str(cdr.store) in cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=78).err
    cdr("verify", "--repair", code=78)
    assert contents(real.store) == before


@pytest.mark.parametrize("how", ["link", "file"])
def test_a_store_is_not_begun_in_a_repository_of_another_folder(
    people: People, member: str, tmp_path: Path, how: str
) -> None:
    git(tmp_path, "init", "-q", "real")
    git(tmp_path / "real", "commit", "-q", "--allow-empty", "-m", "x")
    (tmp_path / "new" / ".git").mkdir(parents=True)
    _lent(tmp_path / "new", tmp_path / "real", how)
    before = contents(tmp_path / "real")
    answer = run(["init", str(tmp_path / "new"), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member])
    assert answer.code == 78 and f"{tmp_path}/new/.git" in answer.err
    assert contents(tmp_path / "real") == before and [path.name for path in (tmp_path / "new").iterdir()] == [".git"]


@pytest.mark.hurt
@pytest.mark.parametrize("how", ["a folder of objects", "an object", "a pack", "the packs"])
def test_no_object_is_written_through_a_link(cdr: Shell, asked: str, tmp_path: Path, how: str) -> None:
    own, outside = cdr.store / ".git" / "objects", tmp_path / "outside"
    if how == "a folder of objects":
        for number in range(256):
            there = own / f"{number:02x}"
            (outside / there.name).mkdir(parents=True)
            if there.exists():
                shutil.copytree(there, outside / there.name, dirs_exist_ok=True)
                shutil.rmtree(there)
            there.symlink_to(outside / there.name)
    elif how == "an object":
        outside.write_bytes(b"x")
        next(own.glob("[0-9a-f][0-9a-f]")).joinpath("0" * 38).symlink_to(outside)
    else:
        git(cdr.store, "gc", "-q")
        place = own / "pack" if how == "the packs" else next(own.glob("pack/*.pack"))
        shutil.move(place, outside)
        place.symlink_to(outside)
    before = contents(outside)
    cdr("list")
    if how != "an object":  # which a change would not write to, but take the place of
        assert "is a link or a pipe" in cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=78).err
    assert "is a link or a pipe" in cdr("doctor", code=1).out
    with pytest.raises(WrongConfiguration, match="is a link or a pipe"):
        packing.pack(Git(cdr.store))
    assert contents(outside) == before


@pytest.mark.hurt
def test_an_object_takes_the_place_of_a_link(cdr: Shell, tmp_path: Path) -> None:
    repository, outside = Git(cdr.store), tmp_path / "outside"
    outside.write_bytes(b"x")
    place = cdr.store / ".git" / "objects" / WRITTEN[:2] / WRITTEN[2:]
    place.parent.mkdir(exist_ok=True)
    place.symlink_to(outside)
    assert repository.keep(b"written").digest == WRITTEN
    assert outside.read_bytes() == b"x" and not place.is_symlink()
    assert repository.contents([WRITTEN]) == [b"written"]


@pytest.mark.hurt
@pytest.mark.parametrize(
    "name", ["cdr-pending", "cdr-stage", "cdr-stage.lock", "cdr.lock", "cdr-mail-taken", "index", "index.lock"]
)
def test_a_folder_in_place_of_a_file(cdr: Shell, asked: str, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """What stands in the way is named with what to do, and what does not is no matter."""
    real = git_locks._until
    monkeypatch.setattr(git_locks, "_until", lambda is_done, locks, wait: real(is_done, locks, 0.2))
    there = cdr.store / ".git" / name
    there.unlink() if there.exists() else None
    there.mkdir()
    cdr("list")
    cdr("show", asked)
    if name.startswith("cdr-stage"):
        cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")
        return
    answer = cdr("milestone", asked, "ncmd_told", as_of="2026-01-24", code=75 if name == "index.lock" else 78)
    assert str(there) in answer.err
    there.rmdir()
    cdr("milestone", asked, "ncmd_told", as_of="2026-01-24")


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize("kept", ["cdr-stage", "cdr-stage.lock", "cdr-config"])
def test_an_index_of_somebodys_own_is_not_put_elsewhere(cdr: Shell, asked: str, tmp_path: Path, kept: str) -> None:
    """The index is made ready where nothing can have been planted, before and after what a note of a crash asks for."""
    victim = tmp_path / "victim"
    victim.write_bytes(b"precious")
    (cdr.store / ".git" / kept).symlink_to("../../victim")
    for _ in range(2):
        (cdr.store / ".git" / "index").write_bytes(b"not an index" + bytes(20))
        pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
        document(cdr.store, asked).write_bytes(b"x")
        cdr("list")
        cdr("verify", "--repair")
        assert victim.read_bytes() == b"precious"
    assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == ""


def test_an_outbox_that_leads_elsewhere(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    """Nothing is taken away there, nothing is written there, and whose folder it is may go on looking into it."""
    home = tmp_path / "home"
    home.mkdir(mode=0o755)
    for name in (".cdr-a0b1_c2d.part", ".cdr-chaser"):
        (home / name).write_bytes(b"x")
    (cdr.store / "outbox").rmdir() if (cdr.store / "outbox").exists() else None
    (cdr.store / "outbox").symlink_to(home)
    cdr("list")
    before = head(cdr.store)
    assert f"{cdr.store}/outbox is a link" in cdr("request", sudi, "northshire-police", as_of="2026-01-09", code=78).err
    assert "outbox is a link" in cdr("doctor", code=1).out
    assert contents(home).keys() == {".cdr-a0b1_c2d.part", ".cdr-chaser"} and home.stat().st_mode & 0o777 == 0o755
    assert head(cdr.store) == before
    (cdr.store / "outbox").unlink()
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")


def _tree_of_somebodys(store: Path) -> str:
    """A commit that nobody signed, of a file that only the folder's owner has."""
    blob = git(store, "hash-object", "-w", "--stdin", data=b"years of work")
    return git(store, "commit-tree", git(store, "mktree", data=f"100644 blob {blob}\tthesis.txt\n".encode()), "-m", "x")


@pytest.mark.hurt
@pytest.mark.parametrize("old", ["by nobody", "nothing", "no parent of it", "a step of the history"])
def test_a_note_of_a_crash_takes_nothing_away(cdr: Shell, asked: str, old: str) -> None:
    """Whatever commits it names: nothing that nobody recorded goes, and what is not recorded yet is kept."""
    configuration = cdr.store / "cdr.yaml"
    if old == "a step of the history":
        cdr("agency", "edit", "northshire-police", "--email", "new@northshire-police.example")
    before = {"by nobody": _tree_of_somebodys(cdr.store), "nothing": objects.EMPTY_TREE, "no parent of it": "",
              "a step of the history": git(cdr.store, "rev-parse", "HEAD^")}[old]  # fmt: skip
    (cdr.store / "thesis.txt").write_bytes(b"years of work")
    configuration.write_text(configuration.read_text() + "# mine\n")
    mine = configuration.read_bytes()
    pend(cdr.store, before)
    cdr("list")
    assert (cdr.store / "thesis.txt").read_bytes() == b"years of work"
    kept = [configuration, *(cdr.store / ".git").glob("cdr-aside/*/cdr.yaml")]
    assert mine in [file.read_bytes() for file in kept]
    assert old == "a step of the history" or configuration.read_bytes() == mine
    assert not (cdr.store / ".git" / "cdr-pending").exists()


@pytest.mark.hurt
def test_a_note_of_a_crash_in_a_folder_that_is_not_fit_to_be_written_to(cdr: Shell, asked: str, tmp_path: Path) -> None:
    (tmp_path / "away").mkdir()
    (cdr.store / ".git" / "cdr-aside").symlink_to("../../away")
    document(cdr.store, asked, "requests").unlink()
    document(cdr.store, asked, "requests").mkdir()
    pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
    cdr("list")
    cdr("verify", "--repair", code=78)
    assert list((tmp_path / "away").iterdir()) == [] and document(cdr.store, asked, "requests").is_dir()
    assert (cdr.store / ".git" / "cdr-pending").exists()


@pytest.mark.hurt
def test_nothing_is_written_before_a_history_is_found_good(
    cdr: Shell, asked: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document(cdr.store, asked, "requests").unlink()
    (cdr.store / ".git" / "cdr.lock").unlink()
    (cdr.store / ".git" / ".cdr-a0b1_c2d.part").write_bytes(b"x")
    pend(cdr.store, git(cdr.store, "rev-parse", "HEAD^"))
    before = contents(cdr.store)
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    for command in (["list"], ["show", asked], ["verify"], ["doctor"]):
        cdr(*command, code=1 if command[0] in ("verify", "doctor") else 76)
    assert contents(cdr.store) == before
    cdr("verify", "--root", people.member)
    assert document(cdr.store, asked, "requests").exists() and not list((cdr.store / ".git").glob(".cdr-*"))


def test_a_note_of_a_crash_that_is_none(cdr: Shell, asked: str, tmp_path: Path) -> None:
    """It is found before anything is verified, so it may only ever name commits."""
    for old in (
        f"--output={tmp_path}/written",
        "HEAD",
        "refs/heads/main",
        "0" * 40,
        "4b825dc642cb6eb9a060e54bf8d69288fbee4905",
    ):
        (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": old, "new": head(cdr.store)}))
        cdr("show", asked)
    assert not (tmp_path / "written").exists()


@pytest.mark.hurt
@pytest.mark.parametrize("name", [".git", ".GIT", "..", ".", "a/b", ""])
def test_a_tree_that_leads_elsewhere(cdr: Shell, asked: str, name: str) -> None:
    """As a crash would leave it, in a commit by no one: what is brought forward must not land in .git or outside."""
    blob = bytes.fromhex(git(cdr.store, "hash-object", "-w", "--stdin", data=b"#!/bin/sh\ntouch sprung\n"))
    inner = git_object(cdr.store, "tree", b"100755 post-commit\0" + blob)
    raw = subprocess.run(
        ["git", "-C", cdr.store, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True
    ).stdout
    tree = git_object(cdr.store, "tree", b"40000 " + name.encode() + b"\0" + bytes.fromhex(inner) + raw)
    before = head(cdr.store)
    lines = f"tree {tree}\nparent {before}\nauthor x <x> 1 +0000\ncommitter x <x> 1 +0000\n\nx\n"
    commit = git_object(cdr.store, "commit", lines.encode())
    (cdr.store / ".git" / "refs" / "heads" / "main").write_text(commit + "\n")
    (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": before, "new": commit}))
    for command in (["list"], ["show", asked], ["milestone", asked, "ncmd_told"]):
        cdr(*command, code=76)
    assert not list(cdr.store.parent.rglob("post-commit"))


@pytest.mark.hurt
@pytest.mark.parametrize("how", ["wide", "deep"])
def test_a_tree_of_a_few_objects_and_very_many_paths(
    cdr: Shell, asked: str, people: People, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Signed by a key that may write: it is named, and costs neither minutes nor all of the memory."""
    assert objects.MOST_FILES == 400_000
    monkeypatch.setattr(objects, "MOST_FILES", 50_000)  # it is reached sooner
    names = [f"{number:02}" for number in range(60)] if how == "wide" else ["d" * 200]
    mode, id_ = "100644", git(cdr.store, "hash-object", "-w", "--stdin", data=b"x")
    for _ in range(12 if how == "wide" else 60):
        id_ = git_object(
            cdr.store, "tree", b"".join(f"{mode} {name}\0".encode() + bytes.fromhex(id_) for name in names)
        )
        mode = "40000"
    raw = subprocess.run(
        ["git", "-C", cdr.store, "cat-file", "tree", "HEAD^{tree}"], capture_output=True, check=True
    ).stdout
    tree = git_object(cdr.store, "tree", raw + b"40000 zz\0" + bytes.fromhex(id_))
    commit = git(cdr.store, "commit-tree", tree, "-p", "HEAD", f"-S{people.chaser}", "-m", "x", home=people.chaser_home)
    (cdr.store / ".git" / "refs" / "heads" / "main").write_text(commit + "\n")
    for command in (["list"], ["show", asked], ["milestone", asked, "ncmd_told"]):
        assert "more files than a store can have" in cdr(*command, code=76).err


def holds_the_secret(folder: Path) -> list[str]:
    """The files below a folder that hold it, also as an object of git's."""
    return [
        str(path)
        for path in folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and (SECRET in path.read_bytes() or _inflated(path.read_bytes()).endswith(SECRET))
    ]


def _inflated(raw: bytes) -> bytes:
    try:
        return zlib.decompress(raw)
    except zlib.error:
        return b""


def test_repair_keeps_a_link_as_a_link(cdr: Shell, asked: str, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_bytes(SECRET)
    there = document(cdr.store, asked, "case")
    was = there.read_bytes()
    there.unlink()
    there.symlink_to("../../../secret.txt")
    cdr("verify", "--repair")
    assert there.read_bytes() == was and not there.is_symlink()
    assert holds_the_secret(cdr.store) == []
    [kept] = [path for path in (cdr.store / ".git" / "cdr-aside").rglob("*") if path.is_symlink()]
    assert str(kept.readlink()) == "../../../secret.txt"
    assert (tmp_path / "secret.txt").read_bytes() == SECRET


def test_repair_keeps_nothing_larger_than_a_document(cdr: Shell, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(putting_back, "LARGEST_KEPT", 1000)
    there = document(cdr.store, asked, "case")
    was = there.read_bytes()
    there.write_bytes(b"x" * 1001)
    assert "could not be kept aside" in cdr("verify", "--repair", code=74).err
    there.write_bytes(b"x")
    cdr("verify", "--repair")
    assert there.read_bytes() == was


@pytest.mark.parametrize("name", [".gitattributes", ".gitignore"])
@pytest.mark.parametrize("what", ["link", "pipe", "large", "folder"])
def test_init_records_nothing_from_outside(people: People, member: str, tmp_path: Path, name: str, what: str) -> None:
    store = tmp_path / "prepared"
    store.mkdir()
    (tmp_path / "secret.txt").write_bytes(SECRET)
    if what == "link":
        (store / name).symlink_to(tmp_path / "secret.txt")
    elif what == "pipe":
        os.mkfifo(store / name)
    elif what == "folder":
        (store / name).mkdir()
    else:
        (store / name).write_bytes(b"#" * 100_000)
    answer = run(["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member])
    assert answer.code == 65 and name in answer.err
    assert holds_the_secret(store) == []
    assert [path.name for path in store.iterdir()] == [name]


PREPARED = [
    "cases/2026-7K3M/case.yaml.gpg", "cases/2026-7K3M/notification.yaml.gpg", "keys/" + "A" * 40 + ".asc", "panels/x.yaml.gpg",
    "reports/2025-26.yaml.gpg", "reference/england.yaml", "templates/letters/invitation.txt", "cdr.yaml", "keys/notes",
]  # fmt: skip


@pytest.mark.parametrize("path", PREPARED)
def test_init_makes_nothing_of_somebody_elses_authentic(people: People, member: str, tmp_path: Path, path: str) -> None:
    store = tmp_path / "prepared"
    git(tmp_path, "init", "-q", "-b", "main", "prepared")
    (store / path).parent.mkdir(parents=True, exist_ok=True)
    (store / path).write_text("{{ who.made.this }}\n")
    (store / "README.md").write_text("x\n")
    git(store, "add", "-A")
    git(store, "commit", "-q", "-m", "before")
    (store / path).unlink()  # so that nothing is seen in the folder
    before = git(store, "log", "--format=%H")
    words = ["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    answer = run(words)
    assert answer.code == 65 and path in answer.err and "in the places of a store already" in answer.err
    assert git(store, "log", "--format=%H") == before
    assert run(words).code == 65  # the same once more, whatever the first run left
    git(store, "commit", "-q", "-a", "-m", "without")
    assert run(words).code == 0
    assert {one for one in git(store, "ls-tree", "-r", "--name-only", "HEAD").split("\n") if one == path} <= {
        "cdr.yaml"
    }
    assert findings(Shell(store), code=0) == {("file-name", "README.md")}


def test_an_interrupted_init_is_not_finished_with_what_somebody_put_into_it(
    people: People, member: str, tmp_path: Path
) -> None:
    store = tmp_path / "prepared"
    words = ["init", str(store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
    assert run(words).code == 0
    (store / "templates" / "letters" / "invitation.txt").write_text("x\n")
    git(store, "add", "-A")
    git(store, "commit", "-q", "--amend", f"-S{people.member}", "-m", "cdr: init", home=people.home)
    (store / ".git" / "cdr-init").write_bytes(b"")
    answer = run(words)
    assert answer.code == 65 and "templates/letters/invitation.txt" in answer.err
