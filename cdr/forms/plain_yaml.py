"""YAML as cdr itself writes it, read in one go: keys, text, numbers, lists and groups, and nothing else that YAML knows.

Whatever else stands in a text is left to who tells what it is.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from cdr.expressions import expression

INTEGER = expression(r"-?(0|[1-9][0-9]*)")
NUMBER = expression(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")
CONSTANTS: Mapping[str, Any] = {"null": None, "~": None, "": None, "true": True, "false": False}
MERGE = "<<"
FIRST_OF_A_NUMBER = "-0123456789"


class Odd(Exception):
    """There is something in a text that cdr does not write."""


def value(text: str) -> Any:
    """The data for a scalar without quotation marks in one of our own documents: JSON's types, and everything else as text."""
    if text in CONSTANTS:
        return CONSTANTS[text]
    if text[0] not in FIRST_OF_A_NUMBER:
        return text
    if INTEGER.fullmatch(text):
        return int(text)
    return float(text) if NUMBER.fullmatch(text) and math.isfinite(float(text)) else text


def read(text: str, max_depth: int) -> dict[str, Any]:
    """The group that a text holds. Raises: Odd."""
    from ruamel.yaml.error import YAMLError

    try:
        return _Reader(text).whole(max_depth)
    except (YAMLError, ValueError, RecursionError, OverflowError):
        raise Odd from None


class _Reader:
    """Takes what the parser tells, piece by piece."""

    def __init__(self, text: str) -> None:
        from _ruamel_yaml import CParser  # type: ignore[import-not-found]
        from ruamel.yaml import events

        self.take: Callable[[], Any] = CParser(text).get_event
        self.events = events
        self.scalar, self.group, self.row = events.ScalarEvent, events.MappingStartEvent, events.SequenceStartEvent

    def whole(self, max_depth: int) -> dict[str, Any]:
        """One document, which is a group, and nothing after it."""
        self._expect(self.events.StreamStartEvent)
        begun = self._expect(self.events.DocumentStartEvent)
        root = self._expect(self.group)
        if begun.version or begun.tags or root.anchor is not None or root.tag is not None:
            raise Odd
        found = self._group(max_depth - 1)
        self._expect(self.events.DocumentEndEvent)
        self._expect(self.events.StreamEndEvent)
        return found

    def _expect(self, kind: type) -> Any:
        event = self.take()
        if event.__class__ is not kind:
            raise Odd
        return event

    def _group(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (event := self.take()).__class__ is self.scalar:
            key = event.value
            if event.anchor is not None or event.tag is not None or key in found or key == MERGE:
                raise Odd
            found[key] = self._node(self.take(), depth)
        if event.__class__ is not self.events.MappingEndEvent:
            raise Odd
        return found

    def _row(self, depth: int) -> list[Any]:
        found = []
        while (event := self.take()).__class__ is not self.events.SequenceEndEvent:
            found.append(self._node(event, depth))
        return found

    def _node(self, event: Any, depth: int) -> Any:
        kind = event.__class__
        if kind not in (self.scalar, self.group, self.row) or event.anchor is not None or event.tag is not None:
            raise Odd
        if kind is self.scalar:
            return event.value if event.style else value(event.value)
        if not depth:
            raise Odd
        return self._group(depth - 1) if kind is self.group else self._row(depth - 1)
