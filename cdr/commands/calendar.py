"""`cdr calendar`: the days that are due, as a feed for a calendar program; references and no names."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.errors import NotFound
from cdr.terminal.output import STDOUT, file_name, put_json, refuse_two_results, say, to_file

STORE_LETTERS = 12


@click.command("calendar")
@click.option(
    "-o",
    "--output",
    "output",
    required=True,
    metavar="FILE.ics",
    help="The calendar file; made new, or brought up to date where it is this store's calendar. - is stdout.",
)
@as_json
@pass_app
def command(app: App, output: str, as_json: bool) -> None:
    """Write what is due as a calendar file: limits, prompts, expected ends of other processes, the area's own dates.

    It holds references and no names. Each event keeps its identity from one writing to the next; one that is done or
    moved away is cancelled there. Calendar programs are given the file, or the address at which it is published.

    Example: cdr calendar -o cdr.ics
    """
    from cdr.documents.tables.calendar import feed
    from cdr.domain.process.calendar import events

    refuse_two_results(output, as_json)
    app.store.require_member()
    cases, others = app.cases_not_at_rest(), app.cases_at_rest()
    found = events(cases, app.clock.today, app.policy, app.configuration.closures, others)
    store = app.store.root[:STORE_LETTERS]
    raw, cancelled = feed(found, store, app.configuration.area, app.clock.now, _before(output))
    to_file(output, raw)
    if as_json:
        put_json({"schema": "cdr-calendar/1", "file": output, "events": len(found), "cancelled": cancelled})
    else:
        say(f"{len(found)} {'event' if len(found) == 1 else 'events'}, {cancelled} cancelled.")


def _before(output: str) -> bytes | None:
    """What the file holds; None where there is none yet or it is no file. Raises: NotFound where it may not be read."""
    path = Path(output)
    if output == STDOUT or not path.is_file():
        return None
    try:
        return path.read_bytes()
    except OSError:
        raise NotFound(
            f"The file {file_name(output)} cannot be read.", "Check that you may read it, or give another."
        ) from None
