"""The gate before a letter: what must be answered, by whom and when, and which answers make the letter wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any


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
)


def unanswered(gate: Mapping[str, Any] | None, form_a: Mapping[str, Any], today: date | None = None) -> list[str]:
    """What is still to be asked before a final letter: a sentence for each question, saying whom.

    An answer needs who gave it and when, from the day of the death to `today`. (process: the letter gate)
    """
    answers = (gate or {}).get("answers") or {}
    died = date.fromisoformat(form_a["death"]["date"])
    found = [_to_ask(question, answers.get(question.id), died, today) for question in QUESTIONS]
    return [sentence for sentence in (*found, *_at_odds(answers, form_a)) if sentence]


def _to_ask(question: Question, given: Any, died: date, today: date | None) -> str:
    """What is missing in one answer; nothing where it is complete."""
    answer = given.get("answer") if isinstance(given, Mapping) else None
    known = (*question.goes, *question.holds, "not_known")
    if answer is None or not str(answer).strip() or (question.goes and answer not in known):
        return f"{question.text} Ask {question.ask}. [{question.id}]"
    if not one_line(given.get("by")):
        return f"Say who gave this answer. {question.text} [{question.id}.by]"
    try:
        on = date.fromisoformat(str(given.get("on")))
    except ValueError:
        return f"Say on which date this was answered. {question.text} [{question.id}.on]"
    if on < died:
        return f"This was answered before the child died. Ask {question.ask} again. {question.text} [{question.id}.on]"
    if today is not None and on > today:
        return f"The answer is dated after today. Put its date right. {question.text} [{question.id}.on]"
    return ""


def _at_odds(answers: Mapping[str, Any], form_a: Mapping[str, Any]) -> list[str]:
    """Answers that Form A does not bear out."""
    found = []
    wording, language = (_answer(answers, id_) for id_ in ("wording_agreed", "language_and_format"))
    if wording == "not_applicable" and _live_inquest_or_trial(form_a):
        found.append(
            "Form A names an inquest or a criminal case that is open: ask the coroner’s officer or the family liaison "
            "officer to agree the wording. [wording_agreed]"
        )
    if language.casefold() in {"none", "no"} and form_a.get("family", {}).get("interpreter_language"):
        found.append(
            "Form A names a language for an interpreter: ask the key worker in which language to write. [language_and_format]"
        )
    return found


def _answer(answers: Mapping[str, Any], id_: str) -> str:
    given = answers.get(id_)
    return str(given.get("answer") or "").strip() if isinstance(given, Mapping) else ""


def needs_more_than_a_letter(gate: Mapping[str, Any] | None) -> bool:
    """Whether somebody needs another language, large print, or a call instead."""
    answer = _answer((gate or {}).get("answers") or {}, "language_and_format").casefold()
    return answer not in {"", "none", "no", "not_applicable"}


def _live_inquest_or_trial(form_a: Mapping[str, Any]) -> bool:
    return any(
        item.get("type") in {"inquest", "criminal", "criminal_investigation", "police"} and item.get("status") == "open"
        for item in form_a.get("other_investigations") or []
    )


def hold_reasons(gate: Mapping[str, Any] | None) -> list[str]:
    """Why the letters must wait, a sentence each, saying what to ask whom; nothing where they may go."""
    answers = (gate or {}).get("answers") or {}
    found = []
    for question in QUESTIONS:
        answer = _answer(answers, question.id)
        if answer == "not_known":
            found.append(f"Not known yet: {question.text} Ask {question.ask}. [{question.id}]")
        elif answer in question.holds:
            found.append(f"{question.held} [{question.id}]")
    readers = {one_line(name).casefold() for name in (gate or {}).get("proof_read_by") or [] if one_line(name)}
    if len(readers) < 2:
        found.append(
            "Ask two people to read the letter and check the names, the dates and the sex, and write both down. [proof_read_by]"
        )
    return found
