"""A text put before a person in their editor, on memory-backed storage only, and nothing of it left anywhere afterwards."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import click

from cdr import disk
from cdr.errors import DiskFailed, TryAgain, WrongUsage
from cdr.terminal import editors, guardian, terminal
from cdr.terminal.editors import Editor
from cdr.terminal.output import LARGEST_GIVEN, say

IN_MEMORY = ("tmpfs", "ramfs")
NAME, MAKING, LOCK = "cdr-desk-", "cdr-making-", ".lock"
UNATTENDED_SECONDS = 60
CLEARED = "A text that a killed cdr had left open is taken away from memory now; what was typed in it and not recorded is lost."
AN_ERROR = "The editor ended with an error; nothing was changed."


class Desk:
    """One file on memory-backed storage that goes when the work is done."""

    def __init__(self, path: Path, editor: Editor) -> None:
        self.path = path
        self.editor = editor

    def edit(self, text: bytes) -> bytes:
        """What a person makes of `text` in their editor.

        Raises: WrongUsage where it cannot be started, ends with an error or does not end.
        """
        self.path.write_bytes(text)
        command, environment = self.editor.command(self.path), self.editor.environment(self.path.parent)
        try:
            ended = _by_a_person(command, environment) if terminal.is_attended() else _by_itself(command, environment)
        except OSError:
            raise WrongUsage("The editor could not be started; nothing was changed.", editors.CHOOSE) from None
        if ended:
            raise WrongUsage(AN_ERROR, editors.CHOOSE)
        try:
            return disk.read_regular(self.path, LARGEST_GIVEN)  # an editor may leave a pipe, which would be waited for
        except OSError:
            raise WrongUsage("The editor left no text behind; nothing was changed.", editors.CHOOSE) from None


@contextmanager
def desk(name: str) -> Iterator[Desk]:
    """A file called `name` in a folder of its own, in memory, for its owner alone.

    Raises: DiskFailed where this machine has no storage in memory: plaintext never goes to a disk. WrongUsage where no editor
    may be started. click.Abort where the terminal is closed or cdr is told to end.
    """
    for words in sweep():
        say(words)
    editor = _editor()
    with terminal.noticing():
        try:
            with _folder() as folder:
                yield Desk(folder / name, editor)
        except terminal.HungUp:
            terminal.silence()
            raise click.Abort from None


def sweep() -> list[str]:
    """Take away the desks of this user whose cdr is gone; what to tell of them, a sentence each."""
    from cdr.store import lock

    told = []
    for memory in _memories():
        for folder in memory.glob(f"{NAME}*"):
            with suppress(TryAgain, DiskFailed):
                if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
                    continue
                with lock.held(folder / LOCK, wait=0):
                    guardian.clear(folder)
                told.append(f"{folder} cannot be taken away; remove it by hand." if folder.exists() else CLEARED)
    return told


# ---- the editor ------------------------------------------------------------------------------------------------------


def _editor() -> Editor:
    """The editor to start. Raises: WrongUsage where nobody is there to use it, or it may leave copies and nobody wants it so."""
    named = editors.chosen()
    editor = named or editors.usual()
    if not terminal.is_attended():
        if named is None or editor.needs_a_person:
            raise WrongUsage(
                "There is no terminal here in which a person could edit; nothing was changed.",
                "Run it in a terminal. A script may name a program that needs nobody: EDITOR=PROGRAM",
            )
        return editor
    if editor.known is None:
        say(
            f"What {editor.name} keeps of a text (copies, histories) is not known here, or cannot be turned off. "
            f"{editors.names()} are started with all of that off."
        )
        if not click.confirm(f"Open it in {editor.name} all the same", default=False, err=True):
            raise WrongUsage("No editor was opened; nothing was changed.", editors.CHOOSE)
    return editor


def _by_a_person(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run an editor on the terminal, whatever stdout is; its exit code."""
    with _deaf_to_keys():
        child = subprocess.Popen(command, env=environment, stdin=sys.stdin, stdout=sys.stderr, stderr=sys.stderr)
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            with suppress(subprocess.TimeoutExpired):
                child.wait(guardian.SECONDS_TO_END)
            child.kill()
            child.wait()
            raise


def _by_itself(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a program that needs nobody, with nothing to read and nowhere to write the text to; its exit code."""
    nowhere = subprocess.DEVNULL
    child = subprocess.Popen(
        command, env=environment, stdin=nowhere, stdout=nowhere, stderr=nowhere, start_new_session=True
    )
    try:
        return child.wait(UNATTENDED_SECONDS)
    except subprocess.TimeoutExpired:
        raise WrongUsage(
            f"The editor did not end within {UNATTENDED_SECONDS} seconds, and nobody is here; nothing was changed."
        ) from None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)  # nothing that it began goes on
        child.wait()


@contextmanager
def _deaf_to_keys() -> Iterator[None]:
    """Ctrl-C and Ctrl-\\ are the editor's while it runs."""
    numbers = (signal.SIGINT, signal.SIGQUIT)
    before = [signal.signal(number, lambda *_: None) for number in numbers]
    try:
        yield
    finally:
        for number, handler in zip(numbers, before, strict=True):
            signal.signal(number, handler)


# ---- the folder ------------------------------------------------------------------------------------------------------


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder in memory that is locked as long as this cdr lives, and that a guardian takes away where it is killed."""
    from cdr.store import lock

    made = Path(tempfile.mkdtemp(prefix=MAKING, dir=_memory()))
    with ExitStack() as stack:
        stack.enter_context(lock.held(made / LOCK, wait=0))
        folder = made.rename(made.with_name(NAME + made.name.removeprefix(MAKING)))  # others see it when it is locked
        stack.enter_context(_guarded(folder))
        try:
            yield folder
        finally:
            with terminal.undisturbed():
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _guarded(folder: Path) -> Iterator[None]:
    command = [sys.executable, "-I", "-S", guardian.__file__, str(folder)]
    nowhere = subprocess.DEVNULL
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=nowhere, stderr=nowhere, start_new_session=True
    ) as watching:
        try:
            yield
        finally:
            with suppress(OSError):
                watching.communicate(b"" if folder.exists() else guardian.DONE)


def _memory() -> Path:
    for folder in _memories():
        return folder
    raise DiskFailed(
        "This machine has no storage in memory, and a form is never put on a disk unencrypted.",
        "Mount one at /dev/shm and try again.",
    )


def _memories() -> Iterator[Path]:
    """The folders in memory that this user may write to, the best first."""
    candidates = [os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"]  # noqa: S108 - it is there for this
    for folder in (Path(given) for given in candidates if given):
        if folder.is_dir() and os.access(folder, os.W_OK) and _kind_of_storage(folder) in IN_MEMORY:
            yield folder


def _kind_of_storage(folder: Path) -> str:
    """The kind of file system a folder is on, from the mounts whose path is the longest part of its own."""
    best, kind = "", ""
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        _, point, type_, *_ = line.split(" ")
        inside = folder.resolve() == Path(point) or Path(point) in folder.resolve().parents
        if inside and len(point) >= len(best):
            best, kind = point, type_
    return kind
