"""The rules of an agency's return (Form B) that its schema cannot say: B-01 to B-13 of `validation`'s table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from cdr.domain.duplicates import normal
from cdr.domain.validation import (
    YES,
    at,
    date_at,
    found,
    gestation_days,
    items_at,
    number_at,
    read_date,
    text_at,
    words_at,
)
from cdr.errors import Problem

NIL_RESPONSES = ("nil", "nil_return")
FULL = "full"
NO_RETURN = ("declined", "pending")


def problems(form: Mapping[str, Any], form_a: Mapping[str, Any], agency: str) -> list[Problem]:
    """Everything that is wrong with a return beyond its schema; `agency` is the id of the one that was asked.

    Never raises, whatever the form is. What one of the two forms does not say is not compared.
    """
    return [
        *found(
            [
                (bool(told := text_at(form, "agency")) and told != agency, "B-01", "agency"),
                (text_at(form, "response") in NO_RETURN, "B-14", "response"),
                (text_at(form, "response") == FULL and not _says_whom(form), "B-15", "identifying"),
            ]
        ),
        *_same_child(form, form_a),
        *_dates(form, form_a),
        *_answers(form, form_a),
    ]


def _says_whom(form: Mapping[str, Any]) -> bool:
    return any(text_at(form, _OWN + key) for key in ("family_name", "date_of_birth", "nhs_number"))


def _same_child(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> list[Problem]:
    number, expected = ("".join(text.split()) for text in (text_at(form, _OWN + "nhs_number"), _notified(form_a)))
    return found(
        (
            (not _family_name_agrees(form, form_a), "B-02", _OWN + "family_name"),
            (_differ(form, _OWN + "date_of_birth", form_a, "child.date_of_birth"), "B-03", _OWN + "date_of_birth"),
            (bool(number and expected) and number != expected, "B-04", _OWN + "nhs_number"),
            (_differ(form, _OWN + "date_of_death", form_a, "death.date"), "B-05", _OWN + "date_of_death"),
        )
    )


_OWN = "identifying."


def _notified(form_a: Mapping[str, Any]) -> str:
    return text_at(form_a, "child.nhs_number")


def _differ(form: Mapping[str, Any], own: str, form_a: Mapping[str, Any], notified: str) -> bool:
    given, expected = date_at(form, own), date_at(form_a, notified)
    return given is not None and expected is not None and given != expected


def _family_name_agrees(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> bool:
    """Whether the family name is the child's, or the last part of another name that the notification gives."""
    given, family = normal(text_at(form, _OWN + "family_name")), normal(text_at(form_a, "child.family_name"))
    others = [text_at(form_a, "child.also_known_as"), *words_at(form_a, "child.also_known_as")]
    known = {family, *(normal(part) for other in others for part in (other, other.rpartition(" ")[2]))} - {""}
    return not given or not family or given in known


def _dates(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> list[Problem]:
    completed, died = date_at(form, "completed_on"), date_at(form_a, "death.date")
    first, last = date_at(form, "contact.first"), date_at(form, "contact.last")
    later = [
        ((day := read_date(value)) is not None and completed is not None and day > completed, "B-07", field)
        for field, value in _dated(form)
    ]
    return found(
        [
            (bool(first and last and last < first), "B-06", "contact.last"),
            *later,
            (bool(completed and died and completed < died), "B-08", "completed_on"),
        ]
    )


def _dated(form: Mapping[str, Any]) -> Iterator[tuple[str, object]]:
    yield from ((f"contact.{key}", at(form, f"contact.{key}")) for key in ("first", "last"))
    yield from ((f"timeline.{n}.at", item.get("at")) for n, item in items_at(form, "timeline"))


def _answers(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> list[Problem]:
    kinds = [(n, text_at(item, "type")) for n, item in items_at(form, "supplementary")]
    earlier = [[kind for _, kind in kinds[:position]] for position, _ in enumerate(kinds)]
    repeated = [(kind != "" and kind in before, n) for (n, kind), before in zip(kinds, earlier, strict=True)]
    nil = text_at(form, "response") in NIL_RESPONSES
    told = any(value is not None for _, value in _dated(form))
    gestations = gestation_days(form), gestation_days(form_a)
    weights = number_at(form, "child.birth_weight_g"), number_at(form_a, "child.birth_weight_g")
    unnamed = not text_at(form, "service.bereavement_support_detail")
    return found(
        [
            *((again, "B-09", f"supplementary.{n}.type") for again, n in repeated),
            (nil and told, "B-10", "response"),
            (None not in gestations and gestations[0] != gestations[1], "B-11", "child.gestation"),
            (None not in weights and weights[0] != weights[1], "B-12", "child.birth_weight_g"),
            (
                text_at(form, "service.bereavement_support_offered") == YES and unnamed,
                "B-13",
                "service.bereavement_support_detail",
            ),
        ]
    )
