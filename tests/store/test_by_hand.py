"""Somebody types git in the store's folder who knows no better: nothing is lost, and no marker comes into ciphertext."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import People, Shell, run
from store.hands import document, git, head, on_the_path

from cdr.store import by_hand


@pytest.fixture
def cdr_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`cdr` stands where git finds it."""
    monkeypatch.setenv("PATH", os.environ["PATH"])
    on_the_path(tmp_path / "programs")


@pytest.fixture
def sam(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Shell:
    """A clone of the second member's, told by doctor what git has to know."""
    cdr("request", sudi, "northshire-police", "high-street-surgery", as_of="2026-01-10")
    git(tmp_path, "clone", "-q", str(cdr.store), str(tmp_path / "sam"))
    return Shell(tmp_path / "sam", "2026-01-20")


def as_sam(sam: Shell, people: People, *words: str, code: int = 0) -> str:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", people.second_home)
        patch.setenv("XDG_STATE_HOME", str(sam.store.parent / "sam.state"))
        return sam(*words, code=code).out


def merge(cdr: Shell, people: People, sam: Shell) -> int:
    git(cdr.store, "fetch", "-q", str(sam.store), "+main:theirs")
    done = subprocess.run(
        ["git", "-C", str(cdr.store), "merge", "-q", "--no-edit", "theirs"],
        capture_output=True, check=False, env={**os.environ, "GNUPGHOME": people.home},
    )  # fmt: skip
    return done.returncode


def test_a_hand_merge_puts_documents_together(
    cdr: Shell, sudi: str, people: People, sam: Shell, cdr_found: None
) -> None:
    as_sam(sam, people, "verify", "--root", people.member)
    as_sam(sam, people, "return", sudi, "northshire-police", "--nil")
    as_sam(sam, people, "milestone", sudi, "ncmd_told", "--on", "2026-01-12")
    cdr("return", sudi, "high-street-surgery", "--nil", as_of="2026-01-20")
    assert merge(cdr, people, sam) == 0
    documents = cdr("show", sudi, "--json").json["documents"]
    assert [one["status"] for one in documents["requests"]["requests"]] == ["nil", "nil"]
    assert [one["kind"] for one in documents["case"]["milestones"]] == ["ncmd_told"]
    assert cdr("verify", "--json").json["findings"] == []
    shown = git(cdr.store, "-c", "core.pager=cat", "log", "-p", "-2", "--", f"cases/{sudi}/case.yaml.gpg")
    assert "+" in shown and "ncmd_told" in shown
    assert git(cdr.store, "for-each-ref", "refs/notes") == ""


def test_a_clash_is_left_as_it_is(cdr: Shell, sudi: str, people: People, sam: Shell, cdr_found: None) -> None:
    as_sam(sam, people, "verify", "--root", people.member)
    as_sam(sam, people, "return", sudi, "northshire-police", "--nil")
    cdr("return", sudi, "northshire-police", "--waive", "They never knew the family", as_of="2026-01-20")
    before, ours = head(cdr.store), document(cdr.store, sudi, "requests").read_bytes()
    assert merge(cdr, people, sam) == 1
    assert document(cdr.store, sudi, "requests").read_bytes() == ours
    assert "git merge --abort" in cdr("milestone", sudi, "ncmd_told", code=78, as_of="2026-01-20").err
    git(cdr.store, "merge", "--abort")
    assert head(cdr.store) == before and cdr("verify", "--json").json["findings"] == []


def test_without_cdr_on_the_path_nothing_is_harmed(cdr: Shell, sudi: str, people: People, sam: Shell) -> None:
    as_sam(sam, people, "verify", "--root", people.member)
    as_sam(sam, people, "return", sudi, "northshire-police", "--nil")
    cdr("return", sudi, "high-street-surgery", "--nil", as_of="2026-01-20")
    ours = document(cdr.store, sudi, "requests").read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(
            "PATH",
            os.pathsep.join(one for one in os.environ["PATH"].split(os.pathsep) if not Path(one, "cdr").exists()),
        )
        assert merge(cdr, people, sam) != 0
    assert document(cdr.store, sudi, "requests").read_bytes() == ours
    git(cdr.store, "merge", "--abort")
    git(cdr.store, "remote", "add", "sam", str(sam.store))
    git(cdr.store, "pull", "-q", "sam", "main", code=128)
    assert cdr("verify", "--json").json["findings"] == []


def test_doctor_tells_git_what_it_lacks(cdr: Shell, people: People, tmp_path: Path) -> None:
    git(tmp_path, "clone", "-q", str(cdr.store), str(tmp_path / "clone"))
    clone = Shell(tmp_path / "clone")
    attributes = clone.store / ".git/info/attributes"
    clone("list")
    assert not attributes.exists()
    assert "was told how to merge" in clone("doctor").out
    assert attributes.read_bytes() == by_hand.ATTRIBUTES
    for name, value in by_hand.HELPING.items():
        assert git(clone.store, "config", name) == git(cdr.store, "config", name) == value
    git(clone.store, "config", "diff.cdr.cachetextconv", "true")
    git(clone.store, "config", "pull.ff", "false")
    clone("doctor")
    assert (
        git(clone.store, "config", "diff.cdr.cachetextconv") == "false"
        and git(clone.store, "config", "pull.ff") == "false"
    )
    assert "knows how to merge" in clone("doctor").out
    assert run(["merge-driver", "--help"]).code == 0 and "merge-driver" not in run(["--help"]).out


def test_a_folder_without_a_branch_in_the_branchs_place_is_taken_away(cdr: Shell, sudi: str) -> None:
    """As git does, which packed the branch: `main/old` was there once."""
    git(cdr.store, "pack-refs", "--all")
    (cdr.store / ".git/refs/heads/main").mkdir()
    cdr("milestone", sudi, "ncmd_told")
    assert git(cdr.store, "log", "-1", "--format=%s") == f"cdr: milestone {sudi}"
    assert git(cdr.store, "status", "--porcelain") == ""
