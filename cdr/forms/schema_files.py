"""The schemas as they ship, with every reference to a shipped file put in its place: nothing is ever fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cdr import resources
from cdr.expressions import expression
from cdr.forms.codelists import code_list

Schema = Mapping[str, Any]
SHIPPED = expression(
    r"cdr:(codes/(?P<codes>[a-z0-9_]+)(?P<also>(\+[a-z_]+)*)|(cdr-)?(?P<form>[a-z-]+)/(?P<version>[0-9]+))"
)
LEFT_OUT = ("$ref", "$defs", "$schema")  # of what is expanded: what it refers to stands in its place
# Where the answers stand that a reference may add to any list: `cdr:codes/place_of_death+not_applicable`.
ALSO = "yes_no_not_known_not_applicable"


@cache
def expanded(schema_name: str) -> Schema:
    """A shipped schema by its name, all its references followed; to be read, never changed.

    Raises: KeyError if no such schema ships.
    """
    found: Schema = _expand({"$ref": f"cdr:{schema_name}"}, "")
    return found


def looked_into(schema_name: str) -> Schema:
    """The same as `expanded`, for who asks for a few of its fields: of the files that it refers to those are read that these need.

    Raises: KeyError if no such schema ships.
    """
    found: Schema = _looked_into({"$ref": f"cdr:{schema_name}"}, "")
    return found


class _LookedInto(Mapping[str, Any]):
    """A part of a schema, of which each part is followed when somebody asks for it."""

    def __init__(self, node: Schema, address: str) -> None:
        self._own = {key: part for key, part in node.items() if key not in LEFT_OUT}
        self._reference = node.get("$ref")
        self._address = address
        self._known: dict[str, Any] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self._known:
            self._known[key] = _looked_into(self._own[key], self._address) if key in self._own else self._below()[key]
        return self._known[key]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys(self._below()) | dict.fromkeys(self._own))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _below(self) -> Schema:
        """What this refers to, which says what this does not say itself."""
        if not isinstance(self._reference, str):
            return {}
        node, base = _referred(self._reference, self._address)
        found: Schema = _looked_into(node, base)
        return found


def meaning(schema: Schema, code: str | int) -> str:
    """What a code that a field takes means; empty where the field has codes of its own, which no list explains."""
    listed = schema.get("x-codes")
    found = (code_list(one).get(code) for one in ((listed, ALSO) if listed else ()))
    return next((one.label for one in found if one), "")


def _looked_into(node: Any, address: str) -> Any:
    if isinstance(node, list):
        return [_looked_into(part, address) for part in node]
    return _LookedInto(node, address) if isinstance(node, dict) else node


def shipped(schema_name: str) -> Schema:
    """A schema as it ships, with its references as they stand. Raises: KeyError if no such schema ships."""
    found: Schema = _document(f"cdr:{schema_name}")
    return found


@cache
def _document(address: str) -> Any:
    named = SHIPPED.fullmatch(address)
    if named and named["codes"]:
        return _codes_schema(named["codes"], named["also"].split("+")[1:])
    file = f"{named['form']}-{named['version']}.json" if named else ""
    if file not in resources.names("schemas"):
        raise KeyError("a schema refers to something that does not ship with cdr")
    return json.loads(resources.read_bytes("schemas", file))


def _codes_schema(name: str, also: list[str]) -> Schema:
    known = code_list(name)
    codes = [code.code for code in known.codes]
    kind = "integer" if all(isinstance(code, int) for code in codes) else "string"
    more = [code for code in also if code not in known and code in code_list(ALSO)]
    kinds = [kind, "string"] if more and kind != "string" else kind
    return {"title": known.title, "type": kinds, "enum": [*codes, *more], "x-codes": name}


def _expand(node: Any, address: str) -> Any:
    if isinstance(node, list):
        return [_expand(part, address) for part in node]
    if not isinstance(node, dict):
        return node
    beside = {key: _expand(part, address) for key, part in node.items() if key not in LEFT_OUT}
    return {**_target(node["$ref"], address), **beside} if isinstance(node.get("$ref"), str) else beside


@cache
def _target(reference: str, address: str) -> Any:
    return _expand(*_referred(reference, address))


def _referred(reference: str, address: str) -> tuple[Any, str]:
    """What a reference stands for, as it ships, and in which file that is."""
    base, _, pointer = reference.partition("#")
    base = base or address
    node = _document(base)
    for step in pointer.split("/")[1:]:
        node = node[step]
    return node, base
