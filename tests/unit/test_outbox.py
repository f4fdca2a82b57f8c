from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from cdr.errors import DiskFailed
from cdr.mail import outbox


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_message_is_a_private_file_in_a_private_folder(tmp_path: Path) -> None:
    path = outbox.write(tmp_path / "outbox", "2026-7K3M.police.prompt-1.eml", b"one\r\n")
    assert path.read_bytes() == b"one\r\n"
    assert (mode(path), mode(path.parent)) == (0o600, 0o700)


def test_a_folder_that_others_could_read_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "outbox"
    folder.mkdir(mode=0o755)
    outbox.write(folder, "a.eml", b"x")
    assert mode(folder) == 0o700


def test_the_same_name_again_replaces_it_and_leaves_nothing_else(tmp_path: Path) -> None:
    outbox.write(tmp_path, "a.eml", b"long message")
    outbox.write(tmp_path, "a.eml", b"new")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.eml", b"new")]


@pytest.mark.parametrize("name", ["", "../a.eml", "a/b.eml", ".hidden", "-a", "a\nb", "a b"])
def test_only_a_plain_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError):
        outbox.write(tmp_path, name, b"x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["fsync", "fdopen"])
def test_a_full_disk_keeps_the_old_message_and_no_part_of_the_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    outbox.write(tmp_path, "a.eml", b"old")
    real = getattr(os, call)

    def full(descriptor: int, *rest: Any) -> Any:
        if call == "fdopen":
            os.close(descriptor)
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, call, full)
    with pytest.raises(DiskFailed) as caught:
        outbox.write(tmp_path, "a.eml", b"new")
    monkeypatch.setattr(os, call, real)
    assert caught.value.exit_code == 74
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("a.eml", b"old")]


def test_a_really_full_device() -> None:
    with pytest.raises(DiskFailed):
        outbox.write(Path("/dev/full"), "a.eml", b"x")


def test_where_a_file_stands_in_the_folders_place(tmp_path: Path) -> None:
    (tmp_path / "outbox").write_text("")
    with pytest.raises(DiskFailed):
        outbox.write(tmp_path / "outbox", "a.eml", b"x")


def test_several_are_there_together_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outbox.write(tmp_path, "b.eml", b"old")
    real, done = os.fsync, []

    def full(descriptor: int) -> None:
        done.append(descriptor)
        if len(done) == 5:  # each file, and its folder: the third file
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFailed):
        outbox.write_all(tmp_path, {"a.eml": b"a", "b.eml": b"b", "c.eml": b"c"})
    assert [path.name for path in tmp_path.iterdir()] == ["b.eml"]
    monkeypatch.setattr(os, "fsync", real)
    take_back = outbox.write_all(tmp_path, {"a.eml": b"a", "b.eml": b"b"})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.eml", "b.eml"]
    take_back()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("b.eml", b"b")]
