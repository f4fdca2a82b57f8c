"""How much of what an agency of its type should know is answered in its return, and exactly what is not.

An answer is anything that was filled in: `not_known` shows that the question was considered. What is asked of whom, and
what an answer weighs, stands in `rules/completeness.yaml` (the form's own structure; weights are general knowledge).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from cdr.domain.rulebook.validation import at, items_at, text_at, words_at
from cdr.forms.codelists import code_list
from cdr.records import dataclass

SUPPLEMENTARY = "supplementary"


@dataclass(frozen=True)
class Expected:
    """A field that a return should answer: what it weighs, and the earlier answers (any of them) that call for it.

    `each` where it is asked once for each item of a list, and not where the list itself is missing.
    """

    field: str
    weight: int
    when: tuple[tuple[str, tuple[str, ...]], ...] = ()
    each: bool = False


@dataclass(frozen=True)
class Gap:
    """A field that was not answered; `opened` where only the return's own answers call for it, so that its name tells them."""

    field: str
    opened: bool


@dataclass(frozen=True)
class Completeness:
    """How complete a return is: `score` in percent by weight, how many fields are answered of those asked, and the gaps."""

    score: int
    answered: int
    asked: int
    missing: tuple[Gap, ...]


def expected(rules: Mapping[str, Any], agency_type: str) -> tuple[Expected, ...]:
    """What a full return of this type of agency should answer: the fields for every agency, then those of its own sections."""
    known = code_list("agency_type").get(agency_type)
    sections = ("every", *(known.extra.get("core", ()) if known else ()))
    fields = [(field, weight) for section in sections for field, weight in rules["fields"].get(section, {}).items()]
    lists = {field for field, _ in fields if "." not in field}
    return tuple(
        Expected(field, int(weight), _when(rules["when"].get(field, {})), field not in lists and _head(field) in lists)
        for field, weight in fields
    )


def _head(field: str) -> str:
    return field.partition(".")[0]


def _when(rule: Mapping[str, Sequence[str]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return tuple((field, tuple(codes)) for field, codes in rule.items())


def completeness(form: Mapping[str, Any], asked: Sequence[Expected], supplementary_weight: int = 1) -> Completeness:
    """How much of what is asked a return answers; a supplementary form that its own events call for is asked too."""
    wanted = [one for one in asked if _applies(form, one)]
    judged = [(Gap(one.field, bool(one.when)), one.weight, _is_answered(form, one.field)) for one in wanted]
    judged += [(Gap(SUPPLEMENTARY, True), supplementary_weight, given) for given in _supplementary(form)]
    whole = sum(weight for _, weight, _ in judged)
    have = sum(weight for _, weight, given in judged if given)
    missing = tuple(gap for gap, _, given in judged if not given)
    return Completeness(100 * have // whole if whole else 100, len(judged) - len(missing), len(judged), missing)


def _applies(form: Mapping[str, Any], one: Expected) -> bool:
    if one.each and not items_at(form, _head(one.field)):
        return False
    return not one.when or any(set(_said(form, field)) & set(codes) for field, codes in one.when)


def _said(form: Mapping[str, Any], field: str) -> list[str]:
    return [*words_at(form, field), text_at(form, field)]


def _is_answered(form: Mapping[str, Any], field: str) -> bool:
    """Whether a field says anything; `parents.employment` is answered when it is for each of them."""
    value = at(form, field)
    head, rest = _head(field), field.partition(".")[2]
    if rest and isinstance(at(form, head), list):
        items = [item for _, item in items_at(form, head)]
        return bool(items) and all(_is_answered(item, rest) for item in items)
    return value not in (None, "", [], {})


def _supplementary(form: Mapping[str, Any]) -> Iterator[bool]:
    """Whether each supplementary form that the known events call for is there."""
    events = set(words_at(form, "circumstances.events_known"))
    given = {text_at(item, "type") for _, item in items_at(form, SUPPLEMENTARY) if item.get("answers")}
    for kind in code_list("supplementary_type").codes:
        if events & set(kind.extra.get("events", ())):
            yield kind.code in given
