"""How many programs a command starts beside itself, with what it keeps in its place: a number that grows by no case and no reading."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, Shell
from store.hands import git, head

from cdr import programs
from cdr.app import App, extraction
from cdr.store.objects import Commit
from cdr.store.revisions import Revisions
from cdr.store.store import Store
from cdr.work import known

ON = "2026-01-10"
NOTIFY = ("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x")


def started(cdr: Shell, *words: str | Path) -> dict[str, int]:
    """How often each program was started by a command that was given before, so that nothing is new to it."""
    cdr(*words, as_of=ON)
    return {Path(path).name: count for path, count in programs.started.items()}


def test_who_asks_starts_one_gpg_which_opens_the_secret_and_all_that_was_sealed_with_it(cdr: Shell, sudi: str) -> None:
    cdr("list", as_of=ON)
    assert started(cdr, "list") == {"gpg": 1}


def test_who_opens_a_case_starts_one_gpg_to_open_and_one_to_note_it(cdr: Shell, sudi: str) -> None:
    for _ in range(2):  # the second time lines wait that somebody opened a case, and are opened with it
        found = started(cdr, "show", sudi)
    assert found == {"gpg": 2}
    # timeline: two files more, of which one is known by what the case says
    assert started(cdr, "timeline", sudi) == {"gpg": 2}


def test_who_records_something_starts_few(cdr: Shell, sudi: str) -> None:
    cdr(*NOTIFY, as_of=ON)  # which lists the keys, once for all
    cdr("show", sudi, as_of=ON)
    # the secret and what is kept, the members, the signature, what was recorded
    assert started(cdr, *NOTIFY) == {"gpg": 4}
    assert started(cdr, "request", sudi, "northshire-police") == {"gpg": 5}  # one of them locks the form
    assert started(cdr, "return", sudi, "northshire-police", "--nil") == {"gpg": 4}


def test_where_all_of_it_lies_in_packs_git_reads_it_once(cdr: Shell, sudi: str) -> None:
    """Each change after the store was packed, and of a case that was."""
    cdr(*NOTIFY, as_of=ON)
    changes: tuple[tuple[tuple[str | Path, ...], int], ...] = (
        (NOTIFY, 4),
        (("request", sudi, "northshire-police"), 5),
        (("return", sudi, "northshire-police", "--nil"), 4),
    )
    for words, gpg in changes:
        git(cdr.store, "repack", "-adq")
        assert git(cdr.store, "count-objects").startswith("0 objects")
        assert started(cdr, *words) == {"git": 1, "gpg": gpg}


def test_who_a_child_may_be_is_looked_for_once_and_no_folder_of_objects_is_gone_through(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of both there are more with each year."""
    cdr(*NOTIFY, as_of=ON)
    asked: list[object] = []
    seen: list[str] = []
    at_rest, scandir = known._at_rest_in_order, os.scandir

    def noted(app: App) -> Mapping[str, Any]:
        asked.append(app)
        return at_rest(app)

    def looked(folder: str | Path) -> Iterator[os.DirEntry[str]]:
        seen.append(str(getattr(folder, "path", folder)))
        return scandir(folder)

    monkeypatch.setattr(known, "_at_rest_in_order", noted)
    monkeypatch.setattr(os, "scandir", looked)
    cdr(*NOTIFY, as_of=ON)
    assert len(asked) == 1
    assert [one for one in seen if "/.git/objects" in one and Path(one).name not in ("objects", "pack")] == []


def test_what_a_change_replaced_is_noted_by_it_and_not_looked_for_by_the_next(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That takes apart the folder of all cases twice, where it is not at hand."""
    cdr(*NOTIFY, as_of=ON)
    forward = Revisions._brought_forward
    asked: list[str] = []

    def noted(one: Revisions, commits: Iterable[Commit], sums: Mapping[str, str]) -> dict[str, str]:
        asked.append(one.head)
        return forward(one, commits, sums)

    monkeypatch.setattr(Revisions, "_brought_forward", noted)
    cdr(*NOTIFY, as_of=ON)
    assert asked == [head(cdr.store)]
    cdr("show", sudi, as_of=ON)
    assert len(asked) == 1


def test_what_is_seen_before_the_lock_is_seen_again_where_somebody_else_recorded_something(
    cdr: Shell, sudi: str
) -> None:
    store = Store(cdr.store, extraction())
    seen = store.snapshot
    with store.writing():
        assert store.snapshot is seen
    other = cdr(*NOTIFY, as_of=ON).out.strip()
    with store.writing():
        assert store.snapshot is not seen and other in store.references
