"""The numbers of a case's files, contacts, questions and parents, where two people gave one number to two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.merging import identities
from cdr.domain.rulebook.validation import at

REFERS = "attachment"
OTHERS_NAME_IT = {
    "parent": "; please check what was recorded here by that number: contacts, questions, wishes, letters"
}


def moved(case: Mapping[str, Any], numbers: Mapping[int, int]) -> dict[str, Any]:
    """A case document in which files are called by other numbers: in its list of them, and wherever one is named."""
    found = {name: _moved(part, numbers) for name, part in case.items()}
    if isinstance(found.get("attachments"), list):
        found["attachments"] = [
            {**one, "number": numbers.get(one.get("number"), one.get("number"))} for one in found["attachments"]
        ]
    return found


def _moved(part: Any, numbers: Mapping[int, int]) -> Any:
    if isinstance(part, Mapping):
        return {
            name: numbers.get(inner, inner) if name == REFERS and isinstance(inner, int) else _moved(inner, numbers)
            for name, inner in part.items()
        }
    if isinstance(part, list):
        return [_moved(one, numbers) for one in part]
    return part


def changed(form: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """Which contacts and questions of a case, or parents of Form A, have another number than before, a line each."""
    for names, word in identities.NUMBERED.items():
        if names[0] != form:
            continue
        was, now = (_by_number(names, at(body, ".".join(names[1:]))) for body in (before, after))
        for key, number in was.items():
            if now.get(key, number) != number:
                yield f"{word} {number} of this copy is {word} {now[key]} from now on{OTHERS_NAME_IT.get(word, '')}"


def _by_number(names: identities.Names, items: Any) -> dict[tuple[str, int], int]:
    found: dict[tuple[str, int], int] = {}
    for number, item in enumerate(items if isinstance(items, list) else (), 1):
        key = identities.key(names, item)
        found[key, sum(known == key for known, _ in found)] = number
    return found
