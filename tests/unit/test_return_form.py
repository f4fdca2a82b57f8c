"""The return form as a file: what it asks whom, what it must not say, and what nothing in it can break."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from cdr import resources
from cdr.documents.return_form import return_questions
from cdr.documents.return_form.return_form import ReturnForm, to_html
from cdr.documents.return_form.return_questions import CORE, HELD, Question, for_agency
from cdr.domain.rulebook import replies
from cdr.forms import migrations, schema_files
from cdr.forms.codelists import code_list
from cdr.forms.schema_files import expanded

TYPES = [str(one.code) for one in code_list("agency_type").codes]
FORM = ReturnForm(
    case="2026-5JEY",
    agency_id="high-street-surgery",
    agency_name="High Street Surgery",
    agency_type="primary_care_gp",
    requested_on=date(2026, 1, 9),
    reply_by=date(2026, 1, 30),
    organisation="Northshire and Southtown Child Death Review Team",
    contact_name="Robin Ashworth",
    contact_email="cdop.manager@northshire.example",
    contact_phone="01632 960001",
    form="form-b/1",
    nonce="0123456789abcdef" * 2,
    identity="-----BEGIN PGP MESSAGE-----\n\njA0ECQMC\n-----END PGP MESSAGE-----\n",
    keys=("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n",),
    fingerprints=("0123456789ABCDEF0123456789ABCDEF01234567",),
)
OUR_OWN = {"schema", "case", "agency", "agency_type", "response", "requested_on", "request"}


def every(questions: tuple[Question, ...]) -> Iterator[Question]:
    for one in questions:
        yield one
        yield from every(one.items)


def asked(agency_type: str) -> list[Question]:
    form = for_agency(agency_type)
    tops = [*(part.questions for part in form.sections), *(part.questions for part in form.supplementary)]
    return [one for top in tops for one in every(top)]


def paths(properties: Any, above: str = "") -> Iterator[str]:
    """Every field of a schema, without positions."""
    for key, part in properties.items():
        yield f"{above}{key}"
        below = part.get("properties") or part.get("items", {}).get("properties", {})
        yield from paths(below, f"{above}{key}.")


def page(made: bytes) -> Any:
    found = re.search(r'<script type="application/json" id="page">(.*?)</script>', made.decode(), re.S)
    assert found
    return json.loads(found[1])


def test_every_field_of_form_b_is_asked_or_known_or_left_out_on_purpose() -> None:
    form_b, left = (
        expanded("form-b/1")["properties"],
        json.loads(resources.read_bytes("rules", "return-form.json"))["leave_out"],
    )
    known = {one.path for kind in TYPES for one in asked(kind)}
    named = {path.removeprefix("professional.") for path in left if path.startswith("professional.")}
    unasked = {path for path in paths(form_b) if path.split(".")[0] not in OUR_OWN | {"supplementary"}} - known
    unasked -= {path for path in unasked if any(one.startswith(f"{path}.") for one in known)}
    assert {path for path in unasked if path.rpartition(".")[2] not in named} == set()
    kinds = {one.type: one for one in for_agency("coroner").supplementary}
    assert kinds.keys() == {code.code for code in code_list("supplementary_type").codes}


def test_every_rule_is_about_a_question_and_every_condition_can_be_met() -> None:
    rules = json.loads(resources.read_bytes("rules", "return-form.json"))["questions"]
    all_asked = {one.path: (one, for_agency(kind)) for kind in TYPES for one in asked(kind)}
    shared = {path for path in rules if path.split(".")[0] in ("professional", "gestation")}
    assert set(rules) - shared - all_asked.keys() == set()
    for one, form in all_asked.values():
        for earlier, codes in one.when:
            offered = {code for code, _ in form.codes[all_asked[earlier][0].codes]}
            assert (one.path, set(codes) - offered) == (one.path, set())


@pytest.mark.parametrize("kind", TYPES)
def test_an_agency_is_asked_its_own_sections_and_the_same_supplementary_forms(kind: str) -> None:
    form, extra = for_agency(kind), code_list("agency_type").get(kind)
    assert extra
    sections = {one.id: one.asked for one in form.sections}
    by_type = {"circumstances", "child", "mother", "parents", "household", "environment", "service"}
    core, held = (set(extra.extra.get(key, ())) for key in ("core", "if_held"))
    assert {id for id, asked in sections.items() if asked == CORE} == core
    assert {id for id, asked in sections.items() if asked == HELD} == (held if core else by_type)
    assert form.supplementary == for_agency("other").supplementary
    assert all(code_list_name in form.codes for code_list_name in {one.codes for one in asked(kind) if one.codes})


@pytest.mark.parametrize("kind", TYPES)
def test_the_file_is_small_and_always_the_same(kind: str) -> None:
    made = to_html(replace(FORM, agency_type=kind))
    assert len(made) < 700_000
    assert made == to_html(replace(FORM, agency_type=kind))


def test_a_type_that_there_is_not_is_refused() -> None:
    with pytest.raises(KeyError, match="no such type"):
        to_html(replace(FORM, agency_type="bakery"))


def test_the_policy_allows_what_is_in_the_file_and_nothing_else() -> None:
    made = to_html(FORM).decode()
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', made)
    assert policy
    parts = {part.split()[0]: part.split()[1:] for part in policy[1].split("; ")}
    assert parts["default-src"] == parts["connect-src"] == parts["form-action"] == parts["img-src"] == ["'none'"]
    scripts = re.findall(r"<script>(.*?)</script>", made, re.S)
    styles = re.findall(r"<style>(.*?)</style>", made, re.S)
    assert parts["script-src"] == [allowed(text) for text in scripts] and len(scripts) == 2
    assert parts["style-src"] == [allowed(text) for text in styles] and len(styles) == 1
    assert "unsafe" not in policy[1]
    assert not re.search(r"\son[a-z]+\s*=|\sstyle\s*=|<(link|img|iframe|object|embed|base)\b", without_scripts(made))
    assert "sourceMappingURL" not in made


def allowed(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def without_scripts(made: str) -> str:
    return re.sub(r"<(script|style)[^>]*>.*?</\1>", "", made, flags=re.S)


def test_nothing_that_is_put_in_can_end_the_place_where_it_stands() -> None:
    hostile = "</script><script>alert(1)</script><img src=x onerror=alert(1)>\"'{{7*7}}</title></style>&amp;"
    made = to_html(
        replace(FORM, agency_name=hostile, organisation=hostile, contact_name=hostile, contact_phone=hostile, identity=hostile, keys=(hostile,))
    )  # fmt: skip
    text = made.decode()
    assert text.count("<script") == 3 and text.count("</script>") == 3
    assert "<img" not in text and "{{7*7}}" in text
    assert page(made)["form"]["identity"] == hostile
    assert page(made)["form"]["keys"] == [hostile]


def test_the_reference_in_the_print_style_cannot_end_its_string() -> None:
    made = to_html(replace(FORM, case='x"; } body { display: none } </style>')).decode()
    style = re.search(r"<style>(.*?)</style>", made, re.S)
    assert style and "display: none }" not in style[1].split("@bottom-right")[0]


def test_the_file_says_the_reference_and_nothing_of_a_child() -> None:
    text = without_scripts(to_html(FORM).decode())
    assert "<title>Return form 2026-5JEY</title>" in text
    told = page(to_html(FORM))["form"]
    assert set(told) == {
        "title", "case", "agency", "agency_type", "requested_on", "form", "nonce", "identity", "phone", "fingerprints", "keys",
    }  # fmt: skip


def test_the_page_has_no_attribute_and_no_style_that_the_standard_has_not() -> None:
    made = to_html(FORM).decode()
    assert "field-sizing" not in made.replace(
        resources.read_bytes("templates", "offline-form", "openpgp.min.js").decode(), ""
    )
    ticks = re.findall(r"<input[^>]*type=\"(?:radio|checkbox)\"[^>]*>", without_scripts(made))
    assert ticks and not [tick for tick in ticks if "autocomplete" in tick]
    for folder, name in (("offline-form", "fields.js"), ("offline-form", "page.js"), ("return-form", "form.js")):
        script = resources.read_bytes("templates", folder, name).decode()
        assert not re.findall(r"(?:type, id|type: \"checkbox\").*autocomplete", script)


def test_ages_leave_out_what_a_child_of_that_age_cannot_have_and_never_what_all_have() -> None:
    def fits(one: Any, months: int) -> bool:
        return one.from_months <= months and (not one.below_months or months < one.below_months)

    form = for_agency("primary_care_gp")
    tops = [one for part in form.sections for one in every(part.questions)]
    for months, out, kept in (
        (0, "child.child_smoking", "child.apgar_5"),
        (190, "child.apgar_5", "child.child_smoking"),
    ):
        asked_then = {one.path for one in tops if fits(one, months)}
        assert out not in asked_then and kept in asked_then
        assert {"circumstances.narrative", "timeline.event", "child.known_conditions"} <= asked_then
    assert [part.id for part in form.sections if not fits(part, 190)] == ["mother"]
    assert [kind.type for kind in form.supplementary if not fits(kind, 190)] == ["delivery_suite_nnu"]
    assert [kind.type for kind in form.supplementary if not fits(kind, 5)] == ["suicide_self_harm"]
    newborn = {one.path for one in tops if fits(one, 0)}
    of_a_life = {"development", "relationships", "identity", "status.adopted", "status.unaccompanied_asylum_seeker"}
    assert not newborn & {f"child.{key}" for key in of_a_life}
    assert {"child.growth_concern", "child.status.child_protection_plan"} <= newborn
    assert {"asthma_anaphylaxis", "diabetic_ketoacidosis"} <= {
        kind.type for kind in form.supplementary if not fits(kind, 0)
    }


@pytest.mark.parametrize(
    ("death", "told"),
    [
        ({"expected": "expected"}, ["none"]),
        ({"expected": "unexpected"}, []),
        ({}, []),
        ({"expected": "expected", "suspected_events": ["drowning"]}, ["drowning"]),
        ({"expected": "unexpected", "suspected_events": ["sudi_sudc"]}, ["sudi_sudc"]),
    ],
)
def test_a_form_is_told_which_kind_of_death_and_an_expected_one_is_of_no_accident(
    death: dict[str, Any], told: list[str]
) -> None:
    form_a = {"schema": "form-a/1", "child": {"first_names": "Ada"}, "death": death}
    assert replies.identity(form_a, "2026-5JEY", "0" * 32, "primary_care_gp")["events"] == told


def test_on_paper_a_question_keeps_its_hint_and_a_list_its_heading_together_with_what_follows() -> None:
    printed = resources.read_bytes("templates", "offline-form", "form.css").decode().split("@media print")[1]
    for rule in (".hint", ".item + .item"):
        assert re.search(rf"\n  {re.escape(rule)} {{[^}}]*break-(after|inside): avoid", printed), rule


def test_the_words_are_plain() -> None:
    words = [text for kind in TYPES for one in asked(kind) for text in (one.words, one.help)]
    assert not [text for text in words if re.search(r"'|deceased|passed away|\bNK\b", text)]
    assert not [one.path for kind in TYPES for one in asked(kind) if not one.words]
    assert not [
        one.path
        for kind in TYPES
        for one in asked(kind)
        if one.needed and not one.items and not one.missing and one.path != "timeline.event"
    ]


def test_a_second_version_of_form_b_reaches_the_return_form_by_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    second = json.loads(resources.read_bytes("schemas", "form-b-1.json"))
    second["properties"]["schema"]["const"] = "form-b/2"
    second["properties"]["circumstances"]["properties"]["narrative"]["title"] = "What a second version asks"
    shipped = schema_files._document
    monkeypatch.setattr(
        schema_files, "_document", lambda address: second if address == "cdr:form-b/2" else shipped(address)
    )
    monkeypatch.setitem(migrations.VERSIONS, "form-b", 2)  # the one line
    return_questions.for_agency.cache_clear()
    try:
        asked = return_questions.for_agency("police")
    finally:
        return_questions.for_agency.cache_clear()
    titles = [one.title for section in asked.sections for one in every(section.questions)]
    assert asked.form == "form-b/2" and "What a second version asks" in titles
    reply = {
        "schema": replies.REPLY,
        "case": "2026-AAAA",
        "agency": "police",
        "nonce": "",
        "form": "form-b/2",
        "body": {},
    }
    assert "B-26" not in {one.rule for one in replies.reply_problems(reply, "2026-AAAA", "police", None)}
    found = {one.rule for one in replies.reply_problems({**reply, "form": "form-b/1"}, "2026-AAAA", "police", None)}
    assert "B-26" in found
