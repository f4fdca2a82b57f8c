"""`cdr init` on a terminal: a store from answers alone, wrong ones asked again; without a terminal it says what to give."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pexpect
import terminals
from conftest import EXAMPLES, People, run
from store.hands import gpg

ANSWERS = (
    ("Name of the area", "Westmarch"),
    ("Local authorities", "Westmarch, Isle of Westmarch"),
    ("Name, with title", "01632 960001"),
    ("Name, with title", "Robin Ashworth"),
    ("Role", ""),
    ("E-mail", "not an address"),
    ("E-mail", "cdop@westmarch.example"),
    ("Telephone", "01632 960001"),
    ("Name, with title", "Dr Leslie Okafor"),
    ("E-mail", "chair@westmarch.example"),
    ("Name, with title", "Dr Sam Whitfield"),
    ("E-mail", "doctor@westmarch.example"),
    ("Who writes", ""),
    ("address", "1 Civic Square, Westmarch, NR1 1AA"),
    ("Agency 1", "St. Mary's Hospital"),
    ("kind", "?"),
    ("22  Voluntary organisation", None),
    ("kind", "99"),
    ("kind", "2"),
    ("  Hospital\r", None),
    ("id", ""),
    ("E-mail", "cdr@hospital.example"),
    ("Telephone", "01632 960005"),
    ("Agency 2", ""),
    ("Agency 2", "Social Care"),
    ("kind", "11"),
    ("id", ""),
    ("E-mail", "cdr@csc.example"),
    ("Telephone", ""),
    ("Agency 3", ""),
    ("How many years", "25"),
)
# Somebody gives the chair's address to the coordinator, sees it two questions later, and goes back; and once more at the end.
BACK_AND_FORTH = (
    ("Name of the area", "<"),
    ("Name of the area", "Westmarch"),
    ("Local authorities", "Westmarch"),
    ("Name, with title", "Robin Ashworth"),
    ("Role", ""),
    ("E-mail", "chair@westmarch.example"),
    ("Telephone", "01632 960001"),
    ("The chair of the panel", None),
    ("Name, with title", "<"),
    ("Telephone \\[01632 960001\\]", "<"),
    ("E-mail \\[chair@westmarch.example\\]", "cdop@westmarch.example"),
    ("Telephone \\[01632 960001\\]", ""),
    ("The chair of the panel", None),
    ("Name, with title", "Dr Leslie Okafor"),
    ("E-mail", "chair@westmarch.example"),
    ("The designated doctor", None),
    ("Name, with title", "Dr Sam Whitfield"),
    ("E-mail", "doctor@westmarch.example"),
    ("Who writes", ""),
    ("address", "1 Civic Square"),
    ("22  Voluntary organisation", None),
    ("Agency 1", "Hospital"),
    ("kind", "2"),
    ("id", ""),
    ("E-mail", "cdr@hospital.example"),
    ("Telephone", "01632 960005"),
    ("Agency 2", "Social Care"),
    ("kind", "11"),
    ("id", ""),
    ("E-mail", "cdr@csc.example"),
    ("Telephone", ""),
    ("Agency 3, its name \\(Enter: no more\\)", "Hopsice"),
    ("kind", "<"),
    ("Agency 3, its name \\(-: no more\\) \\[Hopsice\\]", "-"),
    ("How many years", "25"),
    ("Your own key, by number", "<"),
    ("How many years[^:\r\n]*\\[25\\]", "24"),
)


def spawned(store: Path) -> pexpect.spawn[str]:
    """`cdr init` for a person at a terminal."""
    environment = {**os.environ, "TERM": "dumb", "LC_ALL": "C.UTF-8"}
    return pexpect.spawn(
        sys.executable, ["-m", "cdr", "init", str(store)], encoding="utf-8", timeout=terminals.PATIENCE, env=environment, dimensions=(50, 160)
    )  # fmt: skip


def answer(child: pexpect.spawn[str], given: tuple[tuple[str, str | None], ...]) -> None:
    """Answer each question, up to its colon; what is only shown has no answer."""
    for words, typed in given:
        child.expect(words if typed is None else f"{words}[^\r\n]*: ")
        if typed is not None:
            child.sendline(typed)


def made(child: pexpect.spawn[str], store: Path) -> dict[str, str]:
    """The keys are chosen, the store is made: its settings."""
    child.expect("by number: |by number \\[1\\]: ")
    child.sendline("1")
    questions = [
        "is ready",
        *(f"{words}[^\r\n]*\\): " for words in ("Cron's key", "That key, by number", "Why does nobody else")),
    ]
    while child.expect(questions):
        child.sendline("The deputy begins in May" if "Why" in str(child.after) else "")
    assert terminals.ended(child) == 0
    return {one["name"]: one["value"] for one in run(["--store", str(store), "config", "--json"]).json["settings"]}


def test_a_store_is_made_from_answers(tmp_path: Path, people: People, member: str) -> None:
    store = tmp_path / "store"
    child = spawned(store)
    answer(child, ANSWERS)
    told = made(child, store)
    assert told["area.authorities"] == "Westmarch, Isle of Westmarch"
    assert told["agencies.st-mary-s-hospital.type"] == "acute_hospital" and told["panel.social_care"] == "social-care"
    assert told["agencies.st-mary-s-hospital.phone"] == "01632 960005" and "agencies.social-care.phone" not in told
    assert told["letterhead.organisation"] == "Westmarch Child Death Review Team" and told["retention_years"] == "25"
    assert told["governance.one_reader"] == "The deputy begins in May"
    assert run(["--store", str(store), "list"]).out == "There is no case yet.\n"


def test_a_person_goes_back_to_what_was_wrong(tmp_path: Path, people: People, member: str) -> None:
    store = tmp_path / "store"
    child = spawned(store)
    answer(child, BACK_AND_FORTH)
    told = made(child, store)
    assert told["people.manager.email"] == "cdop@westmarch.example" and told["people.manager.phone"] == "01632 960001"
    assert told["people.chair.email"] == "chair@westmarch.example" and told["retention_years"] == "24"
    assert [name for name in told if name.endswith(".name") and name.startswith("agencies.")] == [
        "agencies.hospital.name", "agencies.social-care.name",
    ]  # fmt: skip


def test_a_second_reader_is_asked_for(tmp_path: Path, people: People, member: str) -> None:
    gpg(people.home, "--import", data=gpg(people.second_home, "--armor", "--export", people.second))
    store = tmp_path / "store"
    given = ["-m", "cdr", "init", str(store), "--config", str(EXAMPLES / "store.yaml")]
    child = pexpect.spawn(sys.executable, given, encoding="utf-8", timeout=terminals.PATIENCE, dimensions=(50, 160))
    child.expect("Your own key, by number[^\r\n]*: ")
    child.sendline("1")
    child.expect(f"(\\d+)  [^\r\n]*\\s*{people.second}")
    number = child.match.group(1) if child.match else ""
    child.expect("That key, by number[^\r\n]*\\): ")
    child.sendline(number)
    while child.expect(["is ready", "Cron's key[^\r\n]*\\): "]):
        child.sendline("")
    assert terminals.ended(child) == 0
    listed = run(["--store", str(store), "keys", "list", "--json"]).json["keys"]
    assert {one["fingerprint"] for one in listed if one["role"] == "member"} == {people.member, people.second}


def test_without_a_terminal_it_says_what_to_give(tmp_path: Path, member: str) -> None:
    answer = run(["init", str(tmp_path / "store")])
    assert answer.code == 2 and "--config FILE and --member FPR" in answer.err
    assert not (tmp_path / "store").exists()
