"""A case that should not have been opened, and one that went to or came from another area: what it says, and what is taken back."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cdr.domain.case import differences, handovers, voiding
from cdr.domain.case.disagreements import parts_of, refuse_nothing_there
from cdr.errors import ConditionsNotMet, WrongUsage

ON, LATER = date(2026, 3, 1), date(2026, 3, 8)
CASE, REQUESTS = {"status": "closed"}, {"requests": [{"agency": "gp"}]}
NOT_COUNTED = "it is counted nowhere"


def void(why: str = voiding.BY_MISTAKE, other: str = "") -> tuple[dict[str, Any], dict[str, Any]]:
    return voiding.voided(CASE, REQUESTS, ON, why, other)


def test_a_void_case_is_void_by_either_of_its_documents() -> None:
    case, requests = void()
    assert voiding.is_void(case, {}) and voiding.is_void({}, requests)
    assert not voiding.is_void(CASE, REQUESTS) and not voiding.is_void({}, {})
    assert requests == REQUESTS | {"void": {"on": "2026-03-01"}}


def test_taken_back_it_is_what_it_was_and_says_why() -> None:
    case, requests = voiding.taken_back(*void(), LATER, "It was the right one.")
    assert case["status"] == "closed" and requests == REQUESTS and not voiding.is_void(case, requests)
    assert case["voidings"] == [
        {"on": "2026-03-01", "why": "by_mistake", "was": "closed", "taken_back_on": "2026-03-08", "reason": "It was the right one."}
    ]  # fmt: skip
    again, _ = voiding.voided(case, requests, LATER, voiding.NOT_IN_SCOPE)
    assert again["voidings"][0] == case["voidings"][0] and "same_as" not in again["voidings"][1]
    assert voiding.words(again).startswith("void since 2026-03-08")


@pytest.mark.parametrize(
    ("why", "other", "words"),
    [
        (voiding.BY_MISTAKE, "", "void since 2026-03-01: opened by mistake; " + NOT_COUNTED),
        (voiding.NOT_IN_SCOPE, "", "void since 2026-03-01: no death that is reviewed here; " + NOT_COUNTED),
        (voiding.SAME_AS, "2026-BBBB", "void since 2026-03-01: the same child as 2026-BBBB; " + NOT_COUNTED),
    ],
)
def test_it_says_since_when_and_why(why: str, other: str, words: str) -> None:
    assert voiding.words(void(why, other)[0]) == words
    assert voiding.words(CASE) == ""


def test_what_went_over_to_the_childs_other_case_is_recorded_there() -> None:
    case, _ = void(voiding.SAME_AS, "2026-BBBB")
    assert (voiding.same_as(case), voiding.became(case)) == ("2026-BBBB", "")
    over = voiding.carried(case, LATER)
    assert (voiding.same_as(over), voiding.became(over)) == ("2026-BBBB", "2026-BBBB")
    assert voiding.words(over) == (
        "void since 2026-03-01: the same child as 2026-BBBB, to which what it had went over on 2026-03-08; "
        + NOT_COUNTED
    )
    with pytest.raises(ConditionsNotMet) as caught:
        voiding.refuse_void(over)
    assert caught.value.hint.startswith(
        "Record it in 2026-BBBB, to which what this case had went over. Where it should"
    )
    with pytest.raises(ConditionsNotMet) as caught:
        voiding.refuse_void(case)
    assert caught.value.hint.startswith("Where it should count after all")
    voiding.refuse_void(CASE)


def test_a_case_that_is_not_void_any_more_is_the_same_as_no_other() -> None:
    case, _ = voiding.taken_back(voiding.carried(void(voiding.SAME_AS, "2026-BBBB")[0], ON), {}, LATER, "x")
    assert (voiding.same_as(case), voiding.became(case)) == ("", "")
    assert (voiding.same_as(CASE), voiding.became(CASE)) == ("", "")


# ---- another area --------------------------------------------------------------------------------------------------------

DRAFT, RATIFIED = {"stage": "draft"}, {"stage": "ratified_cdop"}


def bundle(case: dict[str, Any], analysis: dict[str, Any] | None, to: str = "Westshire") -> handovers.Bundle:
    return handovers.bundle(
        sender="Northshire", to=to, case="2026-AAAA", on=ON, case_body=case, form_a={"a": 1}, returns=[{"b": 1}], analysis=analysis
    )  # fmt: skip


def test_whoever_handed_a_case_over_is_answered_and_gets_the_analysis_once_it_is_ratified() -> None:
    came = handovers.with_handover({}, handovers.RECEIVED, "Westshire", ON, "2025-ZZZZ", "Sam Testcase")
    answer = bundle(came, RATIFIED)
    assert (answer.answers, answer.asks_for_analysis, answer.analysis) == ("2025-ZZZZ", False, RATIFIED)
    assert bundle(came, DRAFT).analysis is None and bundle(came, None).analysis is None
    first = bundle({}, DRAFT)
    assert (first.answers, first.asks_for_analysis, first.analysis) == ("", True, DRAFT)
    assert bundle(came, DRAFT, "Eastshire").answers == ""


def test_a_bundle_goes_into_its_file_and_comes_back() -> None:
    for one in (bundle({}, DRAFT), bundle({}, None)):
        assert handovers.bundle_of(one.body()) == one
    body = bundle({}, None).body()
    assert (body["from"], body["to"], body["case"], body["made_on"], body["answers"], body["analysis"]) == (
        "Northshire", "Westshire", "2026-AAAA", "2026-03-01", None, None,
    )  # fmt: skip


def test_an_area_is_the_same_however_it_is_spelled_and_sent_is_not_received() -> None:
    case = handovers.with_handover({}, handovers.SENT, "Stockton-on-Tees", ON, "2025-ZZZZ")
    assert handovers.was_sent_to(case, "Stockton on Tees") and not handovers.was_sent_to(case, "Westshire")
    assert handovers.received_from(case, "Stockton on Tees") == ""
    case = handovers.with_handover(case, handovers.RECEIVED, "Westshire", ON, "2025-YYYY")
    case = handovers.with_handover(case, handovers.RECEIVED, "Westshire", LATER, "2025-XXXX")
    assert handovers.received_from(case, "Westshire") == "2025-XXXX", "the last one"
    assert not handovers.was_sent_to(case, "Westshire")
    assert case["handovers"][1] == {"way": "received", "area": "Westshire", "on": "2026-03-01", "case": "2025-YYYY"}


# ---- fields --------------------------------------------------------------------------------------------------------------


def test_what_changed_is_told_by_field_in_the_order_of_the_newer_version() -> None:
    before = {"a": 1, "b": {"c": 2, "d": 3}, "e": [1, 2], "f": []}
    after = {"e": [1, 5, 6], "b": {"c": 2}, "a": None, "g": {}}
    found = [(one.path, one.how) for one in differences.differences(before, after)]
    assert found == [
        ("e.1", "changed"), ("e.2", "added"), ("a", "changed"), ("g", "added"), ("b.d", "removed"), ("f", "removed"),
    ]  # fmt: skip
    assert differences.differences(before, before) == []


def test_a_disagreement_names_a_form_and_a_field_and_for_a_return_whose_it_is() -> None:
    assert parts_of("form-a:child.ethnicity") == ("form-a", "", "child.ethnicity")
    assert parts_of("return:gp:timeline.0.event") == ("return", "gp", "timeline.0.event")
    for wrong in ("form-a", "form-a:", "form-b:x", "return:gp", "return:gp:", "return::x", ""):
        with pytest.raises(WrongUsage):
            parts_of(wrong)
    refuse_nothing_there({"child": {"sex": "female"}}, "child.sex")
    for body, field in ((None, "child.sex"), ({"child": {}}, "child.sex"), ({"child": {"sex": None}}, "child.sex")):
        with pytest.raises(ConditionsNotMet):
            refuse_nothing_there(body, field)
