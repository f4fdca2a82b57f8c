"""The log of contact, and the family's questions, as the case keeps them."""

from __future__ import annotations

from datetime import date

import pytest
from letter_examples import AGES, ON, ORGANISATIONS, configuration, form_a, from_case
from unit.timeline_cases import RETURNS, made

from cdr import app
from cdr.documents.letters.letter import as_text
from cdr.documents.letters.wording import lint, wording
from cdr.domain.case import case as cases
from cdr.domain.case import contacts, family_questions, review
from cdr.domain.case.contacts import Contact
from cdr.domain.case.family_questions import ANSWERED, CANNOT_BE_KNOWN, Question
from cdr.domain.letters import letters
from cdr.domain.timeline.family import told_by_family
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
    assert "pain" not in repr(app.extraction().facts(CASE, case)) and "she was not" not in repr(
        app.extraction().facts(CASE, case)
    )


def answered_case() -> dict[str, object]:
    case: dict[str, object] = {**EMPTY, "gates": []}
    for words, by in (
        ("Was she in pain when the midwife, Kofi's friend, saw her?", "mother"),
        ("Why the SUDI form?", "father"),
        ("Why?", ""),
    ):
        case, number = family_questions.asked(case, Question(DAY, text=words, asked_by=by), DAY, "Robin Ashworth")
        case = family_questions.answered(case, number, ANSWERED, f"This is answer {number}.", LATER)
    return case


def test_the_letter_after_the_panel_gives_each_person_their_own_questions_back_with_the_answers() -> None:
    from letter_examples import rules

    from cdr.documents.letters.wording import Rules

    body = form_a("sudi")
    mother, father = letters.recipients(body)
    texts = {}
    for person in (mother, father):
        letter = letters.compose(
            body, configuration(), person, ON, ORGANISATIONS[:2], AGES, draft=False,
            case=from_case(body, answered_case(), learning=("The advice was given once.",)), signed_by_chair=True,
        )  # fmt: skip
        text = as_text(letter, wording("after-panel"))
        assert lint(text, letter, Rules.from_document(rules("forbidden-words"))) == []
        texts[person.relationship] = " ".join(text.split())
    assert "Was she in pain when the midwife, Kofi's friend, saw her? This is answer 1." in texts["mother"]
    assert "Why? This is answer 3." in texts["mother"] and "answer 2" not in texts["mother"]
    assert (
        "Why the SUDI form? This is answer 2. Why? This is answer 3." in texts["father"]
        and "pain" not in texts["father"]
    )


def test_what_a_family_asked_and_told_stands_in_the_timeline_and_is_no_event_of_the_childs_life() -> None:
    case = answered_case() | {
        "milestones": [
            {
                "kind": "family_views",
                "on": "2026-03-09",
                "recorded_on": "2026-03-09",
                "note": "Amara was\nnot brought to the clinic.",
            }
        ]
    }
    asked = told_by_family(case)
    plain, timeline = made(identified=False), made(returns=[*RETURNS, *asked], identified=False)
    own = [entry for entry in timeline.entries if entry.source == "family"]
    assert [entry.day for entry in own] == [52, 52, 52, 59] and {entry.source_words for entry in own} == {"the family"}
    assert own[-1].event.startswith("The family told us:") and "Amara" not in own[-1].event and own[-1].missed is None
    assert timeline.conflicts == plain.conflicts and timeline.gaps == plain.gaps
    assert told_by_family(EMPTY) == []
