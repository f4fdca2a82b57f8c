"""The code lists that ship with cdr: what a form's codes mean, for people and for the tables."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache, cached_property
from typing import Any

from cdr import resources
from cdr.records import dataclass, field

KNOWN_KEYS = ("code", "label", "group", "since", "until")


@dataclass(frozen=True)
class Code:
    """One code; `since` and `until` are ISO dates where the list tells them, `extra` what only this list has."""

    code: str | int
    label: str
    group: str | None = None
    since: str | None = None
    until: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class CodeList:
    """A list in the order in which people should see it; `listed` has each code as the file does."""

    id: str
    title: str
    source: str
    listed: tuple[Mapping[str, Any], ...]

    @cached_property
    def codes(self) -> tuple[Code, ...]:
        """All of its codes."""
        return tuple(map(_code, self.listed))

    def __contains__(self, code: object) -> bool:
        return self._told(code) is not None

    def get(self, code: object) -> Code | None:
        """The code itself, or None; 1 is not True and not "1"."""
        told = self._told(code)
        return None if told is None else _code(told)

    def label(self, code: str | int) -> str:
        """What a person reads for a code.

        Raises: KeyError, which does not name the code.
        """
        return str(self._known(code)["label"])

    def group(self, code: str | int) -> str | None:
        """The row of the tables that a code counts in, where the list has groups.

        Raises: KeyError, which does not name the code.
        """
        return self._known(code).get("group")

    def _told(self, code: object) -> Mapping[str, Any] | None:
        return next((one for one in self.listed if one["code"] == code and type(one["code"]) is type(code)), None)

    def _known(self, code: str | int) -> Mapping[str, Any]:
        found = self._told(code)
        if found is None:
            raise KeyError(f"not a code of the list {self.id}")
        return found


@cache
def code_list(id: str) -> CodeList:
    """The shipped list with this id: `code_list("sex")`.

    Raises: KeyError.
    """
    try:
        data = json.loads(resources.read_bytes("schemas", "codes", f"{id}.json"))
    except FileNotFoundError:
        raise KeyError(f"no code list {id}") from None
    return CodeList(data["id"], data["title"], data["source"], tuple(data["codes"]))


def _code(data: Mapping[str, Any]) -> Code:
    extra = {key: value for key, value in data.items() if key not in KNOWN_KEYS}
    return Code(data["code"], data["label"], data.get("group"), data.get("since"), data.get("until"), extra)
