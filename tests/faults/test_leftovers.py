"""What crashes of cdr and of git leave behind: locks, a broken index, a note, half-written files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell
from store.hands import document, findings, git, head

FORM = str(EXAMPLES / "form-a-sudi.yaml")
LOCKS = ["index.lock", "HEAD.lock", "refs/heads/main.lock", "cdr-index.lock", "cdr-index", "cdr.lock"]


@pytest.mark.parametrize("name", LOCKS)
def test_a_stale_lock(cdr: Shell, sudi: str, name: str) -> None:
    (cdr.store / ".git" / name).write_bytes(b"")
    cdr("list")
    cdr("show", sudi)
    cdr("request", sudi, as_of="2026-01-09")
    assert git(cdr.store, "status", "--porcelain") == ""
    assert findings(cdr, code=0) == set()


@pytest.mark.parametrize("keep", [None, 0, 7, 100])
def test_a_broken_index_is_never_trusted(cdr: Shell, sudi: str, keep: int | None) -> None:
    index = cdr.store / ".git" / "index"
    index.unlink() if keep is None else index.write_bytes(index.read_bytes()[:keep])
    cdr("list")
    cdr("show", sudi)
    path = document(cdr.store, sudi)
    right = path.read_bytes()
    path.write_bytes(right[:-1])
    cdr("show", sudi, code=76)
    path.write_bytes(right)
    cdr("request", sudi, as_of="2026-01-09")
    assert git(cdr.store, "status", "--porcelain") == ""
    assert findings(cdr, code=0) == set()


def _leave_undone(cdr: Shell, case: str) -> tuple[str, str]:
    """The repository as a kill between the ref and the work tree leaves it: the note, and the files of before."""
    before = head(cdr.store)
    ledger = document(cdr.store, case, "requests")
    old = ledger.read_bytes()
    index = (cdr.store / ".git" / "index").read_bytes()
    cdr("request", case, "northshire-police", as_of="2026-01-09")
    ledger.write_bytes(old)
    (cdr.store / ".git" / "index").write_bytes(index)
    (ledger.parent / ".cdr-half").write_bytes(b"half")
    (cdr.store / ".git" / ".cdr-half").write_bytes(b"half")
    (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": before, "new": head(cdr.store)}))
    return before, head(cdr.store)


@pytest.mark.parametrize("command", [["list"], ["show"], ["verify"], ["request"]])
def test_what_was_left_undone_is_done_at_the_next_start(cdr: Shell, sudi: str, command: list[str]) -> None:
    _leave_undone(cdr, sudi)
    cdr(*command, *([sudi] if command[0] in ("show", "request") else []), as_of="2026-01-10")
    assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == ""
    assert not list((cdr.store / ".git").glob("*cdr-half")) + list((cdr.store / ".git").glob("cdr-pending"))
    assert findings(cdr, code=0) == set()


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b"null", b'{"old": 1, "new": 2}', b'{"old": "x", "new": "y"}', b"\xff"])
def test_a_note_that_cannot_be_read_stops_nothing(cdr: Shell, sudi: str, note: bytes) -> None:
    (cdr.store / ".git" / "cdr-pending").write_bytes(note)
    cdr("show", sudi)
    cdr("request", sudi, as_of="2026-01-09")
    assert not (cdr.store / ".git" / "cdr-pending").exists()
    assert findings(cdr, code=0) == set()


def test_a_note_about_a_change_that_was_not_published(cdr: Shell, sudi: str) -> None:
    before, after = _leave_undone(cdr, sudi)
    git(cdr.store, "update-ref", "refs/heads/main", before)
    git(cdr.store, "read-tree", before)
    cdr("list", code=76)  # the newer head was seen here already
    (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": before, "new": "0" * 39 + "1"}))
    git(cdr.store, "update-ref", "refs/heads/main", after)
    cdr("verify", "--repair")
    assert git(cdr.store, "status", "--porcelain") == ""


def test_own_edits_survive_what_is_mended(cdr: Shell, sudi: str) -> None:
    _leave_undone(cdr, sudi)
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + "# not committed yet\n")
    cdr("show", sudi)
    assert path.read_text().endswith("# not committed yet\n")


def test_damaged_objects_are_found(cdr: Shell, sudi: str) -> None:
    blob = git(cdr.store, "rev-parse", f"HEAD:cases/{sudi}/notification.yaml.gpg")
    path = cdr.store / ".git" / "objects" / blob[:2] / blob[2:]
    raw = path.read_bytes()
    path.chmod(0o600)
    for damaged in (raw[:40], b"", raw[:-9] + b"\0" * 9):
        path.write_bytes(damaged)
        assert {check for check, _ in findings(cdr)} >= {"repository"}
    path.unlink()
    assert {check for check, _ in findings(cdr)} >= {"repository"}
    path.write_bytes(raw)
    assert findings(cdr, code=0) == set()


def test_a_damaged_commit_is_found(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    commit = head(cdr.store)
    path = cdr.store / ".git" / "objects" / commit[:2] / commit[2:]
    raw = path.read_bytes()
    path.chmod(0o600)
    path.write_bytes(raw[:30])
    assert "missing or damaged" in cdr("list", code=76).err
    assert cdr("verify", code=1).out
    path.write_bytes(raw)
    cdr("list")
