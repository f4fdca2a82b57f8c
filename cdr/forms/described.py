"""What a document says, for a person: each answer under its field's title, its codes in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cdr.forms.schema_files import Schema, looked_into, meaning

OF_WORK = "x-of-work"
Line = tuple[int, str, str]


def described(schema_name: str, body: Mapping[str, Any], told: Callable[[str], str] = str) -> Iterator[Line]:
    """How deep each line is, the field's title, and the answer.

    What somebody wrote themselves is said as `told` has it (without names, say); the words of codes are ours and stay, and so
    does what tells of work to be done and not of the child (`x-of-work`): when a recommendation is due.
    """
    about = {key: value for key, value in body.items() if key != "schema"}
    yield from _described(looked_into(schema_name), about, 0, told)


def _described(schema: Schema | None, value: Any, depth: int, told: Callable[[str], str]) -> Iterator[Line]:
    if isinstance(value, list):
        yield from _items(_item(schema), value, depth, told)
        return
    for key, inner in value.items():
        part = _part(schema, str(key), value)
        title = part.get("title", key) if part is not None else key.replace("_", " ").capitalize()
        if isinstance(inner, Mapping) or (isinstance(inner, list) and any(isinstance(one, Mapping) for one in inner)):
            yield depth, title, ""
            yield from _described(part, inner, depth + 1, told)
        else:
            yield depth, title, _in_words(part, inner, told)


def _items(item: Schema | None, values: list[Any], depth: int, told: Callable[[str], str]) -> Iterator[Line]:
    """What a list of groups says; one that is alone stands right below the list's title."""
    for number, inner in enumerate(values, 1):
        alone = len(values) == 1
        if isinstance(inner, Mapping | list):
            yield from () if alone else [(depth, f"{number} of {len(values)}", "")]
            yield from _described(item, inner, depth + (not alone), told)
        else:
            yield depth, f"{number} of {len(values)}", _in_words(item, inner, told)


def _part(group: Schema | None, key: str, value: Mapping[str, Any]) -> Schema | None:
    """The field of a group; one that only answers like these have (a supplementary form's question) comes before the others."""
    if group is None or "object" not in _types(group):
        return None
    found: Schema | None = group.get("properties", {}).get(key)
    for branch in group.get("allOf", ()):
        if all(value.get(one) == part["const"] for one, part in branch["if"]["properties"].items()):
            found = branch["then"]["properties"].get(key, found)
    return found


def _item(schema: Schema | None) -> Schema | None:
    """What a list consists of."""
    if schema is None or "array" not in _types(schema) or "object" in _types(schema):
        return None
    found: Schema = schema["items"]
    return found


def _types(schema: Schema) -> Any:
    types = schema.get("type", "string")
    return [types] if isinstance(types, str) else types


def _in_words(schema: Schema | None, value: Any, told: Callable[[str], str]) -> str:
    if isinstance(value, list):
        item = _item(schema)
        return ", ".join(_in_words(item, one, told) for one in value) or "none"
    if value is None:
        return "-"
    if schema is None:
        return told(str(value))
    words = next((meaning(schema, code) for code in schema.get("enum", ()) if str(code) == str(value)), "")
    return words or (str(value) if schema.get(OF_WORK) else told(str(value)))
