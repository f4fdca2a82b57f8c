"""What was asked of git before is not asked of it again; what is damaged, stale, foreign or gone is, and so is git by whoever judges."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import git, head, sign_commit

from cdr import programs
from cdr.app import extraction
from cdr.store import asked_before
from cdr.store.asked_before import AskedBefore
from cdr.store.folders import folder_bytes
from cdr.store.objects import object_id
from cdr.store.state import State
from cdr.store.store import Store

ON = "2026-01-10"
NOTIFY = ("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x")
LOADED = "import json, sys; from cdr.cli import run; code = run(sys.argv[1:]); print(json.dumps([code, *sys.modules]), file=sys.stderr)"
QUESTIONS = (("list",), ("today",), ("chase", "--overdue"), ("tally", "--year", "2025/26"))


def gits(cdr: Shell, *words: str | Path, code: int = 0) -> int:
    """How often git was started by a command."""
    programs.begin()
    cdr(*words, as_of=ON, code=code)
    return sum(count for name, count in programs.started.items() if name.endswith("git"))


def state_of(cdr: Shell) -> State:
    return Store(cdr.store, extraction()).history.state


def place_of(state: State) -> Path:
    return state.folder / asked_before.FOLDER / state.place_name


def kept(state: State) -> tuple[dict[str, object], bytes]:
    """What is said of what is kept, and the objects themselves."""
    first, _, raw = (state.sealed(f"{asked_before.FOLDER}/{state.place_name}") or b"{}").partition(b"\n")
    return json.loads(first), raw


@pytest.fixture
def asked_already(cdr: Shell, sudi: str) -> str:
    """The case, after each question was asked once."""
    for words in (*QUESTIONS, ("show", sudi), ("list",)):
        cdr(*words, as_of=ON)
    return sudi


def test_a_question_that_was_asked_before_starts_no_git(cdr: Shell, asked_already: str) -> None:
    assert [gits(cdr, *words) for words in (*QUESTIONS, ("show", asked_already))] == [0] * 5


def test_a_question_loads_nothing_that_compresses_or_guesses(cdr: Shell, asked_already: str) -> None:
    told = ("COLUMNS", "LINES")  # how wide the terminal is, as another test may have said, is read by the library
    surroundings = {name: value for name, value in os.environ.items() if name not in told}
    for words in (*QUESTIONS, ("show", asked_already), ("timeline", asked_already)):
        for _ in range(2):
            command = [sys.executable, "-c", LOADED, "--store", str(cdr.store), "--as-of", ON, *words]
            done = subprocess.run(command, capture_output=True, text=True, check=True, env=surroundings)
        code, *names = json.loads(done.stderr.splitlines()[-1])
        assert code == 0 and {"shutil", "tempfile", "random", "secrets", "bz2", "lzma", "zlib"} & {*names} == set(), (
            words
        )


def test_after_a_change_by_cdr_no_question_asks_for_what_the_change_had_at_hand(cdr: Shell, asked_already: str) -> None:
    cdr("milestone", asked_already, "ncmd_told", as_of=ON)
    assert [gits(cdr, *words) for words in (("list",), ("chase", "--overdue"), ("today",))] == [0, 0, 0]
    assert [gits(cdr, *words) for words in (*QUESTIONS, ("show", asked_already))] == [0] * 5
    other = cdr(*NOTIFY, as_of=ON).out.strip()
    assert [gits(cdr, *words) for words in (("list",), ("show", other))] == [0, 0]


def test_after_a_change_by_another_it_is_asked_once(cdr: Shell, asked_already: str, people: People) -> None:
    (cdr.store / "cdr.yaml").write_text((cdr.store / "cdr.yaml").read_text() + "# by hand\n")
    sign_commit(cdr.store, people.home, people.member)
    assert [gits(cdr, "today") for _ in range(3)] == [1, 0, 0]


def test_nothing_of_a_case_is_kept_but_which_files_it_has(cdr: Shell, asked_already: str) -> None:
    told, raw = kept(state_of(cdr))
    files = [one for one in git(cdr.store, "ls-tree", "-r", "HEAD").splitlines() if "cases/" in one]
    blobs = {one.split()[2] for one in files}
    objects = told["objects"]
    assert isinstance(objects, list) and blobs and not blobs & {id_ for id_, _ in objects}
    kinds = [git(cdr.store, "cat-file", "-t", id_) for id_, _ in objects]
    assert kinds.count("blob") == 2 and len(raw) == sum(size for _, size in objects)


def damaged(raw: bytes) -> bytes:
    return raw[:-1] + bytes([raw[-1] ^ 1])


def cut(raw: bytes) -> bytes:
    return raw[: len(raw) // 2]


def empty(raw: bytes) -> bytes:
    return b""


@pytest.mark.parametrize("change", [damaged, cut, empty])
def test_what_is_damaged_or_gone_is_asked_again(
    cdr: Shell, asked_already: str, change: Callable[[bytes], bytes]
) -> None:
    place, told = place_of(state_of(cdr)), cdr("list", as_of=ON).out
    place.write_bytes(change(place.read_bytes()))
    assert gits(cdr, "list") == 1 and gits(cdr, "list") == 0
    place.unlink()
    assert gits(cdr, "list") == 1 and gits(cdr, "list") == 0
    assert cdr("list", as_of=ON).out == told


@pytest.mark.parametrize("wrong", [b"", b"[]", b"{}\n", b'{"head": 1}\n', b'{"head": "HEAD", "names": 1}\nx'])
def test_what_says_something_else_than_it_should_says_nothing(cdr: Shell, asked_already: str, wrong: bytes) -> None:
    state = state_of(cdr)
    state.seal(f"{asked_before.FOLDER}/{state.place_name}", wrong.replace(b"HEAD", head(cdr.store).encode()))
    assert gits(cdr, "list") == 1 and gits(cdr, "list") == 0


def test_an_object_of_other_bytes_is_none(cdr: Shell, asked_already: str) -> None:
    """Even one that this user's own cdr had kept so: what an object is, its id says."""
    state = state_of(cdr)
    told, raw = kept(state)
    whole = json.dumps(told).encode() + b"\n" + raw.replace(b"author", b"AUTHOR")
    state.seal(f"{asked_before.FOLDER}/{state.place_name}", whole)
    before = AskedBefore(state, head(cdr.store))
    assert before.objects([head(cdr.store)], "commit", 1 << 20) == {}
    assert gits(cdr, "list") == 1


def test_what_was_kept_of_another_store_or_another_commit_is_not_believed(
    cdr: Shell, asked_already: str, people: People, tmp_path: Path
) -> None:
    state = state_of(cdr)
    raw = place_of(state).read_bytes()
    other = State("1" * 40, cdr.store)
    other.seal("x", b"")  # so that it has a secret of its own
    place_of(other).parent.mkdir()
    place_of(other).write_bytes(raw)
    known, tree = head(cdr.store), git(cdr.store, "rev-parse", "HEAD^{tree}")
    assert AskedBefore(state, known).objects([tree], "tree", 1 << 20)
    assert not AskedBefore(other, known).objects([tree], "tree", 1 << 20)
    assert not AskedBefore(state, "2" * 40).objects([tree], "tree", 1 << 20)


def test_of_a_large_folder_the_names_that_were_asked_for_are_kept(cdr: Shell, sudi: str) -> None:
    state, folder = state_of(cdr), {b"%04d-AAAA" % n: (b"40000", bytes([n % 251]) * 20) for n in range(900)}
    before = AskedBefore(state, "3" * 40)
    before.note_name("4" * 40, b"0007-AAAA", folder[b"0007-AAAA"])
    inner = object_id("tree", b"")
    folder[b"0008-AAAA"] = (b"40000", bytes.fromhex(inner))
    folders = {inner: {}, "6" * 40: folder}
    before.note_made(("5" * 40, b"a commit"), folders, {id_: folder_bytes(one) for id_, one in folders.items()})
    state.remember(type(state.verified()[0])("5" * 40, 9, "7" * 40))
    before.keep("5" * 40)
    found = AskedBefore(state, "5" * 40)
    names = {name: found.named("6" * 40, name) for name in (b"0007-AAAA", b"0008-AAAA", b"0009-AAAA")}
    assert names == {b"0007-AAAA": folder[b"0007-AAAA"], b"0008-AAAA": folder[b"0008-AAAA"], b"0009-AAAA": None}
    assert found.named("4" * 40, b"0007-AAAA") is None
    assert place_of(state).stat().st_size < 2000


def test_more_is_asked_than_is_kept(cdr: Shell, sudi: str) -> None:
    state, before = state_of(cdr), AskedBefore(state_of(cdr), "3" * 40)
    for n in range(3 * asked_before.MOST):
        before.note("tree", {object_id("tree", b"%d" % n): b"%d" % n})
    before.note("tree", {object_id("tree", b"x" * asked_before.LARGEST + b"x"): b"x" * asked_before.LARGEST + b"x"})
    before.keep(state.verified()[0].head)
    told, raw = kept(state)
    assert isinstance(told["objects"], list) and len(told["objects"]) == asked_before.MOST and b"x" not in raw


@pytest.mark.hurt
def test_who_judges_or_writes_asks_git_itself(cdr: Shell, asked_already: str) -> None:
    """A folder that is missing in the repository: a question need not see it, and whoever looks for damage does."""
    tree = git(cdr.store, "rev-parse", "HEAD^{tree}")
    lost = cdr.store / ".git/objects" / tree[:2] / tree[2:]
    lost.rename(lost.with_name("aside"))
    assert gits(cdr, "list") == 0
    assert "missing" in cdr("doctor", as_of=ON, code=1).out
    assert cdr("verify", as_of=ON, code=1).out
    for words in (("milestone", asked_already, "ncmd_told"), ("audit",), ("backup", str(cdr.store.parent / "x"))):
        assert cdr(*words, as_of=ON, code=76).err


def test_what_was_kept_goes_with_a_case_that_is_erased(cdr: Shell, asked_already: str) -> None:
    state = state_of(cdr)
    assert place_of(state).is_file()
    asked_before.forget(state)
    assert not place_of(state).exists()


def test_a_folder_that_was_copied_asks_git(cdr: Shell, asked_already: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(cdr.store, copy)
    programs.begin()
    assert os.path.lexists(copy / ".git")
    cdr("--store", str(copy), "list", as_of=ON)
    assert any(name.endswith("git") for name in programs.started)
