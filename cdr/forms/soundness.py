"""Whether a value follows its schema: yes or no, by the rules that the shipped schemas use, as the standard has them.

The library that can say what is wrong takes longer to load than a whole question takes; so it is asked only where something is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from cdr.forms.formats import FORMATS

LONGEST_FOR_PATTERN = 2000
Schema = Mapping[str, Any]


class NotSure(Exception):
    """A schema holds a rule that is not known here."""


def is_sound(value: Any, schema: Schema | bool) -> bool:
    """Whether a value follows a schema whose references are all followed. Raises: NotSure."""
    if isinstance(schema, bool):
        return schema
    return all(_holds(name, rule, value, schema) for name, rule in schema.items())


def matches(pattern: str, text: str) -> bool:
    """Whether a text follows a pattern, whose end is the end (Python's $ lets a line break pass), in bounded time."""
    return len(text) <= LONGEST_FOR_PATTERN and _compiled(pattern).search(text) is not None


def repeats(values: list[Any]) -> bool:
    """Whether a list says the same twice."""
    return len({json.dumps(part, sort_keys=True) for part in values}) < len(values)


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\$$", r"\\Z", pattern))


def _holds(name: str, rule: Any, value: Any, schema: Schema) -> bool:
    if name in TELLING or name.startswith("x-"):
        return True
    if name in OF_ALL:
        return OF_ALL[name](rule, value, schema)
    if name not in OF_KIND:
        raise NotSure
    kind, check = OF_KIND[name]
    return not _is(kind, value) or check(rule, value, schema)


def _is(kind: str, value: Any) -> bool:
    if isinstance(value, bool) or value is None:
        return kind == ("null" if value is None else "boolean")
    if isinstance(value, float) and kind == "integer":
        return value.is_integer()
    return isinstance(value, KINDS.get(kind, ()))


def _same(one: Any, other: Any) -> bool:
    """Whether two answers are the same one: the number 1 is not the answer true."""
    if isinstance(one, (list, Mapping)) or isinstance(other, (list, Mapping)):
        raise NotSure
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def _if(rule: Any, value: Any, schema: Schema) -> bool:
    return is_sound(value, schema.get("then" if is_sound(value, rule) else "else", True))


def _others(rule: Any, value: Any, schema: Schema) -> bool:
    if "patternProperties" in schema:
        raise NotSure
    known = schema.get("properties", {})
    return all(is_sound(part, rule) for key, part in value.items() if key not in known)


def _kind(rule: Any, value: Any) -> bool:
    return any(_is(kind, value) for kind in ([rule] if isinstance(rule, str) else rule))


Check = Callable[[Any, Any, Schema], bool]
KINDS: Mapping[str, Any] = {"string": str, "integer": int, "number": (int, float), "array": list, "object": dict}
TELLING = frozenset(["title", "description", "default", "$schema", "$id", "$defs", "then", "else"])
OF_ALL: Mapping[str, Check] = {
    "type": lambda rule, value, _: _kind(rule, value),
    "enum": lambda rule, value, _: any(_same(value, one) for one in rule),
    "const": lambda rule, value, _: _same(value, rule),
    "allOf": lambda rule, value, _: all(is_sound(value, one) for one in rule),
    "anyOf": lambda rule, value, _: any(is_sound(value, one) for one in rule),
    "oneOf": lambda rule, value, _: sum(is_sound(value, one) for one in rule) == 1,
    "if": _if,
}
OF_KIND: Mapping[str, tuple[str, Check]] = {
    "minLength": ("string", lambda rule, value, _: len(value) >= rule),
    "maxLength": ("string", lambda rule, value, _: len(value) <= rule),
    "pattern": ("string", lambda rule, value, _: matches(rule, value)),
    "format": ("string", lambda rule, value, _: rule not in FORMATS or FORMATS[rule][0](value)),
    "minimum": ("number", lambda rule, value, _: value >= rule),
    "maximum": ("number", lambda rule, value, _: value <= rule),
    "minItems": ("array", lambda rule, value, _: len(value) >= rule),
    "maxItems": ("array", lambda rule, value, _: len(value) <= rule),
    "items": ("array", lambda rule, value, _: all(is_sound(part, rule) for part in value)),
    "uniqueItems": ("array", lambda rule, value, _: not (rule and repeats(value))),
    "minProperties": ("object", lambda rule, value, _: len(value) >= rule),
    "maxProperties": ("object", lambda rule, value, _: len(value) <= rule),
    "required": ("object", lambda rule, value, _: all(key in value for key in rule)),
    "properties": (
        "object",
        lambda rule, value, _: all(is_sound(value[key], of) for key, of in rule.items() if key in value),
    ),
    "additionalProperties": ("object", _others),
    "dependentRequired": (
        "object",
        lambda rule, value, _: all(other in value for key, needed in rule.items() if key in value for other in needed),
    ),
}
