"""Running git: within a limit of time, and what is wrong where it fails for this machine's sake."""

from __future__ import annotations

import os
import signal
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from cdr import disk, programs
from cdr.errors import CdrError, DiskFailed, NotFound, ToolMissing, TryAgain, WrongConfiguration
from cdr.store import ownership

SECONDS = 45.0
LONG_SECONDS = 600.0  # every object of a large repository is read
FATAL = 128
DISK_IS_FULL, MAKE_ROOM = "The disk is full: git could not write.", "Nothing was recorded. Make room and try again."
AGAIN = "Run the command again."
INSTALL = "Install it anew (Debian, Ubuntu: apt install --reinstall git); `git --version` shows whether it runs."


class GitFailed(DiskFailed):
    """A git command ended with an error; its own words stay out of sight, for they may quote a path."""

    def __init__(self, command: str, code: int, said: bytes = b"") -> None:
        how = f"was stopped (signal {-code})" if code < 0 else f"failed ({code})"
        super().__init__(f"git {command} {how}.", "See what is wrong with: cdr doctor")
        self.code = code
        self.said = said


@cache
def version_of(path: str) -> tuple[int, ...]:
    """Which git a program is. Raises: ToolMissing where it is none, or cannot be run; TryAgain."""
    done = ended([path, "version"])
    words = done.out.decode("utf-8", "replace").split()
    if done.signal:
        raise TryAgain(f"git was stopped (signal {done.signal}).", AGAIN)
    if words[:2] != ["git", "version"] or len(words) < 3:
        raise ToolMissing("What is called git on this machine is not git, or does not run.", INSTALL)
    return tuple(int(part) for part in words[2].split(".") if part.isdigit())


def ended(
    command: Sequence[str],
    data: bytes = b"",
    environment: Mapping[str, str] | None = None,
    descriptors: Sequence[int] = (),
    *,
    long: bool = False,
) -> programs.Ended:
    """How a git command ended; `long`: it may take minutes.

    Raises: TryAgain where it is silent for too long, ToolMissing where it cannot be started.
    """
    seconds = LONG_SECONDS if long else SECONDS
    try:
        return programs.run(command, data, seconds=seconds, environment=environment, descriptors=descriptors)
    except programs.OverTime:
        raise TryAgain(f"git did not answer within {seconds:g} seconds.", AGAIN) from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        if error.errno in disk.FULL:
            raise DiskFailed(DISK_IS_FULL, MAKE_ROOM) from None
        if error.errno in programs.SHORT:
            raise TryAgain(f"git could not be started just now: {why}.", AGAIN) from None
        raise ToolMissing(f"git cannot be started: {why}.", INSTALL) from None


def why(name: str, done: programs.Ended, folder: Path) -> CdrError:
    """What to tell of a git command that failed in a store's folder."""
    if b"dubious ownership" in done.said:
        return WrongConfiguration(
            "The store's folder belongs to another user, so git does not use it.",
            f"Work as that user, or allow it: git config --global --add safe.directory {folder}",
        )
    if done.signal == signal.SIGXFSZ or any(words in done.said for words in programs.DISK_IS_FULL):
        return DiskFailed(DISK_IS_FULL, MAKE_ROOM)
    if not folder.is_dir():
        return NotFound("The store's folder is gone.", "Go to where it is now, or give it with --store DIR.")
    if done.code >= FATAL or b"Permission denied" in done.said or name == "fsck":
        ownership.refuse_unreadable(folder / ".git")
    return GitFailed(name, done.code, done.said)
