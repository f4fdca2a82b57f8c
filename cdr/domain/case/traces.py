"""Where somebody stands in a document: every field, also of free text, that holds the name, the date or the number that was given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.anonymising.words import words_of
from cdr.domain.case.people import CHILD, OTHER, OTHERS, PARENT, PARENTS, SIBLING, SIBLINGS, Clues, bare_number
from cdr.records import dataclass
from cdr.written import day

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Trace:
    """A field of one revision of a document in which somebody stands; `kind` is who they are to the child, empty where the field does not say.

    `case` is empty for what belongs to none; `is_exact` says that what was given stands there as it was given.
    """

    case: str
    document: str
    revision: int
    is_current: bool
    field: str
    kind: str
    is_exact: bool = True


def fields_of(body: Body, clues: Clues) -> list[tuple[str, str]]:
    """The fields, as dotted paths, that hold what was given, and the role of each; none unless every clue is somewhere in the document."""
    values = [*values_of(body, "")]
    each = [
        *([path for path, text in values if _has_name(text, name)] for name in clues.names),
        *([path for path, text in values if _has_day(text, one)] for one in clues.days),
        *([path for path, text in values if one in bare_number(text)] for one in clues.numbers),
    ]
    if not each or not all(each):
        return []
    return [(path, role_of(body, path)) for path in dict.fromkeys(path for paths in each for path in paths)]


def values_of(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Every text, number and date below a value, each by its dotted path."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from values_of(inner, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from values_of(inner, f"{path}.{number}")
    elif value is not None and not isinstance(value, bool):
        yield path, str(value)


def _has_name(text: str, name: Sequence[str]) -> bool:
    return set(name) <= set(words_of(text.replace("_", " ")))  # a file's name, like `planted_report.pdf`


def _has_day(text: str, iso: str) -> bool:
    if iso in text:
        return True
    try:
        return day(text).isoformat() == iso
    except ValueError:
        return False


def role_of(body: Body, path: str) -> str:
    """Who the field is about: by the relationship beside it, the child's own part of a form, or nothing."""
    keys = path.split(".")
    for end in range(len(keys) - 1, 0, -1):
        found: Any = body
        for key in keys[:end]:
            found = found[int(key)] if isinstance(found, list | tuple) else found.get(key, {})
        relationship = found.get("relationship") if isinstance(found, Mapping) else None
        if relationship:
            known = ((PARENT, PARENTS), (SIBLING, SIBLINGS), (OTHER, OTHERS))
            return next((kind for kind, codes in known if relationship in codes), OTHER)
    return CHILD if keys[0] == "child" else ""
