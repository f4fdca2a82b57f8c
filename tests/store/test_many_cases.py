"""What recording something takes apart, opens and reads is the same however many cases there are."""

from __future__ import annotations

from collections import Counter

import pytest
from conftest import Shell
from store.hands import head
from store.test_parts import FORM, ON, with_closed

from cdr.store import folders
from cdr.store.folders import Folder
from cdr.store.git import Git

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
