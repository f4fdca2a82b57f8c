"""Watches over a desk: where cdr is killed while a text lies on it, whoever works there is ended and the text is taken away.

It runs as a program of its own, beside cdr, and knows nothing but the desk's folder. Its standard input ends when cdr does.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

DONE = b"done"
SECONDS_TO_END = 1.0
LEFT_ALONE = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGTSTP)


def main(desk: str) -> None:
    """Wait until cdr is done or gone; clear the desk where it is gone."""
    for number in LEFT_ALONE:
        signal.signal(number, signal.SIG_IGN)
    os.chdir("/")
    if sys.stdin.buffer.read() != DONE:
        clear(Path(desk))


def clear(desk: Path) -> None:
    """End the programs that were started at a desk, and take it away with all that lies on it."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        at_work = list(_at(desk))
        for process in at_work:
            with suppress(OSError):
                os.kill(process, number)
        if at_work and number == signal.SIGTERM:
            time.sleep(SECONDS_TO_END)  # to put the terminal in order
    shutil.rmtree(desk, ignore_errors=True)


def _at(desk: Path) -> Iterator[int]:
    """The processes that have their temporary files on the desk, which is how every editor is started."""
    mark = f"TMPDIR={desk}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if mark in (folder / "environ").read_bytes().split(b"\0"):
                yield int(folder.name)


if __name__ == "__main__":
    main(sys.argv[1])
