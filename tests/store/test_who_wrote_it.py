"""The same bytes by who may not write them: for each kind of document, what a member recorded stands there in a commit of somebody else's.

Nothing in the documents tells, for all of them are honest: it is the signature alone, or that the history is an older one.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import People, run
from faults.verbs import DAY, VERBS, World, copy_of
from store.hands import git, gpg, head, sign_commit, unsigned_commit

from cdr.store import layout

# What each kind is written by: one verb, or several where what they write lies in documents of several kinds. But for prompts, which are the chaser's.
OF_EACH = (
    "contact", "disagreement", "wish", "question add", "question answer", "gate open", "milestone", "handover", "receive", "disclose",
    "chase hold", "request", "return", "attach", "review", "action add", "action update", "retention", "erase asked", "close",
    "second opinion", "panel new", "panel minutes", "panel survey", "panel agreement", "reading seal", "learning brief", "report",
    "report pictures", "tally public", "release withdraw", "agency passphrase", "agency edit", "keys add", "take-over",
)  # fmt: skip
NOT_BY = "not by anyone who may write"


@pytest.fixture
def world(begun_work: World, member: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return copy_of(begun_work, tmp_path / "w", monkeypatch)


@dataclass(frozen=True)
class Late:
    """Somebody who joins with a key that was revoked, and signs with a copy that does not know of that."""

    home: str
    fingerprint: str
    public: bytes


@pytest.fixture(scope="session")
def late() -> Iterator[Late]:
    homes = home, other = [tempfile.mkdtemp(prefix="cdr-", dir="/tmp") for _ in range(2)]
    fresh = ("--passphrase", "", "--quick-generate-key", "Lee Lateman <late@northshire.example>")
    gpg(home, *fresh, "future-default", "default", "1y")
    lines = gpg(home, "--with-colons", "--list-keys").decode().splitlines()
    fingerprint = next(line.split(":")[9] for line in lines if line.startswith("fpr:"))
    text = (Path(home) / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text().replace("\n:-----", "\n-----")
    for key in (gpg(home, "--export", fingerprint), text.encode()):
        gpg(other, "--trust-model", "pgp", "--import", data=key)
    yield Late(home, fingerprint, gpg(other, "--armor", "--export", fingerprint))
    for one in homes:
        subprocess.run(["gpgconf", "--homedir", one, "--kill", "all"], check=False, capture_output=True)
        shutil.rmtree(one, ignore_errors=True)


def told(world: World, *words: str) -> tuple[int, str]:
    answer = run(["--store", str(world.store), "--as-of", DAY, *words])
    return answer.code, answer.out + answer.err


class Recorded:
    """A store before and after an honest change, and what this machine remembered before it."""

    def __init__(self, world: World, name: str) -> None:
        self.world, self.store, verb = world, world.store, VERBS[name]
        world.prepare(verb)
        self.before = head(self.store)
        done = run(world.command(verb))
        assert done.code == verb.code, done.err
        self.after = head(self.store)
        assert self.after != self.before

    def takes_back(self) -> None:
        """The store and this machine as they were before."""
        git(self.store, "reset", "-q", "--hard", self.before)
        self.forget()

    def forget(self) -> None:
        """This machine remembers what it did before."""
        shutil.rmtree(self.world.folder / "state")
        shutil.copytree(self.world.folder / "before" / "state", self.world.folder / "state")

    def brought(self) -> None:
        """The documents that were recorded, in the work tree on whatever stands there now."""
        changed = git(self.store, "diff", "--name-only", "--diff-filter=AM", self.before, self.after).splitlines()
        git(self.store, "checkout", "-q", self.after, "--", *(path for path in changed if path != layout.REGISTRY))


def refused(recorded: Recorded, why: str, what: str) -> None:
    for words in (
        ["list"],
        ["show", recorded.world.case],
        ["panel", "list"],
        ["milestone", recorded.world.case, "family_views"],
    ):
        code, said = told(recorded.world, *words)
        assert code == 76 and why in said, f"{what}: {words} ended with {code}: {said}"
    code, said = told(recorded.world, "verify")
    assert code == 1 and why in said and "[history]" in said, f"{what}: {said}"


SIGNERS: dict[str, tuple[str, Callable[[Path, People], object]]] = {
    "nobody": ("is not signed", lambda store, people: unsigned_commit(store)),
    "a stranger of the same name": ("The commit ", lambda store, people: sign_commit(store, people.stranger_home, people.stranger)),
    "the chaser": ("changes more than prompts", lambda store, people: sign_commit(store, people.chaser_home, people.chaser)),
}  # fmt: skip


@pytest.mark.parametrize("name", OF_EACH)
def test_what_a_member_wrote_in_a_commit_of_somebody_elses(world: World, late: Late, name: str) -> None:
    recorded, people, store = Recorded(world, name), world.people, world.store
    for who, (why, signs) in SIGNERS.items():
        recorded.takes_back()
        git(store, "checkout", "-q", recorded.after, "--", ".")
        signs(store, people)
        refused(recorded, why, who)

    recorded.takes_back()
    code, said = told(world, "keys", "remove", people.second, "--reason", "Left")
    assert code == 0, said
    recorded.brought()
    sign_commit(store, people.second_home, people.second)
    refused(recorded, NOT_BY, "a member who left")

    recorded.takes_back()
    registry = store / "keys" / "registry.yaml"
    line = f'members:\n- fingerprint: "{late.fingerprint}"\n  name: Lee Lateman\n  since: "2026-01-01"\n'
    registry.write_text(registry.read_text().replace("members:\n", line))
    (store / "keys" / f"{late.fingerprint}.asc").write_bytes(late.public)
    sign_commit(store, people.home, people.member)
    recorded.brought()
    sign_commit(store, late.home, late.fingerprint)
    refused(recorded, NOT_BY, "a member whose key was revoked")


@pytest.mark.parametrize("name", OF_EACH)
def test_an_older_history_in_the_place_of_the_one_that_was_seen(world: World, name: str) -> None:
    """As after a force-push that was fetched by hand: what was recorded is missing, and all that is there is signed."""
    recorded = Recorded(world, name)
    git(world.store, "reset", "-q", "--hard", recorded.before)
    refused(recorded, "was rolled back or rewritten", "an older one")
    note = world.store / "cdr.yaml"
    note.write_text(note.read_text("utf-8") + "# a note\n", "utf-8")
    sign_commit(world.store, world.people.home, world.people.member)
    refused(recorded, "was rolled back or rewritten", "another work on an older one")
    git(world.store, "reset", "-q", "--hard", recorded.after)
    assert told(world, "list")[0] == 0
