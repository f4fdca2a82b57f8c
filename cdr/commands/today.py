"""`cdr today`: one screen of what is due, was sent, is blocked, and who moves next; without names."""

from __future__ import annotations

import shutil

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import put_json, visible

SCREEN = (80, 24)
COLOURS = {"heading": {"bold": True}, "overdue": {"fg": "red"}}


@click.command("today")
@click.option("--all", "everything", is_flag=True, help="Everything, however many lines it takes.")
@as_json
@pass_app
def command(app: App, everything: bool, as_json: bool) -> None:
    """Show on one screen what is due over all open cases, by reference and without names, and who moves next.

    Overdue, due today and within a week; what was sent since yesterday; what waits for others; and what can wait. Where
    there is more than the screen holds, each part says how much. A step goes from the list when it is marked as done.
    """
    from cdr.documents.today import lines, to_json
    from cdr.domain.today import today

    app.store.require_member()
    found = today(app.store.facts(), app.clock.today, app.policy, app.configuration.closures)
    if as_json:
        put_json(to_json(found))
        return
    screen = shutil.get_terminal_size(SCREEN)
    for line in lines(found, screen.columns, None if everything else screen.lines - 1, bool(app.store.left_out)):
        click.echo(click.style(visible(line.text), **COLOURS.get(line.style, {})))  # type: ignore[arg-type]
