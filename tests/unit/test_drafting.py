"""The draft of the analysis: what is known with its source, and nothing decided."""

from __future__ import annotations

from typing import Any

from unit.domain_data import example, load

from cdr.domain.panel.drafting import draft, text_of, to_read
from cdr.forms import codec, schema
from cdr.resources import folder

RULES = load(folder("rules") / "draft-analysis.yaml")
NAMES = {"northtown-general": "Northtown General Hospital"}


def made(**more: Any) -> Any:
    hospital = {**example("form-b-hospital"), **more}
    case = {"questions": [{"asked_on": "2026-02-01", "status": "open", "text": "Was she in pain?"}]}
    return draft(case, example("form-a-sudi"), [hospital], NAMES, RULES)


def test_factors_are_suggested_with_who_said_so() -> None:
    body = made().body
    assert {one["code"] for one in body["domains"]["C"]["factors"]} == {"sleep_environment"}
    [sleep] = body["domains"]["C"]["factors"]
    assert "Northtown General Hospital: loose bedding: yes" in sleep["evidence"] and "prone" in sleep["evidence"]
    assert (sleep["relevance"], sleep["modifiable"]) == (0, "not_known")
    assert {one["code"] for one in body["domains"]["B"]["factors"]} == {"smoking_in_household"}
    assert "mother" not in str(body["domains"]["B"]), "she did not smoke in pregnancy"


def test_the_certified_cause_is_in_the_draft_and_a_field_is_called_as_its_form_does() -> None:
    certified = {"Ia": "Sepsis", "II": "Born early"}
    form_a = {**example("form-a-sudi"), "certification": {"mccd_issued": "yes", "cause_of_death": certified}}
    one = draft({}, form_a, [{**example("form-b-hospital"), "household": {"gang_or_knife_crime": "yes"}}], NAMES, RULES)
    assert one.body["registered_cause"] == certified
    [gang] = [part for part in one.body["domains"]["B"]["factors"] if part["code"] == "gang_knife_crime"]
    assert gang["evidence"].startswith("Northtown General Hospital: gang or knife crime: yes")


def test_who_only_reads_it_sees_no_answer_that_nobody_gave() -> None:
    read = to_read(made())
    assert read["domains"].keys() == {"A", "B", "C"}
    assert [one.keys() for part in read["domains"].values() for one in part["factors"]] == [{"code", "evidence"}] * 3
    assert not {"stage", "case_summary"} & read.keys() and "Was she in pain?" in read["note"]


def test_words_keep_their_source_and_the_familys_questions_are_there() -> None:
    found = made(agency_view={"lessons": "Repeat the advice", "issues": "The notes were not at hand"}).body
    assert found["learning_points"] == [
        {"theme": "other", "text": "Repeat the advice (Northtown General Hospital, lessons)"}
    ]
    assert found["issues_identified"] == ["The notes were not at hand (Northtown General Hospital, issues)"]
    assert "The family asks: Was she in pain?" in found["note"]


def test_nothing_is_decided_and_nothing_else_is_wrong() -> None:
    one = made()
    assert not {"category", "modifiable_factors_identified", "cause_of_death_understood"} & one.body.keys()
    fields = {problem.field for problem in schema.problems(one.body, "form-c/1")}
    assert fields == {"category", "modifiable_factors_identified", "cause_of_death_understood"}
    text = text_of(one, codec.dump(one.body))
    assert text.startswith(b"# Draft") and codec.load(text)["stage"] == "draft_cdrm"


def test_every_rule_names_a_field_and_a_factor() -> None:
    from cdr.forms.codelists import code_list

    assert [rule["factor"] for rule in RULES["factors"] if rule["factor"] not in code_list("factor")] == []
