"""`cdr backup`: everything that is recorded, in one file for another disk."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App
from cdr.commands.options import as_json, pass_app
from cdr.terminal.output import file_name, put_json, put_line, say


@click.command("backup")
@click.argument("file", metavar="FILE")
@as_json
@pass_app
def command(app: App, file: str, as_json: bool) -> None:
    """Write the whole store with its history and the public keys into FILE, and look through it before it counts.

    The documents in it are encrypted as in the store; it holds no secret key, no message of the outbox and nothing that was not
    recorded. It is a bundle of git's: `cdr restore` makes a store of it, and without cdr `git clone FILE` does. It needs no key.

    Example: cdr backup /media/stick/cdr-2026-11-29.bundle
    """
    from cdr.store import backup

    made = backup.make(app.store, Path(file), app.clock.real_today)
    if as_json:
        content = {"schema": "cdr-backup/1", "file": file, "commit": made.commit, "count": made.count}
        put_json({**content, "bytes": made.size})
        return
    put_line(file_name(file))
    say(f"It holds all {made.count} changes up to {made.commit[:12]} and reads whole ({made.size:,} bytes).")
    say(
        "Your secret key is not in it: keep a copy of that apart. Try now and then that it can be restored: cdr restore"
    )
