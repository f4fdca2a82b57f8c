"""Who signed what, and in which order: a history that is not all by people who might is refused by every command."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from store.hands import (
    document,
    findings,
    git,
    gpg,
    head,
    refused_everywhere,
    sign_commit,
    standing,
    unsigned_commit,
)

from cdr.errors import NotAuthentic
from cdr.store.crypto import Gnupg


def _note(store: Path, text: str = "# a note\n") -> None:
    path = store / "cdr.yaml"
    path.write_text(path.read_text() + text)


def _register(store: Path, fingerprint: str, armoured: bytes) -> None:
    path = store / "keys" / "registry.yaml"
    line = f'members:\n- fingerprint: "{fingerprint}"\n  name: Robin Ashworth\n  since: "2026-01-01"\n'
    before = path.read_text()
    assert before.count("members:\n") == 1
    path.write_text(before.replace("members:\n", line))
    (store / "keys" / f"{fingerprint}.asc").write_bytes(armoured)


def _public(home: str, fingerprint: str) -> bytes:
    return gpg(home, "--armor", "--export", fingerprint)


# ---- honest work ---------------------------------------------------------------------------------------------------


def test_a_members_hand_made_signed_commit_is_accepted(cdr: Shell, sudi: str, people: People) -> None:
    _note(cdr.store)
    sign_commit(cdr.store, people.home, people.member)
    cdr("show", sudi)
    _note(cdr.store)
    sign_commit(cdr.store, people.second_home, people.second)
    cdr("list")
    assert findings(cdr, code=0) == set()


def test_work_goes_on_after_the_whole_state_folder_is_gone(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    shutil.rmtree(tmp_path / "state")
    cdr("show", sudi)
    shutil.rmtree(tmp_path / "state")
    cdr("return", sudi, "northtown-general", "--waive", "x", code=65)
    cdr("request", sudi, as_of="2026-01-10")
    assert findings(cdr, code=0) == set()


@pytest.mark.parametrize("kept", [b"", b"{", b"[]", b'{"head": 1}', b'{"a": "b"}'])
def test_a_broken_memory_is_like_none(cdr: Shell, sudi: str, tmp_path: Path, kept: bytes) -> None:
    for name in ("verified.json", "places.json", "seal.key"):
        for path in (tmp_path / "state").rglob(name):
            path.write_bytes(kept)
    cdr("show", sudi)
    cdr("list")
    cdr("request", sudi, as_of="2026-01-10")


# ---- commits that nobody may make ----------------------------------------------------------------------------------


@pytest.mark.hurt
def test_an_unsigned_commit(cdr: Shell, sudi: str) -> None:
    _note(cdr.store)
    unsigned_commit(cdr.store)
    refused_everywhere(cdr, sudi)
    assert findings(cdr) == {("history", "")}
    assert "--gpg-sign" in cdr("list", code=76).err


@pytest.mark.hurt
def test_an_unsigned_commit_under_a_signed_tip(cdr: Shell, sudi: str, people: People) -> None:
    _note(cdr.store)
    unsigned_commit(cdr.store)
    _note(cdr.store)
    sign_commit(cdr.store, people.home, people.member)
    refused_everywhere(cdr, sudi)


@pytest.mark.hurt
def test_a_stranger_with_the_same_user_id(cdr: Shell, sudi: str, people: People) -> None:
    _note(cdr.store)
    sign_commit(cdr.store, people.stranger_home, people.stranger)
    refused_everywhere(cdr, sudi)


@pytest.mark.hurt
def test_a_signature_taken_from_another_commit(cdr: Shell, sudi: str, people: People) -> None:
    _note(cdr.store)
    signed = sign_commit(cdr.store, people.home, people.member)
    raw = git(cdr.store, "cat-file", "commit", signed).encode() + b"\n"
    git(cdr.store, "reset", "-q", "--hard", git(cdr.store, "rev-parse", "HEAD~1"))
    forged = raw.replace(b"by hand", b"cdr: by hand")
    new = git(cdr.store, "hash-object", "-t", "commit", "-w", "--stdin", data=forged)
    git(cdr.store, "reset", "-q", "--hard", new)
    refused_everywhere(cdr, sudi)


def test_a_signature_of_very_many_packets_does_not_hang(cdr: Shell, sudi: str) -> None:
    junk = (b"\x88\x0d" + b"\x04\x00\x01\x08\x00\x00\x00\x00\x00\x00\x00\x01\x01") * 3900
    with pytest.raises(NotAuthentic):  # and no TryAgain: it was not ended at its limit of time
        Gnupg().signer(b"payload", junk)


@pytest.mark.hurt
def test_a_stranger_adds_themself(cdr: Shell, sudi: str, people: People) -> None:
    _register(cdr.store, people.stranger, _public(people.stranger_home, people.stranger))
    sign_commit(cdr.store, people.stranger_home, people.stranger)
    refused_everywhere(cdr, sudi)


@pytest.mark.hurt
def test_a_member_adds_somebody(cdr: Shell, sudi: str, people: People) -> None:
    _register(cdr.store, people.stranger, _public(people.stranger_home, people.stranger))
    sign_commit(cdr.store, people.home, people.member)
    _note(cdr.store)
    sign_commit(cdr.store, people.stranger_home, people.stranger)
    assert cdr("keys", "list", "--json").json["keys"][0]["fingerprint"] == people.stranger
    # not one document is for the new member yet
    assert ("recipients", "notification.yaml.gpg") in findings(cdr)


@pytest.mark.hurt
def test_a_store_without_a_member_is_refused(cdr: Shell, sudi: str, people: People) -> None:
    (cdr.store / "keys" / "registry.yaml").write_text('schema: "registry/1"\nmembers: []\nchasers: []\n')
    sign_commit(cdr.store, people.home, people.member)
    refused_everywhere(cdr, sudi)


# ---- the chaser's key ----------------------------------------------------------------------------------------------


@pytest.mark.hurt
def test_the_chaser_changes_a_form(cdr: Shell, sudi: str, people: People) -> None:
    shutil.copy(document(cdr.store, sudi, "case"), document(cdr.store, sudi, "requests"))
    sign_commit(cdr.store, people.chaser_home, people.chaser)
    refused_everywhere(cdr, sudi)


@pytest.mark.hurt
@pytest.mark.parametrize("path", ["cdr.yaml", "keys/registry.yaml", "templates/letters/condolence.txt", "README"])
def test_the_chaser_changes_a_plain_file(cdr: Shell, sudi: str, people: People, path: str) -> None:
    target = cdr.store / path
    target.write_text((target.read_text() if target.exists() else "") + "\n")
    sign_commit(cdr.store, people.chaser_home, people.chaser)
    refused_everywhere(cdr, sudi)


@pytest.mark.hurt
def test_the_chaser_removes_prompts(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    document(cdr.store, sudi, "prompts").unlink()
    sign_commit(cdr.store, people.chaser_home, people.chaser)
    refused_everywhere(cdr, sudi)


def test_the_chasers_own_prompts_are_accepted(
    cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("chase", "--overdue", as_of="2026-01-24")
    monkeypatch.setenv("GNUPGHOME", people.home)
    assert "prompt-1" in cdr("show", sudi).out
    assert findings(cdr, code=0) == set()


# ---- rolled back, rewritten, hidden --------------------------------------------------------------------------------


@pytest.fixture
def longer(cdr: Shell, sudi: str) -> str:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    cdr("return", sudi, "northshire-police", "--nil", as_of="2026-01-10")
    return sudi


def test_rolled_back_two_commits(cdr: Shell, longer: str) -> None:
    git(cdr.store, "reset", "-q", "--hard", "HEAD~2")
    refused_everywhere(cdr, longer)
    assert findings(cdr) == {("history", "")}


def test_rewritten_by_a_member(cdr: Shell, longer: str, people: People) -> None:
    git(cdr.store, "reset", "-q", "--hard", "HEAD~2")
    _note(cdr.store)
    sign_commit(cdr.store, people.home, people.member)
    refused_everywhere(cdr, longer)


def test_a_replaced_commit_is_not_looked_at(cdr: Shell, longer: str) -> None:
    before = cdr("show", longer, "--json").out
    ledger = f"cases/{longer}/requests.yaml.gpg"
    now, then = (git(cdr.store, "rev-parse", f"{commit}:{ledger}") for commit in ("HEAD", "HEAD~1"))
    git(cdr.store, "replace", now, then)
    git(cdr.store, "replace", "HEAD", "HEAD~1")
    cdr("show", longer, "--json", code=0)
    assert cdr("show", longer, "--json").out == before


def _hidden(cdr: Shell, people: People) -> tuple[str, str]:
    """A commit by no one that lets a stranger in, and one by the stranger on top; the remembered head, and that tip."""
    seen = head(cdr.store)
    _register(cdr.store, people.stranger, _public(people.stranger_home, people.stranger))
    unsigned_commit(cdr.store)
    _note(cdr.store)
    return seen, sign_commit(cdr.store, people.stranger_home, people.stranger)


@pytest.mark.hurt
def test_a_graft_hides_no_commit(cdr: Shell, sudi: str, people: People) -> None:
    cdr("list")
    seen, tip = _hidden(cdr, people)
    (cdr.store / ".git" / "info").mkdir(exist_ok=True)
    (cdr.store / ".git" / "info" / "grafts").write_text(f"{tip} {seen}\n")
    refused_everywhere(cdr, sudi)


@pytest.mark.hurt
def test_a_shallow_copy_hides_no_commit(cdr: Shell, sudi: str, people: People) -> None:
    cdr("list")
    seen, tip = _hidden(cdr, people)
    tree = git(cdr.store, "rev-parse", f"{tip}^{{tree}}")
    merge = git(cdr.store, "commit-tree", tree, "-p", seen, "-p", tip, f"-S{people.stranger}", "-m", "m",
                home=people.stranger_home)  # fmt: skip
    git(cdr.store, "reset", "-q", "--hard", merge)
    (cdr.store / ".git" / "shallow").write_text(f"{tip}\n")
    refused_everywhere(cdr, sudi)


def test_a_commit_graph_is_not_believed(cdr: Shell, longer: str) -> None:
    git(cdr.store, "commit-graph", "write", "--reachable")
    cdr("request", longer, "northtown-general", as_of="2026-01-10")
    cdr("show", longer)
    assert findings(cdr, code=0) == set()


def test_another_store_in_the_same_folder(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> None:
    aside = tmp_path / "aside"
    shutil.move(cdr.store, aside)
    keys = ["--member", people.member, "--member", people.second]
    assert run(["init", str(tmp_path / "new"), "--config", str(EXAMPLES / "store.yaml"), *keys]).code == 0
    shutil.move(tmp_path / "new", cdr.store)
    before = standing(cdr.store)
    cdr("list", code=76)
    cdr("notify", "--from", EXAMPLES / "form-a-sudi.yaml", as_of="2026-01-09", code=76)
    assert standing(cdr.store) == before
    shutil.rmtree(cdr.store)
    shutil.move(aside, cdr.store)
    cdr("show", sudi)


def test_settings_and_hooks_of_the_repository_do_nothing(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    trap = tmp_path / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch {tmp_path}/caught\ncat\n")
    trap.chmod(0o700)
    hooks = cdr.store / ".git" / "hooks"
    hooks.mkdir(exist_ok=True)
    for hook in ("reference-transaction", "post-index-change", "pre-commit", "post-checkout"):
        shutil.copy(trap, hooks / hook)
    settings = ("core.fsmonitor", "gpg.program", "core.pager", "diff.external", "filter.x.clean", "core.editor")
    for setting in settings:
        git(cdr.store, "config", setting, str(trap))
    git(cdr.store, "config", "log.showSignature", "true")
    git(cdr.store, "config", "diff.orderFile", str(tmp_path / "no such file"))
    (cdr.store / ".git" / "info").mkdir(exist_ok=True)
    (cdr.store / ".git" / "info" / "attributes").write_text("*.gpg diff=x\n")
    cdr("request", sudi, as_of="2026-01-09")
    cdr("show", sudi)
    assert findings(cdr, code=0) == set()
    cdr("audit", sudi)
    assert not (tmp_path / "caught").exists()
