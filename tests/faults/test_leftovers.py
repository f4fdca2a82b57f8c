"""What crashes of cdr and of git leave behind: locks, a broken index, a note, half-written files."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import document, findings, git, head

from cdr import disk
from cdr.store import git_locks
from cdr.store.git import Git

FORM = str(EXAMPLES / "form-a-sudi.yaml")
OWN_LOCKS = [("index.lock", git_locks.MARK), ("config.lock", git_locks.MARK)]
OWN_LOCKS += [(name, b"") for name in ("cdr-stage.lock", "cdr-stage", "cdr-config.lock", "cdr.lock")]
HALF, HALF_FOLDER = ".cdr-a0b1_c2d.part", ".cdr-z9y8_x7w.part"  # as cdr names what it is making
OTHERS_LOCKS = ["index.lock", "HEAD.lock", "refs/heads/main.lock"]


@pytest.mark.parametrize(("name", "content"), OWN_LOCKS)
def test_a_lock_that_cdr_left(cdr: Shell, sudi: str, name: str, content: bytes) -> None:
    (cdr.store / ".git" / name).write_bytes(content)
    cdr("list")
    cdr("show", sudi)
    cdr("request", sudi, as_of="2026-01-09")
    assert git(cdr.store, "status", "--porcelain") == ""
    assert findings(cdr, code=0) == set()


@pytest.mark.parametrize("name", OTHERS_LOCKS)
def test_a_lock_of_another_program_is_left_alone(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    real = git_locks._until
    monkeypatch.setattr(git_locks, "_until", lambda is_done, locks, wait: real(is_done, locks, 0.2))
    lock = cdr.store / ".git" / name
    lock.write_bytes(b"")
    before = head(cdr.store)
    cdr("list")
    cdr("show", sudi)
    assert str(lock) in cdr("request", sudi, as_of="2026-01-09", code=75).err
    assert lock.read_bytes() == b"" and head(cdr.store) == before and not list((cdr.store / "outbox").glob("*.eml"))
    lock.unlink()
    cdr("request", sudi, as_of="2026-01-09")


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


@pytest.mark.parametrize("left", [0, 1, 19, 20, 21, None])
def test_one_byte_of_the_index_is_enough(
    cdr: Shell, sudi: str, left: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever a piece of it ends: git itself would take it for whole. `left`: so much is in the last piece; None: all are small."""
    repository = Git(cdr.store).repository
    right = repository.index.read_bytes()
    monkeypatch.setattr(disk, "PIECE", 64 if left is None else len(right) - left)
    assert b"".join(repository.index_in_pieces()) == right
    repository.index.write_bytes(right[:-20] + bytes(20))  # as newer versions of git may leave it
    assert b"".join(repository.index_in_pieces()) == right[:-20] + bytes(20)
    for place in (0, 4, len(right) // 2, len(right) - 21, len(right) - 1):
        repository.index.write_bytes(right[:place] + bytes([right[place] ^ 1]) + right[place + 1 :])
        with pytest.raises(OSError, match="not whole"):
            list(repository.index_in_pieces())
    for raw in (b"", right[:19], right[:40], right + b"\0"):
        repository.index.write_bytes(raw)
        with pytest.raises(OSError, match="not whole"):
            list(repository.index_in_pieces())


def _leave_undone(cdr: Shell, case: str) -> tuple[str, str]:
    """The repository as a kill between the ref and the work tree leaves it: the note, and the files of before."""
    cdr("request", case, "northtown-general", as_of="2026-01-09")
    before = head(cdr.store)
    ledger = document(cdr.store, case, "requests")
    old = ledger.read_bytes()
    index = (cdr.store / ".git" / "index").read_bytes()
    cdr("request", case, "northshire-police", as_of="2026-01-09")
    ledger.write_bytes(old)
    (cdr.store / ".git" / "index").write_bytes(index)
    for folder in (ledger.parent, cdr.store / ".git"):
        (folder / HALF).write_bytes(b"half")
    (cdr.store / ".git" / "cdr-pending").write_text(json.dumps({"old": before, "new": head(cdr.store)}))
    return before, head(cdr.store)


@pytest.mark.parametrize("command", [["list"], ["show"], ["verify"], ["request"]])
def test_what_was_left_undone_is_done_at_the_next_start(cdr: Shell, sudi: str, command: list[str]) -> None:
    _leave_undone(cdr, sudi)
    cdr(*command, *([sudi] if command[0] in ("show", "request") else []), as_of="2026-01-10")
    assert git(cdr.store, "status", "--porcelain", "--untracked-files=all") == ""
    assert not list((cdr.store / ".git").glob(HALF)) + list((cdr.store / ".git").glob("cdr-pending"))
    assert findings(cdr, code=0) == set()


@pytest.mark.parametrize(
    "note", [b"", b"{", b"[]", b"null", b'{"old": 1, "new": 2}', b'{"old": "x", "new": "y"}', b"\xff"]
)
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
    assert f"The object {commit[:12]} of the repository is damaged" in cdr("list", code=76).err
    assert cdr("verify", code=1).out
    path.write_bytes(raw)
    cdr("list")


# ---- half-written files ----------------------------------------------------------------------------------------------

WRITING = """
import sys, pathlib; from cdr import disk
from cdr.store import git_locks
from cdr.store.git import Git
path = pathlib.Path(sys.argv[1])
print("ready", flush=True)
for number in range(int(sys.argv[2])):
    disk.write_whole(path, f"{number:09}".encode() * 9999)
    with disk.aside(path.parent) as folder:
        (folder / "x").write_text("x")
"""


def _writer(path: Path, times: int) -> subprocess.Popen[bytes]:
    started = subprocess.Popen([sys.executable, "-c", WRITING, str(path), str(times)], stdout=subprocess.PIPE)
    assert started.stdout and started.stdout.readline() == b"ready\n"
    return started


def _places(cdr: Shell) -> list[Path]:
    """Every folder of its own in which cdr makes something ready."""
    state = Path(os.environ["XDG_STATE_HOME"]) / "cdr"
    return [cdr.store / "outbox", cdr.store / ".git", state, state / "kept"]


@pytest.mark.parametrize("command", ["list", "show", "verify", "request"])
def test_what_killed_runs_left_half_made_is_swept_and_a_live_ones_is_not(cdr: Shell, sudi: str, command: str) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    places = _places(cdr)
    assert len(places) == 4
    for place in places:
        (place / HALF).write_bytes(b"half")
        (place / HALF_FOLDER).mkdir()
        (place / HALF_FOLDER / "x").write_bytes(b"half")
    with disk.aside(cdr.store / "outbox") as live:
        cdr(command, *([sudi] if command in ("show", "request") else []), as_of="2026-01-10")
        assert [path for place in places for path in place.glob(".cdr-*")] == [live]
    cdr("list")


def test_a_killed_writer_leaves_a_whole_file_and_nothing_else_after_a_sweep(tmp_path: Path) -> None:
    path, seen = tmp_path / "file", 0
    for number in range(12):
        writer = _writer(path, 10_000)
        time.sleep(number / 200)
        writer.send_signal(signal.SIGKILL)
        writer.communicate()
        seen += len(list(tmp_path.glob(".cdr-*")))
        disk.sweep(tmp_path)
        assert list(tmp_path.glob(".*")) == []
        assert not path.exists() or len(set(path.read_bytes()[n : n + 9] for n in range(0, 9999 * 9, 9))) == 1
    assert seen, "no kill came in time"


def test_who_sweeps_takes_nothing_from_who_writes(tmp_path: Path) -> None:
    writer = _writer(tmp_path / "file", 300)
    while writer.poll() is None:
        disk.sweep(tmp_path)
    writer.communicate()
    assert writer.returncode == 0 and (tmp_path / "file").read_bytes() == b"000000299" * 9999


def test_in_a_persons_folder_only_what_is_certainly_cdrs_is_swept(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    there = tmp_path / "theirs"
    there.mkdir()
    for name in (".cdr-holidays", ".cdr-notes.part", ".cdr-abcdefgh.part"):
        (there / name).write_bytes(b"x")
    cdr("timeline", sudi, "-o", there / "timeline.txt")
    assert sorted(path.name for path in there.iterdir()) == [".cdr-holidays", ".cdr-notes.part", "timeline.txt"]


@pytest.mark.parametrize("where", ["outbox", ".git", ""])
def test_what_bears_no_name_of_cdrs_is_not_swept(cdr: Shell, sudi: str, where: str) -> None:
    """Such as the folder of the chaser's own key, which the documentation calls `.cdr-chaser`."""
    there = cdr.store / where
    there.mkdir(exist_ok=True)
    (there / ".cdr-chaser").mkdir()
    for name in (".cdr-chaser/key", ".cdr-note", ".cdr-notes.part"):
        (there / name).write_bytes(b"x")
    cdr("list")
    cdr("agency", "edit", "northshire-police", "--email", "new@northshire-police.example")
    assert sorted(path.name for path in there.glob(".cdr-*")) == [".cdr-chaser", ".cdr-note", ".cdr-notes.part"]
    for name in (".cdr-chaser/key", ".cdr-note", ".cdr-notes.part"):
        (there / name).unlink()
    (there / ".cdr-chaser").rmdir()


def test_a_store_is_made_beside_what_stands_in_the_folder(people: People, member: str, tmp_path: Path) -> None:
    (tmp_path / ".cdr-chaser").mkdir()
    (tmp_path / ".cdr-abcdefgh.part" / ".git").mkdir(parents=True)  # as a killed `cdr init` leaves it
    for name in (".cdr-chaser/key", ".cdr-note"):
        (tmp_path / name).write_bytes(b"x")
    assert run(["init", str(tmp_path), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]).code == 0
    assert {path.name for path in tmp_path.glob(".cdr-*")} == {".cdr-chaser", ".cdr-note"}
    assert (tmp_path / ".cdr-chaser" / "key").exists()


def test_a_note_that_is_nested_without_end(cdr: Shell, sudi: str) -> None:
    for note in (b"[" * 4000, b"[" * 100_000):
        (cdr.store / ".git" / "cdr-pending").write_bytes(note)
        cdr("list")
        assert not (cdr.store / ".git" / "cdr-pending").exists()


@pytest.mark.parametrize("missing", ["gpg", "git"])
def test_the_demonstration_without_a_tool(tmp_path: Path, missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bin").mkdir()
    for name in {"gpg", "git", "gpg-agent", "gpgconf"} - {missing}:
        with suppress(OSError):
            (tmp_path / "bin" / name).symlink_to(str(shutil.which(name)))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    answer = run(["demo", str(tmp_path / "demo")])
    assert answer.code == 69 and "is not installed" in answer.err and not (tmp_path / "demo").exists()
