"""What is kept beside the store is a cache: each file of it lost, cut or exchanged changes no answer, and raises no alarm."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import git, unchanged
from store.test_hostile_bytes import ends_soon

from cdr import disk

FORM = EXAMPLES / "form-a-sudi.yaml"
WRONG_TYPES = (
    b'{"a": {"head": 1, "count": "x", "keys": null}}', b'{"version": 7, "documents": [1]}', b'{"store": 5, "heads": [], "sum": 3}',
    b'{"places": {"x": 5}, "sum": ""}', b"[" * 5000, b"5", b"null", b'"text"',
)  # fmt: skip
JUNK: dict[str, Callable[[bytes], list[bytes]]] = {
    "nothing": lambda raw: [b""],
    "half of it": lambda raw: [raw[: len(raw) // 2]],
    "a byte less": lambda raw: [raw[:-1]],
    "a byte changed": lambda raw: [raw[: len(raw) // 2] + bytes([raw[len(raw) // 2] ^ 1]) + raw[len(raw) // 2 + 1 :]],
    "something else": lambda raw: [os.urandom(200), b"text\n" * 9],
    "other types": lambda raw: list(WRONG_TYPES),
}
KINDS = ("verified.json", "places.json", "seal.key", "*.kbx", "index", "cases/*", "asked/*")


def kept(folder: Path, kind: str) -> list[Path]:
    """The files of one kind; a new ring may stand beside one that was thrown away."""
    found = [
        path
        for path in folder.rglob(kind.rpartition("/")[2])
        if path.is_file() and path.parent.name == (kind.rpartition("/")[0] or path.parent.name)
    ]
    assert found, f"nothing is kept as {kind}"
    return found


@pytest.fixture
def answers(cdr: Shell, sudi: str, tmp_path: Path) -> Callable[[], tuple[str, str]]:
    """What two questions answer, of which one asks the whole index; both are right."""

    def ask() -> tuple[str, str]:
        return cdr("assurance", "--quarter", "2025/26-Q4", as_of="2026-01-10").out, cdr(
            "show", sudi, as_of="2026-01-10"
        ).out

    cdr("request", sudi, as_of="2026-01-09")
    assert "Amara" in ask()[1]
    return ask


@pytest.mark.parametrize("kind", ["seal.key", "verified.json", "places.json", "*.kbx", "index", "asked/*"])
def test_a_pipe_is_not_waited_for(
    cdr: Shell, sudi: str, answers: Callable[[], tuple[str, str]], tmp_path: Path, kind: str
) -> None:
    right = answers()
    for path in kept(tmp_path / "state" / "cdr", kind):
        path.unlink()
        os.mkfifo(path)
    with ends_soon():
        assert answers() == right
        cdr("milestone", sudi, "ncmd_told", "--on", "2026-01-10", as_of="2026-01-12")


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_that_is_not_what_was_kept(
    cdr: Shell, sudi: str, answers: Callable[[], tuple[str, str]], tmp_path: Path, kind: str
) -> None:
    right, state = answers(), tmp_path / "state" / "cdr"
    for name, junk in JUNK.items():
        for path in kept(state, kind):
            for content in junk(path.read_bytes()):
                if path.exists():
                    path.write_bytes(content)
                assert answers() == right, f"{kind} is {name}"
    for path in kept(state, kind):
        path.write_bytes(b"junk")
    assert cdr("verify", "--json").json["findings"] == []
    for path in kept(state, kind):
        path.write_bytes(b"junk")
    with unchanged(cdr.store):
        cdr("verify", "--repair")
    for path in kept(state, kind):
        path.unlink()
        path.mkdir()  # not even a file
    assert answers() == right
    cdr("milestone", sudi, "ncmd_told", "--on", "2026-01-10", as_of="2026-01-12")


def test_it_is_made_again_and_used(
    cdr: Shell, sudi: str, answers: Callable[[], tuple[str, str]], tmp_path: Path
) -> None:
    """What was thrown away is there again after the next question, whole."""
    right, state = answers(), tmp_path / "state" / "cdr"
    for kind in KINDS:
        for path in kept(state, kind):
            path.write_bytes(b"junk")
    assert answers() == right
    for kind in KINDS:
        assert all(path.read_bytes() != b"junk" for path in kept(state, kind)), kind
    before = _but_reads(state)
    assert answers() == right
    assert _but_reads(state) == before


def _but_reads(state: Path) -> dict[Path, bytes]:
    """All that is kept but for who opened what, and what was asked of git, which grow with each question."""
    files = [path for path in state.rglob("*") if path.is_file() and "reads" not in path.name]
    return {path: path.read_bytes() for path in files if path.parent.name != "asked"}


@pytest.mark.parametrize("kind", [*KINDS, "all"])
def test_what_another_store_kept(
    cdr: Shell, sudi: str, answers: Callable[[], tuple[str, str]], people: People, tmp_path: Path, kind: str
) -> None:
    """Of the same members, and of other ones: its files under this store's names."""
    right, state = answers(), tmp_path / "state" / "cdr"
    other = Shell(tmp_path / "other")
    assert (
        run(["init", str(other.store), "--config", str(EXAMPLES / "store.yaml"), "--member", people.member]).code == 0
    )
    other("notify", "--from", FORM, "--not-a-duplicate", "x", as_of="2026-01-09")
    other("list"), other("show", other("list", "--json").json["cases"][0]["case"])
    mine, its = (state / git(store.store, "rev-list", "--max-parents=0", "HEAD") for store in (cdr, other))
    for one in KINDS if kind == "all" else (kind,):
        if one == "places.json":
            continue  # that is one for all stores
        source = kept(its, one)[0]
        for path in kept(mine, one):
            path.write_bytes(source.read_bytes())
    if kind == "all":
        shutil.rmtree(mine)
        shutil.copytree(its, mine)
    assert answers() == right
    assert cdr("verify", "--json").json["findings"] == []


def test_a_rollback_is_noticed_all_the_same(cdr: Shell, sudi: str) -> None:
    """The sum guards against damage; what it says when it is whole still counts."""
    cdr("request", sudi, as_of="2026-01-09")
    git(cdr.store, "reset", "-q", "--hard", "HEAD~1")
    assert "rolled back" in cdr("list", code=76).err
    git(cdr.store, "reset", "-q", "--hard", "ORIG_HEAD")


def test_a_head_that_was_remembered_says_of_which_store(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    cdr("list")
    [path] = kept(tmp_path / "state" / "cdr", "verified.json")
    content = json.loads(path.read_bytes())
    assert (
        content["store"] == git(cdr.store, "rev-list", "--max-parents=0", "HEAD") and str(cdr.store) in content["heads"]
    )


def test_a_disk_without_room_for_it(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing can be kept, and everything works as if nothing had been."""
    small = tmp_path / "small"
    small.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", str(small)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        (small / "filler").write_bytes(b"x" * 12288)
        monkeypatch.setenv("XDG_STATE_HOME", str(small))
        assert sudi in cdr("list").out and "Amara" in cdr("show", sudi).out
        cdr("request", sudi, as_of="2026-01-09")
        assert cdr("verify", "--json").json["findings"] == []
        words = ["--config", str(EXAMPLES / "store.yaml"), "--member", people.member]
        assert run(["init", str(tmp_path / "new"), *words]).code == 0
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_what_is_half_made_lies_where_each_run_looks_for_it_however_many_cases_there_are(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = Path(os.environ["XDG_STATE_HOME"]) / "cdr"
    swept = {state, state / "kept"}
    made, make = set(), disk._made

    def seen(path: Path, data: bytes, mode: int, made_in: Path) -> AbstractContextManager[Callable[[], None]]:
        made.add(made_in)
        return make(path, data, mode, made_in)

    monkeypatch.setattr(disk, "_made", seen)
    cdr("show", sudi)
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    assert {one for one in made if state in (one, *one.parents)} <= swept
    assert state in made


KILLED = """
import os
from cdr.store.state import handed
with handed() as folder:
    (folder / "0.gpg").write_bytes(b"ciphertext")
    print(folder, flush=True)
    os.kill(os.getpid(), 9)
"""


def test_what_a_killed_run_handed_to_gnupg_goes_with_the_next(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    """Ciphertext of a case that is erased meanwhile would stay there else."""
    made = Path(subprocess.run([sys.executable, "-c", KILLED], stdout=subprocess.PIPE, text=True).stdout.strip())  # noqa: PLW1510
    assert made.parent == Path(os.environ["XDG_STATE_HOME"]) / "cdr" and (made / "0.gpg").exists()
    assert made.stat().st_mode & 0o777 == 0o700
    cdr("show", sudi)
    assert not made.exists()


def test_where_nothing_can_be_kept_it_lies_where_the_system_has_room(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[Path] = []
    real = disk.for_now

    @contextmanager
    def seen() -> Iterator[Path]:
        with real() as one:
            made.append(one)
            yield one

    monkeypatch.setattr(disk, "for_now", seen)
    monkeypatch.setattr("cdr.store.ownership.may_keep_in", lambda _: False)
    cdr("show", sudi)
    assert made and not any(one.exists() for one in made)
