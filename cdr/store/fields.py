"""The fields of a form one by one, for whoever asks for them: title, help, codes, and what is wrong with an answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cdr.codelists import code_list
from cdr.store.codec import Scalar
from cdr.store.schema import coerce_value, value_problems
from cdr.store.schema_files import Schema, expanded

SIMPLE = ("string", "integer", "number", "boolean")


@dataclass(frozen=True)
class Field:
    """One field: its key, its kind (`group`, `list` or `text`), whether it is needed, and what a person may be told."""

    key: str
    title: str
    help: str
    kind: str
    required: bool
    codes: tuple[tuple[str, str], ...]
    schema: Schema

    def wrong(self, answer: str) -> str:
        """What is wrong with an answer, in a sentence; empty where it is right."""
        found = value_problems(self.value(answer), self.schema)
        return found[0].message if found else ""

    def value(self, answer: str) -> Any:
        """What an answer stands for: a number where the schema asks for one, otherwise the text."""
        return coerce_value(Scalar(answer, plain=True), self.schema)

    def fields(self) -> list[Field]:
        """The fields of a group, in the form's order."""
        return _fields(self.schema)

    def item(self) -> Field:
        """What a list consists of."""
        return _field(self.key, self.schema["items"], required=True)


def fields(schema_name: str) -> list[Field]:
    """The fields of a form, in its order, without those that say which schema it follows and which case it is."""
    return [field for field in _fields(expanded(schema_name)) if field.key not in ("schema", "case")]


def field(schema_name: str, path: str) -> Field | None:
    """One field of a form by its dotted path, with or without the numbers of lists; None where there is none."""
    found: Field | None = Field("", "", "", "group", True, (), expanded(schema_name))
    for step in path.split("."):
        while found is not None and found.kind == "list":
            found = found.item()
        if found is None or step.isdigit():
            continue
        found = next((part for part in found.fields() if part.key == step), None)
    return found


def described(schema_name: str, body: Mapping[str, Any]) -> Iterator[tuple[int, str, str]]:
    """What a document says, for a person: how deep a line is, the field's title, and the answer with its codes in words."""
    group = Field("", "", "", "group", True, (), expanded(schema_name))
    yield from _described(group, {key: value for key, value in body.items() if key != "schema"}, 0)


def _described(field: Field | None, value: Any, depth: int) -> Iterator[tuple[int, str, str]]:
    parts = {part.key: part for part in field.fields()} if field and field.kind == "group" else {}
    item = field.item() if field and field.kind == "list" else None
    for key, inner in value.items() if isinstance(value, Mapping) else enumerate(value, 1):
        part = item if isinstance(value, list) else parts.get(str(key))
        title = str(key) if isinstance(key, int) else part.title if part else key.replace("_", " ").capitalize()
        if isinstance(inner, Mapping) or (isinstance(inner, list) and any(isinstance(one, Mapping) for one in inner)):
            yield depth, title, ""
            yield from _described(part, inner, depth + 1)
        else:
            yield depth, title, _in_words(part, inner)


def _in_words(field: Field | None, value: Any) -> str:
    if isinstance(value, list):
        return (
            ", ".join(_in_words(field.item() if field and field.kind == "list" else None, one) for one in value)
            or "none"
        )
    if value is None:
        return "-"
    words = dict(field.codes).get(str(value)) if field else ""
    return words or str(value)


def _fields(schema: Schema) -> list[Field]:
    needed = schema.get("required", ())
    return [_field(key, part, key in needed) for key, part in schema.get("properties", {}).items()]


def _field(key: str, schema: Mapping[str, Any], required: bool) -> Field:
    types = schema.get("type", "string")
    named = [types] if isinstance(types, str) else types
    kind = "group" if "object" in named else "list" if "array" in named else "text"
    return Field(key, schema.get("title", key), schema.get("description", ""), kind, required, _codes(schema), schema)


def _codes(schema: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    if "x-codes" in schema:
        return tuple((str(code.code), code.label) for code in code_list(schema["x-codes"]).codes)
    return tuple((str(code), "") for code in schema.get("enum", ()))
