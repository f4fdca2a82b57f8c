"""`cdr anchor`: a line for the minutes that says how far the history was, and whether today's history holds it."""

from __future__ import annotations

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.terminal.output import put, put_json, say


@click.group("anchor", invoke_without_command=True)
@as_json
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """Print a line for the chair's minutes: the day, how many changes were recorded, and the id of the last.

    Whoever keeps it can show later that nothing was taken out since: cdr anchor verify. It needs no key and names nobody.

    Example: cdr anchor
    """
    if ctx.invoked_subcommand is not None:
        return
    from cdr.store import anchors

    app: App = ctx.obj
    anchor, today = anchors.now(app.store), app.clock.today
    if as_json:
        content = {"schema": "cdr-anchor/1", "on": today.isoformat(), "count": anchor.count, "commit": anchor.commit}
        put_json({**content, "text": anchor.text(today)})
    else:
        put(anchor.text(today))


@command.command("verify")
@click.argument("text", metavar="TEXT", nargs=-1, required=True)
@as_json
@pass_app
def verify(app: App, text: tuple[str, ...], as_json: bool) -> None:
    """Say whether the history still holds the line that was printed then; it ends with 76 where it does not.

    Example: cdr anchor verify "cdr-anchor 2026-11-29 312 1a2b3c4d5e6f1a2b3c4d5e6f"
    """
    from cdr.store import anchors

    anchor, later = anchors.since(app.store, " ".join(text))
    if as_json:
        content = {"schema": "cdr-anchor-verify/1", "count": anchor.count, "commit": anchor.commit}
        put_json({**content, "since": later})
        return
    put(f"The history holds it: change {anchor.count}; {later} were recorded since.")
    say("Nothing that was recorded up to then was taken out or written anew.")
