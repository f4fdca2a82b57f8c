"""`cdr doctor` reads again what may have changed in the folder, and nothing else; and whatever changed, it tells of."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from conftest import Shell

from cdr.store import looked_at, worktree
from cdr.store.objects import Blob


@pytest.fixture
def read(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are read from now on; those that stand there were looked at, some time ago."""
    monkeypatch.setattr(looked_at, "SETTLED", -(10**12))
    cdr("doctor")
    found: list[str] = []
    is_as = worktree.is_as

    def noted(path: Path, blob: Blob) -> bool:
        found.append(path.name)
        return is_as(path, blob)

    monkeypatch.setattr(worktree, "is_as", noted)
    return found


def _file(cdr: Shell, sudi: str, name: str = "case") -> Path:
    return cdr.store / "cases" / sudi / f"{name}.yaml.gpg"


def test_what_is_as_it_was_is_not_read_again(cdr: Shell, sudi: str, read: list[str]) -> None:
    cdr("doctor")
    assert [name for name in read if name != "cdr.yaml"] == []
    cdr("verify")
    assert "case.yaml.gpg" in read


def test_a_file_of_the_same_size_and_time_is_read_again(cdr: Shell, sudi: str, read: list[str]) -> None:
    path = _file(cdr, sudi)
    before, raw = path.stat(), path.read_bytes()
    path.write_bytes(raw[:-1] + bytes([raw[-1] ^ 1]))
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert "1 files are not as recorded" in cdr("doctor", code=1).out
    assert "1 files are not as recorded" in cdr("doctor", code=1).out
    path.write_bytes(raw)
    assert "not as recorded" not in cdr("doctor").out


def test_one_that_is_gone_or_behind_a_link_or_was_swapped_is_told_of(
    cdr: Shell, sudi: str, read: list[str], tmp_path: Path
) -> None:
    path, other = _file(cdr, sudi), _file(cdr, sudi, "notification")
    path.rename(tmp_path / "case")
    other.rename(path)
    (tmp_path / "case").rename(other)
    assert "2 files are not as recorded" in cdr("doctor", code=1).out
    path.rename(tmp_path / "other")
    other.rename(path)
    (tmp_path / "other").rename(other)
    assert "not as recorded" not in cdr("doctor").out
    path.parent.rename(tmp_path / sudi)
    path.parent.symlink_to(tmp_path / sudi)
    assert "files are not as recorded" in cdr("doctor", code=1).out


def test_what_is_young_is_read_again(cdr: Shell, sudi: str, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(looked_at, "SETTLED", 10**12)
    path = _file(cdr, sudi)
    path.touch()
    cdr("doctor")
    read.clear()
    cdr("doctor")
    assert path.name in read


def test_what_is_kept_is_nobody_elses_and_may_be_damaged(
    cdr: Shell, sudi: str, read: list[str], tmp_path: Path
) -> None:
    [kept] = (tmp_path / "state" / "cdr").glob("*/looked-at/*")
    kept.write_bytes(kept.read_bytes()[:-9])
    cdr("doctor")
    assert "case.yaml.gpg" in read
