"""The machine is lost: a store from its backup, by who began it and by another member; and anchors that tell an older state."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import People, Shell, run
from store.hands import git, head, unchanged


@pytest.fixture
def backup(cdr: Shell, sudi: str, tmp_path: Path) -> Path:
    file = tmp_path / "elsewhere" / "cdr.bundle"
    file.parent.mkdir()
    made = cdr("backup", file, "--json").json
    assert made["commit"] == head(cdr.store) and made["bytes"] == file.stat().st_size
    assert (file.stat().st_mode & 0o077) == 0 and list(file.parent.iterdir()) == [file]
    return file


def test_the_machine_is_lost(
    cdr: Shell, sudi: str, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder and all that was kept beside it are gone; who began the store has their key, and goes on."""
    before = head(cdr.store)
    shutil.rmtree(cdr.store)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new-machine"))
    new = Shell(tmp_path / "new" / "store")
    answer = run(["restore", str(backup), str(new.store), "--json"])
    assert answer.code == 0, answer.err
    assert answer.json["accepted"] and answer.json["missing"] is None and answer.json["commit"] == before
    assert new("verify", "--json").json["findings"] == []
    assert "Amara" in new("show", sudi).out
    new("milestone", sudi, "support_offered", as_of="2026-01-12")
    assert git(new.store, "status", "--porcelain") == ""
    shutil.copytree(new.store, cdr.store, dirs_exist_ok=True)


def test_another_member_needs_the_root(
    cdr: Shell, sudi: str, backup: Path, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "new-machine"))
    there = tmp_path / "second"
    answer = run(["restore", str(backup), str(there)])
    assert answer.code == 1 and "cdr verify --root" in answer.err
    assert Shell(there)("list", code=76)
    assert Shell(there)("verify", "--root", people.member) and sudi in Shell(there)("list").out
    told = run(["restore", str(backup), str(tmp_path / "third"), "--root", people.member])
    assert told.code == 0 and told.out.strip() == str(tmp_path / "third")
    wrong = run(["restore", str(backup), str(tmp_path / "fourth"), "--root", people.second])
    assert wrong.code == 76 and not (tmp_path / "fourth").exists()


def test_what_is_older_than_what_was_seen_is_told(cdr: Shell, sudi: str, backup: Path, tmp_path: Path) -> None:
    cdr("milestone", sudi, "support_offered", as_of="2026-01-12")
    kept = tmp_path / "kept"
    shutil.move(cdr.store, kept)
    answer = run(["restore", str(backup), str(tmp_path / "again"), "--json"])
    assert answer.code == 1 and answer.json["missing"] == 1 and "later state of the store: 1 or so" in answer.err
    assert "Amara" in Shell(tmp_path / "again")("show", sudi).out
    shutil.move(kept, cdr.store)


def test_what_is_refused(cdr: Shell, backup: Path, tmp_path: Path) -> None:
    with unchanged(cdr.store):
        cdr("backup", cdr.store / "backup.bundle", code=65)
        cdr("backup", tmp_path / "no-folder" / "backup.bundle", code=66)
        cdr("backup", tmp_path, code=65)
    for spoilt in (b"", b"no bundle", backup.read_bytes()[:-40], backup.read_bytes()[:300]):
        file = tmp_path / "spoilt.bundle"
        file.write_bytes(spoilt)
        assert run(["restore", str(file), str(tmp_path / "made")]).code == 65
        assert not (tmp_path / "made").exists()
    assert run(["restore", str(tmp_path / "missing"), str(tmp_path / "made")]).code == 66
    assert run(["restore", str(backup), str(cdr.store)]).code == 65


def test_an_anchor_holds_until_something_is_taken_out(cdr: Shell, sudi: str, backup: Path, tmp_path: Path) -> None:
    cdr("milestone", sudi, "support_offered", as_of="2026-01-12")
    text = cdr("anchor", as_of="2026-01-13").out.strip()
    assert text.startswith("cdr-anchor 2026-01-13 ") and text.endswith(head(cdr.store)[:24])
    assert cdr("anchor", "--json", as_of="2026-01-13").json["text"] == text
    assert cdr("anchor", "verify", text, "--json").json["since"] == 0
    cdr("milestone", sudi, "support_offered", "--undo", as_of="2026-01-14")
    assert cdr("anchor", "verify", *text.split(), "--json").json["since"] == 1
    cdr("anchor", "verify", "nothing of the kind", code=65)
    count = text.split()[2]
    cdr("anchor", "verify", text.replace(f" {count} ", f" {int(count) + 1} "), code=76)
    cdr("anchor", "verify", text.replace(text.split()[-1], "0" * 24), code=76)
    run(["restore", str(backup), str(tmp_path / "older")])
    older = run(["--store", str(tmp_path / "older"), "anchor", "verify", text])
    assert older.code == 76 and "does not hold that anchor" in older.err
