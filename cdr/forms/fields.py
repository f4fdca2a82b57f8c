"""The fields of a form one by one, for whoever asks for them: title, help, codes, and what is wrong with an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from cdr.forms.codec import Scalar
from cdr.forms.schema import coerce_value, value_problems
from cdr.forms.schema_files import Schema, expanded, meaning
from cdr.records import dataclass

FORMATS: Mapping[str, str] = {
    "date": "a date, like 2026-01-09",
    "partial-date": "a date, a month or a year, like 2026-01-09, 2026-01 or 2026",
    "time": 'a time of 24 hours, like "06:52"',
    "date-time": "a date and a time, like 2026-01-09T05:43",
    "date-or-date-time": "a date, or a date and a time",
    "email": "an e-mail address",
}
ONE_LINE = "^[^\\n]*$"
NUMBERS: Mapping[str, str] = {"integer": "a whole number", "number": "a number", "boolean": "true or false"}


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
        return coerce_value(Scalar(answer, unquoted=True), self.schema)

    @property
    def takes(self) -> str:
        """What the field takes, in words: `a date`, `a whole number from 0 to 10`, `a list: one of its codes`."""
        if self.kind == "list":
            item = self.item()
            return "a list of groups of fields" if item.kind == "group" else f"a list; each item is {item.takes}"
        words = "a group of fields" if self.kind == "group" else _takes(self.schema)
        return f"{words}, or null for none" if "null" in self.schema.get("type", ()) else words

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


@dataclass(frozen=True)
class Named:
    """A field with its dotted path (lists without numbers), the supplementary forms that ask it, and when it is needed.

    `needed` is `always`, words that follow "needed", or empty; `title` is that of the supplementary form, where it is in one.
    """

    path: str
    field: Field
    needed: str
    type: str = ""
    form: str = ""


def every(schema_name: str) -> Iterator[Named]:
    """Every field of a form at any depth, in the form's order: a group before its fields."""
    yield from _every(Field("", "", "", "group", True, (), expanded(schema_name)), Named("", _WHOLE, "always"))


def named(schema_name: str, path: str, exactly: bool = True) -> list[Named]:
    """The fields of this dotted path, with or without the numbers of lists: several where supplementary forms share it.

    If not exactly, those whose path ends so.
    """
    bare_path = ".".join(step for step in re.split(r"[.\[\]]+", path) if step and not step.isdigit())
    ends = "" if exactly else f".{bare_path}"
    found = (one for one in every(schema_name) if one.path == bare_path or (ends and one.path.endswith(ends)))
    return list(found) if bare_path else []


_WHOLE = Field("", "", "", "group", True, (), {})


def _every(group: Field, above: Named) -> Iterator[Named]:
    for part in group.fields():
        path = f"{above.path}.{part.key}" if above.path else part.key
        one = Named(path, part, _needed(part, above), above.type, above.form)
        yield one
        yield from _below(part, one)
    for branch in group.schema.get("allOf", ()):
        yield from _branch(branch, above)


def _below(part: Field, one: Named) -> Iterator[Named]:
    inner = part.item() if part.kind == "list" else part
    if inner.kind == "group":
        yield from _every(inner, one)


def _branch(branch: Schema, above: Named) -> Iterator[Named]:
    """What a supplementary form adds: its questions stand below the group that every form has."""
    [kind] = (part["const"] for part in branch["if"]["properties"].values())
    for key, schema in branch["then"]["properties"].items():
        part = _field(key, schema, required=True)
        group = Named(f"{above.path}.{key}", part, "always", kind, part.title)
        yield from _every(part, group)


def _needed(part: Field, above: Named) -> str:
    if not part.required:
        return str(part.schema.get("x-needed", ""))
    if above.needed == "always" and above.field.kind == "group":
        return "always"
    return (
        f"in each item of {above.field.title}"
        if above.field.kind == "list"
        else f"wherever {above.field.title} is given"
    )


def _fields(schema: Schema) -> list[Field]:
    needed = schema.get("required", ())
    return [_field(key, part, key in needed) for key, part in schema.get("properties", {}).items()]


def _field(key: str, schema: Mapping[str, Any], required: bool) -> Field:
    types = schema.get("type", "string")
    named = [types] if isinstance(types, str) else types
    kind = "group" if "object" in named else "list" if "array" in named else "text"
    codes = tuple((str(code), meaning(schema, code)) for code in schema.get("enum", ()))
    return Field(key, schema.get("title", key), schema.get("description", ""), kind, required, codes, schema)


def _takes(schema: Schema) -> str:
    """What a single answer is, in words."""
    if "const" in schema:
        return f"always {schema['const']}"
    if "enum" in schema:
        return "one of its codes"
    kinds = schema.get("type", "string")
    kind = next(one for one in ([kinds] if isinstance(kinds, str) else kinds) if one != "null")
    if kind in NUMBERS:
        return f"{NUMBERS[kind]}{_range(schema)}"
    if "format" in schema:
        return FORMATS[schema["format"]]
    if "x-message" not in schema:
        return "text"
    said = str(schema["x-message"]).rstrip(".")
    return "one line of text" if schema["pattern"] == ONE_LINE else f"text: {said[:1].lower()}{said[1:]}"


def _range(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    if low is not None and high is not None:
        return f" from {low} to {high}"
    return f" of {low} or more" if low is not None else f" of {high} or less" if high is not None else ""
