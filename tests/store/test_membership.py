"""Keys added and taken out: everything encrypted anew in one commit or nothing, and what a leaver can and cannot read."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, findings, git, gpg, head, unchanged

from cdr.store import rotation
from cdr.store.git import Git
from cdr.store.objects import Blob
from cdr.store.packets import recipient_ids
from cdr.store.state import State

LEFT = ("--reason", "Left the team")


@pytest.fixture
def newcomer(people: People, tmp_path: Path) -> Path:
    """The public key of somebody who is not in the store yet, in a file."""
    file = tmp_path / "newcomer.asc"
    file.write_bytes(gpg(people.stranger_home, "--armor", "--export", people.stranger))
    return file


def opens(home: str, file: Path) -> bool:
    done = subprocess.run(
        ["gpg", "--homedir", home, "--batch", "--quiet", "-d"],
        input=file.read_bytes(), capture_output=True, check=False, env={**os.environ, "GNUPGHOME": home},
    )  # fmt: skip
    return done.returncode == 0 and bool(done.stdout)


def every_document(store: Path) -> list[Path]:
    return sorted((store / "cases").rglob("*.gpg"))


def count(store: Path) -> int:
    return int(git(store, "rev-list", "--count", "HEAD"))


def test_a_member_joins_and_another_leaves(cdr: Shell, sudi: str, people: People, newcomer: Path) -> None:
    cdr("attach", sudi, EXAMPLES / "letter-gate.yaml", "--kind", "other", as_of="2026-01-10")
    before = count(cdr.store)
    answer = cdr("keys", "add", newcomer, "--json", as_of="2026-02-01")
    assert [(one["fingerprint"], one["role"], one["since"]) for one in answer.json["keys"]] == [
        (people.stranger, "member", "2026-02-01")
    ]
    assert answer.json["documents"] == len(every_document(cdr.store)) and answer.json["left"] == []
    assert count(cdr.store) == before + 1 and git(cdr.store, "log", "-1", "--format=%s") == "cdr: keys add"
    assert all(opens(people.stranger_home, file) for file in every_document(cdr.store))
    assert findings(cdr, code=0) == set()
    assert "there already" in cdr("keys", "add", newcomer).out and count(cdr.store) == before + 1

    cdr("agency", "passphrase", "northshire-police", "--new", as_of="2026-02-15")
    gone = cdr("keys", "remove", people.second, *LEFT, "--json", as_of="2026-03-01")
    files = every_document(cdr.store)
    assert gone.json["removed"] == people.second
    assert gone.json["still_readable"] == {"documents": len(files) + 1, "cases": 1}  # the pass-phrases too
    assert "nothing can take that back" in gone.err
    assert gone.json["agree_anew"] == ["northshire-police"]
    assert "cdr agency passphrase northshire-police --new" in gone.err
    assert not any(opens(people.second_home, file) for file in files)
    assert all(opens(people.stranger_home, file) and opens(people.home, file) for file in files)
    assert not (cdr.store / "keys" / f"{people.second}.asc").exists()
    registry = (cdr.store / "keys/registry.yaml").read_text("utf-8")
    assert "Left the team" in registry and "2026-03-01" in registry
    assert findings(cdr, code=0) == set()
    cdr("milestone", sudi, "support_offered", as_of="2026-03-02")
    cdr("keys", "remove", people.second, *LEFT, code=66)


def test_the_leaver_records_nothing_more(
    cdr: Shell, sudi: str, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("keys", "remove", people.second, *LEFT)
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    with unchanged(cdr.store):
        cdr("milestone", sudi, "support_offered", code=77)


def test_the_chasers_key_changes_without_touching_what_it_may_not_read(
    cdr: Shell, sudi: str, people: People, newcomer: Path
) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-10")
    untouched = {one: document(cdr.store, sudi, one).read_bytes() for one in ("case", "notification")}
    added = cdr("keys", "add", newcomer, "--role", "chaser", "--json").json
    removed = cdr("keys", "remove", people.chaser, "--reason", "New machine", "--json").json
    assert added["documents"] == removed["documents"] == 2
    assert untouched == {one: document(cdr.store, sudi, one).read_bytes() for one in untouched}
    for ledger in ("requests", "prompts"):
        assert opens(people.stranger_home, document(cdr.store, sudi, ledger))
        assert not opens(people.chaser_home, document(cdr.store, sudi, ledger))
    assert removed["agree_anew"] == []
    assert removed["still_readable"]["documents"] == 2 and findings(cdr, code=0) == set()


def test_what_is_refused(
    cdr: Shell, people: People, newcomer: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    secret = tmp_path / "secret.asc"
    secret.write_bytes(gpg(people.stranger_home, "--armor", "--export-secret-keys", people.stranger))
    both = tmp_path / "both.asc"
    both.write_bytes(gpg(people.home, "--armor", "--export"))
    nothing = tmp_path / "nothing.asc"
    nothing.write_text("no key\n")
    with unchanged(cdr.store):
        for file in (secret, both, nothing):
            cdr("keys", "add", file, code=65)
        cdr("keys", "add", tmp_path / "missing.asc", code=66)
        cdr("keys", "remove", people.second, code=2)
        cdr("keys", "remove", people.second, "--reason", " ", code=2)
        cdr("keys", "remove", "0" * 40, *LEFT, code=66)
        monkeypatch.setenv("GNUPGHOME", people.chaser_home)
        cdr("keys", "add", newcomer, code=77)
    monkeypatch.setenv("GNUPGHOME", people.home)
    cdr("keys", "remove", people.second, *LEFT)
    with unchanged(cdr.store):
        assert "last member" in cdr("keys", "remove", people.member, *LEFT, code=65).err


def test_a_stopped_run_goes_on_where_it_was(
    cdr: Shell, asked: str, newcomer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the second of the documents: nothing is recorded, and the next run makes only the rest."""
    keep = Git.keep
    made: list[Blob] = []

    def stops(git_: Git, data: bytes) -> Blob:
        if len(made) == 2:
            raise KeyboardInterrupt
        made.append(keep(git_, data))
        return made[-1]

    monkeypatch.setattr(Git, "keep", stops)
    with unchanged(cdr.store):
        cdr("keys", "add", newcomer, code=130)
    monkeypatch.setattr(Git, "keep", keep)
    answer = cdr("keys", "add", newcomer, "--json")
    assert answer.json["documents"] == len(every_document(cdr.store))
    tree = git(cdr.store, "ls-tree", "-r", "HEAD")
    assert all(one.digest in tree for one in made)
    assert findings(cdr, code=0) == set() and "Amara" in cdr("show", asked).out


def test_a_kill_costs_no_more_than_a_few_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made ready is kept as it goes on, for a power cut gives no time to keep anything."""
    note, kept = object.__new__(rotation._Note), []
    note.made, note.saved = {}, 0
    monkeypatch.setattr(State, "seal", lambda *_: kept.append(len(note.made)))
    note.state, note.readers = object.__new__(State), ""
    note.state.names = ("/store",)
    for n in range(50):
        note.made[str(n)] = ("", "")
        note.save_now_and_then()
    assert kept == [20, 40]


def test_a_key_that_ends_soon_is_told_with_every_change(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> None:
    home = people.stranger_home
    gpg(
        home,
        "--passphrase",
        "",
        "--quick-generate-key",
        "Kim Ending <kim@northshire.example>",
        "future-default",
        "default",
        "30d",
    )
    lines = gpg(home, "--with-colons", "--list-keys", "kim@northshire.example").decode().splitlines()
    fingerprint = next(line.split(":")[9] for line in lines if line.startswith("fpr:"))
    file = tmp_path / "kim.asc"
    file.write_bytes(gpg(home, "--armor", "--export", fingerprint))
    assert "can be used until" in cdr("keys", "add", file).err
    told = cdr("milestone", sudi, "support_offered", as_of="2026-01-12").err
    assert "Kim Ending" in told and f"cdr keys refresh {fingerprint}" in told
    assert "Kim Ending" not in cdr("list").err
    assert recipient_ids(document(cdr.store, sudi).read_bytes(), "x")
    assert head(cdr.store)
