"""Two members read a case by themselves: nobody sees one reading before both are there, and none is changed once it is sealed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from unit.domain_data import configuration

from cdr.domain.panel import readings
from cdr.domain.panel.meeting import Assigned, Meeting
from cdr.domain.panel.readings import Reading
from cdr.domain.rulebook.configuration import Member
from cdr.errors import ConditionsNotMet, NotFound

ON, LATER = date(2026, 6, 1), date(2026, 6, 10)
CASE, OTHER = "2026-AAAA", "2026-BBBB"
AREA = replace(configuration(), members=tuple(Member(id_, id_, "gp") for id_ in ("ann", "ben", "cay")))
MEETING = Meeting(
    "P1", LATER, "standard", ON, cases=(Assigned(CASE, ON), Assigned(OTHER, ON)), conflicts=((OTHER, "ann"),)
)


def sealed(*said: tuple[str, str, int]) -> dict[str, Any]:
    body: dict[str, Any] = {"id": "P1"}
    for case, who, category in said:
        body = readings.sealed(
            body, case, who, {"category": category, "modifiability": "yes", "reason": "x", "note": "y"}, ON
        )
    return body


def refusal(body: dict[str, Any], case: str, who: str) -> tuple[str, ...]:
    try:
        readings.refuse_reader(body, MEETING, case, who, AREA)
    except ConditionsNotMet as problem:
        return tuple(problem.unmet)
    return ()


def test_a_reading_is_kept_as_it_was_given_and_is_sealed() -> None:
    body = readings.sealed({"id": "P1"}, CASE, "ann", {"category": 4, "modifiability": "no"}, ON)
    assert readings.readings_of(body) == (Reading(CASE, "ann", ON, 4, "no"),)
    assert readings.readings_of(sealed((CASE, "ann", 10))) == (Reading(CASE, "ann", ON, 10, "yes", "x"),)
    assert "note" not in sealed((CASE, "ann", 10))["readings"][0]


def test_whoever_has_read_it_leaves_for_it_or_comes_third_seals_nothing() -> None:
    body = sealed((CASE, "ann", 4))
    assert refusal(body, CASE, "ben") == () and refusal(body, OTHER, "ben") == ()
    assert refusal(body, CASE, "ann") == ("ann has sealed a reading of it already, and it stays as it is.",)
    assert refusal({}, OTHER, "ann") == ("ann leaves for this case.",) and refusal({}, CASE, "ann") == ()
    both = sealed((CASE, "ann", 4), (CASE, "ben", 5))
    assert refusal(both, CASE, "cay") == ("ann and ben have read it already.",)
    assert refusal(both, CASE, "ben") == ("ben has sealed a reading of it already, and it stays as it is.",)
    with pytest.raises(NotFound) as caught:
        readings.refuse_reader({}, MEETING, CASE, "police", AREA)
    assert caught.value.hint == "Members: ann, ben, cay."
    with pytest.raises(NotFound):
        readings.refuse_reader({}, MEETING, "2026-CCCC", "ann", AREA)


def test_two_readings_are_opened_together_and_no_other_case_with_them() -> None:
    body = sealed((CASE, "ann", 4), (OTHER, "ben", 7), (CASE, "ben", 5), (OTHER, "cay", 7))
    opened = readings.opened(body, CASE, LATER)
    assert [one.opened_on for one in readings.readings_of(opened)] == [LATER, None, LATER, None]
    assert readings.opened(opened, CASE, date(2026, 6, 11)) == opened, "the day of the opening stays"
    [(first, second)] = readings.pairs(readings.readings_of(opened))
    assert (first.who, first.category, second.who, second.category) == ("ann", 4, "ben", 5)
    assert readings.pairs(readings.readings_of(body)) == []
    for one, who in ((sealed((CASE, "ann", 4)), "Only ann has sealed one."), (sealed(), "Nobody has sealed one yet.")):
        with pytest.raises(ConditionsNotMet) as caught:
            readings.opened(one, CASE, LATER)
        assert tuple(caught.value.unmet) == (who,)


def test_whoever_leaves_takes_a_sealed_reading_along_and_not_one_that_was_read() -> None:
    body = sealed((CASE, "ann", 4), (CASE, "ben", 5), (OTHER, "ann", 7))
    left = readings.withdrawn(body, CASE, "ann")
    assert [(one.case, one.who) for one in readings.readings_of(left)] == [(CASE, "ben"), (OTHER, "ann")]
    opened = readings.opened(body, CASE, LATER)
    assert readings.withdrawn(opened, CASE, "ann") == opened and readings.withdrawn(body, CASE, "cay") == body


def test_a_case_that_was_read_stays_on_the_agenda() -> None:
    readings.refuse_read(sealed((CASE, "ann", 4)), OTHER)
    with pytest.raises(ConditionsNotMet):
        readings.refuse_read(sealed((CASE, "ann", 4)), CASE)
