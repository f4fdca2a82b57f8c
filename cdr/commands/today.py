"""`cdr today`: what is due, over all cases, without names."""

from __future__ import annotations

from collections.abc import Iterator

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import put, put_json
from cdr.domain.today import Today, by_when

HEADINGS = {"overdue": "Overdue", "today": "Due today", "this week": "Due within a week"}


@click.command("today")
@as_json
@pass_app
def command(app: App, as_json: bool) -> None:
    """Show what is due over all open cases, by reference and without names: overdue, today, within a week.

    What a notification calls for goes from the list when Form A says that it is done (cdr edit REF form-a), and what Form A
    cannot say, when the review is ratified.
    """
    from cdr.domain.today import today

    app.store.require_member()
    found = today(app.store.facts(), app.clock.today, app.policy)
    if as_json:
        tasks = [
            {"case": t.case, "what": t.what, "clock": t.clock, "due": t.due.isoformat(), "when": t.when}
            for t in found.tasks
        ]
        put_json({"schema": "cdr-today/1", "as_of": found.on.isoformat(), "tasks": tasks, "waiting": found.waiting})
    else:
        put("\n".join(_lines(found)))


def _lines(found: Today) -> Iterator[str]:
    for when, tasks in by_when(found.tasks).items():
        yield HEADINGS[when]
        yield from (f"  {task.due}  {task.case}  {task.what}" for task in tasks)
        yield ""
    others = f"{found.waiting} open {'case has' if found.waiting == 1 else 'cases have'} nothing due within a week."
    yield others if found.waiting else "Nothing else needs you today." if found.tasks else "Nothing needs you today."
