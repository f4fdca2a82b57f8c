"""`cdr restore`: a store made from a backup, or from the repository that is shared."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App, progress
from cdr.commands.options import as_json, pass_app
from cdr.errors import DONE, TO_ACT_ON
from cdr.terminal.output import file_name, put_json, put_line, say


@click.command("restore")
@click.argument("file", metavar="FILE")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option(
    "--root",
    metavar="FPR",
    help="The fingerprint of the key that made the store, as a member told you; not needed where that key is here.",
)
@as_json
@pass_app
def command(app: App, file: str, folder: Path, root: str | None, as_json: bool) -> int:
    """Make a store in DIR from a backup or from the shared repository, and check its whole history.

    FILE is what `cdr backup` made, or a remote as `cdr sync` has it: a folder, or over ssh user@host:path. So every new machine starts,
    also after a case was erased, when `git clone` fails; `cdr sync` then goes on with that remote.

    DIR is new or empty. It ends with 1 where something is left for you: the store is still to be accepted with the root's
    fingerprint (`cdr verify --root`), or changes that were seen on this machine are not in what it was made from.

    Example: cdr restore /media/stick/cdr-2026-11-29.bundle ~/cdr-store
    """
    from cdr.store import backup, exchange

    if Path(file).is_dir() or (not Path(file).exists() and ":" in file):
        found = backup.start_from(exchange.remote(file, Path.cwd()), folder, root, progress)
    else:
        found = backup.restore(Path(file), folder, root, progress)
    app.made_a_store = True
    if as_json:
        content = {"schema": "cdr-restore/1", "store": str(folder), "commit": found.commit, "count": found.count}
        put_json({**content, "accepted": found.is_accepted, "missing": found.lost})
    else:
        put_line(file_name(str(folder)))
    if not found.is_accepted:
        say(
            "The files are there. Before it is used, ask a member, not over the network, for the root's fingerprint; then:"
        )
        say("cdr verify --root FINGERPRINT")
    elif found.lost is not None:
        say(
            f"This machine has seen a later state of the store: {found.lost} or so of its changes are not in what this was made from. "
            "Where another copy or a server has them: cdr sync. Else enter them anew."
        )
    else:
        say(f"It holds {found.count} changes up to {found.commit[:12]}, and every one is signed by who might make it.")
    return DONE if found.is_accepted and found.lost is None else TO_ACT_ON
