"""`cdr panel agreement`: who signed the statement of confidentiality, and until when it holds."""

from __future__ import annotations

from datetime import date

import click

from cdr.app import App
from cdr.commands.options import Day, as_json, happened, on, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import put
from cdr.work.agreements import record_agreement, show_agreements, take_back


@click.command("agreement")
@click.argument("who", metavar="[WHO]", required=False)
@on("it was signed")
@click.option("--until", type=Day(), help="The last day on which it holds; without it, it has no end.")
@click.option("--undo", is_flag=True, help="It was recorded by mistake: what stands for that day is taken back.")
@as_json
@pass_app
def command(app: App, who: str | None, on: date | None, until: date | None, undo: bool, as_json: bool) -> None:
    """Record that somebody signed the statement of confidentiality; without WHO, list who did.

    Examples:

    \b
    cdr panel agreement dr-okafor --on 2026-01-05 --until 2027-01-04
    cdr panel agreement dr-okafor --on 2026-01-05 --undo
    """
    if who is None:
        if on or until or undo:
            raise WrongUsage("Say who signed it: cdr panel agreement WHO.")
        show_agreements(app, as_json)
        return
    day = happened(app, on)
    if undo and until:
        raise WrongUsage("--undo takes the day on which it was signed, and no other.")
    if undo:
        take_back(app, who, day)
    else:
        record_agreement(app, who, day, until)
    if as_json:
        show_agreements(app, as_json)
    elif undo:
        put(f"{who}: the signature of {day} is taken back.")
    else:
        put(f"{who} signed on {day}{f', until {until}' if until else ''}.")
