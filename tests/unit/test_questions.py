"""Which questions the answers call for, and the form that they make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.domain_data import policy

from cdr.app import rules as shipped
from cdr.domain.rulebook.questions import FACTS, Area, Questions, Walk, every_question, hints, walk, without_item
from cdr.forms.fields import Field, field, fields
from cdr.terminal.answers import Ask, Wrong, choose, columns, kind_of, shown_date

NOW = datetime(2026, 2, 16, 10, 5)


@cache
def rules() -> Any:
    return shipped("questions-form-a")


@cache
def questions() -> Questions:
    return Questions.from_rules(rules())


def area() -> Area:
    return Area(policy(), ("Northshire", "Southtown"))


def walked(**answers: Any) -> Walk:
    return walk(questions(), {key.replace("__", "."): value for key, value in answers.items()}, area())


def asked(born: str = "2012-02-29", died: str = "2026-03-08", **answers: Any) -> set[str]:
    found = walked(child__date_of_birth=born, death__date=died, **answers)
    return {step.id for step in found.steps}


def leaves(within: list[Field], above: str = "") -> Iterator[str]:
    for one in within:
        path = f"{above}{one.key}"
        inner = one.item() if one.kind == "list" else one
        if inner.kind == "group" and one.key != "gestation":
            yield from leaves(inner.fields(), f"{path}.")
        else:
            yield path


def test_every_field_of_the_form_is_asked_or_said_not_to_be() -> None:
    known = {path for path, _ in every_question(questions())}
    known |= {f"informed.{key}" for key in ("party", "status", "on", "reference")}
    assert len(known) > 100
    not_asked = {one["field"] for one in rules()["not_asked"]}
    every = set(leaves(fields("form-a/1")))
    missing = {
        path for path in every - known if not any(path == one or path.startswith(f"{one}.") for one in not_asked)
    }
    assert missing == set()


def test_every_question_is_about_a_field_and_hangs_on_earlier_ones() -> None:
    seen: set[str] = set()
    for path, question in every_question(questions()):
        assert field("form-a/1", path) is not None, path
        above = path.removesuffix(question.field) if question.field.startswith(".") else ""
        for group in (*question.when, *(group for party in question.parties for group in party.when)):
            for key, wanted in group.items():
                assert key in FACTS or (above + key if key[0] == "." else key) in seen, (path, key)
                codes_are_known((above + key if key[0] == "." else key), key, wanted)
        assert question.default in ("", "now", "home") or question.default in dict(field("form-a/1", path).codes)  # type: ignore[union-attr]
        seen.add(path)
    for rule, settled in questions().later.items():
        assert settled in seen, rule


def codes_are_known(path: str, key: str, wanted: Any) -> None:
    if key in FACTS:
        assert wanted in ("yes", "no")
    elif wanted not in ("empty", "given"):
        found = field("form-a/1", path)
        assert found is not None
        codes = dict((found.item() if found.kind == "list" else found).codes)
        assert {*(wanted if isinstance(wanted, list) else [wanted])} <= codes.keys(), path


def test_a_baby_is_asked_about_the_birth_and_a_teenager_is_not() -> None:
    birth = {"child.gestation", "child.birth_weight_g", "child.multiple_birth"}
    assert birth <= asked("2026-02-10", "2026-02-14")
    assert birth <= asked("2025-03-09", "2026-03-08")
    assert not birth & asked("2025-03-08", "2026-03-08")
    assert not birth & asked()
    assert not birth & asked("", "2026-03-08")


def test_the_first_day_of_life_has_questions_of_its_own() -> None:
    first_day = {"child.time_of_birth", "child.birth_status", "death.suspected_stillbirth_at_home"}
    assert first_day <= asked("2026-02-10", "2026-02-10")
    assert not first_day & asked("2026-02-10", "2026-02-11")
    assert (
        walked(child__date_of_birth="2026-02-10", death__date="2026-02-11").form["death"][
            "suspected_stillbirth_at_home"
        ]
        == "no"
    )
    assert (
        "suspected_stillbirth_at_home"
        not in walked(child__date_of_birth="2026-02-10", death__date="2026-02-10").form["death"]
    )


@pytest.mark.parametrize(
    ("answers", "step"),
    [
        ({"child__ethnicity": "S"}, "child.ethnicity_other_text"),
        ({"death__place": "theatre"}, "death.place_detail"),
        ({"death__place": "other"}, "death.place_detail"),
        ({"certification__post_mortem__status": "required"}, "certification.post_mortem.type"),
        ({"certification__mccd_issued": "yes"}, "certification.cause_of_death.Ia"),
        ({"jar__criteria": ["external_causes"]}, "jar.triggered"),
        ({"jar__criteria": ["external_causes"], "jar__triggered": "no"}, "jar.not_triggered_reason"),
        ({"jar__criteria": ["external_causes"], "jar__triggered": "yes"}, "jar.lead.name"),
        ({"safeguarding_concern": "yes"}, "safeguarding_detail"),
        ({"safeguarding_concern": "yes"}, "informed:safeguarding_partners"),
        ({"death__expected": "unexpected"}, "informed:coroner"),
        ({"child__local_authority": "Eastbury"}, "informed:cdop_of_residence"),
        ({"child__looked_after": "yes"}, "informed:ofsted"),
        ({"child__learning_disability": "yes"}, "informed:leder"),
        ({"death__place": "abroad"}, "informed:fcdo"),
        ({"informed:others": ["police"]}, "informed:police"),
        ({"more:child": "yes"}, "child.religion"),
        ({"family__parents__0__name": "Ms Efua Testcase"}, "family.parents.1.name"),
    ],
)
def test_what_an_answer_calls_for(answers: dict[str, Any], step: str) -> None:
    assert step in asked(**answers)
    assert step not in asked()


def test_what_is_not_called_for_any_more() -> None:
    assert "child.nhs_number_absent_reason" in asked()
    assert "child.nhs_number_absent_reason" not in asked(child__nhs_number="9990000018")
    assert "jar.triggered" not in asked(jar__criteria=["none"])
    assert "family.no_parents_reason" not in asked(family__parents__0__name="Ms Efua Testcase")
    assert "informed:school_nursery" in asked()
    assert "informed:school_nursery" not in asked("2026-02-10", "2026-02-14")


def test_newborns_have_causes_of_their_own() -> None:
    issued = {"certification__mccd_issued": "yes"}
    causes = {id for id in asked("2026-02-10", "2026-03-09", **issued) if "cause_of_death" in id}
    assert len(causes) == 5
    assert all("neonatal" in id for id in causes)
    assert not any("neonatal" in id for id in asked("2026-02-10", "2026-03-10", **issued))


def test_an_answer_that_belongs_to_nothing_any_more_is_not_in_the_form() -> None:
    answers = {"child__ethnicity": "S", "child__ethnicity_other_text": "Kurdish", "jar__criteria": ["external_causes"]}
    answers |= {"jar__triggered": "yes", "jar__lead__name": "Dr Sam Whitfield"}
    assert walked(**answers).form["jar"] == {
        "criteria": ["external_causes"],
        "triggered": "yes",
        "lead": {"name": "Dr Sam Whitfield"},
    }
    changed = walked(**{**answers, "child__ethnicity": "A", "jar__criteria": ["none"]})
    assert changed.form["child"] == {"ethnicity": "A"}
    assert changed.form["jar"] == {"criteria": ["none"], "triggered": "no"}


def test_who_was_informed_becomes_a_list_whose_items_lead_back() -> None:
    found = walked(
        **{"informed:gp": {"status": "informed", "on": "2026-03-09"}, "informed:others": ["coroner"], "informed:coroner": {"status": "informed"},
           "informed:coroner.reference": "NC/1"}
    )  # fmt: skip
    assert found.form["informed"] == [
        {"party": "gp", "status": "informed", "on": "2026-03-09"},
        {"party": "coroner", "status": "informed", "reference": "NC/1"},
    ]
    step = found.step_of("informed.1.on")
    assert step is not None
    assert step.id == "informed:coroner"


def test_a_problem_leads_to_the_nearest_question() -> None:
    found = walked(child__date_of_birth="2012-02-29", death__date="2026-03-08", certification__mccd_issued="yes")
    for path, id in (
        ("child.sex", "child.sex"),
        ("certification.cause_of_death", "certification.cause_of_death.Ia"),
        ("informed", "informed:gp"),
        ("child", "child.first_names"),
        ("family.parents", "family.parents.0.name"),
    ):
        step = found.step_of(path)
        assert step is not None
        assert step.id == id
    assert found.step_of("nothing.of.the.kind") is None


def test_an_item_is_taken_out_and_those_after_it_move_up() -> None:
    answers: dict[str, Any] = {f"family.parents.{n}.{key}": f"{key}{n}" for n in range(3) for key in ("name", "note")}
    answers |= {
        "more:family.parents.2": "yes",
        "family.parents.3.name": None,
        "family.siblings.1.name": "kept",
        "family.wishes": "kept",
    }
    left = without_item(answers, "family.parents", 1)
    assert left["family.parents.0.name"] == "name0"
    assert left["family.parents.1.name"] == "name2"
    assert left["more:family.parents.1"] == "yes"
    assert left["family.parents.2.name"] is None
    assert "family.parents.3.name" not in left
    assert (left["family.siblings.1.name"], left["family.wishes"]) == ("kept", "kept")


def test_the_school_is_called_to_mind_for_a_child_of_school_age() -> None:
    last = questions().sections[-1]
    old = walked(child__date_of_birth="2012-02-29", death__date="2026-03-08").form
    young = walked(child__date_of_birth="2024-02-29", death__date="2026-03-08").form
    assert any("school too" in hint for hint in hints(last, old, area()))
    assert not any("school too" in hint for hint in hints(last, young, area()))


@given(
    st.dictionaries(
        st.sampled_from([path for path, _ in every_question(questions())]),
        st.one_of(st.none(), st.text(), st.lists(st.text(), max_size=2)),
    )
)
def test_no_answers_are_too_odd_to_be_walked(answers: Mapping[str, Any]) -> None:
    found = walk(questions(), answers, area())
    assert len({step.id for step in found.steps}) == len(found.steps)


# ---- answers as they are typed ---------------------------------------------------------------------------------------


def ask(path: str) -> Ask:
    found = field("form-a/1", path)
    assert found is not None
    return Ask(found, kind_of(found), "", "", options=(found.item() if found.kind == "list" else found).codes)


@pytest.mark.parametrize(
    ("path", "typed", "value"),
    [
        ("child.date_of_birth", "2026-01-09", "2026-01-09"),
        ("child.date_of_birth", "9/1/2026", "2026-01-09"),
        ("child.date_of_birth", "9 january 2026", "2026-01-09"),
        ("child.date_of_birth", "Today", "2026-02-16"),
        ("child.date_of_birth", "yesterday", "2026-02-15"),
        ("death.time", "6:52", "06:52"),
        ("death.time", "0652", "06:52"),
        ("death.time", "23.59", "23:59"),
        ("notified_at", "now", "2026-02-16T10:05"),
        ("notified_at", "9/1/2026 11:20", "2026-01-09T11:20"),
        ("notified_at", "2026-01-09T11:20", "2026-01-09T11:20"),
        ("notified_at", "9 January 2026, 11.20", "2026-01-09T11:20"),
        ("notified_at", "yesterday 9:40", "2026-02-15T09:40"),
        ("notified_at", "9:40", "2026-02-16T09:40"),
        ("family.siblings.date_of_birth", "2019", "2019"),
        ("family.siblings.date_of_birth", "2019-06", "2019-06"),
        ("family.siblings.date_of_birth", "14/6/2019", "2019-06-14"),
        ("child.gestation", "36+4", {"weeks": 36, "days": 4}),
        ("child.gestation", "23 weeks 5 days", {"weeks": 23, "days": 5}),
        ("child.gestation", "40", {"weeks": 40}),
        ("child.nhs_number", "999 000 0018", "9990000018"),
        ("child.nhs_number", "999-000-0018", "9990000018"),
        ("child.postcode", "nr11ab", "NR1 1AB"),
        ("child.postcode", "zz99 3vz", "ZZ99 3VZ"),
        ("child.address", "12 Example Street,  Northtown", ["12 Example Street", "Northtown"]),
        ("child.sex", "f", "female"),
        ("child.sex", "2", "female"),
        ("child.ethnicity", "99", "99"),
        ("child.ethnicity", "chin", "R"),
        ("death.place", "home", "home_normal_residence"),
        ("death.place", "emergency_department", "emergency_department"),
        ("death.suspected_category", "10", 10),
        ("safeguarding_concern", "nk", "not_known"),
        ("safeguarding_concern", "n", "no"),
        ("jar.criteria", "1 2", ["external_causes", "sudden_no_apparent_cause"]),
        ("jar.criteria", "1,1", ["external_causes"]),
        ("jar.criteria", "custody, none of these", ["custody_or_mha_detention", "none"]),
        ("child.birth_weight_g", "590", 590),
    ],
)
def test_what_an_answer_stands_for(path: str, typed: str, value: Any) -> None:
    assert ask(path).value(typed, NOW) == value


@pytest.mark.parametrize(
    ("path", "typed"),
    [
        ("child.date_of_birth", "9/1/26"),
        ("child.date_of_birth", "30/2/2026"),
        ("child.date_of_birth", "2012"),
        ("death.time", "25:00"),
        ("death.time", "7"),
        ("notified_at", "8/1/2026"),
        ("notified_at", "0940"),
        ("child.gestation", "36.5"),
        ("child.gestation", "12"),
        ("child.nhs_number", "999 000"),
        ("child.postcode", "Northtown"),
        ("child.sex", "9"),
        ("child.sex", "x"),
        ("death.place", "a"),
        ("jar.criteria", "1, nothing"),
        ("child.birth_weight_g", "0.59"),
        ("child.birth_weight_g", "10"),
        ("family.parents.phone", "ask at the desk"),
    ],
)
def test_what_cannot_be_taken(path: str, typed: str) -> None:
    with pytest.raises(Wrong) as wrong:
        ask(path).value(typed, NOW)
    assert typed not in str(wrong.value) or len(typed) < 4


def test_a_beginning_that_may_mean_several_is_asked_about() -> None:
    options = (("a", "North General"), ("b", "North Maternity"), ("c", "South"))
    assert choose("so", options) == "c"
    assert choose("mat", options) == "b"
    with pytest.raises(Wrong, match=r"1 .North General. or 2 .North Maternity."):
        choose("north", options)


@given(st.sampled_from([one for one in fields("form-a/1")[0].fields() if one.codes]), st.data())
def test_every_code_can_be_given_by_code_number_and_label(found: Field, data: Any) -> None:
    number = data.draw(st.integers(0, len(found.codes) - 1))
    code, label = found.codes[number]
    assert choose(code, found.codes) == choose(code.upper(), found.codes) == choose(label, found.codes) == code
    if str(number + 1) not in dict(found.codes):
        assert choose(str(number + 1), found.codes) == code


def test_lists_fit_a_terminal() -> None:
    for _, question in every_question(questions()):
        found = field("form-a/1", question.field) if question.field[0] != "." else None
        if found and found.codes:
            assert all(len(line) <= 79 for line in columns(found.codes, 79)), question.field


def test_dates_in_words() -> None:
    assert shown_date("2026-02-01") == "1 February 2026"
    assert shown_date("2026-02-01T09:40") == "1 February 2026, 09:40"
    assert shown_date("2019-06") == "2019-06"
    assert shown_date("NC/0113/26") == "NC/0113/26"
