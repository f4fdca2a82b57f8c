"""Opening many documents with one run of GnuPG, which for small documents takes longer to start than to decrypt.

GnuPG reads each ciphertext from a file and writes each plaintext into a pipe that it is handed, by a name beside the file that leads to that: so
no plaintext ever lies in a file, whatever ends the run; and where cdr was killed nobody reads, and GnuPG ends. What does not open with the
others is opened alone, where what is wrong with it is told.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from cdr import disk
from cdr.errors import CdrError
from cdr.records import replace
from cdr.store import gpg, state
from cdr.store.crypto import Gnupg, is_whole
from cdr.store.gpg import Answer
from cdr.store.layout import Place

AT_ONCE = 64
MOST_BYTES = 4 * 1024 * 1024  # of ciphertext in one run, and of plaintext of one document
PIECE = 65536
Decrypt = Callable[[Sequence[str], Sequence[int]], Answer]  # of these files, with these descriptors open in it


def batches(ciphertexts: Iterable[bytes]) -> Iterator[list[bytes]]:
    """The ciphertexts in runs of at most `AT_ONCE`; what is large is left out, and opened alone."""
    batch: list[bytes] = []
    size = 0
    for one in ciphertexts:
        if len(one) > MOST_BYTES:
            continue
        if len(batch) == AT_ONCE or size + len(one) > MOST_BYTES:
            yield batch
            batch, size = [], 0
        batch.append(one)
        size += len(one)
    if batch:
        yield batch


def in_groups(by_case: Mapping[str, Sequence[Place]]) -> dict[str, list[Place]]:
    """Documents of several cases that are opened together, by the case that comes first of them."""
    groups: dict[str, list[Place]] = {}
    first = ""
    for case, places in by_case.items():
        if not first or len(groups[first]) + len(places) > AT_ONCE:
            first = case
            groups[first] = []
        groups[first] += places
    return groups


def opened(gnupg: Gnupg, ciphertexts: Sequence[bytes]) -> list[bytes | None]:
    """The plaintext of each, None for all where one of them did not open whole; one private-key operation for each.

    Raises: nothing that is a fault of a document, of the key or of this machine: whoever then opens one alone hears of it.
    """
    asked: list[Answer] = []
    if ciphertexts and gpg.is_attended() and not gnupg.private_key_operations:
        with suppress(
            CdrError
        ):  # who has to type a pass-phrase is asked for it here, and not by each document of all these
            gnupg.decrypt(ciphertexts[0], "a document")
    if gnupg.is_locked:
        return [None] * len(ciphertexts)

    def decrypt(paths: Sequence[str], pipes: Sequence[int]) -> Answer:
        asked.append(gnupg.decrypt_files(paths, MOST_BYTES, pipes))
        return asked[-1]

    found = _together(decrypt, ciphertexts)
    if None in found and asked and gnupg.looks_further(asked[-1]):
        found = _together(decrypt, ciphertexts)
    return found


def _together(decrypt: Decrypt, ciphertexts: Sequence[bytes]) -> list[bytes | None]:
    nothing: list[bytes | None] = [None] * len(ciphertexts)
    try:
        with state.handed() as aside:
            answer, plain = _run(decrypt, str(aside), ciphertexts)
    except (OSError, CdrError):  # a folder that knows no pipes, a disk that is full, a key that is locked
        return nothing
    alone = [*each(answer)]
    if len(alone) != len(ciphertexts) or not all(map(is_whole, alone)):
        return nothing
    return [*plain]


def _run(decrypt: Decrypt, aside: str, ciphertexts: Sequence[bytes]) -> tuple[Answer, list[bytes]]:
    names = [f"{aside}/{number}" for number in range(len(ciphertexts))]
    with ExitStack() as stack:
        pipes = []
        for name, ciphertext in zip(names, ciphertexts, strict=True):
            disk.write_for_now(f"{name}.gpg", ciphertext)
            reading, writing = os.pipe()
            stack.callback(os.close, reading)
            stack.callback(os.close, writing)
            Path(name).symlink_to(f"/dev/fd/{writing}")
            pipes.append((reading, writing))
        ended, end = os.pipe()
        stack.callback(os.close, ended)
        plain: list[list[bytes]] = [[] for _ in pipes]
        draining = threading.Thread(target=_drain, args=([one for one, _ in pipes], ended, plain), daemon=True)
        draining.start()
        try:
            answer = decrypt([f"{name}.gpg" for name in names], [one for _, one in pipes])
        finally:
            os.close(end)
            draining.join()
    return answer, [b"".join(parts) for parts in plain]


def _drain(pipes: Sequence[int], ended: int, plain: Sequence[list[bytes]]) -> None:
    """Take what comes through the pipes until nobody writes any more: `ended` closes when GnuPG is done."""
    import selectors

    with selectors.DefaultSelector() as waiting:
        for number, pipe in enumerate(pipes):
            waiting.register(pipe, selectors.EVENT_READ, plain[number])
        waiting.register(ended, selectors.EVENT_READ)
        while True:
            ready = waiting.select()
            for key, _ in ready:
                if key.data is None:
                    continue
                part = os.read(key.fd, PIECE)
                key.data.append(part)
                if not part:
                    waiting.unregister(key.fd)
            if [key.fd for key, _ in ready] == [ended]:
                return


def each(answer: Answer) -> Iterator[Answer]:
    """What GnuPG said of each file, in order; the exit code is of all of them."""
    lines: list[str] = []
    for line in answer.status:
        word = line.split(" ", 1)[0]
        if word == "FILE_START":
            lines = []
        elif word == "FILE_DONE":
            yield replace(answer, status=tuple(lines))
        else:
            lines.append(line)
