"""`cdr panel defer`: the panel put off what it decides of a case, and looks for more."""

from __future__ import annotations

from datetime import date

import click

from cdr.app import App
from cdr.commands.options import Day, Reference, as_json, pass_app
from cdr.errors import WrongUsage
from cdr.forms.codelists import code_list
from cdr.work.meetings import tell_meeting

WAITS = [str(code.code) for code in code_list("deferral").codes]


@click.command("defer")
@click.argument("id_", metavar="ID")
@click.argument("reference", metavar="REF", type=Reference())
@click.option("--until", metavar="DATE", type=Day(), help="By when the panel looks at it again.")
@click.option(
    "--waiting-for", type=click.Choice(WAITS), default=WAITS[0], show_default=True, help="What the panel waits for."
)
@click.option(
    "--from", "file", metavar="FILE", help="What was missing and who sees to it, as text; - is standard input."
)
@click.option("--undo", is_flag=True, help="Take it back: the meeting did not defer it.")
@as_json
@pass_app
def command(
    app: App,
    id_: str,
    reference: str,
    until: date | None,
    waiting_for: str,
    file: str | None,
    undo: bool,
    as_json: bool,
) -> None:
    """Record that the panel talked about a case and put off what it decides. There is no vote: where it does not agree, it looks for more.

    The meeting does not ratify the case then. list, today and show say what is waited for and by when, until the case is on the agenda of a
    later meeting (cdr panel assign). Said again, it takes the place of what was said before. To ask another area's panel:
    cdr panel question ask

    Examples:

    \b
    cdr panel defer P2026-03-18 2026-7K3M --until 2026-06-01 --from why.txt
    cdr panel defer P2026-03-18 2026-7K3M --undo
    """
    from cdr.work import deferring
    from cdr.work.asked_text import asked_text

    if undo:
        if until or file:
            raise WrongUsage("--undo stands alone.")
        made = deferring.take_back(app, id_, reference)
        tell_meeting(app, made, as_json, f"{made.id}: {reference} is not deferred.")
        return
    if until is None:
        raise WrongUsage("Say by when the panel looks at it again: --until DATE")
    text = asked_text(file, "deferrals.text", "What was missing, and who sees to it")
    made = deferring.defer(app, id_, reference, until, waiting_for, text)
    tell_meeting(app, made, as_json, f"{made.id}: {reference} is deferred until {until}.")
