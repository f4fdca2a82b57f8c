"""git's lock files: those of cdr bear its mark, so that one which a crash left is told from one that another program holds.

cdr holds git's lock on the index and the settings itself, and lets git write beside them: no child of cdr ever makes such a lock.
Whoever calls holds cdr's own lock; so a marked lock that is there already is one that a crash left.
"""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from cdr import disk
from cdr.errors import DiskFailed, TryAgain

MARK = b"cdr is writing here; if it was stopped, the next cdr takes this file away\n"
LARGEST_LOCK = 4096
WAIT_SECONDS = 10.0
PAUSE_SECONDS = 0.05
NO_HARD_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS)
SETTLED_SECONDS = 1.0  # nothing but a crash leaves a lock on a branch for so long

_held: set[Path] = set()


@contextmanager
def held(path: Path, wait: float = WAIT_SECONDS) -> Iterator[None]:
    """Hold git's lock on a file of the repository's own folder; within it, again is no wait.

    Raises: TryAgain when another program keeps it for longer than `wait` seconds, DiskFailed when it cannot be made.
    """
    lock = lock_of(path)
    if lock in _held:
        yield
        return
    _until(lambda: _take(lock), [lock], wait)
    _held.add(lock)
    try:
        yield
    finally:
        _held.discard(lock)
        lock.unlink(missing_ok=True)


def lock_of(path: Path) -> Path:
    """The lock that git knows a file by."""
    return path.with_name(f"{path.name}.lock")


def clear(path: Path) -> None:
    """Take away the lock on a file, if it is cdr's own."""
    lock = lock_of(path)
    if lock not in _held and _is_ours(lock):
        lock.unlink(missing_ok=True)


def clear_ref(path: Path, value: str) -> bool:
    """Take away the lock that a child of cdr left on a ref when it was about to hold `value`; whether there is none any more.

    git holds such a lock for an instant; one that stays, and holds another value, is not touched.
    """
    lock = lock_of(path)
    before = _seen(lock)
    deadline = time.monotonic() + SETTLED_SECONDS
    while before is not None and time.monotonic() < deadline:
        time.sleep(PAUSE_SECONDS)
        if _seen(lock) != before:
            return not os.path.lexists(lock)
    if before is not None and f"{value}\n".encode().startswith(before[0]):  # git writes it in two steps
        lock.unlink(missing_ok=True)
    return not os.path.lexists(lock)


def await_free(paths: Sequence[Path], wait: float = WAIT_SECONDS) -> None:
    """Wait until nobody holds git's lock on these files. Raises: TryAgain."""
    locks = [lock_of(path) for path in paths]
    _until(lambda: not any(os.path.lexists(lock) for lock in locks), locks, wait)


def _until(is_done: Callable[[], bool], locks: Sequence[Path], wait: float) -> None:
    deadline = time.monotonic() + wait
    while not is_done():
        if time.monotonic() >= deadline:
            there = next((lock for lock in locks if os.path.lexists(lock)), locks[0])
            raise TryAgain(
                "git is at work in this store's folder (a commit whose editor is open?), so nothing was recorded.",
                f"Finish that and try again. If no git runs there any more, it was stopped: remove {there}",
            )
        time.sleep(PAUSE_SECONDS)


def _take(lock: Path) -> bool:
    """The lock is there with its mark at once, or not at all."""
    if _is_ours(lock):
        lock.unlink(missing_ok=True)
    import tempfile

    try:
        descriptor, temporary = tempfile.mkstemp(dir=lock.parent, prefix=disk.TEMPORARY, suffix=disk.HALF)
        try:
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(MARK)
                stream.flush()
                os.fsync(stream.fileno())
            return _linked(Path(temporary), lock)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise DiskFailed(f"The store cannot be written: {os.strerror(error.errno or 0)}.") from error


def _linked(made: Path, lock: Path) -> bool:
    with suppress(FileExistsError):
        try:
            lock.hardlink_to(made)
        except OSError as error:
            if error.errno not in NO_HARD_LINKS:
                raise
            with lock.open("xb") as stream:
                stream.write(MARK)
        return True
    return False


def _is_ours(lock: Path) -> bool:
    try:
        return disk.read_regular(lock, len(MARK)) == MARK
    except OSError:
        return False


def _seen(lock: Path) -> tuple[bytes, int, int] | None:
    try:
        about = lock.lstat()
        return disk.read_regular(lock, LARGEST_LOCK), about.st_ino, about.st_mtime_ns
    except OSError:
        return None
