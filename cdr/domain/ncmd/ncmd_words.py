"""An answer as a person types it into a form: its codes in words, dates by day, month and year, numbers in groups."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from cdr.expressions import expression
from cdr.forms.codelists import code_list

Schema = Mapping[str, Any]
ONE_LINE = "^[^\\n]*$"  # the pattern of any text on one line: it tells nothing of what the text means
NHS_NUMBER = "^[0-9]{10}$"
DAY = expression(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?:T(\d{2}:\d{2})(?::\d{2})?)?")
NO_ANSWER: tuple[Any, ...] = (None, "", [], {})
NOBODY_KNOWS = ("not_known", "not_applicable")
SHORT_CODE = 2


def is_gestation(schema: Schema) -> bool:
    """Whether a group is a gestation, which reads as one answer."""
    return set(schema.get("properties", ())) == {"weeks", "days"}


def is_group(schema: Schema) -> bool:
    """Whether a field consists of fields of its own."""
    return "object" in _types(schema) and not is_gestation(schema)


def is_list_of_groups(schema: Schema) -> bool:
    """Whether a field is a list whose items consist of fields."""
    return "array" in _types(schema) and "object" in _types(schema.get("items", {}))


def is_comparable(schema: Schema) -> bool:
    """Whether two answers that differ cannot both be right: codes, numbers and dates, not words."""
    if "array" in _types(schema):
        return False
    pattern = schema.get("pattern", ONE_LINE)
    coded = "enum" in schema or "x-codes" in schema or "format" in schema or pattern != ONE_LINE
    return coded or is_gestation(schema) or bool({"integer", "number"} & set(_types(schema)))


def disagree(schema: Schema, values: list[Any]) -> bool:
    """Whether these answers, all of them different, cannot all be right; not to know is no claim, and lists add up."""
    claims = [value for value in values if value not in NOBODY_KNOWS and value != ["not_known"]]
    if "array" in _types(schema):
        return ["none"] in claims and len(claims) > 1
    return is_comparable(schema) and len(claims) > 1


def folded_answer(value: Any) -> str:
    """An answer without what makes no difference: spelling of letters, spaces, order of a list."""
    if isinstance(value, list):
        return "\n".join(sorted(map(folded_answer, value)))
    if isinstance(value, Mapping):
        return "\n".join(f"{key} {folded_answer(value[key])}" for key in sorted(value))
    return re.sub(r"\s", "", str(value)).casefold()


def answer_in_words(schema: Schema, value: Any, agencies: Mapping[str, str]) -> str:
    """An answer in words; `agencies` names each agency by its id."""
    if isinstance(value, list):
        items = schema.get("items", {})
        coded = "enum" in items or "x-codes" in items
        return ("; " if coded else ", ").join(answer_in_words(items, one, agencies) for one in value) or "None"
    if isinstance(value, Mapping):
        return _gestation(value) if is_gestation(schema) else ", ".join(map(str, value.values()))
    if "enum" in schema or "x-codes" in schema:
        return _code(schema, value)
    if "format" in schema:
        return day(str(value))
    if schema.get("pattern") == NHS_NUMBER:
        return f"{value[:3]} {value[3:6]} {value[6:]}"
    return agencies.get(value, value) if isinstance(value, str) else str(value)


def day(text: str) -> str:
    """A date as it is typed: `09/01/2026`, `09/01/2026 05:43`, `01/2026`; what is no date stays as it is."""
    match = DAY.fullmatch(text)
    if match is None:
        return text
    year, month, of_month, time = match.groups()
    written = "/".join(part for part in (of_month, month, year) if part)
    return f"{written} {time}" if time else written


def day_of(moment: date) -> str:
    """A date as it is typed."""
    return day(moment.isoformat())


def _gestation(value: Mapping[str, Any]) -> str:
    weeks, days = value.get("weeks"), value.get("days")
    return f"{weeks} weeks" + ("" if days is None else f" and {days} day{'' if days == 1 else 's'}")


def _code(schema: Schema, value: Any) -> str:
    known = code_list(schema["x-codes"]).get(value) if "x-codes" in schema else None
    words = known.label if known else str(value).replace("_", " ")
    # A capital letter or a number is what the national form itself prints; other codes are this product's own.
    printed = len(str(value)) <= SHORT_CODE and (str(value).isdigit() or str(value).isupper())
    return f"{words} ({value})" if known and printed else words


def _types(schema: Schema) -> list[str]:
    types = schema.get("type", "string")
    return [types] if isinstance(types, str) else list(types)
