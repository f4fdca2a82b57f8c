"""What somebody outside sent as JSON: read strictly and within limits, and checked as a form that was typed is.

JSON reads wherever it can be trusted; here it cannot. A key that stands twice, a number that is none, thousands of levels
and letters that act on a screen are refused before anything is made of them.
"""

from __future__ import annotations

import json
import math
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from cdr.errors import InvalidData, Problem
from cdr.forms import codec, migrations, schema
from cdr.forms.text_in import NOT_IN_TEXT, too_many_marks
from cdr.forms.yaml_faults import CONTROL
from cdr.written import seen

MAX_PARTS = codec.MAX_NODES
NOT_JSON = "This is not what a return form saves. Ask for the file again, as the form saved it."


def read_json(
    raw: bytes, file: str, wrong: str = NOT_JSON, most: int = MAX_PARTS, rule: str = "REPLY-SHAPE"
) -> dict[str, Any]:
    """One JSON object of at most so many parts. Raises: InvalidData with `wrong`, which says nothing of what it holds."""
    fault = ""
    try:
        text = raw.decode("utf-8")
        fault = "" if _is_of_size(text, most) else wrong
        data = (
            {} if fault else json.loads(text, object_pairs_hook=_once, parse_constant=_no_number, parse_float=_finite)
        )
    except (ValueError, RecursionError, OverflowError):
        fault, data = wrong, {}
    if not fault and not isinstance(data, dict):
        fault = wrong
    if fault:
        raise InvalidData([Problem("", "", fault, rule)], file)
    return dict(data)


def _is_of_size(text: str, most: int) -> bool:
    """Whether the layers and the parts of a JSON text are few enough, without reading it."""
    depth = deepest = parts = 0
    quoted = skip = False
    for letter in text:
        if skip:
            skip = False
        elif quoted:
            quoted, skip = letter != '"', letter == "\\"
        elif letter == '"':
            quoted = True
        elif letter in "{[":
            depth, parts = depth + 1, parts + 1
            deepest = max(deepest, depth)
        elif letter in "}]":
            depth -= 1
        else:
            parts += letter == ","
    return deepest <= codec.MAX_DEPTH and parts <= most


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) < len(pairs):
        raise ValueError("a key stands twice")
    return dict(pairs)


def _no_number(word: str) -> Any:
    raise ValueError("no number of JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large")
    return number


def examine(data: dict[str, Any], file: str, form: str) -> tuple[dict[str, Any], list[Problem]]:
    """A form that came as plain data, in its newest version, with everything that its schema finds wrong.

    Raises: InvalidData where it says that it follows a newer version of the form than there is here.
    """
    try:
        body = migrations.migrated(_composed(data), form)
    except migrations.TooNew:
        raise InvalidData([Problem("schema", "Schema", schema.TOO_NEW, "SCHEMA-VERSION")], file) from None
    name = schema.current(form)
    body = schema.coerce(body, name)
    letters = [Problem(path, schema.title(name, path), CONTROL, "YAML-CONTROL") for path in _odd(body)]
    odd = {problem.field for problem in letters}
    return body, [*letters, *(one for one in schema.problems(body, name) if one.field not in odd)]


def _composed(value: Any) -> Any:
    """The same with every text as it is kept: composed (NFC), with plain line ends, without what takes no place on the page."""
    if isinstance(value, dict):
        return {_composed(key): _composed(part) for key, part in value.items()}
    if isinstance(value, list):
        return [_composed(part) for part in value]
    if not isinstance(value, str) or value.isascii():
        return value.replace("\r\n", "\n") if isinstance(value, str) else value
    shown = seen(value.replace("\r\n", "\n"))
    return shown if too_many_marks(shown) else unicodedata.normalize("NFC", shown)


def _odd(value: Any, path: str = "") -> Iterator[str]:
    """The fields whose text holds what no text of a form may hold."""
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _odd(part, codec.join(path, codec.shown_key(key)))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _odd(part, codec.join(path, number))
    elif isinstance(value, str) and (NOT_IN_TEXT.search(value) or too_many_marks(value)):
        yield path


def from_fields(fields: Mapping[str, str | list[str]], form: str) -> dict[str, Any]:
    """A form from its dotted paths (`timeline.0.event`), every answer text: with numbers where the schema asks for them.

    An item of a list that was left empty is no item; the others move up.
    """
    tree: dict[str, Any] = {}
    for path, answer in fields.items():
        *groups, last = path.split(".")
        level = tree
        for step in groups:
            level = level.setdefault(step, {})
        level[last] = [_scalar(one) for one in answer] if isinstance(answer, list) else _scalar(answer)
    data: dict[str, Any] = schema.coerce(_listed(tree), schema.current(form))
    return data


def _scalar(text: str) -> codec.Scalar:
    return codec.Scalar(text, unquoted=True)


def _listed(tree: Any) -> Any:
    if not isinstance(tree, dict):
        return tree
    below = {key: _listed(part) for key, part in tree.items()}
    if below and all(key.isdigit() for key in below):
        return [below[key] for key in sorted(below, key=int)]
    return below
