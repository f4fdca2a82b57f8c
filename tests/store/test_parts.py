"""Parts of the local index: a question reads its own and no other, however many cases are at rest; stale, damaged or gone, they are made again."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import EXAMPLES, People, Shell

from cdr import programs
from cdr.app import App, extraction
from cdr.columns import COUNTED, KNOWN_BY, LISTED
from cdr.store import layout
from cdr.store.git import Git
from cdr.store.parts import MOST_SUMMED, NOT_AT_REST, SINCE, SUMMED
from cdr.store.state import State
from cdr.store.store import Store
from cdr.store.transaction import Change

FORM = EXAMPLES / "form-a-sudi.yaml"
ON, LETTERS, FINGERPRINT = "2026-01-10", "BCDEFGHJKM", 40
QUESTIONS: tuple[tuple[str, ...], ...] = (
    ("today", "--all"),
    ("calendar", "-o", "-"),
    ("list", "--open", "--json"),
    ("list", "--json"),
    ("tally", "--year", "2025/26", "--years", "2", "--json"),
    ("tally", "--year", "2017/18", "--years", "10", "--all", "--json"),
)
TALLIES = QUESTIONS[-2:]
TRACED = ("tally", "--year", "2017/18", "--years", "10", "--trace", "notifications.sex", "Female", "2017/18")


def closed(number: int, year: int = 2016) -> dict[Any, dict[str, Any]]:
    """The documents of one closed case, as a register gives them."""
    died = f"{year}-0{1 + number % 9}-1{number % 10}"
    names = {"first_names": f"Child{'abcdefghij'[number % 10]}", "family_name": f"Family{'klmnopqrst'[number // 10]}"}
    child = {
        **names,
        "date_of_birth": f"{year - 1}-05-0{1 + number % 9}",
        "sex": "female",
        "local_authority": "Northshire",
    }
    form_a = {
        "schema": "imported-a/1",
        "child": child,
        "death": {"date": died, "place": "hospice"},
        "notified_at": died,
    }
    review: dict[str, Any] = {
        "on": f"{year + 1}-03-0{1 + number % 9}",
        "stage": "ratified_cdop",
        "panel": None,
        "override": None,
    }
    review |= {"override": {"unmet": ["Something was not met."], "reason": "x"}} if number % 5 == 0 else {}
    case = {"schema": "case/1", "opened_on": died, "status": "closed", "reviews": [review]}
    form_c = {"schema": "imported-c/1", "stage": "ratified_cdop", "category": {"primary": 1 + number % 10}}
    return {layout.NOTIFICATION: form_a, layout.ANALYSIS: form_c, layout.CASE: case}


def with_closed(folder: Path, numbers: range) -> None:
    """Put so many more closed cases into a store, of two years."""
    store = Store(folder, extraction())
    with store.writing():
        documents = {
            store.place(f"{2016 + number % 2}-AA{LETTERS[number // 10]}{LETTERS[number % 10]}", kind.name): body
            for number in numbers
            for kind, body in closed(number, 2016 + number % 2).items()
        }
        store.commit(Change("import", documents))


@pytest.fixture(autouse=True)
def moved_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A case that comes to rest leaves the part of those that are not at once, and not when they are many."""
    monkeypatch.setattr("cdr.store.index.RESTED", 0)


@pytest.fixture(autouse=True)
def answered_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was answered is not kept: here each question reads the parts."""
    monkeypatch.setattr("cdr.store.answers.kept", lambda *_: None)
    monkeypatch.setattr("cdr.store.answers.keep", lambda *_: None)


class Watched:
    """What one run of a command took: the programs that it started, and the files that were read of what is kept of the store."""

    def __init__(self, cdr: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
        self.cdr = cdr
        self.read: list[str] = []
        sealed = State.sealed

        def noted(state: State, name: str) -> bytes | None:
            person, _, kept = name.partition("/")
            if len(person) == FINGERPRINT:
                self.read.append(kept)
            return sealed(state, name)

        monkeypatch.setattr(State, "sealed", noted)

    def __call__(self, *arguments: str, stdin: bytes = b"") -> tuple[int, frozenset[str]]:
        self.read.clear()
        self.cdr(*arguments, as_of=ON, stdin=stdin)
        return programs.started.total(), frozenset(self.read)


@pytest.fixture
def watched(cdr: Shell, monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(cdr, monkeypatch)


def test_a_question_takes_as_much_with_20_cases_at_rest_as_with_60_and_reads_its_own_part(
    cdr: Shell, sudi: str, watched: Watched
) -> None:
    found = b"Childa Familyk\n"
    took: list[dict[tuple[str, ...], Any]] = []
    for numbers in (range(20), range(20, 60)):
        with_closed(cdr.store, numbers)
        cdr("find", stdin=found)
        for words in TALLIES:  # which keep what they counted
            cdr(*words, as_of=ON)
        took.append({words: watched(*words) for words in QUESTIONS} | {("find",): watched("find", stdin=found)})
    assert took[0] == took[1]
    for words, (started, read) in took[1].items():
        own = {"find": {KNOWN_BY, "reads"}, "list": {LISTED}, "tally": {one for one in read if one.startswith(SUMMED)}}
        assert len(own["tally"]) == (words in TALLIES), words
        wanted = set() if "--open" in words else own.get(words[0], set())
        assert read == {NOT_AT_REST, SINCE, "key", *wanted}, words
        assert started <= (5 if words[0] == "find" else 3), words  # and Python; `find` notes that it looked through all
    started, read = watched("notify", "--from", str(FORM), "--not-a-duplicate", "x")
    assert "index" not in read and LISTED not in read


def _find(cdr: Shell) -> str:
    return cdr("find", "--json", stdin=b"Childa\n").out


OF_PART: dict[str, Callable[[Shell], str]] = {
    NOT_AT_REST: lambda cdr: cdr("today", "--all", as_of=ON).out,
    KNOWN_BY: _find,
    LISTED: lambda cdr: cdr("list", "--json", as_of=ON).out,
    f"{COUNTED}.2017": lambda cdr: cdr(*TRACED, as_of=ON).out,  # which names cases, and so is not answered in numbers
}


def test_parts_that_are_stale_damaged_or_gone_are_made_again(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_closed(cdr.store, range(12))
    cdr("list")
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    stale = {name: (folder / name).read_bytes() for name in OF_PART}
    with_closed(cdr.store, range(12, 24))
    right = {name: ask(cdr) for name, ask in OF_PART.items()}
    for name, ask in OF_PART.items():
        path = folder / name
        whole = path.read_bytes()
        for damaged in (stale[name], whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], None):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            assert ask(cdr) == right[name], name
            assert path.read_bytes()[:32] != (damaged or b"")[:32], f"{name} was not made again"
    for (
        name,
        raw,
    ) in stale.items():  # all of them as they were at an earlier commit: they fit each other, and not the store
        (folder / name).write_bytes(raw)
    assert {name: ask(cdr) for name, ask in OF_PART.items()} == right
    for name in (KNOWN_BY, LISTED):  # one in the other's place
        (folder / name).write_bytes((folder / NOT_AT_REST).read_bytes())
        assert OF_PART[name](cdr) == right[name]


def test_what_was_counted_of_the_cases_at_rest_is_what_is_counted_of_them_anew(
    cdr: Shell, sudi: str, people: People, tmp_path: Path, watched: Watched
) -> None:
    """The numbers stand while the cases and what is asked stand; damaged, gone, another's or of other cases, they are counted again."""
    words = QUESTIONS[-1]

    def tally(*more: str) -> str:
        return cdr(*words[:-1], *more, "--json", as_of=ON).out

    with_closed(cdr.store, range(12))
    before = tally()
    with_closed(cdr.store, range(12, 24))
    right = tally()
    assert right != before
    [folder] = (tmp_path / "state" / "cdr").glob(f"*/{people.member}")
    [path] = folder.glob(f"{SUMMED}*")
    assert tally() == right and path.name in watched(*words)[1]
    assert not any(name.startswith(COUNTED) for name in watched(*words)[1])
    whole = path.read_bytes()
    for damaged in (whole[:-9] + bytes([whole[-9] ^ 1]) + whole[-8:], (folder / NOT_AT_REST).read_bytes(), None):
        path.unlink() if damaged is None else path.write_bytes(damaged)
        assert tally() == right
        assert path.read_bytes() != damaged
    choices = (("--births", "24"), ("--by", "quarter", "--years", "2"), ("--table", "reviews.category"))
    other = [tally(*more) for more in choices]
    assert len({*other}) == 3
    for kept in folder.glob(f"{SUMMED}*"):
        kept.unlink()
    assert [tally(*more) for more in choices] == other
    cdr("reopen", _one_at_rest(cdr), "--reason", "x", as_of=ON)
    assert tally() == _anew(cdr, folder, words)
    for year in range(2000, 2012):
        cdr("tally", "--year", f"{year}/{(year + 1) % 100:02}", as_of=ON)
    assert len([*folder.glob(f"{SUMMED}*")]) == MOST_SUMMED


def _one_at_rest(cdr: Shell) -> str:
    cases = [one["case"] for one in cdr("list", "--json", as_of=ON).json["cases"] if not one["open"]]
    return str(min(cases))


def _anew(cdr: Shell, folder: Path, words: tuple[str, ...]) -> str:
    """The same question where nothing is kept."""
    for kept in folder.iterdir():
        if kept.is_file() and kept.name != "key":
            kept.unlink()
    return cdr(*words, as_of=ON).out


def test_several_may_ask_and_write_at_once(cdr: Shell, sudi: str, people: People, tmp_path: Path) -> None:
    """Two that ask while a third renews the parts: each answer is that before or that after, and none fails."""
    with_closed(cdr.store, range(6))
    first = _known(cdr.store)
    answers: list[frozenset[str]] = []
    asking = [threading.Thread(target=lambda: answers.extend(_known(cdr.store) for _ in range(3))) for _ in range(2)]
    for one in asking:
        one.start()
    with_closed(cdr.store, range(6, 12))
    second = _known(cdr.store)
    for one in asking:
        one.join()
    assert len(answers) == 6 and {*answers} <= {first, second} and len(second) == len(first) + 6
    assert _known(cdr.store) == second


def _known(folder: Path) -> frozenset[str]:
    return frozenset(App(store_option=str(folder)).column(KNOWN_BY))


def test_cases_that_come_to_rest_are_moved_when_they_are_many(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch, watched: Watched
) -> None:
    monkeypatch.setattr("cdr.store.index.RESTED", 4)
    counts = []
    for number in range(6):
        with_closed(cdr.store, range(number, number + 1))
        assert "index" not in watched("today")[1]
        counts.append(len(App(store_option=str(cdr.store)).store.kept_not_at_rest()))
    assert counts == [2, 3, 4, 5, 1, 2]
    assert len(cdr("list", "--json").json["cases"]) == 7


def test_what_the_parts_say_is_what_all_of_the_index_says(
    cdr: Shell, sudi: str, people: People, tmp_path: Path
) -> None:
    with_closed(cdr.store, range(20))
    by_parts = [cdr(*words, as_of=ON).out for words in QUESTIONS], _find(cdr)
    everything = App(store_option=str(cdr.store))
    kept = everything.store.kept()
    assert len(kept) == 21
    # nothing is at rest: then all is made of the whole
    busy = extraction()
    index = everything.store.index
    index.extraction = type(busy)(busy.version, busy.kinds, busy.facts, lambda _: False, busy.sum_up, busy.columns)
    index._save()
    assert everything.cases_at_rest().count == 0
    assert ([cdr(*words, as_of=ON).out for words in QUESTIONS], _find(cdr)) == by_parts


def test_a_write_and_a_message_look_at_no_case_but_their_own(
    cdr: Shell, sudi: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cdr(
        "request", sudi, "northtown-general", as_of="2026-01-09"
    )  # the first one begins what is asked and what was sent
    cdr("return", sudi, "northtown-general", "--waive", "It has nothing", as_of="2026-01-09")
    looked_at: list[int] = []
    read = Git._read

    def noted(repository: Git, ids: Any, kind: str, most: int) -> list[bytes]:
        looked_at.append(len(ids))
        return read(repository, ids, kind, most)

    monkeypatch.setattr(Git, "_read", noted)
    took: list[tuple[int, ...]] = []
    rounds = (
        (range(20), "northshire-police", "2026-01-09", "2026-01-24"),
        (range(20, 60), "high-street-surgery", "2026-02-09", "2026-02-24"),
    )
    for numbers, agency, asked_on, due_on in rounds:
        with_closed(cdr.store, numbers)
        cdr("show", sudi)  # what is new in the history is gone through once
        cost = []
        for words in (
            ("request", sudi, agency),
            ("chase", "--overdue"),
            ("return", sudi, agency, "--waive", "It has nothing"),
            ("show", sudi),
        ):
            looked_at.clear()
            answer = cdr(*words, as_of=asked_on if words[0] == "request" else due_on)
            cost.append(sum(looked_at))
            assert words[0] != "chase" or len(answer.lines) == 1
        took.append(tuple(cost))
    assert took[0] == took[1], took
