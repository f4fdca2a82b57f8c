"""`cdr question`: the family's questions in their own words, each to its answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, happened, on, pass_app
from cdr.domain.case.family_questions import ANSWERED, CANNOT_BE_KNOWN, OPEN, Question, questions_of
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json, say
from cdr.work.changing import changing

ACTIONS = ("add", "list", "answer", "cannot-be-known", "give", "take-back")
TAKES = {
    "add": {"from", "on", "by", "to"}, "list": set[str](), "answer": {"from", "on"}, "cannot-be-known": {"from", "on"},
    "give": {"to"}, "take-back": set[str](),
}  # fmt: skip
STATES = {OPEN: "open", ANSWERED: "answered", CANNOT_BE_KNOWN: "cannot be known"}


@click.command("question")
@case_reference
@click.argument("action", metavar="[ACTION]", type=click.Choice(ACTIONS), required=False, default="list")
@click.argument("number", metavar="[N]", type=click.IntRange(1), required=False)
@click.option(
    "--from",
    "file",
    metavar="FILE",
    help="The question, the answer, or why it cannot be known, as plain text; - is standard input. Asked for on a terminal.",
)
@on("it was asked or answered")
@click.option(
    "--by",
    "asked_by",
    metavar="PERSON",
    help="With add: who asks: family, mother, father, a number as in `cdr letter --to`.",
)
@click.option("--to", metavar="WHO", help="With add and give: who answers it: an agency's id, key_worker, coroner ...")
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    action: str,
    number: int | None,
    file: str | None,
    on: date | None,
    asked_by: str | None,
    to: str | None,
    as_json: bool,
) -> None:
    """List a family's questions, add one in their own words, give it to who answers it, answer it, or say why it cannot be known.

    ACTION is add, list, answer N, cannot-be-known N, give N --to WHO, or take-back N: that takes back an answer, and of an
    open question the question. A case with an open question is closed with --override only. `add` prints the number N.

    Example: cdr question 2026-7K3M add --by mother --from question.txt
    """
    options = (("from", file), ("on", on), ("by", asked_by), ("to", to))
    _refuse(reference, action, number, [name for name, value in options if value])
    if action == "list":
        body: Mapping[str, Any] = app.store.case(reference).case.body
    else:
        body, number, about = _record(
            app, reference, action, number or 0, file, happened(app, on), asked_by or "", to or ""
        )
        if about:
            say(f"Question {number} was asked on {about.asked_on}{f' by {about.asked_by}' if about.asked_by else ''}.")
    found = questions_of(body)
    if as_json:
        questions = [_json(n, one) for n, one in found.items()]
        put_json({"schema": "cdr-questions/1", "case": reference, "questions": questions})
    elif action == "list":
        _print(found, reference)
    elif action == "add":
        put(str(number))
        say(f"Question {number} is open. When it is answered: cdr question {reference} answer {number} --from FILE")
    else:
        put(f"{reference}: question {number} is {STATES[found[number].status] if number in found else 'taken back'}.")


def _refuse(reference: str, action: str, number: int | None, given: list[str]) -> None:
    others = sorted(set(given) - TAKES[action])
    if others:
        raise WrongUsage(f"These do not go with {action}: {', '.join(f'--{name}' for name in others)}.")
    if (number is None) != (action in ("add", "list")):
        raise WrongUsage(
            f"No number goes with {action}."
            if number
            else f"Say which question: cdr question {reference} {action} N; their numbers: cdr question {reference} list"
        )
    if action == "give" and not given:
        raise WrongUsage(f"Say who answers it: cdr question {reference} give {number} --to WHO")


def _record(
    app: App, reference: str, action: str, number: int, file: str | None, day: date, asked_by: str, to: str
) -> tuple[Mapping[str, Any], int, Question | None]:
    from cdr.domain.case import family_questions
    from cdr.work import parties
    from cdr.work.asked_text import asked_text

    form_a = app.store.case(reference).notification.body
    asker = parties.of_family(form_a, asked_by) if asked_by else ""
    if asker and (unclear := parties.whose_letter(form_a, asker)):
        say(f"please check: {unclear}")
    whose = parties.party(app, form_a, to) if to else ""
    title = {"add": "The question, in their own words", "answer": "The answer"}.get(action, "Why it cannot be known")
    words = asked_text(file, "question", title) if "from" in TAKES[action] else ""
    with changing(app, reference) as now:
        kept = now.documents.case
        about = questions_of(kept.body).get(number)
        if action == "add":
            question = Question(day, text=words, asked_by=asker, to=whose)
            body, number = family_questions.asked(kept.body, question, app.clock.today, app.store.person.name)
        elif action == "give":
            body = family_questions.given_to(kept.body, number, whose)
        elif action == "take-back":
            body, _ = family_questions.taken_back(kept.body, number, app.clock.today)
        else:
            status = ANSWERED if action == "answer" else CANNOT_BE_KNOWN
            body = family_questions.answered(kept.body, number, status, words, day)
        now.record("question", {kept.place: body})
    return body, number, about


def _print(found: Mapping[int, Question], reference: str) -> None:
    if not found:
        put(f"The family has asked nothing yet. Record a question with: cdr question {reference} add --from FILE")
        return
    for number, one in found.items():
        by, to = f" by {one.asked_by}" if one.asked_by else "", f", {one.to} answers it" if one.to else ""
        when = f" on {one.answered_on}" if one.answered_on else ""
        put(f"{number}  asked on {one.asked_on}{by}{to}: {STATES[one.status]}{when}")
        put("\n".join(f"     {line}" for line in one.text.splitlines()))
        if one.answer:
            put("\n".join(f"  -> {line}" for line in one.answer.splitlines()))


def _json(number: int, question: Question) -> dict[str, Any]:
    return {
        "n": number,
        "asked_on": question.asked_on.isoformat(),
        "status": question.status,
        "asked_by": question.asked_by or None,
        "to": question.to or None,
        "question": question.text,
        "answer": question.answer or None,
        "answered_on": question.answered_on.isoformat() if question.answered_on else None,
    }
