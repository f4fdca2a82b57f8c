"""Answers of the letter gate that Form A or the case does not bear out: they are asked again, with the reason why they stand."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

from cdr.domain.letters.letter_gate import BY_ID, answer_of, reason_of
from cdr.domain.letters.people_written_to import recipients
from cdr.domain.process.age import completed_years
from cdr.domain.rulebook.validation import items_at, text_at, words_at

if TYPE_CHECKING:
    from cdr.domain.letters.letter_kinds import Addresses

ADULT = 18
ONE_BY_ONE = "give the answer for each person by themselves, with --to"
WITH_A_REASON = "write why the answer stands all the same beside it, as because"

Body = Mapping[str, Any]


def at_odds(
    gate: Body | None,
    form_a: Body,
    people: Mapping[int, Body],
    on: date,
    questions: Collection[str],
    addresses: Addresses,
    *,
    live_process: bool,
    criminal: bool,
) -> list[str]:
    """What to ask again, a sentence each that names nobody: Form A and the case know otherwise than an answer says.

    `people` are those of Form A whom letters go to, by the letters' numbers; `live_process`: an inquest or a criminal case is
    open, `criminal`: a criminal case is. (process: the letter gate)
    """
    answers = (gate or {}).get("answers") or {}
    found = [
        *_wording(answers, live_process),
        *_language(answers, form_a, people),
        *_able(answers, people, on, addresses),
        *_suspected(answers, form_a, addresses, criminal, len(people)),
    ]
    return [sentence for id_, sentence in found if id_ in questions]


def _wording(answers: Body, live_process: bool) -> Iterator[tuple[str, str]]:
    if live_process and answer_of(answers, "wording_agreed") == "not_applicable":
        yield (
            "wording_agreed",
            "An inquest or a criminal case is open: ask the coroner’s officer or the family liaison "
            "officer to agree the wording. [wording_agreed]",
        )


def _language(answers: Body, form_a: Body, people: Mapping[int, Body]) -> Iterator[tuple[str, str]]:
    id_ = "language_and_format"
    named = any(one.interpreter for one in recipients(form_a) if one.number in people)
    if named and answer_of(answers, id_).casefold() in {"none", "no"}:
        yield id_, f"Form A says that an interpreter is needed: ask the key worker in which language to write. [{id_}]"


def _able(answers: Body, people: Mapping[int, Body], on: date, addresses: Addresses) -> Iterator[tuple[str, str]]:
    id_ = "recipients_able"
    if answer_of(answers, id_) != "yes" or reason_of(answers, id_):
        return
    for number, person in people.items():
        lines = words_at(person, "address")
        reasons = (
            (may_be_a_child(person, on), "may be under 18"),
            (addresses.is_custody(lines), "is in custody"),
            (addresses.is_hospital(lines), "is in hospital"),
        )
        for holds, reason in reasons:
            if holds:
                who = BY_ID[id_].ask
                yield (
                    id_,
                    f"By Form A, the one whom letter {number} goes to {reason}: ask {who} who will read it with them, and {WITH_A_REASON}. [{id_}]",
                )


def _suspected(
    answers: Body, form_a: Body, addresses: Addresses, criminal: bool, letters: int
) -> Iterator[tuple[str, str]]:
    id_ = "parent_suspected"
    if not criminal or answer_of(answers, id_) != "no" or (reason_of(answers, id_) and letters == 1):
        return
    in_custody = any(
        addresses.is_custody(words_at(person, "address")) for _, person in items_at(form_a, "family.parents")
    )
    if in_custody or "apparent_homicide" in words_at(form_a, "death.suspected_events"):
        why = "a parent or carer of Form A is in custody" if in_custody else "Form A suspects a homicide"
        do = ONE_BY_ONE if reason_of(answers, id_) else WITH_A_REASON
        yield id_, f"A criminal case is open and {why}: ask {BY_ID[id_].ask} again, and {do}. [{id_}]"


def may_be_a_child(person: Body, on: date) -> bool:
    """Whether a person is under 18 on a day or, where only the year or the month of birth is known, may be."""
    born = text_at(person, "date_of_birth")
    if born:
        latest = _latest(born)
        return latest is not None and completed_years(latest, on) < ADULT
    age = person.get("age")
    return isinstance(age, int) and age < ADULT


def _latest(born: str) -> date | None:
    """The last day that a date of birth, whole or in part, can mean."""
    from calendar import monthrange

    try:
        year, month, day = (*map(int, born.split("-")), 0, 0)[:3]
        month = month or 12
        return date(year, month, day or monthrange(year, month)[1])
    except ValueError:
        return None
