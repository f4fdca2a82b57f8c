"""How a program at a terminal of its own ends, however busy the machine is."""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from typing import Any

import pexpect

PATIENCE = 120  # seconds; on a busy machine gpg alone may take many


def ended(terminal: pexpect.spawn[Any]) -> int | None:
    """The exit code of a program that ends by itself; pexpect's own `close` kills one that is slow to go."""
    if not terminal.closed:
        terminal.expect(pexpect.EOF)
    if terminal.isalive():
        terminal.wait()
    terminal.close(force=False)
    code: int | None = terminal.exitstatus
    return code


def killed(terminal: pexpect.spawn[Any]) -> None:
    """End a program at once; pexpect's own `close` gives up after a tenth of a second, in which a busy machine may not end it."""
    with suppress(ProcessLookupError):
        os.kill(terminal.pid, signal.SIGKILL)
    if terminal.isalive():
        terminal.wait()
    terminal.close(force=False)


def hung_up(terminal: pexpect.spawn[Any]) -> None:
    """Close the terminal's other end and nothing else: what the program does then is its own affair."""
    terminal.ptyproc.fileobj.close()
    terminal.ptyproc.closed = terminal.closed = True
    terminal.child_fd = terminal.ptyproc.fd = -1
