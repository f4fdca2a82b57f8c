"""How much the anonymiser takes out, how much it lists and what it misses, on a battery of stories; the manual states the figures."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from unit.timeline_cases import AGENCIES, form_a

from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.anonymising.known_names import Around

ROOT = Path(__file__).parents[2]
DATA = ROOT / "tests" / "data"


@dataclass(frozen=True)
class Story:
    """A text with the things in it that must go, and the words that must stay."""

    text: str
    go: tuple[str, ...]
    stay: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a story: the text without names, what was listed, the things that stayed (listed or in silence), the words lost."""

    said: str
    left: tuple[str, ...]
    listed: tuple[str, ...]
    silent: tuple[str, ...]
    lost: tuple[str, ...]


def stories(name: str = "anonymiser-battery") -> tuple[Story, ...]:
    lines = (DATA / f"{name}.txt").read_text().splitlines()
    parts = [[part.strip() for part in line.split(" >")] for line in lines if line and not line.startswith("#")]
    return tuple(Story(text, _listed_in(go), _listed_in(stay)) for text, go, stay in parts)


def _listed_in(part: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in part.split(";") if one.strip())


@cache
def anonymiser() -> Anonymiser:
    form = form_a(
        "suicide",
        child__first_names="Ivy Skye",
        child__known_as="Ivy",
        child__family_name="Marlow-Banerjee",
        child__address=["27 Sparrow Rise", "Great Fallow", "Thaxby"],
        child__postcode="TH4 7QL",
    )
    form["family"]["parents"] = [
        {"name": "Ms Joy Marlow", "relationship": "mother", "address": ["27 Sparrow Rise", "Great Fallow", "TH4 7QL"]},
        {"name": "Mr Arjun Banerjee", "relationship": "father", "address": ["3 Trial Lane", "Eastbury", "EB4 5GH"]},
        {"name": "Mr Dean Wood", "relationship": "stepfather"},
    ]
    form["family"]["siblings"] = [
        {"name": "Rowan Marlow", "relationship": "twin"},
        {"name": "Dawn Wood", "relationship": "half_sibling"},
        {"name": "Will Wood", "relationship": "half_sibling"},
    ]
    form["family"]["others"] = [
        {"name": "Mrs Pearl Marlow", "relationship": "grandparent"},
        {"name": "May Marlow", "relationship": "aunt"},
    ]
    form["professionals"] = [
        {"agency": "high-street-surgery", "name": "Dr Helen Frost", "role": "GP"},
        {"agency": "northshire-police", "name": "PC Jack Stone", "role": "Officer"},
        {"agency": "northshire-camhs", "name": "Bethan Llewelyn", "role": "Care coordinator"},
    ]
    around = Around(places=("Northshire", "Northtown", "Eastbury"), people=("Robin Ashworth",))
    return Anonymiser.from_documents(form, [], AGENCIES, around)


def outcome(story: Story) -> Outcome:
    read = anonymiser().read(story.text)
    stayed = [thing for thing in story.go if _stands_in(thing, read.text)]
    listed = tuple(thing for thing in stayed if all(_is_listed(word, read.left) for word in _words(thing)))
    silent = tuple(thing for thing in stayed if thing not in listed)
    lost = tuple(words for words in story.stay if words not in read.text)
    return Outcome(read.text, read.left, listed, silent, lost)


def figures(name: str = "anonymiser-battery") -> dict[str, int]:
    found = [outcome(story) for story in stories(name)]
    things, listed, silent = (
        sum(map(len, counted))
        for counted in ([s.go for s in stories(name)], [o.listed for o in found], [o.silent for o in found])
    )
    return {
        "stories": len(found),
        "things": things,
        "gone": things - listed - silent,
        "listed": listed,
        "silent": silent,
        "kept": sum(len(story.stay) for story in stories(name)),
        "lost": sum(len(one.lost) for one in found),
    }


def _stands_in(thing: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(thing)}(?!\w)", text) is not None


def _words(thing: str) -> list[str]:
    return re.findall(r"\w{2,}", thing) or [thing]


def _is_listed(word: str, left: tuple[str, ...]) -> bool:
    return any(word.lower() in one.lower() for one in left)


def test_the_manual_states_the_figures_of_the_battery() -> None:
    manual = (ROOT / "docs" / "timeline.md").read_text()
    for name, words in (
        ("anonymiser-battery", "the rules were made with"),
        ("anonymiser-held-out", "written afterwards"),
    ):
        found = figures(name)
        row = next(line for line in manual.splitlines() if words in line and line.startswith("|"))
        counts = [int(cell) for cell in row.strip("|").split("|")[1:]]
        assert counts == [found[key] for key in ("stories", "things", "gone", "listed", "silent", "kept", "lost")]


def test_nothing_of_the_battery_stays_in_silence() -> None:
    assert [story.text for story in stories() if outcome(story).silent] == []


def test_what_stays_in_silence_of_stories_written_afterwards_is_no_more_than_before() -> None:
    assert figures("anonymiser-held-out")["silent"] <= 3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mrs marlow was spoken to", "[a family member] was spoken to"),
        ("Mrs Marlow rang", "[a family member] rang"),
        ("Ms J. Marlow rang", "[mother] rang"),
        ("Ms Marlow-Banerjee signed", "[a family member] signed"),
        ("Mr Wood left", "[a family member] left"),
        ("Mr Dean Wood left", "[stepfather] left"),
        ("Baby Marlow was fed", "[a family member] was fed"),
        ("Toby Marlow rang", "[a family member] rang"),
        ("Deen Wood rang", "[stepfather] rang"),
        ("Bronwen Llewelyn rang", "[a person] rang"),
        ("Dr Frost rang", "[a professional] rang"),
        ("mr okonkwo rang", "[a person] rang"),
        ("Teacher Fairweather rang", "Teacher [a professional] rang"),
        ("boyfriend Tyrell rang", "boyfriend [a person] rang"),
        ("Will will stay", "[half sibling 2] will stay"),
        ("Dawn dawned on us", "[half sibling 1] dawned on us"),
        ("skye, ivy: asleep", "[the child], ivy: asleep"),
        ("I v y slept, 1vy slept", "[the child] slept, [the child] slept"),
        ("Skyez slept", "[the child] slept"),
        ("HF rang, NGH rang", "[a professional] rang, [acute hospital] rang"),
        ("to St Aidan's and St. Thomas' Hospital", "to [a place]"),
        ("to Kestrel Ward, then Oakdene Surgery", "to [a ward], then [a clinic]"),
        ("in Fallow village", "in [a place] village"),
        ("At Diwali, over Christmas 2025", "At [a date], over [a date]"),
        ("St Valentine's Day", "[a date]"),
        ("Car k417trw, plate TRW 417K", "Car [vehicle], plate [vehicle]"),
        ("collar number 2291", "collar number [a professional]"),
        ("Snapchat: ivyxsky09", "Snapchat: [username]"),
        ("from lil_k", "from [username]"),
        ("C:\\Users\\bllewelyn\\note.txt", "[file]"),
        ("IP 203.0.113.44", "IP [computer address]"),
        ("at No. 27", "at [an address]"),
        ("Which hospital was it, and was it Best Practice", "Which hospital was it, and was it Best Practice"),
        ("told the doctor. This was new", "told the doctor. This was new"),
    ],
)
def test_each_kind(text: str, expected: str) -> None:
    assert anonymiser().text(f"then {text}") == f"then {expected}"


@pytest.mark.parametrize("word", ["QRH", "blue_wolf", "Katsina", "whitlocke", "Zq4471x", "4471", "14/2"])
def test_what_is_not_replaced_is_listed(word: str) -> None:
    read = anonymiser().read(f"then saw {word} again")
    assert word in read.text.split() and word in read.left


@pytest.mark.parametrize("said", ["The nurse (Sue B.) rang.", "The nurse (Sue) rang."])
def test_a_name_that_is_a_word_too_is_listed_where_it_stands_alone_in_brackets(said: str) -> None:
    assert anonymiser().read(said).left == ("Sue",)
    assert anonymiser().read("The nurse rang (Calling after five).").left == ()
