"""`cdr explain` knows every rule that a message can name, every field at any depth, and what a slip of the pen may mean."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from conftest import run

from cdr import cli
from cdr.commands.explain import FORMS
from cdr.domain.letters.letter_gate import QUESTIONS
from cdr.forms import schema
from cdr.forms.fields import every, named

PACKAGE = Path(cli.__file__).parent
RULE = re.compile(r"(?:A|B|C|STORE|CASE|SCHEMA|YAML)-(?:[0-9]{2}|[A-Z]{3,})")


def explain(*words: str) -> str:
    done = run(["explain", *words])
    assert done.code == 0, done.err
    return done.out


def found(*words: str) -> list[dict[str, Any]]:
    return list(json.loads(explain("--json", *words))["found"])


def rules_in_the_code() -> set[str]:
    """Every text of the package that is a rule's id."""
    trees = (ast.parse(path.read_text("utf-8")) for path in PACKAGE.rglob("*.py"))
    texts = {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    return {text for text in texts if RULE.fullmatch(text)}


def test_every_rule_that_the_code_names_is_explained() -> None:
    rules = rules_in_the_code()
    assert {"A-01", "B-01", "C-01", "STORE-01", "CASE-01", "SCHEMA-CODE", "YAML-SYNTAX"} <= rules
    known = {one["rule"]: one for one in found() if "rule" in one}
    assert rules - known.keys() == set()
    assert all(one["meaning"] and one["level"] and one["source"] for one in known.values())


def test_each_question_of_the_letter_gate_is_explained() -> None:
    for question in QUESTIONS:
        [one] = found(question.id)
        assert question.text in one["meaning"] and question.ask in one["meaning"]
        assert found(f"{question.id}.by")[0]["field"] == f"answers.{question.id}.by"
    assert found("proof_read_by")[0]["form"] == "letter-gate"


@pytest.mark.parametrize("form", FORMS)
def test_every_field_of_every_form_is_explained(form: str) -> None:
    for path in {one.path for one in every(schema.current(form))}:
        answers = found(f"{form}:{path}")
        assert {one["field"] for one in answers} == {path}
        assert all(one["title"] and one["help"] and one["takes"] and one["version"] for one in answers)


def test_a_rule_in_words() -> None:
    said = explain("a-02")
    assert said.startswith("A-02: give either the NHS number")
    assert "An error" in said and "since 2022-04-01" in said
    assert "A warning" in explain("A-09")


def test_a_field_in_words() -> None:
    said = explain("child.sex")
    assert said.startswith("Form A: child.sex: Sex")
    assert re.search(r"^    female +Female$", said, re.MULTILINE)
    assert "Needed: always." in said and "in form-a/1" in said
    assert "since 2022-04-01" in explain("child.nhs_number")
    assert "unless the reason why there is none is given" in explain("child.nhs_number")
    assert "Medical examiner (since 2024-09-09)" in explain("informed.3.party")
    assert "in each item of Who has been informed" in explain("informed.party")
    assert "child.gestation.weeks" in explain("form-a:child.gestation")


def test_a_field_of_several_forms() -> None:
    assert [one["form"] for one in found("child.gestation")] == ["form-a", "form-b"]
    assert [one["form"] for one in found("form-b:child.gestation")] == ["form-b"]


def test_a_supplementary_answer_says_in_which_forms_it_is() -> None:
    [one] = found("form-b:supplementary.0.answers.position_found")
    assert one["supplementary"] == ["Sudden unexpected death"]
    assert found("position_found") == found("form-b:supplementary.answers.position_found")
    several = found("supplementary.answers.mode_of_delivery") + found("supplementary.answers.supervision")
    assert several[1]["supplementary"] == ["Drowning", "Other injury or trauma"]
    assert len(found("supplementary.answers.source")) == 3
    assert len(named("form-b/1", "supplementary.2.answers.source")) == 3
    assert "care_pathway" not in explain("supplementary[0].answers.stages[1].escalation")


def test_a_step_of_the_process() -> None:
    [one] = found("T02")
    assert one["level"] == "step" and one["since"] == "2018-10-01" and "working day" in one["meaning"]
    assert found("R03-copy")[0]["rule"] == "R03-copy"


@pytest.mark.parametrize(
    ("slip", "meant"),
    [("child.seks", "child.sex"), ("SCHEMA-KODE", "SCHEMA-CODE"), ("A-99", "A-39"),
     ("supplementary.answers.positon_found", "supplementary.answers.position_found"),
     ("form-a:dath.place", "death.place"), ("parent-suspected", "parent_suspected")],
)  # fmt: skip
def test_a_slip_of_the_pen_is_met_with_what_may_be_meant(slip: str, meant: str) -> None:
    done = run(["explain", slip])
    message, _, hint = done.err.partition("\n")
    assert done.code == 66 and meant in hint and slip not in message


def test_what_is_like_nothing_leads_to_the_list() -> None:
    for nothing in ("xyzzy", "", ".", ":", "form-a:", "((", "a" * 5000):
        done = run(["explain", nothing])
        assert done.code == 66 and "To see all that there is: cdr explain" in done.err


def test_without_a_name_it_lists_all_that_there_is() -> None:
    said = explain()
    headings = [line for line in said.splitlines() if line and not line.startswith(" ")]
    assert headings == ["Rules and questions", *FORMS.values()]
    assert len(said.splitlines()) > 900
    assert re.search(r"^  A-01 +the ten digits", said, re.MULTILINE)


def test_what_the_law_says_is_marked_where_nobody_has_read_it() -> None:
    lines = {line.split()[0]: line for line in explain("law").splitlines() if line.startswith("  ")}
    assert lines["guidance"].endswith("(not checked)") and "not checked" not in lines["must_supply"]
    assert explain("16N").startswith("must_supply") and "; not checked" in explain("guidance")


def test_the_name_of_a_form_lists_its_fields() -> None:
    said = explain("form-c").splitlines()
    assert said[0] == "Form C"
    assert len(said) == 1 + len(list(every("form-c/1")))
