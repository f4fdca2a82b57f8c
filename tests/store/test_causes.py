"""The cause that is told is the cause: what is wrong with this machine just now is not called a damaged store, and nothing hangs."""

from __future__ import annotations

import errno
import fcntl
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import before, findings, git, head, program, then, unchanged

from cdr.store import git_process, gpg

ALARMS = (
    "damaged",
    "not by anyone",
    "ask the other members",
    "restore a backup",
    "import it",
    "wrong inside",
    "Another cdr",
)
NOTIFY = ("notify", "--from", EXAMPLES / "form-a-neonatal.yaml")
DECRYPT = "--decrypt"


@pytest.fixture
def bin_(tmp_path: Path) -> Path:
    return tmp_path / "bin"


def told(cdr: Shell, words: tuple[str | Path, ...], code: int, *said: str) -> None:
    """How a command ends, what is said of it, and that no false alarm is."""
    answer = cdr(*words, code=code, as_of="2026-04-01")
    assert all(word in answer.err for word in said), answer.err
    assert not any(alarm in answer.err for alarm in ALARMS), answer.err
    assert len(answer.err.splitlines()) > 1, "what to do about it"


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        ("kill -KILL $$", 75, "was stopped"), ("kill -TERM $$", 75, "was stopped"),
        ("echo 'gpg: [don`t know]: write error: No space left on device' >&2; exit 2", 74, "disk is full"),
        ("echo 'gpg: error reading: Input/output error' >&2; exit 2", 74, "the disk failed"),
        ("echo 'gpg: out of core' >&2; exit 2", 75, "not enough memory"),
        ("exec /nowhere/at/all", 69, "cannot be run"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("words", [("show", "REF"), NOTIFY])
def test_a_gpg_that_fails_for_this_machines_sake(
    cdr: Shell, sudi: str, bin_: Path, words: tuple[str | Path, ...], what: str, code: int, said: str
) -> None:
    cdr("show", sudi)
    place = DECRYPT if words[0] == "show" else "--encrypt"
    with unchanged(cdr.store), before(bin_, "gpg", place, what):
        shutil.rmtree(Path(os.environ["XDG_STATE_HOME"]))
        told(cdr, tuple(sudi if word == "REF" else word for word in words), code, said)
    cdr("show", sudi)


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ('case "$*" in *--version*) echo "gpg (GnuPG) 1.4.23"; exit 0;; esac\nexec REAL "$@"', "too old"),
        ("exec /nowhere/at/all", "cannot be run"),
        ("echo hello", "is not GnuPG, or does not run"),
    ],
)
def test_what_is_called_gpg_and_is_none(cdr: Shell, sudi: str, bin_: Path, script: str, said: str) -> None:
    with program(bin_, "gpg", script):
        for words in (("list",), ("show", sudi), NOTIFY):
            told(cdr, words, 69, said)


@pytest.mark.parametrize("script", ["exec /nowhere/at/all", "echo hello"])
def test_what_is_called_git_and_is_none(cdr: Shell, sudi: str, bin_: Path, script: str) -> None:
    with program(bin_, "git", script):
        for words in (("list",), ("show", sudi), NOTIFY):
            told(cdr, words, 69, "is not git, or does not run")


def test_a_git_that_sleeps_is_given_up_and_lets_go_of_the_lock(
    cdr: Shell, sudi: str, bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_process, "SECONDS", 1.0)
    git(cdr.store, "repack", "-adq")  # what lies in a pack is asked of git
    with (
        unchanged(cdr.store),
        program(bin_, "git", 'case " $* " in *" cat-file "*) sleep 600;; esac\nexec REAL "$@"'),
    ):
        told(cdr, NOTIFY, 75, "git did not answer")
    cdr(*NOTIFY, as_of="2026-04-01")


def test_a_git_that_reads_and_sleeps_is_given_up(
    cdr: Shell, sudi: str, bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(git_process, "SECONDS", 1.0)
    with program(bin_, "git", 'case " $* " in *" cat-file "*) sleep 600;; esac\nexec REAL "$@"'):
        told(cdr, ("list",), 75, "git did not answer")


@pytest.fixture
def own_home(people: People, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The member's home of GnuPG once more, with an agent of its own."""
    home = Path(tempfile.mkdtemp(prefix="cdr-", dir="/tmp"))
    shutil.copytree(people.home, home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("S.*"))
    monkeypatch.setenv("GNUPGHOME", str(home))
    yield home
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "all"], check=False)
    shutil.rmtree(home, ignore_errors=True)


def test_an_agent_that_hangs(cdr: Shell, sudi: str, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdr("show", sudi)
    shutil.rmtree(Path(os.environ["XDG_STATE_HOME"]))
    monkeypatch.setattr(gpg, "UNATTENDED_SECONDS", 2.0)
    [agent] = subprocess.run(
        ["pgrep", "-f", f"gpg-agent --homedir {own_home} "], capture_output=True, text=True, check=True
    ).stdout.split()
    os.kill(int(agent), signal.SIGSTOP)
    try:
        with unchanged(cdr.store):
            for words in (("list",), ("show", sudi), NOTIFY):
                told(cdr, words, 75, "did not answer", "gpg-agent")
        assert "gpg-agent" in cdr("doctor", code=1).out + cdr("doctor", code=1).err
    finally:
        os.kill(int(agent), signal.SIGCONT)
    cdr("show", sudi)


def test_a_broken_list_of_whom_gnupg_trusts_stops_nothing(cdr: Shell, sudi: str, own_home: Path) -> None:
    (own_home / "trustdb.gpg").write_bytes(b"junk" * 99)
    cdr("show", sudi)
    cdr(*NOTIFY, as_of="2026-04-01")
    assert findings(cdr, code=0) == set()


def test_a_clock_that_stands_before_the_keys(cdr: Shell, sudi: str, bin_: Path) -> None:
    """What was signed and encrypted reads all the same."""
    shutil.rmtree(Path(os.environ["XDG_STATE_HOME"]))
    with then(bin_, "20200101T000000"):
        cdr("show", sudi)
        assert sudi in cdr("list").out
        assert findings(cdr, code=0) == set()


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_disk_without_locks(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def none(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    cdr("list")
    before_ = head(cdr.store)
    with monkeypatch.context() as patch:
        patch.setattr(fcntl, "flock", none)
        told(cdr, NOTIFY, 74, "it has no locks")
        assert sudi in cdr("list").out
    assert fcntl.flock is not none and head(cdr.store) == before_


def test_a_folder_that_is_gone(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    for words in (["list"], ["show", sudi], ["doctor"]):
        answer = run(words)
        assert answer.code in (66, 1) and "is gone" in answer.out + answer.err, answer
    cdr("list")


def test_a_user_whom_the_machine_does_not_know(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(user: int) -> object:
        raise KeyError(user)

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    for name in ("HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name)
    told(cdr, ("list",), 78, "has no home folder", "export HOME")
