"""Two people's work put together: what one did is taken, nothing that was added is lost, and the order of the two does not matter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdr.domain.merging import identities, numbers
from cdr.domain.merging.three_ways import MISSING, Merged, Side, merged
from cdr.forms.schema_files import expanded

AGENCIES = ("police", "hospital", "school", "surgery")
words = st.sampled_from(["", "a", "b", "c", "d"])
scalars = st.none() | st.booleans() | st.integers(0, 3) | words
entries = st.fixed_dictionaries({"agency": st.sampled_from(AGENCIES)}, optional={"status": words, "note": words})
ledgers = st.lists(entries, max_size=4, unique_by=lambda one: one["agency"])
free_entries = st.dictionaries(st.sampled_from(["text", "role", "name"]), words, min_size=1, max_size=3)
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y", "z"]), inner, max_size=3),
    max_leaves=8,
)
bodies = st.fixed_dictionaries(
    {"requests": ledgers},
    optional={"people": st.lists(free_entries, max_size=4), "codes": st.lists(words, max_size=4), "more": values},
)


def whole(base: Any, ours: Any, theirs: Any, form: str = "requests") -> Any:
    found = merged(base, ours, theirs, form)
    assert not found.clashes
    return found.body


@given(bodies, bodies, bodies)
def test_it_does_not_matter_who_merges(base: Any, ours: Any, theirs: Any) -> None:
    one, other = merged(base, ours, theirs, "requests"), merged(base, theirs, ours, "requests")
    assert {clash.id for clash in one.clashes} == {clash.id for clash in other.clashes}
    here = {clash.id: Side.OURS for clash in one.clashes}
    there = {clash.id: Side.THEIRS for clash in one.clashes}
    decided = merged(base, ours, theirs, "requests", here), merged(base, theirs, ours, "requests", there)
    assert decided[0] == decided[1] and not decided[0].clashes


@given(bodies, bodies)
def test_what_one_did_alone_is_taken_as_it_is(base: Any, ours: Any) -> None:
    for found in (
        merged(base, ours, base, "requests"),
        merged(base, base, ours, "requests"),
        merged(base, ours, ours, "requests"),
    ):
        assert found == Merged(ours, ())


@given(bodies, bodies, bodies)
def test_no_entry_is_lost(base: Any, ours: Any, theirs: Any) -> None:
    """Every agency that somebody added is there, once; every entry that nobody took out too."""
    found = merged(base, ours, theirs, "requests")
    there = [one["agency"] for one in found.body["requests"]]
    before, here, other = ({one["agency"] for one in body["requests"]} for body in (base, ours, theirs))
    assert len(there) == len({*there})
    assert {*there} >= (here - before) | (other - before) | (before & here & other)


@given(bodies, bodies, bodies)
def test_added_words_are_not_lost(base: Any, ours: Any, theirs: Any) -> None:
    found = merged(base, ours, theirs, "requests")
    before = base.get("codes", [])
    for side in (ours, theirs):
        if "codes" in ours and "codes" in theirs:
            for word in {*side["codes"]} - {*before}:
                assert word in found.body["codes"]


@given(bodies, bodies, bodies)
def test_putting_it_together_again_changes_nothing(base: Any, ours: Any, theirs: Any) -> None:
    """Both merged at once, alike: the two merges differ in nothing."""
    found = merged(base, ours, theirs, "requests")
    assert merged(base, found.body, found.body, "requests") == Merged(found.body, ())
    assert merged(ours, found.body, found.body, "requests") == Merged(found.body, ())


def request(agency: str, **more: Any) -> dict[str, Any]:
    return {"agency": agency, "requested_on": "2026-01-10", "status": "outstanding", **more}


def ledger(*requests: dict[str, Any]) -> dict[str, Any]:
    return {"schema": "requests/1", "requests": [*requests]}


def test_two_answers_to_two_requests() -> None:
    base = ledger(request("police"), request("school"))
    ours = ledger(request("police", status="nil", answered_on="2026-01-12"), request("school"))
    theirs = ledger(
        request("police"), request("school", status="returned", answered_on="2026-01-13"), request("surgery")
    )
    found = whole(base, ours, theirs)
    assert [(one["agency"], one["status"]) for one in found["requests"]] == [
        ("police", "nil"), ("school", "returned"), ("surgery", "outstanding"),
    ]  # fmt: skip


def test_one_request_answered_otherwise_is_one_question() -> None:
    base = ledger(request("police"))
    ours = ledger(request("police", status="nil", answered_on="2026-01-12"))
    theirs = ledger(request("police", status="returned", answered_on="2026-01-13"))
    found = merged(base, ours, theirs, "requests")
    [clash] = found.clashes
    assert (clash.field, clash.base, clash.ours, clash.theirs) == (
        "requests.0.status",
        "outstanding",
        "nil",
        "returned",
    )
    decided = merged(base, ours, theirs, "requests", {clash.id: Side.THEIRS})
    assert decided == Merged(theirs, ())


def test_a_hold_here_and_an_answer_there() -> None:
    base = ledger(request("police"))
    ours, theirs = (
        ledger(request("police", **more)) for more in ({"hold": {"until": "2026-02-01"}}, {"status": "nil"})
    )
    assert whole(base, ours, theirs) == ledger(request("police", status="nil", hold={"until": "2026-02-01"}))


def test_the_same_milestone_noted_twice_is_one() -> None:
    def case(*milestones: dict[str, Any]) -> dict[str, Any]:
        return {"milestones": [{"kind": "visit", "on": "2026-01-10", **one} for one in milestones]}

    ours = case({"recorded_on": "2026-01-12", "by": "Robin"})
    theirs = case({"recorded_on": "2026-01-11", "by": "Sam", "note": "seen"})
    assert whole({"milestones": []}, ours, theirs, "case") == case(
        {"recorded_on": "2026-01-11", "by": "Robin", "note": "seen"}
    )


def test_new_entries_of_both_stand_by_their_day() -> None:
    def case(*days: str) -> dict[str, Any]:
        return {"milestones": [{"kind": "visit", "on": day, "recorded_on": day} for day in days]}

    found = whole(
        case("2026-01-01"), case("2026-01-01", "2026-01-05"), case("2026-01-01", "2026-01-03", "2026-01-09"), "case"
    )
    assert found == case("2026-01-01", "2026-01-03", "2026-01-05", "2026-01-09")


def test_a_number_that_theirs_has_stays_and_two_merges_at_once_come_together() -> None:
    def case(*texts: str) -> dict[str, Any]:
        days = {"a": "2026-01-09", "b": "2026-01-02", "c": "2026-01-05"}
        return {"questions": [{"asked_on": days[text], "text": text} for text in texts]}

    assert whole(case(), case("b", "c"), case("a"), "case") == case("a", "b", "c")
    assert whole(case("c"), case("c", "b"), case("c", "a"), "case") == case("c", "a", "b")
    one, other = whole(case(), case("a"), case("b"), "case"), whole(case(), case("b"), case("a"), "case")
    assert whole(case("a"), one, other, "case") == whole(case("a"), other, one, "case") == case("a", "b")


def test_a_parent_whom_the_others_know_keeps_the_number_that_letters_and_wishes_use() -> None:
    def form_a(*names: str) -> dict[str, Any]:
        return {"family": {"parents": [{"name": f"{name} Testcase", "relationship": "father"} for name in names]}}

    here = form_a("Ada", "Abe")
    found = whole(form_a("Ada"), here, form_a("Ada", "Zoe"), "form-a")
    assert found == form_a("Ada", "Zoe", "Abe")
    (told,) = numbers.changed("form-a", here, found)
    assert told.startswith("parent 2 of this copy is parent 3 from now on; please check")
    assert not [*numbers.changed("form-a", form_a("Ada", "Zoe"), found)]


@pytest.mark.parametrize("first", ["Robin", "Sam"])
def test_of_two_wishes_of_one_day_the_more_careful_holds(first: str) -> None:
    """Whoever recorded it, and on whichever machine: the last of a person's wishes is the one that stands."""
    second = "Sam" if first == "Robin" else "Robin"
    person = {"person": 1, "relationship": "mother", "on": "2026-04-20", "after_gates": 0}
    no, yes, rung = ({**person, "wish": wish} for wish in ("no-contact", "welcome", "by-telephone"))
    ours, theirs = [{**no, "by": first}], [{**yes, "by": second}]
    for one, other in ((ours, theirs), (theirs, ours)):
        found = merged({"wishes": []}, {"wishes": one}, {"wishes": other}, "case")
        assert [one["wish"] for one in found.body["wishes"]] == ["welcome", "no-contact"] and not found.clashes
    later = [{**yes, "by": second, "on": "2026-04-21"}]
    found = merged({"wishes": []}, {"wishes": ours}, {"wishes": later}, "case")
    assert [one["wish"] for one in found.body["wishes"]] == ["no-contact", "welcome"]
    found = merged({"wishes": []}, {"wishes": [{**rung, "by": first}]}, {"wishes": theirs}, "case")
    assert [one["wish"] for one in found.body["wishes"]] == ["welcome", "by-telephone"]


def test_a_message_handed_over_twice_has_gone() -> None:
    def prompts(**more: Any) -> dict[str, Any]:
        item = {
            "agency": "police",
            "level": "prompt-1",
            "due_on": "2026-01-24",
            "to": ["a@b.example"],
            "message_id": "<1@x>",
        }
        return {"prompts": [item | more]}

    base = prompts(status="queued", tries=1)
    found = whole(
        base, prompts(status="queued", tries=3), prompts(status="sent", sent_on="2026-01-25", tries=2), "prompts"
    )
    assert found == prompts(status="sent", sent_on="2026-01-25", tries=3)


def test_a_person_whose_name_was_corrected_is_still_the_same() -> None:
    base = {"family": {"siblings": [{"name": "Jon Ash", "relationship": "brother", "school": "Hill"}]}}
    ours = {"family": {"siblings": [{"name": "John Ash", "relationship": "brother", "school": "Hill"}]}}
    theirs = {
        "family": {"siblings": [{"name": "Jon Ash", "relationship": "brother", "school": "Vale"}, {"name": "Kim Ash"}]}
    }
    assert whole(base, ours, theirs, "form-a") == {
        "family": {"siblings": [{"name": "John Ash", "relationship": "brother", "school": "Vale"}, {"name": "Kim Ash"}]}
    }


def test_taken_out_here_and_changed_there_stays() -> None:
    base = {"learning_points": [{"text": "a", "theme": "x"}, {"text": "b", "theme": "y"}]}
    ours = {"learning_points": [{"text": "b", "theme": "y"}]}
    theirs = {"learning_points": [{"text": "a, more", "theme": "x"}, {"text": "b", "theme": "y"}]}
    assert whole(base, ours, theirs, "form-c") == theirs


def test_an_address_is_one_piece() -> None:
    base, ours, theirs = (
        {"child": {"address": [one, "Northtown"]}} for one in ("1 Old Road", "2 New Road", "3 Far Road")
    )
    [clash] = merged(base, ours, theirs, "form-a").clashes
    assert clash.field == "child.address" and clash.theirs == ["3 Far Road", "Northtown"]


@pytest.mark.parametrize("gone", [True, False])
def test_a_field_taken_out_here_and_changed_there_is_asked_about(gone: bool) -> None:
    changed: dict[str, Any] = {"note": "b"}
    ours, theirs = ({}, changed) if gone else (changed, {})
    found = merged({"note": "a"}, ours, theirs, "case")
    [clash] = found.clashes
    assert {clash.ours, clash.theirs} == {MISSING, "b"}


def lists_in(part: Any, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Every list of entries with fields that a schema has, by the names on the way to it."""
    if not isinstance(part, Mapping):
        return
    items = part.get("items")
    if isinstance(items, Mapping):
        if "properties" in items:
            yield names
        yield from lists_in(items, (*names, "[]"))
    for name, inner in part.get("properties", {}).items():
        yield from lists_in(inner, (*names, name))


@pytest.mark.parametrize(
    "form", ["case", "requests", "prompts", "panel", "agreements", "learning", "passphrases", "registry"]
)
def test_what_every_list_of_our_own_is_about_is_said(form: str) -> None:
    """A new list of what the store itself keeps says in `identities` by what its entries are known; a form's are found by likeness."""
    found = {names for names in lists_in(expanded(f"{form}/1"), (form,)) if not identities.is_one_piece(names)}
    unsaid = {names for names in found if not identities.is_known(names)}
    assert found and unsaid == set()


def test_nothing_is_said_of_a_list_that_is_not_there() -> None:
    said = {names for names in identities.KNOWN_BY if names[0] not in ("form-a",)}
    there = {names for form in {names[0] for names in said} for names in lists_in(expanded(f"{form}/1"), (form,))}
    assert said - there == set()
