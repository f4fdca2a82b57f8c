"""A pattern that can find nothing in a text is not compiled for it: what decides that never keeps one back that would have found something."""

from __future__ import annotations

import re
from datetime import date

import pytest
from conftest import many
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdr.domain.anonymising import identifiers
from cdr.domain.anonymising.accounts import LETTERS_AND_DIGITS, OFFICERS_NUMBER, PLATE
from cdr.domain.anonymising.identifiers import DIGIT, MONTH, Reading, replace_identifiers

NUMBERED = (
    OFFICERS_NUMBER, PLATE, LETTERS_AND_DIGITS, identifiers._POSTCODE, identifiers._DIGITS, identifiers._INSURANCE, identifiers._LED_REFERENCE,
    identifiers._REFERENCE, identifiers._SPAN_OF_YEARS, identifiers._YEAR_ALONE,
)  # fmt: skip
EVERYTHING = frozenset({DIGIT, MONTH})
SLOW = settings(
    deadline=None, max_examples=many(60), suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow]
)
DIED = date(2025, 3, 4)
OTHERS = st.characters(exclude_categories=("Co", "Cs"))  # private characters are taken out before
PIECES = (
    "Seen", " ", " ", " ", ", ", ".", "/", "-", "Monday ", "the ", "on ", "in ", "third of ", "twenty-first ", "May", "may", "MARCH", "ſept", "Jun.",
    "1", "3", "04", "12", "2025", "٣", "²", "st", "th", "Christmas", "Easter Day", "mother's day", "Guy Fawkes ", "bank holiday", "AB12 CDE",
    "NR1 1AB", "PC 1234", "ref: 77", "since 2019", "2019/20", "’24", "040325", "é", "home",
)  # fmt: skip


def _of(pattern: re.Pattern[str], flags: re.RegexFlag = re.IGNORECASE) -> st.SearchStrategy[str]:
    return st.from_regex(re.compile(pattern.pattern, flags))


@pytest.mark.parametrize("number", range(len(identifiers._DATES)))
@given(data=st.data())
@SLOW
def test_a_text_with_a_date_has_what_the_pattern_of_the_date_needs(number: int, data: st.DataObject) -> None:
    pattern, needs = identifiers._DATES[number]
    text = data.draw(_of(pattern))
    assert identifiers._has(text).issuperset(needs), text
    assert pattern in identifiers._dates_of(text)


@pytest.mark.parametrize("number", range(len(NUMBERED)))
@given(data=st.data())
@SLOW
def test_a_text_with_a_number_or_a_code_has_a_digit(number: int, data: st.DataObject) -> None:
    pattern = NUMBERED[number]
    flags = re.IGNORECASE if pattern.flags & re.IGNORECASE else re.RegexFlag(0)
    assert DIGIT in identifiers._has(data.draw(_of(pattern, flags)))


@given(data=st.data())
@SLOW
def test_a_text_with_a_feast_may_have_one(data: st.DataObject) -> None:
    assert identifiers._may_name_a_feast(data.draw(st.from_regex(identifiers._feasts())))


@given(st.lists(st.sampled_from(PIECES) | st.text(OTHERS, max_size=3), max_size=14).map("".join))
@settings(deadline=None, max_examples=many(400))
def test_a_text_reads_as_if_every_pattern_had_been_tried(text: str) -> None:
    read = Reading(text)
    replace_identifiers(read, DIED, ["77"], [DIED])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(identifiers, "_has", lambda _: EVERYTHING)
        patch.setattr(identifiers, "_may_name_a_feast", lambda _: True)
        tried = Reading(text)
        replace_identifiers(tried, DIED, ["77"], [DIED])
    assert (read.finished(), read.counts, read.pairs, read.left) == (
        tried.finished(),
        tried.counts,
        tried.pairs,
        tried.left,
    )
