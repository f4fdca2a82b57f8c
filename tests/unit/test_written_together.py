"""Many files that are written together: each is asked for before it takes its place, and what fails is told."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from cdr import disk
from cdr.errors import DiskFailed

COUNT = 7
NEW = b"new"


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    monkeypatch.setattr(disk, "MANY", 3)
    folders = [tmp_path / "a", tmp_path / "b"]
    for folder in folders:
        folder.mkdir()
    found = [folders[number % 2] / str(number) for number in range(COUNT)]
    for path in found[:2]:
        path.write_bytes(b"old")
    return found


def test_each_is_on_the_disk_before_it_takes_its_place(files: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    fsync, replace = os.fsync, Path.replace

    def noted(descriptor: int) -> None:
        asked.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def taken(path: Path, target: Path) -> Path:
        assert str(path) in asked
        return replace(path, target)

    monkeypatch.setattr(os, "fsync", noted)
    monkeypatch.setattr(Path, "replace", taken)
    disk.write_all((path, NEW) for path in files)
    assert [path.read_bytes() for path in files] == [NEW] * COUNT
    assert {str(path.parent) for path in files} <= {*asked}, "the names last too"


@pytest.mark.parametrize("number", range(1, COUNT + 1))
def test_a_disk_that_fails_is_told_and_leaves_nothing_half_made(
    files: list[Path], monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fsync, calls = os.fsync, list[int]()

    def fails(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == number:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(DiskFailed, match="could not be written"):
        disk.write_all((path, NEW) for path in files)
    there = {path: path.read_bytes() for folder in {path.parent for path in files} for path in folder.iterdir()}
    assert there.keys() <= {*files} and {*there.values()} <= {b"old", NEW}
