"""What this machine worked out before and need not work out again, by what it was worked out from.

Plain JSON in the state folder, for what is no secret: rules as they ship, cdr.yaml, the registry, how keys are listed. Each file
carries a sum of what it holds and of its name, and may be deleted; what is damaged, or came from something else, is worked out
again. No answer ever depends on it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from cdr import disk
from cdr.errors import DiskFailed
from cdr.store import ownership, state

LARGEST = 1 << 24
SUM_LENGTH = 64
MOST = 40  # files of one name: a machine may hold several stores, each with its own

T = TypeVar("T")


def kept(
    name: str, made_from: Iterable[bytes], make: Callable[[], T], is_fresh: Callable[[T], bool] = lambda _: True
) -> T:
    """What `make` gives (plain JSON), taken from an earlier run where `made_from` was the same and it `is_fresh` still.

    Raises: whatever `make` raises; then nothing is kept.
    """
    path = _path(name, made_from)
    found: tuple[T] | None = _read(path)
    if found is not None and is_fresh(found[0]):
        return found[0]
    made = make()
    _write(path, name, made)
    return made


def about(*paths: Path) -> bytes | None:
    """What the system says of these files (which they are, how large, when changed); None where one is not there."""
    try:
        found = [(str(path), *_stat(path)) for path in paths]
    except OSError:
        return None
    return json.dumps(found).encode()


def _stat(path: Path) -> tuple[int, ...]:
    said = path.stat()
    return said.st_dev, said.st_ino, said.st_size, said.st_mtime_ns, said.st_ctime_ns


def _path(name: str, made_from: Iterable[bytes]) -> Path:
    digest = hashlib.sha256()
    for part in made_from:
        digest.update(len(part).to_bytes(8, "big") + part)
    return state.home() / state.KEPT / f"{name}-{digest.hexdigest()[:40]}.json"


def _read(path: Path) -> tuple[Any] | None:
    try:
        raw = disk.read_regular(path, LARGEST)
    except OSError:
        return None
    if _sum(path, raw[SUM_LENGTH:]) != raw[:SUM_LENGTH]:
        return None
    try:
        return (json.loads(raw[SUM_LENGTH:]),)
    except (ValueError, RecursionError):
        return None


def _sum(path: Path, raw: bytes) -> bytes:
    """Of what a file holds, and of its name: one that was put in another's place is not believed."""
    return hashlib.sha256(path.name.encode("ascii") + b"\0" + raw).hexdigest().encode("ascii")


def _write(path: Path, name: str, made: object) -> None:
    """Keep it where that can be: what JSON gives back otherwise than it was is not kept."""
    raw = json.dumps(made, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    if not ownership.may_keep_in(path.parent) or json.loads(raw) != made:
        return
    with suppress(DiskFailed, OSError):
        disk.private_folder(path.parent)
        disk.write_whole(path, _sum(path, raw) + raw)
        others = sorted(path.parent.glob(f"{name}-*.json"), key=lambda one: one.stat().st_mtime_ns)
        for old in others[:-MOST]:
            old.unlink()
