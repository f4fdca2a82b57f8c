"""The log of contact, and the family's questions, as the case keeps them."""

from __future__ import annotations

from datetime import date

import pytest

from cdr import app
from cdr.domain.case import case as cases
from cdr.domain.case import contacts, family_questions, review
from cdr.domain.case.contacts import Contact
from cdr.domain.case.family_questions import ANSWERED, CANNOT_BE_KNOWN, Question
from cdr.errors import ConditionsNotMet
from cdr.store.layout import CASE

DAY, LATER = date(2026, 3, 2), date(2026, 3, 9)
ASKED = Question(DAY, text="Was she in pain?", asked_by="mother", to="northtown-general")
EMPTY: dict[str, object] = {"schema": "case/1", "status": "open", "reviews": []}


def test_a_question_is_open_until_it_is_answered_or_found_to_be_unknowable() -> None:
    case, number = family_questions.asked(EMPTY, ASKED, DAY, "Robin Ashworth")
    case, second = family_questions.asked(case, Question(DAY, text="Why?"), DAY, "Robin Ashworth")
    assert (number, second, [*family_questions.open_questions(case)]) == (1, 2, [1, 2])
    assert family_questions.questions_of(case)[1] == ASKED
    assert "Questions of the family are open: 1, 2." in review.unmet_for_closing(case, {}, None)
    assert "answers to the family" in cases.waiting_for(case, {})
    case = family_questions.answered(case, 1, ANSWERED, "No, she was not.", LATER)
    case = family_questions.answered(case, 2, CANNOT_BE_KNOWN, "Nobody can say.", LATER)
    assert family_questions.open_questions(case) == {}
    assert not any("Questions" in one for one in review.unmet_for_closing(case, {}, None))
    case, was_answer = family_questions.taken_back(case, 2, LATER)
    assert was_answer and family_questions.questions_of(case)[2] == Question(DAY, text="Why?")
    case, was_answer = family_questions.taken_back(case, 2, LATER)
    assert not was_answer and [*family_questions.questions_of(case)] == [1]
    _, third = family_questions.asked(case, ASKED, DAY, "Robin Ashworth")
    assert third == 3  # a number is never another question's


def test_what_cannot_be_recorded_of_a_question_is_refused() -> None:
    case, _ = family_questions.asked(EMPTY, Question(LATER, text="Why?"), LATER, "Robin Ashworth")
    for number, day in ((1, DAY), (2, LATER)):
        with pytest.raises(ConditionsNotMet):
            family_questions.answered(case, number, ANSWERED, "Because.", day)
    with pytest.raises(ConditionsNotMet):
        family_questions.given_to(case, 2, "gp")


def test_a_contact_that_was_a_mistake_goes_and_the_numbers_stay() -> None:
    first = Contact(DAY, "She rang.", "Robin Ashworth", "mother", "telephone")
    case = contacts.with_contact(EMPTY, first, DAY)
    case = contacts.with_contact(case, Contact(LATER, "He wrote.", "Robin Ashworth", attachment=4), LATER)
    assert contacts.contacts_of(case)[1] == first and contacts.contacts_of(case)[2].attachment == 4
    case = contacts.without_contact(case, 1, LATER)
    assert [*contacts.contacts_of(case)] == [2]
    with pytest.raises(ConditionsNotMet):
        contacts.without_contact(case, 1, LATER)


def test_what_a_family_said_stays_out_of_the_index() -> None:
    case, _ = family_questions.asked(EMPTY, ASKED, DAY, "Robin Ashworth")
    case = family_questions.answered(case, 1, ANSWERED, "No, she was not.", LATER)
    case = contacts.with_contact(case, Contact(DAY, "She rang about the pain.", "Robin Ashworth"), DAY)
    assert "pain" not in repr(app._facts(CASE, case)) and "she was not" not in repr(app._facts(CASE, case))
