"""cdr fails or is killed where it moves the branch: what is said is what is, and no message is lost or doubled.

The faults are put into the system calls by which a change becomes part of the store: git's lock on the branch, what is written into
it, the logs, and the rename. All points of all verbs are many; each run of the tests goes through a share of them, and `make fuzz` through all.
"""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path

import pytest
from conftest import EXAMPLES, Shell, run
from faults import points
from store.hands import findings, git, head, program

from cdr.store import branch, git_locks
from cdr.store.repository import Repository

pytestmark = pytest.mark.skipif(
    not shutil.which("strace") and not os.environ.get("CDR_TOOLS"),
    reason="needs strace (Debian, Ubuntu: apt install strace)",
)
EVERY = float(os.environ.get("CDR_EXAMPLES", "1")) > 1
SHARE = 3  # so many points of each verb are tried in a usual run; the verbs begin at different ones
ASKED, DUE = "2026-01-09", "2026-01-23"
HOSPITAL, POLICE, AMBULANCE = "northtown-general", "northshire-police", "regional-ambulance"
MODES = ("error=EIO", "error=ENOSPC", "signal=KILL")
LOCK, LOGS = "refs/heads/main.lock", ("logs/HEAD", "logs/refs/heads/main")
PLACES = (
    *((call, LOCK) for call in ("openat", "write", "fsync", "rename")),
    *((call, log) for log in LOGS for call in ("openat", "write")),
)
RECORDED, NOT_RECORDED = (0, 1, 73), (65, 70, 74, 75, 76, 77, 78)


@dataclass(frozen=True)
class Point:
    """A call by which one of the repository's files is changed where the branch is moved, and what happens there."""

    call: str
    file: str
    mode: str


POINTS = [Point(*place, mode) for place in PLACES for mode in MODES]


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

    def words(self, command: list[str]) -> list[str]:
        """A command as it is given, about this case."""
        named = {
            "REF": self.case,
            "FORM": str(self.folder / "form.html"),
            "REVIEW": str(self.folder / "review.yaml"),
        }
        return ["--store", str(self.cdr.store), "--as-of", DUE, *(named.get(word, word) for word in command)]

    def meets(self, command: list[str], point: Point) -> tuple[int, str]:
        """Run it in a process of its own, with a fault; its code and what it said."""
        log, file = self.folder / "calls", self.cdr.store / ".git" / point.file
        fault = f"inject={point.call}:{point.mode}:when=1"
        options = ["-o", str(log), "-P", str(file), "-e", f"trace={point.call}", "-e", fault]
        ended = points.run(self.words(command), self.folder, options)
        assert "(INJECTED)" in log.read_text() or ended.code == points.KILLED, f"{point} is never met"
        return ended.code, ended.said

    def told(self, command: list[str]) -> tuple[int, str]:
        """The same without one."""
        answer = run(self.words(command))
        return answer.code, answer.out + answer.err


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


def told_as_it_is(waiting: Waiting, before: str, ended: tuple[int, str]) -> None:
    """After a command that met a fault: what it said and its code are what the branch says, and the outbox agrees."""
    (code, said), now = ended, head(waiting.cdr.store)
    assert now == before or git(waiting.cdr.store, "rev-parse", "HEAD^") == before
    about = f"ended with {code}: {said}"
    assert code == points.KILLED or code in (RECORDED if now != before else NOT_RECORDED), about
    assert not (now != before and "nothing was recorded" in said.lower()), about
    waiting.cdr("list", as_of=DUE)
    if code != points.KILLED:
        assert ledger(waiting) == outbox(waiting), "a message that nobody recorded, or one recorded that is not there"
    else:
        assert ledger(waiting) <= outbox(waiting), "one recorded that is not there"
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
def test_at_each_call_that_changes_the_branch(waiting: Waiting, verb: str) -> None:
    command = VERBS[verb]
    start = list(VERBS).index(verb)
    chosen = POINTS if EVERY else [POINTS[(start + n * 7) % len(POINTS)] for n in range(SHARE)]
    for point in chosen:
        waiting.again()
        before = head(waiting.cdr.store)
        told_as_it_is(waiting, before, waiting.meets(command, point))
    assert findings(waiting.cdr, code=0) == set()


def test_a_log_of_the_branch_that_cannot_be_written_stops_nothing(waiting: Waiting) -> None:
    """As where its disk is bad. What was written of a line is taken back, so that git reads the rest."""
    for log in LOGS:
        waiting.again()
        before = head(waiting.cdr.store)
        told_as_it_is(waiting, before, waiting.meets(VERBS["attach"], Point("write", log, "error=ENOSPC")))
        assert head(waiting.cdr.store) != before
        assert git(waiting.cdr.store, "reflog", "show", "HEAD").splitlines()


@pytest.mark.parametrize("call", [call for call, file in PLACES if file == LOCK])
def test_a_lock_that_was_left_half_written_stops_nobody(waiting: Waiting, call: str) -> None:
    before = head(waiting.cdr.store)
    told_as_it_is(waiting, before, waiting.meets(VERBS["chase"], Point(call, LOCK, "signal=KILL")))
    waiting.cdr("chase", "--overdue", as_of=DUE)
    assert head(waiting.cdr.store) != before and ledger(waiting) == outbox(waiting)


def test_somebody_elses_lock_on_the_branch(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes after cdr looked for one."""
    lock, before, move = waiting.cdr.store / ".git/refs/heads/main.lock", head(waiting.cdr.store), branch.move

    def locked(repository: Repository, new: str, old: str | None, why: str) -> None:
        lock.touch()
        move(repository, new, old, why)

    monkeypatch.setattr(branch, "move", locked)
    code, _ = waiting.told(VERBS["chase"])
    assert lock.exists()  # which is not cdr's to take away
    lock.unlink()
    assert code == 75 and head(waiting.cdr.store) == before
    assert ledger(waiting) == outbox(waiting)


def test_somebody_who_moves_the_branch_first(waiting: Waiting, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the branch holds is looked at under the lock."""
    store, opened = waiting.cdr.store, git_locks.lock_of
    before = head(store)
    older = git(store, "rev-parse", "HEAD^")

    def moved(path: Path) -> Path:
        if path.name == "main":
            git(store, "update-ref", "refs/heads/main", older)
        return opened(path)

    with monkeypatch.context() as patch:
        patch.setattr(git_locks, "lock_of", moved)
        patch.setattr(git_locks, "await_free", lambda paths: None)
        code, said = waiting.told(VERBS["chase"])
    assert (code, head(store)) == (75, older) and "by someone else" in said
    git(store, "update-ref", "refs/heads/main", before)
    assert ledger(waiting) <= outbox(waiting)  # whether theirs records the message nobody has looked yet


@pytest.mark.parametrize("how", ["exit 2", "kill -KILL $$"])
@pytest.mark.parametrize("verb", ["attach", "chase", "return"])
def test_gpg_fails_once_all_is_recorded(waiting: Waiting, verb: str, how: str) -> None:
    """What is kept beside the store is renewed by the next command; it is no reason to say that nothing was recorded."""
    before, place = head(waiting.cdr.store), waiting.cdr.store / ".git/refs/heads/main"
    with program(waiting.folder / "bin", "gpg", f'[ "$(cat {place})" = {before} ] || {how}\nexec REAL "$@"'):
        code, said = waiting.told(VERBS[verb])
    assert head(waiting.cdr.store) != before and code in RECORDED, f"{code}: {said}"
    assert ledger(waiting) == outbox(waiting)


@pytest.mark.parametrize("moves", [False, True])
def test_where_nobody_can_see_what_happened_nothing_is_taken_back(
    waiting: Waiting, monkeypatch: pytest.MonkeyPatch, moves: bool
) -> None:
    really, move = Repository.standing, branch.move

    def unreadable(self: Repository) -> str | None:
        raise OSError(5, "Input/output error")

    def standing(self: Repository) -> str | None:
        with pytest.MonkeyPatch.context() as since_then:
            since_then.setattr(Repository, "tip", unreadable)
            return really(self)

    def failing(repository: Repository, new: str, old: str | None, why: str) -> None:
        if moves:
            move(repository, new, old, why)
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as patch:
        patch.setattr(Repository, "standing", standing)
        patch.setattr(branch, "move", failing)
        code, said = waiting.told(VERBS["chase"])
    assert code == 73 and "cdr audit" in said
    assert ledger(waiting) <= outbox(waiting)
    waiting.cdr("chase", "--overdue", as_of=DUE)  # what was not recorded is written once more, under the same name
    assert ledger(waiting) == outbox(waiting)
