"""A file that is read whole is, also where it grew since the system said how large it is, and never more than it may hold."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from cdr import disk


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 300_000])
@pytest.mark.parametrize("said", [0, 1, 4096, None])
def test_a_file_that_grows_is_read_whole(
    tmp_path: Path, size: int, said: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, raw = tmp_path / "x", os.urandom(size)
    path.write_bytes(raw)
    told = os.fstat

    def smaller(descriptor: int) -> os.stat_result:
        about = told(descriptor)
        return os.stat_result((*about[:6], min(size, about.st_size if said is None else said), *about[7:10]))

    monkeypatch.setattr(os, "fstat", smaller)
    assert disk.read_regular(path, size) == disk.read_regular(path, size + 5) == disk.read_through_link(path) == raw
    assert b"".join(disk.regular_in_pieces(path, size)) == b"".join(disk.regular_in_pieces(path, size + 5)) == raw
    for most in {0, size // 2, size - 1} - {size, -1}:
        with pytest.raises(OSError, match="too large"):
            disk.read_regular(path, most)
        with pytest.raises(OSError, match="too large"):
            list(disk.regular_in_pieces(path, most))


def test_what_is_no_plain_file_is_not_read_in_pieces_either(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to(tmp_path / "plain")
    (tmp_path / "plain").write_bytes(b"x")
    for name in ("pipe", "link", "nothing", "."):
        with pytest.raises(OSError, match=r"."):
            list(disk.regular_in_pieces(tmp_path / name, 100))
