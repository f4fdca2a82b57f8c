"""`cdr text-view`, which git calls: an encrypted document as text for `git diff` and `git log -p`."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.errors import CdrError
from cdr.terminal.output import put

LARGEST = 1 << 27


@click.command("text-view", hidden=True)
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
def command(file: Path) -> None:
    """Show what an encrypted document says, to git alone, which keeps nothing of it."""
    from cdr import disk
    from cdr.store import by_hand

    try:
        text = by_hand.shown(disk.read_through_link(file, LARGEST)).decode("utf-8", "replace")
    except (CdrError, OSError):
        text = "(encrypted: no key that opens it is here)"
    put(text.rstrip("\n"))
