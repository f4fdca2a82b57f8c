"""The schemas as they ship, with every reference to a shipped file put in its place: nothing is ever fetched."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from cdr import resources
from cdr.forms.codelists import code_list

Schema = Mapping[str, Any]
LEFT_OUT = ("$ref", "$defs", "$schema")  # of what is expanded: what it refers to stands in its place
# Where the answers stand that a reference may add to any list: `cdr:codes/place_of_death+not_applicable`.
ALSO = "yes_no_not_known_not_applicable"
NOWHERE = object()


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
    return _looked_into_from(f"cdr:{schema_name}", "")


class _LookedInto(Mapping[str, Any]):
    """A part of a schema, of which each part is followed when somebody asks for it."""

    def __init__(self, node: Schema, address: str) -> None:
        self._node = node
        self._address = address
        self._known: dict[str, Any] = {}

    def get(self, key: str, default: Any = None) -> Any:
        if key not in self._known:
            self._known[key] = self._found(key)
        found = self._known[key]
        return default if found is NOWHERE else found

    def __getitem__(self, key: str) -> Any:
        found = self.get(key, NOWHERE)
        if found is NOWHERE:
            raise KeyError(key)
        return found

    def __iter__(self) -> Iterator[str]:
        own = dict.fromkeys(key for key in self._node if key not in LEFT_OUT)
        return iter(dict.fromkeys(self._below()) | own)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _found(self, key: str) -> Any:
        if key in self._node and key not in LEFT_OUT:
            part = self._node[key]
            return _looked_into(part, self._address) if isinstance(part, dict | list) else part
        return self._below().get(key, NOWHERE)

    def _below(self) -> Schema:
        """What this refers to, which says what this does not say itself."""
        reference = self._node.get("$ref")
        return _looked_into_from(reference, self._address) if isinstance(reference, str) else {}


@cache
def _looked_into_from(reference: str, address: str) -> Schema:
    found: Schema = _looked_into(*_referred(reference, address))
    return found


def meaning(schema: Schema, code: str | int) -> str:
    """What a code that a field takes means; empty where the field has codes of its own, which no list explains."""
    listed = schema.get("x-codes")
    known = map(code_list, (listed, ALSO) if listed else ())
    return next((one.label(code) for one in known if code in one), "")


def _looked_into(node: Any, address: str) -> Any:
    if isinstance(node, list):
        return [_looked_into(part, address) if isinstance(part, dict | list) else part for part in node]
    return _LookedInto(node, address)


def shipped(schema_name: str) -> Schema:
    """A schema as it ships, with its references as they stand. Raises: KeyError if no such schema ships."""
    found: Schema = _document(f"cdr:{schema_name}")
    return found


@cache
def _document(address: str) -> Any:
    kind, _, name = address.removeprefix("cdr:").partition("/")
    if kind == "codes" and "/" not in name:
        return _codes_schema(*name.split("+"))
    file = f"{kind.removeprefix('cdr-')}-{name}.json"
    if not address.startswith("cdr:") or file not in resources.names("schemas"):
        raise KeyError("a schema refers to something that does not ship with cdr")
    return json.loads(resources.read_bytes("schemas", file))


def _codes_schema(name: str, *also: str) -> Schema:
    known = code_list(name)
    codes = [one["code"] for one in known.listed]
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
