"""Opening what is sealed beside the store with one run of GnuPG, which is given one file after the other for as long as cdr runs.

What is to be opened is often known only when something else was opened: the file in which a child's family name stands, when the child's name
was read. GnuPG reads the name of each file from its standard input, and writes what was in it into a pipe, by a name beside the file that
leads to that: so no plaintext ever lies in a file; and where cdr was killed nobody writes any more, and GnuPG ends.

The secret with which all of it was sealed is encrypted to a key. The same run opens it first, and is told it when it then asks for a pass-phrase. It
asks nobody else for one: where the key has a pass-phrase that the agent does not hold, it opens nothing, and the secret is opened by a
run of its own.
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
DONE, ASKS = b"[GNUPG:] FILE_DONE", b"[GNUPG:] GET_"


class Unsealing:
    """A run of GnuPG that opens what was sealed with one secret; without it, what `secret_in` is asked for comes first.

    Raises: TryAgain, ToolMissing where it does not start; OSError.
    """

    def __init__(self, gnupg: Gnupg, secret: str = "") -> None:
        kept = ExitStack()
        self.secret = secret
        try:
            self._aside = kept.enter_context(state.handed())
            self._plain, self._pipe = os.pipe()
            kept.callback(os.close, self._plain)
            reading, self._answers = os.pipe()
            try:
                told_by = ("--passphrase-fd" if secret else "--command-fd", reading)
                self._process, self._status = gnupg.begin_unsealing(told_by, self._pipe, with_key=not secret)
            except BaseException:
                os.close(self._answers)
                raise
            finally:
                os.close(self._pipe)
                os.close(reading)
            kept.callback(os.close, self._status)
            kept.callback(programs.finish, self._process)
            kept.callback(os.close, self._answers)  # before it is waited for, which perhaps waits for an answer
            if secret:
                self._tell()
        except BaseException:
            kept.close()
            raise
        self._end = weakref.finalize(self, kept.close)
        self._given = 0
        self._told: dict[int, list[bytes]] = {}
        self._came = self._times_told = 0
        self._ready = poll()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            self._listen(stream.fileno())
        self._listen(self._status)
        self._listen(self._plain)

    def secret_in(self, ciphertext: bytes) -> Answer:
        """What GnuPG makes of the secret that is encrypted to a key; where it is whole, it opens everything after it with that. Raises: as `open`."""
        answer = self._given_to_it(ciphertext, gpg.patience(may_ask=True))
        self.secret = answer.out.decode("ascii", "replace") if is_whole(answer) else ""
        return answer

    def open(self, ciphertext: bytes) -> bytes | None:
        """The plaintext; None where it did not open whole. Raises: TryAgain where GnuPG is silent; OSError where it has ended, or a disk is full."""
        answer = self._given_to_it(ciphertext, gpg.UNATTENDED_SECONDS)
        return answer.out if is_whole(answer) else None

    def _given_to_it(self, ciphertext: bytes, seconds: float) -> Answer:
        name = f"{self._aside}/{self._given}"
        self._given += 1
        for told in self._told.values():
            told.clear()
        self._came = self._times_told = 0
        disk.write_for_now(f"{name}.gpg", ciphertext)
        try:
            Path(name).symlink_to(f"/dev/fd/{self._pipe}")
            assert self._process.stdin is not None
            self._process.stdin.write(f"{name}.gpg\n".encode())
            self._process.stdin.flush()
            while DONE not in self._said():
                self._take_in(seconds)
                self._answer()
            while self._take_in(0):  # what it wrote before it said that it was done
                pass
        finally:
            for one in (name, f"{name}.gpg"):
                Path(one).unlink(missing_ok=True)
        return self._as_answer()

    def _answer(self) -> None:
        """Tell it the secret where it asks for it, once for each file. Raises: OSError where it asks for what only a person knows."""
        if self._said().count(ASKS) > self._times_told:
            if self._times_told or not self.secret:
                programs.end(
                    self._process
                )  # else it takes that nobody answers for an empty pass-phrase, or for the PIN of a card
                raise OSError("it asks for a pass-phrase")
            self._tell()
            self._times_told += 1

    def _tell(self) -> None:
        os.write(self._answers, f"{self.secret}\n".encode("ascii"))

    def end(self) -> None:
        """End it, where it is not to be asked again."""
        self._end()

    def _listen(self, descriptor: int) -> None:
        self._told[descriptor] = []
        self._ready.register(descriptor, POLLIN)

    def _said(self) -> bytes:
        return b"".join(self._told[self._status])

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

    def _as_answer(self) -> Answer:
        plain = b"".join(self._told[self._plain])
        lines = self._said().decode("utf-8", "replace").splitlines()
        return Answer(gpg.status_lines(lines), plain, programs.Ended(0, plain, b""))
