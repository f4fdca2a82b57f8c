"""Files that are either wholly there or not there at all."""

from __future__ import annotations

import errno
import fcntl
import itertools
import os
import pwd
import re
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cdr.errors import DiskFailed, WrongConfiguration
from cdr.expressions import expression

TEMPORARY, HALF = ".cdr-", ".part"
NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
PASSING = ("/tmp", "/var/tmp", "/usr/tmp")  # noqa: S108 - only folders of a name that nobody guesses are made there
HALF_WRITTEN = expression(rf"{re.escape(TEMPORARY)}[a-z0-9_]{{8}}{re.escape(HALF)}")
MANY = 100  # files: for fewer a sync of everything, which waits for what others wrote too, costs more than it spares
PIECE = 1 << 16  # bytes
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole(path: Path, data: bytes, mode: int = 0o600, made_in: Path | None = None) -> None:
    """Put `data` at `path` so that a crash leaves the old file or the new one, on disk when this returns.

    What is half made lies beside it meanwhile, or in the folder `made_in` of the same disk, where all that a crash leaves is then found.
    Raises: DiskFailed, after which the old file stands and nothing partial is left.
    """
    with _telling(path):
        _write(path, data, mode, made_in or path.parent)


def write_all(files: Iterable[tuple[Path, bytes]], mode: int = 0o600, made_in: Path | None = None) -> None:
    """The same of each of these files. Of many the disk takes in what they hold together, and is then asked for each, which takes no time any more.

    They take their places in this order. Raises: DiskFailed, after which each stands as it was or as it is to be.
    """
    waiting = iter(files)
    while several := list(itertools.islice(waiting, MANY)):
        _write_together(several, mode, made_in)


def _write_together(files: Sequence[tuple[Path, bytes]], mode: int, made_in: Path | None) -> None:
    with ExitStack() as stack:
        made = []
        for path, data in files:
            with _telling(path):
                made.append((path, stack.enter_context(_made(path, data, mode, made_in or path.parent))))
        if len(files) == MANY:
            os.sync()  # which says nothing of what failed: that each file is asked about tells it
        for path, take_place in made:
            with _telling(path):
                take_place()
    for folder in {path.parent: None for path, _ in files}:
        with _telling(folder):
            sync_folder(folder)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    """Raises: DiskFailed for what the system says of a file that is written."""
    try:
        yield
    except OSError as error:
        raise DiskFailed(
            f"{path} could not be written: {os.strerror(error.errno or 0)}.", "Nothing was changed there."
        ) from error


def read_regular(path: Path, most: int) -> bytes:
    """The bytes of a plain file that somebody else may have put there: never through a link, never waiting, never more than `most`.

    Raises: OSError, also where it is no plain file or a larger one.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
    return _read_regular(descriptor, most)


def read_through_link(path: Path, most: int | None = None) -> bytes:
    """The same, of whatever size without `most`, where the file may be reached by a link: what it holds is held against something else. Raises: OSError."""
    return _read_regular(os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK), most)


def regular_in_pieces(path: Path, most: int) -> Iterator[bytes]:
    """The same as `read_regular` gives, piece by piece, each of some size and the last of any: of what is large no whole copy is in memory."""
    descriptor, read = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK), 0
    with _regular(descriptor, most) as (stream, _):
        while piece := stream.read(PIECE):
            read += len(piece)
            if read > most:
                raise OSError(errno.EFBIG, "too large")
            yield piece


def _read_regular(descriptor: int, most: int | None) -> bytes:
    with _regular(descriptor, most) as (stream, size):
        raw = stream.read(size + 1)  # room for more is made where there is more
        if len(raw) > size:
            raw += stream.read() if most is None else stream.read(max(most + 1 - len(raw), 0))
    if most is not None and len(raw) > most:
        raise OSError(errno.EFBIG, "too large")
    return raw


@contextmanager
def _regular(descriptor: int, most: int | None) -> Iterator[tuple[BinaryIO, int]]:
    """What an open file holds, and its size now. Raises: OSError where it is no plain file, or larger."""
    about = os.fstat(descriptor)
    if not stat.S_ISREG(about.st_mode) or (most is not None and about.st_size > most):
        os.close(descriptor)
        raise OSError(errno.EFBIG if stat.S_ISREG(about.st_mode) else errno.EINVAL, "too large, or no plain file")
    with os.fdopen(descriptor, "rb") as stream:
        yield stream, about.st_size


def folders_below(folder: Path) -> Iterator[tuple[Path, list[os.DirEntry[str]]]]:
    """A folder and those below it, however deep, each with what stands in it; never through a link.

    What may not be looked into, or is too deep to be named, is left out.
    """
    waiting = [folder]
    while waiting:
        there = waiting.pop()
        try:
            entries = sorted(os.scandir(there), key=lambda entry: entry.name)
        except OSError:
            continue
        yield there, entries
        waiting += [Path(entry.path) for entry in reversed(entries) if entry.is_dir(follow_symlinks=False)]


def move(made: Path, place: Path) -> None:
    """Put a file that was made beside another in its place, wholly or not at all. Raises: DiskFailed."""
    try:
        made.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise DiskFailed(f"{place} could not be written: {os.strerror(error.errno or 0)}.") from error


@contextmanager
def aside(folder: Path) -> Iterator[Path]:
    """A folder of its own within `folder`, for what is made ready there; it goes at the end, or with the next run."""
    while True:
        made = folder / _half_made()
        try:
            made.mkdir(0o700)
        except FileExistsError:
            continue
        try:
            descriptor = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
        except FileNotFoundError:  # somebody took it for left behind before it could be locked
            continue
        if _is_kept(descriptor, made):
            break
        os.close(descriptor)
    try:
        yield made
    finally:
        remove_folder(made)
        os.close(descriptor)


@contextmanager
def for_now() -> Iterator[Path]:
    """A folder of this run's own where the system has such; it goes at the end. Raises: OSError."""
    folder = next((one for one in (os.environ.get("TMPDIR"), *PASSING) if one and os.access(one, os.W_OK)), os.curdir)
    made = Path(folder, f"cdr-{os.urandom(8).hex()}").absolute()
    made.mkdir(0o700)
    try:
        yield made
    finally:
        remove_folder(made)


def write_for_now(path: str, data: bytes) -> None:
    """A new file in a folder of this run's own, which nothing need make last. Raises: OSError, also where only a part of it could be written."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        if os.write(descriptor, data) != len(data):
            raise OSError("the disk is full")
    finally:
        os.close(descriptor)


def remove_folder(folder: Path) -> None:
    """Remove a folder with all that is in it, as far as that can be done; never what a link leads to."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            for name in os.listdir(descriptor):  # noqa: PTH208 - by what is open, whatever is put in its place
                os.unlink(name, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        folder.rmdir()
        return
    import shutil  # which loads what compresses, and most folders have none below them

    shutil.rmtree(folder, ignore_errors=True)


def _half_made() -> str:
    """A name for what is half made, which nobody guesses."""
    return f"{TEMPORARY}{os.urandom(4).hex()}{HALF}"


def left_in(folder: Path) -> list[Path]:
    """What is half made in a folder, by the names that cdr makes and no other; nothing where the folder is a link."""
    if folder.is_symlink():
        return []
    with suppress(OSError), os.scandir(folder) as entries:
        return [Path(one.path) for one in entries if _is_half_made(one.name)]
    return []


def sweep(folder: Path) -> None:
    """Take away what killed runs left half made in a folder of cdr's own; what a live one makes there stays."""
    for left in left_in(folder):
        take_away(left)


def _is_half_made(name: str) -> bool:
    return name.startswith(TEMPORARY) and HALF_WRITTEN.fullmatch(name) is not None


def sweep_files(folder: Path) -> None:
    """The same in a folder of somebody else's, where only a half-written file is certain to be cdr's."""
    for left in left_in(folder):
        if left.is_file():
            take_away(left)


def take_away(left: Path) -> None:
    """Remove what a writer left; whoever still writes it holds its lock."""
    with suppress(OSError, RecursionError):  # what is too deep to be taken away, cdr did not make
        how = os.O_RDONLY if left.is_dir() else os.O_RDWR  # a lock over a network needs a file that may be written
        descriptor = os.open(left, how | os.O_NOFOLLOW | os.O_NONBLOCK)
        try:
            about = os.fstat(descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if about.st_uid == os.geteuid() and stat.S_ISDIR(about.st_mode):
                remove_folder(left)
            elif about.st_uid == os.geteuid() and stat.S_ISREG(about.st_mode):
                left.unlink()
        finally:
            os.close(descriptor)


def _is_kept(descriptor: int, made: Path) -> bool:
    """Lock what was just made, so that nobody takes it for left behind; whether nobody did so before it was locked."""
    with suppress(OSError):  # where a filesystem has no locks, nobody takes anything away there either
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return made.exists()


def _write(path: Path, data: bytes, mode: int, made_in: Path) -> None:
    with _made(path, data, mode, made_in) as take_place:
        take_place()
    sync_folder(path.parent)


@contextmanager
def _made(path: Path, data: bytes, mode: int, made_in: Path) -> Iterator[Callable[[], None]]:
    """What is to stand at `path`, written aside; what is yielded puts it there, once it is on the disk. It goes where that fails."""
    while True:
        temporary = made_in / _half_made()
        try:
            descriptor = os.open(temporary, NEW, 0o600)
        except FileExistsError:
            continue
        if _is_kept(descriptor, temporary):
            break
        os.close(descriptor)

    def take_place() -> None:
        os.fsync(descriptor)
        temporary.replace(path)

    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(descriptor, mode)
            yield take_place
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    """Make a rename in `folder` last through a power cut."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def home() -> Path:
    """The home folder of who runs cdr. Raises: WrongConfiguration where nobody knows one."""
    found = os.environ.get("HOME", "")
    if not found:
        with suppress(KeyError):
            found = pwd.getpwuid(os.geteuid()).pw_dir
    if not Path(found).is_absolute():
        raise WrongConfiguration(
            "This user has no home folder, so there is no place for what cdr keeps.", "Set one: export HOME=FOLDER"
        )
    return Path(found)


def private_folder(path: Path) -> Path:
    """The folder itself, made with its parents if need be, for its owner alone.

    Raises: DiskFailed.
    """
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise DiskFailed(f"{path} could not be made: {os.strerror(error.errno or 0)}.") from error
    return path
