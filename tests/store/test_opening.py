"""Many documents opened by one run of GnuPG: the same documents, no plaintext in a file, and a bad one is told as if it were alone."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, findings, flip, sign_commit
from store.hands import gpg as gpg_by_hand

from cdr import programs
from cdr.errors import TryAgain
from cdr.store import gpg
from cdr.store.crypto import Gnupg
from cdr.store.opening import AT_ONCE, MOST_BYTES, batches, opened

FORM = EXAMPLES / "form-a-sudi.yaml"


class Watch:
    """Stands first on PATH: notes each run of gpg, and every file that holds something in the folder it works in, just after it ended."""

    def __init__(self, folder: Path) -> None:
        self.runs, self.left = folder / "runs", folder / "left"
        folder.mkdir()
        program = folder / "gpg"
        program.write_text(
            f'#!/bin/bash\necho "$*" >> {self.runs}\n{shutil.which("gpg")} "$@"\ncode=$?\n'
            f'for one in "$@"; do case "$one" in */0.gpg) find "${{one%/*}}" -type f ! -name "*.gpg" >> {self.left};; esac; done\n'
            "exit $code\n"
        )
        program.chmod(0o700)
        self.left.touch()

    @property
    def together(self) -> list[int]:
        """How many documents each run opened that opened several."""
        lines = [line.split() for line in self.runs.read_text().splitlines() if "--multifile" in line]
        counted = (sum(word.endswith(".gpg") for word in line) for line in lines)
        return [count for count in counted if count]  # what is kept beside the store is named one after the other

    @property
    def decrypted(self) -> int:
        """How many runs opened something."""
        return sum("--decrypt" in line for line in self.runs.read_text().splitlines())


@pytest.fixture
def watch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    made = Watch(tmp_path / "watch")
    monkeypatch.setenv("PATH", f"{tmp_path / 'watch'}:{os.environ['PATH']}")
    return made


def _several(cdr: Shell, count: int) -> list[str]:
    notify = ("notify", "--from", FORM, "--not-a-duplicate", "x")
    return [cdr(*notify, as_of="2026-01-09").out.strip() for _ in range(count)]


def test_the_first_index_opens_many_documents_in_one_run_and_leaves_no_plaintext(
    cdr: Shell, tmp_path: Path, watch: Watch
) -> None:
    cases = _several(cdr, 5)
    right = cdr("list", "--json").json["cases"]
    shutil.rmtree(tmp_path / "state")
    watch.runs.write_text("")
    assert cdr("list", "--json").json["cases"] == right and len(right) == len(cases)
    assert len(watch.together) == 1 and watch.together[0] >= 2 * len(cases)
    assert watch.left.read_text() == "", "a plaintext lay in a file"


@pytest.mark.hurt
def test_one_that_is_damaged_is_told_and_the_others_are_read(cdr: Shell, people: People, tmp_path: Path) -> None:
    bad, *good = _several(cdr, 4)
    path = document(cdr.store, bad)
    path.write_bytes(flip(path.read_bytes()))
    sign_commit(cdr.store, people.home, people.member)
    shutil.rmtree(tmp_path / "state")
    listed = cdr("list", "--json", code=1).json
    assert {one["case"] for one in listed["cases"]} == {*good} and listed["left_out"] == [bad]


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("known", [True, False])
def test_ones_own_ring_is_asked_only_for_a_key_that_the_stores_ring_does_not_hold(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, watch: Watch, known: bool, together: bool
) -> None:
    """GnuPG checks a key in the ring in which it was made anew for each document, which takes longer than to open it."""
    monkeypatch.setenv("GNUPGHOME", people.home)
    own, ring = Gnupg(), Gnupg(tmp_path / "ring.kbx")
    ring.add([own.export(people.member if known else people.chaser)])
    sealed = [own.encrypt(f"document {n}".encode(), [people.member]) for n in range(3)]
    for runs in (
        ([True], [True]) if known else ([True, False], [False])
    ):  # from the second time on it is known which to ask
        watch.runs.write_text("")
        if together:
            assert opened(ring, sealed) == [b"document 0", b"document 1", b"document 2"]
        else:
            assert ring.decrypt(sealed[1], "it") == b"document 1"
        decrypting = [line for line in watch.runs.read_text().splitlines() if "--decrypt" in line]
        assert ["--no-default-keyring" in line for line in decrypting] == runs


@pytest.mark.parametrize("together", [False, True])
def test_whose_key_is_locked_is_asked_for_its_pass_phrase_once(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, watch: Watch, together: bool
) -> None:
    """A document names the keys of others too, which are not here: that is no reason to ask the same key again."""
    with _locked(people, monkeypatch, tmp_path) as (ring, sealed):
        watch.runs.write_text("")
        if together:
            assert opened(ring, sealed) == [None] * 3
        else:
            with pytest.raises(TryAgain, match="is locked"):
                ring.decrypt(sealed[1], "it")
        assert watch.decrypted == 1


def test_who_does_not_give_a_pass_phrase_is_not_asked_by_each_of_many_documents(
    people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, watch: Watch
) -> None:
    with _locked(people, monkeypatch, tmp_path) as (ring, sealed):
        monkeypatch.setattr(gpg, "is_attended", lambda: True)
        monkeypatch.setattr(gpg, "environment", lambda: {**os.environ})
        watch.runs.write_text("")
        assert opened(ring, sealed) == opened(ring, sealed) == [None] * 3
        assert (watch.decrypted, watch.together) == (1, [])


@contextlib.contextmanager
def _locked(people: People, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Iterator[tuple[Gnupg, list[bytes]]]:
    """Documents for a key that has a pass-phrase, and for another that is not here; with the ring of the two."""
    home = folder / "home"
    home.mkdir(0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    own, ring = Gnupg(), Gnupg(folder / "ring.kbx")
    try:
        name = "Robin Testcase <robin@team.example>"
        gpg_by_hand(str(home), "--passphrase", "x", "--quick-generate-key", name, "future-default", "default", "0")
        gpg_by_hand(str(home), "--import", data=gpg_by_hand(people.home, "--export", people.member))
        robin = next(iter(own.holds_secret_of()))
        ring.add([own.export(robin), own.export(people.member)])
        sealed = [own.encrypt(f"document {n}".encode(), [people.member, robin]) for n in range(3)]
        own.end_agent()  # which still knows the pass-phrase
        yield ring, sealed
    finally:
        own.end_agent()


def test_what_is_slow_with_one_document_may_be_slower_with_many(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A private key that takes seconds on a busy machine takes them for each document of a run."""
    monkeypatch.setenv("GNUPGHOME", people.home)
    gnupg, patience = Gnupg(), list[float]()
    sealed = [gnupg.encrypt(b"x", [people.member])] * 11
    run = programs.run

    def noted(command: list[str], *given: Any, seconds: float, **more: Any) -> Any:
        patience.append(seconds)
        return run(command, *given, seconds=seconds, **more)

    monkeypatch.setattr(programs, "run", noted)
    gnupg.decrypt(sealed[0], "it")
    assert None not in opened(gnupg, sealed)
    assert patience[-1] == patience[0] + 10 * gpg.OPERATION_SECONDS


def test_what_opens_alone_opens_together_and_one_that_does_not_sends_all_to_be_opened_alone(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.home)
    gnupg = Gnupg()
    plain = [f"document {n}\n".encode() * (n * 9000 + 1) for n in range(5)]
    sealed = [gnupg.encrypt(one, [people.member]) for one in plain]
    before = gnupg.private_key_operations
    assert opened(gnupg, sealed) == plain
    assert gnupg.private_key_operations - before == len(plain)
    cut = [*sealed[:2], sealed[2][:-40], *sealed[3:]]
    assert opened(gnupg, cut) == [None] * len(cut)
    twice = [*sealed[:2], sealed[2] + sealed[3], sealed[4]]
    assert opened(gnupg, twice) == [None] * len(twice), "two messages in one document are none"


def test_runs_are_of_a_limited_size_and_what_is_large_is_opened_alone() -> None:
    small = [b"x" * 10] * (AT_ONCE + 3)
    assert [len(batch) for batch in batches(small)] == [AT_ONCE, 3]
    assert [len(batch) for batch in batches([b"x" * (MOST_BYTES // 2 + 1)] * 3)] == [1, 1, 1]
    assert [*batches([b"x" * (MOST_BYTES + 1), b"y"])] == [[b"y"]]


def test_a_second_check_opens_only_what_is_new(cdr: Shell, watch: Watch) -> None:
    _several(cdr, 3)
    assert findings(cdr, 0) == set()
    watch.runs.write_text("")
    assert findings(cdr, 0) == set()
    assert watch.together == [], "what was found whole was opened again"
    _several(cdr, 1)
    watch.runs.write_text("")
    assert findings(cdr, 0) == set()
    assert len(watch.together) <= 1 and sum(watch.together) <= 4


KILLED = """
import subprocess, sys
from cdr.store import opening
def decrypt(paths, pipes):
    script = f'echo $$ > {sys.argv[1]}.new; mv {sys.argv[1]}.new {sys.argv[1]}; sleep 0.3; exec yes > {paths[0].removesuffix(".gpg")}'
    return subprocess.Popen(["sh", "-c", script], pass_fds=tuple(pipes), process_group=0).wait()
opening._run(decrypt, sys.argv[2], [b"x"])
"""


def _runs(process: str) -> bool:
    with contextlib.suppress(OSError):
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def _comes(what: Callable[[], bool]) -> bool:
    """Whether something comes to be so within half a minute."""
    for _ in range(300):
        if what():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
def test_who_writes_for_a_cdr_that_was_killed_ends_too(tmp_path: Path) -> None:
    (tmp_path / "aside").mkdir()
    started = tmp_path / "started"
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(started), str(tmp_path / "aside")])
    assert _comes(started.exists)
    process.kill()
    process.wait()
    assert _comes(lambda: not _runs(started.read_text().strip()))
