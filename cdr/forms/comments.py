"""Keeping a person's comments and order in a document that they edited."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any

from cdr.errors import InvalidData, Problem
from cdr.expressions import expression
from cdr.forms import codec
from cdr.records import dataclass

if TYPE_CHECKING:
    from ruamel.yaml import YAML

UNMISTAKABLE = expression(r"[A-Za-z](?:[\w .'@()/+-]*[\w.)])?", re.ASCII)
KEEPS_LINE_ENDS = expression(r"[|>][0-9]?\+")
JSON_WORD = expression(r"null|true|false|-?(0|[1-9][0-9]*)(\.[0-9]+)?")
Splice = tuple[int, int, str]


@dataclass(frozen=True)
class Words:
    """A body as YAML, and whether that is laid out as its writer laid it out, with every comment where it stood."""

    text: bytes
    as_written: bool


def with_comments(text: bytes, data: Mapping[str, Any]) -> Words:
    """YAML that reads as `data`, a field a line at the top, in the words and order of `text` as far as that can be.

    What a reader of YAML would take for something else (an NHS number without quotation marks, a family name Null) is put
    in quotation marks; where even that does not give `data` back, or the whole stands in curly brackets, the canonical form
    is the answer. A comment that cannot stay where it stood comes first.
    """
    retold = _retold_as(text, data)
    kept = retold or codec.dump(data)
    there = Counter(codec.remarks(kept.decode()))
    moved = list((Counter(codec.remarks(text.decode("utf-8-sig"))) - there).elements())
    first = "".join(f"{remark}\n" for remark in moved).encode()
    return Words(first + kept.rstrip(b"\n") + b"\n", retold is not None and not moved)


def _retold_as(text: bytes, data: Mapping[str, Any]) -> bytes | None:
    """The text with its leaves those of `data`; None where it does not read as that then, or no header could stand before it."""
    from ruamel.yaml.error import YAMLError

    if _stands_as_it_is(text, data):
        return text
    yaml = _round_trip()
    yaml.indent(mapping=2, sequence=4, offset=2)
    with suppress(YAMLError, codec.Unreadable, ValueError, TypeError, KeyError, IndexError, AttributeError):
        tree = yaml.load(text)
        _put(tree, data)
        out = BytesIO()
        yaml.dump(tree, out)
        if not tree.fa.flow_style() and codec.load(out.getvalue()) == data:
            return out.getvalue()
    return None


def _stands_as_it_is(text: bytes, data: Mapping[str, Any]) -> bool:
    """Whether the text reads as `data` to every reader of YAML, and a header can stand before it; some such texts are not seen to be."""
    with suppress(UnicodeDecodeError, codec.Unreadable, TypeError, ValueError):
        words = text.decode()
        tidy = all(line.isprintable() for line in words.split("\n")) and not KEEPS_LINE_ENDS.search(words)
        return tidy and json.dumps(codec.load(text)) == json.dumps(data) and _is_unmistakable(words)
    return False


def _is_unmistakable(text: str) -> bool:
    """Whether a text is one group of fields in lines, without marks of its beginning and end, in which no answer could be taken for another kind."""
    inside: list[bool] = []  # whether each of the groups and lists that are open stands in brackets
    for event in codec.parsed(text):
        kind = event.__class__.__name__
        if getattr(event, "tag", None) or getattr(event, "anchor", None) or getattr(event, "explicit", False):
            return False
        if kind == "ScalarEvent":
            bare = event.value
            if not (event.style or JSON_WORD.fullmatch(bare) or _is_plain(bare)) and (
                inside[-1] or not codec.is_plain(bare)
            ):
                return False
        elif kind in ("MappingStartEvent", "SequenceStartEvent"):
            if not inside and (event.flow_style or event.start_mark.column):
                return False
            inside.append(bool(event.flow_style))
        elif kind in ("MappingEndEvent", "SequenceEndEvent"):
            inside.pop()
    return True


def _round_trip() -> YAML:
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 2**20
    return yaml


def _put(tree: Any, data: Any) -> None:
    """Make the leaves of `tree` those of `data`, quoted where they would otherwise be read as something else."""
    for key, value in data.items() if isinstance(data, Mapping) else enumerate(data):
        if isinstance(value, (Mapping, list)):
            _put(tree[key], value)
        elif tree[key] != value or type(value) is not type(tree[key]) or _odd_in_a_flow(tree, value):
            tree[key] = _quoted(value, tree[key])
    if isinstance(data, Mapping):
        for key in [key for key in tree if key not in data]:
            del tree[key]


def _odd_in_a_flow(tree: Any, value: Any) -> bool:
    """Whether an older reader of YAML stops at this text between brackets ({at: 2026-01-09T05:43})."""
    return bool(tree.fa.flow_style()) and isinstance(value, str) and UNMISTAKABLE.fullmatch(value) is None


def _quoted(value: Any, before: Any) -> Any:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString, ScalarString

    if not isinstance(value, str) or (isinstance(before, ScalarString) and before == value):
        return before if before == value and not isinstance(value, bool) else value
    return DoubleQuotedScalarString(value)


def with_item(text: bytes, key: str, item: Mapping[str, str]) -> bytes:
    """A file with one more item at the end of the list `key`; every other character of it stays as it is.

    Where the file is laid out so that this cannot be done, its comments and order are kept as far as can be.
    """
    item = _composed(item)
    source = codec.read_source(text, "").data
    wanted = {**source, key: [*source[key], item]}
    return _first_right(wanted, lambda: _item_added(text.decode(), key, item), lambda: _retold(text, key, None, item))


def with_fields(text: bytes, key: str, number: int, fields: Mapping[str, str]) -> bytes:
    """The same with fields of the item `number` (from 0) of a list set: given anew, or added behind the others."""
    fields = _composed(fields)
    source = codec.read_source(text, "").data
    items = [{**item, **fields} if n == number else item for n, item in enumerate(source[key])]
    wanted = {**source, key: items}
    return _first_right(
        wanted, lambda: _fields_set(text.decode(), key, number, fields), lambda: _retold(text, key, number, fields)
    )


def _first_right(wanted: Mapping[str, Any], *ways: Callable[[], bytes]) -> bytes:
    """The first of several writings that reads as what is wanted; Raises: InvalidData where none does."""
    from ruamel.yaml.error import YAMLError

    for way in ways:
        with suppress(YAMLError, InvalidData, ValueError, TypeError, KeyError, IndexError, AttributeError):
            made = way()
            if codec.read_source(made, "").data == wanted:
                return made
    raise InvalidData(
        [
            Problem(
                "agencies",
                "Agencies",
                "The file is laid out so that cdr cannot change it; change it with an editor.",
                "YAML-SYNTAX",
            )
        ],
        "cdr.yaml",
    )


def _composed(fields: Mapping[str, str]) -> dict[str, str]:
    """The values as whatever reads the file has them: an accent that was typed behind its letter is one with it."""
    return {name: unicodedata.normalize("NFC", value) for name, value in fields.items()}


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
    return value if _is_plain(value) else json.dumps(value, ensure_ascii=False)


def _is_plain(value: str) -> bool:
    """Whether a text needs no quotation marks wherever it stands."""
    return UNMISTAKABLE.fullmatch(value) is not None and value.lower() not in codec.WORDS


def _retold(text: bytes, key: str, number: int | None, fields: Mapping[str, str]) -> bytes:
    from ruamel.yaml.scalarstring import DoubleQuotedScalarString

    yaml = _round_trip()
    tree = yaml.load(text)
    # ruamel writes "?0" bare between brackets, where no reader takes it
    quoted = {name: value if _is_plain(value) else DoubleQuotedScalarString(value) for name, value in fields.items()}
    if number is None:
        tree[key].append(quoted)
    else:
        tree[key][number].update(quoted)
    out = BytesIO()
    yaml.dump(tree, out)
    return out.getvalue()
