"""What each document replaced is kept a year of cases at a time: one case reads its own year, and what is stale, damaged or gone is made again."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Shell

from cdr.app import extraction
from cdr.store.revisions import Revisions, group_of
from cdr.store.state import State
from cdr.store.store import Store


def opened(cdr: Shell) -> Store:
    return Store(cdr.store, extraction())


def anew(store: Store) -> Revisions:
    """Worked out from the whole history, with nothing that was kept."""
    nowhere = State(store.root, store.folder)
    nowhere.folder = store.folder / "nowhere"
    return Revisions(store.git, nowhere, store.sealed.head, is_kept=False)


@pytest.fixture
def changed(cdr: Shell, asked: str) -> Shell:
    """A store in which documents were replaced: twice by what reads the state in between."""
    cdr("return", asked, "northshire-police", "--nil", as_of="2026-01-20")
    cdr("list")
    cdr("return", asked, "northtown-general", "--nil", as_of="2026-01-21")
    cdr("list")
    return cdr


def kept_of(store: Store, year: str) -> Path:
    """The file in which a year of cases is kept."""
    state = store.history.state
    return state.folder / "revisions" / f"{state.place_name}.{year}"


def before(revisions: Revisions, case: str) -> list[tuple[str, ...]]:
    return [
        revisions.before(f"cases/{case}/{name}.yaml.gpg") for name in ("case", "requests", "prompts", "notification")
    ]


def test_what_is_kept_is_what_the_history_says(changed: Shell, asked: str) -> None:
    store = opened(changed)
    found = before(store.sealed.revisions, asked)
    assert found == before(anew(store), asked)
    assert sum(map(len, found)) > 0


def test_a_case_reads_its_own_year(changed: Shell, asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store, read = opened(changed), list[str]()
    _ = store.sealed
    one = store.history.state
    sealed = one.sealed

    def noted(name: str) -> bytes | None:
        read.append(name)
        return sealed(name)

    monkeypatch.setattr(one, "sealed", noted)
    assert before(store.sealed.revisions, "2019-AAAA") == [()] * 4
    assert before(store.sealed.revisions, asked)[1]
    assert [name.rpartition(".")[2] for name in read if "." in name] == [asked[:4]]


def _gone(file: Path, older: Path) -> None:
    file.unlink()


def _damaged(file: Path, older: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1] + b"x")


def _stale(file: Path, older: Path) -> None:
    shutil.copyfile(older, file)


@pytest.mark.parametrize("how", [_gone, _damaged, _stale])
@pytest.mark.parametrize("then", ["asked", "changed"])
def test_what_is_no_more_what_it_was_is_made_again(
    cdr: Shell, asked: str, tmp_path: Path, how: Callable[[Path, Path], None], then: str
) -> None:
    cdr("return", asked, "northshire-police", "--nil", as_of="2026-01-20")
    cdr("list")
    file = kept_of(opened(cdr), asked[:4])
    shutil.copyfile(file, tmp_path / "older")
    cdr("return", asked, "northtown-general", "--nil", as_of="2026-01-21")
    cdr("list")
    how(file, tmp_path / "older")
    if then == "changed":
        cdr("request", asked, "northshire-community", as_of="2026-01-22")
    cdr("show", asked)
    store = opened(cdr)
    assert before(store.sealed.revisions, asked) == before(anew(store), asked)


@pytest.mark.parametrize(
    ("path", "group"),
    [
        ("cases/2026-7K3M/case.yaml.gpg", "2026"),
        ("reads/ab.yaml.gpg", "other"),
        ("cases/odd/case.yaml.gpg", "other"),
        ("cdr.yaml", "other"),
    ],
)
def test_documents_are_kept_together_by_the_year_of_their_case(path: str, group: str) -> None:
    assert group_of(path) == group
