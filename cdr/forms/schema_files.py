"""The schemas as they ship, with every reference to a shipped file put in its place: nothing is ever fetched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from cdr import resources
from cdr.expressions import expression
from cdr.forms.codelists import code_list

Schema = Mapping[str, Any]
SHIPPED = expression(
    r"cdr:(codes/(?P<codes>[a-z0-9_]+)(?P<also>(\+[a-z_]+)*)|(cdr-)?(?P<form>[a-z-]+)/(?P<version>[0-9]+))"
)
# Where the answers stand that a reference may add to any list: `cdr:codes/place_of_death+not_applicable`.
ALSO = "yes_no_not_known_not_applicable"


@cache
def expanded(schema_name: str) -> Schema:
    """A shipped schema by its name, all its references followed; to be read, never changed.

    Raises: KeyError if no such schema ships.
    """
    whole = _expand({"$ref": f"cdr:{schema_name}"}, "")
    return {key: value for key, value in whole.items() if key not in ("$schema", "$defs")}


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
    beside = {key: _expand(part, address) for key, part in node.items() if key not in ("$ref", "$defs")}
    return {**_target(node["$ref"], address), **beside} if isinstance(node.get("$ref"), str) else beside


@cache
def _target(reference: str, address: str) -> Any:
    base, _, pointer = reference.partition("#")
    base = base or address
    node = _document(base)
    for step in pointer.split("/")[1:]:
        node = node[step]
    return _expand(node, base)
