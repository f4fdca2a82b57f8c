"""What was opened of many cases at once is kept together, is never opened twice with a private key, and goes with a case that is erased."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from cli.registers import AS_OF, ROW, register
from conftest import People, Shell
from store.test_index import Counter, counted  # noqa: F401

from cdr.app import App
from cdr.store import destroying, index, opening, sealing, store
from cdr.store import opened as module
from cdr.store.opened import Opened, name_of_year
from cdr.store.sealing import Sealing
from cdr.store.since import Since
from cdr.store.snapshot import Snapshot


@pytest.fixture
def many(cdr: Shell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Four cases of two years, which are more than are kept apart here."""
    monkeypatch.setattr(index, "TOGETHER", 2)
    monkeypatch.setattr(store, "KEPT_AT_ONCE", 2)
    rows = [
        ROW | {"old_reference": str(number), "notified_on": day}
        for number, day in enumerate(("2019-05-07", "2020-05-07") * 2)
    ]
    cdr("import", register(tmp_path, *rows), as_of=AS_OF)
    return [case["case"] for case in cdr("list", "--json").json["cases"]]


def _own(tmp_path: Path, people: People) -> Path:
    return next((tmp_path / "state" / "cdr").glob(f"*/{people.member}"))


def _renewed(cdr: Shell, people: People, tmp_path: Path) -> Path:
    """What is kept, after the index was made again."""
    for name in ("index", "not-at-rest"):
        (_own(tmp_path, people) / name).unlink()
    cdr("list")
    return _own(tmp_path, people)


def _opened(own: Sealing) -> Opened:
    return Opened(own, Since(own, ""))


def _named(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_many_are_kept_a_year_together_and_one_by_itself(
    cdr: Shell,
    many: list[str],
    people: People,
    tmp_path: Path,
    counted: Counter,  # noqa: F811
) -> None:
    kept = _renewed(cdr, people, tmp_path)
    right = cdr("list").out
    assert _named(kept / "opened") == ["2019", "2020"] and not _named(kept / "cases")
    for name in ("index", "not-at-rest"):
        (kept / name).unlink()
    assert counted(lambda: cdr("list")) == 1, "the secret, and no document"
    assert cdr("list").out == right
    assert counted(lambda: cdr("show", many[0])) == 1
    (kept / "opened" / many[0][:4]).write_bytes(b"x")
    assert counted(lambda: cdr("show", many[0])) > 1
    assert _named(kept / "cases") == [many[0]]


def test_what_was_opened_before_a_kill_is_not_opened_again(
    cdr: Shell,
    many: list[str],
    people: People,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    counted: Counter,  # noqa: F811
) -> None:
    kept = _own(tmp_path, people)
    for name in ("index", "not-at-rest"):
        (kept / name).unlink()
    right = counted(lambda: cdr("list"))
    for name in ("index", "not-at-rest", "opened/2019", "opened/2020"):
        (kept / name).unlink()
    monkeypatch.setattr(index, "SAVE_EVERY", 2)
    monkeypatch.setattr(index, "SAVE_AFTER", 0)
    taken = iter(range(3))
    take = index.Index._take_in_case

    def ended(self: index.Index, *given: object, **more: object) -> None:
        if next(taken, None) is None:
            raise KeyboardInterrupt
        take(self, *given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(index.Index, "_take_in_case", ended)
    cdr("list", code=130)
    monkeypatch.setattr(index.Index, "_take_in_case", take)
    assert 1 < counted(lambda: cdr("list")) < right
    assert counted(lambda: cdr("list")) == 1


def test_after_an_update_nothing_of_the_index_is_opened_that_would_be_thrown_away(
    cdr: Shell, many: list[str], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The columns together are larger than the index, and made anew; the documents are those that were opened before."""
    _renewed(cdr, people, tmp_path)
    right, asked, read = cdr("list").out, list[str](), list[bytes]()
    open_all, content = Sealing.open_all, sealing._content

    def noted(self: Sealing, names: Sequence[str], version: str = "") -> object:
        asked.extend(names)
        return open_all(self, names, version)

    def taken_apart(plain: bytes, begins: bytes) -> object:
        found = content(plain, begins)
        read.extend([plain] if found is not None else [])
        return found

    monkeypatch.setattr(Sealing, "open_all", noted)
    monkeypatch.setattr(sealing, "_content", taken_apart)
    monkeypatch.setattr("cdr.app.EXTRACTION", "another")
    assert cdr("list").out == right
    beside = {name for name in asked if "/" not in name and not name.startswith("summed-")}
    assert beside <= {"index", "not-at-rest", "since", "listed"}
    assert any(name.startswith("opened/") for name in asked)
    assert all(b'"version"' not in plain[:12] or plain.startswith(b'{"version":"another"') for plain in read)


def test_a_case_is_taken_apart_when_it_is_asked_for(
    cdr: Shell, many: list[str], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As it was kept before, too; and what is damaged counts as not there."""
    _renewed(cdr, people, tmp_path)
    monkeypatch.setenv("GNUPGHOME", people.home)
    own = App(store_option=str(cdr.store)).store.index.sealing
    case, name = many[0], name_of_year(many[0][:4])
    kept, right = own.open(name), _opened(own).of(case)
    assert kept and all(isinstance(one, str) for one in kept.values()) and right
    own.keep(name, {**kept, case: json.loads(kept[case])})
    assert _opened(own).of(case) == right
    for damaged in ("{", "[]", 7):
        own.keep(name, {**kept, case: damaged})
        assert _opened(own).of(case) == {}


def test_years_leave_memory_for_others_and_what_was_put_into_them_is_written(
    cdr: Shell, many: list[str], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _renewed(cdr, people, tmp_path)
    monkeypatch.setenv("GNUPGHOME", people.home)
    monkeypatch.setattr(module, "MOST_CASES", 1)
    own = App(store_option=str(cdr.store)).store.index.sealing
    before, first = {case: _opened(own).of(case) for case in many}, _opened(own)
    for case in many:
        first.keep_with_others(case, {**before[case], "x": {**next(iter(before[case].values()))}})
        assert len(first._years) == 1
    first.save()
    assert all(_opened(own).of(case).keys() == {*before[case], "x"} for case in many)


@pytest.mark.hurt
def test_nothing_that_was_opened_of_a_case_is_kept_once_it_is_erased(
    cdr: Shell, many: list[str], people: People, tmp_path: Path
) -> None:
    kept = _renewed(cdr, people, tmp_path)
    cdr("show", many[0])
    destroying._clear_beside(App(store_option=str(cdr.store)).store, [many[0]])
    assert _named(kept / "cases") == []
    assert _named(kept / "opened") == sorted({"2019", "2020"} - {many[0][:4]})


def test_the_next_documents_are_decrypted_while_the_first_are_read(
    cdr: Shell, many: list[str], people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is read ahead is what would have been read, in the order in which it is asked for."""
    right = cdr("list").out
    monkeypatch.setattr(opening, "AT_ONCE", 3)
    for name in ("index", "not-at-rest"):
        (_own(tmp_path, people) / name).unlink()
    for path in (_own(tmp_path, people) / "opened").glob("*"):
        path.unlink()
    decrypted = Snapshot._decrypted
    asked: list[int] = []

    def noted(self: Snapshot, read: dict[str, bytes]) -> object:
        asked.append(len(read))
        return decrypted(self, read)

    monkeypatch.setattr(Snapshot, "_decrypted", noted)
    assert cdr("list").out == right
    assert len(asked) > 1 and max(asked) <= 3


def test_a_case_with_a_file_of_its_own_keeps_it(
    cdr: Shell,
    many: list[str],
    people: People,
    tmp_path: Path,
    counted: Counter,  # noqa: F811
) -> None:
    cdr("show", many[0])
    cdr("show", many[1])
    kept = _renewed(cdr, people, tmp_path)
    assert _named(kept / "cases") == sorted(many[:2])
    assert counted(lambda: cdr("show", many[0])) == 1
