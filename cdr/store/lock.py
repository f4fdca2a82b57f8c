"""One writer at a time: an advisory lock on a file inside the repository's own folder."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cdr.errors import DiskFailed, NotFound, TryAgain
from cdr.store import ownership

WAIT_SECONDS = 10.0
PAUSE_SECONDS = 0.05
CANNOT_LOCK = (errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL)


@contextmanager
def held(path: Path, wait: float = WAIT_SECONDS, doing: str = "writing to") -> Iterator[int]:
    """Hold the lock on `path` and give its descriptor; `doing` says what somebody else is doing to the store who has it.

    Raises: TryAgain when somebody else keeps it for longer than `wait` seconds, DiskFailed when it cannot be made, NotAllowed
    where the repository belongs to another user.
    """
    if not path.parent.is_dir():
        raise NotFound("The store's folder is gone.", "Go to where it is now, or give it with --store DIR.")
    ownership.refuse_others(path.parent)
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    except OSError as error:
        ownership.refuse_unreadable(path)
        raise DiskFailed(f"The store cannot be written: {os.strerror(error.errno or 0)}.") from error
    try:
        _take(descriptor, wait, doing)
        yield descriptor
    finally:
        os.close(descriptor)


def _take(descriptor: int, wait: float, doing: str) -> None:
    deadline = time.monotonic() + wait
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise TryAgain(
                    f"Another cdr is {doing} this store.", "Wait until it has finished and try again."
                ) from None
            time.sleep(PAUSE_SECONDS)
        except OSError as error:
            raise _cannot(error) from None
        else:
            return


def _cannot(error: OSError) -> DiskFailed:
    if error.errno in CANNOT_LOCK:
        return DiskFailed(
            "The disk that the store is on cannot keep two writers apart (it has no locks), so nothing is written there.",
            "Keep the store on a disk of this machine, not on a network drive, and exchange it with git.",
        )
    return DiskFailed(f"The store cannot be locked: {os.strerror(error.errno or 0)}.")
