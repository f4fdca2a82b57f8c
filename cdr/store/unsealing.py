"""Opening what is sealed beside the store with one run of GnuPG, which is given one file after the other for as long as cdr runs.

What is to be opened is often known only when something else was opened: the file in which a child's family name stands, when the child's name
was read. GnuPG reads the name of each file from its standard input, and writes what was in it into a pipe, by a name beside the file that
leads to that: so no plaintext ever lies in a file; and where cdr was killed nobody writes any more, and GnuPG ends.
"""

from __future__ import annotations

import os
import weakref
from contextlib import ExitStack
from pathlib import Path
from select import POLLIN, poll

from cdr import disk, programs
from cdr.store import gpg, state
from cdr.store.crypto import LARGEST_PLAINTEXT, Gnupg, is_whole
from cdr.store.gpg import Answer

PIECE = 1 << 16
DONE = b"[GNUPG:] FILE_DONE"


class Unsealing:
    """A run of GnuPG that opens what was sealed with one secret. Raises: TryAgain, ToolMissing where it does not start; OSError."""

    def __init__(self, gnupg: Gnupg, secret: str) -> None:
        kept = ExitStack()
        try:
            self._aside = kept.enter_context(state.handed())
            self._plain, self._pipe = os.pipe()
            kept.callback(os.close, self._plain)
            try:
                self._process, self._status = gnupg.begin_unsealing(secret, self._pipe)
            finally:
                os.close(self._pipe)
            kept.callback(os.close, self._status)
            kept.callback(programs.finish, self._process)
        except BaseException:
            kept.close()
            raise
        self._end = weakref.finalize(self, kept.close)
        self._given = 0
        self._told: dict[int, list[bytes]] = {}
        self._came = 0
        self._ready = poll()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            self._listen(stream.fileno())
        self._listen(self._status)
        self._listen(self._plain)

    def open(self, ciphertext: bytes) -> bytes | None:
        """The plaintext; None where it did not open whole. Raises: TryAgain where GnuPG is silent; OSError where it has ended, or a disk is full."""
        name = f"{self._aside}/{self._given}"
        self._given += 1
        for told in self._told.values():
            told.clear()
        self._came = 0
        disk.write_for_now(f"{name}.gpg", ciphertext)
        try:
            Path(name).symlink_to(f"/dev/fd/{self._pipe}")
            assert self._process.stdin is not None
            self._process.stdin.write(f"{name}.gpg\n".encode())
            self._process.stdin.flush()
            while not self._is_done():
                self._take_in(gpg.UNATTENDED_SECONDS)
            while self._take_in(0):  # what it wrote before it said that it was done
                pass
        finally:
            for one in (name, f"{name}.gpg"):
                Path(one).unlink(missing_ok=True)
        return self._opened()

    def end(self) -> None:
        """End it, where it is not to be asked again."""
        self._end()

    def _listen(self, descriptor: int) -> None:
        self._told[descriptor] = []
        self._ready.register(descriptor, POLLIN)

    def _is_done(self) -> bool:
        return DONE in b"".join(self._told[self._status])

    def _take_in(self, seconds: float) -> bool:
        """Take in what came, waiting so long for it; whether anything did."""
        ready = self._ready.poll(seconds * 1000)
        if not ready and seconds:
            programs.end(self._process)
            raise gpg.silent(seconds)
        for descriptor, _ in ready:
            part = os.read(descriptor, PIECE)
            if not part:
                raise OSError("it has ended")
            self._told[descriptor].append(part)
            self._came += len(part)
            if self._came > LARGEST_PLAINTEXT:
                raise OSError("it is too large")
        return bool(ready)

    def _opened(self) -> bytes | None:
        plain = b"".join(self._told[self._plain])
        lines = b"".join(self._told[self._status]).decode("utf-8", "replace").splitlines()
        answer = Answer(gpg.status_lines(lines), plain, programs.Ended(0, plain, b""))
        return plain if is_whole(answer) else None
