"""`cdr today`: one screen of what is due, was sent, is blocked, and who moves next; without names."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.terminal.output import put_json, terminal_size, visible

if TYPE_CHECKING:
    from cdr.documents.tables.today import EndingKey

COLOURS = {"heading": {"bold": True}, "overdue": {"fg": "red"}}


@click.command("today")
@click.option("--all", "everything", is_flag=True, help="Everything, however many lines it takes.")
@as_json
@pass_app
def command(app: App, everything: bool, as_json: bool) -> None:
    """Show on one screen what is due over all open cases, by reference and without names, and who moves next.

    Overdue, due today and within a week; what was sent since yesterday; what waits for others; and what can wait. Where
    there is more than the screen holds, each part says how much. A step goes from the list when it is marked as done. Keys of
    the store that end within 60 days stand first.

    Examples:

    \b
    cdr today
    cdr today --all
    """
    from cdr.documents.tables.today import lines, to_json
    from cdr.domain.process.today import today
    from cdr.work.helping import calls_to_make
    from cdr.work.letters_called_for import letters_to_type
    from cdr.work.meetings import panel_tasks

    app.store.require_member()
    on, closures = app.clock.today, app.configuration.closures
    cases, others = app.cases_not_at_rest(), app.cases_at_rest()
    found = today(cases, on, app.policy, closures, calls_to_make(app), panel_tasks(app), others)
    keys = _keys(app)
    letters = letters_to_type(app, ((task.case, task.clock) for task in found.tasks))
    if as_json:
        put_json(to_json(found, keys, letters))
        return
    screen = terminal_size()
    height = None if everything else screen.lines - 1
    for line in lines(found, screen.columns, height, bool(app.store.left_out), keys, letters):
        click.echo(click.style(visible(line.text), **COLOURS.get(line.style, {})))  # type: ignore[arg-type]


def _keys(app: App) -> list[EndingKey]:
    """The keys of the store that want renewing; by real time, whatever a rehearsal's clock says."""
    from cdr.documents.tables.today import EndingKey

    found = app.store.standings(app.clock.real_today)
    return [
        EndingKey(f"the key of {one.person.name} ({one.person.role})", one.person.fingerprint, one.ends, one.trouble)
        for one in found
        if one.trouble or one.ends
    ]
