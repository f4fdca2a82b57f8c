"""Documents that a member took out by hand, in a signed commit: a case is never answered for as if they had not been, and they come back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import clean, document, findings, git, gpg, head, left_out, sign_commit, unsigned_commit

from cdr.forms import codec

POLICE = "northshire-police"
EVERYTHING = ("case", "notification", "requests", "prompts", "return-01", "attachment-01")


@pytest.fixture
def full(cdr: Shell, sudi: str, tmp_path: Path) -> str:
    """A case with a document of each kind that it may have before it is reviewed."""
    kept = tmp_path / "kept.txt"
    kept.write_text("What was kept.\n", "utf-8")
    cdr("request", sudi, POLICE, as_of="2026-01-09")
    cdr("return", sudi, POLICE, "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-02-07")
    cdr("attach", sudi, kept, "--kind", "other", as_of="2026-02-07")
    return sudi


def file_of(cdr: Shell, case: str, id_: str) -> Path:
    found = document(cdr.store, case, id_)
    return found if found.exists() else found.with_name(f"{id_}.gpg")


def said(people: People, path: Path) -> object:
    """What a document says below its header; of a file that was attached, its bytes."""
    plain = gpg(people.home, "-d", data=path.read_bytes())
    if not plain.startswith(b"document:"):
        return plain
    return {key: value for key, value in codec.load(plain, codec.MAX_NODES).items() if key != "document"}


@pytest.mark.hurt
@pytest.mark.parametrize("id_", EVERYTHING)
def test_one_document_of_a_case(cdr: Shell, full: str, people: People, id_: str) -> None:
    path = file_of(cdr, full, id_)
    before = said(people, path)
    path.unlink()
    who = sign_commit(cdr.store, people.second_home, people.second)
    left_out(cdr, full)
    [finding] = cdr("verify", "--json", code=1).json["findings"]
    assert (finding["check"], finding["path"]) == ("removed", str(path.relative_to(cdr.store)))
    assert f"since the commit {who[:12]} by Sam" in finding["message"]  # not the one before it, by somebody else
    assert "stands there again as it was" in cdr("verify", "--repair").err
    assert said(people, path) == before and clean(cdr.store)
    cdr("show", full)
    assert findings(cdr, code=0) == set()


@pytest.mark.hurt
def test_a_whole_case(cdr: Shell, full: str, people: People) -> None:
    """What is not there any more is not asked about by itself: the history is."""
    before = {id_: said(people, file_of(cdr, full, id_)) for id_ in EVERYTHING}
    shutil.rmtree(cdr.store / "cases" / full)
    sign_commit(cdr.store, people.home, people.member)
    left_out(cdr, full)
    assert {name for _, name in findings(cdr)} == {
        f"{id_}.gpg" if id_.startswith("attachment") else f"{id_}.yaml.gpg" for id_ in EVERYTHING
    }
    cdr("verify", "--repair")
    assert {id_: said(people, file_of(cdr, full, id_)) for id_ in EVERYTHING} == before
    assert "What was kept." in cdr("extract", full, "1", "-o", "-").out
    assert full in [one["case"] for one in cdr("list", "--json").json["cases"]]


@pytest.mark.hurt
def test_a_whole_case_that_somebody_else_took_out_without_a_right_to(cdr: Shell, full: str) -> None:
    shutil.rmtree(cdr.store / "cases" / full)
    unsigned_commit(cdr.store)
    cdr("list", code=76)


@pytest.mark.hurt
def test_a_branch_that_went_back_says_how_it_comes_forward(cdr: Shell, full: str) -> None:
    tip = head(cdr.store)
    git(cdr.store, "reset", "-q", "--hard", "HEAD~2")
    refused = cdr("list", code=76)
    assert f"git reset {tip[:12]}; then: cdr verify --repair" in refused.err
    git(cdr.store, "reset", "-q", tip[:12])
    cdr("verify", "--repair")
    cdr("show", full)
    git(cdr.store, "reset", "-q", "--hard", "HEAD~2")
    git(cdr.store, "reflog", "expire", "--expire=now", "--all")
    git(cdr.store, "gc", "-q", "--prune=now")
    assert "git reset" not in cdr("list", code=76).err
