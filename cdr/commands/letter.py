"""`cdr letter`: one letter for each person who should have one, and what holds a letter back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import click

from cdr import disk
from cdr.app import App
from cdr.commands.options import Day, Reference, as_json, output_file, pass_app
from cdr.commands.output import put, put_json, to_file
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage

KINDS = (
    "condolence", "before-review-meeting", "after-review-meeting", "after-panel", "delay", "thanks", "action", "confidentiality",
)  # fmt: skip
STATEMENT = "confidentiality"
SUFFIXES = {"text": ".txt", "pdf": ".pdf", "docx": ".docx"}


@click.command("letter")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="Which letter.")
@click.option(
    "--to",
    metavar="WHOM",
    help="mother, father, or a number (1 is the first parent in Form A); for action the number of a recommendation in Form C; "
    "for confidentiality a role in cdr.yaml, like chair. Without it, everyone who should have one.",
)
@click.option(
    "--gate", metavar="FILE", help="The answers of the letter gate, by whom and when; they are kept with the case."
)
@click.option("--draft", is_flag=True, help="Letters marked as drafts, which need no answers.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([*SUFFIXES]),
    default="text",
    show_default=True,
    help="How it is written; pdf and docx need -o.",
)
@click.option("--large-print", is_flag=True, help="Letters of 18 point; for pdf and docx.")
@click.option(
    "--send-on", "send_on", type=Day(), help="The day it will be posted, which is the letter's date; today without it."
)
@click.option(
    "--holds", is_flag=True, help="Show the letters that an answer holds back, of one case or, without REF, of all."
)
@output_file
@as_json
@pass_app
def command(
    app: App,
    reference: str | None,
    kind: str,
    to: str | None,
    gate: str | None,
    draft: bool,
    format_: str,
    large_print: bool,
    send_on: date | None,
    holds: bool,
    output: str | None,
    as_json: bool,
) -> None:
    """Make letters to families, to who should act, and the statement of confidentiality.

    A final one needs the answers of the letter gate (--gate); what is missing is listed.

    The other kinds: before-review-meeting, after-review-meeting (the offer to meet), after-panel (what was learned), delay
    and thanks go to the family, action to the organisation that a recommendation of Form C names. confidentiality is the
    statement that a member or an observer of the panel signs; it needs no REF. docs/letters.md says more.

    A letter to a family is not made final for a day on which it would arrive close to a birthday, an anniversary, a funeral,
    an inquest or a festival; the next good day is named.

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
    if holds:
        _show_holds(app, reference, as_json)
        return
    _check_usage(reference, kind, gate, format_, large_print, output)
    from cdr.commands import letter_making

    paths: dict[int, Path] = {}
    places = _finder(paths, f"{reference}-{kind}" if reference else kind, format_, output, to is not None)
    day = _day(app, send_on)
    wanted = letter_making.Wanted(reference or "", kind, to, gate, draft, format_, day, large_print, places)
    made = letter_making.letters(app, wanted) if reference else letter_making.statement(app, wanted)
    for number, path in paths.items():
        to_file(path, made[number])
    _tell(wanted, made, paths, as_json)


def _finder(
    paths: dict[int, Path], name: str, format_: str, output: str | None, chosen: bool
) -> Callable[[Sequence[int]], None]:
    """Where the letters go is known to be right before it is kept that they were made; it is noted in `paths`."""

    def find(numbers: Sequence[int]) -> None:
        if output:
            paths.update(_places(numbers, name, SUFFIXES[format_], Path(output), chosen))

    return find


def _tell(wanted: Any, made: Mapping[int, bytes], paths: Mapping[int, Path], as_json: bool) -> None:
    """What was made: on stdout where it went into no file."""
    texts = {number: data.decode("utf-8") for number, data in made.items()} if wanted.format == "text" else {}
    if as_json:
        letters = [
            {"number": n, "file": str(paths[n]) if paths else None, "text": None if paths else texts[n]} for n in made
        ]
        about = {"case": wanted.reference or None, "kind": wanted.kind, "draft": wanted.draft}
        put_json({"schema": "cdr-letter/1", **about, "send_on": wanted.send_on.isoformat(), "letters": letters})
    elif not paths:
        put("\n\n".join(texts.values()).rstrip("\n"))


def _check_usage(
    reference: str | None, kind: str, gate: str | None, format_: str, large_print: bool, output: str | None
) -> None:
    """Raises: WrongUsage for options that do not go together."""
    if kind == STATEMENT and (reference or gate):
        raise WrongUsage(
            "The statement of confidentiality belongs to no case.",
            f"Leave REF and --gate out: cdr letter --kind {STATEMENT} --format pdf -o statement.pdf",
        )
    if kind != STATEMENT and not reference:
        raise WrongUsage("A letter needs the reference of its case.", "Give it first: cdr letter REF; see: cdr list")
    if format_ != "text" and output is None:
        raise WrongUsage(
            "A PDF or a Word document needs a place to go to.", "Say where with -o DIR, or for one letter -o FILE."
        )
    if large_print and format_ == "text":
        raise WrongUsage("A text has no size of print.", "Add --format pdf or --format docx.")


def _day(app: App, send_on: date | None) -> date:
    """The day the letter is posted. Raises: ConditionsNotMet for one that is past."""
    today = app.clock.today
    if send_on is not None and send_on < today:
        raise ConditionsNotMet(
            "The day given with --send-on is past; nothing was recorded.", [], "Give today or a later day."
        )
    return send_on or today


def _show_holds(app: App, reference: str | None, as_json: bool) -> None:
    from cdr.domain.letter_holds import holds

    if reference:
        bodies = {reference: app.store.case(reference)["case"].body}
    else:
        app.store.require_member()
        bodies = {case: kinds["case"] for case, kinds in sorted(app.store.facts().items())}
    found = [(case, hold) for case, body in bodies.items() for hold in holds(body)]
    if as_json:
        put_json({"schema": "cdr-letter-holds/1", "holds": [_hold_json(case, hold) for case, hold in found]})
        return
    for case, hold in found:
        again = f"; ask again on {hold.ask_again_on}" if hold.ask_again_on else ""
        put(f"{case}  {hold.kind}: on hold since {hold.since} ({', '.join(hold.questions)}){again}\n  Ask {hold.whom}.")
    if not found:
        put("No letter is on hold.")


def _hold_json(case: str, hold: Any) -> dict[str, Any]:
    again = hold.ask_again_on.isoformat() if hold.ask_again_on else None
    return {
        "case": case, "kind": hold.kind, "since": hold.since.isoformat(), "questions": list(hold.questions), "ask_again_on": again,
    }  # fmt: skip


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
