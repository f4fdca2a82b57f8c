"""What cron's key wrote is judged like what comes from outside: one bad file is named, holds its own case, and is put right by a member."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, encrypted, findings, git, gpg, head, left_out, sign_commit, successor, unchanged

AMBULANCE, POLICE = "regional-ambulance", "northshire-police"
PHANTOM = "2031-ZZZZ"


@pytest.fixture
def chased(cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch) -> str:
    """A case with two prompts sent by the chaser, in two commits, beside another with one request."""
    other = cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-03-01").out.strip()
    cdr("request", sudi, POLICE, as_of="2026-01-09")
    cdr("request", other, POLICE, as_of="2026-03-01")
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("chase", "--overdue", as_of="2026-01-23")
    cdr("chase", "--overdue", as_of="2026-02-06")
    monkeypatch.setenv("GNUPGHOME", people.home)
    return sudi


def levels(cdr: Shell, case: str) -> list[str]:
    return [one["level"] for one in cdr("show", case, "--json").json["documents"]["prompts"]["prompts"]]


def waiting(cdr: Shell) -> set[str]:
    return {file.name for file in (cdr.store / "outbox").glob("*.eml")}


def as_chaser(store: Path, people: People) -> str:
    return sign_commit(store, people.chaser_home, people.chaser)


def holds_its_case(cdr: Shell, case: str, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither key sends anything for the case, both name it, and what stands there stays; the other case goes on."""
    left_out(cdr, case)
    for home in (people.home, people.chaser_home):
        monkeypatch.setenv("GNUPGHOME", home)
        before = waiting(cdr)
        answer = cdr("chase", "--overdue", as_of="2026-03-15" if home == people.home else "2026-03-29", code=1)
        assert f"the case {case} is left out" in answer.err
        new = waiting(cdr) - before
        assert len(new) == 1 and case not in next(iter(new))
    monkeypatch.setenv("GNUPGHOME", people.home)
    changed = git(cdr.store, "log", "-2", "--name-only", "--format=")
    assert case not in changed


def is_put_right(cdr: Shell, case: str, stands: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cdr("verify", "--repair")
    assert findings(cdr, code=0) == set()
    assert git(cdr.store, "status", "--porcelain") == ""
    assert levels(cdr, case) == stands
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "empty"))
    assert levels(cdr, case) == stands
    cdr("list")


# ---- kinds of files ------------------------------------------------------------------------------------------------


def _as_link(store: Path, path: Path) -> None:
    blob = git(store, "hash-object", "-w", "--stdin", data=b"/etc/passwd")
    git(store, "update-index", "--cacheinfo", f"120000,{blob},{path.relative_to(store)}")
    path.unlink()
    path.symlink_to("/etc/passwd")


def _as_program(store: Path, path: Path) -> None:
    git(store, "update-index", "--chmod=+x", str(path.relative_to(store)))
    path.chmod(0o755)


def _as_other_repository(store: Path, path: Path) -> None:
    git(store, "update-index", "--cacheinfo", f"160000,{head(store)},{path.relative_to(store)}")
    path.unlink()
    path.mkdir()
    (path / "x").touch()


@pytest.mark.parametrize("make", [_as_link, _as_program, _as_other_repository])
def test_prompts_that_are_no_plain_file(
    cdr: Shell,
    chased: str,
    people: People,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    make: Callable[[Path, Path], None],
) -> None:
    path = document(cdr.store, chased, "prompts")
    make(cdr.store, path)
    git(cdr.store, "commit", "-q", f"-S{people.chaser}", "-m", "by hand", home=people.chaser_home)
    commit = head(cdr.store)
    assert git(cdr.store, "ls-tree", "HEAD", str(path.relative_to(cdr.store)))[:6] != "100644"
    holds_its_case(cdr, chased, people, monkeypatch)
    said = cdr("verify", code=1).out
    assert f"since the commit {commit[:12]} by Chaser" in said and "cdr verify --repair" in said
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)
    assert path.is_file() and not path.is_symlink()


# ---- contents ------------------------------------------------------------------------------------------------------


NO_SUCH_LEVEL = """schema: prompts/1
prompts:
  - {agency: northshire-police, level: thanks, due_on: 2026-01-23, sent_on: 2026-01-23, to: [a@b.example], message_id: <x@y.example>}"""


@pytest.mark.parametrize(
    "body", ['prompts: "xyz"', "schema: prompts/1\nprompts: [7]", "schema: prompts/99\nprompts: []", "x", NO_SUCH_LEVEL]
)
def test_prompts_that_say_nothing_of_the_kind(
    cdr: Shell, chased: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    path = document(cdr.store, chased, "prompts")
    plain = gpg(people.home, "-d", data=path.read_bytes())
    header = plain[: plain.index(b"schema:")]
    path.write_bytes(
        encrypted(people.home, header + body.encode() + b"\n", people.member, people.second, people.chaser)
    )
    as_chaser(cdr.store, people)
    if "99" in body:  # as if a newer cdr had written it
        assert "newer cdr" in cdr("chase", "--overdue", as_of="2026-02-07", code=1).err
        cdr("show", chased, code=69)
    else:
        holds_its_case(cdr, chased, people, monkeypatch)
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)


def test_prompts_for_a_case_that_does_not_exist(
    cdr: Shell, chased: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = cdr.store / "cases" / PHANTOM
    folder.mkdir()
    shutil.copy(document(cdr.store, chased, "prompts"), folder)
    commit = as_chaser(cdr.store, people)
    for question in (["list"], ["today"], ["chase"], ["tally", "--year", "2025/26"]):
        assert f"the case {PHANTOM} is left out" in cdr(*question, code=1).err
    for command in (["show", PHANTOM], ["request", PHANTOM], ["chase", PHANTOM, "--overdue"]):
        cdr(*command, code=76)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    with unchanged(cdr.store):
        assert f"the case {PHANTOM} is left out" in cdr("chase", "--overdue", as_of="2026-02-07", code=1).err
    monkeypatch.setenv("GNUPGHOME", people.home)
    assert f"no case since the commit {commit[:12]} by Chaser" in cdr("verify", code=1).out
    assert "belongs to no case" in cdr("verify", "--repair").err
    assert not (folder / "prompts.yaml.gpg").exists()
    cdr("list")
    assert findings(cdr, code=0) == set()


# ---- an older one put back -----------------------------------------------------------------------------------------


def versions(store: Path, path: Path) -> list[bytes]:
    """Every revision of a document, the oldest first."""
    inside = str(path.relative_to(store))
    commits = git(store, "rev-list", "--reverse", "HEAD", "--", inside).split()
    ids = [git(store, "rev-parse", f"{commit}:{inside}") for commit in commits]
    return [_blob(store, id_) for id_ in ids]


def _blob(store: Path, id_: str) -> bytes:
    return subprocess.run(["git", "-C", store, "cat-file", "blob", id_], capture_output=True, check=True).stdout


@pytest.mark.parametrize(("who", "kept"), [("chaser", "warm"), ("member", "cold"), ("member", "index only")])
def test_older_prompts_put_back(
    cdr: Shell, chased: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, who: str, kept: str
) -> None:
    path = document(cdr.store, chased, "prompts")
    cdr("list")
    cdr("show", chased)
    path.write_bytes(versions(cdr.store, path)[-2])
    commit = sign_commit(cdr.store, getattr(people, f"{who}_home" if who == "chaser" else "home"), getattr(people, who))
    if kept == "cold":
        shutil.rmtree(tmp_path / "state")
    elif kept == "index only":
        for folder in (tmp_path / "state" / "cdr").glob("*/*/cases"):
            shutil.rmtree(folder)
    if who == "chaser" and kept == "warm":
        holds_its_case(cdr, chased, people, monkeypatch)
    else:
        cdr("show", chased, code=76)
        assert f"the case {chased} is left out" in cdr("list", code=1).err
    assert f"since the commit {commit[:12]} by {'Chaser' if who == 'chaser' else 'Robin'}" in cdr("verify", code=1).out
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)
    assert [file for file in (cdr.store / ".git" / "cdr-aside").rglob("prompts.yaml.gpg")]


def test_put_back_and_forth_between_two_looks(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What stands there is what was seen last, byte for byte; the newer one in between is lost all the same."""
    cdr("request", sudi, POLICE, as_of="2026-01-09")
    cdr("chase", "--overdue", as_of="2026-01-23")
    path = document(cdr.store, sudi, "prompts")
    seen = path.read_bytes()
    assert levels(cdr, sudi) == ["prompt-1"]
    cdr("list")
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv("GNUPGHOME", people.chaser_home)
        elsewhere.setenv("XDG_STATE_HOME", str(tmp_path / "the chaser's machine"))
        cdr("verify", "--root", people.member)
        cdr("chase", "--overdue", as_of="2026-02-06")
    assert path.read_bytes() != seen
    path.write_bytes(seen)
    as_chaser(cdr.store, people)
    for _ in range(2):
        cdr("show", sudi, code=76)
        assert f"the case {sudi} is left out" in cdr("list", code=1).err
    is_put_right(cdr, sudi, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)


def test_an_honest_undo_of_it(cdr: Shell, chased: str, people: People) -> None:
    """A member who puts the newest one back by hand has put it right."""
    path = document(cdr.store, chased, "prompts")
    *_, older, newest = versions(cdr.store, path)
    path.write_bytes(older)
    as_chaser(cdr.store, people)
    cdr("show", chased, code=76)
    path.write_bytes(newest)
    sign_commit(cdr.store, people.home, people.member)
    assert levels(cdr, chased) == ["prompt-1", "prompt-2"]
    cdr("list")
    assert findings(cdr, code=0) == set()


def test_an_older_one_encrypted_anew(
    cdr: Shell, chased: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = document(cdr.store, chased, "prompts")
    plain = gpg(people.home, "-d", data=versions(cdr.store, path)[-2])
    path.write_bytes(encrypted(people.home, plain, people.member, people.second, people.chaser))
    as_chaser(cdr.store, people)
    holds_its_case(cdr, chased, people, monkeypatch)
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)


def test_much_older_ones_put_back_twice(
    cdr: Shell, chased: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = document(cdr.store, chased, "prompts")
    first = versions(cdr.store, path)[0]
    for _ in range(2):
        path.write_bytes(first)
        as_chaser(cdr.store, people)
    cdr("show", chased, code=76)
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)


def test_a_ledger_taken_away_by_a_member_is_not_one_never_written(
    cdr: Shell, chased: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The prompts that it knows of would go out again."""
    document(cdr.store, chased, "prompts").unlink()
    sign_commit(cdr.store, people.home, people.member)
    holds_its_case(cdr, chased, people, monkeypatch)
    assert findings(cdr) == {("removed", "prompts.yaml.gpg")}
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)


def test_an_older_form_put_back_by_a_member(
    cdr: Shell, chased: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("return", chased, POLICE, "--from", EXAMPLES / "form-b-police.yaml", as_of="2026-02-07")
    path = document(cdr.store, chased, "return-01")
    first = path.read_bytes()
    corrected = gpg(people.home, "-d", data=first).replace(b"temperature_c: 23.5", b"temperature_c: 22.5")
    path.write_bytes(encrypted(people.home, successor(corrected, first), people.member, people.second))
    sign_commit(cdr.store, people.home, people.member)
    assert findings(cdr, code=0) == set()
    path.write_bytes(first)
    sign_commit(cdr.store, people.home, people.member)
    cdr("show", chased, code=76)
    cdr("list")  # which asks nothing of returns
    is_put_right(cdr, chased, ["prompt-1", "prompt-2"], tmp_path, monkeypatch)
    assert b"temperature_c: 22.5" in gpg(people.home, "-d", data=path.read_bytes())
