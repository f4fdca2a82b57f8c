from __future__ import annotations

import copy
from typing import Any

import pytest
from conftest import EXAMPLES
from hypothesis import given
from hypothesis import strategies as st

from cdr.app import rules
from cdr.documents.return_form.return_questions import for_agency
from cdr.domain.rulebook.completeness import Expected, Gap, completeness, expected
from cdr.forms import fields, schema
from cdr.forms.codelists import code_list

RULES = rules("completeness")
TYPES = [str(code.code) for code in code_list("agency_type").codes]


def example(name: str) -> dict[str, Any]:
    body, _ = schema.read((EXAMPLES / f"{name}.yaml").read_bytes(), name, "form-b")
    return body


def missing(form: dict[str, Any], type_: str = "acute_hospital") -> set[str]:
    return {gap.field for gap in completeness(form, expected(RULES, type_), 3).missing}


def test_every_field_and_every_code_of_the_rules_exists() -> None:
    listed = [field for section in RULES["fields"].values() for field in section]
    assert len(listed) == len(set(listed))
    for field in listed:
        assert fields.field("form-b/1", field) is not None, field
    for field, rule in RULES["when"].items():
        assert field in listed
        for earlier, codes in rule.items():
            found = fields.field("form-b/1", earlier)
            assert found is not None
            known = dict((found.item() if found.kind == "list" else found).codes)
            assert set(codes) <= known.keys(), field


@pytest.mark.parametrize("type_", TYPES)
def test_what_is_missed_is_what_the_form_asks_of_that_agency(type_: str) -> None:
    asked = {
        path for section in for_agency(type_).sections for question in section.questions for path in _paths(question)
    }
    assert {one.field for one in expected(RULES, type_)} <= asked


def _paths(question: Any) -> set[str]:
    return {question.path}.union(*(_paths(item) for item in question.items))


def test_another_type_of_agency_is_asked_for_something_else() -> None:
    police, hospital = missing({}, "police"), missing({})
    assert "environment.hazards" in police - hospital and "mother.note" in hospital - police
    assert missing({}, "public_health") == {one.field for one in expected(RULES, "public_health")}


def test_not_known_is_an_answer_and_a_gap_is_none() -> None:
    form = example("form-b-hospital")
    assert "child.growth_concern" in missing(form)
    for answer in ("not_known", "no"):
        form["child"]["growth_concern"] = answer
        assert "child.growth_concern" not in missing(form)


@pytest.mark.parametrize(
    ("field", "earlier", "answer"),
    [("circumstances.resuscitation_by", ("circumstances", "resuscitation_attempted"), "yes"),
     ("service.bereavement_support_detail", ("service", "bereavement_support_offered"), "yes"),
     ("child.abuse_categories", ("child", "status"), {"child_protection_plan": "past"}),
     ("child.conditions_detail", ("child", "known_conditions"), ["cancer"])],
)  # fmt: skip
def test_what_an_answer_calls_for_is_asked_then_and_is_marked(
    field: str, earlier: tuple[str, str], answer: Any
) -> None:
    group, key = earlier
    asked = expected(RULES, "acute_hospital")
    assert field not in missing({})
    assert Gap(field, opened=True) in completeness({group: {key: answer}}, asked).missing
    assert all(
        gap.opened == (gap.field == "supplementary" or gap.field in RULES["when"])
        for gap in completeness({group: {key: answer}}, asked).missing
    )


def test_a_supplementary_form_is_missed_where_the_known_events_call_for_it() -> None:
    form = example("form-b-hospital")
    assert "supplementary" not in missing(form)
    without = {key: value for key, value in form.items() if key != "supplementary"}
    assert Gap("supplementary", opened=True) in completeness(without, expected(RULES, "acute_hospital"), 3).missing
    without["circumstances"] = {**form["circumstances"], "events_known": ["not_known"]}
    assert "supplementary" not in missing(without)


def test_each_parent_is_looked_at_and_none_where_there_is_none() -> None:
    assert "parents" in missing({}, "police") and "parents.smoking" not in missing({}, "police")
    two = {"parents": [{"relationship": "mother", "smoking": "no"}, {"relationship": "father"}]}
    assert "parents.smoking" in missing(two, "police")
    two["parents"][1]["smoking"] = "not_known"
    assert not {"parents", "parents.smoking"} & missing(two, "police")


def test_the_score_goes_by_weight() -> None:
    asked = [Expected("a", 3), Expected("b", 1)]
    assert [completeness(form, asked).score for form in ({}, {"b": 1}, {"a": "x"}, {"a": "x", "b": False})] == [
        0,
        25,
        75,
        100,
    ]
    assert completeness({"a": ""}, asked).answered == 0 and completeness({}, []).score == 100


@given(st.data())
def test_more_answers_are_never_less_complete(data: st.DataObject) -> None:
    form = example("form-b-hospital")
    asked = [one for one in expected(RULES, "acute_hospital") if not one.when]
    whole = completeness(form, asked)
    fewer = copy.deepcopy(form)
    for group in data.draw(st.sets(st.sampled_from(sorted(form)))):
        if group != "circumstances":
            fewer.pop(group)
    less = completeness(fewer, asked)
    assert 0 <= less.score <= whole.score <= 100
    assert less.answered + len(less.missing) == less.asked
