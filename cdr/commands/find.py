"""`cdr find`: which cases a person belongs to."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import ConditionsNotMet, WrongUsage
from cdr.terminal.output import given, put, put_json, say, table

if TYPE_CHECKING:
    from cdr.domain.case.facts import Facts
    from cdr.domain.case.people import Clues, Match

FIRST = "A name, a date (of birth or death) or a number: "
MORE = "And (Enter: look): "
NEITHER = "Give a name, a date like 21/11/2026, or a number: one a line."
NOT_AN_ARGUMENT = (
    "Whom you look for is never an argument: it would stay in the shell's history and in the list of processes."
)


@click.command("find")
@click.argument("words", metavar="", nargs=-1)
@as_json
@pass_app
def command(app: App, words: tuple[str, ...], as_json: bool) -> None:
    """Find the cases that a person belongs to: a child, a parent, a brother or sister, or another in the household.

    It asks for a name, a date (of birth or death) or a number (NHS number, telephone, the coroner's or an old reference), or reads
    them from standard input, one a line; all of them must fit. Accents, case and the order of the names do not matter, and one
    that is spelt otherwise is found too. It looks into what Form A says of the family, and shows no name.

    Examples:

    \b
    cdr find
    cdr find --json
    """
    if words:
        raise WrongUsage(NOT_AN_ARGUMENT, "Run cdr find alone and type it when asked, or send it to standard input.")
    app.store.require_member()
    clues = _read(_typed() if sys.stdin.isatty() else _given())
    app.read_all = True
    found = _found(app, clues)
    if as_json:
        listed = [{"case": one.case, "as": one.kind, "exact": one.exact} for one in found]
        put_json({"schema": "cdr-find/1", "matches": listed})
    elif found:
        cases = app.cases()
        rows = [_row(one, cases[one.case]) for one in found]
        put(table(rows, ["case", "as", "spelt", "notified", "stage"]))
    else:
        say("No case has that in what its notification says of the child and the family.")
        say("Try less of it: the family name alone, or the date alone.")


def _row(one: Match, facts: Facts) -> tuple[object, ...]:
    spelt = "the same" if one.exact else "otherwise"
    return one.case, one.kind, spelt, facts.notification.notified_on or "-", facts.stage


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


def _found(app: App, clues: Clues) -> list[Match]:
    from cdr.domain.case.people import matches

    cases = app.cases().items()
    return matches(clues, {case: (facts.people, [facts.old_reference]) for case, facts in cases})
