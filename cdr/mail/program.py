"""Programs that sending needs: run from their words, without a shell, within a time limit."""

from __future__ import annotations

import shlex
import subprocess
from dataclasses import dataclass

from cdr.errors import WrongConfiguration

DID_NOT_START = 127
DID_NOT_END = -1


@dataclass(frozen=True)
class Ended:
    """How a program ended: its exit code (127: it did not start, -1: it was stopped at the limit) and what it printed."""

    code: int
    out: bytes = b""


def words(command: str) -> list[str]:
    """A command line's words, as a shell would part them. Raises: WrongConfiguration."""
    try:
        found = shlex.split(command)
    except ValueError:
        found = []
    if not found:
        raise WrongConfiguration(
            "A command under mail in cdr.yaml cannot be read.", "Write a program and its options, quotes closed."
        )
    return found


def run(command: list[str], data: bytes, seconds: float) -> Ended:
    """Run a program with `data` on its standard input; what it says on stderr is not shown."""
    try:
        done = subprocess.run(
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, timeout=seconds, check=False
        )
    except OSError:
        return Ended(DID_NOT_START)
    except subprocess.TimeoutExpired:
        return Ended(DID_NOT_END)
    return Ended(done.returncode, done.stdout)
