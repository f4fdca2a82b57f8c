"""What only all forms of a case together can show, both sides of each rule."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.checked_forms import JUNK
from unit.domain_data import changed, example, policy

from cdr.domain.case import whole_case
from cdr.domain.rulebook.sentences import RULES
from cdr.forms.codelists import code_list

SUDI, NEONATAL, SUICIDE = "form-a-sudi", "form-a-neonatal", "form-a-suicide"
HOSPITAL, POLICE = "form-b-hospital", "form-b-police"


def form(name: str, changes: dict[str, Any]) -> Any:
    body = example(name)
    for path, value in changes.items():
        body = changed(body, path, value)
    return body


def rules(form_a: Any, returns: list[Any], form_c: Any = None) -> set[str]:
    found = whole_case.problems(form_a, returns, form_c, policy())
    assert {one.level for one in found} <= {"warning"}
    return {one.rule for one in found}


def with_supplementary(kind: str) -> dict[str, Any]:
    return {"schema": "form-b/1", "agency": "northtown-general", "supplementary": [{"type": kind, "answers": {}}]}


def test_the_example_case_has_its_form() -> None:
    assert whole_case.missing_supplementary(example(SUDI), [example(HOSPITAL), example(POLICE)], None) == []
    assert whole_case.missing_supplementary(example(SUDI), [], None) == ["sudden_unexpected_death"]


# What calls for which form: a notification or an analysis that does, and one that does not.
CALLS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("drowning", {"death.suspected_events": ["drowning"]}, {"death.suspected_events": ["fall"]}),
    ("other_injury_trauma", {"death.suspected_events": ["fall"]}, {"death.suspected_events": ["none"]}),
    ("traffic_collision", {"death.suspected_events": ["road_traffic"]}, {"death.suspected_events": ["not_known"]}),
    (
        "fire_burns_electrocution",
        {"death.suspected_events": ["electrocution"]},
        {"death.suspected_events": ["poisoning"]},
    ),
    ("poisoning", {"death.suspected_events": ["poisoning"]}, {"death.suspected_events": ["substance_misuse"]}),
    ("substance_misuse", {"death.suspected_events": ["substance_misuse"]}, {"death.suspected_events": ["poisoning"]}),
    ("suicide_self_harm", {"death.suspected_events": ["apparent_suicide"]}, {"death.suspected_events": ["fall"]}),
    (
        "suicide_self_harm",
        {"death.suspected_events": [], "death.suspected_category": 2},
        {"death.suspected_category": "not_known"},
    ),
    ("violent_maltreatment", {"death.suspected_events": ["apparent_homicide"]}, {"death.suspected_category": 3}),
    ("chromosomal_congenital", {"death.suspected_category": 7}, {"death.suspected_category": 6}),
    ("infection", {"death.suspected_category": 9}, {"death.suspected_category": 8}),
    ("oncology", {"death.suspected_category": 4}, {"death.suspected_category": 5}),
    ("sudden_unexpected_death", {"jar.criteria": ["sudden_no_apparent_cause"]}, {"jar.criteria": ["external_causes"]}),
]


@pytest.mark.parametrize(("kind", "yes", "no"), CALLS)
def test_what_calls_for_a_supplementary_form(kind: str, yes: dict[str, Any], no: dict[str, Any]) -> None:
    plain = form(SUICIDE, {"death.suspected_events": ["none"]})
    called, spared = plain, plain
    for path, value in yes.items():
        called = changed(called, path, value)
    for path, value in no.items():
        spared = changed(spared, path, value)
    assert kind in whole_case.missing_supplementary(called, [], None)
    assert kind not in whole_case.missing_supplementary(called, [with_supplementary(kind)], None)
    assert kind not in whole_case.missing_supplementary(spared, [], None)


def test_a_newborn_or_a_baby_that_never_left_the_unit() -> None:
    kind = "delivery_suite_nnu"
    assert kind in whole_case.missing_supplementary(example(NEONATAL), [], None)
    older = form(NEONATAL, {"death.date": "2026-03-10", "death.place": "paediatric_ward"})
    assert kind not in whole_case.missing_supplementary(older, [], None)
    assert kind in whole_case.missing_supplementary(changed(older, "death.place", "neonatal_unit"), [], None)
    assert kind in whole_case.missing_supplementary(changed(older, "death.date", "2026-03-09"), [], None)


@pytest.mark.parametrize(
    ("kind", "condition", "category"),
    [("asthma_anaphylaxis", "asthma", 5), ("epilepsy", "epilepsy", 6), ("diabetic_ketoacidosis", "diabetes", 5)],
)
def test_an_illness_counts_with_its_category_only(kind: str, condition: str, category: int) -> None:
    known = form(HOSPITAL, {"child.known_conditions": [condition]})
    analysis = form("form-c-sudi", {"category": {"primary": category}})
    assert kind in whole_case.missing_supplementary(example(SUDI), [known], analysis)
    assert kind not in whole_case.missing_supplementary(example(SUDI), [example(HOSPITAL)], analysis)
    assert kind not in whole_case.missing_supplementary(
        example(SUDI), [known], form("form-c-sudi", {"category": {"primary": 4}})
    )


def test_what_a_return_tells_calls_for_a_form_too() -> None:
    told = form(POLICE, {"circumstances.events_known": ["drowning"]})
    palliative = form(HOSPITAL, {"circumstances.mode_of_death": "expected_planned_palliative"})
    assert "drowning" in whole_case.missing_supplementary(example(SUDI), [told], None)
    assert "care_pathway" in whole_case.missing_supplementary(example(SUDI), [palliative], None)
    assert "care_pathway" not in whole_case.missing_supplementary(example(SUDI), [example(HOSPITAL)], None)


def test_the_panels_category_stands_before_the_suspected_one() -> None:
    suspected = form(SUICIDE, {"death.suspected_category": 4})
    analysis = form("form-c-sudi", {"category": {"primary": 3, "secondary": [9]}})
    assert "oncology" in whole_case.missing_supplementary(suspected, [], None)
    missing = whole_case.missing_supplementary(suspected, [], analysis)
    assert "oncology" not in missing and "infection" in missing


def test_the_missing_form_is_named() -> None:
    [problem] = [one for one in whole_case.problems(example(SUDI), [], None, policy()) if one.rule == "CASE-02"]
    assert problem.message.endswith(": sudden_unexpected_death") and problem.field == "supplementary"


def test_known_epilepsy_and_category_10() -> None:
    known = form(HOSPITAL, {"child.known_conditions": ["epilepsy"]})
    analysis = form("form-c-sudi", {"attendees": [{"name": "Dr Leslie Okafor"}]})
    assert "CASE-03" in rules(example(SUDI), [known], analysis)
    assert rules(example(SUDI), [example(HOSPITAL)], analysis) == set()
    assert "CASE-03" not in rules(example(SUDI), [known], changed(analysis, "category.primary", 5))


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({}, True),
        ({"attendees": [{"name": "Dr Leslie Okafor", "present": "no"}]}, True),
        ({"attendees": [{"name": "Dr Leslie Okafor", "present": "yes"}]}, False),
        ({"attendees": [{"name": "Dr Leslie Okafor"}]}, False),
        ({"stage": "draft_cdrm"}, False),
    ],
)
def test_somebody_was_present(changes: dict[str, Any], warned: bool) -> None:
    assert ("CASE-04" in rules(example(SUDI), [example(HOSPITAL)], form("form-c-sudi", changes))) == warned


def test_a_learning_disability_that_a_return_tells_of() -> None:
    told = form(HOSPITAL, {"child.known_conditions": ["learning_disability"]})
    assert "CASE-05" in rules(example(SUICIDE), [told])
    assert "CASE-05" in rules(example(SUICIDE), [form(HOSPITAL, {"child.learning_disability": "yes"})])
    assert "CASE-05" not in rules(example(SUICIDE), [example(HOSPITAL)])
    assert "CASE-05" not in rules(example(SUDI), [told]), "a baby is too young for LeDeR"
    leder = {"party": "leder", "status": "not_applicable"}
    assert "CASE-05" not in rules(form(SUICIDE, {"informed.3": leder}), [told])


@given(JUNK, JUNK, JUNK)
def test_nothing_at_all_is_no_reason_to_raise(form_a: Any, returned: Any, form_c: Any) -> None:
    whole_case.problems(form_a, [returned], form_c, policy())


@given(st.data())
def test_junk_in_the_places_that_are_read_is_no_reason_to_raise(data: st.DataObject) -> None:
    form_a, returned, form_c = example(SUDI), example(HOSPITAL), example("form-c-sudi")
    form_a = changed(
        form_a,
        data.draw(st.sampled_from(["death", "jar", "child", "death.suspected_category", "informed"])),
        data.draw(JUNK),
    )
    returned = changed(
        returned,
        data.draw(st.sampled_from(["supplementary", "child", "circumstances", "child.known_conditions"])),
        data.draw(JUNK),
    )
    form_c = changed(
        form_c, data.draw(st.sampled_from(["category", "category.secondary", "attendees", "stage"])), data.draw(JUNK)
    )
    whole_case.problems(form_a, [returned], form_c, policy())


def test_every_trigger_names_what_there_is() -> None:
    lists = {"events": "event", "places": "place_of_death", "categories": "category", "within": "category", "criteria": "jar_criterion",
             "modes": "mode_of_death", "conditions": "known_condition"}  # fmt: skip
    for kind in code_list("supplementary_type").codes:
        assert kind.extra["when"]
        assert {*kind.extra} <= {*lists, "under_days", "when"}
        for key in lists.keys() & kind.extra.keys():
            assert all(code in code_list(lists[key]) for code in kind.extra[key]), (kind.code, key)


def test_every_rule_of_a_whole_case_is_tried_here() -> None:
    assert {rule for rule in RULES if rule.startswith("CASE")} == {
        "CASE-01",
        "CASE-02",
        "CASE-03",
        "CASE-04",
        "CASE-05",
    }
