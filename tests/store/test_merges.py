"""Two members work apart and merge by hand: honest merges are accepted, and none may drop or invent a change."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import People, Shell
from store.hands import document, findings, git, head, refused_everywhere, sign_commit, unsigned_commit


class Apart:
    """One store and a clone of it by the second member, each with its own local state."""

    def __init__(self, cdr: Shell, case: str, people: People, clone: Path) -> None:
        self.cdr, self.case, self.people, self.clone = cdr, case, people, clone
        git(cdr.store, "clone", "-q", str(cdr.store), str(clone))

    def second(self, *arguments: str, code: int = 0) -> str:
        """A command of the second member in the clone."""
        environment = {**os.environ, "GNUPGHOME": self.people.second_home, "XDG_STATE_HOME": f"{self.clone}.state"}
        command = [sys.executable, "-m", "cdr", "--store", str(self.clone), *arguments]
        done = subprocess.run(command, env=environment, capture_output=True, stdin=subprocess.DEVNULL, check=False)
        assert done.returncode == code, done.stderr.decode()
        return done.stdout.decode()

    def accept(self) -> None:
        self.second("verify", "--root", self.people.member)

    def merge(self, *options: str) -> str:
        """The first member merges the clone's work by hand; the merge's commit."""
        git(self.cdr.store, "fetch", "-q", str(self.clone), "main:theirs")
        sign = (f"-S{self.people.member}", "-q", "--no-edit", *options)
        git(self.cdr.store, "merge", *sign, "theirs", home=self.people.home)
        return head(self.cdr.store)

    def start_merge(self) -> None:
        git(self.cdr.store, "fetch", "-q", str(self.clone), "main:theirs")
        # As where git cannot run cdr to merge a document: it leaves ours there, and says that there is a conflict.
        git(
            self.cdr.store, "-c", "merge.cdr.driver=false", "merge", "-q", "--no-commit", "--no-ff", "theirs", code=None
        )

    def finish_merge(self, home: str, fingerprint: str) -> None:
        git(self.cdr.store, "add", "-A")
        git(self.cdr.store, "commit", "-q", "--no-edit", f"-S{fingerprint}", home=home)


@pytest.fixture
def apart(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Apart:
    made = Apart(cdr, sudi, people, tmp_path / "clone")
    made.accept()
    return made


@pytest.fixture
def both(apart: Apart) -> Apart:
    """The first member noted a milestone; the second changed the ledger of requests twice."""
    apart.second("--as-of", "2026-01-10", "request", apart.case, "northshire-police")
    apart.second("--as-of", "2026-01-11", "return", apart.case, "northshire-police", "--nil")
    apart.cdr("milestone", apart.case, "support_offered", as_of="2026-01-12")
    return apart


def test_an_honest_merge(both: Apart) -> None:
    both.merge()
    shown = both.cdr("show", both.case, "--json").json["documents"]
    assert shown["requests"]["requests"][0]["status"] == "nil"
    assert shown["case"]["milestones"]
    both.cdr("list")
    assert findings(both.cdr, code=0) == set()
    both.cdr("request", both.case, "northtown-general", as_of="2026-01-13")
    assert findings(both.cdr, code=0) == set()
    git(both.clone, "pull", "-q", "--ff-only", str(both.cdr.store), "main")
    both.second("list")


def test_an_honest_fast_forward(apart: Apart) -> None:
    apart.second("--as-of", "2026-01-10", "request", apart.case, "northshire-police")
    git(apart.cdr.store, "pull", "-q", "--ff-only", str(apart.clone), "main")
    assert apart.cdr("list", "--json").json["cases"][0]["outstanding"] == ["northshire-police"]
    assert findings(apart.cdr, code=0) == set()


def test_the_same_path_on_both_sides_and_one_taken(apart: Apart) -> None:
    apart.second("--as-of", "2026-01-10", "request", apart.case, "northshire-police")
    apart.cdr("request", apart.case, "northtown-general", as_of="2026-01-10")
    apart.start_merge()
    git(apart.cdr.store, "checkout", "-q", "--theirs", f"cases/{apart.case}/requests.yaml.gpg")
    apart.finish_merge(apart.people.home, apart.people.member)
    assert apart.cdr("list", "--json").json["cases"][0]["outstanding"] == ["northshire-police"]
    # what was said to the agencies stands in the prompts, of which one side was taken too
    assert findings(apart.cdr, code=0) == {("merge", "requests.yaml.gpg"), ("merge", "prompts.yaml.gpg")}
    apart.cdr("request", apart.case, "northtown-general", as_of="2026-01-13")
    assert findings(apart.cdr, code=0) == set()


@pytest.mark.hurt
def test_a_merge_that_drops_a_sides_change(both: Apart) -> None:
    both.merge("-s", "ours")
    refused_everywhere(both.cdr, both.case)
    assert findings(both.cdr) == {("history", "")}


@pytest.mark.hurt
def test_a_merge_that_invents_a_change(both: Apart) -> None:
    both.start_merge()
    path = document(both.cdr.store, both.case, "notification")
    path.write_bytes(document(both.cdr.store, both.case, "case").read_bytes())
    both.finish_merge(both.people.home, both.people.member)
    refused_everywhere(both.cdr, both.case)


@pytest.mark.hurt
def test_a_merge_of_unsigned_work(apart: Apart) -> None:
    (apart.clone / "note").write_text("x")
    unsigned_commit(apart.clone)
    apart.cdr("milestone", apart.case, "support_offered", as_of="2026-01-12")
    apart.merge()
    refused_everywhere(apart.cdr, apart.case)


@pytest.mark.hurt
def test_an_unsigned_merge(both: Apart) -> None:
    git(both.cdr.store, "fetch", "-q", str(both.clone), "main:theirs")
    git(both.cdr.store, "-c", "commit.gpgSign=false", "merge", "-q", "--no-edit", "theirs")
    refused_everywhere(both.cdr, both.case)


@pytest.mark.hurt
def test_a_merge_by_the_chaser_that_chooses_a_form(apart: Apart) -> None:
    """Where both sides changed a ledger, the choice between them is a change, and not the chaser's to make."""
    apart.second("--as-of", "2026-01-10", "request", apart.case, "northshire-police")
    apart.cdr("request", apart.case, "northtown-general", as_of="2026-01-10")
    apart.start_merge()
    git(apart.cdr.store, "checkout", "-q", "--theirs", f"cases/{apart.case}/requests.yaml.gpg")
    apart.finish_merge(apart.people.chaser_home, apart.people.chaser)
    refused_everywhere(apart.cdr, apart.case)


@pytest.mark.hurt
def test_an_older_revision_put_in_place_by_a_merge(apart: Apart) -> None:
    apart.second("--as-of", "2026-01-10", "request", apart.case, "northshire-police")
    first = document(apart.clone, apart.case, "requests").read_bytes()
    apart.second("--as-of", "2026-01-10", "request", apart.case, "regional-ambulance")
    apart.cdr("request", apart.case, "northtown-general", as_of="2026-01-10")
    apart.start_merge()
    document(apart.cdr.store, apart.case, "requests").write_bytes(first)
    apart.finish_merge(apart.people.home, apart.people.member)
    assert findings(apart.cdr) == {("revision", "requests.yaml.gpg"), ("merge", "prompts.yaml.gpg")}


@pytest.mark.hurt
def test_a_merge_with_an_unrelated_history(apart: Apart, tmp_path: Path) -> None:
    other = tmp_path / "other"
    git(tmp_path, "init", "-q", "-b", "main", str(other))
    (other / "note").write_text("x")
    sign_commit(other, apart.people.home, apart.people.member)
    git(apart.cdr.store, "fetch", "-q", str(other), "main:theirs")
    sign = (f"-S{apart.people.member}", "--no-edit", "--allow-unrelated-histories")
    git(apart.cdr.store, "merge", "-q", *sign, "theirs", home=apart.people.home)
    refused_everywhere(apart.cdr, apart.case)


@pytest.mark.hurt
def test_a_merge_of_three_lines_of_work(both: Apart, tmp_path: Path) -> None:
    git(both.cdr.store, "branch", "third", "HEAD~1")
    git(both.cdr.store, "checkout", "-q", "third")
    (both.cdr.store / "note").write_text("x")
    sign_commit(both.cdr.store, both.people.home, both.people.member)
    git(both.cdr.store, "checkout", "-q", "main")
    git(both.cdr.store, "fetch", "-q", str(both.clone), "main:theirs")
    sign = (f"-S{both.people.member}", "--no-edit")
    git(both.cdr.store, "merge", "-q", *sign, "third", "theirs", home=both.people.home)
    refused_everywhere(both.cdr, both.case)


# ---- the first clone -----------------------------------------------------------------------------------------------


def test_a_first_clone_is_accepted_once_with_the_right_fingerprint(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    apart = Apart(cdr, sudi, people, tmp_path / "clone")
    apart.second("list", code=76)
    apart.second("show", sudi, code=76)
    for wrong in (people.second, people.stranger, people.chaser, people.member[-16:]):
        apart.second("verify", "--root", wrong, code=1)
        apart.second("list", code=76)
    apart.second("verify", "--root", f"{people.member[:20]} {people.member[20:]}".lower())
    apart.second("list")
    apart.second("--as-of", "2026-01-10", "request", sudi)


@pytest.mark.hurt
def test_a_clone_of_tampered_work_is_refused_with_the_right_fingerprint(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    (cdr.store / "note").write_text("x")
    unsigned_commit(cdr.store)
    apart = Apart(cdr, sudi, people, tmp_path / "clone")
    apart.second("verify", "--root", people.member, code=1)
    apart.second("list", code=76)


def test_the_one_who_made_the_store_may_clone_it(
    cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the state gone too: the secret key that began the store is here."""
    clone = tmp_path / "clone"
    git(cdr.store, "clone", "-q", str(cdr.store), str(clone))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other state"))
    Shell(clone)("show", sudi)
    assert findings(Shell(clone), code=0) == set()
