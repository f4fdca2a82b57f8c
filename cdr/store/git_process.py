"""Running git: within a limit of time, and what is wrong where it fails for this machine's sake."""

from __future__ import annotations

import os
import weakref
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from cdr import disk, programs
from cdr.errors import CdrError, DiskFailed, GitFailed, NotFound, ToolMissing, TryAgain
from cdr.store import kept, ownership

NOWHERE = "/"  # git runs where no repository is, and is told of the one that it works on
SECONDS = 45.0
LONG_SECONDS = 600.0  # every object of a large repository is read
FATAL = 128
DISK_IS_FULL, MAKE_ROOM = "The disk is full: git could not write.", "Nothing was recorded. Make room and try again."
AGAIN = "Run the command again."
INSTALL = "Install it anew (Debian, Ubuntu: apt install --reinstall git); `git --version` shows whether it runs."


@cache
def version_of(path: str) -> tuple[int, ...]:
    """Which git a program is. Raises: ToolMissing where it is none, or cannot be run; TryAgain."""
    of = kept.about(Path(path), Path(path).resolve())
    if of is None:
        return _version_of(path)
    return tuple(kept.kept("git-version", (of,), lambda: [*_version_of(path)]))


def _version_of(path: str) -> tuple[int, ...]:
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
    with _starting(seconds):
        return programs.run(
            command, data, seconds=seconds, environment=environment, descriptors=descriptors, folder=NOWHERE
        )


def printed(command: Sequence[str], data: bytes, environment: Mapping[str, str]) -> bytes:
    """What a git command prints that is run outside of every repository. Raises: GitFailed, and as `ended`."""
    done = ended(command, data, environment)
    if done.code:
        raise why(command[1], done, Path(NOWHERE))
    return done.out


@contextmanager
def _starting(seconds: float = SECONDS) -> Iterator[None]:
    try:
        yield
    except programs.OverTime:
        raise _silent(seconds) from None
    except OSError as error:
        why = os.strerror(error.errno or 0)
        if error.errno in disk.FULL:
            raise DiskFailed(DISK_IS_FULL, MAKE_ROOM) from None
        if error.errno in programs.SHORT:
            raise TryAgain(f"git could not be started just now: {why}.", AGAIN) from None
        raise ToolMissing(f"git cannot be started: {why}.", INSTALL) from None


def _silent(seconds: float) -> TryAgain:
    return TryAgain(f"git did not answer within {seconds:g} seconds.", AGAIN)


def why(name: str, done: programs.Ended, folder: Path) -> CdrError:
    """What to tell of a git command that failed in a store's folder."""
    import signal

    if done.signal == signal.SIGXFSZ or any(words in done.said for words in programs.DISK_IS_FULL):
        return DiskFailed(DISK_IS_FULL, MAKE_ROOM)
    if not folder.is_dir():
        return NotFound("The store's folder is gone.", "Go to where it is now, or give it with --store DIR.")
    if done.code >= FATAL or b"Permission denied" in done.said or name == "fsck":
        ownership.refuse_unreadable(folder / ".git")
    return GitFailed(name, done.code, done.said, done.out)


class Reader:
    """A `git cat-file --batch-command` that is asked for objects one after the other."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        from select import POLLIN, poll

        with _starting():
            self._process = programs.start(command, environment=environment, folder=NOWHERE)
        self._end = weakref.finalize(self, programs.finish, self._process)
        self._got = b""
        self._ready = poll()
        self._ready.register(self._out, POLLIN)

    @property
    def _out(self) -> int:
        assert self._process.stdout is not None
        return self._process.stdout.fileno()

    def ask(self, what: str, ids: Sequence[str]) -> None:
        """Ask for the `info` or the `contents` of these objects; the answers come in their order."""
        assert self._process.stdin is not None
        with suppress(BrokenPipeError):  # then it has ended, and the answer says why
            self._process.stdin.write("".join(f"{what} {id_}\n" for id_ in ids).encode())
            self._process.stdin.flush()

    def line(self) -> bytes:
        """The next line; empty where it has ended. Raises: TryAgain."""
        while b"\n" not in self._got and self._more():
            pass
        line, _, self._got = self._got.partition(b"\n")
        return line

    def exactly(self, size: int) -> bytes:
        """The next so many bytes. Raises: GitFailed where it ended before, TryAgain."""
        parts, missing = [self._got[:size]], size - len(self._got)
        self._got = self._got[size:]
        while missing > 0:
            if not self._more():
                raise GitFailed("cat-file", self.ended())
            parts.append(self._got[:missing])
            self._got = self._got[missing:]
            missing -= len(parts[-1])
        return b"".join(parts)

    def _more(self) -> bool:
        if not self._ready.poll(SECONDS * 1000):
            programs.end(self._process)
            raise _silent(SECONDS)
        part = os.read(self._out, 1 << 20)
        self._got += part
        return bool(part)

    def ended(self) -> int:
        """Its exit code, after it was ended if need be; below zero: the signal that ended it."""
        self._end()
        return self._process.returncode
