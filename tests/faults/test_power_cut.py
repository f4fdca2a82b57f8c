"""The power goes: the disk as it was at each moment at which something reached it, mounted again, holds the state before or after.

The store stands on a file system of its own in a file. While a command runs, each `fsync` in it and in what it starts is followed by a pause, in
which the file is copied: what the kernel still kept in memory is not in the copy, as with a disk whose power was cut. Then each copy is mounted in
the place of the first, which replays the journal. CDR_POWER names other commands (`all`), CDR_POWER_ON another file system (ext4, xfs, btrfs).
"""

from __future__ import annotations

import gc
import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import run as told
from faults import points
from faults.test_every_verb import acting, settled
from faults.verbs import VERBS, World
from store.hands import head

CHOSEN = os.environ.get("CDR_POWER", "notify,return,erase,keys remove")
NAMES = [name for name, verb in VERBS.items() if verb.records] if CHOSEN == "all" else CHOSEN.split(",")
KIND = os.environ.get("CDR_POWER_ON", "ext4")
MEGABYTES = {"ext4": 48, "xfs": 320, "btrfs": 160}
PAUSE = 0.12  # after each fsync, for the copy; in seconds
AT_REST = 0.02
OPTIONS = ("-f", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", f"inject=fsync,fdatasync:delay_exit={int(PAUSE * 1e6)}")  # fmt: skip


def _mounted(image: Path, place: Path) -> bool:
    return subprocess.run(["mount", "-o", "loop", image, place], capture_output=True, check=False).returncode == 0


@contextmanager
def mounted(image: Path, place: Path) -> Iterator[None]:
    assert _mounted(image, place), "the file system of the copy cannot be mounted"
    try:
        yield
    finally:
        gc.collect()  # a git that reads for a store ends with it, and keeps its files open until then
        subprocess.run(["umount", place], check=True)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """An empty file system in a file."""
    make = shutil.which(f"mkfs.{KIND}")
    if make is None or shutil.which("strace") is None:
        pytest.skip(f"needs mkfs.{KIND} and strace")
    image, place = tmp_path / "disk", tmp_path / "m"
    image.touch()
    os.truncate(image, MEGABYTES[KIND] << 20)
    subprocess.run([make, "-q", image], check=True, capture_output=True)
    place.mkdir()
    if not _mounted(image, place):
        pytest.skip("mounting is not allowed here")
    subprocess.run(["umount", place], check=True)
    return image


class Camera:
    """Copies the disk each time that something has reached it."""

    def __init__(self, image: Path, folder: Path) -> None:
        self.image, self.folder = image, folder
        self.copies: list[Path] = []
        self._ends = threading.Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        self.folder.mkdir()
        thread = threading.Thread(target=self._watch)
        thread.start()
        try:
            yield
        finally:
            self._ends.set()
            thread.join()

    def _watch(self) -> None:
        copied = 0
        while not self._ends.is_set():
            stands = self.image.stat().st_mtime_ns
            time.sleep(AT_REST)
            if stands != copied and self.image.stat().st_mtime_ns == stands:
                self.take()
                still = self.image.stat().st_mtime_ns == stands
                copied = stands if still else 0
                if not still:
                    self.copies.pop().unlink()

    def take(self) -> None:
        copy = self.folder / f"{len(self.copies):04}"
        subprocess.run(["cp", "--sparse=always", self.image, copy], check=True)
        self.copies.append(copy)


@pytest.mark.parametrize("name", NAMES)
def test_the_power_goes_at_any_moment(
    begun_work: World, disk: Path, tmp_path: Path, member: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, verb = tmp_path / "m", VERBS[name]
    world = replace(begun_work, folder=place / "w")
    monkeypatch.setenv("XDG_STATE_HOME", str(world.folder / "state"))
    camera = Camera(disk, tmp_path / "copies")
    with mounted(disk, place):
        shutil.copytree(begun_work.folder, world.folder, symlinks=True)
        world.prepare(verb)
        before = head(world.store)
        os.sync()
        with monkeypatch.context() as patch:
            acting(world, verb, patch)
            with camera.running():
                ended = points.run(world.command(verb), tmp_path, list(OPTIONS))
        camera.take()  # at once: what was acknowledged is there, whatever the kernel still keeps in memory
        assert ended.code == verb.code, ended.said
        after = head(world.store)
    found = []
    for copy in camera.copies:
        with mounted(copy, place):
            stands = head(world.store)
            assert stands in (before, after), f"{copy.name}: neither before nor after"
            found.append(stands == after)
            settled(world, points.Point("power", "cut", int(copy.name), ""))
            with monkeypatch.context() as patch:
                acting(world, verb, patch)
                again = told(world.command(verb))
            assert again.code == verb.code if stands == before else again.code != 70, f"{copy.name}: {again.err}"
            checked = told(["--store", str(world.store), "--as-of", verb.day, "verify"])
            assert checked.code == 0, f"{copy.name}: {checked.out}{checked.err}"
        copy.unlink()
    assert found[-1] and found == sorted(found) and not found[0], "what was acknowledged is lost"
    print(f"{name} on {KIND}: {len(found)} moments, {found.count(False)} before and {found.count(True)} after")
