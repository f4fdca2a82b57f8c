"""Children of other cases who bear a child's family name: found in one of a few files, whatever else there is, and whatever becomes of that file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.test_parts import ON, Watched, closed

from cdr.app import App, extraction
from cdr.columns import KNOWN_BY, NAMESAKES
from cdr.store import layout
from cdr.store.parts import BY_WORD, NOT_AT_REST, SHARES, SINCE, WORDS
from cdr.store.store import Store
from cdr.store.transaction import Change
from cdr.work.timelines import around_case

OF = f"{NAMESAKES}{BY_WORD}"
FAMILIES = (
    "Testcase", "TESTCASE", "Test-case", "Tëstcase", "Testcase Other", "Ọ̀ṣun-Testcase", "Osun Testcase", "Ŵyn Testcase", "O'Testcase", "O’Testcase",
    "Straße", "Strasse", "测试", "Testcasse",
)  # fmt: skip


@pytest.fixture(autouse=True)
def moved_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that comes to rest leaves the part of those that are not at once, and not when they are many."""
    monkeypatch.setattr("cdr.store.index.RESTED", 0)


@pytest.fixture
def watched(cdr: Shell, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(cdr, monkeypatch)


def with_children(folder: Path, children: Mapping[str, str]) -> None:
    """Put closed cases into a store: the family name of each child, by the case."""
    store = Store(folder, extraction())
    with store.writing():
        documents = {}
        for number, (case, family) in enumerate(children.items()):
            for kind, body in closed(number).items():
                if kind is layout.NOTIFICATION:
                    body["child"] = {**body["child"], "first_names": f"Kin of {case[-1]}", "family_name": family}
                documents[store.place(case, kind.name)] = body
        store.commit(Change("import", documents))


def _around(folder: Path, case: str) -> tuple[str, ...]:
    app = App(store_option=str(folder))
    return around_case(app, app.store.case(case)).children


def _among_all(folder: Path, case: str) -> tuple[str, ...]:
    """The same by a look at every child who is known."""
    known = App(store_option=str(folder)).column(KNOWN_BY)
    family = known[case]["identity"]["family"]
    others = [row["identity"] for of, row in known.items() if of != case and row["identity"]["family"] == family]
    return tuple(name for one in others for name in (f"{one['first']} {family}", *filter(None, one["also"].split(","))))


def test_who_bears_a_family_name_is_found_as_by_a_look_at_every_child(cdr: Shell, sudi: str) -> None:
    children = {f"2016-AA{letter}{letter}": name for letter, name in zip("BCDEFGHJKMNPQR", FAMILIES, strict=True)}
    again = {f"2017-AA{letter}{letter}": name for letter, name in zip("BCDEFGHJKMNPQR", FAMILIES, strict=True)}
    with_children(cdr.store, children | again)
    found = {case: _around(cdr.store, case) for case in children}
    assert found == {case: _among_all(cdr.store, case) for case in children}
    assert all(found.values()) and len(found["2016-AABB"]) > 1


def test_a_timeline_reads_the_file_of_one_family_name_however_many_there_are(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, watched: Watched
) -> None:
    took = []
    with_children(cdr.store, {"2009-AAAB": "Testcase"})
    for cases in (range(4), range(4, 60)):
        with_children(
            cdr.store, {f"{2010 + n}-AAAB": f"Family{'abcdefghij'[n % 10]}{'klmnop'[n // 10]}" for n in cases}
        )
        for _ in range(2):  # the first looks through what is new, and keeps little of what it asked git for
            cdr("timeline", sudi)
        took.append(watched("timeline", sudi))
    assert took[0] == took[1]
    started, read = took[1]
    assert started == 2
    [own] = {one for one in read if one.startswith(OF)}
    assert read == {WORDS, SINCE, "key", "reads", f"cases/{sudi}", own}
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    kept = {one.name for one in folder.glob(f"{OF}*")}
    assert 1 < len(kept) <= SHARES and not any("family" in one.lower() for one in kept)


def test_what_is_kept_of_family_names_is_made_again_where_it_is_stale_damaged_or_gone(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    [family] = {App(store_option=str(cdr.store)).column(KNOWN_BY)[sudi]["identity"]["family"]}
    with_children(cdr.store, {"2016-AABB": family, "2016-AACC": "Straße"})
    assert _around(cdr.store, sudi) == (f"kin of b {family}",)
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    stale = {one: one.read_bytes() for one in folder.glob(f"{OF}*")}
    with_children(cdr.store, {"2016-AADD": family})
    right = (f"kin of b {family}", f"kin of d {family}")
    assert _around(cdr.store, sudi) == right
    changed = [path for path, raw in stale.items() if path.read_bytes() != raw]
    [path] = changed  # one file holds all of one name, and the other stays as it was
    whole = path.read_bytes()
    [other] = {one for one in folder.glob(f"{OF}*") if one != path} or {folder / NOT_AT_REST}
    for damaged in (stale[path], whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], other.read_bytes(), None):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        assert _around(cdr.store, sudi) == right
        assert path.read_bytes() != damaged, "it was not made again"
    (folder / "key").unlink()  # with another secret names are shared out otherwise, and nothing is left of before
    before = {one.name: one.read_bytes() for one in folder.glob(f"{OF}*")}
    assert _around(cdr.store, sudi) == right
    assert not {one.name: one.read_bytes() for one in folder.glob(f"{OF}*")}.items() & before.items()
    assert cdr("timeline", sudi, "--json", as_of=ON).json


NOTIFY = ("notify", "--from", EXAMPLES / "form-a-sudi.yaml", "--not-a-duplicate", "x")


@pytest.fixture
def apart(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Path:
    """The folder of what is kept, when what is asked by a word of the cases at work stands apart."""
    _around(cdr.store, sudi)
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    assert (folder / WORDS).exists()
    return folder


def test_children_of_cases_at_work_are_found_without_these_cases_whatever_is_recorded(
    cdr: Shell, sudi: str, apart: Path, watched: Watched
) -> None:
    twin = cdr(*NOTIFY, as_of=ON).out.strip()

    def found() -> tuple[str, ...]:
        watched.read.clear()
        children = _around(cdr.store, sudi)
        assert NOT_AT_REST not in watched.read and WORDS in watched.read
        assert children == _among_all(cdr.store, sudi)
        return children[::2]  # the whole name of each, and not the one that it goes by

    assert len(found()) == 1
    cdr("request", twin, "northshire-police", as_of=ON)
    assert len(found()) == 1
    other = cdr(*NOTIFY, as_of=ON).out.strip()
    assert len(found()) == 2
    cdr("void", twin, "--by-mistake", as_of=ON)
    cdr("request", sudi, "northshire-police", as_of=ON)
    assert len(found()) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cdr.store.since.MOST_ASKED", 0)  # what stands apart is sealed anew
        cdr("request", other, "northshire-police", as_of=ON)
    assert len(found()) == 1
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cdr.store.since.MOST_RECORDED", 0)  # the part is, and what stands apart goes on
        cdr("request", other, "high-street-surgery", as_of=ON)
    assert len(found()) == 1


def test_where_what_stands_apart_is_stale_damaged_or_gone_the_truth_is_told(cdr: Shell, sudi: str, apart: Path) -> None:
    old, older = (apart / WORDS).read_bytes(), (apart / NOT_AT_REST).read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("cdr.store.since.MOST_ASKED", 0)
        cdr(*NOTIFY, as_of=ON)
        patch.setattr("cdr.store.since.MOST_RECORDED", 0)
        cdr("request", sudi, "high-street-surgery", as_of=ON)
    right = _around(cdr.store, sudi)
    assert len(right) == 2
    whole = (apart / WORDS).read_bytes()
    for damaged in (old, whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], older, b"", None):
        (apart / WORDS).unlink() if damaged is None else (apart / WORDS).write_bytes(damaged)
        assert _around(cdr.store, sudi) == right
        assert (apart / WORDS).read_bytes() != damaged, "it was not made again"
        assert _around(cdr.store, sudi) == right
    cdr(*NOTIFY, as_of=ON)
    assert _around(cdr.store, sudi) == _among_all(cdr.store, sudi)
    (apart / SINCE).unlink()
    assert _around(cdr.store, sudi) == _among_all(cdr.store, sudi)
