"""What the tests of states would find: each way of writing that loses something is planted once, and is seen."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from faults import disks, points, recording, standing
from faults.disks import Act, Disk, Files, Reading
from faults.judging import Judge, recorded
from faults.kinds import plain
from faults.recording import MOVE, NAME
from faults.test_every_state import is_truth_told, same_in_each_run
from faults.test_every_verb import world
from faults.verbs import VERBS, World

from cdr.records import replace as part_as_of
from cdr.store.since import Since

__all__ = ["world"]
pytestmark = pytest.mark.skipif(
    shutil.which("strace") is None and not os.environ.get("CDR_TOOLS"),
    reason="needs strace (Debian, Ubuntu: apt install strace)",
)
WRITE_BESIDE = "import os\nwith open('it.new', 'w') as it:\n    it.write('after')\n    it.flush()\n    {}\nos.rename('it.new', 'it')\n"
SYNC = "os.fsync(it.fileno())"
SYNC_FOLDER = "os.fsync(os.open('.', os.O_RDONLY))\n"
KEEP_OBJECTS = """
import os
from pathlib import Path
from cdr.store import loose_objects
os.mkdir('objects')
loose_objects.keep(Path('objects'), {{one: ('blob', b'held') for one in {}}}, Path())
"""
BEFORE, AFTER, NOTHING = b"before", b"after", b""


def done_by(program: str, folder: Path) -> tuple[Disk, list[Act]]:
    """What stood in a folder in which are two files, and what a program did there."""
    place = folder / "there"
    place.mkdir()
    for name in ("it", "other"):
        (place / name).write_bytes(BEFORE)
    start = Disk.of(str(folder), standing.read(folder, ["there"]))
    command = [points.STRACE, "-qq", *recording.options(folder / "log"), sys.executable, "-c", program]
    subprocess.run(command, cwd=place, check=True)
    disk = start.copy()
    acts = [*Reading(disk).acts(recording.steps(folder / "log", folder))]
    assert disk.files() == standing.read(folder, ["there"])
    return start, acts


def it(state: Files, folder: Path, name: str = "it") -> bytes | None:
    return state.get(str(folder / "there" / name))


def without_power(program: str, folder: Path) -> tuple[set[bytes | None], set[bytes | None]]:
    """What the file may hold where the power goes at any moment, and what where it goes at the end."""
    start, acts = done_by(program, folder)
    left = [(number, it(state, folder)) for _, number, state in disks.cut(start, acts)]
    return {held for _, held in left}, {held for number, held in left if number == len(acts)}


def test_a_file_that_gets_its_name_before_its_bytes_are_on_the_disk(tmp_path: Path) -> None:
    at_any_moment, _ = without_power(WRITE_BESIDE.format("pass"), tmp_path)
    assert at_any_moment >= {BEFORE, NOTHING}


def test_a_name_that_nobody_asked_to_last(tmp_path: Path) -> None:
    at_any_moment, at_the_end = without_power(WRITE_BESIDE.format(SYNC), tmp_path)
    assert at_any_moment == {BEFORE, AFTER} == at_the_end


def test_what_is_written_as_it_should_be(tmp_path: Path) -> None:
    at_any_moment, at_the_end = without_power(WRITE_BESIDE.format(SYNC) + SYNC_FOLDER, tmp_path)
    assert at_any_moment == {BEFORE, AFTER}
    assert at_the_end == {AFTER}


def test_a_file_that_is_written_over(tmp_path: Path) -> None:
    start, acts = done_by("open('it', 'w').write('after')", tmp_path)
    assert {it(state, tmp_path) for _, state in disks.killed(start, acts)} == {BEFORE, NOTHING, AFTER}


def test_two_files_of_which_one_is_written_after_the_other(tmp_path: Path) -> None:
    one = WRITE_BESIDE.format(SYNC) + SYNC_FOLDER
    start, acts = done_by(one + one.replace("'it", "'other"), tmp_path)
    left = {(it(state, tmp_path), it(state, tmp_path, "other")) for _, state in disks.killed(start, acts)}
    assert left == {(BEFORE, BEFORE), (AFTER, BEFORE), (AFTER, AFTER)}


def test_a_folder_that_is_moved_takes_along_what_is_in_it(tmp_path: Path) -> None:
    start, acts = done_by(
        "import os\nos.mkdir('a')\nos.symlink('../it', 'a/b')\nos.rename('a', 'c')\nos.link('it', 'd')", tmp_path
    )
    *_, (_, state) = disks.killed(start, acts)
    assert it(state, tmp_path, "c/b") == disks.LINK + b"../it"
    assert it(state, tmp_path, "d") == BEFORE


def test_a_call_that_is_another_one_in_the_next_run_is_not_killed_by_its_number(tmp_path: Path) -> None:
    """Objects of git's share a folder in one run, and do not in the next."""
    found = []
    for folders in (("ab", "ab"), ("ab", "cd")):
        ids = [start + number * 38 for start, number in zip(folders, "12", strict=True)]
        there = tmp_path / "".join(folders)
        there.mkdir()
        beside = WRITE_BESIDE.format(SYNC) + SYNC_FOLDER
        _, acts = done_by(beside + KEEP_OBJECTS.format(ids) + beside, there)
        own = [replace(act, call=replace(act.call, program=points.MAIN)) for act in acts]
        numbers = same_in_each_run(own)
        found.append({one: plain(own[at].path.removeprefix(f"{there}/")) for one, at in numbers.items()})
    assert found[0] == found[1]
    assert {call for call, _ in found[0]} == {"write", "rename"}


def test_what_is_wrong_with_a_store_is_found(world: World) -> None:
    run = recorded(world, VERBS["milestone"])
    judge, end = Judge(run), run.start.copy()
    for act in run.acts:
        end.do(act)
    [moved] = [act for act in run.acts if act.what == MOVE and act.to == run.branch]
    too_soon = run.start.copy()
    for act in run.acts[: run.acts.index(moved)]:
        if act.what not in (NAME, MOVE) or "/objects/" not in act.to:
            too_soon.do(act)
    too_soon.do(moved)
    readable = {str(world.folder / "temporary/left"): b"Amara Testcase"}
    half_made = {str(world.store / "cases/.cdr-abcdefgh.part"): b"half", str(world.store / "cases/left"): b"half"}
    judge.holds("what is right", end.files(), is_acknowledged=True)
    for state, is_acknowledged, said in (
        (too_soon.files(), False, "missing or damaged"),
        (run.start.files(), True, "acknowledged"),
        (end.files() | {run.branch: b"0" * 40 + b"\n"}, False, "none of its commits"),
        (end.files() | readable, False, "temporary/left"),
        (end.files() | half_made, False, "cases/left"),
    ):
        with pytest.raises(AssertionError, match=said):
            judge.holds("what is wrong", state, is_acknowledged)


def test_an_answer_that_is_not_the_truth_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    run = recorded(world, VERBS["notify"])
    end = run.start.copy()
    for act in run.acts:
        end.do(act)
    assert is_truth_told(run, end.files())
    monkeypatch.setattr(Since, "onto", lambda _, part: part_as_of(part, at=run.heads[-1]))
    assert not is_truth_told(run, end.files())
