"""A text put before a person in their editor, on memory-backed storage only."""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cdr.errors import DiskFailed, NotFound, WrongUsage

IN_MEMORY = ("tmpfs", "ramfs")
VIM = ("-n", "-i", "NONE", "--cmd", "set nobackup nowritebackup noswapfile noundofile")
QUIET = {
    "vim": VIM,
    "nvim": VIM,
    "vi": ("-n",),
    "nano": ("--ignorercfiles",),
    "emacs": ("--no-init-file", "--eval", "(setq make-backup-files nil auto-save-default nil create-lockfiles nil)"),
}


class Desk:
    """One file on memory-backed storage that goes when the work is done."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def edit(self, text: bytes) -> bytes:
        """What a person makes of `text` in their editor (`$VISUAL`, else `$EDITOR`).

        Raises: WrongUsage without an editor, or where it ends with an error.
        """
        self.path.write_bytes(text)
        command = [*_editor(), str(self.path)]
        try:
            ended = subprocess.run(command, check=False)
        except OSError:
            raise WrongUsage(
                "The editor could not be started; nothing was changed.", "Say which one to use: export EDITOR=nano"
            ) from None
        if ended.returncode:
            raise WrongUsage(
                "The editor ended with an error; nothing was changed.", "Say which one to use: export EDITOR=nano"
            )
        return self.path.read_bytes()


@contextmanager
def desk(name: str) -> Iterator[Desk]:
    """A file called `name` in a folder of its own, in memory, for its owner alone.

    Raises: DiskFailed where this machine has no storage in memory: plaintext never goes to a disk.
    """
    folder = Path(tempfile.mkdtemp(prefix="cdr-", dir=_memory()))
    before = {number: signal.signal(number, _leave) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield Desk(folder / name)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        for number, handler in before.items():
            signal.signal(number, handler)


def _leave(number: int, frame: object) -> None:
    """A closed terminal ends the work as Ctrl-C does, so that nothing is left behind."""
    raise KeyboardInterrupt


def _editor() -> Sequence[str]:
    given = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    found = (
        shlex.split(given) if given else [name for name in ("sensible-editor", "nano", "vi") if shutil.which(name)][:1]
    )
    if not found:
        raise NotFound("No editor is known.", "Say which one to use: export EDITOR=nano")
    return [found[0], *QUIET.get(Path(found[0]).name, ()), *found[1:]]


def _memory() -> Path:
    candidates = [os.environ.get("XDG_RUNTIME_DIR"), "/dev/shm"]  # noqa: S108 - it is there for this
    for folder in (Path(given) for given in candidates if given):
        if folder.is_dir() and os.access(folder, os.W_OK) and _kind_of_storage(folder) in IN_MEMORY:
            return folder
    raise DiskFailed(
        "This machine has no storage in memory, and a form is never put on a disk unencrypted.",
        "Mount one at /dev/shm and try again.",
    )


def _kind_of_storage(folder: Path) -> str:
    """The kind of file system a folder is on, from the mounts whose path is the longest part of its own."""
    best, kind = "", ""
    for line in Path("/proc/self/mounts").read_text("utf-8").splitlines():
        _, point, type_, *_ = line.split(" ")
        inside = folder.resolve() == Path(point) or Path(point) in folder.resolve().parents
        if inside and len(point) >= len(best):
            best, kind = point, type_
    return kind
