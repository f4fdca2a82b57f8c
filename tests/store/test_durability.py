"""What is done for a power cut, and what the size of a file tells: seen at the real programs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import git, head, sign_commit

from cdr import disk
from cdr.store import transaction
from cdr.store.crypto import Gnupg
from cdr.store.git import Git


def test_a_new_store_is_written_to_the_disk_by_who_works_in_it_by_hand_too(tmp_path: Path, member: str) -> None:
    store = Shell(tmp_path / "new")
    answer = store("init", tmp_path / "new", "--config", EXAMPLES / "store.yaml", "--member", member)
    assert "is ready" in answer.err
    assert git(tmp_path / "new", "config", "--local", "core.fsync") == "all"


@pytest.mark.parametrize("verb", ["notify", "attach", "agency", "request"])
def test_the_branch_is_on_the_disk_before_it_holds_a_change_and_after(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    """What it is to hold first, then its name."""
    words: dict[str, list[str | Path]] = {
        "notify": ["notify", "--from", EXAMPLES / "form-a-suicide.yaml"],
        "attach": ["attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other"],
        "agency": ["agency", "edit", "northshire-police", "--email", "new@northshire-police.example"],
        "request": ["request", sudi, "northshire-police"],
    }
    done: list[tuple[str, str]] = []
    fsync, replace = os.fsync, Path.replace

    def noted(descriptor: int) -> None:
        place = Path(f"/proc/self/fd/{descriptor}").readlink()
        done.append((str(place), place.read_text().strip() if place.name == "main.lock" else ""))
        fsync(descriptor)

    def taken(path: Path, target: Path) -> Path:
        done.append((f"{path} -> {target}", ""))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "replace", taken)
    cdr(*words[verb], as_of="2026-04-01")
    heads = cdr.store / ".git/refs/heads"
    of_branch = [one for one in done if str(heads) in one[0]]
    lock, name = heads / "main.lock", heads / "main"
    assert of_branch == [(str(lock), head(cdr.store)), (f"{lock} -> {name}", ""), (str(heads), "")]


def test_the_logs_of_the_branch_are_as_git_reads_them(cdr: Shell, sudi: str) -> None:
    """For whoever looks where it stood before: `git reflog`, of the branch and of what is checked out."""
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-04-01")
    for name in ("HEAD", "main"):
        lines = git(cdr.store, "reflog", "show", "--format=%H %gs", name).splitlines()
        assert lines[0] == f"{head(cdr.store)} cdr: attach {sudi}" and len(lines) == 3
        assert [line.split()[0] for line in lines] == git(cdr.store, "log", "--format=%H").splitlines()


def test_a_branch_that_git_packed_is_moved_too(cdr: Shell, sudi: str) -> None:
    git(cdr.store, "pack-refs", "--all", "--prune")
    before = head(cdr.store)
    assert not (cdr.store / ".git/refs/heads/main").exists()
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-04-01")
    assert git(cdr.store, "rev-parse", "HEAD^") == before


def test_a_branch_of_a_name_in_folders_is_moved_too(cdr: Shell, sudi: str) -> None:
    """git leaves no empty folder of it where it packed the branch."""
    git(cdr.store, "branch", "-m", "north/shire/records")
    git(cdr.store, "pack-refs", "--all", "--prune")
    assert not (cdr.store / ".git/refs/heads/north").exists()
    before = head(cdr.store)
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-04-01")
    assert git(cdr.store, "rev-parse", "HEAD^") == before
    assert git(cdr.store, "reflog", "show", "--format=%H", "north/shire/records").splitlines()[0] == head(cdr.store)


def test_doctor_tells_of_a_copy_whose_own_git_does_not(cdr: Shell, sudi: str) -> None:
    assert "core.fsync" not in cdr("doctor", code=0).out
    git(cdr.store, "config", "core.fsync", "committed")
    assert f"git -C {cdr.store} config core.fsync all" in cdr("doctor").out


def test_an_object_is_on_the_disk_before_it_has_its_name(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Documents, folders and the commit alike, and the commit last."""
    asked: set[str] = set()
    named: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted(descriptor: int) -> None:
        asked.add(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def taken(path: Path, target: Path) -> Path:
        if ".git/objects/" in str(target):
            assert str(path) in asked
            named.append("".join(target.parts[-2:]))
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "replace", taken)
    before = git(cdr.store, "count-objects").split()[0]
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-04-01")
    made = int(git(cdr.store, "count-objects").split()[0]) - int(before)
    assert len(named) == made >= 6, "an attachment, the case, three folders and the commit"
    assert named[-1] == git(cdr.store, "rev-parse", "HEAD")
    assert git(cdr.store, "fsck", "--strict", "--no-dangling") == ""


def test_the_names_of_objects_are_on_the_disk_before_the_branch_has_them(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That an object has a name is asked for apart from what it holds."""
    done: list[str] = []
    publish, sync = Git.publish, disk.sync_folder

    def published(self: Git, new: str, old: str | None, why: str) -> None:
        done.append("published")
        publish(self, new, old, why)

    monkeypatch.setattr(Git, "publish", published)

    def synced(folder: Path) -> None:
        done.append(str(folder))
        sync(folder)

    monkeypatch.setattr(disk, "sync_folder", synced)
    objects = cdr.store / ".git/objects"
    before = {*objects.rglob("*")}
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-04-01")
    made = [path for path in objects.rglob("*") if path not in before and path.is_file()]
    first = done[: done.index("published")]
    assert len(made) >= 6
    assert {str(objects), *(str(path.parent) for path in made)} <= {*first}


def test_the_names_of_what_comes_from_elsewhere_are_on_the_disk_too(
    cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("backup", tmp_path / "backup.bundle")
    shared, done, sync = tmp_path / "shared.git", list[str](), disk.sync_folder
    git(tmp_path, "clone", "-q", "--bare", str(cdr.store), str(shared))

    def synced(folder: Path) -> None:
        done.append(str(folder))
        sync(folder)

    monkeypatch.setattr(disk, "sync_folder", synced)
    for new, source in ((tmp_path / "restored", tmp_path / "backup.bundle"), (tmp_path / "joined", shared)):
        cdr("restore", source, new)
        assert str(new / ".git/objects/pack") in done


def test_what_a_change_takes_away_is_off_the_disk_when_its_files_are_brought_forward(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a power cut brings back a file of an erased case, and no note tells that it is to go."""
    repository, path = Git(cdr.store), f"cases/{sudi}/notification.yaml.gpg"
    seen: list[tuple[Path, bool]] = []
    syncing = disk.sync_folder

    def synced(folder: Path) -> None:
        seen.append((folder, (cdr.store / path).exists()))
        syncing(folder)

    monkeypatch.setattr(disk, "sync_folder", synced)
    tip = git(cdr.store, "rev-parse", "HEAD").strip()
    there = repository.file(tip, path)
    transaction.put_back(repository, {path: None}, tip)
    assert ((cdr.store / path).parent, False) in seen
    transaction.put_back(repository, {path: there}, tip)


def test_documents_of_one_size_are_of_one_size_when_they_are_encrypted(people: People, member: str) -> None:
    """What would pack tighter is no shorter: the filled-up text is not compressed before it is encrypted."""
    bodies = (b"yes", b"x" * 3000, os.urandom(1500).hex().encode())
    sizes = {len(Gnupg().encrypt(body + b"\n" * (4096 - len(body)), [people.member, people.second])) for body in bodies}
    assert max(sizes) - min(sizes) <= 8, "a number in an OpenPGP packet is a byte shorter now and then"


def test_short_forms_and_long_ones_within_a_block_are_equally_large_in_the_folder(cdr: Shell, sudi: str) -> None:
    cdr("gate", sudi, "open", "criminal", as_of="2026-01-10")
    case = cdr.store / "cases" / sudi
    before = (case / "case.yaml.gpg").stat().st_size
    cdr("gate", sudi, "close", "criminal", "--on", "2026-01-11", as_of="2026-01-12")
    after = (case / "case.yaml.gpg").stat().st_size
    assert abs(after - before) <= 8


def test_doctor_tells_of_a_folder_that_others_may_look_into(cdr: Shell) -> None:
    """As `git clone` makes it: the documents are encrypted, and how many cases there are is to be seen."""
    assert "chmod 700" not in cdr("doctor").out
    cdr.store.chmod(0o755)
    assert f"chmod 700 {cdr.store}" in cdr("doctor").out


def test_doctor_tells_of_a_clock_that_is_behind_or_was_ahead(
    cdr: Shell, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "still to come" not in cdr("doctor").out
    for who in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{who}_DATE", "2060-01-02T12:00:00Z")
    sign_commit(cdr.store, people.home, people.member)
    assert "recorded on 2060-01-02" in cdr("doctor").out
    assert cdr("verify").code == 0  # what counts is the order of the history
