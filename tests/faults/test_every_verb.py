"""Every verb that writes is killed, and has its disk fail, at every call that changes a file: the store stands before or after.

All points of all verbs are tens of thousands; each run of the tests goes through a share of them, and `make fuzz` through ten times as
many; `CDR_POINTS=40` tries as many of each verb, `all` every one, and `each` a kill at every place and one of the errors, by turns. `kinds` does so at
one place of a kind: where the same call of the same program meets the same file in another verb too, it is tried in the first (kills of cdr itself
are left to `test_every_state.py`, which goes through all).
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import pypdfium2
import pytest
from conftest import many
from conftest import run as told
from faults import points
from faults.kinds import plain
from faults.points import Point
from faults.verbs import KEPT, VERBS, Verb, World, copy_of
from store.hands import git, head

pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CDR_TOOLS"),
    reason="needs strace (Debian, Ubuntu: apt install strace)",
)
SHARE = os.environ.get("CDR_POINTS", str(many(1)))
RECORDED, NOT_RECORDED = (0, 1, 73), (0, 1, 65, 66, 69, 73, 74, 75, 76, 77, 78)
CANARY = (b"Testcase", b"9990000018")


@pytest.fixture
def world(begun_work: World, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    place = tmp_path / "w"
    made = copy_of(begun_work, place, monkeypatch)
    for name, folder in (("TMPDIR", "temporary"), ("HOME", "home")):
        monkeypatch.setenv(name, str(place / folder))
        (place / folder).mkdir()
    yield made
    if made.own_home.exists():
        subprocess.run(["gpgconf", "--homedir", str(made.own_home), "--kill", "all"], check=False, capture_output=True)


TRIED: set[tuple[str, str, str]] = set()


def chosen(found: dict[points.Place, str], name: str, folder: Path) -> list[Point]:
    """The points that this run tries: a share that is the same each time, spread over programs, calls and ways of failing."""
    kill, *errors = points.MODES
    if SHARE == "kinds":
        new = [*of_new_kinds(found, folder)]
        at_errors = [Point(*at, errors[n % len(errors)]) for n, at in enumerate(new)]
        return at_errors + [Point(*at, kill) for at in new if at[0] != points.MAIN]
    if SHARE == "each":
        return [Point(*at, mode) for n, at in enumerate(found) for mode in (kill, errors[n % len(errors)])]
    every = [Point(*place, mode) for place in found for mode in points.MODES]
    if SHARE == "all":
        return every
    return random.Random(crc32(name.encode())).sample(every, min(len(every), int(SHARE)))


def of_new_kinds(found: dict[points.Place, str], folder: Path) -> Iterator[points.Place]:
    """One place of each kind that no verb was tried at yet."""
    for at, file in found.items():
        kind = (at[0], at[1], plain(file.removeprefix(f"{folder}/")))
        if kind not in TRIED:
            TRIED.add(kind)
            yield at


def in_the_open(world: World) -> list[str]:
    """Files that hold a child's name or number to be read, in the store, beside it, and where temporary files lie, in memory too."""
    places = [world.folder / name for name in (*KEPT, "temporary", "home") if name != "out"]
    return [
        str(path)
        for place in places
        for path in place.rglob("*")
        if path.is_file() and not path.is_symlink() and any(word in path.read_bytes() for word in CANARY)
    ]


def settled(world: World, point: Point) -> None:
    """The next command finds the store whole, puts the work tree right, and leaves nothing half made."""
    answer = told(["--store", str(world.store), "--as-of", VERBS["notify"].day, "list"])
    assert answer.code == 0, f"the next command after {point}: {answer.err}"
    for other in ("away", "out/new"):  # another store's half-made files go with the next run on that store
        if (world.folder / other).exists():
            told(["--store", str(world.folder / other), "--as-of", VERBS["notify"].day, "list"])
    status = git(world.store, "status", "--porcelain", "--untracked-files=all")
    assert status == "", f"after {point}: {status}"
    if not (world.store / "erased").exists():  # of what was erased git misses the files, as it must
        git(world.store, "fsck", "--no-progress", "--no-dangling")
    left = [path for folder in (world.store, world.folder / "state") for path in folder.rglob(".cdr-*.part")]
    assert left == [], f"after {point}"
    assert in_the_open(world) == [], f"after {point}"


def acting(world: World, verb: Verb, patch: pytest.MonkeyPatch) -> None:
    patch.setenv("GNUPGHOME", world.home_for(verb))


def tried(world: World, verb: Verb, point: Point) -> None:
    """One point: the store is as it was, the command meets the fault, and then it is given again."""
    world.again()
    before = head(world.store)
    with pytest.MonkeyPatch.context() as patch:
        acting(world, verb, patch)
        ended = points.with_fault(world.command(verb), world.folder, point)
    now = head(world.store)
    said = f"{point} ended with {ended.code}: {ended.said}"
    assert "Traceback" not in ended.said, said
    assert verb.shows or not any(word in ended.said.encode() for word in CANARY), said
    if ended.code != points.KILLED:
        assert ended.code in (RECORDED if now != before else NOT_RECORDED), said
        assert ended.code or not verb.records or now != before, f"told as done, and is not: {said}"
    git(world.store, "merge-base", "--is-ancestor", before, "HEAD")
    settled(world, point)
    with pytest.MonkeyPatch.context() as patch:
        acting(world, verb, patch)
        again = told(world.command(verb))
    if now == before and verb.records:
        assert again.code == verb.code and head(world.store) != before, f"again after {said}: {again.code} {again.err}"
    else:
        assert again.code != 70, f"again after {said}: {again.err}"
    assert git(world.store, "status", "--porcelain", "--untracked-files=all") == "", f"again after {said}"
    assert in_the_open(world) == [], f"again after {said}"


def verified(world: World) -> None:
    answer = told(["--store", str(world.store), "--as-of", VERBS["notify"].day, "verify"])
    assert answer.code == 0, answer.out + answer.err


@pytest.mark.parametrize("name", VERBS)
def test_a_fault_at_any_call(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verb = VERBS[name]
    world.prepare(verb)
    with monkeypatch.context() as patch:
        acting(world, verb, patch)
        ended, found = points.without_fault(world.command(verb), world.folder)
    assert ended.code == verb.code, ended.said
    assert len(found) > 5 and {program for program, _, _ in found} >= {points.MAIN}
    if verb.records:
        assert any(file.endswith("/refs/heads/main.lock") for (_, call, _), file in found.items() if call == "rename")
    faults: list[str] = []
    number = -1
    for number, point in enumerate(chosen(found, name, world.folder)):
        try:
            tried(world, verb, point)
            if number % 10 == 0:
                verified(world)
        except AssertionError as error:
            faults.append(f"{point}: {error}")
    print(f"{name}: {number + 1} points at {len(found)} places, {len(faults)} of them faults")
    assert faults == []
    verified(world)


@pytest.mark.parametrize("name", [name for name, verb in VERBS.items() if verb.records])
def test_a_store_that_cannot_be_written_to(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    verb = VERBS[name]
    world.prepare(verb)
    acting(world, verb, monkeypatch)
    place, before = str(world.store), head(world.store)
    if subprocess.run(["mount", "--bind", place, place], capture_output=True, check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)
        answer = told(world.command(verb))
    finally:
        subprocess.run(["umount", "-l", place], check=True)
    told_of = answer.out + answer.err  # what asks one owner after the other says so of each
    assert answer.code == 74 and "Read-only" in told_of and head(world.store) == before, told_of
    assert told(world.command(verb)).code == verb.code


@pytest.mark.parametrize("name", VERBS)
def test_what_it_says_and_hands_on_names_nobody(world: World, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it prints, what each git and gpg is called with, names of files and messages of commits, and what a file says of itself."""
    verb, calls, programs = VERBS[name], world.folder / "calls-of-all", world.folder / "watching"
    world.prepare(verb)
    acting(world, verb, monkeypatch)
    programs.mkdir()
    for program in ("git", "gpg"):
        made = programs / program
        made.write_text(f'#!/bin/sh\n(echo "$0 $*"; env) >> {calls}\nexec {shutil.which(program)} "$@"\n')
        made.chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    ended = points.run(world.command(verb), world.folder, [])
    assert ended.code == verb.code, ended.said
    said = {"what it says": b"" if verb.shows else ended.said.encode(), "what it hands on": calls.read_bytes()}
    said["names of files"] = "\n".join(map(str, world.folder.rglob("*"))).encode()
    said["git's objects"] = git(world.store, "cat-file", "--batch-all-objects", "--batch").encode(
        "utf-8", "surrogateescape"
    )
    said |= {str(path): _about_itself(path) for path in (world.folder / "out").rglob("*.*")}
    assert [what for what, data in said.items() if any(word in data for word in (*CANARY, b"Amara"))] == []
    assert in_the_open(world) == []


def _about_itself(path: Path) -> bytes:
    """What a PDF or a Word file says of itself, beside its pages."""
    if path.suffix == ".docx":
        with zipfile.ZipFile(path) as parts:
            return b"".join(parts.read(one) for one in parts.namelist() if one.startswith("docProps/"))
    if path.suffix == ".pdf" and b"/Encrypt" not in path.read_bytes():
        return str(pypdfium2.PdfDocument(path).get_metadata_dict()).encode()
    return b""
