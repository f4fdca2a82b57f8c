"""Long and strange text takes time in proportion to its length: eight times the letters take eight times the work, not sixty-four.

Work inside regular expressions has no steps that could be counted, so it is measured as this thread's own processor time, twice
in one run, and the better of several tries counts: a busy machine makes a try slower, and never a quadratic one linear.
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from conftest import many
from hypothesis import given, settings
from hypothesis import strategies as st
from letter_examples import WORDS, letter_for
from letter_examples import form_a as letter_form
from unit.timeline_cases import AGENCIES, RETURNS, form_a, rules, told

from cdr.documents.letters.letter import as_text
from cdr.documents.letters.wording import lint, wording
from cdr.documents.timeline.timeline import render
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.anonymising.name_forms import slips, swapped
from cdr.domain.case import duplicates
from cdr.domain.report.report_words import Names, report_problems
from cdr.domain.timeline.timeline import Timeline, timeline

SHORT, TIMES, MOST_TIMES, TRIES = 1000, 8, 16, 6
LEAST = 0.002  # seconds: what takes less is all beginning

KNOWN = form_a()
KNOWN["child"] |= {"first_names": "Hope Siân", "known_as": "Will", "family_name": "O’Brien-Testcase"}
KNOWN["coroner_reference"] = "COR/2026/00123"
ANONYMISER = Anonymiser.from_documents(KNOWN, RETURNS, AGENCIES)

UNITS = (
    "A", "a", "A-", "A.", "A. ", "A ", "A B-", "A'", "O’", "1", "1 ", "1-", "1/", "12.", "1/1/", "0 1 2 3 ", " ", "\n", ".", "-", "’", "_",
    "Dr ", "Dr. ", "Dr Dr Dr Hope ",
    "PC 1", "hope ", "Hope ", "Hope-", "will be ", "Hopee ", "Testcase, ", "o'brien's ", "\u0301", "a\u0301", "A\u0301\u0300",
    "@", "a@", "a@b.", "www.", "http://",
    "(", "[a] ", "[the child] ", "mother [", "1jan", "1 Jan/", "1.2.25/", "12.12.12.", "on 1", "in 2020 ", "may ", "first of ",
    "Mon, ", "20200101/", "ref no ", "ref 1 1 ", "log: ",
    "AB-12/", "A1-", "12/3456/", "COR/", "1 Foo Bar ", "Foo Foo Street ", "12a-", "A_", "\u200b", "中", "क्", "😀",
)  # fmt: skip


def takes(work: Callable[[str], object], text: str) -> float:
    """Seconds of this thread's processor time."""
    start = time.thread_time()
    work(text)
    return time.thread_time() - start


def is_linear(work: Callable[[str], object], unit: str, short: int = SHORT, tail: str = "") -> bool:
    times = max(1, short // len(unit))
    texts = unit * times + tail, unit * times * TIMES + tail
    least = [float("inf"), float("inf")]
    for _ in range(TRIES):
        least = [min(before, takes(work, text)) for before, text in zip(least, texts, strict=True)]
        if least[1] < MOST_TIMES * max(least[0], LEAST):
            return True
    return False


@pytest.mark.parametrize("unit", UNITS, ids=ascii)
def test_what_names_are_taken_out_of(unit: str) -> None:
    assert is_linear(ANONYMISER.read, unit)


def test_white_space_behind_what_leads_to_a_number() -> None:
    for lead in ("ref", "log", "in", "1", "jan", "first", "Mon", "12 High", "on", "hope"):
        assert is_linear(lambda text, lead=lead: ANONYMISER.read(lead + text + "x"), " \n")  # type: ignore[misc]


@settings(max_examples=many(12), deadline=None)
@given(st.lists(st.sampled_from(UNITS), min_size=2, max_size=4), st.sampled_from(["", "x", "1", "@", "\u0301"]))
def test_what_names_are_taken_out_of_in_any_mixture(units: list[str], tail: str) -> None:
    assert is_linear(ANONYMISER.read, "".join(units), tail=tail)


NAMES = Names.of(["Ada Testcase", "Siân O'Brien", "A A A", "Hope May"] * 50, ["Northtown Council", "Dr Hope May"])
LETTER, PANEL = letter_for(letter_form("sudi")), wording("after-panel")


def in_report(text: str) -> None:
    report_problems({"schema": "report/1", "year": "2025/26", "what_was_done": text}, "2025/26", NAMES, {})


def in_letter(text: str) -> None:
    lint(as_text(replace(LETTER, learning=(text,)), PANEL), LETTER, WORDS, ("Amara Other", "9990000018"))


def as_place(text: str) -> None:
    form_b = told("high-street-surgery", ("2026-01-02", text[:1000]))
    form_b["supplementary"] = [{"type": "sudden_unexpected_death", "answers": {"location_detail": text}}]
    Anonymiser.from_documents(KNOWN, [form_b], AGENCIES).read(text[:1000])


def of(*events: tuple[str, str], identified: bool = True) -> Timeline:
    return timeline(
        "2026-7K3M", form_a(), [told("high-street-surgery", *events), *RETURNS], AGENCIES, rules(), identified
    )


def shown(text: str) -> None:
    made = of(("2026-01-02", text))
    for form in ("text", "md", "csv", "html"):
        render(made, form)


@pytest.mark.parametrize("work", [in_report, in_letter, as_place, shown], ids=lambda work: work.__name__)
@pytest.mark.parametrize(
    "unit",
    ["A", "A-", "A. ", "hope ", "Ada Testcase ", "1 ", "**", "St ", "(", "a\u0301", "missed the ", "中"],
    ids=ascii,
)
def test_everything_else_that_reads_what_a_person_wrote(work: Callable[[str], None], unit: str) -> None:
    assert is_linear(work, unit, short=2000)


def calls(work: Callable[[], object]) -> int:
    """How many functions are called, of Python and of C, which is the same on every machine and every day."""
    count = 0

    def one(*_: Any) -> None:
        nonlocal count
        count += 1

    before = sys.getprofile()
    sys.setprofile(one)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


DAYS: dict[str, Callable[[int], tuple[str, str]]] = {
    "on many days": lambda n: ((date(2025, 11, 2) + timedelta(n % 60)).isoformat(), f"Seen at the clinic, well {n}"),
    "of one kind in one hour": lambda n: (f"2026-01-09T05:{n % 60:02d}", "999 call received"),
    "at as many hospitals on one day": lambda n: ("2026-01-09", f"Arrived at Hospital Alpha{n} by ambulance"),
    "after the death": lambda n: ("2026-03-09", f"Weighed and examined {n}"),
    "that were missed": lambda n: ((date(2025, 3, 2) + timedelta(n % 300)).isoformat(), "Missed appointment"),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAYS)
def test_many_events(kind: str) -> None:
    def make(count: int) -> None:
        events = [DAYS[kind](n) for n in range(count)]
        returns = [told("high-street-surgery", *events[::2]), told("northshire-police", *events[1::2])]
        made = timeline("2026-7K3M", form_a(), returns, AGENCIES, rules(), False)
        for form in ("text", "csv", "html"):
            render(made, form)

    make(10)
    few, more = calls(lambda: make(80)), calls(lambda: make(320))
    assert more < 4.5 * few, (few, more)


def test_names_are_compared_in_time_that_grows_with_their_length() -> None:
    other = letter_form("sudi")
    other["child"] |= {"first_names": "A" * 150 + "b" * 150, "family_name": "a" * 300, "nhs_number": None}
    one = copy.deepcopy(other)
    one["child"] |= {"first_names": "A" * 149 + "b" * 151, "family_name": "a" * 298 + "c"}
    known = duplicates.identity(one)
    assert duplicates.Likeness(duplicates.identity(other)).to(known)
    few, more = (calls(lambda n=n: duplicates.close("a" * n + "b", "a" * n + "c")) for n in (100, 400))  # type: ignore[misc]
    assert more < 5 * few


# ---- what a look-up finds is what a comparison would have found -----------------------------------------------------


def one_letter_apart(first: str, second: str) -> bool:
    put_in = {first[:i] + letter + first[i:] for i in range(len(first) + 1) for letter in second}
    left_out = {first[:i] + first[i + 1 :] for i in range(len(first))}
    changed = {first[:i] + letter + first[i + 1 :] for i in range(len(first)) for letter in second}
    return first != second and second in put_in | left_out | changed


@given(st.text("abc", min_size=1, max_size=6), st.text("abc", min_size=1, max_size=6))
def test_words_share_a_slip_where_they_are_one_letter_apart_and_nowhere_else(first: str, second: str) -> None:
    if first != second:
        assert bool({*slips(first)} & {*slips(second)}) == one_letter_apart(first, second)
        assert (first in {*swapped(second)}) == (second in {*swapped(first)})


@given(st.text("abcd", max_size=9), st.text("abcd", max_size=9))
def test_names_are_close_as_far_as_their_distance_says(first: str, second: str) -> None:
    shorter = min(len(first), len(second))
    limit = 0 if shorter < 3 else 1 if shorter < 7 else 2
    assert duplicates.close(first, second) == (bool(first or second) and duplicates.distance(first, second, 9) <= limit)
