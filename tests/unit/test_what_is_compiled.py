"""A pattern that can find nothing in a text is not compiled for it: what decides that never keeps one back that would have found something."""

from __future__ import annotations

from datetime import date

import pytest
from conftest import many
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdr import sought
from cdr.domain.anonymising import identifiers
from cdr.domain.anonymising.identifiers import Reading, replace_identifiers

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
        patch.setattr(sought, "has_what_it_needs", lambda *_: True)
        patch.setattr(identifiers, "has_each", lambda *_: True)
        patch.setattr(identifiers, "_may_name_a_feast", lambda _: True)
        tried = Reading(text)
        replace_identifiers(tried, DIED, ["77"], [DIED])
    assert (read.finished(), read.counts, read.pairs, read.left) == (
        tried.finished(),
        tried.counts,
        tried.pairs,
        tried.left,
    )
