"""Files that are either wholly there or not there at all."""

from __future__ import annotations

import errno
import os
import pwd
import tempfile
from contextlib import suppress
from pathlib import Path

from cdr.errors import DiskFailed, WrongConfiguration

TEMPORARY = ".cdr-"
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


def write_whole(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Put `data` at `path` so that a crash leaves the old file or the new one, on disk when this returns.

    Raises: DiskFailed, after which the old file stands and nothing partial is left.
    """
    try:
        _write(path, data, mode)
    except OSError as error:
        raise DiskFailed(
            f"{path} could not be written: {os.strerror(error.errno or 0)}.", "Nothing was changed there."
        ) from error


def move(made: Path, place: Path) -> None:
    """Put a file that was made beside another in its place, wholly or not at all. Raises: DiskFailed."""
    try:
        made.replace(place)
        sync_folder(place.parent)
    except OSError as error:
        raise DiskFailed(f"{place} could not be written: {os.strerror(error.errno or 0)}.") from error


def sweep(folder: Path) -> None:
    """Take away what a killed `write_whole` left in a folder that nobody else writes to now."""
    for left in folder.glob(f"{TEMPORARY}*"):
        left.unlink(missing_ok=True) if left.is_file() else None


def _write(path: Path, data: bytes, mode: int) -> None:
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=TEMPORARY)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fchmod(stream.fileno(), mode)
            os.fsync(stream.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


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
