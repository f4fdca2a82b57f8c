"""Two documents about the same, made one: nothing is lost, what nobody knows gives way, and the first keeps its order."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from cdr.domain.merging.into_one import into_one
from cdr.domain.merging.three_ways import Side

VALUES = st.none() | st.booleans() | st.text(max_size=3) | st.integers(0, 3)
BODIES = st.recursive(
    VALUES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abcd"), inner, max_size=3),
    max_leaves=8,
)


def made(one: Any, other: Any, form: str = "form-a", **more: Any) -> Any:
    found = into_one(one, other, form, **more)
    assert not found.clashes
    return found.body


def test_what_only_one_says_is_taken_and_what_is_not_known_gives_way() -> None:
    one = {"child": {"sex": "female", "religion": None, "looked_after": "not_known"}}
    other = {"child": {"sex": None, "religion": "none", "looked_after": "no", "birth_order": 2}}
    assert made(one, other) == {"child": {"sex": "female", "religion": "none", "looked_after": "no", "birth_order": 2}}


def test_what_both_say_otherwise_is_asked_and_taken_as_decided() -> None:
    one, other = {"death": {"date": "2026-01-09", "place": "home"}}, {"death": {"date": "2026-01-10", "place": "home"}}
    [clash] = into_one(one, other, "form-a").clashes
    assert (clash.field, clash.ours, clash.theirs) == ("death.date", "2026-01-09", "2026-01-10")
    for side, said in ((Side.OURS, one), (Side.THEIRS, other)):
        assert made(one, other, choices={clash.id: side}) == said


def test_what_belongs_to_a_state_goes_with_it() -> None:
    one = {"requests": [{"agency": "police", "status": "outstanding", "answered_on": None}]}
    other = {"requests": [{"agency": "police", "status": "nil", "answered_on": "2026-01-12"}]}
    [clash] = into_one(one, other, "requests").clashes
    assert made(one, other, "requests", choices={clash.id: Side.THEIRS}) == other


def test_entries_are_added_behind_those_that_are_there() -> None:
    one = {"questions": [{"asked_on": "2026-01-12", "text": "Why?"}]}
    other = {"questions": [{"asked_on": "2026-01-10", "text": "Who?"}, {"asked_on": "2026-01-12", "text": "Why?"}]}
    assert [entry["text"] for entry in made(one, other, "case")["questions"]] == ["Why?", "Who?"]


def test_two_visits_of_one_kind_stay_two() -> None:
    one = {"timeline": [{"at": "2026-01-01", "event": "Seen", "source": "notes"}]}
    other = {"timeline": [{"at": "2026-01-02", "event": "Seen", "source": "notes"}]}
    assert len(made(one, other, "form-b")["timeline"]) == 2


@given(BODIES, BODIES)
def test_once_it_is_in_it_brings_nothing_new(one: Any, other: Any) -> None:
    found = into_one(one, other, "case")
    again = into_one(found.body, other, "case")
    assert again.body == found.body


@given(BODIES)
def test_the_same_twice_is_the_same(body: Any) -> None:
    assert made(body, body, "case") == body
