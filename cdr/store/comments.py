"""Keeping a person's comments and order in a document that they edited."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from cdr.store import codec


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
