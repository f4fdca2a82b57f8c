"""`cdr merge-driver`, which git calls: one encrypted document that a merge by hand has to put together."""

from __future__ import annotations

from pathlib import Path

import click

from cdr.app import App
from cdr.commands.options import pass_app
from cdr.errors import DONE, TO_ACT_ON, CdrError
from cdr.terminal.output import say_line

LARGEST = 1 << 27
USE_SYNC = "Give the merge up (git merge --abort) and let cdr do it: cdr sync"


@click.command("merge-driver", hidden=True)
@click.argument("base", metavar="BASE", type=click.Path(path_type=Path))
@click.argument("ours", metavar="OURS", type=click.Path(path_type=Path))
@click.argument("theirs", metavar="THEIRS", type=click.Path(path_type=Path))
@click.argument("path", metavar="PATH")
@pass_app
def command(app: App, base: Path, ours: Path, theirs: Path, path: str) -> int:
    """Put one encrypted document together for `git merge`; what takes a person's decision stays as it is, as a conflict."""
    try:
        made = _made(app, base, ours, theirs, path)
    except CdrError as error:
        say_line(f"{path}: {error.message} {USE_SYNC}")
        return TO_ACT_ON
    if made is None:
        say_line(f"{path}: both sides changed it, and it takes a decision or another number. {USE_SYNC}")
        return TO_ACT_ON
    ours.write_bytes(made)  # git's own temporary file: it takes what stands there
    return DONE


def _made(app: App, base: Path, ours: Path, theirs: Path, path: str) -> bytes | None:
    from cdr import disk
    from cdr.domain.merging.three_ways import MISSING, merged
    from cdr.store import by_hand, layout

    place = layout.place(path)
    before, here, there = (disk.read_through_link(one, LARGEST) for one in (base, ours, theirs))
    if place is None or not by_hand.is_for_the_same(here, there, place):
        return None
    one, two, three = (by_hand.opened(app.store, place, raw) for raw in (before, here, there))
    if two is None or three is None or (one is None and place.kind in (layout.RETURN, layout.PANEL)):
        return None
    found = merged(one.body if one else MISSING, two.body, three.body, two.form)
    return None if found.clashes else by_hand.sealed(app.store, two, three, here, found.body)
