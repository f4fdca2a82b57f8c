"""`cdr calendar`: the days that are due, as a feed for a calendar program; references and no names."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.commands.output import file_name, put_json, say, to_file
from cdr.errors import NotFound, WrongUsage

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
    from cdr.documents.calendar import feed
    from cdr.domain.calendar import events

    if as_json and output == "-":
        raise WrongUsage("The calendar and the JSON object cannot both go to stdout.", "Name a file with -o.")
    app.store.require_member()
    found = events(app.store.facts(), app.clock.today, app.policy, app.configuration.closures)
    path = Path(output)
    store = app.store.history.root[:STORE_LETTERS]
    raw, cancelled = feed(found, store, app.configuration.area, app.clock.now, _before(path))
    to_file(path, raw)
    if as_json:
        put_json({"schema": "cdr-calendar/1", "file": output, "events": len(found), "cancelled": cancelled})
    else:
        say(f"{len(found)} {'event' if len(found) == 1 else 'events'}, {cancelled} cancelled.")


def _before(path: Path) -> bytes | None:
    """What the file holds; None where there is none yet or it is no file. Raises: NotFound where it may not be read."""
    if str(path) == "-" or not path.is_file():
        return None
    try:
        return path.read_bytes()
    except OSError:
        raise NotFound(
            f"The file {file_name(str(path))} cannot be read.", "Check that you may read it, or give another."
        ) from None
