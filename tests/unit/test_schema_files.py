"""The schemas themselves: every field has a title, help and a source, every code list its order, and nothing is fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from unit.schema_examples import CANARY, FOLDER, FORM_A, changed, parts, rules

from cdr import resources
from cdr.forms import codelists, fields, schema, schema_files
from cdr.forms.described import described
from cdr.forms.formats import FORMATS

NAMES = [
    "form-a/1",
    "form-b/1",
    "form-c/1",
    "letter-gate/1",
    "cdr-store/1",
    "registry/1",
    "case/1",
    "requests/1",
    "prompts/1",
]


FORM_NAMES = NAMES[:4]


def test_nothing_is_fetched() -> None:
    for address in (
        "file:///etc/passwd",
        "http://example.org/x",
        "cdr:../x/1",
        "cdr:nothing/1",
        "cdr:codes/nothing",
        "cdr:codes/../x",
    ):
        with pytest.raises(KeyError):
            schema_files._expand({"$ref": address}, "")


# The schemas themselves.
def shipped() -> dict[str, Any]:
    return {
        file: json.loads(resources.read_bytes("schemas", file))
        for file in resources.names("schemas")
        if file.endswith(".json")
    }


def test_every_schema_is_one() -> None:
    for file, document in shipped().items():
        Draft202012Validator.check_schema(document)
        assert document["$id"].startswith("cdr:"), file
    for name in NAMES:
        Draft202012Validator.check_schema(schema_files.expanded(name))
    assert {
        schema.current(form)
        for form in ("form-a", "form-b", "form-c", "letter-gate", "store", "registry", "case", "requests", "prompts")
    } == set(NAMES)


def test_every_field_has_a_title_and_help_and_forms_say_where_it_is_from() -> None:
    for name in NAMES:
        for path, node in parts(schema_files.expanded(name)):
            group = isinstance(node.get("properties"), dict) and "type" in node
            for key, field in node["properties"].items() if group else ():
                assert field.get("title") and field.get("description"), (name, path, key)
                assert field.get("x-source") or name not in FORM_NAMES or key == "schema", (name, path, key)


def test_every_group_is_closed() -> None:
    for name in NAMES:
        for path, node in parts(schema_files.expanded(name)):
            if isinstance(node.get("properties"), dict) and node.get("type"):
                assert node.get("additionalProperties") is False, (name, path)


def test_only_remarks_stand_beside_a_reference() -> None:
    """And, where a register's forms refer to the whole ones, what of a group is needed: `required` there takes the place of the group's own."""
    for file, document in shipped().items():
        needed = {"required"} if file.startswith("imported-") else set()
        for path, node in parts(document):
            if "$ref" in node:
                allowed = {
                    "$ref",
                    "title",
                    "description",
                    "x-source",
                    "x-since",
                    "x-needed",
                    "x-of-work",
                    "default",
                } | needed
                assert set(node) <= allowed, (file, path)


def test_every_format_is_one_that_is_checked() -> None:
    for name in NAMES:
        for path, node in parts(schema_files.expanded(name)):
            if isinstance(node.get("format"), str):
                assert node["format"] in FORMATS, (name, path)


def test_each_supplementary_form_has_its_questions() -> None:
    document = shipped()["form-b-1.json"]
    assert {code.code for code in codelists.code_list("supplementary_type").codes} == set(document["$defs"])


# The code lists.
@pytest.mark.parametrize("file", resources.names("schemas", "codes"))
def test_a_code_list_is_in_order(file: str) -> None:
    known = codelists.code_list(file.removesuffix(".json"))
    codes = [code.code for code in known.codes]
    assert known.id == file.removesuffix(".json") and known.title and known.source
    assert len(set(codes)) == len(codes) > 1
    assert len({type(code) for code in codes}) == 1
    assert all(code.label for code in known.codes)


def test_labels_groups_and_what_is_not_on_a_list() -> None:
    places = codelists.code_list("place_of_death")
    assert (
        places.label("paediatric_ward") == "Children's ward" and places.group("mental_health_inpatient") == "Hospital"
    )
    assert {code.group for code in places.codes} == {
        "Hospital",
        "Home",
        "Other residence",
        "Hospice",
        "Public place",
        "School",
        "Abroad",
        "Other",
        "Not known",
    }
    assert {code.group for code in codelists.code_list("ethnicity").codes} == {
        "White",
        "Mixed",
        "Asian",
        "Black",
        "Other",
        "Not stated",
    }
    assert codelists.code_list("ethnicity").group("R") == "Other"
    assert codelists.code_list("sex").group("male") is None
    assert "paediatric_ward" in places and "ward" not in places and None not in places
    category = codelists.code_list("category")
    assert 10 in category and "10" not in category and True not in category
    assert "epilepsy" in category.codes[9].extra["excludes"]
    with pytest.raises(KeyError) as caught:
        places.label(CANARY)
    assert CANARY not in str(caught.value)
    with pytest.raises(KeyError):
        codelists.code_list("no_such_list")


# What the catalogue of the forms asks of every field.
ONLY_THESE = {
    "child.nhs_number_absent_reason": "it is given only where there is no number, and has two answers",
    "child.birth_status": "a case is opened only where it is known",
    "domains.A.factors.code": "a factor that is not known is no factor",
}


@pytest.mark.parametrize("name", ["form-a/1", "form-b/1", "form-c/1"])
def test_every_coded_answer_that_may_be_left_out_may_also_be_not_known_or_not_applicable(name: str) -> None:
    asked = [
        one
        for one in fields.every(name)
        if one.field.kind == "text" and "x-codes" in one.field.schema and not one.field.required
    ]
    lacking = {one.path.replace("domains.B", "domains.A").replace("domains.C", "domains.A").replace("domains.D", "domains.A") for one in asked
               if not {"not_known", "not_applicable"} <= set(one.field.schema["enum"])}  # fmt: skip
    assert len(asked) > 10
    assert lacking <= ONLY_THESE.keys()


@pytest.mark.parametrize("code", ["not_known", "not_applicable"])
def test_a_number_of_a_list_may_be_not_known_too(code: str) -> None:
    text = changed(
        FORM_A, ("suspected_events: [sudi_sudc]", f"suspected_events: [sudi_sudc]\n  suspected_category: {code}\n  # ")
    )
    data, _ = schema.read(text.encode(), "f", "form-a")
    assert data["death"]["suspected_category"] == code
    data, _ = schema.read(text.replace(f"suspected_category: {code}", "suspected_category: 10").encode(), "f", "form-a")
    assert data["death"]["suspected_category"] == 10
    assert [rule for _, rule in rules(text.replace(f"suspected_category: {code}", "suspected_category: 11"))] == [
        "SCHEMA-CODE"
    ]


def test_a_code_that_a_form_adds_has_its_label() -> None:
    [place] = fields.named("form-a/1", "death.place_of_event")
    assert dict(place.field.codes)["not_applicable"] == "Not applicable"
    [needed] = fields.named("form-a/1", "death.place")
    assert "not_applicable" not in dict(needed.field.codes)


@pytest.mark.parametrize("name", FORM_NAMES)
def test_every_title_can_be_asked_and_every_help_is_a_sentence(name: str) -> None:
    for one in fields.every(name):
        title, said = one.field.title, one.field.help
        assert title[:1].isupper() and len(title) <= 60 and not title.endswith((".", ":")), (name, one.path)
        assert said.endswith((".", '"')) and len(said) >= 10 and not said.endswith(".."), (name, one.path)
        assert said[:1].isupper() or said[:1].isdigit() or said.startswith("full, or nil_return"), (name, one.path)
        assert one.field.takes, one.path


def test_published_changes_say_since_when() -> None:
    for name in FORM_NAMES:
        for one in fields.every(name):
            origin = one.field.schema.get("x-source", "")
            since = one.field.schema.get("x-since", "")
            assert ("published form change" in origin) == bool(since), (name, one.path)
            assert not since or since[:4] in origin


def test_the_sections_and_forms_of_each_kind_of_agency_are_there() -> None:
    sections = {one.path for one in fields.every("form-b/1")}
    kinds = codelists.code_list("supplementary_type")
    for code in codelists.code_list("agency_type").codes:
        assert {*code.extra.get("core", ()), *code.extra.get("if_held", ())} <= sections
        assert all(kind in kinds for kind in code.extra.get("supplementary", ()))


@pytest.mark.parametrize("written", ["999 000 0018", '"999 000 0018"', "9990000018", "'9990000018'"])
def test_an_nhs_number_is_taken_as_people_write_it(written: str) -> None:
    raw = (FOLDER / "form-a-sudi.yaml").read_text("utf-8").replace('"9990000018"', written).encode()
    assert schema.read(raw, "a.yaml", "form-a")[0]["child"]["nhs_number"] == "9990000018"


@pytest.mark.parametrize("file", [name for name in resources.names("schemas") if name.endswith(".json")])
def test_a_schema_that_is_looked_into_says_what_the_expanded_one_says(file: str) -> None:
    name = file.removesuffix(".json").rpartition("-")
    form = f"{name[0]}/{name[2]}"
    whole, looked_into = schema_files.expanded(form), schema_files.looked_into(form)
    assert looked_into == whole
    assert [*looked_into] == [*whole] and len(looked_into) == len(whole)
    assert [path for path, _ in parts(_plain(looked_into))] == [path for path, _ in parts(whole)]


def _plain(part: Any) -> Any:
    if isinstance(part, list):
        return [_plain(one) for one in part]
    return {key: _plain(one) for key, one in part.items()} if isinstance(part, Mapping) else part


def test_of_the_code_lists_only_those_are_read_that_an_answer_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    read = set[str]()

    def code_list(id: str) -> codelists.CodeList:
        read.add(id)
        return codelists.code_list(id)

    monkeypatch.setattr(schema_files, "code_list", code_list)
    schema_files._document.cache_clear()
    said = described("form-b/1", {"parents": [{"relationship": "father", "given_names": "Testcase"}]})
    assert [text for _, _, text in said][1:] == ["Father", "Testcase"]
    assert read == {"relationship"}
