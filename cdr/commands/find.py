"""`cdr find`: which cases a person belongs to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import given, put, put_json, refuse_two_results, say, table, to_file

if TYPE_CHECKING:
    from cdr.domain.case.known_by import KnownBy
    from cdr.domain.case.people import Clues, Match
    from cdr.domain.case.traces import Trace

FIRST = "A name, a date (of birth or death) or a number: "
MORE = "And (Enter: look): "
SPELT = {True: "the same", False: "perhaps"}
NEITHER = "Give a name, a date like 21/11/2026, or a number: one a line."
NOT_AN_ARGUMENT = (
    "Whom you look for is never an argument: it would stay in the shell's history and in the list of processes."
)


@click.command("find")
@click.argument("words", metavar="", nargs=-1)
@click.option(
    "--everywhere",
    is_flag=True,
    help="Look into every form, also its earlier revisions and its free text, for a request about a person; it takes long.",
)
@click.option(
    "-o",
    "--output",
    "output",
    metavar="FILE",
    help="With --everywhere: write out what is held about the person, other people marked; it names people.",
)
@as_json
@pass_app
def command(app: App, words: tuple[str, ...], everywhere: bool, output: str | None, as_json: bool) -> None:
    """Find the cases that a person belongs to: a child, a parent, a brother or sister, or another in the household.

    It asks for a name, a date (of birth or death) or a number (NHS number, telephone, the coroner's or an old reference), or reads
    them from standard input, one a line; all of them must fit. Accents, case and the order of the names do not matter, and one
    that is spelt otherwise is found too. It looks into what Form A says of the family, and shows no name.

    With --everywhere it opens every document of every case, also what was corrected since, and says in which field of which revision
    somebody stands, in which role. A name that is spelt otherwise, has initials, or stands in part in a case of theirs is listed as “perhaps”. Ask once for
    each name that somebody has borne. Who is called by initials alone or as “mother”, and what files that are attached say, it does not find.
    With -o it also writes out what those fields say, with other people's names marked, for a request of somebody who may know what is held.

    Examples:

    \b
    cdr find
    cdr find --json
    cdr find --everywhere
    cdr find --everywhere -o held.txt
    """
    if words:
        raise WrongUsage(NOT_AN_ARGUMENT, "Run cdr find alone and type it when asked, or send it to standard input.")
    if output and not everywhere:
        raise WrongUsage("-o FILE goes with --everywhere.")
    app.store.require_member()
    clues = _read(_typed() if sys.stdin.isatty() else _given())
    app.read_all = True
    if output:
        _held(app, clues, output, as_json)
    elif everywhere:
        _everywhere(app, clues, as_json)
    else:
        _in_families(app, clues, as_json)


def _in_families(app: App, clues: Clues, as_json: bool) -> None:
    """The cases of whom the clues fit, by what Form A says of the family."""
    from cdr.domain.case.people import matches
    from cdr.work.known import known

    cases = known(app)
    by = {case: (one.people, [one.old_reference]) for case, one in cases.items()}
    found = matches(clues, by)
    if as_json:
        listed = [{"case": one.case, "as": one.kind, "exact": one.exact} for one in found]
        put_json({"schema": "cdr-find/1", "matches": listed})
    elif found:
        rows = [_row(one, cases[one.case]) for one in found]
        put(table(rows, ["case", "as", "spelt", "notified", "stage"]))
    else:
        say("No case has that in what its notification says of the child and the family.")
        say("Try less of it: the family name alone, or the date alone.")


def _everywhere(app: App, clues: Clues, as_json: bool) -> None:
    """In which field of which revision somebody stands, in which role; without a name."""
    from cdr.work.tracing import traced

    found = traced(app, clues)
    if as_json:
        traces = [
            {"case": one.case or None, "document": one.document, "revision": one.revision, "current": one.is_current,
             "field": one.field, "as": one.kind, "exact": one.is_exact}
            for one in found.traces
        ]  # fmt: skip
        counts = {"not_opened": found.not_opened, "attachments": found.attachments}
        put_json({"schema": "cdr-find-everywhere/1", "traces": traces, **counts})
        return
    if found.traces:
        rows = [
            (one.case or "-", one.document, _revision(one), one.kind or "-", SPELT[one.is_exact], one.field)
            for one in found.traces
        ]
        put(table(rows, ["case", "document", "revision", "as", "spelt", "field"]))
    else:
        say("No document holds that, today or in an earlier revision.")
    if found.attachments:
        say(f"{found.attachments} attached files were not looked into; somebody has to read them.")
    if found.not_opened:
        say(f"{found.not_opened} revisions were encrypted before your key was a member's, and could not be opened.")


def _held(app: App, clues: Clues, output: str, as_json: bool) -> None:
    """Write out what is held about somebody, and say how much that is."""
    from cdr.documents.held import to_text
    from cdr.work.tracing import held

    refuse_two_results(output, as_json)
    found = held(app, clues)
    to_file(output, to_text(found.passages, app.clock.today, found.not_opened, found.attachments))
    counts = {"passages": len(found.passages), "not_opened": found.not_opened, "attachments": found.attachments}
    if as_json:
        put_json({"schema": "cdr-held/1", "file": output, **counts})
    else:
        say(
            f"{len(found.passages)} fields written. Read every line, take out what is about others, and delete the file afterwards."
        )


def _revision(one: Trace) -> str:
    return f"{one.revision}{'' if one.is_current else ' (earlier)'}"


def _row(one: Match, case: KnownBy) -> tuple[object, ...]:
    spelt = "the same" if one.exact else "otherwise"
    return one.case, one.kind, spelt, case.notified_on or "-", case.stage


def _typed() -> list[str]:
    """What a person types at the terminal. Raises: WrongUsage where nobody can be asked."""
    from cdr.terminal import terminal

    if not terminal.is_attended():
        raise WrongUsage("There is nobody to ask.", "Send a name, a date or a number to standard input.")
    typed: list[str] = []
    while True:
        try:
            line = terminal.line(MORE if typed else FIRST)
        except EOFError:
            return typed
        if not line:
            return typed
        if _problem([line]):
            say(NEITHER)
        else:
            typed.append(line)


def _given() -> list[str]:
    return given("-").decode("utf-8-sig", "replace").splitlines()


def _read(lines: list[str]) -> Clues:
    from cdr.domain.case.people import clues_of

    if place := _problem(lines):
        raise ConditionsNotMet(
            f"Line {place} of what was given is neither a name nor a date nor a number.", [], NEITHER
        )
    return clues_of(lines)


def _problem(lines: list[str]) -> int:
    """The first line that is no clue, from 1; 1 also where there is none at all; 0 where all is well."""
    from cdr.domain.case.people import clues_of

    try:
        return int(not clues_of(lines).count)
    except ValueError as error:
        return int(error.args[0])
