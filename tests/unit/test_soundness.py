"""A yes or no of cdr's own is the library's: on the forms with any part changed, and on values of every kind against every rule that ships."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from unit.schema_examples import FOLDER

from cdr import resources
from cdr.forms import codec, schema
from cdr.forms.schema_files import expanded
from cdr.forms.soundness import OF_ALL, OF_KIND, TELLING, NotSure, is_sound

FORMS = sorted(FOLDER.glob("*.yaml"))
VALUES: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 3, 36, 2460, 1.0, 2.5, 10**15, float("nan"), "", " ", "x", "yes", "not_known", "N", "1", "two\nlines",
    "2026-01-09", "2026-02-30", "2026-01-09T05:43", "06:52", "9990000018", "9990000018\n", "a@b.example", "x" * 2001, [], ["a"], ["a", "a"],
    [1, True], [{}], {}, {"a": 1}, {"schema": "form-a/1"},
)  # fmt: skip
TAKEN_AWAY = object()


@cache
def form(path: Path) -> tuple[str, dict[str, Any]]:
    source = codec.read_source(path.read_bytes(), path.name)
    name = str(source.data["schema"])
    return name, schema.coerce(source.data, name)


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    for key, part in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(part, (*path, key))


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return value if new is TAKEN_AWAY else new
    if not isinstance(value, (dict, list)) or (isinstance(value, list) and path[0] >= len(value)):
        return value
    parts = dict(value) if isinstance(value, dict) else list(value)
    if path[0] in parts if isinstance(parts, dict) else True:
        if len(path) == 1 and new is TAKEN_AWAY:
            del parts[path[0]]
        else:
            parts[path[0]] = changed(parts[path[0]], path[1:], new)
    return parts


def is_right(value: Any, name: str) -> bool:
    return not any(schema._validator(name).iter_errors(value))


def subschemas(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        yield node
        for name in ("properties", "patternProperties"):
            for part in node.get(name, {}).values():
                yield from subschemas(part)
        for name in ("items", "additionalProperties", "if", "then", "else"):
            yield from subschemas(node.get(name))
        for name in ("allOf", "anyOf", "oneOf"):
            for part in node.get(name, ()):
                yield from subschemas(part)


def names() -> list[str]:
    files = [file for file in resources.names("schemas") if file.endswith("-1.json")]
    return [f"cdr-{file[:-7]}/1" if file[:-7] in ("store", "groups") else f"{file[:-7]}/1" for file in files]


def test_the_examples_are_sound() -> None:
    for path in FORMS:
        name, body = form(path)
        assert is_sound(body, expanded(name)), path.name


@given(st.data())
def test_a_form_of_which_parts_were_changed_is_what_the_library_says(data: st.DataObject) -> None:
    name, body = form(data.draw(st.sampled_from(FORMS)))
    for _ in range(data.draw(st.integers(1, 2))):
        path = data.draw(st.sampled_from([*places(body)]))
        body = changed(body, path, data.draw(st.sampled_from([*VALUES, TAKEN_AWAY])))
    assert is_sound(body, expanded(name)) <= is_right(body, name)
    if "nan" not in repr(body):  # which is no number of JSON's
        assert is_sound(body, expanded(name)) == is_right(body, name)


def test_each_rule_that_ships_is_known() -> None:
    """But one, in one schema: there the library is asked."""
    unknown = {
        (name, rule)
        for name in names()
        for one in subschemas(expanded(name))
        for rule in one
        if rule not in {*TELLING, *OF_ALL, *OF_KIND} and not rule.startswith("x-")
    }
    assert {rule for _, rule in unknown} <= {"patternProperties"} and len(unknown) <= 1


def test_every_value_against_every_field_that_ships() -> None:
    """Small schemas as they stand in the shipped ones, each once: fields, lists and groups without anything further down."""
    seen: dict[str, dict[str, Any]] = {}
    for name in names():
        for one in subschemas(expanded(name)):
            plain = {rule: of for rule, of in one.items() if rule not in TELLING and not rule.startswith("x-")}
            if len(repr(plain)) < 2000 and "patternProperties" not in plain:
                seen[repr(plain)] = plain
    assert len(seen) > 100
    for plain in seen.values():
        library = schema._strict(plain)
        for value in VALUES:
            if value == value:
                try:
                    assert is_sound(value, plain) == library.is_valid(value), (plain, value)
                except NotSure:
                    assert "'const'" in repr(plain) or "'enum'" in repr(plain), plain


def test_a_rule_that_is_not_known_is_left_to_the_library() -> None:
    unknown: tuple[dict[str, Any], ...] = (
        {"multipleOf": 2},
        {"$ref": "#"},
        {"prefixItems": [{}]},
        {"properties": {"a": {"not": {}}}},
    )
    for one in unknown:
        with pytest.raises(NotSure):
            is_sound({"a": 1}, one)
    assert schema.value_problems(3, {"multipleOf": 2})
    assert not schema.value_problems(4, {"multipleOf": 2})
