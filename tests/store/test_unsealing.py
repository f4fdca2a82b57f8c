"""What is kept beside a store is opened by one GnuPG, one file after the other: the same as each alone, whatever ends that one, and nothing lies readable."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import People
from store.hands import gpg as gpg_by_hand

from cdr import programs
from cdr.errors import TryAgain
from cdr.store import crypto, gpg
from cdr.store import unsealing as unsealing_module
from cdr.store.crypto import Gnupg, is_whole
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


def test_the_secret_itself_is_opened_by_the_run_that_opens_all_else(gnupg: Gnupg, people: People) -> None:
    state = State("0" * 40, Path("/nowhere"))
    Sealing(gnupg, state, people.member).keep("one", {"is": 1})
    gnupg.private_key_operations = 0
    programs.begin()
    sealing = Sealing(gnupg, state, people.member)
    assert sealing.share_of("a word", 1000) == sealing.share_of("a word", 1000)
    assert sealing.open("one") == {"is": 1}
    assert [*programs.started.values()] == [1] and gnupg.private_key_operations == 1


@pytest.fixture
def protected(gnupg: Gnupg, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Someone whose key has a pass-phrase, which the agent holds for nobody yet."""
    home = tmp_path / "home"
    home.mkdir(0o700)
    monkeypatch.setenv("GNUPGHOME", str(home))
    name = "Robin Testcase <robin@team.example>"
    gpg_by_hand(str(home), "--passphrase", "x", "--quick-generate-key", name, "future-default", "default", "0")
    gnupg.end_agent()
    yield gnupg.holds_secret_of().pop()
    gnupg.end_agent()


def unlocked(gnupg: Gnupg, folder: Path, fingerprint: str) -> None:
    """Let the agent hold the pass-phrase, as after the first use of a day."""
    sealed = gnupg.encrypt(b"x", [fingerprint])
    assert gpg_by_hand(str(folder / "home"), "--passphrase", "x", "--decrypt", data=sealed) == b"x"


def test_who_holds_the_pass_phrase_is_asked_by_a_run_of_its_own(gnupg: Gnupg, protected: str, tmp_path: Path) -> None:
    """The run that opens all the rest can show no question, and answers none: a card counts each wrong PIN."""
    (tmp_path / "home/gpg-agent.conf").write_text(f"log-file {tmp_path}/log\n")
    gnupg.end_agent()
    state = State("0" * 40, Path("/nowhere"))
    Sealing(gnupg, state, protected).keep("one", {"is": 1})
    programs.begin()
    with pytest.raises(TryAgain, match="is locked"):
        Sealing(gnupg, state, protected).open("one")
    assert [*programs.started.values()] == [2]
    said = (tmp_path / "log").read_text("utf-8", "replace")
    assert "PKDECRYPT' failed: End of file" in said and "Bad passphrase" not in said
    unlocked(gnupg, tmp_path, protected)
    programs.begin()
    assert Sealing(gnupg, state, protected).open("one") == {"is": 1}
    assert [*programs.started.values()] == [1]


def test_an_agent_that_lets_nobody_else_ask_is_asked_as_before(gnupg: Gnupg, protected: str, tmp_path: Path) -> None:
    state = State("0" * 40, Path("/nowhere"))
    Sealing(gnupg, state, protected).keep("one", {"is": 1})
    home = str(tmp_path / "home")
    gpg_by_hand(
        home, "--passphrase", "", "--quick-generate-key", "Chris Testcase <c@team.example>", "future-default", "default"
    )
    gnupg.end_agent()
    agent = "no-allow-loopback-pinentry\npinentry-program /bin/false\n"
    (tmp_path / "home/gpg-agent.conf").write_text(agent)
    with pytest.raises(TryAgain, match="is locked"):
        Sealing(gnupg, state, protected).open("one")
    [other] = Gnupg().holds_secret_of() - {protected}
    Sealing(gnupg, state, other).keep("two", {"is": 2})
    programs.begin()
    assert Sealing(gnupg, state, other).open("two") == {"is": 2}
    assert [*programs.started.values()] == [3]


def test_a_secret_that_is_damaged_is_made_anew(gnupg: Gnupg, people: People) -> None:
    state = State("0" * 40, Path("/nowhere"))
    for wrong in (b"", b"no message", gnupg.encrypt(b"too short", [people.member])):
        Sealing(gnupg, state, people.member).keep("one", {"is": 1})
        state.seal(f"{people.member}/key", wrong)
        sealing = Sealing(gnupg, state, people.member)
        assert sealing.open("one") is None
        sealing.keep("two", {"is": 2})
        assert Sealing(gnupg, state, people.member).open("two") == {"is": 2}


def test_what_asks_twice_in_one_file_is_opened_no_further(gnupg: Gnupg, people: People) -> None:
    """Two pass-phrases open it, of which the second is another's: it is for whoever opens it alone to say what it is."""
    made = Unsealing(gnupg)
    assert is_whole(made.secret_in(gnupg.encrypt(SECRET.encode(), [people.member])))
    packets = [gnupg.seal(b"x", one) for one in ("1f" * 32, "2f" * 32)]
    with suppress(OSError):
        assert made.open(packets[0][:15] + packets[1]) is None
        assert made.open(gnupg.seal(b"x", SECRET)) == b"x"
    made.end()


KILLED = """
import os, sys, signal
from cdr.store.crypto import Gnupg, is_whole
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
