"""What the server has taken in this run, on disk at once: a run that is killed before it could record it does not send it again.

A line holds a message id, a day and addresses of agencies; nothing of a child.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

from cdr import disk
from cdr.errors import DiskFailed
from cdr.records import dataclass

LARGEST = 1 << 24


@dataclass(frozen=True)
class Taken:
    """A message that the server took on a day (ISO), but for some of its addresses."""

    message_id: str
    on: str
    refused: tuple[str, ...] = ()


class Progress:
    """The file of one store, kept by whoever holds the lock of sending."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, taken: Taken) -> None:
        """Add a message, on disk when this returns. Raises: DiskFailed."""
        line = json.dumps([taken.message_id, taken.on, list(taken.refused)]).encode() + b"\n"
        try:
            descriptor = os.open(
                self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK, 0o600
            )
            try:
                os.write(descriptor, line)
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise DiskFailed(f"What was sent could not be noted: {os.strerror(error.errno or 0)}.") from error

    def noted(self) -> list[Taken]:
        """The messages of a run that did not come to record them; a torn line is none."""
        try:
            lines = disk.read_regular(self.path, LARGEST).split(b"\n")[:-1]
        except OSError:
            return []
        return [taken for line in lines if (taken := _read(line))]

    def clear(self) -> None:
        """Forget them, once they are recorded."""
        self.path.unlink(missing_ok=True)


def _read(line: bytes) -> Taken | None:
    try:
        message_id, on, refused = json.loads(line)
        return Taken(str(message_id), str(on), tuple(map(str, refused)))
    except (ValueError, TypeError, RecursionError):
        return None
