"""schemas/out has a schema for every output, and each says what the code says where that has a closed list."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import outputs
import pytest
from jsonschema import Draft202012Validator, ValidationError

from cdr import cli, resources
from cdr.commands import doctor, explain
from cdr.domain.asking import prompts_due
from cdr.domain.case.case import STAGES
from cdr.domain.process import due
from cdr.errors import EXIT_CODES
from cdr.forms import codelists
from cdr.statistics import delays, tables
from cdr.store import verify

PACKAGE = Path(cli.__file__).parent
NOT_OUTPUTS = {
    "identity/1",
    "reply/1",
    "notification/1",
    "store/1",
    "papers/1",
}  # what stands in a form, what a form saves, the version of the store, and what stands in the page of a pack
FILES = resources.names("schemas", "out")


@cache
def schema(file: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(resources.read_bytes("schemas", "out", file))
    return found


def parts(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema within a schema, by where it stands."""
    yield path, node
    for key in ("properties", "patternProperties", "$defs"):
        for name, part in node.get(key, {}).items():
            yield from parts(part, f"{path}/{key}/{name}")
    for key in ("oneOf", "anyOf"):
        for number, part in enumerate(node.get(key, ())):
            yield from parts(part, f"{path}/{key}/{number}")
    for key in ("items", "additionalProperties"):
        if isinstance(node.get(key), dict):
            yield from parts(node[key], f"{path}/{key}")


def test_every_output_has_a_schema_and_every_schema_an_output() -> None:
    texts = {
        node.value
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    found = {match[1] for text in texts if (match := re.fullmatch(r"cdr-([a-z-]+/[0-9]+)", text))}
    assert {f"{name.replace('/', '-')}.json" for name in found - NOT_OUTPUTS} == set(FILES)
    assert found >= NOT_OUTPUTS


@pytest.mark.parametrize("file", FILES)
def test_every_schema_is_one_and_says_what_it_is(file: str) -> None:
    body, name = schema(file), re.sub(r"-([0-9]+)\.json$", r"/\1", file)
    Draft202012Validator.check_schema(body)
    assert (body["$schema"], body["$id"]) == ("https://json-schema.org/draft/2020-12/schema", f"cdr:out/{name}")
    assert body["title"] and body["description"].endswith(".")
    for form in body.get("oneOf", [body]):
        assert form["properties"]["schema"]["const"] == f"cdr-{name}" and "schema" in form["required"]
        assert form["title"] and form["description"].endswith(".")


@pytest.mark.parametrize("file", FILES)
def test_every_property_is_described_and_nothing_else_may_stand_there(file: str) -> None:
    body = schema(file)
    for path, node in parts(body):
        for name, one in {**node.get("properties", {}), **node.get("patternProperties", {})}.items():
            assert one["description"].endswith("."), f"{path}: {name}"
        if "properties" in node:
            assert node["type"] in ("object", ["object", "null"]) and node["additionalProperties"] is False, path
            assert set(node["required"]) <= node["properties"].keys(), path
        if node.get("$ref"):
            assert node["$ref"].removeprefix("#/$defs/") in body["$defs"], path
        if "x-codes" in node:
            known = codelists.code_list(node["x-codes"])
            assert all(re.fullmatch(node["pattern"], str(code.code)) for code in known.codes), path


def test_what_has_one_name_in_two_schemas_is_one() -> None:
    found: dict[str, Any] = {}
    for file in FILES:
        for name, body in schema(file).get("$defs", {}).items():
            assert found.setdefault(name, body) == body, f"{file}: {name}"


# ---- closed lists ----------------------------------------------------------------------------------------------------


def allowed(file: str, key: str) -> set[Any]:
    """What may stand under a key, wherever in the schema it is."""
    nodes = [node["properties"][key] for _, node in parts(schema(file)) if key in node.get("properties", {})]
    return {value for node in nodes for value in node.get("enum", node.get("items", {}).get("enum", ()))}


def codes(name: str) -> set[Any]:
    return {code.code for code in codelists.code_list(name).codes}


def named(module: Any, call: str) -> set[Any]:
    """The first arguments of the calls of a module."""
    tree = ast.parse(Path(module.__file__).read_text("utf-8"))
    calls = [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == call
    ]
    return {node.args[0].value for node in calls if isinstance(node.args[0], ast.Constant)}


CAUSES = {
    getattr(delays, name)
    for name in ("NOTIFICATION", "REQUESTS", "RETURN", "GATE", "CDRM", "PANEL", "BETWEEN", "NOT_KNOWN")
}
LISTS = {
    ("error-1.json", "exit"): {code for code, _ in EXIT_CODES} - {0, 1},
    ("list-1.json", "stage"): set(STAGES),
    ("show-1.json", "stage"): set(STAGES),
    ("review-1.json", "stage"): codes("analysis_stage"),
    ("return-1.json", "status"): codes("request_status"),
    ("gate-1.json", "status"): {"open", "closed", "waived"},
    ("chase-1.json", "level"): codes("prompt_level"),
    ("chase-1.json", "status"): codes("sending_status"),
    ("today-1.json", "level"): codes("prompt_level"),
    ("today-1.json", "when"): {due.OVERDUE, due.TODAY, due.THIS_WEEK, due.LATER},
    ("today-1.json", "state"): codes("sending_status") | {"partly refused"},
    ("delays-1.json", "cause"): CAUSES,
    ("tally-1.json", "basis"): set(tables.BASES),
    ("report-1.json", "basis"): set(tables.BASES),
    ("explain-1.json", "level"): set(explain.LEVELS),
    ("explain-1.json", "form"): set(explain.FORMS),
    ("verify-1.json", "check"): named(verify, "Finding"),
    ("doctor-1.json", "what"): named(doctor, "Check") | {look.__name__.strip("_") for look in doctor.LOOKS},
}


@pytest.mark.parametrize(("file", "key"), LISTS)
def test_a_closed_list_is_that_of_the_code(file: str, key: str) -> None:
    assert allowed(file, key) == LISTS[file, key]


def test_the_prompts_that_fall_due_are_those_of_the_chasing() -> None:
    [item] = {json.dumps(node["properties"]["due"]["items"]["properties"]["level"]["enum"])
              for _, node in parts(schema("chase-1.json")) if "due" in node.get("properties", {})}  # fmt: skip
    assert json.loads(item) == ["prompt-1", "prompt-2", "prompt-3", prompts_due.ESCALATION]


# ---- the check that every test makes ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "", "no case", "[]", "{}", '{"schema": "case/1"}', '{"schema": "cdr-nothing/1"}', '{"schema": "cdr-reopen/1"}',
        '{"schema": "cdr-reopen/1", "case": "2026-7K3M", "on": "20 November"}', '{"schema": "cdr-reopen/1", "case": "2026-7K3M", "on": "2026-11-20", "a": 1}',
        '{"schema": "cdr-reopen/1", "case": "2026-7K3M", "on": "2026-11-20"}\n{}',
    ],
)  # fmt: skip
def test_the_check_sees(text: str) -> None:
    with pytest.raises((AssertionError, ValueError, ValidationError)):
        outputs.check(text)


def test_the_check_spares() -> None:
    outputs.check('{"schema": "cdr-reopen/1", "case": "2026-7K3M", "on": "2026-11-20", "left_out": ["2026-7K3N"]}')
