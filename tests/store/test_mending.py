"""One document that does not read stops its own case and no more, and `verify --repair` has a way out for it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import document, encrypted, findings, git, gpg, head, left_out, sign_commit, successor

from cdr.forms import codec

FLOW = b'{"schema": "form-a/1", "child": {"first_names": "Kept"}}\n'


@pytest.fixture
def cases(cdr: Shell, sudi: str) -> list[str]:
    """Three cases beside the one that gets hurt."""
    forms = ["form-a-neonatal.yaml", "form-a-suicide.yaml"]
    return [cdr("notify", "--from", EXAMPLES / form, as_of="2026-06-30").out.strip() for form in forms]


def as_an_earlier_version_kept_it(cdr: Shell, case: str, people: People) -> None:
    """Form A in curly brackets behind its header: no reader of YAML takes the two together."""
    path = document(cdr.store, case)
    plain = successor(gpg(people.home, "-d", data=path.read_bytes()), path.read_bytes())
    header, _, body = plain.partition(b"schema: form-a/1")
    said = codec.load(b"schema: form-a/1" + body)
    path.write_bytes(encrypted(people.home, header + json.dumps(said).encode() + b"\n", people.member, people.second))
    sign_commit(cdr.store, people.home, people.member)


def stored_alone(cdr: Shell, case: str, id_: str, data: bytes, people: People, *readers: str) -> None:
    document(cdr.store, case, id_).write_bytes(
        encrypted(people.home, data, *(readers or (people.member, people.second)))
    )
    sign_commit(cdr.store, people.home, people.member)


def test_what_an_earlier_version_kept_unreadable_is_read_again_whole(
    cdr: Shell, sudi: str, cases: list[str], people: People
) -> None:
    said = cdr("show", sudi, "--json").json["documents"]["notification"]
    as_an_earlier_version_kept_it(cdr, sudi, people)
    left_out(cdr, sudi)
    assert {one["case"] for one in cdr("list", "--json", code=1).json["cases"]} == set(cases)
    answer = cdr("verify", "--repair")
    assert "nothing of it was lost" in answer.err
    assert cdr("show", sudi, "--json").json["documents"]["notification"] == said
    assert findings(cdr, code=0) == set()
    cdr("list")


@pytest.mark.hurt
def test_writing_goes_on_and_a_new_case_is_opened(cdr: Shell, sudi: str, cases: list[str], people: People) -> None:
    as_an_earlier_version_kept_it(cdr, sudi, people)
    cdr("request", cases[0], as_of="2026-06-30")
    form = (EXAMPLES / "form-a-sudi.yaml").read_bytes()
    opened = cdr("notify", "--from", "-", stdin=form, as_of="2026-07-01")  # the same child: nobody can see that now
    assert f"the case {sudi} is left out" in opened.err
    assert "left_out" in cdr("chase", "--overdue", "--json", as_of="2026-07-20", code=1).json


def test_the_last_revision_that_reads_comes_back_and_what_stood_there_is_kept(
    cdr: Shell, sudi: str, cases: list[str], people: People
) -> None:
    cdr("request", sudi, "northshire-police", as_of="2026-01-10")
    asked = cdr("show", sudi, "--json").json["documents"]["requests"]
    stored_alone(cdr, sudi, "requests", b"not: this\n", people, people.member, people.second, people.chaser)
    stored_alone(cdr, sudi, "requests", b"nor: that\n", people, people.member, people.second, people.chaser)
    left_out(cdr, sudi)
    assert "its last revision that reads stands there again" in cdr("verify", "--repair").err
    assert cdr("show", sudi, "--json").json["documents"]["requests"] == asked
    assert findings(cdr, code=0) == set()
    [kept] = (cdr.store / ".git" / "cdr-aside").rglob("requests.yaml.gpg")
    assert gpg(people.home, "-d", data=kept.read_bytes()) == b"nor: that\n"
    cdr("return", sudi, "northshire-police", "--nil", as_of="2026-01-11")


def test_one_encrypted_to_too_few_is_encrypted_again(cdr: Shell, sudi: str, cases: list[str], people: People) -> None:
    path = document(cdr.store, sudi)
    stored_alone(cdr, sudi, "notification", gpg(people.home, "-d", data=path.read_bytes()), people, people.member)
    left_out(cdr, sudi)
    cdr("verify", "--repair")
    assert findings(cdr, code=0) == set()


@pytest.mark.hurt
def test_what_no_revision_reads_of_stays_named(cdr: Shell, sudi: str, cases: list[str], people: People) -> None:
    path = document(cdr.store, sudi, "return-01")
    stored_alone(cdr, sudi, "return-01", b"x: y\n", people)
    answer = cdr("verify", "--repair", code=1)
    assert f"cases/{sudi}/return-01.yaml.gpg: no revision of it reads here" in answer.err
    assert ("contents", path.name) in findings(cdr)


def test_nothing_is_recorded_where_all_is_well(cdr: Shell, sudi: str) -> None:
    before = head(cdr.store)
    cdr("verify", "--repair")
    assert head(cdr.store) == before


@pytest.mark.hurt
def test_the_chaser_mends_nothing(
    cdr: Shell, sudi: str, cases: list[str], people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_alone(cdr, sudi, "requests", b"x: y\n", people, people.member, people.second, people.chaser)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    before = head(cdr.store)
    assert f"the case {sudi} is left out" in cdr("chase", "--overdue", code=1).err
    cdr("verify", "--repair", code=1)
    assert head(cdr.store) == before


@pytest.mark.hurt
def test_with_an_empty_state_folder_and_in_another_copy(
    cdr: Shell, sudi: str, cases: list[str], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_an_earlier_version_kept_it(cdr, sudi, people)
    git(tmp_path, "clone", "-q", str(cdr.store), "copy")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "empty"))
    copy = Shell(tmp_path / "copy")
    left_out(copy, sudi)
    shutil.rmtree(tmp_path / "empty")
    copy("verify", "--repair")
    shutil.rmtree(tmp_path / "empty")
    copy("show", sudi)
    copy("list")
