"""Commits and trees as cdr reads them are what git makes of them; and what git would not have written is refused."""

from __future__ import annotations

import os
import subprocess
import tempfile
import zlib
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st

from cdr.errors import NotAuthentic
from cdr.store import loose_objects
from cdr.store.folders import Entry, Folder, alike, differing, folder_bytes, parsed_folder, put_in, stored, those_named
from cdr.store.git import Git
from cdr.store.objects import EMPTY_TREE, Blob, object_id, parsed_commit

NAMES = ["a", "a.b", "a-b", "ab", "cases", "Cases", "é", "z"]
PATHS = st.lists(st.sampled_from(NAMES), min_size=1, max_size=3).map("/".join)
CHANGES = st.dictionaries(PATHS, st.one_of(st.none(), st.integers(0, 3)), max_size=4)
# Each commit: which of the earlier ones it is built on (counted from the newest), and what it changes.
HISTORIES = st.lists(
    st.tuples(st.lists(st.integers(0, 3), min_size=1, max_size=2, unique=True), CHANGES), min_size=2, max_size=9
)


def asked(folder: Path, *arguments: str, data: bytes = b"") -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], input=data, capture_output=True, check=True)
    return done.stdout.decode()


def imported(folder: Path, history: list[tuple[list[int], dict[str, int | None]]]) -> list[str]:
    """The commits of a history, made by git."""
    asked(folder, "init", "-q", "-b", "main")
    stream = []
    for number, (parents, changes) in enumerate(history, 1):
        on = [number - back - 1 for back in parents if number - back - 1 > 0]
        stream += ["commit refs/heads/main", f"mark :{number}", f"committer x <x> {number} +0000", "data 0"]
        stream += [
            f"{'from' if first else 'merge'} :{parent}" for first, parent in zip([True, False], on, strict=False)
        ]
        for path, content in changes.items():
            if content is None:
                stream += [f"D {path}"]
            else:
                stream += [f"M {'100755' if content == 3 else '100644'} inline {path}", "data 1", str(content)]
    asked(folder, "fast-import", "--quiet", "--force", "--export-marks=marks", data="\n".join([*stream, ""]).encode())
    marks = dict(line[1:].split() for line in (folder / "marks").read_text().splitlines())
    return [marks[str(number)] for number in range(1, len(history) + 1)]


def listed(folder: Path, commit: str) -> dict[str, Blob]:
    lines = filter(None, asked(folder, "ls-tree", "-r", "-z", commit).split("\0"))
    return {path: Blob(meta.split()[0], meta.split()[2]) for meta, path in (line.split("\t") for line in lines)}


@settings(max_examples=many(12), deadline=None)
@given(HISTORIES)
def test_what_git_says_of_the_same_history(history: list[tuple[list[int], dict[str, int | None]]]) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        commits = imported(folder, history)
        git = Git(folder)
        files = {commit: listed(folder, commit) for commit in commits}
        for commit in commits:
            assert git.tree(commit) == files[commit]
            assert git.ancestors(commit) == set(asked(folder, "rev-list", commit).split())
        tip = commits[-1]
        for older in (*commits, None):
            expected = asked(folder, "rev-list", "--topo-order", tip, *([f"^{older}"] if older else [])).split()
            built = older is None or older in git.ancestors(tip)
            new = git.since(older, tip)
            assert (new is None) == (not built)
            if new is not None:
                ids = [commit.id for commit in new]
                assert set(ids) == set(expected) and len(ids) == len(expected)
                assert all(
                    ids.index(parent) < place
                    for place, one in enumerate(new)
                    for parent in one.parents
                    if parent in ids
                )
        for one, other in pairwise(commits):
            paths = files[one].keys() | files[other].keys()
            different = {path: (files[one].get(path), files[other].get(path)) for path in paths}
            assert git.changed(one, other) == {path: pair for path, pair in different.items() if pair[0] != pair[1]}
            bases = subprocess.run(
                ["git", "-C", made, "merge-base", "--all", one, other], capture_output=True, check=False
            )
            if bases.stdout:
                assert git.merge_base(one, other) in bases.stdout.decode().split()
            else:
                with pytest.raises(NotAuthentic):
                    git.merge_base(one, other)
        assert git.changed(EMPTY_TREE, tip) == {path: (None, blob) for path, blob in files[tip].items()}


@settings(max_examples=many(12), deadline=None)
@given(CHANGES, CHANGES)
def test_a_tree_that_cdr_makes_is_the_one_that_git_would(
    before: dict[str, int | None], after: dict[str, int | None]
) -> None:
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        after = {path: content and min(content, 2) for path, content in after.items()}  # cdr makes plain files only
        *_, parent, meant = imported(folder, [([0], {"x": 1}), ([0], before), ([0], after)])
        ids = {path: asked(folder, "hash-object", "-w", "--stdin", data=str(c).encode()).strip() if c is not None else None
               for path, c in after.items()}  # fmt: skip
        if any(f"{one}/" in other for one in after for other in after):
            return  # one change cannot put a file where it also puts a folder
        git = Git(folder)
        commit = git.commit(parent, {p: None if c is None else str(c).encode() for p, c in after.items()}, "m", "x <x> 1 +0000",
                            lambda payload: b"signed")  # fmt: skip
        assert git.tree(commit) == listed(folder, commit)
        assert ids.keys() == after.keys()
        assert asked(folder, "rev-parse", f"{commit}^{{tree}}") == asked(folder, "rev-parse", f"{meant}^{{tree}}")
        asked(folder, "fsck", "--strict", commit)


# ---- what git would not have written -----------------------------------------------------------------------------------

TREE, PARENT = "1" * 40, "2" * 40
HEAD = [f"tree {TREE}", f"parent {PARENT}", "author a <a@b> 1 +0000", "committer a <a@b> 1 +0000"]
SIGNED = ["gpgsig -----BEGIN", " line", " -----END"]


def commit(*lines: str, message: str = "m\n") -> bytes:
    return ("\n".join(lines) + "\n\n" + message).encode()


def test_a_commit_of_git_is_read() -> None:
    read = parsed_commit("x", commit(*HEAD, "encoding latin1", "mergetag object 1", " tag", *SIGNED))
    assert (read.tree, read.parents, read.seconds, read.title) == (TREE, (PARENT,), 1, "m")
    assert read.signature == b"-----BEGIN\nline\n-----END" and b"gpgsig" not in read.payload
    assert parsed_commit("x", commit(HEAD[0], *HEAD[2:], message="")).parents == ()
    assert parsed_commit("x", commit(*HEAD, message="")).title == ""
    assert (
        parsed_commit("x", commit(*HEAD[:2], "author a <a@b> 99999999999999999999 +0000", HEAD[3])).seconds
        == 253402300799
    )


@pytest.mark.parametrize(
    "lines",
    [
        [HEAD[0], *SIGNED, *HEAD[1:]],  # git does not see this parent
        [HEAD[0], HEAD[2], HEAD[1], HEAD[3]],
        [HEAD[0], *HEAD[2:], HEAD[1]],
        [HEAD[1], HEAD[0], *HEAD[2:]],
        [HEAD[0], *HEAD],
        [*HEAD, HEAD[2]],
        [*HEAD, *SIGNED, *SIGNED],
        [*HEAD[:2], HEAD[3]],
        HEAD[:3],
        HEAD[1:],
        ["", *HEAD],
        [f"tree {TREE}", f" parent {PARENT}", *HEAD[2:]],
        [f"tree {TREE[:-1]}", *HEAD[1:]],
        [f"tree {TREE.replace('1', 'A')}", *HEAD[1:]],
        [HEAD[0], f"parent {PARENT} ", *HEAD[2:]],
        [HEAD[0], f"parent\t{PARENT}", *HEAD[2:]],
        [*HEAD[:2], "author a <a@b>", HEAD[3]],
        [*HEAD[:2], "author a <a@b> x +0000", HEAD[3]],
        [*HEAD[:3], HEAD[3] + "\0"],
        [*HEAD, "x\0y z"],
    ],
)
def test_a_commit_that_git_would_not_write(lines: list[str]) -> None:
    with pytest.raises(NotAuthentic):
        parsed_commit("x", commit(*lines))


def entry(name: str, mode: str = "100644", digit: str = "1") -> bytes:
    return f"{mode} {name}\0".encode() + bytes.fromhex(digit * 40)


def test_a_tree_of_git_is_read() -> None:
    raw = entry("a") + entry("a.b", "120000") + entry("a", "40000").replace(b" a\0", b" ab\0") + entry("m", "160000")
    assert list(parsed_folder("x", raw)) == [b"a", b"a.b", b"ab", b"m"]


@pytest.mark.parametrize(
    "raw",
    [
        entry("b") + entry("a"),
        entry("a") + entry("a"),
        entry("a") + entry("a.b") + entry("a", "40000"),  # a file and a folder of one name
        entry("a", "40000") + entry("a.b"),
        entry(".git", "40000"),
        entry(".GIT"),
        entry(".."),
        entry("."),
        entry("a/b"),
        entry(""),
        entry("a", "040000"),
        entry("a", "100777"),
        entry("a", "140000"),
        entry("a")[:-1],
        entry("a") + b"\n",
        b"\n",
    ],
)
def test_a_tree_that_git_would_not_write(raw: bytes) -> None:
    with pytest.raises(NotAuthentic):
        parsed_folder("x", raw)


def cases(count: int, mode: bytes = b"40000") -> bytes:
    """A folder as that of all cases: large, and with folders of one length of name."""
    return folder_bytes({f"2026-{n:04}".encode(): (mode, n.to_bytes(20, "big")) for n in range(count)})


@pytest.mark.parametrize("first", [b"", entry(".gitkeep")])  # which every store has, where its first case is to lie
@pytest.mark.parametrize("mode", [b"40000", b"100644"])
def test_a_large_folder_is_looked_into_as_if_it_were_taken_apart(first: bytes, mode: bytes) -> None:
    raw = first + cases(400, mode)
    large, whole = alike(raw), parsed_folder("x", raw)
    assert large is not None
    assert all(large.entry(name) == found for name, found in whole.items())
    assert {large.entry(name) for name in (b"", b"2025-0000", b"2026-000", b"2026-0400", b"2026-00000", b"z")} == {None}


@settings(max_examples=many(300))
@given(st.data())
def test_a_large_folder_that_git_would_not_write_is_taken_apart_and_refused(data: st.DataObject) -> None:
    mode = data.draw(st.sampled_from([b"40000", b"100644"]))
    raw = bytearray(data.draw(st.sampled_from([b"", entry(".gitkeep")])) + cases(200, mode))
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] = data.draw(st.integers(0, 255))
    changed = bytes(raw) if data.draw(st.booleans()) else bytes(raw[: -data.draw(st.integers(1, 40))])
    large = alike(changed)
    if large is None:
        return
    whole = parsed_folder("x", changed)  # what is looked into without it, it would take
    assert {*large.names} == {*whole} - {b".gitkeep"} and all(
        large.entry(name) == found for name, found in whole.items()
    )


@pytest.mark.parametrize(
    "raw",
    [
        entry("0" * 4, "40000") * 200,
        b"".join(entry(f"{n:04}", "40000") for n in range(200)),  # it may be .git
        b"".join(entry(f"{n:05}", "40000") for n in range(10)),  # small
        b"".join(entry(f"{n:05}", "100755") for n in range(200)),
        b"".join(entry(f"{n:05}", "100644" if n % 9 else "40000") for n in range(200)),
        b"".join(entry(f"{n:05}", "40000") for n in reversed(range(200))),
        b"".join(entry(f"{n:05}", "40000") for n in range(199)) + entry("99999", "120000"),
        b"".join(entry(f"{n:04}x" if n < 150 else f"{n:04}yz", "40000") for n in range(200)),
        b"".join(entry(f"{n:03}/x", "40000") for n in range(200)),
        entry(".gitkeep", "100755") + b"".join(entry(f"{n:05}", "40000") for n in range(200)),
        entry(".gitkeep") + b"".join(entry(f"-{n:05}", "40000") for n in range(200)),  # which stand before it
        b"",
    ],
)
def test_any_other_folder_is_taken_apart(raw: bytes) -> None:
    assert alike(raw) is None


PUT = st.dictionaries(
    st.one_of(
        st.integers(0, 320).map(lambda n: f"2026-{n:04}".encode()),
        st.sampled_from(
            [b"1999-0001", b"2027-0001", b".gitkeep", b"2026", b"2026-00001", b"2026-0\x001", b"+026-0001"]
        ),
    ),
    st.one_of(st.none(), st.tuples(st.sampled_from([b"40000"] * 9 + [b"100644"]), st.binary(min_size=20, max_size=20))),
    max_size=4,
)


@settings(max_examples=many(500))
@given(st.sampled_from([b"", entry(".gitkeep")]), st.lists(PUT, min_size=1, max_size=3), st.integers(0, 300))
def test_a_large_folder_is_changed_as_if_it_were_taken_apart(
    first: bytes, changes: list[dict[bytes, Entry | None]], least: int
) -> None:
    raw = first + cases(300)[least // 10 * 36 :]
    large, whole = alike(raw), parsed_folder("x", raw)
    assert large is not None
    now: Folder = whole
    folder = large
    for put in changes:
        folder = put_in(folder, put)  # type: ignore[assignment]
        now = {name: one for name, one in {**now, **put}.items() if one}
        assert stored(folder) == folder_bytes(now)
        assert (
            differing(large, folder) == differing(whole, now) == {n for n in now | whole if now.get(n) != whole.get(n)}
        )
        assert differing(folder, large) == differing(large, folder)
        ids = [one[1].hex() for put in changes for one in put.values() if one] + ["00" * 20]
        assert those_named(folder, [*put, b"2026-0007"], ids) == those_named(now, [*put, b"2026-0007"], ids)
        if isinstance(folder, type(large)) and len(folder.raw) >= 4096:
            assert alike(folder.raw) == folder


@pytest.mark.parametrize("mode", [b"40000", b"100644"])
def test_what_is_put_before_the_file_that_keeps_a_folder_stands_there(mode: bytes) -> None:
    large = alike(entry(".gitkeep") + cases(200, mode))
    assert large is not None
    before = {b"+026-0001": (mode, b"1" * 20)}
    assert stored(put_in(large, before)) == folder_bytes({**parsed_folder("x", large.raw), **before})


def test_what_stands_somewhere_within_an_id_and_a_name_is_no_id() -> None:
    large = alike(cases(400))
    assert large is not None
    id_ = large.raw[len(b"40000 ") :][:20]
    assert those_named(large, [], [id_.hex()]) == {} and large.named([large.raw[16:36]]) == {b"2026-0000"}


@pytest.fixture
def repository(tmp_path: Path) -> Iterator[Git]:
    asked(tmp_path, "init", "-q", "-b", "main")
    yield Git(tmp_path)


def test_many_and_large_objects_come_back_in_order(repository: Git) -> None:
    made = [f"{number}".encode() * (number % 7 * 20_000 + 1) for number in range(700)]
    stream = b"".join(b"blob\ndata %d\n%s\n" % (len(one), one) for one in made)
    asked(repository.folder, "fast-import", "--quiet", data=stream)
    ids = [asked(repository.folder, "hash-object", "--stdin", data=one).strip() for one in made[:300:50]]
    assert repository.contents(ids) == made[:300:50]
    everything = asked(repository.folder, "cat-file", "--batch-check=%(objectname)", "--batch-all-objects").split()
    assert sorted(repository.contents(everything)) == sorted({*made})


@pytest.mark.parametrize("size", [0, 1, 15, 16, 2047, 2048, 300_000])
def test_what_is_written_is_there_as_git_would_have_kept_it(repository: Git, size: int) -> None:
    content = bytes(number % 251 for number in range(size))
    asked_for = asked(repository.folder, "hash-object", "--stdin", data=content).strip()
    shared = repository.repository.shared
    loose_objects.keep(shared / "objects", {asked_for: ("blob", content), EMPTY_TREE: ("tree", b"")}, shared)
    assert repository.contents([asked_for]) == [content]
    place = shared / "objects" / asked_for[:2] / asked_for[2:]
    written = place.stat().st_mode
    place.unlink()
    assert asked(repository.folder, "hash-object", "-w", "--stdin", data=content).strip() == asked_for
    assert place.stat().st_mode == written, "whoever might read it may"
    assert object_id("blob", content) == asked_for
    assert asked(repository.folder, "cat-file", "-t", EMPTY_TREE).strip() == "tree"
    assert asked(repository.folder, "fsck", "--strict", "--no-dangling") == ""


def _cut(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:-3])


def _longer(place: Path) -> None:
    place.write_bytes(place.read_bytes() + b"x")


def _pipe(place: Path) -> None:
    place.unlink()
    os.mkfifo(place)


def _link(place: Path) -> None:
    place.rename(place.parent / "there")
    place.symlink_to(place.parent / "there")


def _another_size(place: Path) -> None:
    place.write_bytes(zlib.compress(b"blob 7\0alone"))


def _too_large(place: Path) -> None:
    size = loose_objects.LARGEST
    place.write_bytes(zlib.compress(b"blob %d\0" % size + b"\0" * size))


@pytest.mark.parametrize("spoil", [_cut, _longer, _pipe, _link, _another_size, _too_large, Path.unlink])
def test_what_lies_alone_and_is_whole_is_read_without_git_and_nothing_else(
    repository: Git, spoil: Callable[[Path], object]
) -> None:
    objects = repository.repository.shared / "objects"
    id_ = repository.keep(b"alone").digest
    place = objects / id_[:2] / id_[2:]
    place.chmod(0o644)
    assert loose_objects.read(objects, [id_, id_], "blob") == [b"alone"] * 2
    assert loose_objects.read(objects, [id_], "tree") is None
    assert loose_objects.read(objects, [id_] * (loose_objects.FEW + 1), "blob") is None
    assert loose_objects.read(objects, [id_, "1" * 40], "blob") is None
    spoil(place)
    assert loose_objects.read(objects, [id_], "blob") is None


def test_a_change_takes_nothing_for_an_object_that_is_not_what_its_id_says(repository: Git) -> None:
    objects = repository.repository.shared / "objects"
    one, other = (repository.keep(content).digest for content in (b"one", b"other"))
    place = objects / one[:2] / one[2:]
    place.unlink()
    place.write_bytes((objects / other[:2] / other[2:]).read_bytes())
    repository.held = (0,)
    assert repository.contents([other]) == [b"other"]
    with pytest.raises(NotAuthentic, match="is not what its id says"):
        repository.contents([one])


def test_an_object_larger_than_it_may_be(repository: Git) -> None:
    id_ = asked(repository.folder, "hash-object", "-w", "--stdin", data=b"x" * 5000).strip()
    for _ in range(2):
        with pytest.raises(NotAuthentic, match="too large"):
            repository.contents([id_], most=4999)
        assert repository.contents([id_], most=5000) == [b"x" * 5000]


@pytest.mark.parametrize("id_", ["", "HEAD", "1" * 39, "1" * 41, "--help", "1" * 40 + "\n" + "2" * 40])
def test_what_is_no_id_is_not_asked_for(repository: Git, id_: str) -> None:
    with pytest.raises(NotAuthentic):
        repository.contents([id_])
