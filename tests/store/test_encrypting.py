"""Many documents encrypted by one run of GnuPG: each for its own readers, no plaintext in a file, and where the run fails each alone."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell

from cdr.errors import NotAllowed
from cdr.store.crypto import Gnupg
from cdr.store.encrypting import batches, encrypted
from cdr.store.opening import AT_ONCE, MOST_BYTES

NOTIFY = ("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x")
REAL = shutil.which("gpg")


def gpg_that(folder: Path, monkeypatch: pytest.MonkeyPatch, does: str) -> Path:
    """A gpg first on PATH that `does` something where several are to be encrypted, and notes each run."""
    folder.mkdir()
    program, runs = folder / "gpg", folder / "runs"
    program.write_text(
        f'#!/bin/bash\necho "$*" >> {runs}\ncase "$*" in *"--multifile --encrypt"*) {does} ;; esac\nexec {REAL} "$@"\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return runs


def runs_that_encrypt(runs: Path) -> list[str]:
    """Of each run that encrypted to keys, how many files it was given; `alone` for one that read its standard input.

    The first is of the secret that the local index is sealed with.
    """
    found = []
    for words in (line.split() for line in runs.read_text().splitlines()):
        if "--encrypt" in words:
            found.append(str(len(words) - words.index("--encrypt") - 1) if "--multifile" in words else "alone")
    return found[1:]


@pytest.fixture
def gnupg(people: People, monkeypatch: pytest.MonkeyPatch) -> Gnupg:
    monkeypatch.setenv("GNUPGHOME", people.home)
    return Gnupg()


def test_a_case_is_encrypted_by_a_run_for_each_group_of_readers(
    cdr: Shell, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    left = tmp_path / "left"
    look = f'{REAL} "$@"; code=$?; for one in "$@"; do case "$one" in */0) find "${{one%/*}}" -type f ! -name "*.gpg" >> {left};; esac; done; exit $code'
    runs = gpg_that(tmp_path / "bin", monkeypatch, look)
    case = cdr(*NOTIFY, as_of="2026-01-09").out.strip()
    cdr("request", case, "northshire-police", as_of="2026-01-09")
    assert runs_that_encrypt(runs) == ["2", "2"]  # for the members alone; for them and the chaser
    assert left.read_text() == "", "a plaintext lay in a file"
    shutil.rmtree(tmp_path / "state")
    assert case in cdr("list").out
    cdr("verify", code=0)


@pytest.mark.hurt
@pytest.mark.parametrize("does", ["exit 2", "kill -KILL $$", "cat <&0 >/dev/null; exit 0", 'rm -f "${@: -1}"'])
def test_where_the_run_fails_each_is_encrypted_alone(
    cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    runs = gpg_that(tmp_path / "bin", monkeypatch, does)
    case = cdr(*NOTIFY, as_of="2026-01-09").out.strip()
    assert runs_that_encrypt(runs).count("alone") == 2
    shutil.rmtree(tmp_path / "state")
    assert case in cdr("list").out
    cdr("verify", code=0)


def test_what_is_encrypted_together_opens_as_it_was(gnupg: Gnupg, people: People) -> None:
    plain = [b"", b"one\n", b"\0" * 65536, os.urandom(3_000_000), b"last"]
    made = encrypted(gnupg, plain, [people.member])
    assert [gnupg.decrypt(one, "it") for one in made[1:]] == plain[1:]
    assert [gnupg.decrypt(one, "it") for one in encrypted(gnupg, [b"alone"], [people.member])] == [b"alone"]
    assert encrypted(gnupg, [], [people.member]) == []


def test_a_key_that_nobody_has_is_refused_as_for_one(gnupg: Gnupg, people: People) -> None:
    with pytest.raises(NotAllowed, match="would not encrypt"):
        encrypted(gnupg, [b"one", b"two"], [people.member, "0" * 40])


def test_a_plaintext_that_was_not_handed_on_to_its_end_does_not_count(
    gnupg: Gnupg, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.fdopen

    def cut(descriptor: int, mode: str, **more: int) -> object:
        if mode != "wb":
            return real(descriptor, mode, **more)  # type: ignore[call-overload]
        os.write(descriptor, b"the beginning of ")
        os.close(descriptor)
        raise OSError("the pipe broke")

    monkeypatch.setattr("cdr.store.encrypting.os.fdopen", cut)
    made = encrypted(gnupg, [b"the beginning of something", b"the beginning of it"], [people.member])
    monkeypatch.undo()
    monkeypatch.setenv("GNUPGHOME", people.home)
    assert [gnupg.decrypt(one, "it") for one in made] == [b"the beginning of something", b"the beginning of it"]


def test_runs_are_for_the_same_readers_and_of_a_limited_size() -> None:
    of = {number: b"x" for number in range(AT_ONCE + 3)}
    assert [len(batch) for batch in batches(of, lambda _: ["a"])] == [AT_ONCE, 3]
    assert [[*batch] for batch in batches({1: b"", 2: b"", 3: b""}, lambda n: ["a"] if n == 2 else ["a", "b"])] == [
        [1, 3],
        [2],
    ]
    large = dict.fromkeys(range(3), b"x" * (MOST_BYTES // 2 + 1))
    assert [[*batch] for batch in batches(large, lambda _: ["a"])] == [[0], [1], [2]]
