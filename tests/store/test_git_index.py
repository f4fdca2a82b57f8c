"""git's index as cdr changes it in its bytes is what git makes of it; what is of another sort, or in the way, is left to git."""

from __future__ import annotations

import hashlib
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from conftest import Shell, many
from hypothesis import given, settings
from hypothesis import strategies as st
from store.hands import git, head
from store.test_many_cases import AGENCIES, recorded
from store.test_parts import with_closed

from cdr.store import git_index
from cdr.store.git import Git
from cdr.store.git_index import Entry

IDS = [b"\x11" * 20, bytes(range(20)), b"\0" * 19 + b"\1", b"TREE\0\0\0\x08" + b"\0" * 12]
NAMES = ["a", "a-b", "a.b", "ab", "cases", "é", "long" * 20, "z"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
THERE = st.dictionaries(PATHS, st.integers(0, 3), max_size=30)
PUT = st.dictionaries(PATHS, st.one_of(st.none(), st.integers(0, 3)), min_size=1, max_size=5)


def changed(raw: bytes, files: Mapping[bytes, Entry | None]) -> bytes | None:
    found = git_index.changed(raw, files)
    return None if found is None else b"".join(found)


def asked(folder: Path, *words: str, data: bytes = b"") -> bytes:
    return subprocess.run(["git", "-C", str(folder), *words], input=data, capture_output=True, check=True).stdout


def staged(folder: Path, put: Mapping[str, int | None], *how: str) -> bool:
    """Have git put files into its index; whether it did."""
    lines = [f"0 {'0' * 40}\t{path}" if n is None else f"100644 {IDS[n].hex()}\t{path}" for path, n in put.items()]
    command = ["git", "-C", str(folder), "update-index", *how, "-z", "--index-info"]
    done = subprocess.run(
        command, input="".join(f"{one}\0" for one in lines).encode(), capture_output=True, check=False
    )
    return done.returncode == 0


def entries(put: dict[str, int | None]) -> dict[bytes, Entry | None]:
    return {path.encode(): None if n is None else (0o100644, IDS[n]) for path, n in put.items()}


def in_the_way(paths: set[str], put: dict[str, int | None]) -> bool:
    new = {path for path, n in put.items() if n is not None}
    return any(one.startswith(f"{other}/") for one in paths | new for other in paths | new if {one, other} & {*put})


def without_cache(raw: bytes) -> bytes:
    """An index as git writes it, without what git can do without."""
    end = git_index._end_of_entries(raw)
    assert end is not None and (end == len(raw) - 20 or raw[end : end + 4] == b"TREE")
    return raw[:end] + hashlib.sha1(raw[:end], usedforsecurity=False).digest()


@settings(max_examples=many(80))
@given(THERE, PUT, st.booleans(), st.integers(0, 40))
def test_what_is_put_into_the_index_is_what_git_puts(
    there: dict[str, int], put: dict[str, int | None], with_cache: bool, others: int
) -> None:
    with tempfile.TemporaryDirectory() as aside:
        folder = Path(aside)
        asked(folder, "init", "-q")
        for number in range(others):  # of which git knows what the system says of the file
            path = folder / f"cases/2026-{number:04}/{'x' * (number % 9 + 1)}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"%d" % number)
        asked(folder, "add", "-A")
        staged(folder, there, "--replace")
        if with_cache:
            asked(folder, "write-tree", "--missing-ok")
        index = folder / ".git/index"
        if not index.is_file():
            return
        raw = index.read_bytes()
        known = {*asked(folder, "ls-files", "-z").decode().split("\0")} - {""}
        found = changed(raw, entries(put))
        if in_the_way(known, put):
            assert found is None or staged(folder, put)
        else:
            assert found is not None and staged(folder, put)
        assert found is None or found == without_cache(index.read_bytes())


@pytest.fixture
def whole(tmp_path: Path) -> Iterator[Path]:
    """The index of a repository with some hundred files."""
    asked(tmp_path, "init", "-q", "-b", "main")
    for number in range(300):
        path = tmp_path / f"cases/2026-{number // 3:04}/{'abc'[number % 3]}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    asked(tmp_path, "add", "-A")
    yield tmp_path / ".git/index"


PLAIN: dict[bytes, Entry | None] = {b"cases/2026-0050/b": (0o100644, IDS[0])}


@pytest.mark.parametrize(
    "words",
    [
        ("update-index", "--index-version", "4"),
        ("update-index", "--split-index"),
        ("update-index", "--assume-unchanged", "cases/2026-0050/b"),
        ("update-index", "--skip-worktree", "cases/2026-0050/b"),
        ("update-index", "--force-untracked-cache"),
        ("-c", "index.threads=4", "update-index", "--force-write-index"),
    ],
)
def test_an_index_of_another_sort_is_for_git(whole: Path, words: tuple[str, ...]) -> None:
    assert changed(whole.read_bytes(), PLAIN) is not None
    asked(whole.parents[1], *words)
    assert changed(whole.read_bytes(), PLAIN) is None


def test_a_merge_that_is_not_done_is_for_git(whole: Path) -> None:
    lines = "".join(f"100644 {IDS[0].hex()} {stage}\tcases/2026-0050/b\0" for stage in (1, 2, 3))
    asked(whole.parents[1], "update-index", "--force-remove", "cases/2026-0050/b")
    asked(whole.parents[1], "update-index", "-z", "--index-info", data=lines.encode())
    assert changed(whole.read_bytes(), PLAIN) is None


@settings(max_examples=many(300))
@given(st.data())
def test_of_a_damaged_index_nothing_is_made_or_what_stood_there_stays(data: st.DataObject) -> None:
    """The sum tells of damage before; of one that somebody made so, with a sum that is right, no entry is lost between others."""
    raw = bytearray(_made(200))
    for _ in range(data.draw(st.integers(1, 3))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(raw[: data.draw(st.integers(0, len(raw)))]) if data.draw(st.booleans()) else bytes(raw)
    found = changed(cut, PLAIN)
    if found is not None:
        [(path, entry)] = PLAIN.items()
        assert entry is not None
        before, put, after = found[12:-20].partition(git_index._written(path, *entry))
        assert put and cut[12:].startswith(before)
        rest = cut[12 + len(before) :]
        assert rest.startswith(after) or rest[len(put) :].startswith(after)


def _made(count: int) -> bytes:
    found: bytes | None = b"DIRC\0\0\0\2\0\0\0\0" + bytes(20)
    names = [f"cases/2026-{number // 2:04}/{'ab'[number % 2]}".encode() for number in range(count)]
    for start in range(0, count, 50):
        assert found is not None
        found = changed(found, {name: (0o100644, IDS[1]) for name in names[start : start + 50]})
    assert found is not None
    return found


def test_of_ten_times_as_many_files_few_more_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []
    entry = git_index._entry

    def noted(raw: bytes, at: int, end: int) -> tuple[bytes, int] | None:
        looked_at.append(at)
        return entry(raw, at, end)

    few, many_more = _made(400), _made(4000)
    monkeypatch.setattr(git_index, "_entry", noted)
    counts = []
    for raw in (few, many_more):
        looked_at.clear()
        assert changed(raw, PLAIN) is not None
        counts.append(len(looked_at))
    assert counts[1] < counts[0] + 200


def test_after_each_change_git_finds_the_folder_as_it_was_recorded(cdr: Shell, sudi: str) -> None:
    with_closed(cdr.store, range(10))
    for agency in AGENCIES:
        recorded(cdr, agency)
        assert git(cdr.store, "status", "--porcelain") == ""
        assert git(cdr.store, "fsck", "--strict", "--no-dangling") == ""
        asked(cdr.store, "diff", "--cached", "--exit-code", "HEAD")
    assert Git(cdr.store).damage(head(cdr.store)) is None
