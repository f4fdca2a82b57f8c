"""The repository is packed when that is worth it; stopped at whatever moment, it holds what it held."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import People, Shell
from store.hands import findings, git

from cdr import disk, programs
from cdr.app import extraction
from cdr.columns import KNOWN_BY
from cdr.errors import CdrError, TryAgain
from cdr.store import destroying, lock, packing
from cdr.store.git import Git
from cdr.store.store import Store

STEPS = ("pack-objects", "verify-pack", "show-index")
KILLING = """#!/bin/sh
case "$1" in {step}) "{git}" "$@"; kill -KILL "$(cut -d' ' -f4 /proc/$$/stat)"; exit 1 ;; esac
exec "{git}" "$@"
"""


def held(folder: Path) -> set[str]:
    """Every object of a repository, alone or packed, that can be read whole."""
    assert git(folder, "fsck", "--full", "--no-dangling") == ""
    return {line.split()[0] for line in git(folder, "cat-file", "--batch-check", "--batch-all-objects").splitlines()}


def alone(folder: Path) -> list[Path]:
    return [path for path in (folder / ".git/objects").glob("[0-9a-f][0-9a-f]/*")]


def test_packed_it_holds_what_it_held_and_what_comes_after_is_packed_too(cdr: Shell, sudi: str) -> None:
    (cdr.store / "unreachable").write_text("x")
    git(cdr.store, "hash-object", "-w", str(cdr.store / "unreachable"))
    (cdr.store / "unreachable").unlink()
    before = held(cdr.store)
    assert packing.pack(Git(cdr.store)) == len(before) > 15
    assert held(cdr.store) == before and alone(cdr.store) == []
    cdr("request", sudi, "northshire-police", as_of="2026-01-12")
    after = held(cdr.store)
    assert packing.pack(Git(cdr.store)) == len(after - before) and packing.pack(Git(cdr.store)) == 0
    assert held(cdr.store) == after and findings(cdr, code=0) == set()
    assert sorted(path.suffix for path in (cdr.store / ".git/objects/pack").iterdir() if path.suffix != ".rev") == [
        ".idx", ".idx", ".pack", ".pack",
    ]  # fmt: skip


def test_killed_while_packing_it_loses_nothing(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, real = held(cdr.store), shutil.which("git")
    place = tmp_path / "bin"
    place.mkdir()
    run = f"import pathlib; from cdr.store import git, packing; packing.pack(git.Git(pathlib.Path({str(cdr.store)!r})))"
    for step in STEPS:
        (place / "git").write_text(KILLING.format(step=step, git=real))
        (place / "git").chmod(0o755)
        environment = {
            **os.environ,
            "PATH": f"{place}:{os.environ['PATH']}",
            "PYTHONPATH": str(Path(packing.__file__).parents[2]),
        }
        done = subprocess.run([sys.executable, "-c", run], env=environment, capture_output=True, check=False)
        assert done.returncode == -9, f"{step}: {done.stderr!r}"
        assert held(cdr.store) == before, step
        cdr("list")
    for name in (".idx", ".pack"):  # each part of the pack is put in place by itself
        with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
            patch.setattr(disk, "move", lambda made, to, stop=name: _stop() if to.suffix == stop else made.replace(to))
            packing.pack(Git(cdr.store))
        assert held(cdr.store) == before
    unlink, gone = Path.unlink, iter(range(5))
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):  # and each object goes by itself
        patch.setattr(
            Path,
            "unlink",
            lambda path, missing_ok=False: _stop() if next(gone, None) is None else unlink(path, missing_ok),
        )
        packing.pack(Git(cdr.store))
    assert held(cdr.store) == before and alone(cdr.store)
    packing.pack(Git(cdr.store))
    assert held(cdr.store) == before and alone(cdr.store) == []
    assert [path for path in (cdr.store / ".git/objects").iterdir() if path.name.startswith(".cdr-")] == []
    assert findings(cdr, code=0) == set()


def _stop() -> None:
    raise KeyboardInterrupt


def test_it_is_packed_after_a_change_when_it_is_worth_it_and_nobody_waits(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    left: list[list[str]] = []
    monkeypatch.setattr(programs, "leave", left.append)
    cdr("request", sudi, "northshire-police", as_of="2026-01-12")
    assert alone(cdr.store), "a small store is left alone"
    monkeypatch.setattr(packing, "WORTH_IT", 0)
    monkeypatch.setattr(packing, "SAMPLE", alone(cdr.store)[0].parent.name)
    cdr("list")
    assert alone(cdr.store), "a question packs nothing"
    before = held(cdr.store)
    packing.after(Store(cdr.store, extraction()), is_waited_for=True)
    assert alone(cdr.store) and len(left) == 1, "somebody waits: another process does it"
    subprocess.run(left[0], check=True, cwd="/")
    assert held(cdr.store) == before and alone(cdr.store) == []
    monkeypatch.setattr(packing, "SAMPLE", "pack")
    cdr("request", sudi, "high-street-surgery", as_of="2026-01-12")
    assert alone(cdr.store) == [] and len(left) == 1


def packs(folder: Path) -> list[Path]:
    return sorted((folder / ".git/objects/pack").glob("*.pack"))


@pytest.fixture
def in_many_packs(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The store in four packs, which are to be three at most; what it holds."""
    packing.pack(Git(cdr.store))
    for agency in ("northshire-police", "high-street-surgery", "northshire-community"):
        cdr("request", sudi, agency, as_of="2026-01-12")
        packing.pack(Git(cdr.store))
    assert len(packs(cdr.store)) == 4
    monkeypatch.setattr(packing, "MOST_PACKS", 3)
    return held(cdr.store)


def test_many_packs_are_put_together_but_for_one_that_is_twice_as_large_as_all_the_others(
    cdr: Shell, in_many_packs: set[str]
) -> None:
    *others, largest = sorted(packs(cdr.store), key=lambda path: path.stat().st_size)
    stays = largest.stat().st_size > 2 * sum(path.stat().st_size for path in others)
    assert packing.is_worth_it(Git(cdr.store))
    packing.pack(Git(cdr.store))
    assert (len(packs(cdr.store)), largest in packs(cdr.store)) == ((2, True) if stays else (1, False))
    assert held(cdr.store) == in_many_packs and not packing.is_worth_it(Git(cdr.store))
    assert findings(cdr, code=0) == set()


def test_a_pack_that_is_marked_to_be_kept_stays(cdr: Shell, in_many_packs: set[str]) -> None:
    smallest = min(packs(cdr.store), key=lambda path: path.stat().st_size)
    smallest.with_suffix(".keep").write_text("")
    packing.pack(Git(cdr.store))
    assert smallest in packs(cdr.store)
    assert held(cdr.store) == in_many_packs


def test_stopped_while_packs_are_put_together_it_loses_nothing(
    cdr: Shell, in_many_packs: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    moves, unlink = iter(range(1)), Path.unlink
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(disk, "move", lambda made, to: _stop() if next(moves, None) is None else made.replace(to))
        packing.pack(Git(cdr.store))
    assert held(cdr.store) == in_many_packs
    for went in range(6):
        gone = iter(range(went))
        with monkeypatch.context() as patch, suppress(KeyboardInterrupt):
            patch.setattr(
                Path,
                "unlink",
                lambda path, missing_ok=False, gone=gone: (
                    _stop() if next(gone, None) is None and path.parent.name == "pack" else unlink(path, missing_ok)
                ),
            )
            packing.pack(Git(cdr.store))
        assert held(cdr.store) == in_many_packs, went
        monkeypatch.setattr(packing, "MOST_PACKS", 1)
    packing.pack(Git(cdr.store))
    assert held(cdr.store) == in_many_packs
    names = {path.stem for path in packs(cdr.store)}
    assert {path.stem for path in (cdr.store / ".git/objects/pack").iterdir()} == names


def test_an_object_that_is_damaged_stops_it_and_two_never_pack_at_once(cdr: Shell, sudi: str) -> None:
    repository = Git(cdr.store)
    with lock.held(repository.repository.shared / packing.LOCK), pytest.raises(TryAgain):
        packing.pack(repository)
    there = alone(cdr.store)
    damaged = there[3]
    raw = damaged.read_bytes()
    damaged.chmod(0o600)
    damaged.write_bytes(raw[:-4])
    packing.after(Store(cdr.store, extraction()), is_waited_for=False)
    with pytest.raises(CdrError):
        packing.pack(repository)
    assert sorted(alone(cdr.store)) == sorted(there)
    damaged.write_bytes(raw)


@pytest.mark.hurt
def test_what_is_destroyed_does_not_come_back_with_a_pack_and_no_part_of_the_index_tells_of_it(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("list")
    store, repository = Store(cdr.store, extraction()), Git(cdr.store)
    doomed = {line.split()[2] for line in git(cdr.store, "ls-tree", "-r", "HEAD", f"cases/{sudi}").splitlines()}
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(disk, "remove_folder", lambda *_, **__: None)  # killed: what it made aside stays
        patch.setattr(disk, "move", lambda made, to: _stop())
        packing.pack(repository)
    assert any((cdr.store / ".git/objects").glob(".cdr-*/*.pack"))
    destroying._destroy(repository, [sudi], set())
    assert not any((cdr.store / ".git/objects").glob(".cdr-*"))
    known = {
        line.split()[0] for line in git(cdr.store, "cat-file", "--batch-check", "--batch-all-objects").splitlines()
    }
    assert doomed and not doomed & known
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    assert (folder / KNOWN_BY).exists()
    destroying._clear_beside(store, [sudi])
    assert {path.name for path in folder.iterdir() if path.is_file()} <= {"key", "reads"}
