"""`cdr letter`: one letter for each person who should have one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from cdr import disk
from cdr.app import App, rules
from cdr.commands.forms import Form, take_in
from cdr.commands.options import as_json, case_reference, output_file, pass_app
from cdr.commands.output import put, put_json, say, to_file
from cdr.domain.letters import Letter
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage

KIND = "condolence"
SUFFIXES = {"text": ".txt", "pdf": ".pdf"}


@click.command("letter")
@case_reference
@click.option("--kind", type=click.Choice([KIND]), default=KIND, show_default=True, help="Which letter.")
@click.option(
    "--to",
    metavar="WHOM",
    help="mother, father, or a number (1 is the first parent in Form A); without it, everyone who should have one.",
)
@click.option(
    "--gate", metavar="FILE", help="The answers of the letter gate, by whom and when; they are kept with the case."
)
@click.option("--draft", is_flag=True, help="Letters marked as drafts, which need no answers.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(["text", "pdf"]),
    default="text",
    show_default=True,
    help="How it is written; a PDF needs -o.",
)
@output_file
@as_json
@pass_app
def command(
    app: App,
    reference: str,
    kind: str,
    to: str | None,
    gate: str | None,
    draft: bool,
    format_: str,
    output: str | None,
    as_json: bool,
) -> None:
    """Make a letter to each parent. A final one needs the answers of the letter gate (--gate); what is missing is listed.

    -o is a folder, made if need be; where one letter is chosen with --to, it is that letter's file.

    Example: cdr letter 2026-7K3M --gate gate.yaml --format pdf -o letters

    The file of the gate says who answered each question and when, and who has proof-read:

    \b
      schema: letter-gate/1
      answers:
        parent_suspected: {answer: no, by: Jo Penrose, on: 2026-04-17}
        wording_agreed: {answer: not_applicable, by: Jo Penrose, on: 2026-04-17}
        address_safe: {answer: yes, by: Jo Penrose, on: 2026-04-17}
        contact_welcome: {answer: yes, by: Jo Penrose, on: 2026-04-17}
        all_parents_told: {answer: yes, by: Jo Penrose, on: 2026-04-17}
        recipients_able: {answer: yes, by: Jo Penrose, on: 2026-04-17}
        language_and_format: {answer: none, by: Jo Penrose, on: 2026-04-17}
      proof_read_by: [Robin Ashworth, Jo Penrose]
    """
    if format_ != "text" and output is None:
        raise WrongUsage("A PDF needs a place to go to.", "Say where with -o DIR, or for one letter -o FILE.")
    paths: dict[int, Path] = {}

    def find_places(numbers: Sequence[int]) -> None:
        """Where the letters go is known to be right before it is kept that they were made."""
        if output:
            paths.update(_places(numbers, f"{reference}-{kind}", SUFFIXES[format_], Path(output), to is not None))

    made = _made(app, reference, kind, to, gate, draft, format_, find_places)
    for number, path in paths.items():
        to_file(path, made[number])
    texts = {number: data.decode("utf-8") for number, data in made.items()} if format_ == "text" else {}
    if as_json:
        letters = [
            {"number": n, "file": str(paths[n]) if paths else None, "text": None if paths else texts[n]} for n in made
        ]
        put_json({"schema": "cdr-letter/1", "case": reference, "kind": kind, "draft": draft, "letters": letters})
    elif not paths:
        put("\n\n".join(texts.values()).rstrip("\n"))


def _places(numbers: Sequence[int], name: str, suffix: str, output: Path, chosen: bool) -> dict[int, Path]:
    """Where each letter goes: into a folder, made if need be, or into one file where one letter was chosen.

    Raises: WrongUsage, NotFound, DiskFailed.
    """
    named = len(numbers) == 1 and (chosen or output.suffix in SUFFIXES.values())
    if named and not output.is_dir():
        if not output.resolve().parent.is_dir():
            raise NotFound(f"There is no folder {output.parent}.", "Make it first, or give another place with -o.")
        return dict.fromkeys(numbers, output)
    if output.is_file():
        raise WrongUsage(
            f"{output} is a file, and there are several letters.", "Name a folder with -o, or one person with --to."
        )
    disk.private_folder(output)
    return {number: output / f"{name}-{number}{suffix}" for number in numbers}


def _made(
    app: App,
    reference: str,
    kind: str,
    to: str | None,
    gate: str | None,
    draft: bool,
    format_: str,
    find_places: Callable[[Sequence[int]], None],
) -> dict[int, bytes]:
    """The letters' files by the number of whom they are to, once it is kept with the case that they were made."""
    from cdr.domain import case
    from cdr.store.transaction import Change

    store, today = app.store, app.clock.today
    with store.writing():
        documents = store.case(reference)
        kept, notification = documents["case"], documents["notification"]
        answers = take_in(gate, "letter-gate", lambda body: [], reference) if gate else None
        letters = _composed(app, reference, notification.body, to, draft)
        gate_body = answers.body if answers else _last_gate(kept.body, kind)
        held = [] if draft else _held(gate_body, notification.body, today)
        if held:
            if answers:  # an answer that holds the letters must not be forgotten at the next try
                store.commit(
                    Change("letter", {kept.place: _with_gate(kept.body, answers, kind, today)}), {reference: documents}
                )
            raise _not_final(held, answers is not None)
        _advise(letters, gate_body)
        files = {
            letter.recipient.number: _render(app, notification.body, letter, _wording(app, kind), format_)
            for letter in letters
        }
        find_places(list(files))
        body: dict[str, Any] = kept.body
        if answers:
            body = _with_gate(body, answers, kind, today)
        for letter in letters:
            body = case.with_letter(
                body, kind=kind, to=letter.recipient.number, made_on=today, format=format_,
                status="draft" if draft else "final", from_revision=notification.revision,
            )  # fmt: skip
        store.commit(Change("letter", {kept.place: body}), {reference: documents})
    return files


def _composed(app: App, reference: str, form_a: Mapping[str, Any], to: str | None, draft: bool) -> list[Letter]:
    from cdr.domain import letters, support

    organisations = support.choose(form_a, support.organisations(rules("support-organisations")))
    people = letters.choose(letters.recipients(form_a), to)
    unchecked = support.to_check(organisations, app.clock.real_today)
    if unchecked:
        say(
            f"please check: ring {', '.join(unchecked)} before the letter goes out; nobody has noted that the number still answers."
        )
    return [
        letters.compose(
            form_a, app.configuration, person, app.clock.today, organisations, draft=draft, reference=reference
        )
        for person in people
    ]


def _kept(body: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in body.items() if key not in ("schema", "case")}


def _last_gate(case: Mapping[str, Any], kind: str) -> Mapping[str, Any] | None:
    return next((gate for gate in reversed(case["letter_gates"]) if gate["kind"] == kind), None)


def _with_gate(case: Mapping[str, Any], answers: Form, kind: str, today: date) -> dict[str, Any]:
    from cdr.domain.case import with_letter_gate

    return with_letter_gate(case, {"recorded_on": today.isoformat(), "kind": kind, **_kept(answers.body)})


def _held(gate: Mapping[str, Any] | None, form_a: Mapping[str, Any], today: date) -> list[str]:
    from cdr.domain import letter_gate

    return [*letter_gate.unanswered(gate, form_a, today), *letter_gate.hold_reasons(gate)]


def _not_final(held: list[str], kept: bool) -> ConditionsNotMet:
    done = "the answers are kept, and no letter was made" if kept else "nothing was recorded"
    return ConditionsNotMet(
        f"A letter to a family cannot be made final yet; {done}.",
        held,
        "Write the answers into a file and give it with --gate FILE (cdr letter --help shows one); --draft makes a marked draft.",
    )


def _advise(letters: Sequence[Letter], gate: Mapping[str, Any] | None) -> None:
    """What a person should see to before a letter goes out."""
    from cdr.domain.letter_gate import needs_more_than_a_letter
    from cdr.domain.letters import to_hand_over

    for number in to_hand_over(letters):
        say(f"please check: no address is known for letter {number}; it is to be handed over in person.")
    if needs_more_than_a_letter(gate):
        say(
            "please check: the gate names a language or a form that this letter does not have; arrange it before the letter goes."
        )


def _wording(app: App, kind: str) -> str:
    from cdr.documents.wording import wording

    own = app.store.template(f"{kind}.txt")
    return wording(kind, own.decode("utf-8") if own is not None else None)


def _render(app: App, form_a: Mapping[str, Any], letter: Letter, wording: str, format_: str) -> bytes:
    from cdr.documents.letter import as_pdf, as_text
    from cdr.documents.wording import Rules, lint
    from cdr.domain.letters import private_words

    text = as_text(letter, wording)
    wrong = lint(text, letter, Rules.from_document(rules("letter-words")), private_words(form_a, letter.recipient))
    if wrong and not letter.draft:
        raise ConditionsNotMet(
            f"Letter {letter.recipient.number} has words that no family should read; nothing was recorded.", wrong,
            "Correct the wording in templates/letters or the field in Form A; --draft makes a marked draft meanwhile.",
        )  # fmt: skip
    for sentence in wrong:
        say(f"please check letter {letter.recipient.number}: {sentence}")
    return as_pdf(letter, wording) if format_ == "pdf" else text.encode("utf-8")
