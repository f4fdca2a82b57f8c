"""Keeping a person's comments and order in a document that they edited."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import Any

from cdr.errors import InvalidData
from cdr.store import codec

UNMISTAKABLE = re.compile(r"[A-Za-z](?:[\w .'@()/+-]*[\w.)])?", re.ASCII)
Splice = tuple[int, int, str]


def with_comments(text: bytes, data: Mapping[str, Any]) -> bytes:
    """YAML that reads as `data`, in the words and order of `text` as far as that can be.

    What a reader of YAML would take for something else (an NHS number without quotation marks, a family name Null) is put
    in quotation marks; where even that does not give `data` back, the canonical form is the answer.
    """
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**20
    yaml.indent(mapping=2, sequence=4, offset=2)
    try:
        tree = yaml.load(text)
        _put(tree, data)
        out = BytesIO()
        yaml.dump(tree, out)
        kept = out.getvalue()
        return kept if codec.load(kept) == data else codec.dump(data)
    except (YAMLError, codec.Unreadable, ValueError, TypeError, KeyError, IndexError):
        return codec.dump(data)


def _put(tree: Any, data: Any) -> None:
    """Make the leaves of `tree` those of `data`, quoted where they would otherwise be read as something else."""
    for key, value in data.items() if isinstance(data, Mapping) else enumerate(data):
        if isinstance(value, (Mapping, list)):
            _put(tree[key], value)
        elif tree[key] != value or type(value) is not type(tree[key]):
            tree[key] = _quoted(value, tree[key])
    if isinstance(data, Mapping):
        for key in [key for key in tree if key not in data]:
            del tree[key]


def _quoted(value: Any, before: Any) -> Any:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

    if not isinstance(value, str) or (isinstance(before, ScalarString) and before == value):
        return before if before == value and not isinstance(value, bool) else value
    return DoubleQuotedScalarString(value)


def with_item(text: bytes, key: str, item: Mapping[str, str]) -> bytes:
    """A file with one more item at the end of the list `key`; every other character of it stays as it is.

    Where the file is laid out so that this cannot be done, its comments and order are kept as far as can be.
    """
    source = codec.read_source(text, "").data
    wanted = {**source, key: [*source[key], dict(item)]}
    return _first_right(wanted, lambda: _item_added(text.decode(), key, item), lambda: _retold(text, key, None, item))


def with_fields(text: bytes, key: str, number: int, fields: Mapping[str, str]) -> bytes:
    """The same with fields of the item `number` (from 0) of a list set: given anew, or added behind the others."""
    source = codec.read_source(text, "").data
    items = [{**item, **fields} if n == number else item for n, item in enumerate(source[key])]
    wanted = {**source, key: items}
    return _first_right(
        wanted, lambda: _fields_set(text.decode(), key, number, fields), lambda: _retold(text, key, number, fields)
    )


def _first_right(wanted: Mapping[str, Any], *ways: Callable[[], bytes]) -> bytes:
    """The first of several writings that reads as what is wanted; the canonical form where none does."""
    from ruamel.yaml.error import YAMLError

    for way in ways:
        with suppress(YAMLError, InvalidData, ValueError, TypeError, KeyError, IndexError, AttributeError):
            made = way()
            if codec.read_source(made, "").data == wanted:
                return made
    return codec.dump(wanted)


def _item_added(text: str, key: str, item: Mapping[str, str]) -> bytes:
    last = _node(text, key).value[-1]
    start = last.start_mark.index
    before = text[text.rfind("\n", 0, start) + 1 : start]
    if before.strip() != "-":
        raise ValueError("the items do not stand on lines of their own")
    parts = [f"{name}: {_scalar(value)}" for name, value in item.items()]
    lines = "{" + ", ".join(parts) + "}" if last.flow_style else f"\n{' ' * len(before)}".join(parts)
    return _spliced(text, [_new_line(text, last, before + lines)])


def _fields_set(text: str, key: str, number: int, fields: Mapping[str, str]) -> bytes:
    node = _node(text, key).value[number]
    known = {name.value: value for name, value in node.value}
    splices = [
        (known[name].start_mark.index, known[name].end_mark.index, _scalar(value))
        for name, value in fields.items()
        if name in known
    ]
    added = [f"{name}: {_scalar(value)}" for name, value in fields.items() if name not in known]
    if added and node.flow_style:
        end = _end(node.value[-1][1])
        splices.append((end, end, "".join(f", {part}" for part in added)))
    elif added:
        indent = " " * node.value[0][0].start_mark.column
        splices.append(_new_line(text, node, "\n".join(indent + part for part in added)))
    return _spliced(text, splices)


def _node(text: str, key: str) -> Any:
    from ruamel.yaml import YAML

    root = YAML(typ="rt", pure=True).compose(text)
    return next(value for name, value in root.value if name.value == key)


def _end(node: Any) -> int:
    """Where a node ends: a list or group of lines ends, for YAML, only where the next thing begins."""
    inside = isinstance(node.value, list) and not node.flow_style
    last = node.value[-1] if inside else node
    index: int = _end(last[1] if isinstance(last, tuple) else last) if inside else node.end_mark.index
    return index


def _new_line(text: str, after: Any, line: str) -> Splice:
    end = text.find("\n", _end(after))
    return (len(text), len(text), f"\n{line}\n") if end < 0 else (end + 1, end + 1, f"{line}\n")


def _spliced(text: str, splices: Iterable[Splice]) -> bytes:
    for start, end, new in sorted(splices, reverse=True):
        text = text[:start] + new + text[end:]
    return text.encode()


def _scalar(value: str) -> str:
    return (
        value
        if UNMISTAKABLE.fullmatch(value) and value.lower() not in codec.WORDS
        else json.dumps(value, ensure_ascii=False)
    )


def _retold(text: bytes, key: str, number: int | None, fields: Mapping[str, str]) -> bytes:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**20
    tree = yaml.load(text)
    if number is None:
        tree[key].append(dict(fields))
    else:
        tree[key][number].update(fields)
    out = BytesIO()
    yaml.dump(tree, out)
    return out.getvalue()
