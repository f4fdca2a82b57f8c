"""git itself fails or is killed where it moves the branch: what is said is what is, and no message is lost or doubled.

The faults are put into git's own system calls, around the one that makes a change part of the store. All points of all
verbs are many; each run of the tests goes through a share of them, and `make fuzz` through all.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell, run
from store.hands import findings, git, head

STRACE = shutil.which("strace")
pytestmark = pytest.mark.skipif(
    STRACE is None and not os.environ.get("CDR_TOOLS"), reason="needs strace (Debian, Ubuntu: apt install strace)"
)
EVERY = float(os.environ.get("CDR_EXAMPLES", "1")) > 1
SHARE = 3  # so many points of each verb are tried in a usual run; the verbs begin at different ones
ASKED, DUE = "2026-01-09", "2026-01-23"
HOSPITAL, POLICE, AMBULANCE = "northtown-general", "northshire-police", "regional-ambulance"
WRITES = ("write", "fsync", "rename", "unlink")
MODES = ("error=EIO", "error=ENOSPC", "signal=KILL")
RECORDED, NOT_RECORDED = (0, 1, 73), (65, 70, 74, 75, 76, 77, 78)


@dataclass(frozen=True)
class Point:
    """The n-th call of one kind that git makes where it moves the branch, and what happens there."""

    call: str
    number: int
    mode: str


@contextmanager
def faulty_git(folder: Path, inject: str) -> Iterator[Path]:
    """While it lasts, `git update-ref` meets this fault; everything else of git is as ever. Gives the log of its calls."""
    real, log = shutil.which("git"), folder / "calls"
    folder.mkdir(exist_ok=True)
    wrapper = folder / "git"
    fault = f"-e inject={inject}" if inject else ""
    wrapper.write_text(
        f'#!/bin/sh\ncase " $* " in *" update-ref "*) exec {STRACE} -f -qq -o {log} {fault} {real} "$@";; esac\nexec {real} "$@"\n'
    )
    wrapper.chmod(wrapper.stat().st_mode | stat.S_IXUSR)
    before = os.environ["PATH"]
    os.environ["PATH"] = f"{folder}{os.pathsep}{before}"
    try:
        yield log
    finally:
        os.environ["PATH"] = before


def points(folder: Path, cdr: Shell, command: list[str], day: str) -> list[Point]:
    """Every writing call that git makes there, as a run without a fault shows them, with each way of failing."""
    with faulty_git(folder, "") as log:
        assert run(["--store", str(cdr.store), "--as-of", day, *command]).code in RECORDED
    calls = [
        line.split(None, 1)[1].partition("(") for line in log.read_text("utf-8", "replace").splitlines() if "(" in line
    ]
    count: dict[str, int] = {}
    found = []
    for call, _, about in calls:
        count[call] = count.get(call, 0) + 1
        if call in WRITES or (call == "openat" and "O_CREAT" in about):
            found += [Point(call, count[call], mode) for mode in MODES]
    return found


@dataclass(frozen=True)
class Waiting:
    """A case with two agencies asked, of whom one was prompted and one owes a return, and the way back to it."""

    cdr: Shell
    case: str
    folder: Path

    def again(self) -> None:
        for name in ("store", "state"):
            shutil.rmtree(self.folder / name)
            shutil.copytree(self.folder / f"{name}-before", self.folder / name, symlinks=True)


@pytest.fixture
def waiting(cdr: Shell, sudi: str, tmp_path: Path) -> Waiting:
    cdr("request", sudi, HOSPITAL, POLICE, as_of=ASKED)
    (tmp_path / "words.yaml").write_text("schema: report/1\nyear: 2025/26\nforeword: For the year.\n")
    form_c = (EXAMPLES / "form-c-sudi.yaml").read_text("utf-8")
    (tmp_path / "review.yaml").write_text(form_c.replace("2026-04-14", "2026-01-20"), "utf-8")
    for name in ("store", "state"):
        shutil.copytree(tmp_path / name, tmp_path / f"{name}-before", symlinks=True)
    return Waiting(cdr, sudi, tmp_path)


VERBS: dict[str, list[str]] = {
    "notify": ["notify", "--from", str(EXAMPLES / "form-a-sudi.yaml"), "--not-a-duplicate", "x"],
    "request": ["request", "REF", AMBULANCE],
    "return": ["return", "REF", HOSPITAL, "--from", str(EXAMPLES / "form-b-hospital.yaml")],
    "nil": ["return", "REF", HOSPITAL, "--nil"],
    "attach": ["attach", "REF", str(EXAMPLES / "letter-gate.yaml"), "--kind", "other"],
    "chase": ["chase", "--overdue"],
    "hold": ["chase", "--hold", "REF", POLICE, "--until", "2026-02-20", "away"],
    "gate": ["gate", "REF", "open", "criminal"],
    "milestone": ["milestone", "REF", "ncmd_told"],
    "letter": ["letter", "REF", "--draft", "--gate", str(EXAMPLES / "letter-gate.yaml")],
    "review": ["review", "REF", "--from", "REVIEW", "--override", "x"],
    "form": ["form", "REF", HOSPITAL, "--new-passphrase", "-o", "FORM"],
    "agency": ["agency", "edit", POLICE, "--email", "new@northshire-police.example"],
}


def told_as_it_is(waiting: Waiting, command: list[str], before: str) -> None:
    """Run a command whose git meets a fault: what it says and its code are what the branch says, and the outbox agrees."""
    answer = run(["--store", str(waiting.cdr.store), "--as-of", DUE, *command])
    now = head(waiting.cdr.store)
    assert now == before or git(waiting.cdr.store, "rev-parse", "HEAD^") == before
    about = f"ended with {answer.code}: {answer.out}{answer.err}"
    assert answer.code in (RECORDED if now != before else NOT_RECORDED), about
    assert not (now != before and "nothing was recorded" in answer.err.lower()), about
    assert ledger(waiting) == outbox(waiting), "a message that nobody recorded, or one recorded that is not there"
    waiting.cdr("list", as_of=DUE)
    assert git(waiting.cdr.store, "status", "--porcelain", "--untracked-files=all") == ""


def ledger(waiting: Waiting) -> set[tuple[str, str]]:
    """Which messages the store says were sent, by agency and level."""
    said = waiting.cdr("show", waiting.case, "--json", as_of=DUE).json["documents"]
    asked = {(one["agency"], "request") for one in said["requests"]["requests"]}
    return asked | {(one["agency"], one["level"]) for one in said["prompts"]["prompts"]}


def outbox(waiting: Waiting) -> set[tuple[str, str]]:
    """Which messages lie in the outbox; a form sent anew is the request's again."""
    found = set()
    for file in (waiting.cdr.store / "outbox").glob("*.eml"):
        assert message_from_bytes(file.read_bytes())["Message-ID"]
        named = re.fullmatch(rf"{waiting.case}-(.+)-(request|prompt-\d|escalation)-\d{{4}}-\d\d-\d\d\.eml", file.name)
        if named:
            found.add((named[1], named[2]))
    return found


@pytest.mark.parametrize("verb", VERBS)
def test_at_each_writing_call_of_git(waiting: Waiting, verb: str) -> None:
    words = {
        "REF": waiting.case,
        "FORM": str(waiting.folder / "form.html"),
        "REVIEW": str(waiting.folder / "review.yaml"),
    }
    command = [words.get(word, word) for word in VERBS[verb]]
    found = points(waiting.folder / "bin", waiting.cdr, command, DUE)
    assert {point.call for point in found} >= {"openat", *WRITES}
    start = list(VERBS).index(verb)
    chosen = found if EVERY else [found[(start + n * 5) % len(found)] for n in range(SHARE)]
    for point in chosen:
        waiting.again()
        before = head(waiting.cdr.store)
        with faulty_git(waiting.folder / "bin", f"{point.call}:{point.mode}:when={point.number}"):
            told_as_it_is(waiting, command, before)
    assert findings(waiting.cdr, code=0) == set()


def test_a_log_of_the_branch_that_cannot_be_written(waiting: Waiting) -> None:
    """As where its disk is bad: git moves the branch, or does not, and ends with an error."""
    log = waiting.cdr.store / ".git" / "logs" / "HEAD"
    before = head(waiting.cdr.store)
    with faulty_git(waiting.folder / "bin", f"write:error=EIO -P {log}") as calls:
        told_as_it_is(waiting, ["chase", "--overdue"], before)
        assert head(waiting.cdr.store) != before
        told_as_it_is(waiting, [*VERBS["attach"][:1], waiting.case, *VERBS["attach"][2:]], head(waiting.cdr.store))
        assert "(INJECTED)" in calls.read_text()


@pytest.mark.parametrize("number", [1, 2, 3])
def test_a_lock_that_git_left_half_written_stops_nobody(waiting: Waiting, number: int) -> None:
    """git writes the new value and its end one after the other, and may be killed between them."""
    before = head(waiting.cdr.store)
    with faulty_git(waiting.folder / "bin", f"write:signal=KILL:when={number}"):
        told_as_it_is(waiting, ["chase", "--overdue"], before)
    waiting.cdr("chase", "--overdue", as_of=DUE)
    assert head(waiting.cdr.store) != before and ledger(waiting) == outbox(waiting)


def test_somebody_elses_lock_on_the_branch(waiting: Waiting) -> None:
    lock = waiting.cdr.store / ".git" / "refs" / "heads" / "main.lock"
    holder = subprocess.Popen(["sleep", "60"])
    before = head(waiting.cdr.store)
    try:
        with faulty_git(waiting.folder / "bin", "") as log:
            wrapper = log.parent / "git"
            wrapper.write_text(
                wrapper.read_text().replace("in *", f'in *" update-ref "*) touch {lock};; esac\ncase " $* " in *', 1)
            )
            answer = run(["--store", str(waiting.cdr.store), "--as-of", DUE, "chase", "--overdue"])
    finally:
        holder.kill()
        holder.wait()
        lock.unlink(missing_ok=True)
    assert answer.code == 75 and head(waiting.cdr.store) == before
    assert ledger(waiting) == outbox(waiting)


@pytest.mark.parametrize("how", ["exit 2", "kill -KILL $$"])
@pytest.mark.parametrize("verb", ["attach", "chase", "return"])
def test_gpg_fails_once_all_is_recorded(waiting: Waiting, verb: str, how: str) -> None:
    """What is kept beside the store is renewed by the next command; it is no reason to say that nothing was recorded."""
    command, before = [waiting.case if word == "REF" else word for word in VERBS[verb]], head(waiting.cdr.store)
    with faulty_git(waiting.folder / "bin", "") as log:
        (log.parent / "gpg").write_text(f'#!/bin/sh\n[ -s {log} ] && {how}\nexec {shutil.which("gpg")} "$@"\n')
        (log.parent / "gpg").chmod(0o755)
        told_as_it_is_without(log.parent / "gpg", waiting, command, before)
    assert head(waiting.cdr.store) != before


def told_as_it_is_without(wrapper: Path, waiting: Waiting, command: list[str], before: str) -> None:
    answer = run(["--store", str(waiting.cdr.store), "--as-of", DUE, *command])
    wrapper.unlink()
    assert head(waiting.cdr.store) != before and answer.code in RECORDED, f"{answer.code}: {answer.err}"
    assert ledger(waiting) == outbox(waiting)


@pytest.mark.parametrize("fault", ["rename:signal=KILL:when=1", "unlink:signal=KILL:when=1"])
def test_where_nobody_can_see_what_happened_nothing_is_taken_back(waiting: Waiting, fault: str) -> None:
    from cdr.store.repository import Repository

    really = Repository.standing

    def unreadable(self: Repository) -> str | None:
        raise OSError(5, "Input/output error")

    def standing(self: Repository) -> str | None:
        with pytest.MonkeyPatch.context() as since_then:
            since_then.setattr(Repository, "tip", unreadable)
            return really(self)

    with pytest.MonkeyPatch.context() as patch, faulty_git(waiting.folder / "bin", fault):
        patch.setattr(Repository, "standing", standing)
        answer = run(["--store", str(waiting.cdr.store), "--as-of", DUE, "chase", "--overdue"])
    assert answer.code == 73 and "cdr audit" in answer.err
    assert ledger(waiting) <= outbox(waiting)
    waiting.cdr("chase", "--overdue", as_of=DUE)  # what was not recorded is written once more, under the same name
    assert ledger(waiting) == outbox(waiting)
