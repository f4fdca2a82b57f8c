"""What is called otherwise in another store: references of cases, ids of meetings, of agencies and of people, wherever a document names them.

Text is never searched: only the fields that hold nothing but such a name. A reference of another area's (`handovers`) stays.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from cdr.records import dataclass, field

OF_A_CASE = frozenset({"case", "cases", "same_as"})
OF_A_PANEL = frozenset({"panel"})
OF_SOMEBODY = frozenset({"agency", "who", "for", "to", "owner", "with", "attended", "apologies", "observers", "people"})
THEIRS = frozenset({"handovers"})
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Names:
    """What each is called from now on, by what it was called: cases, meetings of the panel, and agencies or people."""

    cases: Mapping[str, str] = field(default_factory=dict)
    panels: Mapping[str, str] = field(default_factory=dict)
    people: Mapping[str, str] = field(default_factory=dict)

    def of(self, key: str) -> Mapping[str, str]:
        """The names that a field of this name may hold."""
        for keys, names in ((OF_A_CASE, self.cases), (OF_A_PANEL, self.panels), (OF_SOMEBODY, self.people)):
            if key in keys:
                return names
        return NOTHING


def renamed(part: Any, names: Names, key: str = "") -> Any:
    """A document's body, or a part of one, with every name as it is from now on."""
    if isinstance(part, Mapping):
        return {one: part[one] if one in THEIRS else renamed(part[one], names, one) for one in part}
    if isinstance(part, list):
        return [renamed(one, names, key) for one in part]
    return names.of(key).get(part, part) if isinstance(part, str) else part


def named(part: Any, known: Collection[str], key: str = "") -> set[str]:
    """Which of these agencies and people a body names."""
    if isinstance(part, Mapping):
        return set().union(*(named(part[one], known, one) for one in part if one not in THEIRS), set())
    if isinstance(part, list):
        return set().union(*(named(one, known, key) for one in part), set())
    return {part} if key in OF_SOMEBODY and isinstance(part, str) and part in known else set()


def of_some_cases(meeting: Mapping[str, Any], cases: Collection[str]) -> dict[str, Any]:
    """A meeting as a store has it that takes over some of its cases: what speaks of the others stays where it was.

    Minutes, and actions of the meeting itself, may speak of any of them: they go along only where all of its cases do.
    """
    all_go = all(one["case"] in cases for one in meeting["cases"])
    body = dict(meeting)
    for name in ("cases", "conflicts", "readings"):
        if name in body:
            body[name] = [one for one in body[name] if one["case"] in cases]
    if all_go:
        return body
    for name in ("minutes", "actions"):
        body.pop(name, None)
    if "agenda" in body:
        body["agenda"] = [{**one, "cases": [case for case in one["cases"] if case in cases]} for one in body["agenda"]]
    if "packs" in body:
        body["packs"] = [{**one, "documents": _of(one["documents"], cases)} for one in body["packs"]]
    return body


def _of(documents: Sequence[Mapping[str, Any]], cases: Collection[str]) -> list[Mapping[str, Any]]:
    return [one for one in documents if one["case"] in cases]
