"""Encrypting many documents with one run of GnuPG, which for small documents takes longer to start than to encrypt.

GnuPG reads each plaintext from a pipe that it is handed, by a name that leads to that, and writes each ciphertext into a file beside the
name: so no plaintext ever lies in a file, whatever ends the run. What was not encrypted with the others is encrypted alone, where what is
wrong is told.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from cdr.errors import CdrError
from cdr.store import state
from cdr.store.crypto import Gnupg, is_encrypted
from cdr.store.opening import AT_ONCE, MOST_BYTES, each

K = TypeVar("K")


def batches(plain: Mapping[K, bytes], readers: Callable[[K], Sequence[str]]) -> Iterator[dict[K, bytes]]:
    """What is for the same readers, in runs of at most `AT_ONCE`; what is large is alone."""
    found: dict[tuple[str, ...], dict[K, bytes]] = {}
    for name, data in plain.items():
        for_whom = tuple(readers(name))
        batch = found.setdefault(for_whom, {})
        if batch and (len(batch) == AT_ONCE or sum(map(len, batch.values())) + len(data) > MOST_BYTES):
            yield batch
            batch = found[for_whom] = {}
        batch[name] = data
    yield from found.values()


def encrypted(gnupg: Gnupg, plain: Sequence[bytes], readers: Sequence[str]) -> list[bytes]:
    """Each of these encrypted to exactly these full fingerprints; needs no private key. Raises: as `Gnupg.encrypt`."""
    together = _together(gnupg, plain, readers) if len(plain) > 1 else []
    return together or [gnupg.encrypt(data, readers) for data in plain]


def _together(gnupg: Gnupg, plain: Sequence[bytes], readers: Sequence[str]) -> list[bytes]:
    """All of them by one run; none where not each of them was encrypted whole."""
    try:
        with state.handed() as aside:
            return _run(gnupg, plain, readers, [aside / str(number) for number in range(len(plain))])
    except (OSError, CdrError):  # a disk that is full, a key that cannot be encrypted to
        return []


def _run(gnupg: Gnupg, plain: Sequence[bytes], readers: Sequence[str], names: Sequence[Path]) -> list[bytes]:
    handed: list[bool] = []
    with ExitStack() as stack:
        pipes = []
        for name in names:
            reading, writing = os.pipe()
            pipes.append((reading, writing))
            name.symlink_to(f"/dev/fd/{reading}")
        handing = threading.Thread(target=_hand, args=([one for _, one in pipes], plain, handed), daemon=True)
        handing.start()
        stack.callback(handing.join)
        for reading, _ in pipes:  # then whoever still writes into a pipe that nobody reads any more is told so
            stack.callback(os.close, reading)
        answer = gnupg.encrypt_files(names, readers, [reading for reading, _ in pipes])
    made = [name.with_suffix(".gpg").read_bytes() for name in names]
    whole = [is_encrypted(one) for one in each(answer)]
    longer = all(len(ciphertext) > len(data) for ciphertext, data in zip(made, plain, strict=True))
    return made if whole == handed == [True] * len(plain) and longer else []


def _hand(pipes: Sequence[int], plain: Sequence[bytes], handed: list[bool]) -> None:
    """Write each plaintext into its pipe; what was not taken to its end does not count, for GnuPG would not know."""
    for pipe, data in zip(pipes, plain, strict=True):
        try:
            with os.fdopen(pipe, "wb", buffering=0) as stream:
                left = memoryview(data)
                while left:
                    left = left[stream.write(left) or 0 :]
            handed.append(True)
        except OSError:
            handed.append(False)
