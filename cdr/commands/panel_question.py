"""`cdr panel question`: a second opinion from another area's panel, where ours does not agree."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cdr.app import App
from cdr.commands.options import Reference, as_json, happened, on, pass_app
from cdr.terminal.output import put, put_json, say, table
from cdr.written import counted

if TYPE_CHECKING:
    from cdr.domain.case.second_opinions import SecondOpinion

reference = click.argument("reference", metavar="REF", type=Reference())


@click.group("question")
def command() -> None:
    """A second opinion: a question without names for another area's panel, and what it answered.

    Where the panel does not agree on the category or on what could be changed, there is no vote: it looks for more, or asks another
    panel. While an answer is awaited the review is not ratified and the case not closed. The area is one of `areas` in cdr.yaml.
    """


@command.command("ask")
@reference
@click.option("--to", "to", metavar="AREA", required=True, help="The area, as cdr.yaml calls it under areas.")
@click.option("--from", "file", metavar="FILE", help="The question as text; - is standard input.")
@click.option(
    "-o", "--output", "output", required=True, metavar="DIR", help="The folder for the paper, outside the store."
)
@as_json
@pass_app
def ask(app: App, reference: str, to: str, file: str | None, output: str, as_json: bool) -> None:
    """Make the paper: the question, who the child was, what happened and the timeline, without names as far as the program could tell.

    It is encrypted to that area's keys in cdr.yaml, or locked with a pass-phrase that is shown once. What our panel leans to is not
    in it, unless your question says so. Read it through before you send it. It is not kept.

    Example: cdr panel question ask 2026-7K3M --to Eastbury --from question.txt -o for-eastbury
    """
    from cdr.work import second_opinions
    from cdr.work.asked_text import asked_text
    from cdr.work.papers import tell

    text = asked_text(file, "question", "What our panel does not agree on")
    made = second_opinions.ask(app, reference, to, text, output)
    if as_json:
        _print_json(reference, second_opinions.questions(app, reference), made.pack.passphrase)
    else:
        tell(reference, [made.pack], output, as_json)
        say(f"When the answer comes: cdr panel question answer {reference} {made.number} --from FILE")
    if made.doubtful:
        words = counted(made.doubtful, "word")
        say(f"please check: {words} of your question may be a name; read the paper before you send it.")


@command.command("answer")
@reference
@click.argument("number", metavar="N", type=click.IntRange(1))
@click.option("--from", "file", metavar="FILE", help="The answer as text; - is standard input.")
@click.option("--none", "none", is_flag=True, help="No answer is waited for any more; the text says why.")
@on("it came")
@as_json
@pass_app
def answer(app: App, reference: str, number: int, file: str | None, none: bool, on: date | None, as_json: bool) -> None:
    """Record what the other panel answered, or with --none why no answer is waited for. It is kept encrypted with the case.

    The panel still decides: what it makes of the answer stands in Form C.

    Example: cdr panel question answer 2026-7K3M 1 --from answer.txt
    """
    from cdr.work import second_opinions
    from cdr.work.asked_text import asked_text

    text = asked_text(file, "answer", "Why no answer is waited for" if none else "What the other panel thinks")
    found = second_opinions.answer(app, reference, number, text, happened(app, on), came=not none)
    if as_json:
        _print_json(reference, second_opinions.questions(app, reference))
    else:
        say(f"Question {number} was asked on {found.asked_on}.")
        put(f"{reference}: question {number} to the panel of {found.area}: {_state(found)}.")


@command.command("list")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@as_json
@pass_app
def list_(app: App, reference: str | None, as_json: bool) -> None:
    """List the questions to other panels; of one case with what was asked and answered.

    Example: cdr panel question list 2026-7K3M
    """
    from cdr.work import second_opinions

    found = second_opinions.questions(app, reference)
    if as_json:
        _print_json(reference, found)
    elif not found:
        put("No other panel was asked.")
    elif reference is None:
        rows = [
            (ref, n, one.area, one.asked_on, _state(one), one.answered_on or "-") for (ref, n), one in found.items()
        ]
        put(table(rows, ["case", "question", "to", "asked on", "state", "answered on"]))
    else:
        for (_, n), one in found.items():
            put(f"Question {n} to the panel of {one.area}, asked on {one.asked_on}: {_state(one)}")
            put("\n".join(f"  {line}" for line in one.question.splitlines()))
            put("\n".join(f"  {one.answered_on}  {line}" for line in one.answer.splitlines())) if one.answer else None


def _state(one: SecondOpinion) -> str:
    return one.status.replace("_", " ")


def _print_json(
    reference: str | None, found: Mapping[tuple[str, int], SecondOpinion], passphrase: str | None = None
) -> None:
    listed = [
        {
            "case": ref,
            "n": n,
            "to": one.area,
            "asked_on": one.asked_on.isoformat(),
            "status": one.status,
            "answered_on": one.answered_on.isoformat() if one.answered_on else None,
            "question": one.question or None,
            "answer": one.answer or None,
        }
        for (ref, n), one in found.items()
    ]
    content: dict[str, Any] = {"schema": "cdr-second-opinions/1", "case": reference, "questions": listed}
    put_json(content if passphrase is None else {**content, "passphrase": passphrase or None})
