"""A document that is not what a member wrote is refused, wherever it was changed; the honest one beside it is not."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import (
    document,
    encrypted,
    findings,
    flip,
    git,
    gpg,
    head,
    left_out,
    packets,
    refused_everywhere,
    refused_itself,
    sign_commit,
)


@pytest.fixture
def other(cdr: Shell, sudi: str) -> str:
    """A second case beside the first."""
    return cdr("notify", "--from", EXAMPLES / "form-a-neonatal.yaml", as_of="2026-03-01").out.strip()


# ---- in the work tree ----------------------------------------------------------------------------------------------


def test_one_changed_byte_in_the_work_tree(cdr: Shell, sudi: str) -> None:
    path = document(cdr.store, sudi)
    right = path.read_bytes()
    path.write_bytes(flip(right))
    refused_itself(cdr, sudi)
    assert findings(cdr) == {("work-tree", path.name)}
    wrong = path.read_bytes()
    cdr("verify", "--repair")
    assert path.read_bytes() == right
    assert [kept.read_bytes() for kept in (cdr.store / ".git" / "cdr-aside").rglob(path.name)] == [wrong]
    cdr("show", sudi)


@pytest.mark.hurt
def test_a_document_of_another_case_in_the_work_tree(cdr: Shell, sudi: str, other: str) -> None:
    shutil.copy(document(cdr.store, other), document(cdr.store, sudi))
    refused_itself(cdr, sudi)
    cdr("show", other)


def test_a_removed_and_a_staged_document(cdr: Shell, sudi: str) -> None:
    path = document(cdr.store, sudi, "case")
    path.unlink()
    refused_itself(cdr, sudi)
    cdr("verify", "--repair")
    path.write_bytes(flip(path.read_bytes()))
    git(cdr.store, "add", "-A")
    refused_itself(cdr, sudi)
    cdr("verify", "--repair")
    cdr("list")


def test_a_case_folder_that_is_a_link(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    folder = cdr.store / "cases" / sudi
    shutil.move(folder, tmp_path / "elsewhere")
    folder.symlink_to(tmp_path / "elsewhere")
    refused_itself(cdr, sudi)
    assert ("work-tree", "notification.yaml.gpg") in findings(cdr)
    cdr("verify", "--repair", code=76)
    folder.unlink()
    cdr("verify", "--repair")
    cdr("show", sudi)


def test_a_document_that_is_a_link(cdr: Shell, sudi: str, tmp_path: Path) -> None:
    path, aside = document(cdr.store, sudi), tmp_path / "elsewhere"
    shutil.move(path, aside)
    path.symlink_to(aside)
    refused_itself(cdr, sudi)
    cdr("verify", "--repair")
    assert path.is_file() and not path.is_symlink()
    cdr("show", sudi)


@pytest.mark.hurt
def test_a_file_that_cdr_did_not_put_there(cdr: Shell, sudi: str) -> None:
    (cdr.store / "cases" / sudi / b"notes \xff.txt".decode("utf-8", "surrogateescape")).write_text("plain")
    assert {check for check, _ in findings(cdr)} == {"work-tree"}
    cdr("verify", code=1)
    cdr("list")


def test_an_uncommitted_configuration_is_honest_work(cdr: Shell, sudi: str) -> None:
    path = cdr.store / "cdr.yaml"
    path.write_text(path.read_text() + "# a note\n")
    cdr("show", sudi)
    assert findings(cdr, code=0) == {("work-tree", "cdr.yaml")}


@pytest.mark.hurt
def test_a_file_about_another_store_that_says_nothing_of_the_kind(cdr: Shell, sudi: str, people: People) -> None:
    """Nothing is recorded beside it, so `verify` must name it."""
    path = cdr.store / "areas" / f"to-{'a' * 40}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text("schema: areas/1\n", "utf-8")
    sign_commit(cdr.store, people.home, people.member)
    cdr("milestone", sudi, "ncmd_told", as_of="2026-01-12", code=76)
    assert findings(cdr) == {("areas", path.name)}
    path.unlink()
    sign_commit(cdr.store, people.home, people.member)
    cdr("milestone", sudi, "ncmd_told", as_of="2026-01-12")
    assert findings(cdr, code=0) == set()


def test_a_key_of_nobody_is_told(cdr: Shell, sudi: str, people: People) -> None:
    path = cdr.store / "keys" / f"{people.stranger}.asc"
    path.write_bytes(gpg(people.stranger_home, "--armor", "--export", people.stranger))
    sign_commit(cdr.store, people.home, people.member)
    assert findings(cdr, code=0) == {("keys", path.name)}


@pytest.mark.parametrize("name", [".gitignore", ".gitattributes"])
def test_what_git_by_hand_would_obey_is_told(cdr: Shell, sudi: str, name: str) -> None:
    (cdr.store / name).write_bytes(b"")
    assert findings(cdr, code=0) == {("work-tree", name)}
    assert cdr("show", sudi).err == ""


# ---- in a member's own signed commit -------------------------------------------------------------------------------

Damage = Callable[[bytes, People], bytes]


def _plain(raw: bytes, people: People) -> bytes:
    return gpg(people.home, "-d", data=raw)


def _again(raw: bytes, people: People, *recipients: str) -> bytes:
    return encrypted(people.home, _plain(raw, people), *recipients)


DAMAGES: dict[str, Damage] = {
    "cut": lambda raw, people: raw[:-40],
    "cut after the recipients": lambda raw, people: b"".join(packets(raw)[:-1]),
    "trailing byte": lambda raw, people: raw + b"\n",
    "two messages": lambda raw, people: raw + raw,
    "recipient stripped": lambda raw, people: b"".join(packets(raw)[1:]),
    "recipient packet twice": lambda raw, people: packets(raw)[0] + raw,
    "no recipient": lambda raw, people: packets(raw)[-1],
    "recipient left out": lambda raw, people: _again(raw, people, people.member),
    "chaser added": lambda raw, people: _again(raw, people, people.member, people.second, people.chaser),
    "literal packet": lambda raw, people: gpg(people.home, "--store", data=_plain(raw, people)),
    "signed, not encrypted": lambda raw, people: gpg(people.home, "-u", people.member, "--sign", data=_plain(raw, people)),
    "plain YAML": _plain,
    "symmetric": lambda raw, people: gpg(people.home, "--passphrase", "x", "-c", data=_plain(raw, people)),
    "armoured": lambda raw, people: gpg(people.home, "--enarmor", data=raw),
    "empty": lambda raw, people: raw[:0],
}  # fmt: skip


@pytest.mark.hurt
@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_in_a_members_commit(cdr: Shell, sudi: str, people: People, damage: str) -> None:
    path = document(cdr.store, sudi)
    path.write_bytes(DAMAGES[damage](path.read_bytes(), people))
    sign_commit(cdr.store, people.home, people.member)
    left_out(cdr, sudi)
    cdr("letter", sudi, "--draft", code=76)
    assert ("recipients", path.name) in findings(cdr)


@pytest.mark.hurt
def test_one_changed_byte_in_a_members_commit(cdr: Shell, sudi: str, people: People) -> None:
    path = document(cdr.store, sudi)
    path.write_bytes(flip(path.read_bytes()))
    sign_commit(cdr.store, people.home, people.member)
    left_out(cdr, sudi)
    assert findings(cdr) >= {("contents", path.name)}


@pytest.mark.hurt
def test_a_document_of_another_case_in_a_members_commit(cdr: Shell, sudi: str, other: str, people: People) -> None:
    path = document(cdr.store, sudi)
    shutil.copy(document(cdr.store, other), path)
    sign_commit(cdr.store, people.home, people.member)
    left_out(cdr, sudi)
    cdr("show", other)
    assert findings(cdr) >= {("contents", path.name)}


@pytest.mark.hurt
def test_another_document_of_the_same_case(cdr: Shell, sudi: str, people: People) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    shutil.copy(document(cdr.store, sudi, "requests"), document(cdr.store, sudi, "prompts"))
    sign_commit(cdr.store, people.home, people.member)
    left_out(cdr, sudi)


@pytest.mark.hurt
def test_made_with_public_keys_only(cdr: Shell, sudi: str, people: People) -> None:
    """Perfect in every way, and written by no one who may."""
    path = document(cdr.store, sudi)
    plain = gpg(people.home, "-d", data=path.read_bytes()).replace(b"sex: female", b"sex: male")
    path.write_bytes(encrypted(people.second_home, plain, people.member, people.second))
    refused_itself(cdr, sudi)
    sign_commit(cdr.store, people.stranger_home, people.stranger)
    refused_everywhere(cdr, sudi)


@pytest.fixture
def twice(cdr: Shell, sudi: str) -> tuple[str, bytes]:
    """A case whose ledger of requests has two revisions, and the bytes of the first."""
    cdr("request", sudi, "northshire-police", as_of="2026-01-10")
    first = document(cdr.store, sudi, "requests").read_bytes()
    cdr("request", sudi, "northtown-general", as_of="2026-01-10")
    return sudi, first


@pytest.mark.hurt
def test_an_older_revision_put_back(cdr: Shell, twice: tuple[str, bytes], people: People) -> None:
    case, first = twice
    assert findings(cdr, code=0) == set()
    document(cdr.store, case, "requests").write_bytes(first)
    refused_itself(cdr, case)
    sign_commit(cdr.store, people.home, people.member)
    left_out(cdr, case)
    assert findings(cdr) == {("revision", "requests.yaml.gpg")}


@pytest.mark.hurt
def test_a_document_removed_and_an_older_one_put_in_its_place(
    cdr: Shell, twice: tuple[str, bytes], people: People
) -> None:
    case, first = twice
    path = document(cdr.store, case, "requests")
    path.unlink()
    sign_commit(cdr.store, people.home, people.member)
    assert ("removed", path.name) in findings(cdr)
    path.write_bytes(first)
    sign_commit(cdr.store, people.home, people.member)
    assert findings(cdr) == {("revision", path.name)}


@pytest.mark.hurt
def test_a_link_and_an_odd_name_in_a_members_commit(cdr: Shell, sudi: str, people: People) -> None:
    link, odd = cdr.store / "cases" / sudi / "analysis.yaml.gpg", cdr.store / "cases" / "notes.txt"
    link.symlink_to("/etc/passwd")
    odd.write_text("x")
    git(cdr.store, "-c", "core.symlinks=true", "add", "-A")
    git(cdr.store, "commit", "-q", f"-S{people.member}", "-m", "by hand", home=people.home)
    assert "120000" in git(cdr.store, "ls-tree", "-r", "HEAD")
    cdr("show", sudi, code=76)
    assert findings(cdr) >= {("file-name", link.name), ("file-name", odd.name)}


def test_the_second_member_reads_what_the_first_wrote(
    cdr: Shell, twice: tuple[str, bytes], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    assert cdr("show", twice[0], "--json").json["documents"]["requests"]["requests"][0]["agency"] == "northshire-police"
    before = head(cdr.store)
    cdr("return", twice[0], "northshire-police", "--nil", as_of="2026-01-11")
    assert head(cdr.store) != before
    assert findings(cdr, code=0) == set()


@pytest.mark.hurt
def test_two_attached_files_that_changed_places_are_seen_by_whoever_writes_one_out(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    """The digest in the case says which file is which, however well the commit is signed."""
    for name in ("first", "second"):
        (tmp_path / name).write_text(name)
        cdr("attach", sudi, tmp_path / name, "--kind", "other")
    one, two = (cdr.store / "cases" / sudi / f"attachment-0{number}.gpg" for number in (1, 2))
    left, right = one.read_bytes(), two.read_bytes()
    one.write_bytes(right)
    two.write_bytes(left)
    sign_commit(cdr.store, people.home, people.member)
    out = tmp_path / "out"
    assert "Attachment 1 is not the file" in cdr("extract", sudi, "1", "-o", out, code=76).err
    bundle = cdr("disclose", sudi, "--for", "coroner", "--from", "-", "-o", out, stdin=b"An order.", code=76)
    assert "Attachment 1 is not the file" in bundle.err
    assert not out.exists()
