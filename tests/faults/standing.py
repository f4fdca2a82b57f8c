"""All that stands in some folders, taken as one value and put back."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path

from faults.disks import FOLDER, LINK, PIPE, Files


def read(folder: Path, names: Sequence[str]) -> dict[str, bytes]:
    """Everything in these folders of one, by its path."""
    found: dict[str, bytes] = {}
    for top in (folder / name for name in names if (folder / name).exists()):
        found[str(top)] = FOLDER if top.is_dir() else top.read_bytes()
        for here, folders, files in os.walk(top):
            found |= {f"{here}/{name}": _content(Path(here, name)) for name in (*folders, *files)}
    return found


def _content(path: Path) -> bytes:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return LINK + os.fsencode(path.readlink())
    if stat.S_ISFIFO(mode):
        return PIPE
    return FOLDER if stat.S_ISDIR(mode) else path.read_bytes()


def put(now: Files, then: Files) -> None:
    """Where what is there `now` stands, make it what is to stand there `then`."""
    for name in sorted((name for name in now if now[name] != then.get(name)), reverse=True):
        path = Path(name)
        (path.rmdir if now[name] == FOLDER else path.unlink)()
    for name in sorted(name for name in then if now.get(name) != then[name]):
        _make(Path(name), then[name])


def _make(path: Path, content: bytes) -> None:
    if content == FOLDER:
        path.mkdir(0o700)
    elif content == PIPE:
        os.mkfifo(path, 0o600)
    elif content.startswith(LINK):
        path.symlink_to(os.fsdecode(content.removeprefix(LINK)))
    else:
        path.touch(0o600)
        path.write_bytes(content)
