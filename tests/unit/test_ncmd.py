"""What the national database needs of a case, by key; every answer in the forms' order with who gave it; what 31 March asks for."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from unit.domain_data import changed, example
from unit.ncmd_cases import (
    AGENCIES,
    FORMS_B,
    MINIMUM,
    OPENED,
    REVIEWED,
    RULES,
    asked,
    made,
    schemas,
    whole,
)

from cdr.domain.ncmd.ncmd import CASE, FORM_A, FORM_C, Documents, crib, title_of
from cdr.domain.ncmd.ncmd_minimum import (
    MISSING,
    NOT_KNOWN,
    Needed,
    of_analysis,
    of_notification,
    of_returns,
)

FORMS_A = ("sudi", "neonatal", "suicide")


# ---- what is missing -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", FORMS_A)
def test_the_examples_notifications_are_complete(name: str) -> None:
    assert [one for one in of_notification(example(f"form-a-{name}"), MINIMUM) if one.why == MISSING] == []


@pytest.mark.parametrize("needed", MINIMUM.notification, ids=lambda needed: needed.key)
def test_a_field_of_the_notification_is_missing_only_without_an_answer(needed: Needed) -> None:
    form = example("form-a-sudi")
    for key in needed.keys:
        form = changed(form, key, ...)
    expected = [(needed.key, MISSING)]
    assert [(one.key, one.why) for one in of_notification(form, MINIMUM)] == expected
    nothings: list[Any] = ["", "  ", None, [], {}]
    for nothing in nothings:
        if not (nothing == {} and needed.key == "notifier"):
            assert [
                (one.key, one.why) for one in of_notification(changed(form, needed.key, nothing), MINIMUM)
            ] == expected
    for key in needed.keys:
        answered = changed(form, key, "2026-01-09" if "date" in key else {"x": "y"} if "cause" in key else "answer")
        assert needed.key not in [one.key for one in of_notification(answered, MINIMUM)], key


@pytest.mark.parametrize("needed", MINIMUM.review, ids=lambda needed: needed.key)
def test_a_field_of_the_review_is_missing_only_without_an_answer(needed: Needed) -> None:
    form = example("form-c-sudi")
    assert of_analysis(form, REVIEWED, MINIMUM) == []
    if needed.when:
        form = changed(form, needed.when[0], needed.when[1][0])
    bare = changed(form, needed.key, ...)
    case = OPENED if needed.key == "panel.date" else REVIEWED
    lacking = [one.key for one in of_analysis(bare, case, MINIMUM)]
    assert needed.key in lacking and lacking == [
        key for key in lacking if key.startswith(needed.key.rpartition(".")[0])
    ]
    answers: dict[str, Any] = {"stage": "ratified_cdop", "learning_points": []}
    full = changed(bare, needed.key, answers.get(needed.key, [{"code": "x"}] if needed.when else 1))
    assert needed.key not in [one.key for one in of_analysis(full, case, MINIMUM)]


@pytest.mark.parametrize(
    ("born", "died", "infant"),
    [
        ("2025-03-02", "2026-03-01", True),
        ("2025-03-02", "2026-03-02", False),
        ("2024-02-29", "2025-02-28", True),
        ("2024-02-29", "2025-03-01", False),
        ("2026-01-09", "2026-01-09", True),
    ],
)
def test_gestation_and_weight_are_asked_for_infants(born: str, died: str, infant: bool) -> None:
    form = changed(changed(example("form-a-suicide"), "child.date_of_birth", born), "death.date", died)
    found = {one.key for one in of_notification(form, MINIMUM)} & {"child.gestation", "child.birth_weight_g"}
    assert found == ({"child.gestation", "child.birth_weight_g"} if infant else set())


@pytest.mark.parametrize("letter", "ABCD")
@pytest.mark.parametrize(("relevance", "missing"), [(0, False), (1, False), (2, True)])
def test_factors_are_asked_for_where_a_domain_may_have_contributed(letter: str, relevance: int, missing: bool) -> None:
    form = changed(
        changed(example("form-c-sudi"), f"domains.{letter}.relevance", relevance), f"domains.{letter}.factors", []
    )
    found = [(one.key, one.why) for one in of_analysis(form, REVIEWED, MINIMUM)]
    assert ((f"domains.{letter}.factors", MISSING) in found) is missing
    assert ((f"domains.{letter}.relevance", NOT_KNOWN) in found) is (relevance == 0)


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("child.ethnicity", "99", NOT_KNOWN),
        ("child.ethnicity", "Z", NOT_KNOWN),
        ("child.ethnicity", "A", ""),
        ("child.sex", "not_known", NOT_KNOWN),
        ("death.expected", "not_known", NOT_KNOWN),
        ("death.suspected_events", ["none"], MISSING),
        ("death.suspected_events", ["not_known"], NOT_KNOWN),
        ("death.suspected_events", ["none", "fall"], ""),
        ("jar.triggered", "no", ""),
        ("jar.criteria", ["none"], ""),
    ],
)
def test_an_answer_that_nobody_knew_is_not_missing(key: str, value: Any, why: str) -> None:
    found = {one.key: one.why for one in of_notification(changed(example("form-a-sudi"), key, value), MINIMUM)}
    assert found == ({key: why} if why else {})


def test_another_of_the_keys_is_enough() -> None:
    form = changed(changed(example("form-a-sudi"), "death.suspected_events", ["none"]), "death.suspected_category", 8)
    assert of_notification(form, MINIMUM) == []
    form = changed(
        changed(example("form-a-sudi"), "child.nhs_number", ...),
        "child.nhs_number_absent_reason",
        "child_non_resident_in_england",
    )
    assert of_notification(form, MINIMUM) == []


def test_a_return_is_missing_while_it_is_outstanding() -> None:
    ledger = asked(police="outstanding", gp="returned", school="nil", regional_ambulance="waived")
    assert [one.key for one in of_returns(ledger, MINIMUM)] == ["requests.police"]


def test_a_draft_is_not_a_ratified_review() -> None:
    draft = changed(example("form-c-sudi"), "stage", "draft_cdrm")
    assert [one.key for one in of_analysis(draft, REVIEWED, MINIMUM)] == ["stage"]
    assert [one.key for one in of_analysis(None, OPENED, MINIMUM)] == [
        one.key for one in MINIMUM.review if one.when is None
    ]
    assert made(form_c=draft, case=REVIEWED).state == "open"


# ---- the rules are about fields that there are -----------------------------------------------------------------------
def has(schema: Mapping[str, Any], path: str) -> bool:
    found: Any = schema
    for key in path.split("."):
        found = found.get("properties", {}).get(key)
        if found is None:
            return False
    return True


def test_every_key_of_the_rules_is_a_field() -> None:
    for form, needed in ((FORM_A, MINIMUM.notification), (FORM_C, MINIMUM.review)):
        assert [
            key for one in needed for key in one.keys if not has(schemas()[form], key) and not key.startswith("case.")
        ] == []
        assert [one.key for one in needed if not (one.title or title_of(schemas()[form], one.key))] == []
    placed = [
        (section["form"], path)
        for section in RULES["sections"]
        for path in section["fields"]
        if section["form"] != CASE
    ]
    assert [path for form, path in placed if not has(schemas()[form], path)] == []
    assert len(set(placed)) == len(placed)
    same = [(form, path) for one in RULES["same"] for form, path in one.items() if form != CASE]
    assert [path for form, path in same if not has(schemas()[form], path)] == []
    kinds = [*RULES["together"], *RULES["one_line"]]
    assert [kind for kind in kinds if not has(schemas()[kind.partition(".")[0]], kind.partition(".")[2])] == []


def values(body: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(body, Mapping) and set(body) - {"weeks", "days"}:
        for key, inner in body.items():
            yield from values(inner, f"{path}.{key}" if path else key)
    elif isinstance(body, list) and any(isinstance(one, Mapping) for one in body):
        for one in body:
            yield from values(one, path)
    elif body not in (None, ""):
        yield path, body


def test_nothing_that_a_form_says_is_left_out() -> None:
    shown = {
        json.dumps(value)
        for section in whole().sections
        for line in section.lines
        for a in line.answers
        for _, value in values(a.value)
    }
    forms = [example("form-a-sudi"), *(example(f"form-b-{name}") for name in FORMS_B), example("form-c-sudi")]
    left_out = ("schema", "agency", "response", "relationship", "type")
    for form in forms:
        lost = [
            path
            for path, value in values(form)
            if json.dumps(value) not in shown and path.rpartition(".")[2] not in left_out
        ]
        assert lost == []
    assert "Other answers" not in {section.title for section in whole().sections}


def test_a_field_that_no_section_names_comes_last() -> None:
    fewer: dict[str, Any] = copy.deepcopy(dict(RULES))
    fewer["sections"] = [section for section in fewer["sections"] if section["title"] != "Joint agency response"]
    documents = Documents(OPENED, {"requests": []}, example("form-a-sudi"))
    last = [
        section
        for section in crib("2026-7K3M", documents, schemas(), AGENCIES, fewer).sections
        if section.part == "notification"
    ][-1]
    assert last.title == "Other answers" and "jar.triggered" in [line.key for line in last.lines]
