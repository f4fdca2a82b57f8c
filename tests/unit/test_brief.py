"""The brief of one case: what a member of the panel reads first."""

from __future__ import annotations

from typing import Any

import pytest
from unit.domain_data import example
from unit.timeline_cases import AGENCIES

from cdr.documents.panel.brief import CasePapers, case_parts, child_facts, factors_of
from cdr.documents.panel.paper import Bullets, Facts, Text
from cdr.domain.anonymising.anonymise import Anonymiser
from cdr.domain.anonymising.known_names import Around
from cdr.domain.timeline.timeline import timeline
from cdr.moments import day


def papers(form_a: dict[str, Any], **more: Any) -> CasePapers:
    from unit.domain_data import load

    from cdr.resources import folder

    rules = load(folder("rules") / "timeline.yaml")
    read = timeline("2026-7K3M", form_a, [], AGENCIES, rules, identified=False)
    anonymiser = Anonymiser.from_documents(form_a, [], AGENCIES, more.pop("around", Around()))
    return CasePapers(1, "2026-7K3M", more.pop("case", {}), form_a, more.pop("requests", {}), read, anonymiser, **more)


def newborn(born: str, died: str, **certification: Any) -> dict[str, Any]:
    form = example("form-a-neonatal")
    (born_on, born_at), (died_on, died_at) = born.split("T"), died.split("T")
    child = {**form["child"], "date_of_birth": born_on, "time_of_birth": born_at}
    return {**form, "child": child, "death": {**form["death"], "date": died_on, "time": died_at}, **certification}


@pytest.mark.parametrize(
    ("born", "died", "age"),
    [
        ("2026-02-03T22:51", "2026-02-03T23:33", "42 minutes"),
        ("2026-01-20T04:10", "2026-01-22T11:15", "55 hours"),
        ("2026-01-20T04:31", "2026-01-29T02:05", "9 days"),
    ],
)
def test_a_newborn_is_as_old_as_the_timeline_says(born: str, died: str, age: str) -> None:
    assert dict(child_facts(papers(newborn(born, died))))["Child"].split(", ")[1] == age


def test_the_cause_that_was_certified_is_there_before_there_is_an_analysis() -> None:
    cause = {"mccd_issued": "yes", "cause_of_death": {"neonatal_a": "Sepsis", "neonatal_c": "Preterm labour"}}
    form = newborn("2026-02-03T22:51", "2026-02-03T23:33", certification=cause)
    assert dict(child_facts(papers(form)))["Cause of death"] == "Sepsis; Preterm labour"


def test_returns_are_told_in_one_order_and_days_with_a_comma() -> None:
    requests = {"requests": [{"agency": one, "requested_on": "2023-01-09", "status": state, "answered_on": None}
                             for one, state in (("a", "waived"), ("b", "nil"), ("c", "returned"), ("d", "nil"))]}  # fmt: skip
    form = newborn("2023-02-03T22:51", "2023-02-03T23:33")
    parts = case_parts(papers(form, requests=requests), day("2026-07-14"))
    facts = next(dict(part.rows) for part in parts if isinstance(part, Facts))
    assert (facts["Returns"], facts["Since the death"]) == ("1 returned, 2 nil, 1 waived", "1,257 days at the meeting")


def test_a_panel_that_had_the_case_before_is_told_what_it_lacked_without_names() -> None:
    form = newborn("2026-02-03T22:51", "2026-02-03T23:33")
    name = form["child"]["family_name"]
    days = {"on": "2026-03-18", "until": "2026-06-01"}
    put_off = [{"panel": "P2026-03-18", **days, "waiting_for": "expert", "text": f"The placenta of the {name} baby."}]
    parts = case_parts(papers(form, case={"deferrals": put_off}), day("2026-07-14"))
    [said] = [one for part in parts if isinstance(part, Bullets) for one in part.items if "deferred" in one]
    assert said.startswith("18 March 2026: deferred, for an expert's view. The placenta of") and name not in said


def test_a_case_that_was_opened_again_says_that_the_panel_ratified_it_and_why_it_comes_back_without_names() -> None:
    form = newborn("2026-02-03T22:51", "2026-02-03T23:33")
    name = form["child"]["family_name"]
    case = {
        "reviews": [{"on": "2026-03-18", "stage": "ratified_cdop", "panel": "P2026-03-18"}],
        "reopenings": [{"on": "2026-06-02", "reason": f"A late report about {name}."}],
    }

    def had(case: dict[str, Any]) -> list[str]:
        parts = case_parts(papers(form, case=case), day("2026-07-14"))
        return [one for part in parts if isinstance(part, Bullets) for one in part.items if " 2026: " in one]

    ratified, again = had(case)
    assert ratified == "18 March 2026: ratified."
    assert again.startswith("2 June 2026: opened again. A late report about") and name not in again
    assert had({**case, "reviews": []}) == [], "it was closed without one: the panel did not have it"
    assert had({**case, "reviews": [{**case["reviews"][0], "on": "2026-07-14"}]}) == [], "by this very meeting"


def test_a_draft_that_says_nothing_is_none() -> None:
    form = newborn("2026-02-03T22:51", "2026-02-03T23:33")
    for analysis in ({}, {"schema": "form-c/1", "cdrm": {"date": "2026-04-02"}}):
        parts = case_parts(papers(form, analysis=analysis, is_suggested=bool(analysis)), day("2026-07-14"))
        last = parts[-1]
        assert isinstance(last, Text) and last.words.startswith(
            "There is no draft of the analysis (Form C) yet, and nothing"
        )
    named = {"domains": {"A": {"factors": [{"code": "acute_illness"}]}, "B": {"factors": []}}}
    assert factors_of(named) == ["acute_illness"] and factors_of({}) == []


def test_a_twin_of_another_case_is_not_named() -> None:
    form = newborn("2026-02-03T22:51", "2026-02-03T23:33")
    family = str(form["child"]["family_name"])
    known = papers(form, around=Around(children=(f"nest {family}",))).anonymiser
    assert known.text(f"Idris and Nest {family} were discussed; Nest was smaller.") == (
        "[the child] and [another child] were discussed; [another child] was smaller."
    )


def test_the_day_on_which_a_recommendation_is_due_can_be_read_and_one_of_the_childs_life_cannot() -> None:
    from cdr.documents.panel.paper import Said

    form = newborn("2026-02-03T22:51", "2026-02-03T23:33")
    due = {"text": "Ask at eight months", "due": "2026-09-30"}
    analysis = {"schema": "form-c/1", "cdrm": {"date": "2026-04-02"}, "recommendations": [due]}
    parts = case_parts(papers(form, analysis=analysis), day("2026-07-14"))
    rows = {title: text for part in parts if isinstance(part, Said) for _, title, text in part.rows}
    assert rows["Due"] == "2026-09-30" and rows["Date of the meeting"] == "[58 days after the death]"
