"""A run that sends is killed before and after each of its steps: every message arrives, and twice at worst under the same id."""

from __future__ import annotations

import os
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell
from mail_server import Server
from mail_store import new_store, smtp_words, store_text
from store.hands import findings, git

from cdr.mail.progress import Progress
from cdr.store.store import Store

pytestmark = [
    pytest.mark.filterwarnings("ignore::UserWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
AGENCIES = ("northshire-police", "regional-ambulance")
DAY = "2026-01-23"


class Killed(BaseException):
    """The process ends here."""


class Fault:
    """Ends the run before or after the n-th of its steps: each commit, each message handed over, each note of one taken."""

    def __init__(self, at: int, after: bool, patch: pytest.MonkeyPatch) -> None:
        self.at, self.after, self.steps, self.dead = at, after, [], False  # type: ignore[var-annotated]
        for owner, name in ((Store, "commit"), (smtplib.SMTP, "data"), (Progress, "note"), (Progress, "clear")):
            patch.setattr(owner, name, self.wrap(getattr(owner, name), name))

    def wrap(self, real: Callable[..., Any], name: str) -> Callable[..., Any]:
        def step(*arguments: Any, **options: Any) -> Any:
            if self.dead:
                raise Killed
            self.steps.append(name)
            if len(self.steps) != self.at:
                return real(*arguments, **options)
            self.dead = True
            if self.after:
                real(*arguments, **options)
            raise Killed

        return step


@pytest.fixture
def asked(tmp_path: Path, people: People, member: str, server: Server, authority: Path) -> tuple[Shell, str]:
    cdr = new_store(tmp_path, people, store_text(smtp_words(server, authority)))
    case = cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09").out.strip()
    cdr("request", case, *AGENCIES, as_of="2026-01-09")
    cdr("list", as_of="2026-01-10")
    server.mails.clear()
    for name in ("store", "state"):
        shutil.copytree(tmp_path / name, tmp_path / f"{name}-before", symlinks=True)
    return cdr, case


def _as_before(folder: Path) -> None:
    for name in ("store", "state"):
        shutil.rmtree(folder / name)
        shutil.copytree(folder / f"{name}-before", folder / name, symlinks=True)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_at_each_step(asked: tuple[Shell, str], server: Server, tmp_path: Path, after: bool) -> None:
    cdr, _ = asked
    doubles: dict[str, int] = {}
    for at in range(1, 40):
        _as_before(tmp_path)
        server.mails.clear()
        with pytest.MonkeyPatch.context() as patch, suppress(Killed):
            fault = Fault(at, after, patch)
            cdr("chase", "--overdue", as_of=DAY)
        seen = cdr("chase", as_of=DAY).err
        cdr("chase", "--overdue", as_of=DAY)
        assert len(server.ids) == len(AGENCIES) and max(server.ids.values()) <= 2, f"at {at}: {fault.steps}"
        if max(server.ids.values()) == 2:
            assert "uncertain:" in seen, f"at {at}: {fault.steps}"
            doubles[fault.steps[-1]] = doubles.get(fault.steps[-1], 0) + 1
        finished = cdr("chase", "--overdue", as_of=DAY)
        assert (finished.out, finished.err, len(server.ids)) == ("", "", len(AGENCIES))
        if not fault.dead:
            break
    else:
        raise AssertionError("it never completes")
    assert at == 8, "two commits, two messages with a note each, and the notes' end"
    assert set(doubles) == ({"data"} if after else {"note"})  # only where the server's answer could not be noted yet
    assert findings(cdr, code=0) == set()


def test_killed_for_real_at_spread_moments(asked: tuple[Shell, str], server: Server, tmp_path: Path) -> None:
    cdr, _ = asked
    began = time.monotonic()
    assert _start(cdr.store).wait(60) == 0
    length, twice = time.monotonic() - began, 0
    for number in range(8):
        _as_before(tmp_path)
        server.mails.clear()
        process = _start(cdr.store)
        time.sleep(length * (0.4 + number / 12))
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)
        cdr("chase", "--overdue", as_of=DAY)
        assert len(server.ids) == len(AGENCIES) and max(server.ids.values()) <= 2
        twice += max(server.ids.values()) == 2
        assert cdr("chase", "--overdue", as_of=DAY).out == ""
    assert twice <= 4
    git(cdr.store, "fsck", "--no-progress", "--no-dangling")


def test_a_signal_stops_it_after_the_message_under_way(asked: tuple[Shell, str], server: Server) -> None:
    cdr, _ = asked
    server.mood.accept_then = "slow"
    process = _start(cdr.store)
    while not server.mails:
        assert process.poll() is None
        time.sleep(0.02)
    process.terminate()
    assert process.wait(30) == 75
    assert len(server.mails) == 1
    server.mood.accept_then = ""
    assert len(cdr("chase", "--overdue", as_of=DAY).lines) == 1
    assert set(server.ids.values()) == {1} and len(server.ids) == len(AGENCIES)


def _start(store: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "cdr", "--store", str(store), "--as-of", DAY, "chase", "--overdue"]
    return subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
