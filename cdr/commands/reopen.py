"""`cdr reopen`: open a closed case again."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, case_reference, pass_app
from cdr.errors import WrongUsage
from cdr.terminal.output import put, put_json
from cdr.work.changing import changing


@click.command("reopen")
@case_reference
@click.option(
    "--reason",
    metavar="REASON",
    help="What is new: a late inquest, a finding, a report to prevent future deaths. Asked for on a terminal.",
)
@as_json
@pass_app
def command(app: App, reference: str, reason: str | None, as_json: bool) -> None:
    """Open a closed case again, and say why."""
    from cdr.domain.case import case
    from cdr.terminal.interview import is_attended

    why = reason or (click.prompt("Why is the case opened again", err=True) if is_attended() else "")
    if not why.strip():
        raise WrongUsage("Say why the case is opened again: --reason REASON.")
    today = app.clock.today
    with changing(app, reference, also_closed=True) as now:
        kept = now.documents.case
        now.record("reopen", {kept.place: case.reopened(kept.body, today, why.strip())})
    if as_json:
        put_json({"schema": "cdr-reopen/1", "case": reference, "on": today.isoformat()})
    else:
        put(f"{reference} is open again.")
