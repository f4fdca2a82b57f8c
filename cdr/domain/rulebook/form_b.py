"""The rules of an agency's return (Form B) that its schema cannot say: B-01 to B-21 and B-27 to B-29 of the table in `sentences`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from cdr.domain.process.policy import Policy
from cdr.domain.rulebook.order_of_times import Rules, time_problems
from cdr.domain.rulebook.validation import (
    YES,
    at,
    date_at,
    found,
    gestation_days,
    items_at,
    moment_at,
    number_at,
    read_date,
    text_at,
    words_at,
)
from cdr.errors import Problem
from cdr.written import bare_name

NIL_RESPONSES = ("nil", "nil_return")
FULL = "full"
NO_RETURN = ("declined", "pending")
UNKNOWN = ("", "not_known", "not_applicable")
HELD = ("current", "past")
UNNAMED = "baby"
TIMES = Rules("B-28", "B-29")


def problems(form: Mapping[str, Any], form_a: Mapping[str, Any], agency: str, today: date) -> list[Problem]:
    """Everything that is wrong with a return beyond its schema; `agency` is the id of the one that was asked, `today` the clock's.

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
        *_same_details(form, form_a),
        *_dates(form, form_a, today),
        *time_problems(((field, moment_at(form, field)) for field, _ in _dated(form)), TIMES),
        *_answers(form, form_a),
        *_status(form),
    ]


def tells_of_abuse(form: Mapping[str, Any], policy: Policy) -> bool:
    """Whether a return tells of abuse or neglect, or of a concern about it; "not known" and "no" do not."""
    rules = policy.analysis
    if any(text_at(form, field) == YES for field in rules.abuse_in_returns):
        return True
    extra = [item for _, item in items_at(form, "supplementary")]
    return any(
        item.get("type") == rules.abuse_supplementary or text_at(item, f"answers.{rules.abuse_in_supplementary}") == YES
        for item in extra
    )


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
    given, family = bare_name(text_at(form, _OWN + "family_name")), bare_name(text_at(form_a, "child.family_name"))
    others = [text_at(form_a, "child.also_known_as"), *words_at(form_a, "child.also_known_as")]
    known = {family, *(bare_name(part) for other in others for part in (other, other.rpartition(" ")[2]))} - {""}
    return not given or not family or given in known


def _same_details(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> list[Problem]:
    """What two agencies may hold in two ways: worth a question, and seldom another child."""
    compared = (
        ("B-16", _OWN + "sex", "child.sex"),
        ("B-17", "circumstances.place_of_death", "death.place"),
        ("B-18", _OWN + "postcode", "child.postcode"),
    )
    return found(
        [
            *((_at_odds(text_at(form, own), text_at(form_a, notified)), rule, own) for rule, own, notified in compared),
            (not _a_first_name_agrees(form, form_a), "B-19", _OWN + "first_names"),
        ]
    )


def _at_odds(given: str, expected: str) -> bool:
    known = [bare_name(text) for text in (given, expected) if text not in UNKNOWN]
    return len(known) == 2 and known[0] != known[1]


def _a_first_name_agrees(form: Mapping[str, Any], form_a: Mapping[str, Any]) -> bool:
    """Whether one first name is the same; a baby may be named only after the notification."""
    given = _each(text_at(form, _OWN + "first_names"))
    names = [text_at(form_a, f"child.{key}") for key in ("first_names", "known_as")]
    known = {word for name in (*names, *words_at(form_a, "child.also_known_as")) for word in _each(name)}
    return not given or not known or UNNAMED in given | known or bool(given & known)


def _each(names: str) -> set[str]:
    return {bare_name(name) for name in names.replace("-", " ").split()} - {""}


def _status(form: Mapping[str, Any]) -> list[Problem]:
    plan = text_at(form, "child.status.child_protection_plan") in HELD
    looked_after = text_at(form, "child.status.looked_after") == "current"
    return found(
        (
            (plan and not words_at(form, "child.abuse_categories"), "B-20", "child.abuse_categories"),
            (looked_after and not words_at(form, "child.legal_status"), "B-21", "child.legal_status"),
        )
    )


def _dates(form: Mapping[str, Any], form_a: Mapping[str, Any], today: date) -> list[Problem]:
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
            (bool(completed and completed > today), "B-27", "completed_on"),
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
