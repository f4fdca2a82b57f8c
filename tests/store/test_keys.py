"""Recipients that cannot be used, keys that are not there, and settings that would add somebody."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell, run
from gnupg import ImportResult
from store.hands import (
    LATE,
    before,
    document,
    encrypted,
    findings,
    git,
    gpg,
    key_made,
    refused_everywhere,
    sign_commit,
    unchanged,
)

from cdr.errors import NotAuthentic
from cdr.store import gpg as gpg_
from cdr.store.keyring import _watched
from cdr.store.layout import LARGEST_KEY
from cdr.store.packets import public_keys, recipient_ids

FORM = EXAMPLES / "form-a-sudi.yaml"


def _expired(home: str) -> str:
    return key_made(home, "--faked-system-time", "20200101T000000")


def _revoked(home: str) -> str:
    fingerprint = key_made(home)
    text = (Path(home) / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text().replace("\n:-----", "\n-----")
    gpg(home, "--import", data=text.encode())
    return fingerprint


def _sign_only(home: str) -> str:
    return key_made(home, kind="ed25519", usage="sign")


def _join(cdr: Shell, people: People, fingerprint: str, armoured: bytes | None) -> None:
    """A member takes somebody into the registry by hand, with this public key or without one."""
    path = cdr.store / "keys" / "registry.yaml"
    line = f'members:\n- fingerprint: "{fingerprint}"\n  name: {LATE}\n  since: "2026-01-01"\n'
    path.write_text(path.read_text().replace("members:\n", line))
    if armoured is not None:
        (cdr.store / "keys" / f"{fingerprint}.asc").write_bytes(armoured)
    sign_commit(cdr.store, people.home, people.member)


@pytest.mark.hurt
@pytest.mark.parametrize(
    ("make", "words"),
    [(_expired, "has expired"), (_revoked, "was revoked"), (_sign_only, "cannot encrypt")],
)
def test_one_recipient_who_cannot_be_encrypted_to(
    cdr: Shell, people: People, home: str, make: Callable[[str], str], words: str
) -> None:
    fingerprint = make(home)
    _join(cdr, people, fingerprint, gpg(home, "--armor", "--export", fingerprint))
    with unchanged(cdr.store):
        answer = cdr("notify", "--from", FORM, as_of="2026-01-09", code=77)
    assert LATE in answer.err and words in answer.err
    assert ("keys", f"{fingerprint}.asc") in findings(cdr)


@pytest.mark.hurt
@pytest.mark.parametrize("armoured", [None, b"", b"not a key"])
def test_one_recipient_whose_key_is_not_there(cdr: Shell, people: People, home: str, armoured: bytes | None) -> None:
    fingerprint = key_made(home)
    _join(cdr, people, fingerprint, armoured)
    with unchanged(cdr.store):
        assert LATE in cdr("notify", "--from", FORM, as_of="2026-01-09", code=77).err
    assert ("keys", f"{fingerprint}.asc") in findings(cdr)


@pytest.mark.hurt
def test_no_message_goes_out_that_cannot_be_recorded(cdr: Shell, sudi: str, people: People, home: str) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    path = cdr.store / "keys" / f"{people.second}.asc"
    path.write_bytes(b"")
    sign_commit(cdr.store, people.home, people.member)
    with unchanged(cdr.store):
        cdr("request", sudi, "northtown-general", as_of="2026-01-10", code=77)
        cdr("chase", "--overdue", as_of="2026-02-01", code=77)


def test_a_key_that_can_be_used_is(cdr: Shell, people: People, home: str) -> None:
    fingerprint = key_made(home)
    _join(cdr, people, fingerprint, gpg(home, "--armor", "--export", fingerprint))
    case = cdr("notify", "--from", FORM, as_of="2026-01-09").out.strip()
    assert b"kind: notification" in gpg(home, "-d", data=document(cdr.store, case).read_bytes())
    assert findings(cdr, code=0) == set()


def _signing(tmp_path: Path, *options: str) -> str:
    program = tmp_path / "gpg-of-then"
    program.write_text(f'#!/bin/sh\nexec gpg {" ".join(options)} "$@"\n')
    program.chmod(0o700)
    return str(program)


@pytest.mark.hurt
def test_what_an_expired_key_signed_stays(cdr: Shell, people: People, home: str, tmp_path: Path) -> None:
    fingerprint = _expired(home)
    _join(cdr, people, fingerprint, gpg(home, "--armor", "--export", fingerprint))
    git(cdr.store, "config", "gpg.program", _signing(tmp_path, "--faked-system-time", "20200601T000000"))
    sign_commit(cdr.store, home, fingerprint)
    cdr("list")
    assert cdr("audit", "--json").json["changes"][0]["by"] == LATE


@pytest.mark.hurt
def test_what_a_revoked_key_signs_counts_for_nothing(cdr: Shell, sudi: str, people: People, home: str) -> None:
    fingerprint = key_made(home)
    good = gpg(home, "--armor", "--export", fingerprint)
    text = (Path(home) / "openpgp-revocs.d" / f"{fingerprint}.rev").read_text().replace("\n:-----", "\n-----")
    gpg(people.second_home, "--import", data=good)
    gpg(people.second_home, "--import", data=text.encode())
    _join(cdr, people, fingerprint, gpg(people.second_home, "--armor", "--export", fingerprint))
    sign_commit(cdr.store, home, fingerprint)
    refused_everywhere(cdr, sudi)


@pytest.fixture
def poisoned(people: People) -> Iterator[People]:
    """A member's home with a look-alike key, and a gpg.conf that would add it to everything."""
    gpg(people.home, "--import", data=gpg(people.stranger_home, "--export", people.stranger))
    settings = Path(people.home) / "gpg.conf"
    lines = [f"{word} {people.stranger}" for word in ("encrypt-to", "hidden-encrypt-to", "hidden-recipient")]
    groups = [f"group {one} = {one} {people.stranger}" for one in (people.member, people.second)]
    settings.write_text(
        "\n".join([*lines[:2], *groups, "throw-keyids", "armor", f"default-key {people.second}"]) + "\n"
    )
    yield people
    settings.unlink()
    gpg(people.home, "--yes", "--delete-keys", people.stranger)


def test_nobody_is_added_by_settings_or_a_look_alike(cdr: Shell, poisoned: People, sudi: str) -> None:
    for path in (cdr.store / "cases" / sudi).iterdir():
        ids = recipient_ids(path.read_bytes(), path.name)
        assert len(ids) == (3 if path.name.startswith(("requests", "prompts")) else 2)
        gpg(poisoned.stranger_home, "-d", data=path.read_bytes(), code=2)
    assert findings(cdr, code=0) == set()
    assert cdr("audit", "--json").json["changes"][0]["fingerprint"] == poisoned.member


@pytest.mark.hurt
def test_a_gpg_that_hangs_is_given_up(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "bin" / "gpg"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\ncase "$*" in *--decrypt*|*--detach-sign*) sleep 600;; esac\nexec /usr/bin/gpg "$@"\n'
    )
    program.chmod(0o700)
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    monkeypatch.setattr(gpg_, "UNATTENDED_SECONDS", 1)
    with unchanged(cdr.store):
        cdr("show", sudi, code=75)
        cdr("notify", "--from", FORM, as_of="2026-01-09", code=75)


def test_a_home_that_is_not_there(cdr: Shell, sudi: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "nowhere"))
    with unchanged(cdr.store):
        assert "GNUPGHOME" in cdr("list", code=77).err
        cdr("notify", "--from", FORM, as_of="2026-01-09", code=77)


def test_a_person_without_any_home_of_gnupg_can_still_check(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "other state"))
    monkeypatch.delenv("GNUPGHOME")
    clone = Shell(tmp_path / "clone")
    git(tmp_path, "clone", "-q", str(cdr.store), str(clone.store))
    clone("list", code=76)
    answer = clone("verify", "--root", people.member, "--json").json
    assert {one["check"] for one in answer["findings"]} == {"contents"}
    clone("list", code=77)
    path = document(clone.store, sudi)
    path.write_bytes(path.read_bytes()[:-1])
    assert ("work-tree", path.name) in findings(clone)


def test_several_members_keys_need_as(
    cdr: Shell, sudi: str, people: People, home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for source, fingerprint in ((people.home, people.member), (people.second_home, people.second)):
        gpg(home, "--import", data=gpg(source, "--export-secret-keys", fingerprint))
    monkeypatch.setenv("GNUPGHOME", home)
    assert "--as" in cdr("list", code=2).err
    store = ["--store", str(cdr.store)]
    assert run([*store, "--as", people.second, "list"]).code == 0
    assert run([*store, "--as", f"0x{people.member.lower()}", "request", sudi]).code == 0
    assert run([*store, "--as", people.stranger, "list"]).code == 77
    assert run([*store, "--as", people.second[-16:], "list"]).code == 77
    monkeypatch.setenv("GNUPGHOME", people.home)
    with unchanged(cdr.store):
        assert run([*store, "--as", people.second, "request", sudi, "northtown-academy"]).code == 77


# ---- what a file of keys may hold ----------------------------------------------------------------------------------


@pytest.fixture
def homes() -> Iterator[Callable[[], str]]:
    """Homes of GnuPG, as many as are asked for."""
    made: list[str] = []

    def make() -> str:
        made.append(tempfile.mkdtemp(prefix="cdr-", dir="/tmp"))
        return made[-1]

    yield make
    for one in made:
        subprocess.run(["gpgconf", "--homedir", one, "--kill", "all"], capture_output=True, check=False)
        shutil.rmtree(one, ignore_errors=True)


def _secret_keys(home: str) -> list[str]:
    """Every file in which this home keeps a secret key."""
    return sorted(path.name for path in (Path(home) / "private-keys-v1.d").glob("*"))


def _strangers_store(home: str, fingerprint: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GNUPGHOME", home)
    made = run(["init", str(folder), "--config", str(EXAMPLES / "store.yaml"), "--member", fingerprint])
    assert made.code == 0, made.err
    return folder


@pytest.mark.parametrize("armour", [["--armor"], []])
def test_a_secret_key_in_a_store_is_not_taken_in(
    people: People, homes: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, armour: list[str]
) -> None:
    """The public key of who made the store is known here: with its secret part here too the store would pass for one's own."""
    attacker, victim = homes(), homes()
    fingerprint = key_made(attacker)
    store = _strangers_store(attacker, fingerprint, tmp_path / "evil", monkeypatch)
    secret = gpg(attacker, *armour, "--export-secret-keys", fingerprint)
    (store / "keys" / f"{fingerprint}.asc").write_bytes(secret)
    git(store, "add", "-A")
    git(
        store,
        "-c",
        f"user.signingKey={fingerprint}",
        "commit",
        "-q",
        "--amend",
        f"-S{fingerprint}",
        "-m",
        "cdr: init",
        home=attacker,
    )
    key_made(victim)
    gpg(victim, "--import", data=gpg(attacker, "--export", fingerprint))
    monkeypatch.setenv("GNUPGHOME", victim)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "another machine"))
    before = _secret_keys(victim)
    for command in (
        ["list"],
        ["doctor"],
        ["verify"],
        ["verify", "--root", fingerprint],
        ["show", "2026-7K3M"],
        ["keys", "list"],
    ):
        answer = run(["--store", str(store), *command])
        assert answer.code == (1 if command in (["doctor"], ["verify"], ["verify", "--root", fingerprint]) else 76), (
            answer.err
        )
        assert "holds a secret key" in answer.out + answer.err
        assert _secret_keys(victim) == before
    assert not list((tmp_path / "another machine").rglob("*.kbx"))


@pytest.mark.hurt
def test_a_secret_key_that_a_member_puts_into_a_store(cdr: Shell, people: People, home: str) -> None:
    """The commit is refused, and what `keys refresh` gathers from the store is looked at too."""
    fingerprint = key_made(home)
    _join(cdr, people, fingerprint, gpg(home, "--armor", "--export-secret-keys", fingerprint))
    before = _secret_keys(people.home)
    assert "holds a secret key" in cdr("list", code=76).err
    cdr("keys", "refresh", people.member, code=76)
    assert _secret_keys(people.home) == before


def test_what_a_file_of_keys_may_hold(people: People, home: str, homes: Callable[[], str]) -> None:
    """Packets of public keys and nothing else, however they are wrapped; GnuPG then takes in what it would have taken in."""
    fingerprint, other = key_made(home), homes()
    public = gpg(home, "--export", fingerprint)
    armoured = gpg(home, "--armor", "--export", fingerprint)
    secret = gpg(home, "--export-secret-keys", fingerprint)
    message = encrypted(home, b"x", fingerprint)
    for whole in (
        public,
        armoured,
        armoured.replace(b"\n", b"\r\n"),
        b"Comment above\n" + armoured,
        armoured + armoured,
    ):
        assert gpg(other, "--import", data=public_keys(whole, "it")) == b""
        assert gpg(other, "--export", fingerprint) == public
    inside = gpg(home, "--store", "--compress-algo", "zip", data=b"x")
    for wrong in (
        secret,
        public + secret,
        armoured + gpg(home, "--armor", "--export-secret-keys"),
        message,
        public + message,
    ):
        with pytest.raises(NotAuthentic):
            public_keys(wrong, "it")
    torn = (
        public[:-1],
        public + inside,
        secret + b"x",
        armoured.replace(b"=", b"*"),
        b"-----BEGIN PGP PUBLIC KEY BLOCK-----\n",
    )
    for none in (b"", b"not a key", inside, *torn):
        assert public_keys(none, "it") == b""
    with pytest.raises(NotAuthentic, match="too large"):
        public_keys(public + bytes(LARGEST_KEY), "it")
    with pytest.raises(NotAuthentic, match="more than"):
        public_keys(public + b"\xcd\x00" * 5000, "it")


def test_a_disk_that_fails_under_gnupg_is_told_as_such(member: str, tmp_path: Path) -> None:
    """And not as a key that is not there."""
    words = ["init", str(tmp_path / "new"), "--config", str(EXAMPLES / "store.yaml"), "--member", member]
    said = 'echo "gpg: renaming the keyring failed: Input/output error" >&2; exit 2'
    with before(tmp_path / "bin", "gpg", "--import", said):
        answer = run(words)
    assert answer.code == 74 and "the disk failed" in answer.err and not (tmp_path / "new").exists()
    assert run(words).code == 0


def test_a_line_that_gnupg_could_not_write_whole_is_no_fault_inside_cdr(people: People, member: str) -> None:
    """Where its pipe fails (a limit of the machine), half a line stands before the next; the thread that reads it says nothing of its own."""
    asked, told = _watched()(env=gpg_.environment()), ImportResult(None)
    rest = io.StringIO("[GNUPG:] IMPORT_OK 1 [GNUPG:] IMPORT_RES 1 0\nmore\n")
    asked._read_response(rest, told)
    assert rest.read() == ""
    assert told.fingerprints == []
