"""What a command prints with `--json` is as its schema in schemas/out says: every test that runs a command asks it."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

from cdr import resources

BEGINNING = '{\n  "schema": "cdr-'


@cache
def validator(name: str) -> Draft202012Validator:
    """The schema of an output, by its name without `cdr-`: `list/1`."""
    file = f"{name.replace('/', '-')}.json"
    assert file in resources.names("schemas", "out"), f"there is no schemas/out/{file}"
    return Draft202012Validator(json.loads(resources.read_bytes("schemas", "out", file)))


def check(text: str) -> None:
    """Stop where an answer is not one JSON object, or is not as its own schema says."""
    body = json.loads(text)
    assert isinstance(body, dict) and str(body.get("schema")).startswith("cdr-"), f"it does not say what it is:\n{text}"
    wrong = best_match(validator(str(body["schema"]).removeprefix("cdr-")).iter_errors(body))
    assert wrong is None, f"{body['schema']}: {_place(wrong)}: {wrong.message}\n{text}"


def _place(wrong: Any) -> str:
    return ".".join(map(str, wrong.absolute_path)) or "the object itself"
