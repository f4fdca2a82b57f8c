"""What recording something takes apart, opens and reads is the same however many cases there are."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from conftest import People, Shell
from store.hands import head
from store.test_parts import FORM, ON, closed, with_closed

from cdr.app import App
from cdr.columns import KNOWN_BY
from cdr.store import folders, layout
from cdr.store.folders import Folder
from cdr.store.git import Git
from cdr.store.parts import SUMMED
from cdr.store.state import State
from cdr.work.known import likely

NOTIFY = ("notify", "--from", FORM, "--not-a-duplicate", "x")
AGENCIES = ("northshire-police", "high-street-surgery")


def recorded(cdr: Shell, agency: str) -> None:
    """A new case, somebody who is asked about it, and their answer."""
    case = cdr(*NOTIFY, as_of=ON).out.split()[0]
    cdr("request", case, agency, as_of=ON)
    cdr("return", case, agency, "--nil", as_of=ON)


def test_the_folder_of_all_cases_is_not_taken_apart(cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "LARGE", 256)
    apart: list[int] = []
    parsed = folders.parsed_folder

    def noted(id_: str, raw: bytes) -> Folder:
        found = parsed(id_, raw)
        apart.append(len(found))
        return found

    with_closed(cdr.store, range(20))
    cdr("list", as_of=ON)
    monkeypatch.setattr(folders, "parsed_folder", noted)
    took = []
    for agency, numbers in zip(AGENCIES, (range(20, 30), range(30, 60)), strict=True):
        with_closed(cdr.store, numbers)
        cdr("show", sudi)  # what is new in the history is gone through once
        apart.clear()
        recorded(cdr, agency)
        took.append(Counter(apart))
    assert took[0] == took[1] and max(took[1]) < 20
    assert Git(cdr.store).damage(head(cdr.store)) is None


def test_who_a_new_child_may_be_is_asked_of_what_was_put_in_order_and_of_no_column(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_closed(cdr.store, range(20))
    cdr(*NOTIFY, as_of=ON)
    read: list[str] = []
    sealed = State.sealed

    def noted(state: State, name: str) -> bytes | None:
        read.append(name.rpartition("/")[2])
        return sealed(state, name)

    monkeypatch.setattr(State, "sealed", noted)
    cdr(*NOTIFY, as_of=ON)
    assert [one for one in read if one.startswith((KNOWN_BY, SUMMED))] == [_in_order(people, tmp_path).name]


def test_who_a_new_child_may_be_is_found_whatever_became_of_that(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdr.store.index.RESTED", 0)

    def found() -> list[str]:
        """The cases of each of some children, who are in the store, or came into it later."""
        app = App(store_option=str(cdr.store))
        forms = [closed(number, 2016 + number % 2)[layout.NOTIFICATION] for number in (3, 12)]
        return [case for form in forms for case in likely(app, form).same]

    with_closed(cdr.store, range(10))
    assert found() == ["2017-AABE"]
    stale = _in_order(people, tmp_path).read_bytes()
    with_closed(cdr.store, range(10, 20))
    assert found() == ["2017-AABE", "2016-AACD"]
    path = _in_order(people, tmp_path)
    whole = path.read_bytes()
    for damaged in (stale, whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], b"", None):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        assert found() == ["2017-AABE", "2016-AACD"]
        assert path.read_bytes() not in (damaged, b"")
    cdr("reopen", "2017-AABE", "--reason", "x", as_of=ON)  # then it is at work, and among those no more
    assert found() == ["2017-AABE", "2016-AACD"]
    cdr("void", "2016-AACD", "--by-mistake", as_of=ON)
    assert found() == ["2017-AABE"]


def _in_order(people: People, tmp_path: Path) -> Path:
    [path] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}/{SUMMED}{KNOWN_BY}-*")
    return path
