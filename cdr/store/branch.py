"""Moving a repository's branch, as git does it where branches are files: the new value is made whole in git's own lock, and takes its place.

git itself would be started for that alone, in a repository made for that one step. Whoever else moves the branch holds the same lock, so
what it holds is compared under it. The logs are for people who look for where the branch stood: one that cannot be written stops nothing.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from pathlib import Path

from cdr import clock, disk
from cdr.errors import TryAgain
from cdr.store import git_locks
from cdr.store.objects import NOTHING
from cdr.store.repository import Repository

WHO = "cdr <cdr@localhost>"
CHANGED = TryAgain("The store was changed by someone else just now; nothing was recorded.", "Run the command again.")
LOG = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
OF_EVERYBODY = 0o666  # less what the user's own mask forbids, as git makes them


def move(repository: Repository, new: str, old: str | None, why: str) -> None:
    """Let the branch hold `new`, where it holds `old`; on the disk before it takes its place.

    Raises: TryAgain where it holds something else, or somebody is about to move it; OSError; as `Repository.tip`.
    """
    place = repository.shared / repository.branch
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = git_locks.lock_of(place)
    try:
        descriptor = os.open(lock, disk.NEW, OF_EVERYBODY)
    except FileExistsError:
        raise CHANGED from None
    try:
        with os.fdopen(descriptor, "wb") as stream:
            if repository.tip() != old:
                raise CHANGED
            stream.write(f"{new}\n".encode("ascii"))
            stream.flush()
            os.fsync(descriptor)
        line = f"{old or NOTHING} {new} {WHO} {clock.real_seconds()} +0000\t{' '.join(why.split())}\n"
        for log in (repository.shared / "logs" / repository.branch, repository.directory / "logs/HEAD"):
            with suppress(OSError):
                _append(log, line.encode())
        if place.is_dir():
            place.rmdir()  # in which no branch is left; git takes such a folder away, too
        lock.replace(place)
    except BaseException:
        lock.unlink(missing_ok=True)
        raise


def _append(log: Path, line: bytes) -> None:
    """Put a line at the end of a log, whole or not at all."""
    log.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(log, LOG, OF_EVERYBODY)
    try:
        about = os.fstat(descriptor)
        if stat.S_ISREG(about.st_mode) and os.write(descriptor, line) != len(line):
            os.ftruncate(descriptor, about.st_size)
    finally:
        os.close(descriptor)
