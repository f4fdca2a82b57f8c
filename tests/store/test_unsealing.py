"""What is kept beside a store is opened by one GnuPG, one file after the other: the same as each alone, whatever ends that one, and nothing lies readable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import People

from cdr import programs
from cdr.errors import TryAgain
from cdr.store import crypto, gpg
from cdr.store import unsealing as unsealing_module
from cdr.store.crypto import Gnupg
from cdr.store.sealing import Sealing
from cdr.store.state import State
from cdr.store.unsealing import Unsealing

SECRET = "0f" * 32
PLAIN = [b"{}", b"x" * 3_000_000, b'{"a": "\xc3\xa9"}', os.urandom(200_000), b"y"]


@pytest.fixture
def gnupg(people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gnupg:
    monkeypatch.setenv("GNUPGHOME", people.home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    programs.begin()
    return Gnupg()


@pytest.fixture
def unsealing(gnupg: Gnupg) -> Iterator[Unsealing]:
    made = Unsealing(gnupg, SECRET)
    yield made
    made.end()


def test_one_after_the_other_opens_as_it_was_sealed_and_one_gpg_does_it(gnupg: Gnupg, unsealing: Unsealing) -> None:
    sealed = [gnupg.seal(one, SECRET) for one in PLAIN]
    programs.begin()
    assert [unsealing.open(one) for one in [*sealed, sealed[0]]] == [*PLAIN, PLAIN[0]]
    assert not programs.started


def test_what_does_not_open_whole_is_none_and_what_comes_after_it_opens(gnupg: Gnupg, unsealing: Unsealing) -> None:
    sealed = gnupg.seal(PLAIN[1], SECRET)
    others = gnupg.seal(PLAIN[1], "1f" * 32)
    flipped = sealed[:-30] + bytes([sealed[-30] ^ 1]) + sealed[-29:]
    for wrong in (sealed[:-40], flipped, others, b"", b"no message", sealed + gnupg.seal(b"z", SECRET)):
        assert unsealing.open(wrong) is None
        assert unsealing.open(sealed) == PLAIN[1]


def test_how_much_one_file_holds_is_limited_and_not_all_of_them(gnupg: Gnupg, monkeypatch: pytest.MonkeyPatch) -> None:
    """GnuPG counts all files of a run, and calls whole of which it left out what is over its limit."""
    for module in (crypto, unsealing_module):
        monkeypatch.setattr(module, "LARGEST_PLAINTEXT", 100_000)
    made = Unsealing(gnupg, SECRET)
    half, more = b"h" * 60_000, b"m" * 120_000
    sealed = gnupg.seal(half, SECRET)
    assert [made.open(sealed) for _ in range(5)] == [half] * 5
    with pytest.raises(OSError, match="too large"):
        made.open(gnupg.seal(more, SECRET))
    made.end()


def test_nothing_lies_in_a_file_but_what_is_sealed(gnupg: Gnupg, tmp_path: Path) -> None:
    unsealing = Unsealing(gnupg, SECRET)
    seen: list[bytes] = []
    taking_in = unsealing._take_in

    def watched(seconds: float) -> bool:
        seen.extend(one.read_bytes() for one in tmp_path.rglob(".cdr-*/*") if one.is_file())
        return taking_in(seconds)

    unsealing._take_in = watched  # type: ignore[method-assign]
    sealed = gnupg.seal(PLAIN[1], SECRET)
    assert unsealing.open(sealed) == PLAIN[1]
    assert {*seen} == {sealed}
    assert not [*tmp_path.rglob(".cdr-*/*")]
    unsealing.end()
    assert not [*tmp_path.rglob(".cdr-*")]


def test_where_it_was_ended_the_rest_opens_all_the_same(gnupg: Gnupg, people: People) -> None:
    state = State("0" * 40, Path("/nowhere"))
    Sealing(gnupg, state, people.member).keep("one", {"is": 1})
    Sealing(gnupg, state, people.member).keep("two", {"is": 2})
    sealing = Sealing(gnupg, state, people.member)
    assert sealing.open("one") == {"is": 1}
    assert sealing._unsealing is not None
    os.killpg(sealing._unsealing._process.pid, signal.SIGKILL)
    assert sealing.open_all(["two", "one"]) == [{"is": 2}, {"is": 1}]


def test_one_that_is_silent_is_told_and_not_waited_for_for_ever(gnupg: Gnupg, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gpg, "UNATTENDED_SECONDS", 0.2)
    made = Unsealing(gnupg, SECRET)
    os.kill(made._process.pid, signal.SIGSTOP)
    with pytest.raises(TryAgain):
        made.open(gnupg.seal(b"x", SECRET))
    made.end()


KILLED = """
import os, sys, signal
from cdr.store.crypto import Gnupg
from cdr.store.unsealing import Unsealing
made = Unsealing(Gnupg(), "0f" * 32)
print(made._process.pid, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_where_cdr_was_killed_it_ends(gnupg: Gnupg) -> None:
    ended = subprocess.run([sys.executable, "-c", KILLED], capture_output=True, text=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    process = Path("/proc", ended.stdout.strip(), "stat")
    for _ in range(500):
        if not process.exists() or process.read_text().rpartition(")")[2].split()[0] == "Z":
            return
        time.sleep(0.01)
    raise AssertionError("it goes on")
