"""What was recorded since the part of the cases at work was sealed: a change seals that alone; stale, damaged or gone, the truth is told."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest
from conftest import EXAMPLES, People, Shell
from store.hands import git
from store.test_index import Counter, counted  # noqa: F401

from cdr import programs
from cdr.app import App, extraction
from cdr.columns import CHASED
from cdr.store import destroying, reads_waiting, since
from cdr.store.parts import NOT_AT_REST, READS, SINCE, WORDS, Asked
from cdr.store.state import State
from cdr.store.store import Store
from cdr.store.transaction import Change

FORM = EXAMPLES / "form-a-sudi.yaml"
ON = "2026-01-10"
NOTIFY = ("notify", "--from", str(FORM), "--not-a-duplicate", "x")
POLICE = "northshire-police"
FINGERPRINT = 40
TOO_MUCH = {"MOST_RECORDED": NOT_AT_REST, "MOST_ASKED": WORDS, "MOST_OPENED": "cases"}  # and where it goes


def _own(tmp_path: Path, people: People) -> Path:
    return next((tmp_path / "state" / "cdr").glob(f"*/{people.member}"))


def _answers(cdr: Shell) -> list[str]:
    asked: tuple[tuple[str, ...], ...] = (
        ("list", "--json"),
        ("today", "--all"),
        ("chase", "--json"),
        ("tally", "--year", "2025/26", "--json"),
    )
    return [cdr(*words, as_of=ON).out for words in asked]


def _anew(cdr: Shell, folder: Path) -> list[str]:
    """The same where nothing is kept but the secret."""
    for kept in folder.rglob("*"):
        if kept.is_file() and kept.name != "key":
            kept.unlink()
    return _answers(cdr)


@pytest.fixture
def kept(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> Path:
    """What is kept of a store whose part is sealed and in which something was recorded since: a case was asked about, and another was opened."""
    cdr("list", as_of=ON)
    cdr("request", sudi, POLICE, as_of=ON)
    cdr(*NOTIFY, as_of=ON)
    folder = _own(tmp_path, people)
    assert (folder / SINCE).exists()
    return folder


def _sealed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of what is sealed from now on."""
    names: list[str] = []
    seal = State.seal

    def noted(state: State, name: str, ciphertext: bytes) -> None:
        person, _, what = name.partition("/")
        names.extend([what] if len(person) == FINGERPRINT else [])
        seal(state, name, ciphertext)

    monkeypatch.setattr(State, "seal", noted)
    return names


def test_a_change_seals_what_was_recorded_and_no_part(
    cdr: Shell, kept: Path, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (kept / NOT_AT_REST).read_bytes()
    names = _sealed(monkeypatch)
    for words in (("return", sudi, POLICE, "--nil"), NOTIFY, ("request", sudi, "high-street-surgery")):
        names.clear()
        cdr(*words, as_of=ON)
        assert [name for name in names if name != READS] == [SINCE], words
    assert (kept / NOT_AT_REST).read_bytes() == before
    right = _answers(cdr)
    assert (kept / NOT_AT_REST).read_bytes() == before, "a question goes on from it"
    assert right == _anew(cdr, kept)


def test_stale_damaged_or_gone_the_truth_is_told(cdr: Shell, kept: Path, sudi: str) -> None:
    stale, part = (kept / SINCE).read_bytes(), (kept / NOT_AT_REST).read_bytes()
    cdr("return", sudi, POLICE, "--nil", as_of=ON)
    right, whole = _answers(cdr), (kept / SINCE).read_bytes()
    for damaged in (stale, whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], part, b"", None):
        (kept / NOT_AT_REST).write_bytes(part)
        (kept / SINCE).unlink(missing_ok=True) if damaged is None else (kept / SINCE).write_bytes(damaged)
        assert _answers(cdr) == right
        assert sudi in cdr("show", sudi, as_of=ON).out
    # with a part that was sealed anew at the same commit
    (kept / SINCE).write_bytes(whole)
    assert _answers(cdr) == right
    cdr(*NOTIFY, as_of=ON)
    assert _answers(cdr) == _anew(cdr, kept)


def test_what_was_opened_is_kept_whatever_part_stands_there(
    cdr: Shell,
    kept: Path,
    sudi: str,
    counted: Counter,  # noqa: F811
) -> None:
    new = max(cdr("list", "--json", as_of=ON).json["cases"], key=lambda one: one["case"] != sudi)["case"]
    assert not (kept / "cases" / new).exists()
    assert counted(lambda: cdr("show", new, as_of=ON)) == counted(lambda: cdr("show", sudi, as_of=ON)) == 1
    for name in (NOT_AT_REST, "index"):
        (kept / name).unlink()
    cdr("list", as_of=ON)  # seals another part
    assert counted(lambda: cdr("show", new, as_of=ON)) == 1
    cdr("return", sudi, POLICE, "--nil", as_of=ON)
    assert counted(lambda: cdr("show", new, as_of=ON)) == 1
    (kept / SINCE).unlink()
    assert counted(lambda: cdr("show", new, as_of=ON)) > 1


@pytest.mark.parametrize("most", TOO_MUCH)
def test_where_it_grows_too_large_one_thing_more_is_sealed(
    cdr: Shell,
    kept: Path,
    sudi: str,
    most: str,
    monkeypatch: pytest.MonkeyPatch,
    counted: Counter,  # noqa: F811
) -> None:
    """The part, what stands apart, or the file of the case of which the most was opened; and nothing of that stands in it any longer."""
    new = max(cdr("list", "--json", as_of=ON).json["cases"], key=lambda one: one["case"] != sudi)["case"]
    monkeypatch.setattr(since, most, 0)
    names = _sealed(monkeypatch)
    cdr("return", sudi, POLICE, "--nil", as_of=ON)
    assert [name.split("/")[0] for name in names if name != READS] == [TOO_MUCH[most], SINCE]
    content = Store(cdr.store, extraction()).sealing.open(SINCE) or {}
    held = {"MOST_RECORDED": content["documents"], "MOST_ASKED": content["rows"], "MOST_OPENED": content["opened"]}
    assert len(held[most]) == (most == "MOST_OPENED") and all(held.values()) == (most == "MOST_OPENED")
    assert counted(lambda: cdr("show", new, as_of=ON)) == counted(lambda: cdr("show", sudi, as_of=ON)) == 1
    assert _answers(cdr) == _anew(cdr, kept)


def test_where_all_of_it_grows_too_large_each_change_seals_one_thing(
    cdr: Shell, kept: Path, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One after the other, and the answers are those of a store of which nothing is kept, whichever was sealed last."""
    monkeypatch.setattr(since, "MOST_RECORDED", 9000)
    monkeypatch.setattr(since, "MOST_ASKED", 300)
    monkeypatch.setattr(since, "MOST_OPENED", 3000)
    names, more = _sealed(monkeypatch), set[str]()
    for words in (("return", sudi, POLICE, "--nil"), NOTIFY, ("request", sudi, "high-street-surgery"), *[NOTIFY] * 5):
        names.clear()
        cdr(*words, as_of=ON)
        sealed = [name.split("/")[0] for name in names if name != READS]
        assert sealed[-1] == SINCE and len(sealed) <= 2, sealed
        more |= {*sealed}
        names.clear()
        right = _answers(cdr)
        assert not {NOT_AT_REST, WORDS} & {*names}, "a question goes on from what stands there"
    assert more == {SINCE, *TOO_MUCH.values()}
    assert right == _anew(cdr, kept)


def test_who_started_many_programs_leaves_it_to_the_next_while_there_is_room(
    cdr: Shell, kept: Path, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `request` in a packed store does, which starts seven; with Python eight, and no more."""
    content = Store(cdr.store, extraction()).sealing.open(SINCE) or {}
    names, large = _sealed(monkeypatch), len(json.dumps(content["documents"]))
    for most, agency, sealed in (
        (large - 100, "high-street-surgery", [SINCE]),
        (large // 3, "northtown-general", [NOT_AT_REST, SINCE]),
    ):
        git(cdr.store, "repack", "-adq")
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(since, "MOST_RECORDED", most)
            names.clear()
            cdr("request", sudi, agency, as_of=ON)
        assert programs.started.total() + 1 == 8 + len(sealed) - 1
        assert [name for name in names if name != READS] == sealed
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(since, "MOST_RECORDED", 100)
        cdr("return", sudi, POLICE, "--nil", as_of=ON)
    assert _answers(cdr) == _anew(cdr, kept)


@pytest.mark.parametrize("most", TOO_MUCH)
def test_killed_before_it_is_sealed_without_what_went_nothing_is_lost(
    cdr: Shell,
    kept: Path,
    sudi: str,
    most: str,
    counted: Counter,  # noqa: F811
) -> None:
    """What a run leaves that ends after it sealed the part, what stands apart, or a case."""
    old = (kept / SINCE).read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(since, most, 0)
        cdr("return", sudi, POLICE, "--nil", as_of=ON)
    (kept / SINCE).write_bytes(old)
    right = _answers(cdr)
    assert counted(lambda: cdr("show", sudi, as_of=ON)) <= 2, "the secret, and what was written anew"
    cdr(*NOTIFY, as_of=ON)
    answers = _answers(cdr)
    assert answers == _anew(cdr, kept) and answers != right


@pytest.mark.hurt
def test_a_case_that_was_erased_leaves_nothing_in_it(cdr: Shell, kept: Path, sudi: str) -> None:
    other = next(one["case"] for one in cdr("list", "--json", as_of=ON).json["cases"] if one["case"] != sudi)
    store = Store(cdr.store, extraction())
    assert other in str(store.sealing.open(SINCE))
    destroying._clear_beside(store, [other])
    assert not (kept / SINCE).exists() and not (kept / "cases" / other).exists()


@pytest.mark.hurt
def test_who_began_before_a_case_was_erased_keeps_nothing_of_it_after(cdr: Shell, kept: Path, sudi: str) -> None:
    """A question that was still at work would put it back."""
    other = next(one["case"] for one in cdr("list", "--json", as_of=ON).json["cases"] if one["case"] != sudi)
    at_work = Store(cdr.store, extraction())
    since_ = at_work.sealing.open(SINCE)
    assert other in str(since_)
    destroying._clear_beside(Store(cdr.store, extraction()), [other])
    at_work.sealing.keep_of_cases(SINCE, since_ or {})
    at_work.index.opened.keep(other, {})
    reads_waiting.note(at_work.person, at_work.sealing, "show", [sudi])
    assert not (kept / SINCE).exists() and not (kept / "cases" / other).exists()
    assert sudi in str(Store(cdr.store, extraction()).sealing.open(READS)), "that somebody looked is noted all the same"
    Store(cdr.store, extraction()).sealing.keep_of_cases(SINCE, {"new": 1})
    assert (kept / SINCE).exists()


def test_several_may_ask_while_others_record(cdr: Shell, kept: Path, sudi: str) -> None:
    """Each answer is one of before or of after a change; what was read before it goes on as it was."""
    before = App(store_option=str(cdr.store)).store
    seen = {*before.kept_not_at_rest()}
    answers: list[set[str]] = []
    asking = [
        threading.Thread(
            target=lambda: answers.extend(
                {*App(store_option=str(cdr.store)).store.kept_not_at_rest()} for _ in range(3)
            )
        )
        for _ in range(2)
    ]
    for one in asking:
        one.start()
    new = cdr(*NOTIFY, as_of=ON).out.split()[0]
    for one in asking:
        one.join()
    assert {*before.kept_not_at_rest()} == seen
    assert all(found in (seen, seen | {new}) for found in answers) and len(answers) == 6
    assert {*App(store_option=str(cdr.store)).store.kept_not_at_rest()} == seen | {new}


def test_one_who_only_sends_keeps_it_too(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr("request", sudi, POLICE, as_of=ON)
    monkeypatch.setenv("GNUPGHOME", people.chaser_home)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "chaser"))
    cdr("verify", "--root", people.member)
    chase = ("--as", people.chaser, "chase")
    cdr(*chase, as_of=ON)
    assert len(cdr(*chase, "--overdue", as_of="2026-01-27").lines) == 1
    [folder] = (tmp_path / "chaser" / "cdr").glob(f"*/{people.chaser}")
    assert (folder / SINCE).exists()
    assert cdr(*chase, "--overdue", as_of="2026-01-27").lines == []


def test_the_cases_stand_in_one_order_whichever_was_changed_last(cdr: Shell, kept: Path) -> None:
    """What is told of several, one after the other, is told alike by who has just made the index and by who has kept it for long."""
    for _ in range(4):
        cdr(*NOTIFY, as_of=ON)
    store = Store(cdr.store, extraction())
    assert [*store.index.facts_not_at_rest()] == sorted(store.index.facts_not_at_rest())
    assert [*store.index.facts()] == sorted(store.index.facts())


def test_two_copies_that_go_on_from_one_another_are_not_mixed_up(
    cdr: Shell, kept: Path, sudi: str, tmp_path: Path
) -> None:
    """Of one person and one machine: what stands apart was lost and is made again in one copy, while something is recorded in the other."""
    (kept / NOT_AT_REST).unlink()
    cdr("list", as_of=ON)
    git(tmp_path, "clone", "-q", str(cdr.store), "other")
    there = Shell(tmp_path / "other")
    asked = ("chase", "--overdue", "--dry-run")
    at_work = App(store_option=str(there.store))  # it began before the first copy went on
    with at_work.store.writing():
        assert at_work.store.kept_not_at_rest()
        cdr("return", sudi, POLICE, "--nil", as_of=ON)
        (kept / WORDS).unlink()
        assert sudi not in cdr(*asked, as_of="2026-02-27").out, "nothing is to be sent about it, and it is kept so"
        new = next(one for one in at_work.store.kept_not_at_rest() if one != sudi)
        documents = at_work.store.case(new).documents
        at_work.store.commit(Change("edit", {one.place: {**one.body} for one in documents}), documents)
    assert sudi in there(*asked, as_of="2026-02-27").out


def test_what_stands_apart_is_sealed_once_where_the_part_was_lost(
    cdr: Shell, kept: Path, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And goes with that part: after a change it is brought forward."""
    (kept / NOT_AT_REST).unlink()
    cdr("list", as_of=ON)  # makes the index anew
    for lost in (NOT_AT_REST, WORDS):
        (kept / lost).unlink()
    names = _sealed(monkeypatch)
    cdr("chase", "--overdue", "--dry-run", as_of=ON)
    assert sorted(name for name in names if name in (NOT_AT_REST, WORDS, SINCE)) == [NOT_AT_REST, WORDS]
    cdr(*NOTIFY, as_of=ON)
    names.clear()
    cdr("chase", "--overdue", "--dry-run", as_of=ON)
    assert not {NOT_AT_REST, WORDS, SINCE} & {*names}


def test_what_stands_apart_is_not_sealed_by_who_opened_the_part_before(
    cdr: Shell, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As papers for a panel do, which list the cases and then make a timeline of each."""
    names = _sealed(monkeypatch)
    for lost, sealed in (("", []), (WORDS, [WORDS, SINCE]), ("", [])):
        if lost:
            (kept / lost).unlink()
        store = App(store_option=str(cdr.store)).store
        names.clear()
        assert store.kept_not_at_rest() and store.index.column(Asked(CHASED))
        assert names == sealed


def test_a_change_of_many_cases_leaves_no_more_than_there_is_room_for(
    cdr: Shell,
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    counted: Counter,  # noqa: F811
) -> None:
    """As importing several, or a meeting that is over: the largest alone would not make up for it."""
    cases = [cdr(*NOTIFY, as_of=ON).out.split()[0] for _ in range(3)]
    monkeypatch.setattr(since, "MOST_OPENED", 0)
    monkeypatch.setattr(since, "LARGEST_OPENED", 3000, raising=False)
    store = App(store_option=str(cdr.store)).store
    with store.writing():
        documents = [one for case in cases for one in store.case(case).documents if one.revision]
        store.commit(Change("edit", {one.place: {**one.body} for one in documents}), documents)
    content = Store(cdr.store, extraction()).sealing.open(SINCE) or {}
    assert sum(len(one) for of_case in content["opened"].values() for one in of_case.values()) <= 3000
    assert counted(lambda: [cdr("show", case, as_of=ON) for case in cases]) == len(cases)
    assert _answers(cdr) == _anew(cdr, kept)
