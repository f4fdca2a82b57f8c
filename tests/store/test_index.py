"""The local index: one private-key operation across cases, never believed when it is not one's own, made again when gone."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import encrypted, findings, git

from cdr.app import App
from cdr.domain.asking.prompts_due import Due, mark_sent
from cdr.domain.case import facts
from cdr.domain.case.facts import cases_of
from cdr.work.delivery import Ledgers

FORM = EXAMPLES / "form-a-sudi.yaml"


class Counter:
    """Counts private-key operations by a wrapper of gpg that stands first on PATH."""

    def __init__(self, folder: Path) -> None:
        self.log = folder / "log"
        self.real = shutil.which("gpg")
        program = folder / "gpg"
        folder.mkdir()
        program.write_text(f'#!/bin/sh\necho "$*" >> {self.log}\nexec {self.real} "$@"\n')
        program.chmod(0o700)

    def __call__(self, run: Callable[[], object]) -> int:
        self.log.write_text("")
        run()
        lines = self.log.read_text().splitlines()
        assert lines, "the wrapper was not used"
        wanted = {"-d", "--decrypt", "--detach-sign", "--sign", "--clear-sign"}
        by_a_key = [line.split() for line in lines if "--passphrase-fd" not in line]
        return sum(
            sum(word.endswith(".gpg") for word in words)
            if "--multifile" in words and "--command-fd" not in words  # which opens one secret, and all else with that
            else bool(wanted & {*words})
            for words in by_a_key
        )


@pytest.fixture
def counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Counter:
    counter = Counter(tmp_path / "bin")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:{os.environ['PATH']}")
    return counter


def _more(cdr: Shell, count: int) -> list[str]:
    """As many more cases of the same form, each with one request."""
    made = []
    for _ in range(count):
        case = cdr("notify", "--from", FORM, "--not-a-duplicate", "x", as_of="2026-01-09").out.strip()
        made.append(case)
    return made


@pytest.mark.parametrize("count", [3, 12])
def test_one_operation_however_many_cases(cdr: Shell, sudi: str, counted: Counter, count: int) -> None:
    _more(cdr, count - 1)
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    cdr("list")
    for command in (
        ["list"],
        ["list", "--json"],
        ["list", "--overdue", "--sort", "waiting"],
        ["today", "--all"],
        ["calendar", "-o", str(cdr.store.parent / "cdr.ics")],
        ["agencies"],
        ["agency", "northshire-police"],
        ["chase"],
        ["chase", "--overdue"],
        ["tally", "--year", "2025/26"],
        ["show", sudi],
        ["timeline", sudi],
    ):
        assert counted(lambda command=command: cdr(*command, as_of="2026-01-10")) == 1, command  # type: ignore[misc]
    assert len(cdr("list", "--json").json["cases"]) == count
    notify = ("notify", "--from", FORM, "--not-a-duplicate", "x")
    assert counted(lambda: cdr(*notify, as_of="2026-01-10")) == 2
    assert (
        counted(lambda: cdr("chase", "--overdue", as_of="2026-01-24")) == 3
    )  # and the prompts that it adds to, together
    assert counted(lambda: cdr("list")) == 1
    assert counted(lambda: cdr("show", sudi)) == 2  # the prompts, which the chase wrote without the rest of the case
    assert counted(lambda: cdr("show", sudi)) == 1
    assert counted(lambda: cdr("audit")) == 0


def test_the_first_of_all_cases_is_in_the_index_at_once(cdr: Shell, counted: Counter) -> None:
    assert counted(lambda: cdr("notify", "--from", FORM, as_of="2026-01-09")) <= 2
    assert counted(lambda: cdr("list")) == 1


def _index(tmp_path: Path, fingerprint: str) -> Path:
    return next((tmp_path / "state" / "cdr").glob(f"*/{fingerprint}/index"))


def _with_requests(cdr: Shell, sudi: str) -> str:
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    return cdr("list", "--json").out + cdr("chase", "--json", as_of="2026-01-10").out


@pytest.mark.parametrize("damage", ["deleted", "emptied", "cut", "changed", "all deleted", "no seal"])
def test_a_damaged_index_is_made_again(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, counted: Counter, damage: str
) -> None:
    right = _with_requests(cdr, sudi)
    path = _index(tmp_path, people.member)
    raw = path.read_bytes()
    if damage == "deleted":
        path.unlink()
    elif damage == "all deleted":
        shutil.rmtree(path.parent)
    elif damage == "no seal":
        (path.parents[1] / "seal.key").unlink()
    else:
        path.write_bytes({"emptied": b"", "cut": raw[:-30], "changed": raw[:-30] + b"x" + raw[-29:]}[damage])
    assert _with_requests_again(cdr) == right
    assert counted(lambda: cdr("list")) == 1
    cdr("show", sudi)


def _with_requests_again(cdr: Shell) -> str:
    return cdr("list", "--json").out + cdr("chase", "--json", as_of="2026-01-10").out


def test_another_persons_index_is_not_used(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = _with_requests(cdr, sudi)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    cdr("chase")
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    cdr("list")
    monkeypatch.setenv("GNUPGHOME", people.home)
    for other in (people.second, people.chaser):
        _index(tmp_path, people.member).write_bytes(_index(tmp_path, other).read_bytes())
        assert _with_requests_again(cdr) == right


def test_a_forged_index_is_not_used(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> None:
    """Made with the owner's public key by somebody who can write to the state folder and knows every digest."""
    right = _with_requests(cdr, sudi)
    tree = git(cdr.store, "ls-tree", "-r", "HEAD", "cases").split("\n")
    digests = {line.split("\t")[1]: line.split()[2] for line in tree}
    entries = {
        path: f'"{path}":{{"digest":"{digest}","revision":1,"previous":null,"facts":{{"requests":[]}}}}'
        for path, digest in digests.items()
    }
    plain = f'{{"version":1,"documents":{{{",".join(entries.values())}}}}}'.encode()
    forged = encrypted(people.home, plain, people.member)
    path = _index(tmp_path, people.member)
    for mark in (b"\0" * 32, path.read_bytes()[:32], b""):
        path.write_bytes(mark + forged)
        assert _with_requests_again(cdr) == right


def test_only_what_another_member_changed_is_opened(
    cdr: Shell, sudi: str, people: People, counted: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    _more(cdr, 3)
    cdr("list")
    monkeypatch.setenv("GNUPGHOME", people.second_home)
    cdr("request", sudi, "northshire-police", as_of="2026-01-09")
    monkeypatch.setenv("GNUPGHOME", people.home)
    assert counted(lambda: cdr("list")) <= 3
    assert cdr("list", "--json").json["cases"][0]["case"]
    outstanding = {one["case"]: one["outstanding"] for one in cdr("list", "--json").json["cases"]}
    assert outstanding[sudi] == ["northshire-police"]
    assert counted(lambda: cdr("list")) == 1
    assert findings(cdr, code=0) == set()


# ---- the cases, as commands see them -----------------------------------------------------------------------------------


@pytest.mark.parametrize("agencies", [["northshire-police"], []])
def test_the_cases_are_made_once_in_a_run_however_many_messages_go(
    cdr: Shell, sudi: str, agencies: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []

    def counted(kept: Any) -> Any:
        made.append(kept)
        return cases_of(kept)

    monkeypatch.setattr(facts, "cases_of", counted)
    cdr("request", sudi, *agencies, as_of="2026-01-09")
    made.clear()
    sent = cdr("chase", "--overdue", as_of="2026-01-24").lines
    assert (len(sent), len(made)) == (1 if agencies else 6, 1)  # what was seen before the lock still stands under it


def test_the_cases_stay_until_something_is_recorded_and_nobody_changes_them(cdr: Shell, sudi: str) -> None:
    app, day = App(str(cdr.store)), date(2026, 1, 24)
    with app.store.writing():
        seen, ledgers = app.cases(), Ledgers(app)
        assert app.cases() is seen and seen[sudi].prompts["prompts"] == []
        ledgers.change(
            sudi, lambda body: mark_sent(body, "a-one", Due("prompt-1", day), day, ["a@one.example"], "<1@x>")
        )
        ledgers.commit()
        assert app.cases() is not seen
    again = app.cases()
    assert app.cases() is again is not seen and len(again[sudi].prompts["prompts"]) == 1
    assert seen[sudi].prompts["prompts"] == []
    with pytest.raises(TypeError):
        again["2026-AAAA"] = again[sudi]  # type: ignore[index]
    with pytest.raises(FrozenInstanceError):
        again[sudi].names = ()  # type: ignore[misc]
