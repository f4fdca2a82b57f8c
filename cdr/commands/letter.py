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
from cdr.domain.letters.letter_kinds import kind_names
from cdr.errors import ConditionsNotMet, NotFound, WrongUsage
from cdr.terminal.output import STDOUT, put, put_json, refuse_terminal, refuse_two_results, to_file
from cdr.work import letter_making
from cdr.work.letter_making import SUFFIXES, Made
from cdr.work.letters_held import Wanted

STATEMENT = "confidentiality"


@click.command("letter")
@click.argument("reference", metavar="[REF]", type=Reference(), required=False)
@click.option(
    "--kind", type=click.Choice(kind_names()), default=kind_names()[0], show_default=True, help="Which letter."
)
@click.option(
    "--to",
    metavar="WHOM",
    help="mother, father, or a number (1 is the first parent in Form A); for action the number of a recommendation in Form C; "
    "for school and further-meeting an agency's id; "
    "for confidentiality a role in cdr.yaml, like chair. Without it, everyone who should have one.",
)
@click.option(
    "--gate", metavar="FILE", help="The answers of the letter gate, by whom and when; they are kept with the case."
)
@click.option(
    "--from",
    "words",
    metavar="FILE",
    help="For key-worker and coroner: what the letter is to say, as plain text; - is standard input.",
)
@click.option("--draft", is_flag=True, help="Letters marked as drafts, which need no answers.")
@click.option(
    "--format",
    "format_",
    type=click.Choice([*SUFFIXES]),
    help="How it is written; without it as the name of -o says (.pdf, .docx), else as text. pdf and docx need -o.",
)
@click.option("--large-print", is_flag=True, help="Letters of 18 point; for pdf and docx.")
@click.option(
    "--send-on", "send_on", type=Day(), help="The day it will be posted, which is the letter's date; today without it."
)
@click.option(
    "--holds", is_flag=True, help="Show the letters that an answer holds back, of one case or, without REF, of all."
)
@click.option(
    "--again",
    type=click.IntRange(1),
    metavar="N",
    help="Write out final letter N of the case, as cdr show counts them, byte for byte as it was made; needs -o.",
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
    words: str | None,
    draft: bool,
    format_: str | None,
    large_print: bool,
    send_on: date | None,
    holds: bool,
    again: int | None,
    output: str | None,
    as_json: bool,
) -> None:
    """Make letters to families, to colleagues, to who should act, and the statement of confidentiality.

    A final one needs the answers of the letter gate (--gate); what is missing is listed.

    The other kinds: before-review-meeting, after-review-meeting (the offer to meet), after-panel (what was learned), delay
    and thanks go to the family, action to the organisation that a recommendation of Form C names. key-worker, school (after a
    suspected suicide), coroner, other-area and further-meeting go to colleagues, each with no more than they may know.
    confidentiality is the statement that a member or an observer of the panel signs; it needs no REF. docs/letters.md says more.

    A letter to a family is not made final for a day on which it would arrive close to a birthday, an anniversary, a funeral,
    an inquest or a festival; the next good day is named.

    A final letter stays as it was made, because it was sent: where it was wrong, write another.

    -o is a folder, made if need be. Where one letter is chosen with --to, it is that letter's file, unless it ends in / or is a folder.

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

    Examples:

    \b
    cdr letter 2026-7K3M --to mother --draft
    cdr letter 2026-7K3M --kind delay --to mother --gate letter-gate.yaml --format docx --large-print -o delay.docx
    cdr letter 2026-7K3M --kind coroner --from came-to-light.txt --draft
    cdr letter --holds
    cdr letter 2026-7K3M --again 1 -o letter.pdf
    cdr letter --kind confidentiality --format pdf -o statement.pdf
    """
    if holds:
        return _show_holds(app, reference, as_json)
    if again is not None:
        return _again(app, reference, again, output, as_json)
    format_ = format_ or _format_of(output)
    _check_usage(reference, kind, gate, format_, large_print, output)
    refuse_two_results(output, as_json and format_ != "text")
    paths: dict[int, Path] = {}
    chosen = to is not None or kind == STATEMENT
    places = _finder(paths, f"{reference}-{kind}" if reference else kind, format_, output or STDOUT, chosen)
    day = _day(app, send_on)
    said = letter_making.words_for(kind, words)
    wanted = Wanted(reference or "", kind, to, gate, draft, format_, day, large_print, places, said)
    made = letter_making.letters(app, wanted) if reference else letter_making.statement(app, wanted)
    for number, path in paths.items():
        to_file(path, made[number].data)
    return _tell(wanted, made, paths, as_json)


def _finder(
    paths: dict[int, Path], name: str, format_: str, output: str, chosen: bool
) -> Callable[[Sequence[int]], None]:
    """Where the letters go is known to be right before it is kept that they were made; it is noted in `paths`."""

    def find(numbers: Sequence[int]) -> None:
        if output != STDOUT:
            paths.update(_places(numbers, name, SUFFIXES[format_], output, chosen))
        elif format_ != "text":
            refuse_terminal()
            _refuse_several(numbers, "stdout takes one letter of this format")

    return find


def _again(app: App, reference: str | None, number: int, output: str | None, as_json: bool) -> None:
    """Write out a letter that was made before."""
    if not reference or output is None:
        raise WrongUsage(
            "A letter that was made before needs its case and a place to go to.", "cdr letter REF --again N -o FILE"
        )
    refuse_two_results(output, as_json)
    letter, data = letter_making.again(app, reference, number)
    to_file(output, data)
    if as_json:
        one = {"number": letter.to, "again": number, "file": output, "text": None}
        about = {"case": reference, "kind": letter.kind, "draft": False}
        put_json(
            {
                "schema": "cdr-letter/1",
                **about,
                "send_on": letter.dated.isoformat() if letter.dated else None,
                "letters": [one],
            }
        )


def _tell(wanted: Wanted, made: Mapping[int, Made], paths: Mapping[int, Path], as_json: bool) -> None:
    """What was made: on stdout where it went into no file."""
    if not paths and wanted.format != "text":
        [letter] = made.values()
        to_file(STDOUT, letter.data)
        return
    texts = {number: one.data.decode("utf-8") for number, one in made.items()} if wanted.format == "text" else {}
    if as_json:
        letters = [
            {
                "number": n,
                "again": one.number,
                "file": str(paths[n]) if paths else None,
                "text": None if paths else texts[n],
            }
            for n, one in made.items()
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
    from cdr.domain.letters.letter_holds import holds

    if reference:
        bodies: dict[str, Mapping[str, Any]] = {reference: app.store.case(reference).case.body}
    else:
        app.store.require_member()
        bodies = {case: facts.case for case, facts in sorted(app.cases().items())}
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


def _format_of(output: str | None) -> str:
    """The format that a file's name says; text where it says none."""
    named = {suffix: format_ for format_, suffix in SUFFIXES.items()}
    return named.get(Path(output or "").suffix.casefold(), "text")


def _places(numbers: Sequence[int], name: str, suffix: str, output: str, chosen: bool) -> dict[int, Path]:
    """Where each letter goes: into a folder, made if need be, or into one file where one letter was chosen or a file is named.

    Raises: WrongUsage, NotFound, DiskFailed.
    """
    place = Path(output)
    ending = place.suffix.casefold()
    if not output.endswith("/") and not place.is_dir() and (chosen or ending in SUFFIXES.values()):
        if ending in SUFFIXES.values() and ending != suffix:
            raise WrongUsage(
                f"The name of {output} ends in {ending}, and the letter is made as {suffix}.",
                "Let --format and the name say the same.",
            )
        _refuse_several(numbers, f"{output} is one file")
        if not place.resolve().parent.is_dir():
            raise NotFound(f"There is no folder {place.parent}.", "Make it first, or give another place with -o.")
        return dict.fromkeys(numbers, place)
    if place.exists() and not place.is_dir():
        raise WrongUsage(f"{output} is a file.", "Name a folder with -o, or one person with --to.")
    disk.private_folder(place)
    return {number: place / f"{name}-{number}{suffix}" for number in numbers}


def _refuse_several(numbers: Sequence[int], why: str) -> None:
    if len(numbers) > 1:
        raise WrongUsage(
            f"There are {len(numbers)} letters, and {why}.", "Name a folder with -o, or one person with --to."
        )
