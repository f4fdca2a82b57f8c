"""The gate before a letter: what must be answered, by whom and when, and which answers make the letter wait.

What each kind of letter needs and what forbids it stands in rules/letters.yaml.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from cdr import moments
from cdr.domain.rulebook.validation import read_date
from cdr.records import dataclass


def one_line(text: object) -> str:
    """Text on one line, so that no value can look like a new paragraph or heading of a wording."""
    return " ".join(str(text or "").split())


@dataclass(frozen=True)
class Question:
    """One question of the letter gate: what to ask, of whom, and the answers that let a letter go or hold it."""

    id: str
    text: str
    ask: str
    goes: tuple[str, ...]
    holds: tuple[str, ...]
    held: str


QUESTIONS: tuple[Question, ...] = (
    Question(
        "parent_suspected",
        "Is a parent or carer a suspect, under investigation, on bail, in a refuge or named in a protection notice?",
        "the senior investigating officer, children’s social care and the key worker",
        ("no",),
        ("yes",),
        "Ask the senior investigating officer and the key worker who may be written to, and how.",
    ),
    Question(
        "wording_agreed",
        "Has the officer in a live inquest or criminal case agreed the wording?",
        "the coroner’s officer or the family liaison officer",
        ("yes", "not_applicable"),
        ("no",),
        "Ask the coroner’s officer or the family liaison officer to read the letter and agree its wording.",
    ),
    Question(
        "address_safe",
        "Has the key worker confirmed that each address is right and safe?",
        "the key worker",
        ("yes",),
        ("no",),
        "Ask the key worker for a safe address, or to hand the letter over in person.",
    ),
    Question(
        "contact_welcome",
        "Is contact welcome (the family has not asked for none, or for none just now)?",
        "the key worker",
        ("yes",),
        ("no",),
        "Ask the key worker when, and whether, the family would like to hear from us.",
    ),
    Question(
        "all_parents_told",
        "Have all the parents been told that the child died?",
        "the key worker, or the lead doctor",
        ("yes",),
        ("no",),
        "Ask the key worker who will tell every parent in person, and wait until that is done.",
    ),
    Question(
        "recipients_able",
        "Can each recipient have the letter themselves (no one is a child, in hospital or in custody, or has died)?",
        "the key worker",
        ("yes",),
        ("no",),
        "Ask the key worker for an advocate, or someone the person trusts, who can read the letter with them.",
    ),
    Question(
        "language_and_format",
        "Does anyone need an interpreter, a translation, large print, easy read, or a call instead? Say what, or none.",
        "the key worker",
        (),
        (),
        "",
    ),
    Question(
        "someone_to_meet",
        "Has someone who was at the meeting agreed to see the family, or to ring them, if they wish it?",
        "the lead doctor, or the key worker",
        ("yes",),
        ("no",),
        "Ask the lead doctor who can meet the family; no offer is made that nobody will keep.",
    ),
    Question(
        "feedback_wanted",
        "Has the family said that they wish to hear what the panel learned?",
        "the key worker",
        ("yes",),
        ("no",),
        "Ask the key worker whether the family would like to hear it, and when; until they do, no letter tells them.",
    ),
    Question(
        "learning_agreed",
        "Has the chair agreed the words that say what was learned?",
        "the chair of the panel",
        ("yes",),
        ("no",),
        "Ask the chair to agree the words for the family in Form C (learning_points: for_family).",
    ),
    Question(
        "no_one_recognised",
        "Has someone else read the letter, and found nothing by which the child or the family could be recognised?",
        "the designated doctor, or another member of the panel",
        ("yes",),
        ("no",),
        "Ask for the recommendation to be put in words by which no one can be recognised.",
    ),
    Question(
        "family_knows_of_it",
        "Does the family know that the school or college is told, and what it is told?",
        "the key worker",
        ("yes",),
        ("no",),
        "Ask the key worker to speak with the family first; they hear of it before anyone at the school does.",
    ),
    Question(
        "safe_way",
        "Is it agreed with the one whom this is for how it reaches them, and nobody else (secure mail, by hand)?",
        "the one whom it is for, by telephone",
        ("yes",),
        ("no",),
        "Ring the one whom it is for, and agree a safe way.",
    ),
)
BY_ID = {question.id: question for question in QUESTIONS}


FIRST_QUESTIONS = tuple(question.id for question in QUESTIONS[:7])  # those of the first letter, and of every family's


def unanswered(
    gate: Mapping[str, Any] | None,
    form_a: Mapping[str, Any],
    today: date | None = None,
    questions: Sequence[str] = FIRST_QUESTIONS,
) -> list[str]:
    """What is still to be asked before a final letter: a sentence for each question, saying whom.

    An answer needs who gave it and when, from the day of the death to `today`. (process: the letter gate)
    """
    answers = (gate or {}).get("answers") or {}
    died = moments.day(form_a["death"]["date"])
    return [sentence for id_ in questions if (sentence := _to_ask(BY_ID[id_], answers.get(id_), died, today))]


def too_old(
    gate: Mapping[str, Any] | None,
    sent_on: date,
    questions: Sequence[str],
    good_for: Mapping[str, int],
    proof_reading: int,
) -> list[str]:
    """The answers that are too old on the day a letter is sent, and the proof-reading; days by question's id.

    What is true of an address or of a wish in one week may not be in another. (process: the letter gate)
    """
    answers = (gate or {}).get("answers") or {}
    found = [
        f"This was answered more than {good_for[id_]} days before the letter goes. Ask {BY_ID[id_].ask} again. {BY_ID[id_].text} [{id_}.on]"
        for id_ in questions
        if id_ in good_for and _older(_given_on(answers, id_), sent_on, good_for[id_])
    ]
    if _older(read_date((gate or {}).get("recorded_on")), sent_on, proof_reading):
        found.append(
            f"The letter was proof-read more than {proof_reading} days before it goes. Ask two people to read it again, "
            "and give the answers once more with --gate FILE. [proof_read_by]"
        )
    return found


def _older(on: date | None, sent_on: date, days: int) -> bool:
    return on is not None and (sent_on - on).days > days


def _given_on(answers: Mapping[str, Any], id_: str) -> date | None:
    given = answers.get(id_)
    return read_date(given.get("on")) if isinstance(given, Mapping) else None


def _to_ask(question: Question, given: Any, died: date, today: date | None) -> str:
    """What is missing in one answer; nothing where it is complete."""
    answer = given.get("answer") if isinstance(given, Mapping) else None
    known = (*question.goes, *question.holds, "not_known")
    if answer is None or not str(answer).strip() or (question.goes and answer not in known):
        return f"{question.text} Ask {question.ask}. [{question.id}]"
    if not one_line(given.get("by")):
        return f"Say who gave this answer. {question.text} [{question.id}.by]"
    on = read_date(given.get("on"))
    if on is None:
        return f"Say on which date this was answered. {question.text} [{question.id}.on]"
    if on < died:
        return f"This was answered before the child died. Ask {question.ask} again. {question.text} [{question.id}.on]"
    if today is not None and on > today:
        return f"The answer is dated after today. Put its date right. {question.text} [{question.id}.on]"
    return ""


def answer_of(answers: Mapping[str, Any], id_: str) -> str:
    """The answer to a question; empty where there is none."""
    given = answers.get(id_)
    return str(given.get("answer") or "").strip() if isinstance(given, Mapping) else ""


def reason_of(answers: Mapping[str, Any], id_: str) -> str:
    """Why an answer stands all the same (`because`); empty where it gives none."""
    given = answers.get(id_)
    return one_line(given.get("because")) if isinstance(given, Mapping) else ""


def who_agreed(gate: Mapping[str, Any] | None, id_: str) -> str:
    """Whom an answer that lets a letter go names as the one who agreed (`who`); empty where it names nobody."""
    answers = (gate or {}).get("answers") or {}
    given = answers.get(id_)
    if not isinstance(given, Mapping) or answer_of(answers, id_) not in BY_ID[id_].goes:
        return ""
    return one_line(given.get("who"))


def needs_more_than_a_letter(gate: Mapping[str, Any] | None) -> bool:
    """Whether somebody needs another language, large print, or a call instead."""
    answer = answer_of((gate or {}).get("answers") or {}, "language_and_format").casefold()
    return answer not in {"", "none", "no", "not_applicable"}


def needs_large_print(gate: Mapping[str, Any] | None) -> bool:
    """Whether large print is what somebody needs."""
    return "large" in answer_of((gate or {}).get("answers") or {}, "language_and_format").casefold()


def held_questions(gate: Mapping[str, Any] | None, questions: Sequence[str] | None = None) -> tuple[str, ...]:
    """The questions whose answers hold a letter; all that were answered, or those of its kind."""
    answers = (gate or {}).get("answers") or {}
    ids = BY_ID if questions is None else questions
    return tuple(id_ for id_ in ids if answer_of(answers, id_) in ("not_known", *BY_ID[id_].holds))


def hold_reasons(gate: Mapping[str, Any] | None, questions: Sequence[str] = FIRST_QUESTIONS) -> list[str]:
    """Why the letters must wait, a sentence each, saying what to ask whom; nothing where they may go."""
    found = [_held(BY_ID[id_], gate) for id_ in held_questions(gate, questions)]
    readers = {one_line(name).casefold() for name in (gate or {}).get("proof_read_by") or [] if one_line(name)}
    if len(readers) < 2:
        found.append(
            "Ask two people to read the letter and check the names, the dates and the sex, and write both down. [proof_read_by]"
        )
    return found


def _held(question: Question, gate: Mapping[str, Any] | None) -> str:
    answer = answer_of((gate or {}).get("answers") or {}, question.id)
    if answer == "not_known":
        return f"Not known yet: {question.text} Ask {question.ask}. [{question.id}]"
    return f"{question.held} [{question.id}]"
